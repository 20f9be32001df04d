//! What a form of a day sends, read into what it asks for.

use std::collections::BTreeMap;

use dayloom_domain::{EntryId, TaskId, Zone, day::Category, review::Change};
use dayloom_views::{
    day::{Refusal, Typed},
    time::add_days,
};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde::Deserialize;

/// Before the entry and the task of one that is to go along.
const LIKE: &str = "like.";

/// One of the buttons is sent, by its name. The value of most is the entry and the task it was seen with.
#[derive(Deserialize)]
pub(in crate::pages) struct Sent {
    #[serde(default)]
    pub csrf: String,
    pub day: Date,
    confirm: Option<String>,
    dismiss: Option<String>,
    undo: Option<String>,
    sure: Option<String>,
    /// The entry, its task, and the entry after it.
    join: Option<String>,
    /// `from` or `to` with a sign, the entry and its task: a minute earlier or later.
    nudge: Option<String>,
    split: Option<String>,
    look: Option<String>,
    change: Option<String>,
    all: Option<String>,
    hand: Option<String>,
    /// The review that stood of the entry when the form was shown; none where the form was no opened row.
    pub stands: Option<String>,
    /// A task, `work` for work without one, or `personal`.
    #[serde(default)]
    pub task: String,
    /// The title of a task that is not there yet; it stands before what is chosen.
    #[serde(default)]
    pub make: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    /// The times as they were shown: others are meant only where these differ from what is sent.
    #[serde(default)]
    was_from: String,
    #[serde(default)]
    was_to: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    pub minutes: String,
    #[serde(default)]
    pub what: String,
    /// The list of what is like it was shown.
    listed: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// An entry as the page showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub entry: EntryId,
    pub task: Option<TaskId>,
}

impl Seen {
    /// Reads `{entry}.{task}`, or `{entry}.` without a task.
    fn read(text: &str) -> Option<Self> {
        let (entry, task) = text.split_once('.')?;
        let task = if task.is_empty() {
            None
        } else {
            Some(task.parse().ok()?)
        };
        Some(Self {
            entry: entry.parse().ok()?,
            task,
        })
    }
}

/// A border of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Border {
    Start,
    End,
}

/// What one form asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Wish {
    /// A word of a row as it stands in the list.
    Say(Seen, Change),
    Undo(EntryId),
    ConfirmSure,
    /// A border a minute later, or earlier.
    Nudge(Seen, Border, i64),
    /// What is chosen and typed in the opened row.
    Save(Seen),
    /// The same, and what is ticked goes along.
    SaveAll(Seen),
    /// What is like it, were it saved.
    Look(Seen),
    Split(Seen),
    /// Time by hand.
    Hand,
}

/// What is asked for of an entry without more.
type Plain = fn(Seen) -> Wish;

impl Sent {
    pub(super) fn wish(&self) -> Option<Wish> {
        let plain = [
            (&self.confirm, (|seen| Wish::Say(seen, Change::Confirm)) as Plain),
            (&self.dismiss, |seen| Wish::Say(seen, Change::Dismiss)),
            (&self.undo, |seen| Wish::Undo(seen.entry)),
            (&self.split, Wish::Split),
            (&self.look, Wish::Look),
            (&self.change, Wish::Save),
            (&self.all, Wish::SaveAll),
        ];
        for (sent, wish) in plain {
            if let Some(sent) = sent {
                return Seen::read(sent).map(wish);
            }
        }
        if let Some(join) = &self.join {
            let (seen, next) = join.rsplit_once('.')?;
            let with = vec![next.parse().ok()?];
            return Some(Wish::Say(
                Seen::read(seen)?,
                Change::Merge { with, task_id: None },
            ));
        }
        if let Some(nudge) = &self.nudge {
            let (which, seen) = nudge.split_once('.')?;
            let (border, by) = match which {
                "from-" => (Border::Start, -1),
                "from+" => (Border::Start, 1),
                "to-" => (Border::End, -1),
                "to+" => (Border::End, 1),
                _ => return None,
            };
            return Some(Wish::Nudge(Seen::read(seen)?, border, by));
        }
        match (&self.sure, &self.hand) {
            (Some(_), _) => Some(Wish::ConfirmSure),
            (None, Some(_)) => Some(Wish::Hand),
            (None, None) => None,
        }
    }

