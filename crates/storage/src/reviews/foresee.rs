//! What would be in force if a person said something, without their saying it.

use std::collections::{BTreeMap, btree_map::Entry};

use dayloom_domain::{
    DeveloperId, EntryId, ReviewId,
    review::{Change, Pin, Planned, Review},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::ConnectionTrait;

use super::{ReviewError, apply, log, rows as entries};
use crate::StorageError;

/// The reviews of a day, those to come included, and what was inferred on it.
struct Sheet {
    reviews: Vec<Review>,
    inferred: Vec<Pin>,
}

pub(super) async fn foresee<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    wishes: &[(EntryId, Change)],
) -> Result<BTreeMap<Date, Vec<Pin>>, StorageError> {
    let mut days: BTreeMap<Date, Sheet> = BTreeMap::new();
    for (entry, change) in wishes {
        let Some(date) = apply::date_of(on, developer, *entry).await? else {
            continue;
        };
        let day = match days.entry(date) {
            Entry::Occupied(day) => day.into_mut(),
            Entry::Vacant(place) => place.insert(Sheet {
                reviews: log::of_day(on, developer, date).await?,
                inferred: entries::inferred(on, developer, date).await?,
            }),
        };
        let sheet = apply::sheet(&log::standing(developer, &day.reviews), &day.inferred);
        match apply::judge(on, developer, date, &sheet, *entry, change, None).await {
            Ok(planned) => day.reviews.push(said(date, planned, day.reviews.last())),
            Err(ReviewError::Change(_)) => {}
            Err(ReviewError::Storage(error)) => return Err(error),
        }
    }
    let standing = |(date, day): (Date, Sheet)| (date, log::standing(developer, &day.reviews));
    Ok(days.into_iter().map(standing).collect())
}

/// The review a wish would become, after those before it.
fn said(date: Date, planned: Planned, before: Option<&Review>) -> Review {
    Review {
        id: ReviewId(uuid::Uuid::nil()),
        seq: before.map_or(1, |before| before.seq + 1),
        date,
        action: planned.action,
        before: planned.before,
        after: planned.after,
        created_at: Timestamp::UNIX_EPOCH,
        undone_at: None,
    }
}
