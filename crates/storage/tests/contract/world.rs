//! People, workspaces, devices and events to test with, at a fixed instant.

use dayloom_domain::{
    DeveloperId, DeviceId, EventId, ProjectId, WorkspaceId,
    event::{ActiveApp, FileContext},
    people::Device,
};
use dayloom_storage::{Batch, Enroll, IngestOutcome, NewEvent, NewProject, NewWorkspace, Store, Submitted};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

/// A Saturday morning.
pub fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().expect("an instant")
}

/// So many minutes after [`now`].
pub fn minute(minutes: i64) -> Timestamp {
    now() + minutes.minutes()
}

pub struct World {
    pub owner: DeveloperId,
    pub workspace: WorkspaceId,
    pub project: ProjectId,
}

/// A person, their workspace and a tracking project in it.
pub async fn world(store: &Store, name: &str) -> World {
    let owner = person(store, name).await;
    let new = NewWorkspace {
        name: name.to_owned(),
        slug: None,
    };
    let workspace = store.workspaces().create(owner, &new, now()).await.unwrap().id;
    let project = project(store, workspace, owner, "Main").await;
    World {
        owner,
        workspace,
        project,
    }
}

pub async fn person(store: &Store, name: &str) -> DeveloperId {
    let email = format!("{name}@example.org");
    store
        .people()
        .create_or_get(&email, Some(name), now())
        .await
        .unwrap()
        .id
}

pub async fn project(store: &Store, workspace: WorkspaceId, creator: DeveloperId, name: &str) -> ProjectId {
    let new = NewProject {
        name: name.to_owned(),
        slug: None,
        tracker_enabled: true,
    };
    store
        .projects()
        .create(workspace, creator, &new, now())
        .await
        .unwrap()
        .id
}

/// A fresh device of the person in the project.
pub async fn device(store: &Store, developer: DeveloperId, project: ProjectId) -> Device {
    let request = enroll(DeviceId(Uuid::new_v4()), developer, project);
    store.devices().enroll(&request, now()).await.unwrap()
}

pub fn enroll(device_id: DeviceId, developer_id: DeveloperId, project_id: ProjectId) -> Enroll {
    let name = Some("laptop".to_owned());
    Enroll {
        device_id,
        developer_id,
        project_id,
        name,
        platform: "linux".to_owned(),
        version: None,
    }
}

/// An event with little in it.
pub fn event(seq: i64, ts: Timestamp) -> NewEvent {
    NewEvent {
        id: EventId(Uuid::new_v4()),
        client_seq: seq,
        ts,
        interval_s: 60,
        tz: None,
        idle_s: None,
        active_app: ActiveApp {
            name: "Code".to_owned(),
            bundle_id: "com.microsoft.VSCode".to_owned(),
            window_title: Some("main.rs".to_owned()),
        },
        file_context: Some(FileContext {
            repo: Some("acme/app".to_owned()),
            ..FileContext::default()
        }),
        dev_context: None,
        browser: None,
        input_cadence: None,
        meeting: None,
        system: None,
        evidence_ref: None,
    }
}

pub fn batch(device: &Device, now: Timestamp, events: &[NewEvent]) -> Batch {
    Batch {
        device_id: device.id,
        developer_id: device.developer_id,
        now,
        events: events
            .iter()
            .map(|event| Submitted::Event(Box::new(event.clone())))
            .collect(),
    }
}

pub async fn send(store: &Store, device: &Device, now: Timestamp, events: &[NewEvent]) -> IngestOutcome {
    store.events().ingest(batch(device, now, events)).await.unwrap()
}

/// A device seen again as it stands now.
pub async fn again(store: &Store, device: &Device) -> Device {
    store
        .devices()
        .by_id(device.developer_id, device.id)
        .await
        .unwrap()
        .expect("still enrolled")
}
