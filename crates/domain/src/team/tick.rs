//! The tick: one decision a minute, ACTIVE, IDLE or GATED, with its reason (`contract/team.md` §1).
//!
//! A wake lock, a running task or a debug session is never evidence of a person and has no place here.

use jiff::{SignedDuration, Timestamp, civil::Time};
use serde::Serialize;

use super::sleep::SleepWindow;

/// The operating system a tick is taken on; what its idle signal is worth depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux: the idle signal needs a second one beside it.
    Linux,
    /// macOS: `HIDIdleTime` alone is enough.
    MacOs,
    /// Windows: `GetLastInputInfo` alone is enough.
    Windows,
}

/// How far ahead of the tick's moment an input may seem to be, by clocks that differ a little. Further ahead is none: the clock was
/// set back since.
const AHEAD: SignedDuration = SignedDuration::from_secs(5);

/// An age that can be; a little ahead is just now.
fn sane(age: SignedDuration) -> Option<SignedDuration> {
    (age >= -AHEAD).then(|| age.max(SignedDuration::ZERO))
}

/// What a tick is decided from. Ages are how long ago something was.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The moment of the tick.
    pub now: Timestamp,
    /// The member's local time of day at that moment.
    pub local_time: Time,
    /// The system it is taken on.
    pub platform: Platform,
    /// Tracking is on and someone is signed in.
    pub tracking: bool,
    /// ActivityWatch answered within 2 s.
    pub aw_reachable: bool,
    /// Age of the newest input ActivityWatch saw; none where it saw none.
    pub aw_input_age: Option<SignedDuration>,
    /// Age of the last input by the system's own account; none where it gives no account.
    pub os_idle: Option<SignedDuration>,
    /// An editor window has the focus now.
    pub ide_focused: bool,
    /// Age of the last focus of any editor window; none where there was none.
    pub ide_focus_age: Option<SignedDuration>,
}

/// How a tick is judged.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The effective idle window (see [`idle_window`]).
    pub idle_window: SignedDuration,
    /// Whether ActivityWatch is asked at all; without it there is no gate.
    pub use_activity_watch: bool,
    /// Whether nothing counts while ActivityWatch does not answer.
    pub require_activity_watch: bool,
    /// The sleep window, if there is one.
    pub sleep: Option<SleepWindow>,
}

/// The verdict on a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// A person was there.
    Active,
    /// Nobody was, or nothing bears it out.
    Idle,
    /// Not judged: a required source is missing.
    Gated,
}

/// Why a minute was judged so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Reason {
    /// Local time lies in the sleep window.
    #[serde(rename = "sleep-window")]
    SleepWindow,
    /// ActivityWatch is required and does not answer.
    #[serde(rename = "aw-unreachable")]
    AwUnreachable,
    /// ActivityWatch and the system agree.
    #[serde(rename = "aw+os")]
    AwOs,
    /// The system alone, where its word is enough.
    #[serde(rename = "os")]
    Os,
    /// ActivityWatch, with an editor in focus lately.
    #[serde(rename = "aw+ide")]
    AwIde,
    /// ActivityWatch alone, on a Linux without an idle signal.
    #[serde(rename = "aw-linux")]
    AwLinux,
    /// The system's idle signal on Linux, with an editor in focus lately.
    #[serde(rename = "os+ide")]
    OsIde,
    /// No rule holds now, but one did within the idle window.
    #[serde(rename = "recent")]
    Recent,
    /// No input is young.
    #[serde(rename = "no-input")]
    NoInput,
    /// One input is young, and nothing bears it out.
    #[serde(rename = "uncorroborated")]
    Uncorroborated,
}

/// When a person last proved to be there. It only ever moves forward; where time itself was set back behind it, it is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActivityClock(Option<Timestamp>);

impl ActivityClock {
    /// How long ago that was; none where it never was, or would be yet to come.
    pub fn age(self, now: Timestamp) -> Option<SignedDuration> {
        self.0.and_then(|at| sane(now.duration_since(at)))
    }

    /// Moves forward to `at`, or stays. One that `now` has been set back behind begins anew.
    fn prove(&mut self, at: Timestamp, now: Timestamp) {
        let was = self.0.filter(|was| sane(now.duration_since(*was)).is_some());
        self.0 = Some(was.map_or(at, |was| was.max(at)));
    }
}

/// The effective idle window: the least of the member's workspaces, else the setting (`contract/team.md` §1).
pub fn idle_window(workspaces: impl IntoIterator<Item = u32>, setting: u32) -> SignedDuration {
    let minutes = workspaces.into_iter().min().unwrap_or(setting);
    SignedDuration::from_mins(i64::from(minutes))
}

/// Decides one tick and moves the clock. `None` where there is no tick: tracking is off, or nobody is signed in.
pub fn decide(clock: &mut ActivityClock, inputs: &Inputs, policy: &Policy) -> Option<(State, Reason)> {
    if !inputs.tracking {
        return None;
    }
    if policy
        .sleep
        .is_some_and(|window| window.contains(inputs.local_time))
    {
        return Some((State::Idle, Reason::SleepWindow));
    }
    if policy.use_activity_watch && policy.require_activity_watch && !inputs.aw_reachable {
        return Some((State::Gated, Reason::AwUnreachable));
    }
    let seen = Young::of(inputs, policy);
    let trusted = seen.trust(inputs);
    if let Some((_, age)) = trusted {
        clock.prove(inputs.now.saturating_sub(age).unwrap_or(inputs.now), inputs.now);
    }
    if clock.age(inputs.now).is_some_and(|age| age < policy.idle_window) {
        return Some((
            State::Active,
            trusted.map_or(Reason::Recent, |(reason, _)| reason),
        ));
    }
    let any = seen.aw.is_some() || seen.os.is_some();
    Some((
        State::Idle,
        if any {
            Reason::Uncorroborated
        } else {
            Reason::NoInput
        },
    ))
}

/// The inputs younger than the idle window; an age equal to it is not younger.
struct Young {
    aw: Option<SignedDuration>,
    os: Option<SignedDuration>,
    ide: bool,
}

impl Young {
    fn of(inputs: &Inputs, policy: &Policy) -> Self {
        let young = |age: Option<SignedDuration>| age.and_then(sane).filter(|a| *a < policy.idle_window);
        let listens = policy.use_activity_watch && inputs.aw_reachable;
        Self {
            aw: young(inputs.aw_input_age).filter(|_| listens),
            os: young(inputs.os_idle),
            ide: inputs.ide_focused || young(inputs.ide_focus_age).is_some(),
        }
    }

    /// The first trust rule that holds, and the age of the input that proves it (`contract/team.md` §1 rules 4 and 5).
    fn trust(&self, inputs: &Inputs) -> Option<(Reason, SignedDuration)> {
        let linux = inputs.platform == Platform::Linux;
        match (self.aw, self.os) {
            (Some(aw), Some(os)) => Some((Reason::AwOs, aw.max(os))),
            (_, Some(os)) if !linux => Some((Reason::Os, os)),
            (Some(aw), _) if self.ide => Some((Reason::AwIde, aw)),
            (Some(aw), _) if linux && inputs.os_idle.is_none() => Some((Reason::AwLinux, aw)),
            (_, Some(os)) if linux && self.ide => Some((Reason::OsIde, os)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
