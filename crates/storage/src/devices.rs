//! Devices: enrolled into a project, paused, released. A released device keeps its events and no owner.

use dayloom_domain::{
    DeveloperId, DeviceId, ProjectId,
    people::{CaptureConfig, Device, Project},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

use crate::{
    StorageError, config,
    db::{Columns, at, id, json, row, rows, run, word},
    pauses, people, projects,
    store::Inner,
};

/// A device to be enrolled or bound again (`contract/tracker.md` §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enroll {
    /// The device.
    pub device_id: DeviceId,
    /// Who enrols it.
    pub developer_id: DeveloperId,
    /// Into which project.
    pub project_id: ProjectId,
    /// Name; replaces the old one only if given.
    pub name: Option<String>,
    /// Platform; kept from the first enrolment by the same person.
    pub platform: String,
    /// Version of the client, where it says so.
    pub version: Option<String>,
}

/// Why a device was not enrolled, in the order of the checks (`contract/tracker.md` §2.2).
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// The project is unknown or archived.
    #[error("Project not found")]
    ProjectNotFound,
    /// The person is no active member of it.
    #[error("Not a member of this project")]
    NotMember,
    /// The project does not track.
    #[error("Tracker module not enabled for this project")]
    TrackerDisabled,
    /// The device belongs to someone else.
    #[error("Device belongs to another developer")]
    OtherDeveloper,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a person may change about their device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevicePatch {
    /// Name; inner `None` empties it.
    pub name: Option<Option<String>>,
    /// Pauses or resumes it from `now`.
    pub paused: Option<bool>,
}

/// The repository of devices.
#[derive(Clone, Copy)]
pub struct Devices<'a>(pub(crate) &'a Inner);

impl Devices<'_> {
    /// A person's own device, unless released.
    pub async fn by_id(&self, developer: DeveloperId, id: DeviceId) -> Result<Option<Device>, StorageError> {
        find(&self.0.read, developer, id).await
    }
    /// Enrols a device or binds it again, with the project's whole config, in one transaction.
    pub async fn enroll(&self, request: &Enroll, now: Timestamp) -> Result<Device, EnrollError> {
        let transaction = self.0.begin().await?;
        let project = match projects::find_locked(self.0, &transaction, request.project_id).await? {
            Some(project) if project.is_active => project,
            _ => return Err(EnrollError::ProjectNotFound),
        };
        if !projects::takes_part(&transaction, &project, request.developer_id).await? {
            return Err(EnrollError::NotMember);
        }
        if !project.tracker_enabled {
            return Err(EnrollError::TrackerDisabled);
        }
        claim(self.0, &transaction, request, now).await?;
        let person = people::find(&transaction, request.developer_id).await?;
        let old = find(&transaction, request.developer_id, request.device_id).await?;
        let paused_by_person = old.is_some_and(|device| device.paused_by_person);
        let person_paused = person.is_some_and(|person| person.paused);
        refresh(
            &transaction,
            request.device_id,
            &project,
            person_paused,
            paused_by_person,
        )
        .await?;
        let device = find(&transaction, request.developer_id, request.device_id).await?;
        transaction.commit().await.map_err(StorageError::from)?;
        device.ok_or(EnrollError::OtherDeveloper)
    }
    /// A person's devices, without released ones, in the order they were enrolled.
    pub async fn list(&self, developer: DeveloperId) -> Result<Vec<Device>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tracker_devices WHERE developer_id = $1 AND released_at IS NULL ORDER BY created_at, id"
        );
        rows(&self.0.read, &sql, vec![id(developer)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// Changes what the patch names. `None` if the person has no such device.
    pub async fn update(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        patch: &DevicePatch,
        now: Timestamp,
    ) -> Result<Option<Device>, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self.0.locking(
            "SELECT project_id FROM tracker_devices WHERE id = $1 AND developer_id = $2 AND released_at IS NULL",
        );
        let keys = || vec![crate::db::id(id), crate::db::id(developer)];
        let Some(found) = row(&transaction, &sql, keys()).await? else {
            return Ok(None);
        };
        if let Some(name) = &patch.name {
            let sql = "UPDATE tracker_devices SET name = $2 WHERE id = $1";
            run(&transaction, sql, vec![crate::db::id(id), name.clone().into()]).await?;
        }
        if let Some(paused) = patch.paused {
            pauses::set(&transaction, id.0, paused, now).await?;
            let project = projects::find(&transaction, found.id("project_id")?).await?;
            let person = people::find(&transaction, developer).await?;
            if let (Some(project), Some(person)) = (project, person) {
                refresh(&transaction, id, &project, person.paused, paused).await?;
            }
        }
        let device = find(&transaction, developer, id).await?;
        transaction.commit().await?;
        Ok(device)
    }
    /// Lets a device go, so that another person may enrol it; its events stay. False if the person has no such device.
    pub async fn release(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let transaction = self.0.begin().await?;
        let released = run(
            &transaction,
            "UPDATE tracker_devices SET released_at = $3, paused_by_person = FALSE
             WHERE id = $1 AND developer_id = $2 AND released_at IS NULL",
            vec![crate::db::id(id), crate::db::id(developer), at(now)],
        )
        .await?;
        // Nothing of a device that is someone else's is touched, its pause least of all.
        if released > 0 {
            pauses::set(&transaction, id.0, false, now).await?;
        }
        transaction.commit().await?;
        Ok(released > 0)
    }
    /// Notes that the device was seen. `None` if the person has no such device.
    pub async fn heartbeat(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        now: Timestamp,
    ) -> Result<Option<Device>, StorageError> {
        let sql = format!(
            "UPDATE tracker_devices SET last_seen_at = $3
             WHERE id = $1 AND developer_id = $2 AND released_at IS NULL RETURNING {COLUMNS}"
        );
        let values = vec![crate::db::id(id), crate::db::id(developer), at(now)];
        row(&self.0.write, &sql, values)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }
}

