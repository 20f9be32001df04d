//! The words of reasons. They go into the timesheet, which others than the person may read: a rule's pattern, a
//! branch and a task are named, the title of a window or an address never.

use dayloom_domain::{
    people::Task,
    rule::{Rule, RuleField, RuleMatch},
};

/// The most characters of a task's title in a reason.
const TITLE_AT_MOST: usize = 60;

/// What a task is called: its key, or its title where it has none.
pub(crate) fn name_of(task: &Task) -> String {
    let key = task.key.as_deref().map(str::trim).unwrap_or_default();
    if !key.is_empty() {
        return key.to_owned();
    }
    let title = task.title.trim();
    match title.char_indices().nth(TITLE_AT_MOST) {
        Some((end, _)) => format!("“{}…”", title[..end].trim_end()),
        None => format!("“{title}”"),
    }
}

/// Such as `rule: branch matches feature/*`.
pub(crate) fn of_rule(rule: &Rule) -> String {
    let field = match rule.field {
        RuleField::App => "app",
        RuleField::Title => "title",
        RuleField::Repo => "repository",
        RuleField::Branch => "branch",
        RuleField::Path => "path",
        RuleField::Host => "host",
        RuleField::Url => "address",
    };
    match rule.matching {
        RuleMatch::Glob => format!("rule: {field} matches {}", rule.pattern),
        RuleMatch::Regex => format!("rule: {field} matches /{}/", rule.pattern),
        RuleMatch::Contains => format!("rule: {field} contains “{}”", rule.pattern),
    }
}

/// Such as `PROJ-1, PROJ-2 and PROJ-3`; at most five are named.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] if names.len() <= 5 => format!("{} and {last}", head.join(", ")),
        _ => format!("{} and {} more", names[..4].join(", "), names.len() - 4),
    }
}

#[cfg(test)]
mod tests {
    use dayloom_domain::sample;

    use super::*;

    fn named(key: Option<&str>, title: &str) -> String {
        name_of(&sample::task(1, key, title))
    }

    #[test]
    fn a_task_is_called_by_its_key_or_by_its_title() {
        assert_eq!(named(Some(" PAY-12 "), "Retry refunds"), "PAY-12");
        assert_eq!(named(Some(" "), "Retry refunds"), "“Retry refunds”");
        assert_eq!(named(None, &"é".repeat(60)), format!("“{}”", "é".repeat(60)));
        assert_eq!(named(None, &"é".repeat(61)), format!("“{}…”", "é".repeat(60)));
    }
}
