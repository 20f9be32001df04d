//! The rules over a written trace, without clock or network: one JSON object a line in, one a line out
//! (`contract/team.md` §6).

use dayloom_api::{
    Stamp,
    team::{TeamWorkspace, Tick},
};
use dayloom_domain::team::{
    classify::Window,
    sleep::{SleepWindow, clock_time},
    tick::{Inputs, Platform, Policy, idle_window},
};
use jiff::SignedDuration;
use serde::Deserialize;

use super::{Judge, Sighting};

/// Why a line could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It is no object of the shape the trace has.
    #[error("not a line of a trace: {0}")]
    Shape(#[from] serde_json::Error),
    /// A field holds what it cannot.
    #[error("`{field}`: {rule}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it must be.
        rule: String,
    },
}

#[derive(Deserialize)]
struct Line {
    now: Stamp,
    local_time: String,
    platform: String,
    signed_in: bool,
    aw_reachable: bool,
    aw_input_age: Option<f64>,
    os_idle: Option<f64>,
    ide_focused: bool,
    ide_focus_age: Option<f64>,
    window: Option<Seen>,
    repo: Option<String>,
    workspaces: Vec<TeamWorkspace>,
    settings: Settings,
}

#[derive(Deserialize)]
struct Seen {
    app: Option<String>,
    title: Option<String>,
}

#[derive(Deserialize)]
struct Settings {
    enabled: bool,
    idle_window_minutes: u32,
    use_activity_watch: bool,
    require_activity_watch: bool,
    idle_sleep_window: String,
}

/// Reads a trace line by line.
#[derive(Debug, Default)]
pub struct Tracer {
    judge: Judge,
}

impl Tracer {
    /// Judges one line. `{"reset":true}` starts anew and has no answer.
    pub fn line(&mut self, text: &str) -> Result<Option<Tick>, TraceError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        if value.get("reset").and_then(serde_json::Value::as_bool) == Some(true) {
            *self = Self::default();
            return Ok(None);
        }
        if !value.is_object() {
            return Err(fault("line", "one JSON object"));
        }
        let line: Line = serde_json::from_value(value)?;
        let (inputs, policy) = (inputs(&line)?, policy(&line)?);
        let window = line.window.as_ref().map(|seen| Window {
            app: seen.app.as_deref().unwrap_or_default(),
            title: seen.title.as_deref().unwrap_or_default(),
        });
        let sighting = Sighting {
            window,
            repo: line.repo.as_deref(),
        };
        Ok(Some(self.judge.tick(
            &inputs,
            &policy,
            sighting,
            &line.workspaces,
        )))
    }
}

fn inputs(line: &Line) -> Result<Inputs, TraceError> {
    let platform = match line.platform.as_str() {
        "linux" => Platform::Linux,
        "macos" | "darwin" => Platform::MacOs,
        "windows" | "win32" => Platform::Windows,
        _ => return Err(fault("platform", "linux, macos or windows")),
    };
    Ok(Inputs {
        now: line.now.0,
        local_time: clock_time(&line.local_time).ok_or_else(|| fault("local_time", "a time as HH:MM"))?,
        platform,
        tracking: line.settings.enabled && line.signed_in,
        aw_reachable: line.aw_reachable,
        aw_input_age: age("aw_input_age", line.aw_input_age)?,
        os_idle: age("os_idle", line.os_idle)?,
        ide_focused: line.ide_focused,
        ide_focus_age: age("ide_focus_age", line.ide_focus_age)?,
    })
}

fn policy(line: &Line) -> Result<Policy, TraceError> {
    let settings = &line.settings;
    let sleep = SleepWindow::parse(&settings.idle_sleep_window).map_err(|error| TraceError::Field {
        field: "idle_sleep_window",
        rule: error.to_string(),
    })?;
    let windows = line
        .workspaces
        .iter()
        .map(|workspace| workspace.idle_window_minutes);
    Ok(Policy {
        idle_window: idle_window(windows, settings.idle_window_minutes),
        use_activity_watch: settings.use_activity_watch,
        require_activity_watch: settings.require_activity_watch,
        sleep,
    })
}

fn age(field: &'static str, seconds: Option<f64>) -> Result<Option<SignedDuration>, TraceError> {
    let convert = |s: f64| SignedDuration::try_from_secs_f64(s).map_err(|_| fault(field, "seconds, or null"));
    seconds.map(convert).transpose()
}

fn fault(field: &'static str, rule: &str) -> TraceError {
    TraceError::Field {
        field,
        rule: rule.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"now":"2027-01-15T08:00:30Z","local_time":"10:00","platform":"linux","signed_in":true,
        "aw_reachable":true,"aw_input_age":1,"os_idle":900,"ide_focused":true,"ide_focus_age":null,
        "window":{"app":"Code","title":"main.rs"},"repo":"acme/app","workspaces":[{"id":"0190aaaa-0000-7000-8000-000000000001",
        "name":"Acme","role":"member","repo_patterns":["acme/*"],"app_allowlist":["^Code$"],"idle_window_minutes":5,
        "daily_cap_minutes":1440}],"settings":{"enabled":true,"idle_window_minutes":5,"use_activity_watch":true,
        "require_activity_watch":true,"require_tracking":false,"idle_sleep_window":""}}"#;

    fn answer(tracer: &mut Tracer, line: &str) -> String {
        let tick = tracer.line(line).expect("a line of a trace").expect("an answer");
        serde_json::to_string(&tick).expect("JSON")
    }

    #[test]
    fn the_published_line_gets_the_published_answer() {
        assert_eq!(
            answer(&mut Tracer::default(), LINE),
            r#"{"at":"2027-01-15T08:00:00Z","state":"ACTIVE","reason":"aw+ide","clock_age_s":1.0,"workspaces":[{"id":"0190aaaa-0000-7000-8000-000000000001","kind":"internal","source":"acme/app"}]}"#
        );
    }

    #[test]
    fn no_tick_is_null_and_a_reset_forgets() {
        let mut tracer = Tracer::default();
        answer(&mut tracer, LINE);
        let out = LINE.replace(r#""signed_in":true"#, r#""signed_in":false"#);
        assert!(
            answer(&mut tracer, &out)
                .contains(r#""state":null,"reason":null,"clock_age_s":1.0,"workspaces":[]"#)
        );
        let quiet = LINE.replace(r#""aw_input_age":1"#, r#""aw_input_age":null"#);
        assert!(answer(&mut tracer, &quiet).contains(r#""reason":"recent""#));
        assert!(tracer.line(r#"{"reset":true}"#).expect("a reset").is_none());
        assert!(
            answer(&mut tracer, &quiet).contains(r#""reason":"no-input","clock_age_s":null,"workspaces":[]"#)
        );
    }

    #[test]
    fn faults_name_their_field() {
        let told = |from: &str, to: &str| {
            Tracer::default()
                .line(&LINE.replace(from, to))
                .expect_err("refused")
                .to_string()
        };
        assert!(told("linux", "beos").starts_with("`platform`"));
        assert!(told("10:00", "ten").starts_with("`local_time`"));
        assert!(
            told(r#""idle_sleep_window":"""#, r#""idle_sleep_window":"night""#)
                .starts_with("`idle_sleep_window`")
        );
        assert!(told(r#""os_idle":900"#, r#""os_idle":"x""#).contains("not a line"));
        for other in ["[]", "7", "null", "\"x\""] {
            let said = Tracer::default().line(other).expect_err("refused").to_string();
            assert_eq!(said, "`line`: one JSON object", "{other}");
        }
    }
}