const COLUMNS: &str =
    "id, developer_id, project_id, name, platform, version, sample_interval_s, screenshot_policy,
    screenshot_every_n_samples, idle_threshold_s, paused, paused_by_person, excluded_bundle_ids, config_etag,
    server_seq, last_seen_at";

fn read(row: &QueryResult) -> Result<Device, StorageError> {
    let number = |name: &'static str| -> Result<u32, StorageError> {
        u32::try_from(row.col::<i64>(name)?).map_err(|_| StorageError::Unreadable(name))
    };
    Ok(Device {
        id: row.id("id")?,
        developer_id: row.id("developer_id")?,
        project_id: row.id("project_id")?,
        name: row.col("name")?,
        platform: row.col("platform")?,
        version: row.col("version")?,
        config: CaptureConfig {
            sample_interval_s: number("sample_interval_s")?,
            screenshot_policy: row.word("screenshot_policy")?,
            screenshot_every_n_samples: number("screenshot_every_n_samples")?,
            idle_threshold_s: number("idle_threshold_s")?,
            paused: row.col("paused")?,
            excluded_bundle_ids: serde_json::from_value(row.json("excluded_bundle_ids")?).unwrap_or_default(),
        },
        paused_by_person: row.col("paused_by_person")?,
        config_etag: row.col("config_etag")?,
        server_seq: row.col("server_seq")?,
        last_seen_at: row.at_opt("last_seen_at")?,
    })
}

