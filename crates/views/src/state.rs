//! Pages without a day: the first run, and those that do not lead anywhere.

use askama::Template;

use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    time::ago,
    urls,
    words::{Locale, fill},
};

/// A step of the first run.
#[derive(Clone, Debug)]
pub struct Step {
    /// Done.
    pub done: bool,
    /// What it is.
    pub name: String,
    /// When, or how far.
    pub aside: String,
    /// What to know, or what to do.
    pub text: String,
}

/// The first sample, field by field.
#[derive(Clone, Debug, Default)]
pub struct FirstSample {
    /// Its fields: name and value.
    pub fields: Vec<(&'static str, String)>,
    /// When it was seen.
    pub at: Option<jiff::Timestamp>,
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
    /// The sample under the third step.
    pub sample: Option<FirstSample>,
    /// Width of the first minute's cloth, per cent.
    pub woven: String,
    /// All is done.
    pub done: bool,
}

impl FirstRunPage {
    /// Computes the page.
    pub fn new(viewer: &Viewer, facts: FirstRunFacts) -> Self {
        let mut frame = Frame::new(viewer, Section::Day, "Your first minute");
        frame.live = true;
        let seconds = facts.seconds.clamp(0, 60);
        let device = viewer.devices.first();
        let step = |done, name: &str, aside: String, text: String| Step {
            done,
            name: name.to_owned(),
            aside,
            text,
        };
        let kept = facts
            .kept_in
            .map_or_else(String::new, |folder| format!(" Your days are kept in {folder}."));
        let sample_at = facts.sample.as_ref().and_then(|s| s.at);
        let steps = vec![
            step(true, "This computer answers", format!("Dayloom {}", facts.version), format!("You are signed in.{kept}")),
            step(
                device.is_some(),
                "A device is joined",
                device.map_or_else(String::new, |d| d.name.clone()),
                match device {
                    Some(d) => format!("{}, one sample every {} s. dayloom doctor says which sources it has.", d.platform, d.interval_s),
                    None => "Waiting for an agent. dayloom up starts one; elsewhere it is dayloom agent --server and this address.".to_owned(),
                },
            ),
            step(
                facts.sample.is_some(),
                if facts.sample.is_some() { "The first sample arrived" } else { "The first sample" },
                sample_at.map_or_else(String::new, |at| {
                    fill(viewer.locale.words().ago, "time", &ago(at, viewer.now, viewer.locale.words()))
                }),
                if facts.sample.is_some() { String::new() } else { "Nothing has arrived yet. Go on with your work.".to_owned() },
            ),
            step(
                seconds >= 60,
                if seconds >= 60 { "The first minute is woven" } else { "The first minute is being woven" },
                format!("{seconds} of 60 s"),
                String::new(),
            ),
        ];
        Self {
            done: steps.iter().all(|s| s.done),
            sample: facts.sample,
            woven: format!("{}%", seconds * 100 / 60),
            steps,
            frame,
        }
    }
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
    pub what: String,
    /// What to do, before the command.
    pub then: String,
    /// A command to run, if any.
    pub command: &'static str,
    /// Where to go: address and name.
    pub link: Option<(&'static str, &'static str)>,
}

impl ErrorPage {
    fn new(status: u16, title: &str, what: &str, then: &str) -> Self {
        Self {
            frame: Frame::signed_out(title, Locale::En),
            status,
            what: what.to_owned(),
            then: then.to_owned(),
            command: "",
            link: None,
        }
    }

    /// 401: nobody is signed in.
    pub fn signed_out() -> Self {
        let what = "You are not signed in on this browser.";
        Self {
            command: "dayloom open",
            ..Self::new(401, "Signed out", what, "To open your day, run")
        }
    }

    /// 401: the one-time link was used or is too old.
    pub fn link_spent() -> Self {
        let what = "This link has been used, or is older than two minutes.";
        let then = "Each link opens the page once. For a new one, run";
        Self {
            command: "dayloom open",
            ..Self::new(401, "Link spent", what, then)
        }
    }

    /// 400: the dates cannot be read.
    pub fn bad_dates(detail: &str) -> Self {
        let then =
            "Days look like /tracking/tracker?day=2026-11-19, ranges like ?start=2026-11-16&end=2026-11-22.";
        Self {
            link: Some((urls::TRACKER, "Today")),
            ..Self::new(400, "Dates not understood", detail, then)
        }
    }

    /// 403.
    pub fn forbidden(detail: &str) -> Self {
        let then = "Go back to your own day and try again from there.";
        Self {
            link: Some((urls::TRACKER, "Your own day")),
            ..Self::new(403, "Not allowed", detail, then)
        }
    }

    /// 404.
    pub fn not_found() -> Self {
        let then = "Days look like /tracking/tracker?day=2026-11-19.";
        Self {
            link: Some((urls::TRACKER, "Today")),
            ..Self::new(404, "No such page", "There is no such page.", then)
        }
    }

    /// 429, with the seconds to wait.
    pub fn too_many(seconds: u64) -> Self {
        let then = format!("The next can be given in {seconds} seconds.");
        Self::new(429, "Too many requests", "Too many pages asked for.", &then)
    }

    /// 500.
    pub fn failed() -> Self {
        let then = "Nothing you recorded is lost. Load the page again; if it fails again, the server's log says why.";
        Self {
            link: Some((urls::TRACKER, "Today")),
            ..Self::new(500, "Failed", "This page could not be made.", then)
        }
    }
}
