//! Generated evidence, the same for the same seed: [`year`] and [`workday`] are a believable developer's,
//! [`hostile`] is whatever could go wrong at once. For tests, benchmarks and the demonstration; nothing a person
//! sees as their own comes from here.

mod hostile;
mod workday;

pub use hostile::hostile;
pub use workday::{Developer, workday, year};

use crate::{
    DeveloperId, DeviceId, EventId, ProjectId, TaskId, WorkspaceId, Zone,
    event::{ActiveApp, Event},
    people::Task,
};
use jiff::Timestamp;
use uuid::Uuid;

/// A small reproducible source of choices (SplitMix64). Not for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins anew; equal seeds give equal choices.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).unwrap_or(0) + 1;
        from + i64::try_from(self.bits() % width).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// One of these, which are not empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let last = i64::try_from(of.len()).unwrap_or(1) - 1;
        &of[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// The same things in another order.
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            let other = self.between(0, i64::try_from(at).unwrap_or(0));
            of.swap(at, usize::try_from(other).unwrap_or(0));
        }
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(
            (u128::from(self.bits()) << 64 | u128::from(self.bits())).to_be_bytes(),
        )
        .into_uuid()
    }
}

/// The n-th task of a workspace, to do and nobody's, of no project and without an address.
pub fn task(n: u128, key: Option<&str>, title: &str) -> Task {
    Task {
        id: TaskId(Uuid::from_u128(n)),
        workspace_id: WorkspaceId(Uuid::from_u128(1)),
        project_id: None,
        key: key.map(str::to_owned),
        title: title.to_owned(),
        url: None,
        status: "todo".to_owned(),
        assignee_id: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// An event with nothing in it but its time: 60 seconds in an application without a name, in UTC.
pub fn bare(id: EventId, device: DeviceId, ts: Timestamp) -> Event {
    Event {
        id,
        developer_id: DeveloperId(Uuid::from_u128(1)),
        project_id: ProjectId(Uuid::from_u128(2)),
        device_id: device,
        client_seq: 0,
        ts,
        interval_s: 60,
        tz: Zone::utc(),
        idle_threshold_s: 300,
        idle_s: None,
        active_app: ActiveApp::default(),
        file_context: None,
        dev_context: None,
        browser: None,
        input_cadence: None,
        meeting: None,
        system: None,
        evidence_ref: None,
    }
}
