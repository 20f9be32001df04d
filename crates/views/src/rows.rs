//! The list of a day in the order of time: blocks, personal time, dismissed blocks and time away.

use std::collections::HashMap;

use dayloom_domain::{
    EntryId, TaskId,
    day::{AttributedSpan, Block, Category, Day},
    review::EntryStatus,
};
use jiff::Timestamp;

use crate::{
    dye::Dyes,
    facts::{DayFacts, TaskFact, Viewer},
    fill::{Fill, Weave, percent},
    place::Place,
    time::{MINUTE, clock, clock_end, duration, minutes_of},
    totals::{Totals, apportion},
    words::Words,
};

/// Time without any evidence from here on is a row of its own: the default idle threshold (`contract/tracker.md` §2.2).
pub const AWAY_MICROS: i64 = 5 * MINUTE;

/// Names and dyes of the person's tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    names: HashMap<TaskId, TaskFact>,
    /// Their dyes.
    pub dyes: Dyes,
}

impl Tasks {
    /// Puts names and dyes together.
    pub fn new(names: impl IntoIterator<Item = TaskFact>, dyes: Dyes) -> Self {
        Self {
            names: names.into_iter().map(|t| (t.id, t)).collect(),
            dyes,
        }
    }

    /// The task's key, or its title where it has none.
    pub fn short(&self, id: TaskId) -> String {
        self.names.get(&id).map_or_else(
            || "?".to_owned(),
            |t| t.key.clone().unwrap_or_else(|| t.title.clone()),
        )
    }

    /// The title where a key stands before it.
    pub fn rest(&self, id: TaskId) -> String {
        self.names
            .get(&id)
            .filter(|t| t.key.is_some())
            .map_or_else(String::new, |t| t.title.clone())
    }

    /// The task's address, if it is one a browser may open.
    pub fn url(&self, id: TaskId) -> Option<&str> {
        let url = self.names.get(&id)?.url.as_deref()?;
        (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
    }
}

/// How sure, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sure {
    /// Rounded per cent.
    pub percent: u8,
    /// Full bars of three; none where a person has reviewed.
    pub bars: u8,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Time on a task.
    Task,
    /// Time without one.
    NoTask,
    /// Personal time.
    Personal,
    /// No evidence.
    Away,
    /// Taken out by the person.
    Dismissed,
}

/// What a person can say of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// Nothing: it is no entry.
    None,
    /// That it is right, where it has a task, that it is another's, or that it is to count nowhere.
    Open,
    /// That what they said of it, or entered by hand, is to be taken back.
    Undo,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub kind: Kind,
    /// Its id on the page.
    pub anchor: String,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// The pieces to draw: evidence, short gaps bridged.
    pub pieces: Vec<(Timestamp, Timestamp)>,
    /// `HH:MM`; empty where it has no place.
    pub from: String,
    /// `HH:MM`; empty where it has no place.
    pub to: String,
    /// It has a place in the day. Minutes entered by hand alone have none: they count, and are drawn nowhere.
    pub placed: bool,
    /// The entry of the timesheet, of a block.
    pub entry: Option<EntryId>,
    /// The task, if any.
    pub task: Option<TaskId>,
    /// Key, or title without one, or what it is instead.
    pub name: String,
    /// Title beside a key.
    pub title: String,
    /// Address of the task.
    pub url: Option<String>,
    /// Why.
    pub reason: String,
    /// Apps and devices.
    pub seen: String,
    /// Repository and branch most of it was on; none of personal time.
    pub place: Option<Place>,
    /// Minutes that add up with the other rows.
    pub minutes: i64,
    /// How sure, where a task was inferred.
    pub sure: Option<Sure>,
    /// What the person said of it.
    pub status: &'static str,
    /// Reviewed: it has a selvedge.
    pub reviewed: bool,
    /// How it is drawn; none for time away.
    pub fill: Option<Fill>,
    /// What other devices saw meanwhile.
    pub note: String,
    /// What can be said of it.
    pub acts: Acts,
}

