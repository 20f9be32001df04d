//! How a derived day lies in the database. An ordinary day is its text alone. A day of many spans has hundreds of kilobytes
//! of them, or megabytes, of which the next derivation mostly changes the last: they lie in parts beside its text, each
//! with a digest, and only the parts that became other ones are put into words, handed over and written again.
//!
//! The same day gives the same text and the same parts, so equal digests are an equal day.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, Zone,
    day::{AttributedSpan, Block, Day, DeviceDay},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Written;
use crate::{
    StorageError,
    db::{Columns, at, day as date_value, id, row, rows, run},
};

/// Most spans that lie in the day's text. A day of samples a minute apart has hardly ever more.
const SPANS_IN_TEXT: usize = 256;
/// Spans of a longer day in each part beside its text: of some 40 kilobytes, as its blocks and what it was computed from
/// have, which are written each time.
const SPANS_A_PART: usize = 64;

/// A day as its text says it: the fields of [`Day`] in their order, without the spans that lie beside it.
#[derive(Serialize)]
struct Head<'d> {
    date: Date,
    timezone: &'d Zone,
    attention_micros: i64,
    attributed_micros: i64,
    unattributed_micros: i64,
    personal_micros: i64,
    spans: &'d [AttributedSpan],
    blocks: &'d [Block],
    devices: &'d [DeviceDay],
}

impl<'d> Head<'d> {
    /// The text's part of a day, and the spans beside it.
    fn of(day: &'d Day) -> (Self, &'d [AttributedSpan]) {
        let Day {
            date,
            timezone,
            attention_micros,
            attributed_micros,
            unattributed_micros,
            personal_micros,
            spans,
            blocks,
            devices,
        } = day;
        let (within, beside): (&[_], &[_]) = if spans.len() > SPANS_IN_TEXT {
            (&[], spans)
        } else {
            (spans, &[])
        };
        let head = Self {
            date: *date,
            timezone,
            attention_micros: *attention_micros,
            attributed_micros: *attributed_micros,
            unattributed_micros: *unattributed_micros,
            personal_micros: *personal_micros,
            spans: within,
            blocks,
            devices,
        };
        (head, beside)
    }
}

/// A day laid out to be stored. Made before the transaction, which others wait for.
pub(super) struct Laid<'d> {
    date: Date,
    head: String,
    parts: Vec<(Uuid, &'d [AttributedSpan])>,
}

impl<'d> Laid<'d> {
    /// Lays a day out.
    pub(super) fn out(day: &'d Day) -> Result<Self, StorageError> {
        let (head, beside) = Head::of(day);
        let mut text = Vec::new();
        let parts = beside.chunks(SPANS_A_PART).map(|spans| {
            text.clear();
            serde_json::to_writer(&mut text, spans).map_err(|_| StorageError::Unreadable("spans"))?;
            Ok((digest(&text), spans))
        });
        Ok(Self {
            date: day.date,
            parts: parts.collect::<Result<_, StorageError>>()?,
            head: serde_json::to_string(&head).map_err(|_| StorageError::Unreadable("content"))?,
        })
    }

    /// Stores it, where it is another one than what is stored.
    pub(super) async fn put(
        &self,
        on: &DatabaseTransaction,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<Written, StorageError> {
        let key = || vec![id(developer), date_value(self.date)];
        let put = "INSERT INTO tracker_days (developer_id, local_date, revision, content, derived_at)
             VALUES ($1, $2, 1, $3, $4) ON CONFLICT (developer_id, local_date) DO UPDATE
                 SET revision = tracker_days.revision + 1, content = excluded.content, derived_at = excluded.derived_at
                 WHERE tracker_days.content <> excluded.content
             RETURNING revision";
        let values = key().into_iter().chain([self.head.as_str().into(), at(now)]);
        let put = row(on, put, values.collect()).await?;
        let beside = self.put_parts(on, developer).await?;
        let changed = put.is_some() || beside;
        let found = match put {
            Some(put) => Some(put),
            None if beside => {
                let again = "UPDATE tracker_days SET revision = revision + 1, derived_at = $3
                             WHERE developer_id = $1 AND local_date = $2 RETURNING revision";
                row(on, again, key().into_iter().chain([at(now)]).collect()).await?
            }
            None => {
                let find = "SELECT revision FROM tracker_days WHERE developer_id = $1 AND local_date = $2";
                row(on, find, key()).await?
            }
        };
        let found = found.ok_or(StorageError::Unreadable("tracker_days"))?;
        Ok(Written {
            revision: found.col("revision")?,
            changed,
            due_again: None,
        })
    }

    /// Stores the parts that are other ones, and takes those away that are no more. Whether there were any.
    async fn put_parts(
        &self,
        on: &DatabaseTransaction,
        developer: DeveloperId,
    ) -> Result<bool, StorageError> {
        let key = || vec![id(developer), date_value(self.date)];
        let find = "SELECT part, digest FROM tracker_day_spans WHERE developer_id = $1 AND local_date = $2";
        let found = rows(on, find, key()).await?;
        let stored = found.iter().map(|row| Ok((row.col("part")?, row.col("digest")?)));
        let stored: BTreeMap<i64, Uuid> = stored.collect::<Result<_, StorageError>>()?;
        let mut changed = false;
        for (part, (digest, spans)) in (1_i64..).zip(&self.parts) {
            if stored.get(&part) == Some(digest) {
                continue;
            }
            let text = serde_json::to_string(spans).map_err(|_| StorageError::Unreadable("spans"))?;
            let put = "INSERT INTO tracker_day_spans (developer_id, local_date, part, digest, spans)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (developer_id, local_date, part) DO UPDATE
                     SET digest = excluded.digest, spans = excluded.spans";
            let values = key().into_iter().chain([part.into(), id(*digest), text.into()]);
            run(on, put, values.collect()).await?;
            changed = true;
        }
        let last = i64::try_from(self.parts.len()).unwrap_or(i64::MAX);
        if stored.last_key_value().is_some_and(|(part, _)| *part > last) {
            let take =
                "DELETE FROM tracker_day_spans WHERE developer_id = $1 AND local_date = $2 AND part > $3";
            run(on, take, key().into_iter().chain([last.into()]).collect()).await?;
            changed = true;
        }
        Ok(changed)
    }
}

/// 128 bits of SHA-256.
fn digest(text: &[u8]) -> Uuid {
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(Sha256::digest(text)) {
        *to = from;
    }
    Uuid::from_bytes(bytes)
}

/// A day's text is its part 0; what it was computed from stands before it. In one statement, so that all are of one
/// derivation.
const TEXTS: &str = "SELECT local_date, 0 AS part, revision, content AS said FROM tracker_days
         WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3
     UNION ALL SELECT local_date, part, 0, spans FROM tracker_day_spans
         WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3";

const EVIDENCE: &str = "UNION ALL SELECT local_date, -1, 0, evidence FROM tracker_day_evidence
         WHERE developer_id = $1 AND local_date BETWEEN $2 AND $3";

async fn texts<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    (from, to): (Date, Date),
    more: &str,
) -> Result<Vec<QueryResult>, StorageError> {
    let sql = format!("{TEXTS} {more} ORDER BY 1, 2");
    rows(on, &sql, vec![id(developer), date_value(from), date_value(to)]).await
}

