//! Taking a review, and taking one back.

use dayloom_domain::{
    DeveloperId, EntryId, ReviewId, TaskId,
    review::{Change, ChangeError, Pin, Planned, Review, plan},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::{ReviewError, Reviewed, log, rows as entries};
use crate::{
    StorageError,
    days::{entry_id, mark},
    db::{Columns, id, row},
    store::Inner,
};

/// The day is marked before anything of it is read: everyone locks the mark first.
pub(super) async fn apply(
    inner: &Inner,
    developer: DeveloperId,
    entry: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
    now: Timestamp,
) -> Result<Reviewed, ReviewError> {
    let on = inner.begin().await.map_err(ReviewError::Storage)?;
    if !log::take_turns(inner, &on, developer).await? {
        return Err(ChangeError::Gone.into());
    }
    let date = date_of(&on, developer, entry).await?.ok_or(ChangeError::Gone)?;
    mark(&on, developer, &[date], now).await?;
    let reviews = log::of_day(&on, developer, date).await?;
    let standing = log::standing(developer, &reviews);
    let sheet = sheet(&standing, &entries::inferred(&on, developer, date).await?);
    let planned = judge(&on, developer, date, &sheet, entry, change, seen).await?;
    if planned.before == planned.after
        && let Some(review) = behind(&reviews, &planned.after)
    {
        return Ok(reviewed(review, &planned.after));
    }
    let left = planned.after.clone();
    let review = say(&on, developer, date, planned, reviews, standing, None, now).await?;
    on.commit().await.map_err(StorageError::from)?;
    Ok(reviewed(review, &left))
}

/// All entries of a day by start: what is in force, and what was inferred and nobody reviewed.
pub(super) fn sheet(standing: &[Pin], inferred: &[Pin]) -> Vec<Pin> {
    let reviewed = |pin: &&Pin| standing.iter().any(|one| one.external_ref == pin.external_ref);
    let open = inferred.iter().filter(|pin| !reviewed(pin));
    let mut sheet: Vec<Pin> = standing.iter().chain(open).cloned().collect();
    sheet.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
    sheet
}

/// Adds a review to those of its day, and brings the rows along.
#[expect(clippy::too_many_arguments, reason = "what is known of the day is read once")]
pub(super) async fn say(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    date: Date,
    planned: Planned,
    mut reviews: Vec<Review>,
    standing: Vec<Pin>,
    source: Option<&str>,
    now: Timestamp,
) -> Result<Review, StorageError> {
    let gone = planned.before.clone();
    let review = log::add(on, developer, date, planned, now).await?;
    reviews.push(review.clone());
    let after = log::standing(developer, &reviews);
    entries::follow(on, developer, &standing, &gone, &after, source, now).await?;
    Ok(review)
}

/// What a wish means on the day as it stands.
pub(super) async fn judge<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
    sheet: &[Pin],
    entry: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
) -> Result<Planned, ReviewError> {
    let zones = entries::zones(on, developer).await?;
    let moment = SignedDuration::from_micros(1);
    let within = |start: Timestamp, end: Timestamp| {
        let last = end.saturating_sub(moment).unwrap_or(end);
        zones
            .iter()
            .any(|zone| zone.date_of(start) == date && zone.date_of(last) == date)
    };
    let personal = match change {
        Change::Merge { .. } => entries::personal(on, developer, date).await?,
        _ => Vec::new(),
    };
    let private =
        |from: Timestamp, to: Timestamp| personal.iter().any(|&(start, end)| start < to && from < end);
    let id_of = |name: &str| entry_id(developer, name);
    Ok(plan(sheet, entry, change, seen, &within, &private, &id_of)?)
}

/// The newest review in force that left these entries.
fn behind(reviews: &[Review], pins: &[Pin]) -> Option<Review> {
    let left = |review: &&Review| {
        review.undone_at.is_none()
            && pins.iter().any(|pin| {
                review
                    .after
                    .iter()
                    .any(|after| after.external_ref == pin.external_ref)
            })
    };
    reviews.iter().rev().find(left).cloned()
}

fn reviewed(review: Review, left: &[Pin]) -> Reviewed {
    Reviewed {
        review,
        entries: left.iter().map(|pin| pin.entry_id).collect(),
    }
}

/// The date of an inferred entry.
pub(super) async fn date_of<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    entry: EntryId,
) -> Result<Option<Date>, StorageError> {
    let sql = "SELECT entry_date FROM time_entries WHERE developer_id = $1 AND id = $2 AND is_inferred";
    row(on, sql, vec![id(developer), id(entry)])
        .await?
        .map(|row| row.day("entry_date"))
        .transpose()
}

pub(super) async fn undo(
    inner: &Inner,
    developer: DeveloperId,
    review: ReviewId,
    now: Timestamp,
) -> Result<Option<Reviewed>, StorageError> {
    let on = inner.begin().await?;
    if !log::take_turns(inner, &on, developer).await? {
        return Ok(None);
    }
    let Some(mut review) = log::by_id(&on, developer, review).await? else {
        return Ok(None);
    };
    let mut touched: Vec<&Pin> = review.before.iter().chain(&review.after).collect();
    touched.sort_by(|a, b| (a.start, &a.external_ref).cmp(&(b.start, &b.external_ref)));
    let mut touched: Vec<EntryId> = touched.into_iter().map(|pin| pin.entry_id).collect();
    let mut seen = std::collections::HashSet::new();
    touched.retain(|entry| seen.insert(*entry));
    if review.undone_at.is_none() {
        mark(&on, developer, &[review.date], now).await?;
        let mut reviews = log::of_day(&on, developer, review.date).await?;
        let was = log::standing(developer, &reviews);
        log::take_back(&on, developer, review.id, now).await?;
        for one in reviews.iter_mut().filter(|one| one.id == review.id) {
            one.undone_at = Some(now);
        }
        let is = log::standing(developer, &reviews);
        entries::follow(&on, developer, &was, &[], &is, None, now).await?;
        review.undone_at = Some(now);
        on.commit().await?;
    }
    Ok(Some(Reviewed {
        review,
        entries: touched,
    }))
}
