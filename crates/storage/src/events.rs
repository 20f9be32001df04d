//! Events: taken in by the ingest, read by their window. Never changed.
//!
//! Reading a window is a hot path: one text per dialect, side by side, over the driver itself.

use dayloom_domain::{DeveloperId, EventId, Zone, event::Event};
use futures::TryStreamExt;
use jiff::{Timestamp, ToSpan};
use serde::de::DeserializeOwned;
use sqlx::{
    Row,
    postgres::PgRow,
    sqlite::SqliteRow,
    types::chrono::{DateTime, Utc},
};
use uuid::Uuid;

use crate::{
    Batch, IngestError, IngestOutcome, StorageError,
    db::{Columns, from_chrono, id, row, rows, to_chrono},
    ingest::{group::Backend, postgres},
    store::Inner,
};

/// Events older than this are refused (`contract/tracker.md` §2.3), with a day to spare.
const PARTITION_HOURS_BACK: i64 = 31 * 24;
/// How far ahead partitions are made.
const PARTITION_HOURS_AHEAD: i64 = 62 * 24;

/// Events of a piece.
const PIECE: usize = 256;

/// The repository of events.
#[derive(Clone, Copy)]
pub struct Events<'a>(pub(crate) &'a Inner);

impl Events<'_> {
    /// Takes a batch in. When it returns `Ok`, every accepted event is on disk and its days are marked dirty. Batches
    /// that wait at the same time share one commit; a batch that fails fails alone. The outcome's lists follow the
    /// order of the batch.
    pub async fn ingest(&self, batch: Batch) -> Result<IngestOutcome, IngestError> {
        self.0.ingest.ingest(batch).await
    }
    /// A person's events with `from <= ts < to`, by `ts`, `client_seq`, id.
    pub async fn window(
        &self,
        developer: DeveloperId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Event>, StorageError> {
        let mut events = Vec::new();
        self.window_in_pieces(developer, from, to, |piece| events.append(piece))
            .await?;
        Ok(events)
    }
    /// The same, piece by piece: a long day's events weigh more than all that is made of them. Whatever is left in a piece
    /// is let go.
    pub async fn window_in_pieces(
        &self,
        developer: DeveloperId,
        from: Timestamp,
        to: Timestamp,
        take: impl FnMut(&mut Vec<Event>),
    ) -> Result<(), StorageError> {
        let mut zones = Zones::default();
        // Row by row: a day's rows weigh several times what its events do.
        let mut pieces = Pieces {
            piece: Vec::with_capacity(PIECE),
            take,
        };
        match &self.0.backend {
            Backend::Sqlite { readers, .. } => {
                let query = sqlx::query(WINDOW_SQLITE).bind(developer.0);
                let query = query.bind(from.as_microsecond()).bind(to.as_microsecond());
                let mut found = query.fetch(readers);
                while let Some(row) = found.try_next().await? {
                    pieces.push(of_sqlite(&row, developer, &mut zones)?);
                }
            }
            Backend::Postgres { pool, .. } => {
                let query = sqlx::query(WINDOW_POSTGRES).bind(developer.0);
                let mut found = query.bind(to_chrono(from)).bind(to_chrono(to)).fetch(pool);
                while let Some(row) = found.try_next().await? {
                    pieces.push(of_postgres(&row, developer, &mut zones)?);
                }
            }
        }
        pieces.hand_over();
        Ok(())
    }
    /// How many events of a person are stored.
    pub async fn count(&self, developer: DeveloperId) -> Result<i64, StorageError> {
        let sql = "SELECT COUNT(*) AS n FROM tracker_events WHERE developer_id = $1";
        let found = row(&self.0.read, sql, vec![id(developer)]).await?;
        Ok(found.map(|row| row.col("n")).transpose()?.unwrap_or_default())
    }
    /// When an event of a person was captured, and in which zone. `None` if the person has no such event.
    pub async fn moment(
        &self,
        developer: DeveloperId,
        event: EventId,
    ) -> Result<Option<(Timestamp, Zone)>, StorageError> {
        let sql = "SELECT ts, tz FROM tracker_events WHERE developer_id = $1 AND id = $2";
        let Some(found) = row(&self.0.read, sql, vec![id(developer), id(event)]).await? else {
            return Ok(None);
        };
        let ts = match &self.0.backend {
            Backend::Sqlite { .. } => {
                Timestamp::from_microsecond(found.col("ts")?).map_err(|_| StorageError::Unreadable("ts"))?
            }
            Backend::Postgres { .. } => found.at("ts")?,
        };
        let zone = found.zone_opt("tz")?.ok_or(StorageError::Unreadable("tz"))?;
        Ok(Some((ts, zone)))
    }
    /// First and last `ts` stored for a person.
    pub async fn range(
        &self,
        developer: DeveloperId,
    ) -> Result<Option<(Timestamp, Timestamp)>, StorageError> {
        let sql = "SELECT MIN(ts) AS first, MAX(ts) AS last FROM tracker_events WHERE developer_id = $1";
        let Some(found) = row(&self.0.read, sql, vec![id(developer)]).await? else {
            return Ok(None);
        };
        let (first, last) = match &self.0.backend {
            Backend::Sqlite { .. } => {
                let micros = |name: &'static str| -> Result<Option<Timestamp>, StorageError> {
                    let micros = found.col::<Option<i64>>(name)?.map(Timestamp::from_microsecond);
                    micros.transpose().map_err(|_| StorageError::Unreadable(name))
                };
                (micros("first")?, micros("last")?)
            }
            Backend::Postgres { .. } => (found.at_opt("first")?, found.at_opt("last")?),
        };
        Ok(first.zip(last))
    }
    /// Every zone ever stored with an event of a person, by name.
    pub async fn zones(&self, developer: DeveloperId) -> Result<Vec<Zone>, StorageError> {
        let sql = "SELECT zone FROM developer_zones WHERE developer_id = $1 ORDER BY zone";
        let found = rows(&self.0.read, sql, vec![id(developer)]).await?;
        let names = found
            .iter()
            .map(|row| row.col::<String>("zone"))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(names.iter().filter_map(|name| Zone::parse(name).ok()).collect())
    }

    /// Makes the monthly partitions from 31 days before `now` to 62 days after it. On SQLite nothing is to be done.
    /// The ingest makes a missing one itself; this makes them ahead of time.
    pub async fn ensure_partitions(&self, now: Timestamp) -> Result<(), StorageError> {
        if let Backend::Postgres { pool, months } = &self.0.backend {
            let (from, to) = (
                now - PARTITION_HOURS_BACK.hours(),
                now + PARTITION_HOURS_AHEAD.hours(),
            );
            postgres::ensure_between(pool, months, from, to).await?;
        }
        Ok(())
    }
}