async fn find<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    device: DeviceId,
) -> Result<Option<Device>, StorageError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tracker_devices WHERE id = $1 AND developer_id = $2 AND released_at IS NULL"
    );
    row(on, &sql, vec![id(device), id(developer)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Writes the settings in force onto a device: those of the project, and paused if project, person or device is.
async fn refresh<C: ConnectionTrait>(
    on: &C,
    device: DeviceId,
    project: &Project,
    person_paused: bool,
    device_paused: bool,
) -> Result<(), StorageError> {
    let mut in_force = project.config.clone();
    in_force.paused = in_force.paused || person_paused || device_paused;
    let etag = config::etag(&in_force);
    run(
        on,
        "UPDATE tracker_devices SET sample_interval_s = $2, screenshot_policy = $3, screenshot_every_n_samples = $4,
             idle_threshold_s = $5, paused = $6, paused_by_project = $7, paused_by_person = $8,
             excluded_bundle_ids = $9, config_etag = $10 WHERE id = $1",
        vec![
            id(device),
            i64::from(in_force.sample_interval_s).into(),
            word(in_force.screenshot_policy).into(),
            i64::from(in_force.screenshot_every_n_samples).into(),
            i64::from(in_force.idle_threshold_s).into(),
            in_force.paused.into(),
            project.config.paused.into(),
            device_paused.into(),
            json(serde_json::to_value(&in_force.excluded_bundle_ids).unwrap_or_default()),
            etag.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Brings the devices of a project up to date after its settings changed.
pub(crate) async fn refresh_of_project(
    inner: &Inner,
    on: &DatabaseTransaction,
    project: ProjectId,
) -> Result<(), StorageError> {
    refresh_where(inner, on, "project_id", project.0).await
}

/// Brings the devices of a person up to date after they paused or resumed.
pub(crate) async fn refresh_of_person(
    inner: &Inner,
    on: &DatabaseTransaction,
    person: DeveloperId,
) -> Result<(), StorageError> {
    refresh_where(inner, on, "developer_id", person.0).await
}

/// Rows are locked in the order of their ids, as everywhere, so that two such changes never wait for each other.
async fn refresh_where(
    inner: &Inner,
    on: &DatabaseTransaction,
    column: &str,
    subject: uuid::Uuid,
) -> Result<(), StorageError> {
    let sql = format!(
        "SELECT id, developer_id, project_id, paused_by_person FROM tracker_devices
         WHERE {column} = $1 AND released_at IS NULL ORDER BY id"
    );
    for device in rows(on, &inner.locking(&sql), vec![id(subject)]).await? {
        let project = projects::find(on, device.id("project_id")?).await?;
        let person = people::find(on, device.id("developer_id")?).await?;
        if let (Some(project), Some(person)) = (project, person) {
            refresh(
                on,
                device.id("id")?,
                &project,
                person.paused,
                device.col("paused_by_person")?,
            )
            .await?;
        }
    }
    Ok(())
}

/// Makes the device's row the caller's, or says whose it is. A released row starts afresh.
async fn claim(
    inner: &Inner,
    on: &DatabaseTransaction,
    request: &Enroll,
    now: Timestamp,
) -> Result<(), EnrollError> {
    run(
        on,
        "INSERT INTO tracker_devices (id, developer_id, project_id, name, platform, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
        vec![
            id(request.device_id),
            id(request.developer_id),
            id(request.project_id),
            request.name.clone().into(),
            request.platform.clone().into(),
            request.version.clone().into(),
            at(now),
        ],
    )
    .await?;
    let sql = inner.locking("SELECT developer_id, released_at FROM tracker_devices WHERE id = $1");
    let held = row(on, &sql, vec![id(request.device_id)])
        .await?
        .ok_or(StorageError::Unreadable("tracker_devices"))?;
    let released = held.at_opt("released_at")?.is_some();
    let mine = held.id::<DeveloperId>("developer_id")? == request.developer_id;
    if !mine && !released {
        return Err(EnrollError::OtherDeveloper);
    }
    let values = vec![
        id(request.device_id),
        id(request.developer_id),
        id(request.project_id),
        request.name.clone().into(),
        request.version.clone().into(),
    ];
    if mine {
        let sql = "UPDATE tracker_devices SET developer_id = $2, project_id = $3, name = COALESCE($4, name),
                       version = COALESCE($5, version), released_at = NULL WHERE id = $1";
        run(on, sql, values).await?;
    } else {
        let sql = "UPDATE tracker_devices SET developer_id = $2, project_id = $3, name = $4, version = $5, platform = $6,
                       server_seq = 0, last_seen_at = NULL, released_at = NULL, created_at = $7 WHERE id = $1";
        let fresh = [request.platform.clone().into(), at(now)];
        run(on, sql, values.into_iter().chain(fresh).collect()).await?;
    }
    Ok(())
}
