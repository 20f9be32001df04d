//! Pages without a day: the first run, and those that do not lead anywhere.

use askama::Template;

use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    time::ago,
    urls,
    words::{Locale, Words, fill},
};

/// A step of the first run.
#[derive(Clone, Debug)]
pub struct Step {
    /// Done.
    pub done: bool,
    /// What it is.
    pub name: &'static str,
    /// When, or how far.
    pub aside: String,
    /// What to know, or what to do.
    pub text: String,
}

/// The first sample, field by field.
#[derive(Clone, Debug, Default)]
pub struct FirstSample {
    /// What was seen, as far as something was.
    pub app: String,
    /// Title of the window.
    pub title: Option<String>,
    /// Repository.
    pub repository: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// The server is on the person's own machine, so that nothing left it.
    pub stayed: bool,
    /// When it was seen.
    pub at: Option<jiff::Timestamp>,
}

impl FirstSample {
    /// Names and values, in the order they are shown.
    fn fields(self, words: &Words) -> Vec<(&'static str, String)> {
        let known = [
            (words.field_app, Some(self.app)),
            (words.field_title, self.title),
            (words.field_repository, self.repository),
            (words.field_branch, self.branch),
            (
                words.field_left,
                self.stayed.then(|| words.field_nothing.to_owned()),
            ),
        ];
        known
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

/// What the first run knows.
#[derive(Clone, Debug, Default)]
pub struct FirstRunFacts {
    /// Version of the server.
    pub version: String,
    /// Folder the days are kept in, where it may be told.
    pub kept_in: Option<String>,
    /// The first sample, once there is one.
    pub sample: Option<FirstSample>,
    /// Seconds of attention so far.
    pub seconds: i64,
}

/// The first minute: four steps that tick themselves off.
#[derive(Debug, Template)]
#[template(path = "pages/first_run.html")]
pub struct FirstRunPage {
    /// Around it.
    pub frame: Frame,
    /// The steps.
    pub steps: Vec<Step>,
    /// Fields of the sample under the third step: name and value.
    pub sample: Vec<(&'static str, String)>,
    /// Width of the first minute's cloth, per cent.
    pub woven: String,
    /// All is done.
    pub done: bool,
}

impl FirstRunPage {
    /// Computes the page.
    pub fn new(viewer: &Viewer, facts: FirstRunFacts) -> Self {
        let words = Words::of(viewer.locale);
        let mut frame = Frame::new(viewer, Section::Day, words.first_title);
        frame.live = true;
        let seconds = facts.seconds.clamp(0, 60);
        let sample_at = facts.sample.as_ref().and_then(|s| s.at);
        let arrived = facts.sample.is_some();
        let mut here = words.first_signed_in.to_owned();
        if let Some(folder) = &facts.kept_in {
            here = format!("{here} {}", fill(words.first_kept, "folder", folder));
        }
        let steps = vec![
            Step {
                done: true,
                name: words.first_answers,
                aside: format!("Dayloom {}", facts.version),
                text: here,
            },
            device_step(viewer, words),
            Step {
                done: arrived,
                name: if arrived {
                    words.first_sample_here
                } else {
                    words.first_sample
                },
                aside: sample_at.map_or_else(String::new, |at| {
                    fill(words.ago, "time", &ago(at, viewer.now, words))
                }),
                text: if arrived {
                    String::new()
                } else {
                    words.first_waiting.to_owned()
                },
            },
            Step {
                done: seconds >= 60,
                name: if seconds >= 60 {
                    words.first_woven
                } else {
                    words.first_weaving
                },
                aside: fill(words.first_of_60, "n", &seconds.to_string()),
                text: String::new(),
            },
        ];
        Self {
            done: steps.iter().all(|s| s.done),
            sample: facts.sample.map(|s| s.fields(words)).unwrap_or_default(),
            woven: format!("{}%", seconds * 100 / 60),
            steps,
            frame,
        }
    }
}

/// Whether a device is there, and how often it samples.
fn device_step(viewer: &Viewer, words: &'static Words) -> Step {
    let device = viewer.devices.first();
    Step {
        done: device.is_some(),
        name: words.first_device,
        aside: device.map_or_else(String::new, |d| d.name.clone()),
        text: match device {
            Some(d) => fill(
                &fill(words.first_device_more, "platform", &d.platform),
                "n",
                &d.interval_s.to_string(),
            ),
            None => words.first_no_device.to_owned(),
        },
    }
}

/// Why a page leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 401: nobody is signed in.
    SignedOut,
    /// 401: the one-time link was used or is too old.
    LinkSpent,
    /// 400: a date cannot be read.
    DatesUnreadable,
    /// 400: the first day is after the last.
    DatesReversed,
    /// 400: more days than a page takes.
    DatesTooMany,
    /// 400: the same of a team's page.
    TeamDates(BadDates),
    /// 403: a form that none of our pages made.
    ForeignForm,
    /// 403: asked for under a name that is not the server's.
    ForeignName,
    /// 404.
    NotFound,
    /// 500.
    Failed,
}

/// What is wrong with the dates of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDates {
    /// One cannot be read.
    Unreadable,
    /// The first day is after the last.
    Reversed,
    /// More days than a page takes.
    TooMany,
}

/// A page that does not lead anywhere.
#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// Around it.
    pub frame: Frame,
    /// HTTP status.
    pub status: u16,
    /// What happened.
    pub what: &'static str,
    /// What to do, before the command.
    pub then: String,
    /// A command to run, if any.
    pub command: &'static str,
    /// Where to go: address and name.
    pub link: Option<(&'static str, &'static str)>,
}

