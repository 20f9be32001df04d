//! Why a span has the answer it has: what the day shows, and the evidence as it stands now.

use dayloom_attribution::{DECIDES, EvidenceItem, EvidenceKind, Explanation};
use dayloom_domain::{
    DeveloperId, EventId,
    day::{AnsweredBy, Attribution, Span},
    derive::evidence_window,
    review::{EntryStatus, Pin},
};
use dayloom_storage::Store;
use jiff::{Timestamp, civil::Date};

use crate::{DeriveError, evidence};

/// Explains the span that an event of a person is in. `None` if they have no such event, or no time rests on it.
pub async fn explain(
    store: &Store,
    developer: DeveloperId,
    event: EventId,
) -> Result<Option<Explanation>, DeriveError> {
    let Some((ts, zone)) = store.events().moment(developer, event).await? else {
        return Ok(None);
    };
    let date = zone.date_of(ts);
    // The time of an event just before midnight may all be on the next date.
    for date in std::iter::once(date).chain(date.tomorrow()) {
        if let Some(explained) = on_date(store, developer, event, date).await? {
            return Ok(Some(explained));
        }
    }
    Ok(None)
}

async fn on_date(
    store: &Store,
    developer: DeveloperId,
    event: EventId,
    date: Date,
) -> Result<Option<Explanation>, DeriveError> {
    let woven = evidence::woven(store, developer, date).await?;
    let Some(at) = woven
        .spans
        .iter()
        .position(|span| span.event_ids.contains(&event))
    else {
        return Ok(None);
    };
    let attributor = evidence::attributor_for(store, developer, &woven.spans).await?;
    let spans = woven.spans.clone();
    let weighed = tokio::task::spawn_blocking(move || attributor.explain(&spans, at));
    let Some(weighed) = weighed.await.map_err(|_| DeriveError::Broken)? else {
        return Ok(None);
    };
    let begins = first_piece(&woven.spans[at], event);
    let (from, to) = evidence_window(date);
    let pins = store.days().pins(developer, from, to).await?;
    let claims = |pin: &&Pin| pin.date == date && pin.start <= begins && begins < pin.end;
    if let Some(pin) = pins.iter().find(claims) {
        return Ok(Some(by_review(weighed, pin)));
    }
    let stored = store.days().read(developer, date).await?;
    let shown = stored.and_then(|stored| {
        let span = stored
            .day
            .spans
            .into_iter()
            .find(|s| s.span.event_ids.contains(&event));
        span.map(|span| span.attribution)
    });
    Ok(Some(match shown {
        Some(shown) => as_shown(weighed, shown),
        None => weighed,
    }))
}

fn first_piece(span: &Span, event: EventId) -> Timestamp {
    let mut pieces = span.pieces.iter().zip(&span.event_ids);
    pieces
        .find(|(_, id)| **id == event)
        .map_or(span.start, |((start, _), _)| *start)
}

/// A review decides; what was weighed stands behind it, for comparison.
fn by_review(weighed: Explanation, pin: &Pin) -> Explanation {
    let reason = match pin.status {
        _ if pin.is_by_hand() => "you entered this time by hand",
        EntryStatus::Dismissed => "you dismissed this",
        EntryStatus::Confirmed => "you confirmed this",
        EntryStatus::Corrected | EntryStatus::Inferred => "you corrected this",
    };
    let review = EvidenceItem {
        kind: EvidenceKind::Review,
        text: reason.to_owned(),
        weight: DECIDES,
    };
    let before = weighed
        .evidence
        .into_iter()
        .filter(|item| item.kind != EvidenceKind::Review);
    Explanation {
        reason: reason.to_owned(),
        answered_by: AnsweredBy::Review,
        confidence: 1.0,
        evidence: std::iter::once(review).chain(before).collect(),
        candidates: weighed.candidates,
    }
}

/// What the day shows has the word: a short interruption, say, was given to the work around it.
fn as_shown(weighed: Explanation, shown: Attribution) -> Explanation {
    let mut evidence = weighed.evidence;
    if shown.answered_by == AnsweredBy::Neighbours && weighed.answered_by != AnsweredBy::Neighbours {
        let around = EvidenceItem {
            kind: EvidenceKind::Neighbours,
            text: shown.reason.clone(),
            weight: DECIDES,
        };
        evidence.insert(0, around);
    }
    Explanation {
        reason: shown.reason,
        answered_by: shown.answered_by,
        confidence: shown.confidence,
        evidence,
        candidates: weighed.candidates,
    }
}
