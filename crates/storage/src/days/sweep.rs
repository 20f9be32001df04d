//! The net under the queue: days whose stored evidence is not what their derivation counted, and that nobody marked.
//!
//! Ingest marks days in the transaction that stores their events, so nothing should ever be found here; a database put
//! together from backups, or a row changed by hand, is why it is looked for all the same. A derived day counts its
//! events by device, so one number tells.

use std::collections::BTreeMap;

use dayloom_domain::{DeveloperId, Zone};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::ConnectionTrait;

use super::{queue, read};
use crate::{
    Dialect, StorageError,
    db::{Columns, at, day as date_value, id, row, rows},
    store::Inner,
};

/// Seconds that have one local date in every zone: all offsets are whole quarters of an hour.
const QUARTER: i64 = 900;

const COUNT_SQLITE: &str =
    "SELECT developer_id, tz, ts / 900000000 AS quarter, COUNT(*) AS n FROM tracker_events
    WHERE ts >= CAST($2 AS INTEGER) AND developer_id IN
        (SELECT developer_id FROM tracker_devices WHERE last_seen_at >= $1)
    GROUP BY developer_id, tz, quarter";

const COUNT_POSTGRES: &str =
    "SELECT developer_id, tz, FLOOR(EXTRACT(EPOCH FROM ts) / 900)::bigint AS quarter,
        COUNT(*) AS n FROM tracker_events
    WHERE ts >= $2 AND developer_id IN (SELECT developer_id FROM tracker_devices WHERE last_seen_at >= $1)
    GROUP BY developer_id, tz, quarter";

/// Marks what was missed, and returns how many days that was.
pub(super) async fn sweep(
    inner: &Inner,
    from: Timestamp,
    seen_since: Timestamp,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let mut missed: BTreeMap<DeveloperId, Vec<Date>> = BTreeMap::new();
    for ((developer, date), events) in counts(inner, from, seen_since).await? {
        // The mark is looked at before the day: a day is written and its mark taken away together.
        if !read::pending(&inner.read, developer, date).await?
            && derived_from(&inner.read, developer, date).await? != Some(events)
        {
            missed.entry(developer).or_default().push(date);
        }
    }
    let mut marked = 0;
    for (developer, dates) in missed {
        queue::mark(&inner.write, developer, &dates, now).await?;
        marked += dates.len() as u64;
    }
    Ok(marked)
}

/// Events of each date that lies wholly after `from` in every zone.
async fn counts(
    inner: &Inner,
    from: Timestamp,
    seen_since: Timestamp,
) -> Result<BTreeMap<(DeveloperId, Date), i64>, StorageError> {
    let (sql, since) = match inner.dialect {
        Dialect::Sqlite => (COUNT_SQLITE, from.as_microsecond().into()),
        Dialect::Postgres => (COUNT_POSTGRES, at(from)),
    };
    // UTC+14, the zone that is furthest ahead.
    let ahead = from
        .saturating_add(SignedDuration::from_hours(14))
        .unwrap_or(from);
    let partial = Zone::utc().date_of(ahead);
    let mut counts: BTreeMap<(DeveloperId, Date), i64> = BTreeMap::new();
    let mut zone = Zone::utc();
    for row in rows(&inner.read, sql, vec![at(seen_since), since]).await? {
        let name: String = row.col("tz")?;
        if zone.name() != name {
            zone = Zone::parse(&name).map_err(|_| StorageError::Unreadable("tz"))?;
        }
        let begins = Timestamp::from_second(row.col::<i64>("quarter")? * QUARTER);
        let date = zone.date_of(begins.map_err(|_| StorageError::Unreadable("ts"))?);
        if date > partial {
            *counts.entry((row.id("developer_id")?, date)).or_default() += row.col::<i64>("n")?;
        }
    }
    Ok(counts)
}

/// How many events the stored day counts; none if it was never derived.
async fn derived_from<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<i64>, StorageError> {
    let sql = "SELECT content FROM tracker_days WHERE developer_id = $1 AND local_date = $2";
    let Some(found) = row(on, sql, vec![id(developer), date_value(date)]).await? else {
        return Ok(None);
    };
    let content: serde_json::Value = serde_json::from_str(&found.col::<String>("content")?)
        .map_err(|_| StorageError::Unreadable("content"))?;
    let devices = content["devices"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    Ok(Some(
        devices
            .iter()
            .filter_map(|device| device["events"].as_i64())
            .sum(),
    ))
}
