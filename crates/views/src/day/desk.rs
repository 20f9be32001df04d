//! What a person is about to say of a block of the day, or to enter by hand: the row that is opened, what was typed there,
//! what is like it, and why the last word was not taken.

use dayloom_domain::{EntryId, TaskId, day::Block};
use jiff::{Timestamp, civil::Date};

use crate::{
    facts::{DayFacts, TaskFact},
    fill::percent,
    rows::{Kind, Row, block_anchor, spans_of},
    time::{clock, clock_end, duration, minutes_of, month, weekday_short},
    urls,
    words::{Words, fill},
};

/// Things inside of a block that are named; the others are shorter.
const INSIDE: usize = 4;
/// Characters of a title inside of a block.
const TITLE: usize = 60;

/// Why what was said was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The block is not there any more, or is another by now.
    Gone,
    /// It would end before it begins.
    Reversed,
    /// It would leave its day.
    OtherDay,
    /// Time entered by hand stands there.
    ByHand,
    /// It is cut outside of itself.
    NotInside,
    /// What is to be joined does not stand side by side.
    NotNeighbours,
    /// The task is none of the person's open ones.
    Task,
    /// A time is no time.
    Time,
    /// Neither task nor times are others.
    Nothing,
    /// Time by hand has neither times nor minutes.
    Length,
    /// The words are too long.
    Words,
    /// There is no project to file time by hand under.
    Project,
    /// Another task has the key of the one that was to be made.
    Key,
    /// The title of the task that was to be made is too long.
    Title,
}

/// Each with its name in an address.
const REFUSALS: [(Refusal, &str); 14] = [
    (Refusal::Gone, "gone"),
    (Refusal::Reversed, "reversed"),
    (Refusal::OtherDay, "day"),
    (Refusal::ByHand, "hand"),
    (Refusal::NotInside, "inside"),
    (Refusal::NotNeighbours, "neighbours"),
    (Refusal::Task, "task"),
    (Refusal::Time, "time"),
    (Refusal::Nothing, "nothing"),
    (Refusal::Length, "length"),
    (Refusal::Words, "words"),
    (Refusal::Project, "project"),
    (Refusal::Key, "key"),
    (Refusal::Title, "title"),
];

impl Refusal {
    /// Its name in an address.
    pub fn name(self) -> &'static str {
        let named = REFUSALS.iter().find(|(known, _)| *known == self);
        named.map_or("gone", |(_, name)| name)
    }

    /// The refusal of a name.
    pub fn of(name: &str) -> Option<Self> {
        let named = REFUSALS.iter().find(|(_, known)| *known == name);
        named.map(|(refusal, _)| *refusal)
    }

    /// The sentence.
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::Gone => words.review_refused,
            Self::Reversed => words.why_reversed,
            Self::OtherDay => words.why_other_day,
            Self::ByHand => words.why_by_hand,
            Self::NotInside => words.why_not_inside,
            Self::NotNeighbours => words.why_not_neighbours,
            Self::Task => words.why_task,
            Self::Time => words.why_time,
            Self::Nothing => words.why_nothing,
            Self::Length => words.why_length,
            Self::Words => words.why_words,
            Self::Project => words.why_project,
            Self::Key => words.why_key,
            Self::Title => words.why_title,
        }
    }
}