impl ErrorPage {
    /// The page that says so in a language.
    pub fn new(trouble: Trouble, locale: Locale) -> Self {
        let w = Words::of(locale);
        let day = |text: &str| fill(text, "day", "/tracking/tracker?day=2026-11-19");
        let dates = || {
            fill(
                &day(w.bad_dates_then),
                "range",
                "?start=2026-11-16&end=2026-11-22",
            )
        };
        let (status, title, what, then) = match trouble {
            Trouble::SignedOut => (
                401,
                w.signed_out_title,
                w.signed_out,
                w.signed_out_then.to_owned(),
            ),
            Trouble::LinkSpent => (
                401,
                w.link_spent_title,
                w.link_spent,
                w.link_spent_then.to_owned(),
            ),
            Trouble::DatesUnreadable => (400, w.bad_dates_title, w.dates_unreadable, dates()),
            Trouble::DatesReversed => (400, w.bad_dates_title, w.dates_reversed, dates()),
            Trouble::DatesTooMany => (400, w.bad_dates_title, w.dates_too_many, dates()),
            Trouble::TeamDates(bad) => {
                let what = match bad {
                    BadDates::Unreadable => w.dates_unreadable,
                    BadDates::Reversed => w.dates_reversed,
                    BadDates::TooMany => w.team_dates_too_many,
                };
                let then = fill(w.bad_dates_then, "day", "?from=2026-11-19&to=2026-11-19");
                let then = fill(&then, "range", "?from=2026-11-16&to=2026-11-22");
                (400, w.bad_dates_title, what, then)
            }
            Trouble::ForeignForm => (
                403,
                w.forbidden_title,
                w.forbidden_form,
                w.forbidden_then.to_owned(),
            ),
            Trouble::ForeignName => (
                403,
                w.forbidden_title,
                w.forbidden_name,
                w.forbidden_then.to_owned(),
            ),
            Trouble::NotFound => (404, w.not_found_title, w.not_found, day(w.not_found_then)),
            Trouble::Failed => (500, w.failed_title, w.failed, w.failed_then.to_owned()),
        };
        let (command, link) = match status {
            401 => ("dayloom open", None),
            400 if matches!(trouble, Trouble::TeamDates(_)) => ("", Some((urls::TEAM, w.nav_team))),
            403 => ("", Some((urls::TRACKER, w.own_day))),
            _ => ("", Some((urls::TRACKER, w.today))),
        };
        Self {
            frame: Frame::signed_out(title, locale),
            status,
            what,
            then,
            command,
            link,
        }
    }
}