    /// The task that is to be made, if one was typed: its key, where one stands in front, and its title.
    pub(super) fn made(&self) -> Option<(Option<String>, String)> {
        let words: Vec<&str> = self
            .make
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        match words[..] {
            [] => None,
            [key, _, ..] if is_key(key) => Some((Some(key.to_owned()), words[1..].join(" "))),
            _ => Some((None, words.join(" "))),
        }
    }

    /// What is ticked to go along.
    pub(super) fn ticked(&self) -> Vec<Seen> {
        let named = self.others.keys().filter_map(|name| name.strip_prefix(LIKE));
        named.filter_map(Seen::read).collect()
    }

    /// Whether there was a list to take ticks from.
    pub(super) fn listed(&self) -> bool {
        self.listed.is_some()
    }

    /// The borders that were typed anew.
    pub(super) fn borders(&self, zone: &Zone) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
        let anew = |typed: &str, was: &str| typed.trim() != was.trim();
        let start = anew(&self.from, &self.was_from)
            .then(|| start_at(&self.from, self.day, zone))
            .transpose()?;
        let end = anew(&self.to, &self.was_to)
            .then(|| end_at(&self.to, self.day, zone))
            .transpose()?;
        Ok((start, end))
    }

    /// Where it is to be split.
    pub(super) fn cut(&self, zone: &Zone) -> Result<Timestamp, Refusal> {
        start_at(&self.at, self.day, zone)
    }

    /// What was typed, to be shown again. A time that was not changed is left to what stands by now.
    pub(super) fn typed(&self) -> Typed {
        let kept = |typed: &str, was: &str| {
            if typed.trim() == was.trim() {
                String::new()
            } else {
                typed.trim().to_owned()
            }
        };
        Typed {
            task: self.task.clone(),
            make: self.make.clone(),
            from: kept(&self.from, &self.was_from),
            to: kept(&self.to, &self.was_to),
            at: self.at.clone(),
            minutes: self.minutes.clone(),
            what: self.what.clone(),
        }
    }
}

