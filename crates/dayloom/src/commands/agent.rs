//! `agent`: captures on this machine and uploads; alone, or beside the server of `up`.

use std::{sync::Arc, time::Duration};

use dayloom_agent::{Agent, AgentConfig, AgentError, Secret, account::base_url};
#[cfg(any(windows, target_os = "macos"))]
use dayloom_capture::Role;
use dayloom_capture::activitywatch::program::ProcessTable;
use dayloom_capture::{IdleSource, Platform, Policy, Sampler, Slot, WindowSource};
use dayloom_domain::team::tick;
use rand::{SeedableRng, rngs::StdRng};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::team::collect;
use crate::{
    Context, boot,
    clock::SystemClock,
    failure::{Exit, Failure, Outcome},
    home::Running,
    settings::{
        Origin, Settings,
        table::{
            ACTIVITYWATCH, DEVICE_ID, EXCLUDE_APPS, EXCLUDE_TITLES, PROJECT_ID, SAMPLE_INTERVAL, SERVER,
            SPOOL_MAX_MB, TEAM_ENABLED, TOKEN,
        },
    },
};

/// Captures until told to stop; with `once` takes one sample, spools it, prints it and ends.
pub async fn run(cx: &Context, once: bool) -> Outcome {
    cx.home.create()?;
    let agent = make(cx, alone(config(cx)))?;
    if once {
        let event = agent.once().await.map_err(|e| failure(&e))?;
        return cx.out.json(&event);
    }
    // A child, for it ends by itself too.
    let stop = cx.stop.mind().child_token();
    cx.out.hint(
        "Starting. `dayloom spool status` says what waits, `dayloom doctor` what works. Stop with Ctrl-C.",
    );
    let team = collect::start(cx, None, stop.clone()).await?;
    let ended = agent.run(stop.clone()).await;
    let ended = match ended {
        // Who may not be captured into any project may still be in a team.
        Err(error @ AgentError::EnrolmentRefused { .. })
            if cx.settings.on(&TEAM_ENABLED) && team.is_some() =>
        {
            cx.out
                .hint(format_args!("Nothing is captured: {}", failure(&error)));
            stop.cancelled().await;
            Ok(())
        }
        ended => ended,
    };
    stop.cancel();
    if let Some(team) = team {
        let _ = team.await;
    }
    ended.map_err(|e| failure(&e))
}

/// In a process of its own the agent gives back what it does not use between samples; beside a server that would only
/// be fetched again.
fn alone(config: AgentConfig) -> AgentConfig {
    #[cfg(target_os = "linux")]
    let config = AgentConfig {
        at_rest: dayloom_capture_linux::give_back_program_pages,
        ..config
    };
    config
}

/// How long the agent beside a server waits before it tries again what the disk did not let it do.
const AGAIN: Duration = Duration::from_secs(10);

