//! What both dialects look up before they decide, and how the rows found become a [`Standing`].
//!
//! The dialects differ in how a list of ids is bound and in nothing else of this; no statement is run here.

use std::collections::{BTreeSet, HashMap, HashSet};

use dayloom_domain::{DeveloperId, DeviceId, ProjectId, Zone};
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use super::decide::{Candidate, Standing, fold};
use crate::{StorageError, config, db::from_chrono};

/// Columns of a device's standing, in the order of [`Found`].
pub(super) const COLUMNS: &str = "d.id, d.developer_id, d.project_id, d.server_seq, d.sample_interval_s,
    d.idle_threshold_s, d.config_etag, d.excluded_bundle_ids, v.timezone, p.settings,
    p.is_active AND COALESCE(m.status = 'active', FALSE) AND COALESCE(w.status = 'active', FALSE) AS takes_part";

/// Where they come from, up to the ids of the devices.
pub(super) const FROM: &str = "FROM tracker_devices d JOIN developers v ON v.id = d.developer_id
    JOIN projects p ON p.id = d.project_id
    LEFT JOIN project_members m ON m.project_id = p.id AND m.developer_id = d.developer_id
    LEFT JOIN workspace_members w ON w.workspace_id = p.workspace_id AND w.developer_id = d.developer_id
    WHERE d.released_at IS NULL AND d.id";

/// A row of [`COLUMNS`].
pub(super) type Found = (
    Uuid,
    Uuid,
    Uuid,
    i64,
    i64,
    i64,
    String,
    Option<serde_json::Value>,
    Option<String>,
    serde_json::Value,
    bool,
);

/// A pause: whose, from when, until when.
pub(super) type Pause = (Uuid, DateTime<Utc>, Option<DateTime<Utc>>);

/// How a device stands, without zones and pauses.
pub(super) fn standing(found: Found) -> Result<(DeviceId, Standing), StorageError> {
    let (device, developer, project, server_seq, interval, idle, config_etag, excluded, zone, settings, part) =
        found;
    let number = |value: i64, name| u32::try_from(value).map_err(|_| StorageError::Unreadable(name));
    let excluded: Vec<String> = serde_json::from_value(excluded.unwrap_or_default()).unwrap_or_default();
    let standing = Standing {
        developer_id: DeveloperId(developer),
        project_id: ProjectId(project),
        server_seq,
        sample_interval_s: number(interval, "sample_interval_s")?,
        idle_threshold_s: number(idle, "idle_threshold_s")?,
        config_etag,
        excluded: excluded.iter().map(|bundle| fold(bundle)).collect(),
        captures: part && config::enabled(&settings),
        zone: zone
            .and_then(|zone| Zone::parse(&zone).ok())
            .unwrap_or_else(Zone::utc),
        zones: BTreeSet::new(),
        pauses: Vec::new(),
    };
    Ok((DeviceId(device), standing))
}

/// Everyone and everything whose pauses count: devices, their projects, their people.
pub(super) fn subjects(standings: &HashMap<DeviceId, Standing>) -> BTreeSet<Uuid> {
    standings
        .iter()
        .flat_map(|(device, s)| [device.0, s.project_id.0, s.developer_id.0])
        .collect()
}

/// Adds each pause to the devices it holds for.
pub(super) fn add_pauses(
    standings: &mut HashMap<DeviceId, Standing>,
    pauses: Vec<Pause>,
) -> Result<(), StorageError> {
    for (subject, from, to) in pauses {
        let pause = (from_chrono(from)?, to.map(from_chrono).transpose()?);
        for (device, standing) in &mut *standings {
            if [device.0, standing.project_id.0, standing.developer_id.0].contains(&subject) {
                standing.pauses.push(pause);
            }
        }
    }
    Ok(())
}

/// Which candidates a list of person and event id names.
pub(super) fn named(candidates: &[Candidate<'_>], found: Vec<(Uuid, Uuid)>) -> Vec<bool> {
    let found: HashSet<(Uuid, Uuid)> = found.into_iter().collect();
    candidates
        .iter()
        .map(|c| found.contains(&(c.developer_id.0, c.event.id.0)))
        .collect()
}
