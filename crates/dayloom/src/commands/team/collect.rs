//! The collector of team minutes beside the agent: put together for this operating system, and run.

use std::sync::Arc;

use dayloom_agent::Home as AgentHome;
use dayloom_agent::team::{Desk, DeskParts, MINUTE, Senses, socket, team_connect};
use dayloom_capture::Exclusions;
use jiff::SignedDuration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::agent;
use crate::{
    Context,
    clock::SystemClock,
    failure::{Failure, Outcome},
    home::{Lock, Running},
    settings::table::{EXCLUDE_APPS, EXCLUDE_TITLES},
    shelf::{HomeShelf, team_settings},
};

/// The variable that shortens ticks for tests (`contract/team.md` §6).
const TICK: &str = "DAYLOOM_TEAM_TICK_S";

/// Starts the collector and the local socket, until told to stop. `local` is the server this very program runs.
///
/// Nothing runs where another program of this home does so already.
pub async fn start(
    cx: &Context,
    local: Option<&Running>,
    stop: CancellationToken,
) -> Outcome<Option<JoinHandle<()>>> {
    let Ok(lock) = cx.home.lock("collector.lock", "A collector") else {
        return Ok(None);
    };
    let desk = Desk::new(parts(cx, local)?)
        .await
        .map_err(|error| Failure::failed(error, "`dayloom doctor` looks for the reason"))?;
    let socket = match socket::Socket::bind(cx.home.dir()) {
        Ok(socket) => Some(socket),
        Err(error) => {
            tracing::error!(%error, "no local socket");
            cx.out.hint(&error);
            None
        }
    };
    Ok(Some(tokio::spawn(async move {
        let _held: Lock = lock;
        let serving = async {
            if let Some(socket) = socket {
                socket.serve(desk.clone(), stop.clone()).await;
            }
        };
        tokio::join!(serving, desk.clone().run(stop.clone()));
    })))
}

fn parts(cx: &Context, local: Option<&Running>) -> Outcome<DeskParts> {
    let team = team_settings(&cx.settings);
    team.check()
        .map_err(|error| Failure::usage(error, "Mend it in config.toml or where it was given"))?;
    let home = AgentHome::open(cx.home.dir()).map_err(|error| agent::failure(&error))?;
    Ok(DeskParts {
        home,
        clock: Arc::new(SystemClock),
        senses: senses(cx)?,
        shelf: Box::new(HomeShelf::new(
            &cx.home,
            cx.settings.clone(),
            agent::given(cx),
            local.cloned(),
        )),
        connect: Box::new(team_connect),
        period: period()?,
    })
}

fn period() -> Outcome<SignedDuration> {
    let Some(text) = std::env::var_os(TICK).filter(|text| !text.is_empty()) else {
        return Ok(MINUTE);
    };
    let seconds = text.to_str().and_then(|text| text.trim().parse::<f64>().ok());
    seconds
        .filter(|seconds| (0.05..=60.0).contains(seconds))
        .and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| {
            Failure::usage(
                format!("The value of {TICK} is not right"),
                "It must be seconds, at most 60",
            )
        })
}

fn senses(cx: &Context) -> Outcome<Senses> {
    let exclusions = Exclusions::new(cx.settings.list(&EXCLUDE_APPS), cx.settings.list(&EXCLUDE_TITLES))
        .map_err(|error| Failure::usage(error, "Mend it in config.toml or where it was given"))?;
    let machine = agent::machine(cx);
    Ok(Senses {
        platform: machine.platform,
        hostname: machine.hostname,
        idle: machine.idle,
        window: machine.window,
        exclusions,
        zone: dayloom_capture::platform::system_zone,
        local_time: |at| jiff::tz::TimeZone::system().to_datetime(at).time(),
        processes: machine.processes,
    })
}
