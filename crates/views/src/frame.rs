//! What every page has around it: title, language, assets, top bar, the state of capture, and the pause form.

use jiff::Timestamp;

use crate::{
    assets,
    facts::Viewer,
    time::{add_days, ago, clock, long_date, monday},
    urls,
    words::{Locale, Words, fill},
};

/// A device counts as running if it was heard of within so many of its intervals, and within two minutes at least.
const INTERVALS: i64 = 3;

/// Pages that stand in the bar at every width that has one; the later ones go behind the menu (`design/pages.md`).
const EARLY: usize = 4;

/// Whether samples come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A device is running.
    Running {
        /// `Running on thinkpad-x1`.
        text: String,
        /// Last heard of.
        at: Timestamp,
        /// `14 s ago`.
        ago: String,
    },
    /// All devices are paused.
    Paused,
    /// No device was heard of for a while.
    Quiet {
        /// `thinkpad-x1 last seen Thursday 19 November 2026 18:52`.
        text: String,
    },
    /// The person has no device.
    None,
}

/// A page of the navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Name.
    pub name: &'static str,
    /// Address.
    pub url: String,
    /// The page shown.
    pub current: bool,
    /// How much on it was not read.
    pub unread: i64,
    /// Behind the menu where the bar has no room for all.
    pub late: bool,
}

/// The frame of a signed-in or signed-out page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Title of the document.
    pub title: String,
    /// Words in its language.
    pub words: &'static Words,
    /// Style, script and font.
    pub assets: &'static assets::Names,
    /// Pages; none when signed out.
    pub nav: Vec<NavItem>,
    /// Name of the person; empty when signed out.
    pub person: String,
    /// State of capture; none when signed out.
    pub state: Option<State>,
    /// What the pause button does: `Some(true)` pauses, `Some(false)` resumes; none without a device to pause.
    pub pause: Option<bool>,
    /// Form token.
    pub csrf: String,
    /// Keeps itself current.
    pub live: bool,
}

impl Frame {
    /// The frame of a page for a person. `section` is the page that is current in the navigation.
    pub fn new(viewer: &Viewer, section: Section, title: &str) -> Self {
        let words = Words::of(viewer.locale);
        let first = monday(viewer.today());
        let mut pages = vec![
            (words.nav_day, urls::TRACKER.to_owned(), Section::Day),
            (
                words.nav_week,
                urls::range(first, add_days(first, 6)),
                Section::Week,
            ),
            (words.journal, urls::JOURNAL.to_owned(), Section::Journal),
            (words.ask, urls::ASK.to_owned(), Section::Ask),
            (words.nav_insights, urls::INSIGHTS.to_owned(), Section::Insights),
        ];
        if viewer.team {
            pages.push((words.nav_team, urls::TEAM.to_owned(), Section::Team));
        }
        let nav = pages
            .into_iter()
            .enumerate()
            .map(|(at, (name, url, of))| NavItem {
                name,
                url,
                current: section == of,
                unread: if of == Section::Insights { viewer.unread } else { 0 },
                late: at >= EARLY,
            })
            .collect();
        Self {
            title: format!("{title} · Dayloom"),
            words,
            assets: assets::names(),
            nav,
            person: viewer.name.clone(),
            state: Some(state(viewer, words)),
            pause: pause(viewer),
            csrf: viewer.csrf.clone(),
            live: false,
        }
    }

    /// The frame of a page for nobody known.
    pub fn signed_out(title: &str, locale: Locale) -> Self {
        Self {
            title: format!("{title} · Dayloom"),
            words: Words::of(locale),
            assets: assets::names(),
            nav: Vec::new(),
            person: String::new(),
            state: None,
            pause: None,
            csrf: String::new(),
            live: false,
        }
    }

    /// `lang` of the page.
    pub fn lang(&self) -> &'static str {
        self.words.locale.tag()
    }
}

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// One day.
    Day,
    /// The current week.
    Week,
    /// Journals.
    Journal,
    /// Questions.
    Ask,
    /// Insights.
    Insights,
    /// The team.
    Team,
    /// Any other page.
    Other,
}

/// Running, paused or quiet, by what the devices were last heard of.
pub fn state(viewer: &Viewer, words: &Words) -> State {
    let now = viewer.now;
    let active = viewer.devices.iter().filter(|d| !d.paused);
    let latest = active
        .filter_map(|d| d.last_seen.map(|at| (at, d)))
        .max_by_key(|(at, _)| *at);
    match latest {
        _ if viewer.devices.is_empty() => State::None,
        _ if viewer.devices.iter().all(|d| d.paused) => State::Paused,
        Some((at, device)) => {
            let fresh = (i64::from(device.interval_s) * INTERVALS).max(120);
            if now.as_second() - at.as_second() <= fresh {
                let text = fill(words.running, "device", &device.name);
                State::Running {
                    text,
                    at,
                    ago: fill(words.ago, "time", &ago(at, now, words)),
                }
            } else {
                let when = viewer.zone.to_datetime(at).date();
                let text = fill(words.last_seen, "device", &device.name);
                State::Quiet {
                    text: format!("{text} {} {}", long_date(when, words), clock(at, &viewer.zone)),
                }
            }
        }
        None => State::Quiet {
            text: words.not_seen.to_owned(),
        },
    }
}

fn pause(viewer: &Viewer) -> Option<bool> {
    // A device the project paused cannot be resumed here.
    let own: Vec<_> = viewer
        .devices
        .iter()
        .filter(|d| !d.paused || d.paused_by_person)
        .collect();
    if own.is_empty() {
        None
    } else {
        Some(own.iter().any(|d| !d.paused_by_person))
    }
}
