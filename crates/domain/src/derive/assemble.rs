//! Puts the day together: spans with their answers, reviews, blocks with names and minutes, totals.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{Woven, apportion, block, pins::Claims, pins::Part};
use crate::{
    DeviceId, EventId, Zone,
    day::{AnsweredBy, AttributedSpan, Attribution, Block, Category, Day, Signal, Span},
    review::{EntryStatus, Pin},
};

/// Assembles the day out of the woven spans, one answer for each of them in the same order, and the reviews.
///
/// A span without an answer counts as unattributed, so that a short list changes attribution and never time. Of
/// `pins`, those of this date claim their intervals; those of other dates only keep their names from being given
/// twice. Pinned blocks are there even where no attention is left in them; one made personal is not among the
/// blocks, as personal time never is. An entry made by hand is a span and a block of its own, of no device and no
/// event, and inferred time flows around it.
pub fn assemble(woven: Woven, attributions: Vec<Attribution>, pins: &[Pin]) -> Day {
    let Woven {
        date,
        fallback,
        spans,
        mut devices,
        carried,
    } = woven;
    let claims = Claims::new(pins, date);
    let mut answers = attributions.into_iter();
    let mut parts = Vec::with_capacity(spans.len());
    for span in spans {
        let answer = answers.next().unwrap_or_else(|| Attribution::nobody("no answer"));
        claims.cut(span, answer, &mut parts);
    }
    let leaves = |part: &Part| {
        part.standing.claim.is_some_and(|claim| {
            let pin = claims.pin(claim);
            pin.status == EntryStatus::Dismissed || pin.is_by_hand()
        })
    };
    for part in parts.iter().filter(|part| leaves(part)) {
        let span = &part.span.span;
        if let Some(device) = devices
            .iter_mut()
            .find(|device| device.device_id == span.device_id)
        {
            device.attention_micros -= span.micros;
        }
    }
    parts.retain(|part| !leaves(part));

    let mut blocks = block::gather(&mut parts);
    name(&mut blocks, &carried, pins);
    blocks.extend((0..claims.len()).filter_map(|claim| pinned(&claims, claim, &parts)));
    let timezone = parts.last().map_or(fallback, |last| last.span.span.zone.clone());
    let mut spans: Vec<AttributedSpan> = parts.into_iter().map(|part| part.span).collect();
    for pin in pins.iter().filter(|pin| pin.date == date) {
        if let Some((span, block)) = by_hand(pin, &timezone) {
            spans.push(span);
            blocks.push(block);
        }
    }
    spans.sort_by_key(|s| (s.span.start, s.span.end));
    blocks.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
    let micros: Vec<i64> = blocks.iter().map(|block| block.micros).collect();
    for (block, minutes) in blocks.iter_mut().zip(apportion::minutes(&micros)) {
        block.minutes = minutes;
    }

    let sum = |of: &dyn Fn(&Attribution) -> bool| -> i64 {
        spans
            .iter()
            .filter(|s| of(&s.attribution))
            .map(|s| s.span.micros)
            .sum()
    };
    Day {
        date,
        timezone,
        attention_micros: sum(&|_| true),
        attributed_micros: sum(&|a| a.task_id.is_some()),
        unattributed_micros: sum(&|a| a.task_id.is_none() && a.category != Category::Personal),
        personal_micros: sum(&|a| a.category == Category::Personal),
        spans,
        blocks,
        devices,
    }
}

/// The block of a confirmed or corrected review, with what is left of its time.
fn pinned(claims: &Claims<'_>, claim: usize, parts: &[Part]) -> Option<Block> {
    let pin = claims.pin(claim);
    if pin.status == EntryStatus::Dismissed || pin.category == Category::Personal || pin.is_by_hand() {
        return None;
    }
    let from = parts.partition_point(|part| part.standing.passed <= claim);
    let inside: Vec<&AttributedSpan> = parts[from..]
        .iter()
        .take_while(|part| part.standing.passed == claim + 1)
        .filter(|part| part.standing.claim == Some(claim))
        .map(|part| &part.span)
        .collect();
    let micros = inside.iter().map(|span| span.span.micros).sum();
    Some(Block {
        entry_id: Some(pin.entry_id),
        external_ref: pin.external_ref.clone(),
        start: pin.start,
        end: pin.end,
        micros,
        minutes: 0,
        project_id: inside
            .first()
            .map_or(pin.project_id, |span| block::project_of(span)),
        task_id: pin.task_id,
        category: pin.category,
        confidence: 1.0,
        reason: pin.description.clone().unwrap_or_else(|| {
            inside
                .first()
                .map_or_else(|| NO_TIME_LEFT.to_owned(), |s| s.attribution.reason.clone())
        }),
        status: pin.status,
        event_ids: block::event_ids(inside.iter().map(|span| &span.span)),
    })
}

/// The span and the block of an entry made by hand.
fn by_hand(pin: &Pin, zone: &Zone) -> Option<(AttributedSpan, Block)> {
    let micros = pin.hand?;
    let attribution = Attribution {
        category: pin.category,
        task_id: pin.task_id,
        project_id: Some(pin.project_id),
        confidence: 1.0,
        reason: BY_HAND.to_owned(),
        answered_by: AnsweredBy::Review,
    };
    let length = if pin.claims() {
        pin.end.as_microsecond() - pin.start.as_microsecond()
    } else {
        micros
    };
    let span = Span {
        start: pin.start,
        end: pin.end,
        micros: length,
        pieces: vec![(pin.start, pin.end)],
        zone: zone.clone(),
        device_id: DeviceId(Uuid::nil()),
        project_id: pin.project_id,
        signal: Arc::new(Signal {
            app: "By hand".to_owned(),
            ..Signal::default()
        }),
        in_call: false,
        event_ids: Vec::new(),
    };
    let block = Block {
        entry_id: Some(pin.entry_id),
        external_ref: pin.external_ref.clone(),
        start: pin.start,
        end: pin.end,
        micros: length,
        minutes: 0,
        project_id: pin.project_id,
        task_id: pin.task_id,
        category: pin.category,
        confidence: 1.0,
        reason: pin.description.clone().unwrap_or_else(|| BY_HAND.to_owned()),
        status: pin.status,
        event_ids: Vec::new(),
    };
    Some((AttributedSpan { span, attribution }, block))
}

const BY_HAND: &str = "you entered this by hand";

const NO_TIME_LEFT: &str = "you reviewed this; later evidence leaves no time in it";

/// Names the blocks. Of those that begin with one event the first has `tracker:<event id>`, unless the event came
/// over from the day before or a review holds the name; the others add the microsecond they begin at, which no
/// two blocks share, on whatever day.
fn name(blocks: &mut [Block], carried: &BTreeSet<EventId>, pins: &[Pin]) {
    let mut taken: HashSet<String> = pins.iter().map(|pin| pin.external_ref.clone()).collect();
    for block in blocks {
        let Some(first) = block.event_ids.first() else {
            continue;
        };
        let plain = format!("tracker:{first}");
        let begins = block.start.as_microsecond();
        let names = std::iter::once(plain.clone())
            .skip(usize::from(carried.contains(first)))
            .chain(std::iter::once(format!("{plain}@{begins}")))
            .chain((2_u32..).map(|n| format!("{plain}@{begins}.{n}")));
        for name in names {
            if taken.insert(name.clone()) {
                block.external_ref = name;
                break;
            }
        }
    }
}
