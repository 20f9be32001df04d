//! Step 7: reviews are pinned. A review claims its interval; spans are cut at its borders, what lies inside takes
//! the person's answer, and what was dismissed leaves the day; so does what lies under an entry made by hand, which
//! stands for that time itself.
//!
//! ```text
//! spans    │──a──────────│──b────│
//! review        [ confirmed )
//! parts    │─a─│────a────│b│──b──│
//! ```

use jiff::{Timestamp, civil::Date};

use crate::{
    day::{AnsweredBy, AttributedSpan, Attribution, Category, Span},
    review::{EntryStatus, Pin},
};

/// The reviews of one date in the order of time, made disjoint: where two claim an instant, the one that begins
/// first keeps it.
pub(super) struct Claims<'p> {
    pins: Vec<&'p Pin>,
    bounds: Vec<(i64, i64)>,
}

/// Where an instant stands among the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The claim it is inside of.
    pub claim: Option<usize>,
    /// How many claims begin at or before it. Two instants outside of all claims with equal numbers have none
    /// between them.
    pub passed: usize,
}

/// A span, or the part of it on one side of a border, with its answer.
pub(super) struct Part {
    /// The span and its answer.
    pub span: AttributedSpan,
    /// Where it stands.
    pub standing: Standing,
}

impl<'p> Claims<'p> {
    /// Sorts out the reviews of `date`; those of other dates claim nothing here.
    pub fn new(pins: &'p [Pin], date: Date) -> Self {
        let mut pins: Vec<&Pin> = pins
            .iter()
            .filter(|pin| pin.date == date && (pin.claims() || !pin.is_by_hand()))
            .collect();
        pins.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
        let mut reached = i64::MIN;
        let bounds = pins
            .iter()
            .map(|pin| {
                let start = pin.start.as_microsecond().max(reached);
                reached = pin.end.as_microsecond().max(start);
                (start, reached)
            })
            .collect();
        Self { pins, bounds }
    }

    /// The review behind a claim.
    pub fn pin(&self, claim: usize) -> &'p Pin {
        self.pins[claim]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pins.len()
    }

    /// Where an instant stands, and the next border after it.
    fn stand(&self, micros: i64) -> (Standing, i64) {
        let passed = self.bounds.partition_point(|&(start, _)| start <= micros);
        let next = self.bounds.get(passed).map_or(i64::MAX, |&(start, _)| start);
        match passed
            .checked_sub(1)
            .filter(|&claim| micros < self.bounds[claim].1)
        {
            Some(claim) => (
                Standing {
                    claim: Some(claim),
                    passed,
                },
                self.bounds[claim].1.min(next),
            ),
            None => (Standing { claim: None, passed }, next),
        }
    }

    /// Cuts a span at the borders and gives each part its answer. Parts come in the order of time.
    pub fn cut(&self, span: Span, attribution: Attribution, out: &mut Vec<Part>) {
        let (first, until) = self.stand(span.start.as_microsecond());
        if span.end.as_microsecond() <= until {
            out.push(self.part(span, attribution, first));
            return;
        }
        let mut open: Option<(Span, Standing)> = None;
        for (&(start, end), &event_id) in span.pieces.iter().zip(&span.event_ids) {
            let (mut now, end) = (start.as_microsecond(), end.as_microsecond());
            while now < end {
                let (standing, until) = self.stand(now);
                let piece = (super::instant(now), super::instant(until.min(end)));
                now = until.min(end);
                match &mut open {
                    Some((part, at)) if *at == standing => extend(part, piece, event_id),
                    _ => {
                        let begun = begin(&span, piece, event_id);
                        if let Some((part, at)) = open.replace((begun, standing)) {
                            out.push(self.part(part, attribution.clone(), at));
                        }
                    }
                }
            }
        }
        if let Some((part, at)) = open {
            out.push(self.part(part, attribution, at));
        }
    }

    fn part(&self, span: Span, attribution: Attribution, standing: Standing) -> Part {
        let attribution = match standing.claim {
            Some(claim) => answer(self.pins[claim]),
            None => plain(attribution),
        };
        Part {
            span: AttributedSpan { span, attribution },
            standing,
        }
    }
}

/// The spans that lie inside a review of this date, cut at its borders, each with that review, in the order of time.
/// Dismissed time is among them: what a person said of it is worth learning from.
pub fn reviewed<'p>(spans: &[Span], date: Date, pins: &'p [Pin]) -> Vec<(Span, &'p Pin)> {
    let claims = Claims::new(pins, date);
    if claims.len() == 0 {
        return Vec::new();
    }
    let mut parts = Vec::new();
    for span in spans {
        claims.cut(span.clone(), Attribution::nobody("not asked"), &mut parts);
    }
    parts
        .into_iter()
        .filter_map(|part| Some((part.span.span, claims.pin(part.standing.claim?))))
        .collect()
}

fn begin(whole: &Span, piece: (Timestamp, Timestamp), event_id: crate::EventId) -> Span {
    Span {
        start: piece.0,
        end: piece.1,
        micros: length(piece),
        pieces: vec![piece],
        zone: whole.zone.clone(),
        device_id: whole.device_id,
        project_id: whole.project_id,
        signal: whole.signal.clone(),
        in_call: whole.in_call,
        event_ids: vec![event_id],
    }
}

fn extend(part: &mut Span, piece: (Timestamp, Timestamp), event_id: crate::EventId) {
    part.end = piece.1;
    part.micros += length(piece);
    part.pieces.push(piece);
    part.event_ids.push(event_id);
}

fn length(piece: (Timestamp, Timestamp)) -> i64 {
    piece.1.as_microsecond() - piece.0.as_microsecond()
}

/// What the person said, as the answer of everything inside. Personal time has no task.
fn answer(pin: &Pin) -> Attribution {
    let reason = match pin.status {
        EntryStatus::Confirmed => "you confirmed this",
        _ => "you corrected this",
    };
    plain(Attribution {
        category: pin.category,
        task_id: pin.task_id,
        project_id: None,
        confidence: 1.0,
        reason: reason.to_owned(),
        answered_by: AnsweredBy::Review,
    })
}

/// Personal time carries no task, whoever said so: it is never in a block.
fn plain(mut attribution: Attribution) -> Attribution {
    if attribution.category == Category::Personal {
        attribution.task_id = None;
    }
    attribution
}
