//! The settings of team minutes (`contract/team.md` §3): their values, their bounds, and how a change is checked.
//!
//! Must not know where a value came from.

use dayloom_domain::team::sleep::SleepWindow;
use serde::{Deserialize, Serialize};
use url::Url;

/// The idle window a person may declare, in minutes.
pub const IDLE_WINDOW: std::ops::RangeInclusive<u32> = 1..=15;

/// The settings in force. Names are those of `config.toml` under `[team]` and of the local socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TeamSettings {
    /// Master switch.
    pub enabled: bool,
    /// Minutes without input that still count for a member without workspaces, 1 to 15.
    pub idle_window_minutes: u32,
    /// Ask the local ActivityWatch server.
    pub use_activity_watch: bool,
    /// Count nothing while that server does not answer.
    pub require_activity_watch: bool,
    /// Its base address, on this machine.
    pub activity_watch_url: String,
    /// Warn while tracking is off or nobody is signed in.
    pub require_tracking: bool,
    /// `HH:MM-HH:MM` in local time in which every minute is idle; empty means never.
    pub idle_sleep_window: String,
}

impl Default for TeamSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            idle_window_minutes: 5,
            use_activity_watch: true,
            require_activity_watch: true,
            activity_watch_url: "http://localhost:5600".to_owned(),
            require_tracking: false,
            idle_sleep_window: String::new(),
        }
    }
}

/// A change: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub struct TeamSettingsChange {
    /// Master switch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// 1 to 15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_window_minutes: Option<u32>,
    /// Ask the local ActivityWatch server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_activity_watch: Option<bool>,
    /// Count nothing while that server does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_activity_watch: Option<bool>,
    /// Its base address, on this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_watch_url: Option<String>,
    /// Warn while tracking is off or nobody is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_tracking: Option<bool>,
    /// `HH:MM-HH:MM`, or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_sleep_window: Option<String>,
}

/// A value that does not stand; the former stays in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` must be {right}; the former value stays in force")]
pub struct BadSetting {
    /// The setting.
    pub field: &'static str,
    /// What it must be.
    pub right: String,
}

impl TeamSettings {
    /// The settings after a change, or what is wrong with it. Nothing is changed where anything is wrong.
    pub fn with(&self, change: &TeamSettingsChange) -> Result<Self, BadSetting> {
        let mut next = self.clone();
        let TeamSettingsChange {
            enabled,
            idle_window_minutes,
            use_activity_watch,
            require_activity_watch,
            activity_watch_url,
            require_tracking,
            idle_sleep_window,
        } = change.clone();
        set(&mut next.enabled, enabled);
        set(&mut next.idle_window_minutes, idle_window_minutes);
        set(&mut next.use_activity_watch, use_activity_watch);
        set(&mut next.require_activity_watch, require_activity_watch);
        set(&mut next.activity_watch_url, activity_watch_url);
        set(&mut next.require_tracking, require_tracking);
        set(&mut next.idle_sleep_window, idle_sleep_window);
        next.check()?;
        Ok(next)
    }

    /// Whether every value stands.
    pub fn check(&self) -> Result<(), BadSetting> {
        if !IDLE_WINDOW.contains(&self.idle_window_minutes) {
            return Err(bad("idle_window_minutes", "a whole number from 1 to 15"));
        }
        self.sleep()?;
        self.url().map(drop)
    }

    /// The sleep window, if there is one.
    pub fn sleep(&self) -> Result<Option<SleepWindow>, BadSetting> {
        SleepWindow::parse(&self.idle_sleep_window).map_err(|_| {
            bad(
                "idle_sleep_window",
                "two times as HH:MM-HH:MM, such as 23:00-07:00, or empty",
            )
        })
    }

    /// The address of ActivityWatch: plain HTTP to this machine.
    pub fn url(&self) -> Result<Url, BadSetting> {
        let right = "an http address of this machine, such as http://localhost:5600";
        let url = Url::parse(self.activity_watch_url.trim()).map_err(|_| bad("activity_watch_url", right))?;
        let is_here = match url.host() {
            Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() == "http" && is_here {
            Ok(url)
        } else {
            Err(bad("activity_watch_url", right))
        }
    }
}

fn set<T>(value: &mut T, change: Option<T>) {
    if let Some(change) = change {
        *value = change;
    }
}

fn bad(field: &'static str, right: &str) -> BadSetting {
    BadSetting {
        field,
        right: right.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_value_is_named_and_changes_nothing() {
        let now = TeamSettings::default();
        for (change, field) in [
            (r#"{"idle_window_minutes":0}"#, "idle_window_minutes"),
            (
                r#"{"idle_window_minutes":16,"enabled":true}"#,
                "idle_window_minutes",
            ),
            (r#"{"idle_sleep_window":"night"}"#, "idle_sleep_window"),
            (
                r#"{"activity_watch_url":"https://example.org"}"#,
                "activity_watch_url",
            ),
            (r#"{"activity_watch_url":"localhost:5600"}"#, "activity_watch_url"),
        ] {
            let change: TeamSettingsChange = serde_json::from_str(change).expect("a change");
            let error = now.with(&change).expect_err("refused");
            assert_eq!(error.field, field);
            assert!(error.to_string().ends_with("the former value stays in force"));
        }
        assert!(
            serde_json::from_str::<TeamSettingsChange>(r#"{"enable":true}"#).is_err(),
            "unknown"
        );
    }

    #[test]
    fn what_is_absent_stays() {
        let change = TeamSettingsChange {
            idle_sleep_window: Some("23:00-07:00".to_owned()),
            enabled: Some(true),
            ..TeamSettingsChange::default()
        };
        let next = TeamSettings::default().with(&change).expect("fine");
        assert!(next.enabled && next.sleep().expect("fine").is_some());
        assert_eq!(next.idle_window_minutes, 5);
        assert_eq!(next.url().expect("fine").port(), Some(5600));
    }
}
