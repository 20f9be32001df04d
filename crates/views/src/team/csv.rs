//! A team's days as comma-separated values (RFC 4180): a line for each member and day.

use super::TeamFacts;
use crate::csv::cell;

/// The head line.
pub const HEAD: &str = "day,member,login,timezone,internal_minutes,external_minutes,commits_internal,commits_external,closed_issues_internal,closed_issues_external,where\r\n";

/// The whole text. Where somebody was stands only where who asks may see it.
pub fn text(facts: &TeamFacts) -> String {
    let mut lines: Vec<_> = facts
        .members
        .iter()
        .flat_map(|member| member.days.iter().map(move |day| (day.day, member, &day.figures)))
        .collect();
    lines.sort_by_key(|(day, ..)| *day);
    let mut text = HEAD.to_owned();
    for (day, member, figures) in lines {
        let labels = figures
            .repos
            .iter()
            .chain(&figures.sources)
            .filter(|_| member.open);
        let labels: Vec<String> = labels
            .map(|(name, minutes)| format!("{name} {minutes}"))
            .collect();
        let counts = [figures.minutes, figures.commits, figures.issues];
        let counts = counts.map(|(internal, external)| format!("{internal},{external}"));
        text.push_str(&format!(
            "{day},{},{},{},{},{}\r\n",
            cell(&member.name),
            cell(member.login.as_deref().unwrap_or_default()),
            cell(&member.zone_name),
            counts.join(","),
            cell(&labels.join("; "))
        ));
    }
    text
}