impl Row {
    /// The entry and the task it is seen with, as a form sends them: `{entry}.{task}`, without a task `{entry}.`.
    pub fn seen_as(&self) -> String {
        let entry = self.entry.map(|entry| entry.to_string()).unwrap_or_default();
        let task = self.task.map(|task| task.to_string()).unwrap_or_default();
        format!("{entry}.{task}")
    }

    /// Class of the row.
    pub fn class(&self) -> &'static str {
        match self.kind {
            Kind::Task => "task",
            Kind::NoTask => "none",
            Kind::Personal => "pers",
            Kind::Away => "away",
            Kind::Dismissed => "gone",
        }
    }

    /// `09:00 – 10:00`, or how long where it has no place.
    pub fn when(&self, words: &Words) -> String {
        if self.placed {
            format!("{} – {}", self.from, self.to)
        } else {
            duration(self.minutes, words)
        }
    }
}

/// Id of the row of a block that begins at an instant.
pub fn block_anchor(start: Timestamp) -> String {
    format!("b{}", start.as_second())
}

/// Id of the row of personal time that begins at an instant.
pub fn personal_anchor(start: Timestamp) -> String {
    format!("p{}", start.as_second())
}

/// Id of the row of an entry that begins at an instant, and may be dismissed.
pub fn row_anchor(start: Timestamp, dismissed: bool) -> String {
    if dismissed {
        format!("x{}", start.as_second())
    } else {
        block_anchor(start)
    }
}

/// Everything on the list of a day.
pub fn rows(facts: &DayFacts, tasks: &Tasks, viewer: &Viewer, words: &'static Words) -> Vec<Row> {
    let day = &facts.day;
    let maker = Maker {
        facts,
        tasks,
        viewer,
        words,
        zone: day.timezone.rules(),
    };
    let mut rows: Vec<Row> = day
        .blocks
        .iter()
        .chain(&facts.dismissed)
        .map(|block| maker.block(block))
        .collect();
    rows.extend(maker.personal());
    rows.extend(maker.away());
    rows.sort_by_key(|row| (row.start, row.end));
    rows
}

/// The span's seconds are personal: nobody's task, and said so.
pub fn is_personal(span: &AttributedSpan) -> bool {
    span.attribution.task_id.is_none() && span.attribution.category == Category::Personal
}

/// The spans of a block, in order. What has no place is in no block that has one.
pub fn spans_of<'a>(day: &'a Day, block: &'a Block) -> impl Iterator<Item = &'a AttributedSpan> {
    let placed = block.start < block.end;
    day.spans.iter().filter(move |s| {
        let inside = s.span.start >= block.start && s.span.end <= block.end;
        inside && (s.span.start < s.span.end) == placed && !is_personal(s)
    })
}

fn acts(block: &Block) -> Acts {
    let by_hand = block.external_ref.starts_with("manual:");
    match (block.entry_id, block.status) {
        (None, _) => Acts::None,
        (Some(_), EntryStatus::Inferred) if !by_hand => Acts::Open,
        (Some(_), _) => Acts::Undo,
    }
}

/// Joins intervals in order where less than [`AWAY_MICROS`] lies between.
pub fn bridge(intervals: impl IntoIterator<Item = (Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in intervals {
        match joined.last_mut() {
            Some(last) if start.as_microsecond() - last.1.as_microsecond() < AWAY_MICROS => {
                last.1 = last.1.max(end);
            }
            _ => joined.push((start, end)),
        }
    }
    joined
}

struct Maker<'a> {
    facts: &'a DayFacts,
    tasks: &'a Tasks,
    viewer: &'a Viewer,
    words: &'static Words,
    zone: jiff::tz::TimeZone,
}