/// What was typed into the row that is opened, or into the form for time by hand; empty where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// A task, `work` for work without one, or `personal`.
    pub task: String,
    /// The title of a task that is not there yet.
    pub make: String,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`.
    pub to: String,
    /// Where to split: `HH:MM`.
    pub at: String,
    /// Minutes, of time by hand.
    pub minutes: String,
    /// The person's words, of time by hand.
    pub what: String,
}

/// An entry that nobody reviewed and that would go where the opened one does.
#[derive(Clone, Debug, PartialEq)]
pub struct LikeFact {
    /// The entry.
    pub entry: EntryId,
    /// Its local date.
    pub date: Date,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Whole minutes.
    pub minutes: i64,
    /// The task it has now.
    pub task: Option<TaskId>,
    /// What that task is called.
    pub name: String,
    /// How sure that is.
    pub confidence: f64,
}

/// The same as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// The entry and the task it is seen with, as a form sends them.
    pub seen: String,
    /// It goes along.
    pub ticked: bool,
    /// Its row on its day.
    pub url: String,
    /// `Wed 18 November`.
    pub day: String,
    /// `15:02 – 15:49`.
    pub when: String,
    /// `now PLAT-77, 38 %`.
    pub now: String,
    /// Whole minutes.
    pub minutes: i64,
}

/// What a review left to be said, and the row that is opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// The row that is opened.
    pub open: Option<EntryId>,
    /// The review that stands of it, by its id; empty where there is none.
    pub stands: String,
    /// Tasks it may be given, those last touched first.
    pub tasks: Vec<TaskFact>,
    /// What was typed.
    pub typed: Typed,
    /// What is like it, oldest first, if that was asked for.
    pub likes: Option<Vec<LikeFact>>,
    /// Of those, the ones whose tick was taken away.
    pub unticked: Vec<EntryId>,
    /// The place to split has the focus.
    pub cuts: bool,
    /// The form for time by hand is opened.
    pub by_hand: bool,
    /// So many others follow the correction before.
    pub moved: Option<u32>,
    /// So many were said together with it, of so many that were to be.
    pub together: Option<(u32, u32)>,
    /// Why the word before was not taken.
    pub refused: Option<Refusal>,
    /// The entry it was about.
    pub about: Option<EntryId>,
}

impl Desk {
    /// The tasks a row may be given, without its own.
    pub fn others(&self, row: &Row) -> Vec<&TaskFact> {
        let others = self.tasks.iter().filter(|task| Some(task.id) != row.task);
        others.collect()
    }

    /// Whether something is being chosen or typed, which must not be taken away.
    pub fn is_busy(&self) -> bool {
        self.open.is_some() || self.by_hand
    }

    /// Why the word before was not taken, of the row it was about.
    pub fn why(&self, row: &Row, words: &Words) -> &'static str {
        match self.refused {
            Some(refusal) if row.entry.is_some() && row.entry == self.about => refusal.text(words),
            _ => "",
        }
    }

    /// The note above the list.
    pub(super) fn note(&self, rows: &[Row], words: &Words) -> String {
        let is_there = |entry| rows.iter().any(|row| row.entry == Some(entry));
        let mut said = Vec::new();
        if let Some(refusal) = self.refused
            && !self.by_hand
            && !self.about.is_some_and(is_there)
        {
            return refusal.text(words).to_owned();
        }
        if let Some((n, of)) = self.together {
            let text = match n {
                1 if n == of => words.review_together_1,
                _ if n == of => words.review_together,
                _ => words.review_together_of,
            };
            said.push(fill(&fill(text, "n", &n.to_string()), "of", &of.to_string()));
        }
        match self.moved {
            Some(1) => said.push(words.review_moves_1.to_owned()),
            Some(n) if n > 1 => said.push(fill(words.review_moves, "n", &n.to_string())),
            _ => {}
        }
        said.join(" ")
    }
}

/// The row that is opened, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What stands in the choice where nothing is chosen.
    pub unchosen: String,
    /// `HH:MM` as the row has it, for a field of a form: midnight that ends the day is `00:00`.
    pub from: String,
    /// The same of its end.
    pub to: String,
    /// `Terminal 30m · ~/acme/infra`, by time.
    pub inside: Vec<String>,
    /// The row after it, which it may be joined with: the entry.
    pub next: Option<EntryId>,
    /// What is like it, newest first.
    pub likes: Option<Vec<Like>>,
    /// `6 similar, not reviewed`.
    pub likes_line: String,
}

impl Opened {
    /// The opened row among those of the day; none where it is not there, or is none that anything can be said of.
    pub(super) fn of(desk: &Desk, facts: &DayFacts, rows: &[Row], words: &Words) -> Option<Self> {
        let entry = desk.open?;
        let at = rows
            .iter()
            .position(|row| row.entry == Some(entry) && row.changes)?;
        let row = &rows[at];
        let block = facts
            .day
            .blocks
            .iter()
            .find(|block| block.entry_id == Some(entry))?;
        let zone = facts.day.timezone.rules();
        let next = rows[at + 1..]
            .iter()
            .find(|row| matches!(row.kind, Kind::Task | Kind::NoTask));
        let likes = desk.likes.as_ref().map(|likes| {
            let shown = |like: &LikeFact| Like::of(like, desk, &zone, words);
            likes.iter().rev().map(shown).collect::<Vec<_>>()
        });
        Some(Self {
            unchosen: match row.task {
                Some(_) => format!("{} {}", row.name, row.title).trim().to_owned(),
                None => words.reassign_placeholder.to_owned(),
            },
            from: clock(block.start, &zone),
            to: clock(block.end, &zone),
            inside: inside(facts, block, words),
            next: next.filter(|next| next.changes).and_then(|next| next.entry),
            likes_line: match likes.as_ref().map(Vec::len) {
                None => String::new(),
                Some(0) => words.review_like_0.to_owned(),
                Some(1) => words.review_like_1.to_owned(),
                Some(n) => fill(words.review_like_n, "n", &n.to_string()),
            },
            likes,
        })
    }
}

impl Like {
    fn of(like: &LikeFact, desk: &Desk, zone: &jiff::tz::TimeZone, words: &Words) -> Self {
        let task = like.task.map(|task| task.to_string()).unwrap_or_default();
        let (from, to) = (clock(like.start, zone), clock_end(like.end, like.date, zone));
        let date = like.date;
        Self {
            seen: format!("{}.{task}", like.entry),
            ticked: !desk.unticked.contains(&like.entry),
            url: urls::block(date, &block_anchor(like.start)),
            day: format!(
                "{} {} {}",
                weekday_short(date, words),
                date.day(),
                month(date, words)
            ),
            when: format!("{from} – {to}"),
            now: match like.task {
                Some(_) => fill(
                    &fill(
                        words.review_like_now,
                        "pct",
                        &percent(like.confidence).to_string(),
                    ),
                    "name",
                    &like.name,
                ),
                None => words.unattributed.to_owned(),
            },
            minutes: like.minutes,
        }
    }
}

/// What the time of a block went to: applications by their time, each with the title most of it had.
fn inside(facts: &DayFacts, block: &Block, words: &Words) -> Vec<String> {
    struct App<'a> {
        name: &'a str,
        micros: i64,
        titles: Vec<(&'a str, i64)>,
    }
    let mut apps: Vec<App<'_>> = Vec::new();
    for span in spans_of(&facts.day, block) {
        let (signal, micros) = (&span.span.signal, span.span.micros);
        let at = apps.iter().position(|app| app.name == signal.app);
        let at = at.unwrap_or_else(|| {
            apps.push(App {
                name: &signal.app,
                micros: 0,
                titles: Vec::new(),
            });
            apps.len() - 1
        });
        let app = &mut apps[at];
        app.micros += micros;
        if let Some(title) = signal.title.as_deref().filter(|title| !title.trim().is_empty()) {
            match app.titles.iter_mut().find(|(known, _)| *known == title) {
                Some((_, sum)) => *sum += micros,
                None => app.titles.push((title, micros)),
            }
        }
    }
    apps.sort_by_key(|app| std::cmp::Reverse(app.micros));
    let shown = apps.iter().take(INSIDE).map(|app| {
        let mut text = format!("{} {}", app.name, duration(minutes_of(app.micros), words));
        let longest = app.titles.iter().rev().max_by_key(|(_, micros)| *micros);
        if let Some((title, _)) = longest {
            let cut: String = title.chars().take(TITLE).collect();
            let more = if cut.len() < title.len() { "…" } else { "" };
            text.push_str(&format!(" · {}{more}", cut.trim_end()));
        }
        text
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_found_by_its_name_and_has_words_of_its_own() {
        let mut texts = std::collections::HashSet::new();
        for (refusal, name) in REFUSALS {
            assert_eq!(Refusal::of(name), Some(refusal));
            assert_eq!(refusal.name(), name);
            for words in [&crate::words::EN, &crate::words::HI] {
                assert!(texts.insert(refusal.text(words)), "{name}");
            }
        }
        assert_eq!(Refusal::of("1"), None);
    }
}