/// The piece that is being filled, and who takes it.
struct Pieces<F> {
    piece: Vec<Event>,
    take: F,
}

impl<F: FnMut(&mut Vec<Event>)> Pieces<F> {
    fn push(&mut self, event: Event) {
        self.piece.push(event);
        if self.piece.len() >= PIECE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        (self.take)(&mut self.piece);
        self.piece.clear();
    }
}

const WINDOW_SQLITE: &str =
    "SELECT id, project_id, device_id, client_seq, ts, interval_s, tz, idle_threshold_s, idle_s,
        active_app, file_context, dev_context, browser, input_cadence, meeting, system, evidence_ref
    FROM tracker_events WHERE developer_id = $1 AND ts >= $2 AND ts < $3 ORDER BY ts, client_seq, id";

const WINDOW_POSTGRES: &str = "SELECT id, project_id, device_id, client_seq, ts, interval_s, tz, idle_threshold_s, idle_s,
        active_app::text, file_context::text, dev_context::text, browser::text, input_cadence::text, meeting::text,
        system::text, evidence_ref
    FROM tracker_events WHERE developer_id = $1 AND ts >= $2 AND ts < $3 ORDER BY ts, client_seq, id";

/// The columns of a row that both drivers read alike.
macro_rules! event_of {
    ($row:expr, $developer:expr, $ts:expr, $zones:expr) => {{
        let row = $row;
        let number = |name: &'static str| -> Result<u32, StorageError> {
            u32::try_from(row.try_get::<i64, _>(name)?).map_err(|_| StorageError::Unreadable(name))
        };
        let part = |name: &'static str| -> Result<Option<String>, StorageError> { Ok(row.try_get(name)?) };
        Ok(Event {
            id: row.try_get::<Uuid, _>("id")?.into(),
            developer_id: $developer,
            project_id: row.try_get::<Uuid, _>("project_id")?.into(),
            device_id: row.try_get::<Uuid, _>("device_id")?.into(),
            client_seq: row.try_get("client_seq")?,
            ts: $ts,
            interval_s: number("interval_s")?,
            tz: $zones.get(row.try_get("tz")?)?,
            idle_threshold_s: number("idle_threshold_s")?,
            idle_s: match row.try_get::<Option<i64>, _>("idle_s")? {
                Some(_) => Some(number("idle_s")?),
                None => None,
            },
            active_app: parse(part("active_app")?)?.ok_or(StorageError::Unreadable("active_app"))?,
            file_context: parse(part("file_context")?)?,
            dev_context: parse(part("dev_context")?)?,
            browser: parse(part("browser")?)?,
            input_cadence: parse(part("input_cadence")?)?,
            meeting: parse(part("meeting")?)?,
            system: parse(part("system")?)?,
            evidence_ref: row.try_get("evidence_ref")?,
        })
    }};
}

fn of_sqlite(row: &SqliteRow, developer: DeveloperId, zones: &mut Zones) -> Result<Event, StorageError> {
    let ts = Timestamp::from_microsecond(row.try_get("ts")?).map_err(|_| StorageError::Unreadable("ts"))?;
    event_of!(row, developer, ts, zones)
}

fn of_postgres(row: &PgRow, developer: DeveloperId, zones: &mut Zones) -> Result<Event, StorageError> {
    let ts = from_chrono(row.try_get::<DateTime<Utc>, _>("ts")?)?;
    event_of!(row, developer, ts, zones)
}

fn parse<T: DeserializeOwned>(part: Option<String>) -> Result<Option<T>, StorageError> {
    let parsed = part.map(|part| serde_json::from_str(&part)).transpose();
    parsed.map_err(|_| StorageError::Unreadable("event"))
}

/// The zone of the row before: a window hardly ever has two, and finding one by name is not free.
#[derive(Default)]
struct Zones(Option<Zone>);

impl Zones {
    fn get(&mut self, name: &str) -> Result<Zone, StorageError> {
        if let Some(zone) = self.0.as_ref().filter(|zone| zone.name() == name) {
            return Ok(zone.clone());
        }
        let zone = Zone::parse(name).map_err(|_| StorageError::Unreadable("tz"))?;
        self.0 = Some(zone.clone());
        Ok(zone)
    }
}
