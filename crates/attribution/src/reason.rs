//! The words of reasons. They go into the timesheet, which others than the person may read: a rule's pattern, a
//! branch and a key are named, a title or an address never.

use dayloom_domain::rule::{Rule, RuleField, RuleMatch};

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
