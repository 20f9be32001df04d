//! `devices`: which machines capture for a person, and whether they do at the moment.

use jiff::{Timestamp, tz::TimeZone};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Context,
    cli::Devices,
    failure::{Failure, Outcome},
    output::{columns, plain},
    remote::{Remote, view},
};

#[derive(Clone, Debug, Deserialize)]
struct DeviceView {
    device_id: String,
    name: Option<String>,
    platform: String,
    last_seen_at: Option<Timestamp>,
    paused: bool,
}

/// Runs a command on devices.
pub async fn run(cx: &Context, command: &Devices) -> Outcome {
    let remote = Remote::of(cx)?;
    let answer = remote.get("/tracker/devices").await?;
    let all: Vec<DeviceView> = view(&answer)?;
    match command {
        Devices::List => {
            if all.is_empty() {
                cx.out
                    .hint("No device captures for you yet. `dayloom up` or `dayloom agent` enrols this one.");
            }
            let zone = remote.zone().await?.rules();
            cx.out.facts(&answer, || table(&all, &zone))
        }
        Devices::Pause { device } => set_paused(cx, &remote, &all, device.as_deref(), true).await,
        Devices::Resume { device } => set_paused(cx, &remote, &all, device.as_deref(), false).await,
        Devices::Release { device } => {
            let device = find(cx, &all, Some(device))?;
            let path = format!("/tracker/devices/{}", device.device_id);
            remote.send(Method::DELETE, &path, None).await?;
            cx.out
                .facts(&json!({"device_id": device.device_id, "released": true}), || {
                    format!("{} is released. What it saw is kept.", name_of(&device))
                })
        }
    }
}

async fn set_paused(
    cx: &Context,
    remote: &Remote,
    all: &[DeviceView],
    device: Option<&str>,
    paused: bool,
) -> Outcome {
    let device = find(cx, all, device)?;
    let path = format!("/tracker/devices/{}", device.device_id);
    let answer: Value = remote
        .send(Method::PATCH, &path, Some(&json!({"paused": paused})))
        .await?;
    let device: DeviceView = view(&answer)?;
    cx.out.facts(&answer, || match (paused, device.paused) {
        (true, _) => format!(
            "{} is paused. Nothing is captured until it is resumed.",
            name_of(&device)
        ),
        (false, false) => format!("{} captures again.", name_of(&device)),
        (false, true) => format!(
            "{} stays paused: its project or all your devices are.",
            name_of(&device)
        ),
    })
}

/// The device a person names; without a name the one of this home, or the only one.
fn find(cx: &Context, all: &[DeviceView], name: Option<&str>) -> Outcome<DeviceView> {
    let own = std::fs::read_to_string(cx.home.file("device_id")).ok();
    let wanted = match (name, &own, all) {
        (Some(name), _, _) => name,
        (None, Some(id), _) => id.trim(),
        (None, None, [one]) => one.device_id.as_str(),
        _ => "",
    };
    let named = |d: &DeviceView| {
        d.name
            .as_deref()
            .is_some_and(|n| n.to_lowercase() == wanted.to_lowercase())
    };
    let found: Vec<&DeviceView> = all
        .iter()
        .filter(|d| d.device_id.eq_ignore_ascii_case(wanted) || named(d))
        .collect();
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(Failure::failed(
            if wanted.is_empty() {
                "No device was named".to_owned()
            } else {
                format!("You have no device `{}`", plain(wanted))
            },
            "`dayloom devices list` shows them",
        )),
        _ => Err(Failure::failed(
            format!("More than one device is called `{}`", plain(wanted)),
            "Name it by its id, which `dayloom devices list` shows",
        )),
    }
}

fn name_of(device: &DeviceView) -> String {
    device
        .name
        .as_deref()
        .map_or_else(|| device.device_id.clone(), plain)
}

fn table(all: &[DeviceView], zone: &TimeZone) -> String {
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|device| {
            let seen = device.last_seen_at.map_or_else(
                || "never seen".to_owned(),
                |at| format!("seen {}", zone.to_datetime(at).strftime("%Y-%m-%d %H:%M")),
            );
            vec![
                name_of(device),
                plain(&device.platform),
                if device.paused { "paused" } else { "captures" }.to_owned(),
                seen,
                device.device_id.clone(),
            ]
        })
        .collect();
    columns(&rows, &[])
}
