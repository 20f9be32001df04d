//! The page of insights: what, when, measured against what, with a link to its day; and which kinds are wanted.

use askama::Template;
use dayloom_domain::insight::{Hours, Kind};
use jiff::civil::Date;

use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    time::long_date,
    urls,
    words::{Words, fill},
};

/// An insight as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightFact {
    /// Its title.
    pub title: String,
    /// What it says.
    pub body: String,
    /// The day it speaks of.
    pub date: Date,
    /// Not read yet.
    pub unread: bool,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct InsightRow {
    /// The day.
    pub when: String,
    /// Its page.
    pub url: String,
    /// Title.
    pub title: String,
    /// What it says.
    pub body: String,
    /// Not read yet.
    pub unread: bool,
}

/// A kind of insight and whether it is wanted.
#[derive(Clone, Debug)]
pub struct KindRow {
    /// Its type.
    pub event_type: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Wanted.
    pub on: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/insights.html")]
pub struct InsightsPage {
    /// Around it.
    pub frame: Frame,
    /// Newest first.
    pub rows: Vec<InsightRow>,
    /// Every kind.
    pub kinds: Vec<KindRow>,
    /// `2 not read`; empty where all are.
    pub unread: String,
    /// Working hours: start and end.
    pub hours: (String, String),
    /// Where they come from.
    pub hours_from: &'static str,
    /// What was sent were none.
    pub hours_bad: bool,
}

/// The person's working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoursFact {
    /// From when to when.
    pub hours: Hours,
    /// The person set them.
    pub set: bool,
    /// Their last weeks show them.
    pub learned: bool,
    /// The person sent others that were none.
    pub refused: bool,
}

impl InsightsPage {
    /// The page of these insights; `muted` are the kinds that are not wanted.
    pub fn new(viewer: &Viewer, told: &[InsightFact], muted: &[Kind], hours: HoursFact) -> Self {
        let words = Words::of(viewer.locale);
        let rows = told.iter().map(|one| InsightRow {
            when: long_date(one.date, words),
            url: urls::day(one.date),
            title: one.title.clone(),
            body: one.body.clone(),
            unread: one.unread,
        });
        let kinds = Kind::ALL.into_iter().map(|kind| KindRow {
            event_type: kind.event_type(),
            name: name(kind, words),
            on: !muted.contains(&kind),
        });
        Self {
            frame: Frame::new(viewer, Section::Insights, words.nav_insights),
            rows: rows.collect(),
            kinds: kinds.collect(),
            unread: match viewer.unread {
                0 => String::new(),
                n => fill(words.not_read, "n", &n.to_string()),
            },
            hours: hours.hours.ends(),
            hours_from: match (hours.set, hours.learned) {
                (true, _) => words.hours_set,
                (false, true) => words.hours_learned,
                (false, false) => words.hours_contract,
            },
            hours_bad: hours.refused,
        }
    }
}

fn name(kind: Kind, words: &Words) -> &'static str {
    match kind {
        Kind::ContextSwitching => words.insight_switching,
        Kind::MeetingOverload => words.insight_meetings,
        Kind::AfterHours => words.insight_after_hours,
        Kind::FragmentedFocus => words.insight_focus,
    }
}