/// Captures beside the server of `up`, until that ends. What stops it is said; the server goes on.
pub fn beside(cx: &Context, running: &Running, stop: CancellationToken) -> JoinHandle<()> {
    let mut config = config(cx);
    config.server = Some(running.url.clone());
    config.token = Secret::new(&running.token);
    config.again = Some(AGAIN);
    let out = cx.out;
    let agent = make(cx, config);
    tokio::spawn(async move {
        let ended = match agent {
            Ok(agent) => agent.run(stop).await.map_err(|e| failure(&e)),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = ended {
            tracing::error!(%failure, "nothing is captured");
            out.hint(format_args!("Nothing is captured on this machine: {failure}"));
        }
    })
}

/// Uploads what waits, and says how that went.
pub async fn flush(cx: &Context) -> Outcome<dayloom_agent::uploader::machine::Health> {
    make(cx, config(cx))?.flush().await.map_err(|e| failure(&e))
}

fn make(cx: &Context, config: AgentConfig) -> Outcome<Agent<Sampler, dayloom_client::Client>> {
    let sampler = Sampler::new(platform(cx), Policy::default());
    let rng = StdRng::from_os_rng();
    Ok(Agent::new(
        config,
        sampler,
        Arc::new(SystemClock),
        rng,
        Box::new(dayloom_agent::link::connect),
    ))
}

/// The sources of this machine.
pub fn platform(cx: &Context) -> Platform {
    #[cfg(target_os = "linux")]
    {
        let activitywatch = cx.settings.text(&ACTIVITYWATCH).filter(|text| *text != "off");
        dayloom_capture_linux::platform(&dayloom_capture_linux::Options {
            home: cx.home.dir().to_owned(),
            activitywatch: activitywatch.and_then(|text| url::Url::parse(text).ok()),
            display: None,
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        // The system's own idle time and ActivityWatch where it runs; `doctor` says what is missing.
        let activitywatch = cx.settings.text(&ACTIVITYWATCH).filter(|text| *text != "off");
        let url = activitywatch.and_then(|text| url::Url::parse(text).ok());
        with_activitywatch(machine(cx), url.as_ref())
    }
}

/// A machine whose windows are known through ActivityWatch alone.
#[cfg(not(target_os = "linux"))]
fn with_activitywatch(machine: Machine, url: Option<&url::Url>) -> Platform {
    use dayloom_capture::activitywatch::{self, ActivityWatch};
    let mut platform = Platform {
        idle: machine.idle,
        home: std::env::home_dir(),
        ..Platform::bare()
    };
    if let Some(url) = url {
        let server = ActivityWatch::new(url, &machine.hostname);
        platform.window = Slot::new(Role::Window, vec![activitywatch::window(server.clone())]);
        platform.input = Slot::new(Role::Input, vec![activitywatch::input(server.clone())]);
        platform.browser = Slot::new(Role::Browser, vec![activitywatch::browser(server)]);
    }
    platform
}

/// What of this machine tells of the person: the same sources as for capture, under their own names.
pub struct Machine {
    /// The operating system.
    pub platform: tick::Platform,
    /// Its name, as ActivityWatch's watchers write it.
    pub hostname: String,
    /// Time since the last input by the system's own account.
    pub idle: Slot<dyn IdleSource>,
    /// The window in focus.
    pub window: Slot<dyn WindowSource>,
    /// Processes of this person.
    pub processes: Arc<dyn ProcessTable>,
}

/// The sources of team minutes on this machine.
pub fn machine(cx: &Context) -> Machine {
    #[cfg(target_os = "linux")]
    {
        let (idle, window) = dayloom_capture_linux::person(&dayloom_capture_linux::Options {
            home: cx.home.dir().to_owned(),
            activitywatch: None,
            display: None,
        });
        Machine {
            platform: tick::Platform::Linux,
            hostname: dayloom_capture_linux::hostname(),
            idle,
            window,
            processes: Arc::new(dayloom_capture_linux::OwnProcesses),
        }
    }
    #[cfg(target_os = "macos")]
    {
        let _ = cx;
        Machine {
            platform: tick::Platform::MacOs,
            hostname: dayloom_capture_macos::hostname(),
            idle: Slot::new(Role::Idle, vec![dayloom_capture_macos::idle()]),
            window: Slot::new(Role::Window, Vec::new()),
            processes: Arc::new(dayloom_capture_macos::OwnProcesses),
        }
    }
    #[cfg(windows)]
    {
        let _ = cx;
        Machine {
            platform: tick::Platform::Windows,
            hostname: dayloom_capture_windows::hostname(),
            idle: Slot::new(Role::Idle, vec![dayloom_capture_windows::idle()]),
            window: Slot::new(Role::Window, Vec::new()),
            processes: Arc::new(dayloom_capture_windows::OwnProcesses),
        }
    }
}

/// What the agent is told. The published variables rank below a stored sign-in (`contract/tracker.md` §5.1), all
/// else above it.
fn config(cx: &Context) -> AgentConfig {
    let settings = &cx.settings;
    let mut config = given(cx);
    let says_nothing = config.server.is_none() && config.fallback_server.is_none();
    if let Some(running) = cx.home.running().filter(|running| {
        let named = config.server.as_deref().and_then(base_url);
        says_nothing || named.is_some() && named == base_url(&running.url)
    }) {
        config.server = Some(running.url);
        config.token = config.token.or_else(|| Secret::new(&running.token));
    }
    config.project = settings.text(&PROJECT_ID).map(str::to_owned);
    config.device_id = settings.text(&DEVICE_ID).map(str::to_owned);
    config.interval_s = settings.int(&SAMPLE_INTERVAL).and_then(|s| u32::try_from(s).ok());
    config.device_name = machine_name();
    config.excluded_apps = settings.list(&EXCLUDE_APPS).to_vec();
    config.excluded_titles = settings.list(&EXCLUDE_TITLES).to_vec();
    if let Some(megabytes) = settings.int(&SPOOL_MAX_MB) {
        config.limits.max_bytes = megabytes << 20;
    }
    config
}

/// Servers and tokens that were named, without the running server of this home.
pub fn given(cx: &Context) -> AgentConfig {
    let mut config = AgentConfig::new(cx.home.dir());
    let (server, published_server) = ranked(&cx.settings, &SERVER);
    let (token, published_token) = ranked(&cx.settings, &TOKEN);
    config.server = server;
    config.fallback_server = published_server;
    config.token = token.as_deref().and_then(Secret::new);
    config.fallback_token = published_token.as_deref().and_then(Secret::new);
    config
}

/// A setting, apart by whether the published variable said it.
fn ranked(
    settings: &Settings,
    setting: &crate::settings::table::Setting,
) -> (Option<String>, Option<String>) {
    let value = settings.text(setting).map(str::to_owned);
    match settings.origin(setting) {
        Origin::Env(name) if setting.aexy == Some(name) => (None, value),
        _ => (value, None),
    }
}

/// The name of this machine, as a person knows it.
fn machine_name() -> String {
    #[cfg(unix)]
    {
        let name = rustix::system::uname();
        let host = name.nodename().to_string_lossy();
        let short = host.split('.').next().unwrap_or_default();
        if !short.is_empty() {
            return short.to_owned();
        }
    }
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this machine".to_owned())
}

/// An agent's error for a person; its text already says what happened and what to do, apart by a semicolon.
pub fn failure(error: &AgentError) -> Failure {
    let exit = match error {
        AgentError::AlreadyRunning { .. } => Exit::Running,
        AgentError::NotSignedIn
        | AgentError::TokenRefused { .. }
        | AgentError::EnrolmentRefused { status: 403, .. } => Exit::Refused,
        AgentError::Link(dayloom_agent::link::LinkError::Unreachable) => Exit::Unreachable,
        _ => Exit::Failed,
    };
    let text = error.to_string();
    let (what, todo) = text
        .split_once("; ")
        .unwrap_or((&text, "`dayloom doctor` looks for the reason"));
    Failure::new(exit, boot::capital(what), boot::capital(todo))
}
