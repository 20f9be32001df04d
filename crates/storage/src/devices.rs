//! Devices: enrolled into a project, paused, released. A released device keeps its events and no owner.

use dayloom_domain::{DeveloperId, DeviceId, ProjectId, people::Device};
use jiff::Timestamp;

use crate::{StorageError, store::Inner};

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
        let _ = (developer, id);
        unimplemented!()
    }
    /// Enrols a device or binds it again, with the project's whole config, in one transaction.
    pub async fn enroll(&self, request: &Enroll, now: Timestamp) -> Result<Device, EnrollError> {
        let _ = (request, now);
        unimplemented!()
    }
    /// A person's devices, without released ones, in the order they were enrolled.
    pub async fn list(&self, developer: DeveloperId) -> Result<Vec<Device>, StorageError> {
        let _ = developer;
        unimplemented!()
    }
    /// Changes what the patch names. `None` if the person has no such device.
    pub async fn update(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        patch: &DevicePatch,
        now: Timestamp,
    ) -> Result<Option<Device>, StorageError> {
        let _ = (developer, id, patch, now);
        unimplemented!()
    }
    /// Lets a device go, so that another person may enrol it; its events stay. False if the person has no such device.
    pub async fn release(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let _ = (developer, id, now);
        unimplemented!()
    }
    /// Notes that the device was seen. `None` if the person has no such device.
    pub async fn heartbeat(
        &self,
        developer: DeveloperId,
        id: DeviceId,
        now: Timestamp,
    ) -> Result<Option<Device>, StorageError> {
        let _ = (developer, id, now);
        unimplemented!()
    }
}
