//! Whether time is recorded on this machine: how the agent is, and which sources there are.

use dayloom_agent::{AgentStatus, status::Capture};
use dayloom_capture::{
    Policy, Sampler,
    source::{Availability, Role, SourceReport},
};
use dayloom_domain::Clock;

use super::{Finding, State, agent};
use crate::{Context, clock::SystemClock, output::plain, settings::table::AGENT};

/// The agent: whether it runs, and when it last saw something.
pub(super) fn capturing(cx: &Context) -> Finding {
    let status = dayloom_agent::Home::open(cx.home.dir())
        .ok()
        .and_then(|home| AgentStatus::load(&home));
    let finding = |state, detail: String| Finding::new("agent", "capture", state, detail);
    if !cx.settings.on(&AGENT) {
        return finding(State::Off, "switched off".to_owned())
            .mend("Set `agent = true`, or leave out --no-agent");
    }
    let Some(status) = status else {
        return finding(State::Missing, "has not run yet".to_owned())
            .mend("`dayloom up` or `dayloom agent` starts it");
    };
    if !is_alive(status.pid) {
        let waiting = match status.spool.waiting {
            0 => String::new(),
            waiting => format!("; {waiting} samples wait for upload"),
        };
        return finding(State::Missing, format!("does not run{waiting}"))
            .mend("`dayloom up` or `dayloom agent` starts it");
    }
    if let Some(problem) = status.problem {
        let (what, how) = problem
            .split_once("; ")
            .unwrap_or((&problem, "Look at the log in the home folder"));
        return finding(State::Fails, plain(what)).mend(plain(how));
    }
    let ago = status
        .last_sample_at
        .map(|at| SystemClock.now().duration_since(at).as_secs());
    let mut detail = match ago {
        Some(seconds) => format!(
            "last sample {seconds} s ago, {} waiting for upload",
            status.spool.waiting
        ),
        None => "no sample yet".to_owned(),
    };
    if let Some(why) = resting(&status) {
        detail.push_str(&format!("; none now: {why}"));
    }
    finding(State::Works, detail)
}

/// Why a running agent takes no sample at the moment, in words.
fn resting(status: &AgentStatus) -> Option<String> {
    match status.capture {
        Capture::Paused => Some("this device is paused, and `dayloom devices resume` ends that".to_owned()),
        Capture::Withheld => Some(match status.withheld.as_deref() {
            Some("idle") => format!(
                "there was no input for {} s or longer",
                status.idle_threshold_s.unwrap_or_default()
            ),
            Some("excluded_app" | "excluded_title") => "what is in front is excluded".to_owned(),
            Some("private_window") => "a private window is in front".to_owned(),
            Some("presence_unknown") => "nothing tells whether you are there".to_owned(),
            _ => "nothing tells which window is in front".to_owned(),
        }),
        Capture::NotEnrolled | Capture::Running | Capture::Stopped => None,
    }
}

/// Whether there is such a process: one that was killed leaves its last words behind.
fn is_alive(pid: u32) -> bool {
    #[cfg(unix)]
    {
        let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
    }
    #[cfg(not(unix))]
    {
        pid != 0
    }
}

/// What `up` says where no sample can be taken: what lacks, and which sources work all the same. None where all that is
/// needed works.
pub async fn lacking(cx: &Context) -> Option<String> {
    let mut sampler = Sampler::new(agent::platform(cx), Policy::default());
    let reports = sampler.doctor().await;
    let working = || reports.iter().filter(|r| r.availability == Availability::Working);
    let lacking: Vec<&str> = NEEDED
        .into_iter()
        .filter(|role| !working().any(|report| report.role == *role))
        .map(|role| match role {
            Role::Window => "which window is in front",
            _ => "whether you are there",
        })
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let working: Vec<String> = working()
        .map(|report| format!("{} ({})", report.role.name(), report.name))
        .collect();
    let working = if working.is_empty() {
        "no source".to_owned()
    } else {
        working.join(", ")
    };
    Some(format!(
        "No time is recorded on this machine: nothing tells {}. Working here: {working}. `dayloom doctor` says how to \
         mend it; server and page run on.",
        lacking.join(", nor ")
    ))
}

/// What capture can draw on here.
pub(super) async fn sources(cx: &Context) -> Vec<Finding> {
    if cfg!(not(target_os = "linux")) {
        return vec![
            Finding::new(
                "source",
                "all",
                State::Missing,
                "there are no sources for this system yet",
            )
            .mend("Capture on Linux, or upload with another client"),
        ];
    }
    let mut sampler = Sampler::new(agent::platform(cx), Policy::default());
    let reports = sampler.doctor().await;
    let works = |role: Role| {
        reports
            .iter()
            .any(|r| r.role == role && r.availability == Availability::Working)
    };
    reports
        .iter()
        .map(|report| source(report, cx.settings.on(&AGENT), works(report.role)))
        .collect()
}

/// Without the window there is nothing to tell, and without idle time too much; all else only adds to a sample.
const NEEDED: [Role; 2] = [Role::Window, Role::Idle];

/// How a source is. One working source of a kind is enough.
fn source(report: &SourceReport, on: bool, another_works: bool) -> Finding {
    let needed = on && !another_works && NEEDED.contains(&report.role);
    let name = format!("{} ({})", report.role.name(), report.name);
    match &report.availability {
        Availability::Working => Finding::new("source", name, State::Works, "answers"),
        Availability::NotNeeded => Finding::new("source", name, State::Off, "another one answers"),
        Availability::Unavailable(why) => {
            let state = if needed { State::Fails } else { State::Missing };
            Finding::new("source", name, state, plain(&why.reason)).mend(plain(&why.mend))
        }
    }
}
