//! The head of a team's page: its range in figures and words, and the ways to other ranges.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::TeamFacts;
use crate::{
    time::{add_days, long_date, month},
    urls,
    words::{Words, counted, fill},
};

/// Days from the first to the last, both included.
pub fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(1, |span| i64::from(span.get_days()) + 1)
}

/// The head.
#[derive(Clone, Debug)]
pub struct Heading {
    /// Day of the month, or number of days.
    pub figure: String,
    /// `Thursday 19 November 2026`, or the first and the last day.
    pub dates: String,
    /// `6 members, 6 time zones · …`.
    pub note: String,
    /// Range links: name, address, whether it is the one shown.
    pub ranges: Vec<(&'static str, String, bool)>,
    /// As long a range before: name and address.
    pub before: (String, String),
    /// As long a range after, unless it has not begun.
    pub after: Option<(String, String)>,
    /// The one member the page is about, who stays in sight in other ranges.
    pub member: Option<String>,
}

impl Heading {
    /// Computes the head.
    pub fn of(facts: &TeamFacts, words: &Words) -> Self {
        let length = days(facts.from, facts.to);
        let (figure, dates) = if length == 1 {
            (facts.from.day().to_string(), long_date(facts.from, words))
        } else {
            (
                length.to_string(),
                format!("{} – {}", short(facts.from, words), short_year(facts.to, words)),
            )
        };
        let id = facts.workspace;
        let member = facts.member().map(|member| member.id);
        let to = |from, to| match member {
            Some(member) => urls::team_member(id, from, to, member),
            None => urls::team(id, from, to),
        };
        let ending_today = |length: i64| to(add_days(facts.today, 1 - length), facts.today);
        let ranges = [
            (words.nav_day, 1),
            (words.team_7_days, 7),
            (words.team_30_days, 30),
        ];
        let ranges = ranges.map(|(name, days)| (name, ending_today(days), days == length));
        let moved = |by: i64| {
            let (first, last) = (add_days(facts.from, by), add_days(facts.to, by));
            (short(first, words), to(first, last))
        };
        Self {
            figure,
            dates,
            note: note(facts, words),
            ranges: ranges.into(),
            before: moved(-length),
            after: (add_days(facts.from, length) <= facts.today).then(|| moved(length)),
            member: member.map(|member| member.to_string()),
        }
    }
}

/// `18 November`.
pub fn short(date: Date, words: &Words) -> String {
    format!("{} {}", date.day(), month(date, words))
}

fn short_year(date: Date, words: &Words) -> String {
    format!("{} {}", short(date, words), date.year())
}

fn note(facts: &TeamFacts, words: &Words) -> String {
    let members = facts.members.iter().filter(|member| !member.former);
    let zones: BTreeSet<&str> = members.clone().map(|member| member.zone_name.as_str()).collect();
    let members = counted(members.count(), words.team_member_1, words.team_members_n, words);
    let zones = counted(zones.len(), words.team_zone_1, words.team_zones_n, words);
    fill(&fill(words.team_note, "members", &members), "zones", &zones)
}
