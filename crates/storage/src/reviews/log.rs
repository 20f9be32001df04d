//! The log itself, and what is in force by it.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, ReviewId, Zone,
    review::{Pin, Planned, Review, in_force},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde::de::DeserializeOwned;

use crate::{
    StorageError,
    days::entry_id,
    db::{Columns, at, day, fresh_id, id, json, row, rows, run, word},
    store::Inner,
};

const SELECT: &str =
    "SELECT id, seq, local_date, action, before, after, created_at, undone_at FROM tracker_reviews";

fn read(row: &QueryResult) -> Result<Review, StorageError> {
    fn pins<T: DeserializeOwned>(row: &QueryResult, name: &'static str) -> Result<T, StorageError> {
        serde_json::from_value(row.json(name)?).map_err(|_| StorageError::Unreadable(name))
    }
    Ok(Review {
        id: row.id("id")?,
        seq: row.col("seq")?,
        date: row.day("local_date")?,
        action: row.word("action")?,
        before: pins(row, "before")?,
        after: pins(row, "after")?,
        created_at: row.at("created_at")?,
        undone_at: row.at_opt("undone_at")?,
    })
}

/// Lets the reviews of a person come one after the other until the transaction ends. False if there is no such person.
pub(super) async fn take_turns(
    inner: &Inner,
    on: &DatabaseTransaction,
    developer: DeveloperId,
) -> Result<bool, StorageError> {
    let sql = inner.locking("SELECT id FROM developers WHERE id = $1");
    Ok(row(on, &sql, vec![id(developer)]).await?.is_some())
}

/// Adds a review. Only within a transaction that holds the person's turn.
pub(super) async fn add(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    date: Date,
    planned: Planned,
    now: Timestamp,
) -> Result<Review, StorageError> {
    let newest = "SELECT COALESCE(MAX(seq), 0) AS seq FROM tracker_reviews WHERE developer_id = $1";
    let newest = row(on, newest, vec![id(developer)]).await?;
    let seq = newest.map_or(Ok(0), |row| row.col::<i64>("seq"))? + 1;
    let review = Review {
        id: ReviewId(fresh_id()),
        seq,
        date,
        action: planned.action,
        before: planned.before,
        after: planned.after,
        created_at: now,
        undone_at: None,
    };
    let as_json = |pins: &[Pin]| {
        serde_json::to_value(pins)
            .map(json)
            .map_err(|_| StorageError::Unreadable("pins"))
    };
    run(
        on,
        "INSERT INTO tracker_reviews (id, developer_id, seq, local_date, action, before, after, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            id(review.id),
            id(developer),
            seq.into(),
            day(date),
            word(review.action).into(),
            as_json(&review.before)?,
            as_json(&review.after)?,
            at(now),
        ],
    )
    .await?;
    Ok(review)
}

/// Notes that a review was taken back. False if it was already.
pub(super) async fn take_back(
    on: &DatabaseTransaction,
    developer: DeveloperId,
    review: ReviewId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sql =
        "UPDATE tracker_reviews SET undone_at = $3 WHERE developer_id = $1 AND id = $2 AND undone_at IS NULL";
    Ok(run(on, sql, vec![id(developer), id(review), at(now)]).await? > 0)
}

/// One review of a person.
pub(super) async fn by_id<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    review: ReviewId,
) -> Result<Option<Review>, StorageError> {
    let sql = format!("{SELECT} WHERE developer_id = $1 AND id = $2");
    row(on, &sql, vec![id(developer), id(review)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// The reviews of one day in the order they were said.
pub(super) async fn of_day<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Vec<Review>, StorageError> {
    let sql = format!("{SELECT} WHERE developer_id = $1 AND local_date = $2 ORDER BY seq");
    rows(on, &sql, vec![id(developer), day(date)])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// What is in force by these reviews of one day.
pub(super) fn standing(developer: DeveloperId, reviews: &[Review]) -> Vec<Pin> {
    in_force(reviews, &|name| entry_id(developer, name))
}

pub(super) async fn page<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Review>, StorageError> {
    let sql = format!("{SELECT} WHERE developer_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
    let values = vec![
        id(developer),
        before.unwrap_or(i64::MAX).into(),
        i64::from(limit).into(),
    ];
    rows(on, &sql, values).await?.iter().map(read).collect()
}

pub(super) async fn since<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    instant: Timestamp,
) -> Result<Vec<Review>, StorageError> {
    let sql =
        format!("{SELECT} WHERE developer_id = $1 AND (created_at >= $2 OR undone_at >= $2) ORDER BY seq");
    rows(on, &sql, vec![id(developer), at(instant)])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(super) async fn pins<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Pin>, StorageError> {
    let utc = Zone::utc();
    // A local date is at most a day away from that of UTC.
    let first = utc.date_of(from).saturating_sub(1.day());
    let last = utc.date_of(to).saturating_add(1.day());
    let sql = format!(
        "{SELECT} WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3 AND undone_at IS NULL ORDER BY seq"
    );
    let mut days: BTreeMap<Date, Vec<Review>> = BTreeMap::new();
    for row in rows(on, &sql, vec![id(developer), day(first), day(last)]).await? {
        let review = read(&row)?;
        days.entry(review.date).or_default().push(review);
    }
    let mut pins: Vec<Pin> = days
        .values()
        .flat_map(|reviews| standing(developer, reviews))
        .filter(|pin| pin.meets(from, to))
        .collect();
    pins.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
    Ok(pins)
}
