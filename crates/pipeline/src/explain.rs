//! Why a span has the answer it has, as the day shows it and as it was kept when the day was derived.

use dayloom_attribution::Explanation;
use dayloom_domain::{DeveloperId, EventId};
use dayloom_storage::Store;
use jiff::civil::Date;

use crate::{DeriveError, Lessons, derive::compute, grounds::Kept};

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
    let stored = store.days().evidenced(developer, date).await?;
    let pending = match &stored {
        Some(stored) => stored.pending,
        None => store.days().pending(developer, date).await?,
    };
    let kept = stored.as_ref().and_then(|stored| {
        let kept: Kept = serde_json::from_str(stored.evidence.as_deref()?).ok()?;
        Some((&stored.day, kept))
    });
    if let Some((day, kept)) = &kept {
        let explained = kept.explain(day, event);
        if explained.is_some() || !pending {
            return Ok(explained);
        }
    } else if stored.is_none() && !pending {
        return Ok(None);
    }
    // A day that was derived before grounds were kept has none, and one that waits to be derived may not have the
    // event yet: what would be kept is worked out, and nothing is stored.
    let computed = compute(store, developer, date, &Lessons::default()).await?;
    let rests_on: Kept = serde_json::from_str(&computed.text).map_err(|_| DeriveError::Broken)?;
    if kept.is_none()
        && let Some(stored) = &stored
        && let Some(explained) = rests_on.explain(&stored.day, event)
    {
        return Ok(Some(explained));
    }
    Ok(rests_on.explain(&computed.day, event))
}
