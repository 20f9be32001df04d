//! How each kind of row comes out of a day: blocks, personal time, time away.

use dayloom_domain::{
    day::{AttributedSpan, Block},
    review::EntryStatus,
};
use jiff::Timestamp;

use super::{
    AWAY_MICROS, Acts, Kind, Row, Sure, Tasks, bridge, is_personal, personal_anchor, row_anchor, spans_of,
};
use crate::{
    facts::{DayFacts, Viewer},
    fill::{Fill, Weave, percent},
    place::Place,
    time::{clock, clock_end, minutes_of},
    totals::{Totals, apportion},
    words::Words,
};

/// What every row of a day is made from.
pub(super) struct Maker<'a> {
    pub(super) facts: &'a DayFacts,
    pub(super) tasks: &'a Tasks,
    pub(super) viewer: &'a Viewer,
    pub(super) words: &'static Words,
    pub(super) zone: jiff::tz::TimeZone,
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
            changes: false,
        }
    }

    /// The row of a block.
    pub(super) fn block(&self, block: &Block) -> Row {
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
        row.changes = row.acts != Acts::None && kind != Kind::Dismissed && !is_by_hand(block);
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
    pub(super) fn personal(&self) -> Vec<Row> {
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
    pub(super) fn away(&self) -> Vec<Row> {
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
}

fn is_by_hand(block: &Block) -> bool {
    block.external_ref.starts_with("manual:")
}

fn acts(block: &Block) -> Acts {
    let by_hand = is_by_hand(block);
    match (block.entry_id, block.status) {
        (None, _) => Acts::None,
        (Some(_), EntryStatus::Inferred) if !by_hand => Acts::Open,
        (Some(_), _) => Acts::Undo,
    }
}