/// Takes a row in. Rows come in the order of their dates and parts.
fn take(days: &mut Vec<(i64, Day)>, row: &QueryResult) -> Result<(), StorageError> {
    let said: String = row.col("said")?;
    if row.col::<i64>("part")? == 0 {
        let day = serde_json::from_str(&said).map_err(|_| StorageError::Unreadable("content"))?;
        days.push((row.col("revision")?, day));
        return Ok(());
    }
    let spans: Vec<AttributedSpan> =
        serde_json::from_str(&said).map_err(|_| StorageError::Unreadable("spans"))?;
    let (_, day) = days.last_mut().ok_or(StorageError::Unreadable("spans"))?;
    day.spans.extend(spans);
    Ok(())
}

/// The days of the dates between the two inclusive as they were written, with their revisions, by date.
pub(super) async fn between<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    from: Date,
    to: Date,
) -> Result<Vec<(i64, Day)>, StorageError> {
    let mut days = Vec::new();
    for row in texts(on, developer, (from, to), "").await? {
        take(&mut days, &row)?;
    }
    Ok(days)
}

/// One day as it was written.
pub(crate) async fn one<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<Day>, StorageError> {
    let found = between(on, developer, date, date).await?.pop();
    Ok(found.map(|(_, day)| day))
}

/// The same with what its answers were computed from.
pub(super) async fn with_evidence<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    date: Date,
) -> Result<Option<(Day, Option<String>)>, StorageError> {
    let (mut days, mut evidence) = (Vec::new(), None);
    for row in texts(on, developer, (date, date), EVIDENCE).await? {
        if row.col::<i64>("part")? < 0 {
            evidence = Some(row.col("said")?);
        } else {
            take(&mut days, &row)?;
        }
    }
    Ok(days.pop().map(|(_, day)| (day, evidence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayloom_domain::{
        DeviceId, EventId, ProjectId,
        day::{Attribution, Signal, Span},
    };

    fn day(spans: usize) -> Day {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let span = |n: usize| AttributedSpan {
            span: Span {
                start,
                end: start,
                micros: 0,
                pieces: Vec::new(),
                zone: Zone::utc(),
                device_id: DeviceId(Uuid::nil()),
                project_id: ProjectId(Uuid::nil()),
                signal: std::sync::Arc::new(Signal {
                    app: format!("app {n}"),
                    ..Signal::default()
                }),
                in_call: false,
                event_ids: vec![EventId(Uuid::nil())],
            },
            attribution: Attribution::nobody("nothing"),
        };
        Day {
            date: jiff::civil::date(2026, 11, 21),
            timezone: Zone::utc(),
            attention_micros: 5,
            attributed_micros: 1,
            unattributed_micros: 3,
            personal_micros: 1,
            spans: (0..spans).map(span).collect(),
            blocks: Vec::new(),
            devices: Vec::new(),
        }
    }

    #[test]
    fn an_ordinary_day_is_its_text_alone() {
        for spans in [0, 1, SPANS_IN_TEXT] {
            let day = day(spans);
            let laid = Laid::out(&day).unwrap();
            assert_eq!(laid.head, serde_json::to_string(&day).unwrap());
            assert!(laid.parts.is_empty());
        }
    }

    #[test]
    fn a_longer_day_changes_only_the_parts_that_changed() {
        let full = SPANS_A_PART * 5;
        let (one, two) = (day(full), day(full + 1));
        let (one, two) = (Laid::out(&one).unwrap(), Laid::out(&two).unwrap());
        let digests = |laid: &Laid<'_>| laid.parts.iter().map(|(digest, _)| *digest).collect::<Vec<_>>();
        assert_eq!(one.head, two.head);
        assert_eq!(one.parts.len(), 5);
        assert_eq!(digests(&one), digests(&two)[..5]);
        assert_eq!(two.parts[5].1.len(), 1);
        assert_ne!(digests(&two)[0], digests(&two)[1]);
    }
}
