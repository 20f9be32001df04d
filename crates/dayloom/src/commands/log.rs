//! `log`: the activity log of team minutes, read from disk; the agent need not run.

use std::time::Duration;

use dayloom_agent::team::{ActivityLog, LogLine};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::{
    Context,
    failure::{Failure, Outcome},
    output::plain,
    remote::zone_at_hand,
    stop,
};

/// How often new lines are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// Prints the last lines; with `follow` the new ones too, until told to stop.
pub async fn run(cx: &Context, follow: bool, lines: usize) -> Outcome {
    let log = ActivityLog::new(cx.home.file("logs"));
    let (last, mut place) = log.last_and_place(lines);
    let zone = zone_at_hand(cx).await.rules();
    if last.is_empty() && !follow {
        cx.out.hint(
            "No minute was looked at yet. Team minutes begin with `dayloom team login` and a running agent.",
        );
    }
    for line in &last {
        if !print(cx, line, &zone)? {
            return Ok(());
        }
    }
    if !follow {
        return Ok(());
    }
    let told = stop::signal();
    tokio::pin!(told);
    loop {
        for line in log.after(&mut place) {
            if !print(cx, &line, &zone)? {
                return Ok(());
            }
        }
        tokio::select! {
            () = &mut told => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// A line for people in their own time, or as JSON in UTC; false where nobody reads any more.
fn print(cx: &Context, line: &LogLine, zone: &TimeZone) -> Outcome<bool> {
    if cx.out.json {
        let text = serde_json::to_string(&json!({"at": line.at, "state": line.state, "reason": line.reason}));
        return cx.out.line_read(
            text.map_err(|error| Failure::failed(error, "This is a fault of Dayloom: please report it"))?,
        );
    }
    let local = zone.to_datetime(line.at.0);
    let head = format!(
        "{} {} {}",
        local.strftime("%Y-%m-%d %H:%M"),
        line.state,
        line.reason
    );
    if line.detail.is_empty() {
        cx.out.line_read(head)
    } else {
        cx.out.line_read(format_args!("{head} · {}", plain(&line.detail)))
    }
}
