//! What people read of the collector: the status bar's words and its tooltip. Pure.

use super::snapshot::{Level, Snapshot};

/// Sets text and tooltip from everything else; `url` is where ActivityWatch is asked.
pub fn describe(snapshot: &mut Snapshot, url: &str) {
    snapshot.text = text(snapshot);
    snapshot.tooltip = tooltip(snapshot, url).join("\n");
}

fn text(snapshot: &Snapshot) -> String {
    let today = snapshot
        .today
        .iter()
        .map(|day| day.internal + day.external)
        .max()
        .map(|minutes| format!(" · {} today", length(minutes)))
        .unwrap_or_default();
    match snapshot.level {
        Level::Off => "Team minutes off".to_owned(),
        Level::SignedOut => "Team minutes: sign in".to_owned(),
        Level::Waiting => "Team minutes: first minute".to_owned(),
        Level::Active => format!("Active{today}"),
        Level::Idle => format!("Idle{today}"),
        Level::Gated => "Not recording: start ActivityWatch".to_owned(),
    }
}

fn tooltip(snapshot: &Snapshot, url: &str) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(snapshot.warning.clone());
    match snapshot.level {
        Level::Off => lines.push("No minutes are counted. Turn `team.enabled` on, or sign in.".to_owned()),
        Level::SignedOut => lines.push("No minutes are counted: nobody is signed in. Sign in to count them.".to_owned()),
        Level::Waiting => lines.push("The first minute is being looked at.".to_owned()),
        Level::Gated => lines.push(format!(
            "No time is recorded: ActivityWatch does not answer at {url}. Start ActivityWatch; a click here does."
        )),
        Level::Active | Level::Idle => {
            let reason = snapshot.reason.as_deref().unwrap_or_default();
            lines.push(format!("{} ({reason}).", reason_in_words(reason, snapshot.idle_window_minutes)));
        }
    }
    for day in &snapshot.today {
        lines.push(format!(
            "{}: {} internal, {} external today",
            day.name,
            length(day.internal),
            length(day.external)
        ));
    }
    if let Some(app) = &snapshot.app {
        lines.push(format!("Application: {app}"));
    }
    if let Some(repo) = &snapshot.repo {
        lines.push(format!("Repository: {repo}"));
    }
    if snapshot.waiting > 1 {
        lines.push(format!(
            "{} minutes wait for the server; none is lost.",
            snapshot.waiting
        ));
    }
    lines
}

/// A reason of the log as a sentence without its full stop.
pub fn reason_in_words(reason: &str, idle_window_minutes: u32) -> String {
    match reason {
        "sleep-window" => "Idle: this is your sleep window".to_owned(),
        "aw-unreachable" => "Not recorded: ActivityWatch does not answer".to_owned(),
        "aw+os" => "Active: ActivityWatch and the system saw you".to_owned(),
        "os" => "Active: the system saw you".to_owned(),
        "aw+ide" => "Active: ActivityWatch saw you, and an editor was in focus".to_owned(),
        "aw-linux" => "Active: ActivityWatch saw you; the system tells no idle time".to_owned(),
        "os+ide" => "Active: the system saw you, and an editor was in focus".to_owned(),
        "recent" => format!("Active: you were there within the last {idle_window_minutes} minutes"),
        "no-input" => format!("Idle: no key or mouse for {idle_window_minutes} minutes"),
        "uncorroborated" => "Idle: there was input, but nothing bears out that it was yours".to_owned(),
        other => other.to_owned(),
    }
}

/// Minutes as `3 h 12 min`.
pub fn length(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m} min"),
        (h, 0) => format!("{h} h"),
        (h, m) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::WorkspaceToday;
    use super::*;

    fn shown(level: Level, reason: &str) -> String {
        let mut snapshot = Snapshot {
            level,
            reason: Some(reason.to_owned()),
            idle_window_minutes: 5,
            waiting: if level == Level::Active { 3 } else { 0 },
            repo: (level == Level::Active).then(|| "acme/app".to_owned()),
            app: (level == Level::Active).then(|| "Code".to_owned()),
            today: match level {
                Level::Active | Level::Idle => vec![WorkspaceToday {
                    id: uuid::Uuid::nil(),
                    name: "Acme".to_owned(),
                    internal: 192,
                    external: 8,
                }],
                _ => vec![],
            },
            ..Snapshot::default()
        };
        describe(&mut snapshot, "http://localhost:5600");
        format!("[{}]\n{}", snapshot.text, snapshot.tooltip)
    }

    #[test]
    fn every_state_reads_well() {
        let all = [
            shown(Level::Off, ""),
            shown(Level::SignedOut, ""),
            shown(Level::Waiting, ""),
            shown(Level::Active, "aw+os"),
            shown(Level::Idle, "no-input"),
            shown(Level::Gated, "aw-unreachable"),
        ];
        insta::assert_snapshot!(all.join("\n\n"), @r"
        [Team minutes off]
        No minutes are counted. Turn `team.enabled` on, or sign in.

        [Team minutes: sign in]
        No minutes are counted: nobody is signed in. Sign in to count them.

        [Team minutes: first minute]
        The first minute is being looked at.

        [Active · 3 h 20 min today]
        Active: ActivityWatch and the system saw you (aw+os).
        Acme: 3 h 12 min internal, 8 min external today
        Application: Code
        Repository: acme/app
        3 minutes wait for the server; none is lost.

        [Idle · 3 h 20 min today]
        Idle: no key or mouse for 5 minutes (no-input).
        Acme: 3 h 12 min internal, 8 min external today

        [Not recording: start ActivityWatch]
        No time is recorded: ActivityWatch does not answer at http://localhost:5600. Start ActivityWatch; a click here does.
        ");
    }

    #[test]
    fn every_reason_has_words() {
        for reason in [
            "sleep-window",
            "aw-unreachable",
            "aw+os",
            "os",
            "aw+ide",
            "aw-linux",
            "os+ide",
            "recent",
            "no-input",
            "uncorroborated",
        ] {
            assert!(reason_in_words(reason, 5).contains(": "), "{reason}");
        }
    }
}