impl Maker<'_> {
    fn blank(&self, kind: Kind, start: Timestamp, end: Timestamp) -> Row {
        let anchor = match kind {
            Kind::Away => format!("a{}", start.as_second()),
            Kind::Personal => personal_anchor(start),
            Kind::Task | Kind::NoTask | Kind::Dismissed => row_anchor(start, kind == Kind::Dismissed),
        };
        Row {
            kind,
            anchor,
            start,
            end,
            pieces: vec![(start, end)],
            from: clock(start, &self.zone),
            to: clock_end(end, self.facts.day.date, &self.zone),
            placed: true,
            entry: None,
            task: None,
            name: String::new(),
            title: String::new(),
            url: None,
            reason: String::new(),
            seen: String::new(),
            place: None,
            minutes: 0,
            sure: None,
            status: "",
            reviewed: false,
            fill: None,
            note: String::new(),
            acts: Acts::None,
        }
    }

    fn block(&self, block: &Block) -> Row {
        let words = self.words;
        let kind = match (block.status, block.task_id) {
            (EntryStatus::Dismissed, _) => Kind::Dismissed,
            (_, Some(_)) => Kind::Task,
            (_, None) => Kind::NoTask,
        };
        let mut row = self.blank(kind, block.start, block.end);
        if block.start == block.end {
            // Several may stand on one day, all at its beginning.
            row.anchor = format!("h-{}", block.external_ref.trim_start_matches("manual:"));
            row.placed = false;
            row.pieces.clear();
            row.from.clear();
            row.to.clear();
        }
        row.entry = block.entry_id;
        row.acts = acts(block);
        row.task = block.task_id;
        row.fill = Some(Fill::of(block, &self.tasks.dyes));
        row.minutes = block.minutes;
        row.reason.clone_from(&block.reason);
        row.reviewed = matches!(block.status, EntryStatus::Confirmed | EntryStatus::Corrected);
        row.status = match block.status {
            EntryStatus::Inferred => "",
            EntryStatus::Confirmed => words.status_confirmed,
            EntryStatus::Corrected => words.status_corrected,
            EntryStatus::Dismissed => words.dismissed,
        };
        let spans: Vec<&AttributedSpan> = spans_of(&self.facts.day, block).collect();
        row.seen = self.seen(&spans);
        row.place = Place::of(&spans, words);
        row.note = self.shadow_note(block.start, block.end);
        let pieces = bridge(spans.iter().map(|s| (s.span.start, s.span.end)));
        if row.placed && !pieces.is_empty() {
            row.pieces = pieces;
        }
        match (kind, block.task_id) {
            (Kind::Dismissed, _) => row.name = words.not_counted.to_owned(),
            (_, Some(task)) => {
                row.name = self.tasks.short(task);
                row.title = self.tasks.rest(task);
                row.url = self.tasks.url(task).map(str::to_owned);
                let bars = if row.reviewed {
                    0
                } else {
                    Weave::of(block.confidence).bars()
                };
                row.sure = Some(Sure {
                    percent: percent(block.confidence),
                    bars,
                });
            }
            (_, None) => row.name = words.unattributed.to_owned(),
        }
        row
    }

    /// Personal spans, neighbours joined where no block stands between.
    fn personal(&self) -> Vec<Row> {
        let day = &self.facts.day;
        let mut groups: Vec<Vec<&AttributedSpan>> = Vec::new();
        let mut open = false;
        for span in &day.spans {
            if !is_personal(span) {
                open = false;
                continue;
            }
            let near = groups.last().and_then(|g| g.last()).is_some_and(|last| {
                span.span.start.as_microsecond() - last.span.end.as_microsecond() < AWAY_MICROS
            });
            match groups.last_mut() {
                Some(group) if open && near => group.push(span),
                _ => groups.push(vec![span]),
            }
            open = true;
        }
        let micros: Vec<i64> = groups
            .iter()
            .map(|group| group.iter().map(|s| s.span.micros).sum())
            .collect();
        let minutes = apportion(&micros, Totals::of(day).personal);
        groups
            .iter()
            .zip(minutes)
            .filter_map(|(group, minutes)| {
                let (first, last) = (group.first()?, group.last()?);
                let mut row = self.blank(Kind::Personal, first.span.start, last.span.end);
                row.name = self.words.personal.to_owned();
                row.fill = Some(Fill::Personal);
                row.minutes = minutes;
                row.reason.clone_from(&first.attribution.reason);
                row.seen = self.seen(group);
                let said = self.facts.private.iter().find(|(start, end, _)| {
                    let mut spans = group.iter().map(|span| &span.span);
                    spans.any(|span| *start <= span.start && span.end <= *end)
                });
                if let Some((_, _, entry)) = said {
                    row.entry = Some(*entry);
                    row.acts = Acts::Undo;
                    row.status = self.words.status_corrected;
                }
                Some(row)
            })
            .collect()
    }

    /// Gaps of five minutes and more between evidence.
    fn away(&self) -> Vec<Row> {
        let mut seen: Vec<(Timestamp, Timestamp)> = self
            .facts
            .day
            .spans
            .iter()
            .map(|s| (s.span.start, s.span.end))
            .filter(|(start, end)| start < end)
            .chain(
                self.facts
                    .dismissed
                    .iter()
                    .chain(&self.facts.day.blocks)
                    .filter_map(|b| {
                        // A block made by hand has no spans and is presence all the same.
                        let unseen = spans_of(&self.facts.day, b).next().is_none();
                        (unseen && b.start < b.end).then_some((b.start, b.end))
                    }),
            )
            .collect();
        seen.sort_unstable();
        bridge(seen)
            .windows(2)
            .map(|pair| {
                let mut row = self.blank(Kind::Away, pair[0].1, pair[1].0);
                row.name = self.words.away_row.to_owned();
                row.minutes = minutes_of(row.end.as_microsecond() - row.start.as_microsecond());
                row
            })
            .collect()
    }

    /// Apps by their time, then devices: `Firefox, Code · thinkpad-x1`.
    fn seen(&self, spans: &[&AttributedSpan]) -> String {
        let mut apps: Vec<(&str, i64)> = Vec::new();
        let mut devices: Vec<&str> = Vec::new();
        for span in spans {
            let app = span.span.signal.app.as_str();
            match apps.iter_mut().find(|(name, _)| *name == app) {
                Some((_, micros)) => *micros += span.span.micros,
                None => apps.push((app, span.span.micros)),
            }
            let device = self.viewer.device_name(span.span.device_id);
            if !device.is_empty() && !devices.contains(&device) {
                devices.push(device);
            }
        }
        apps.sort_by_key(|&(_, micros)| std::cmp::Reverse(micros));
        let shown: Vec<&str> = apps.iter().take(3).map(|&(name, _)| name).collect();
        let mut text = shown.join(", ");
        if apps.len() > shown.len() {
            text.push_str(&format!(" +{}", apps.len() - shown.len()));
        }
        if !devices.is_empty() {
            text.push_str(" · ");
            text.push_str(&devices.join(", "));
        }
        text
    }

    fn shadow_note(&self, start: Timestamp, end: Timestamp) -> String {
        let mut longest: Option<(&str, &str, i64)> = None;
        let mut sums: Vec<(&str, &str, i64)> = Vec::new();
        for shadow in &self.facts.shadows {
            let micros = shadow.end.min(end).as_microsecond() - shadow.start.max(start).as_microsecond();
            if micros <= 0 {
                continue;
            }
            let device = self.viewer.device_name(shadow.device_id);
            match sums
                .iter_mut()
                .find(|(app, d, _)| *app == shadow.app && *d == device)
            {
                Some((.., sum)) => *sum += micros,
                None => sums.push((&shadow.app, device, micros)),
            }
        }
        for sum in sums {
            if longest.is_none_or(|l| sum.2 > l.2) {
                longest = Some(sum);
            }
        }
        match longest {
            Some((app, device, micros)) if minutes_of(micros) > 0 => {
                use crate::words::fill;
                let text = fill(self.words.shadow_note, "app", app);
                let text = fill(&text, "device", device);
                fill(&text, "time", &duration(minutes_of(micros), self.words))
            }
            _ => String::new(),
        }
    }
}
