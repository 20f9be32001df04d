//! One minute after another: the tick, and for an active one its kind and source in every workspace.

use dayloom_api::{
    Stamp,
    team::{MinuteInWorkspace, TeamWorkspace, Tick},
};
use dayloom_domain::team::{
    classify::{Patterns, Window, classify},
    repo_pattern::RepoPattern,
    tick::{ActivityClock, Inputs, Policy, State, decide},
};
use dayloom_patterns::Allowlist;
use jiff::{SignedDuration, Timestamp};

/// What was in front of the person in that minute.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The window in focus, where one is known.
    pub window: Option<Window<'a>>,
    /// `owner/name` of the repository of the active editor, where one is known.
    pub repo: Option<&'a str>,
}

/// Judges minutes in the order they come; all it remembers is the activity clock.
#[derive(Debug, Default)]
pub struct Judge {
    clock: ActivityClock,
}

impl Judge {
    /// Judges one minute.
    pub fn tick(
        &mut self,
        inputs: &Inputs,
        policy: &Policy,
        sighting: Sighting<'_>,
        workspaces: &[TeamWorkspace],
    ) -> Tick {
        let verdict = decide(&mut self.clock, inputs, policy);
        let active = verdict.is_some_and(|(state, _)| state == State::Active);
        let filed = if active {
            workspaces.iter().map(|w| file(w, sighting)).collect()
        } else {
            Vec::new()
        };
        Tick {
            at: Stamp(minute_of(inputs.now)),
            state: verdict.map(|(state, _)| state),
            reason: verdict.map(|(_, reason)| reason),
            clock_age_s: self.clock.age(inputs.now).map(|age| age.as_secs_f64()),
            workspaces: filed,
        }
    }
}

/// The UTC minute an instant lies in.
fn minute_of(at: Timestamp) -> Timestamp {
    let into = at.as_microsecond().rem_euclid(60_000_000);
    at.saturating_sub(SignedDuration::from_micros(into)).unwrap_or(at)
}

/// What a minute is in one workspace. A pattern that does not compile matches nothing: the server refused it long ago.
pub fn file(workspace: &TeamWorkspace, sighting: Sighting<'_>) -> MinuteInWorkspace {
    let repos: Vec<RepoPattern> = workspace
        .repo_patterns
        .iter()
        .filter_map(|pattern| RepoPattern::compile(pattern).ok())
        .collect();
    let allowlist = Allowlist::new(workspace.app_allowlist.iter().cloned());
    let verdict =
        allowlist.ask(|apps| classify(sighting.repo, sighting.window, Patterns { repos: &repos, apps }));
    for pattern in allowlist.exceeded() {
        tracing::warn!(workspace = %workspace.id, pattern, "an allowlist pattern passed its limit and counts as not matching");
    }
    MinuteInWorkspace {
        id: workspace.id,
        kind: verdict.kind,
        source: verdict.source,
    }
}