/// Whether a word looks like the key of a task: letters, a hyphen, a number.
fn is_key(word: &str) -> bool {
    word.rsplit_once('-').is_some_and(|(project, number)| {
        project.starts_with(|c: char| c.is_ascii_alphabetic())
            && project.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The task and the kind of time of a choice; none where nothing was chosen, or what nobody could choose.
pub(super) fn answer(task: &str) -> Option<(Option<TaskId>, Category)> {
    match task {
        "work" => Some((None, Category::Productive)),
        "personal" => Some((None, Category::Personal)),
        task => Some((Some(task.parse().ok()?), Category::Productive)),
    }
}

/// `HH:MM` of a field as an instant of the day.
pub(super) fn start_at(text: &str, day: Date, zone: &Zone) -> Result<Timestamp, Refusal> {
    Ok(zone.at(day, time(text).ok_or(Refusal::Time)?))
}

/// The same of an end: midnight is the one that ends the day.
pub(super) fn end_at(text: &str, day: Date, zone: &Zone) -> Result<Timestamp, Refusal> {
    let time = time(text).ok_or(Refusal::Time)?;
    if time == Time::midnight() {
        return Ok(zone.start_of(add_days(day, 1)));
    }
    Ok(zone.at(day, time))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i8>().ok()).flatten()
    };
    match (number(hour)?, number(minute)?) {
        (24, 0) => Some(Time::midnight()),
        (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let fields = [("day", "2026-11-19")].iter().chain(fields);
        let pairs: Vec<String> = fields.map(|(name, value)| format!("{name}={value}")).collect();
        let uri = format!("/?{}", pairs.join("&").replace('+', "%2B"));
        let axum::extract::Query(sent) = axum::extract::Query::try_from_uri(&uri.parse().unwrap()).unwrap();
        sent
    }

    #[test]
    fn a_form_says_one_thing_or_nothing() {
        let seen = Seen::read(&format!("{ID}.")).unwrap();
        assert_eq!((seen.entry.to_string().as_str(), seen.task), (ID, None));
        assert!(Seen::read(&format!("{ID}.{ID}")).unwrap().task.is_some());
        for bad in ["", ".", ID, "x.", &format!("{ID}.x")] {
            assert_eq!(Seen::read(bad), None, "{bad}");
            for name in ["confirm", "undo", "join", "nudge", "split", "all"] {
                assert_eq!(sent(&[(name, bad)]).wish(), None, "{name} {bad}");
            }
        }
        assert_eq!(answer("personal"), Some((None, Category::Personal)));
        assert_eq!(answer(""), None, "no task was chosen");
        assert_eq!(answer("none"), None);
        assert_eq!(sent(&[]).wish(), None);

        let nudged = sent(&[("nudge", &format!("to+.{ID}.{ID}"))]).wish();
        let both = Seen::read(&format!("{ID}.{ID}")).unwrap();
        assert_eq!(nudged, Some(Wish::Nudge(both, Border::End, 1)));
        let joined = sent(&[("join", &format!("{ID}..{ID}"))]).wish();
        let merge = Change::Merge {
            with: vec![ID.parse().unwrap()],
            task_id: None,
        };
        assert_eq!(joined, Some(Wish::Say(seen, merge)));
    }

    #[test]
    fn a_task_that_is_typed_has_a_title_and_a_key_where_one_stands_in_front() {
        let made = |text: &str| sent(&[("make", text)]).made();
        let is = |key: Option<&str>, title: &str| Some((key.map(str::to_owned), title.to_owned()));
        assert_eq!(sent(&[]).made(), None);
        assert_eq!(made("%20%0A"), None);
        assert_eq!(made("Mend%20%00the%0Aloom"), is(None, "Mend the loom"));
        assert_eq!(made("PROJ-12%20Mend%20it"), is(Some("PROJ-12"), "Mend it"));
        for title in ["PROJ-12", "-12 x", "PROJ- x", "12-12 x", "a.b-1 x", "PROJ-1a x"] {
            assert_eq!(made(&title.replace(' ', "%20")), is(None, title), "{title}");
        }
    }

    #[test]
    fn what_is_ticked_is_what_goes_along() {
        let sent = sent(&[
            ("listed", "1"),
            (&format!("like.{ID}."), "1"),
            ("like.x", "1"),
            ("unlike", "1"),
        ]);
        assert!(sent.listed());
        assert_eq!(sent.ticked(), [Seen::read(&format!("{ID}.")).unwrap()]);
    }

    #[test]
    fn times_are_meant_where_they_are_others_than_were_shown() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let borders = |from: &str, to: &str| {
            let was = [("was_from", "09:06"), ("was_to", "10:31")];
            sent(&[("from", from), ("to", to), was[0], was[1]]).borders(&zone)
        };
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert_eq!(borders("09:06", "10:31"), Ok((None, None)));
        assert_eq!(borders("09:07", "10:31"), Ok((at("2026-11-19T08:07:00Z"), None)));
        for midnight in ["00:00", "24:00"] {
            assert_eq!(borders("09:06", midnight), Ok((None, at("2026-11-19T23:00:00Z"))));
        }
        for bad in ["", "9", "25:00", "10:60", "-1:00", "ten", "10:00:00"] {
            assert_eq!(borders("09:06", bad), Err(Refusal::Time), "{bad}");
        }
        let none = sent(&[]).borders(&zone);
        assert_eq!(none, Ok((None, None)), "a form without times means none");
    }
}
