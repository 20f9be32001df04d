//! What a person tracks with and the evidence they leave, put into storage past the wire.

use dayloom_domain::{Clock, DeveloperId, DeviceId, ProjectId, TaskId, event::Event};
use dayloom_storage::{Batch, Enroll, NewEvent, NewTask, Submitted};
use jiff::{SignedDuration, Timestamp};

use crate::{Person, TestApp, Tracked};

/// An event as its device sends it: without what the server adds.
pub fn submitted(event: Event) -> Submitted {
    Submitted::Event(Box::new(NewEvent {
        id: event.id,
        client_seq: event.client_seq,
        ts: event.ts,
        interval_s: event.interval_s,
        tz: Some(event.tz),
        idle_s: event.idle_s,
        active_app: event.active_app,
        file_context: event.file_context,
        dev_context: event.dev_context,
        browser: event.browser,
        input_cadence: event.input_cadence,
        meeting: event.meeting,
        system: event.system,
        evidence_ref: event.evidence_ref,
    }))
}

impl TestApp {
    /// Takes in events of one device now, none of which may be refused.
    pub async fn upload(&self, person: DeveloperId, device: DeviceId, events: &[Event]) {
        self.upload_at(self.clock.now(), person, device, events).await;
    }

    /// Takes in events of one device, in their order, each part soon after its last: however long ago they were, none is
    /// refused for its age.
    pub async fn upload_in_time(&self, person: DeveloperId, device: DeviceId, events: &[Event]) {
        // Within the limit of a batch on the wire (`contract/tracker.md` §2.3).
        for part in events.chunks(400) {
            let last = part.last().map_or(Timestamp::UNIX_EPOCH, |event| event.ts);
            self.upload_at(last + SignedDuration::from_mins(1), person, device, part)
                .await;
        }
    }

    async fn upload_at(&self, now: Timestamp, person: DeveloperId, device: DeviceId, events: &[Event]) {
        let batch = Batch {
            device_id: device,
            developer_id: person,
            now,
            events: events.iter().cloned().map(submitted).collect(),
        };
        let outcome = self.store.events().ingest(batch).await.expect("a batch");
        assert_eq!(outcome.rejected, [], "of {}", events.len());
    }

    /// Enrols a device of this id.
    pub async fn enroll(&self, person: DeveloperId, project: ProjectId, device: DeviceId) -> DeviceId {
        let request = Enroll {
            device_id: device,
            developer_id: person,
            project_id: project,
            name: None,
            platform: "linux".to_owned(),
            version: None,
        };
        let enrolled = self.store.devices().enroll(&request, self.clock.now()).await;
        enrolled.expect("an enrolled device").id
    }

    /// A task of a person in their workspace, in no project.
    pub async fn task(&self, person: &Person, tracked: &Tracked, key: Option<&str>, title: &str) -> TaskId {
        let new = NewTask {
            title: title.to_owned(),
            key: key.map(str::to_owned),
            url: None,
            status: None,
            assignee_id: Some(person.id),
            project_id: None,
        };
        let tasks = self.store.tasks();
        let made = tasks.create(tracked.workspace, &new, self.clock.now()).await;
        made.expect("a task").id
    }
}
