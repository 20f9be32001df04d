//! Time entered by hand.

use dayloom_domain::{
    DeveloperId,
    day::Category,
    review::{ChangeError, EntryStatus, Pin, Planned, ReviewAction},
};
use jiff::Timestamp;

use super::{NewEntry, ReviewError, Reviewed, apply::say, log};
use crate::{
    StorageError,
    days::{entry_id, mark},
    db::fresh_id,
    store::Inner,
};

pub(super) async fn enter(
    inner: &Inner,
    developer: DeveloperId,
    new: &NewEntry,
    now: Timestamp,
) -> Result<Reviewed, ReviewError> {
    let on = inner.begin().await?;
    if !log::take_turns(inner, &on, developer).await? {
        return Err(ChangeError::Gone.into());
    }
    mark(&on, developer, &[new.date], now).await?;
    let reviews = log::of_day(&on, developer, new.date).await?;
    let standing = log::standing(developer, &reviews);
    let taken = |pin: &Pin| {
        pin.is_by_hand() && pin.claims() && new.start < new.end && pin.start < new.end && new.start < pin.end
    };
    if standing.iter().any(taken) {
        return Err(ChangeError::ByHand.into());
    }
    let external_ref = format!("manual:{}", fresh_id());
    let entry = Pin {
        entry_id: entry_id(developer, &external_ref),
        external_ref,
        date: new.date,
        start: new.start,
        end: new.end,
        project_id: new.project_id,
        status: EntryStatus::Confirmed,
        task_id: new.task_id,
        category: Category::Productive,
        description: new.description.clone(),
        hand: Some(new.micros),
    };
    let planned = Planned {
        action: ReviewAction::Enter,
        before: Vec::new(),
        after: vec![entry.clone()],
    };
    let source = Some(new.source);
    let review = say(&on, developer, new.date, planned, reviews, standing, source, now).await?;
    on.commit().await.map_err(StorageError::from)?;
    Ok(Reviewed {
        review,
        entries: vec![entry.entry_id],
    })
}
