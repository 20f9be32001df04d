//! Taking events in: what a batch is and what became of it.

use dayloom_domain::{
    DeveloperId, DeviceId, EventId, ProjectId, Zone,
    event::{ActiveApp, Browser, DevContext, FileContext, InputCadence, Meeting, System},
};
use jiff::Timestamp;

pub(crate) mod arrivals;
pub(crate) mod checkpoint;
mod decide;
pub(crate) mod group;
pub(crate) mod postgres;
mod rows;
mod sqlite;

use crate::StorageError;

/// An event as parsed from a batch, before it is known whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Idempotency key.
    pub id: EventId,
    /// The client's counter.
    pub client_seq: i64,
    /// When it was seen; within the accepted range, cut to whole microseconds.
    pub ts: Timestamp,
    /// Seconds it speaks for.
    pub interval_s: u32,
    /// Its own zone, where it named a known one.
    pub tz: Option<Zone>,
    /// Seconds since the last input, where valid.
    pub idle_s: Option<u32>,
    /// The window in focus.
    pub active_app: ActiveApp,
    /// File and repository.
    pub file_context: Option<FileContext>,
    /// Terminal and editor.
    pub dev_context: Option<DevContext>,
    /// The page in a browser.
    pub browser: Option<Browser>,
    /// Counts of input.
    pub input_cadence: Option<InputCadence>,
    /// Whether in a call.
    pub meeting: Option<Meeting>,
    /// State of the machine.
    pub system: Option<System>,
    /// Reference to a stored screenshot.
    pub evidence_ref: Option<String>,
}

/// Why an event was refused (`contract/tracker.md` §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// `ts` is not within 30 days before and 5 minutes after now.
    TsOutOfRange,
    /// The id is missing, no text, over 36 characters or no UUID.
    InvalidEventId,
    /// Something else about it cannot be read.
    InvalidEvent,
    /// The application is excluded.
    ExcludedApp,
    /// `ts` lies inside a pause.
    Paused,
    /// The project no longer captures for this person.
    CaptureDisabled,
}

impl RejectReason {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            RejectReason::TsOutOfRange => "ts_out_of_range",
            RejectReason::InvalidEventId => "invalid_event_id",
            RejectReason::InvalidEvent => "invalid_event",
            RejectReason::ExcludedApp => "excluded_app",
            RejectReason::Paused => "paused",
            RejectReason::CaptureDisabled => "capture_disabled",
        }
    }
}

/// One place of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Submitted {
    /// Readable and in range.
    Event(Box<NewEvent>),
    /// Refused before it came here.
    Rejected(RejectReason),
}

/// A batch of one device.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The device.
    pub device_id: DeviceId,
    /// The caller, who must own the device.
    pub developer_id: DeveloperId,
    /// When it arrived.
    pub now: Timestamp,
    /// Its events in the order of the request.
    pub events: Vec<Submitted>,
}

/// What became of a batch: `accepted + duplicates + rejected.len()` is its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestOutcome {
    /// The project the device is bound to.
    pub project_id: ProjectId,
    /// Stored now.
    pub accepted: u64,
    /// Stored before, or twice in the batch.
    pub duplicates: u64,
    /// Places refused and why, in the order of the batch.
    pub rejected: Vec<(usize, RejectReason)>,
    /// Highest `client_seq` seen from the device.
    pub server_seq: i64,
    /// The device's sampling interval in force.
    pub sample_interval_s: u32,
    /// Etag of the device's config in force.
    pub config_etag: String,
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// No such device, someone else's, or released.
    #[error("Device not enrolled")]
    NotEnrolled,
    /// The database failed; nothing of the batch is stored.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The earliest `ts` of a group; none if no event is left to judge.
fn oldest(batches: &[&Batch]) -> Option<Timestamp> {
    let events = batches.iter().flat_map(|batch| &batch.events);
    events
        .filter_map(|submitted| match submitted {
            Submitted::Event(event) => Some(event.ts),
            Submitted::Rejected(_) => None,
        })
        .min()
}
