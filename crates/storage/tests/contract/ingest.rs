//! Taking events in.

use dayloom_domain::{
    DeviceId, EventId, Zone,
    event::{Browser, DevContext, FileContext, InputCadence, Meeting, System},
    people::{CaptureConfig, Role},
};
use dayloom_storage::{
    Batch, DeveloperPatch, DevicePatch, IngestError, IngestOutcome, NewEvent, RejectReason, Store, Submitted,
};
use jiff::ToSpan;
use uuid::Uuid;

use crate::world::{again, batch, device, enroll, event, minute, now, send, world};

fn sums(outcome: &IngestOutcome, length: usize) {
    let total = outcome.accepted + outcome.duplicates + outcome.rejected.len() as u64;
    assert_eq!(total, length as u64, "{outcome:?}");
}

pub async fn a_batch_is_accounted_for(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let first = send(store, &laptop, now(), &[]).await;
    assert_eq!(
        (first.accepted, first.server_seq, first.sample_interval_s),
        (0, 0, 60)
    );
    assert_eq!(
        (first.project_id, &first.config_etag),
        (w.project, &laptop.config_etag)
    );
    let events: Vec<NewEvent> = (0..137).map(|n| event(n, minute(-n))).collect();
    let mut mixed = batch(&laptop, now(), &events);
    mixed
        .events
        .insert(3, Submitted::Rejected(RejectReason::TsOutOfRange));
    mixed.events.push(Submitted::Event(Box::new(events[5].clone())));
    let length = mixed.events.len();
    let outcome = store.events().ingest(mixed.clone()).await.unwrap();
    assert_eq!(
        (outcome.accepted, outcome.duplicates, outcome.server_seq),
        (137, 1, 136)
    );
    assert_eq!(outcome.rejected, vec![(3, RejectReason::TsOutOfRange)]);
    sums(&outcome, length);
    let outcome = store.events().ingest(mixed).await.unwrap();
    assert_eq!((outcome.accepted, outcome.duplicates), (0, 138));
    assert_eq!(store.events().count(w.owner).await.unwrap(), 137);
    let captured = store.events().moment(w.owner, events[5].id).await.unwrap();
    assert_eq!(
        captured.map(|(ts, zone)| (ts, zone.name().to_owned())),
        Some((events[5].ts, "UTC".to_owned()))
    );
    let stranger = EventId(Uuid::new_v4());
    assert_eq!(store.events().moment(w.owner, stranger).await.unwrap(), None);
    assert_eq!(
        store.events().range(w.owner).await.unwrap(),
        Some((minute(-136), now()))
    );
    let seen = again(store, &laptop).await;
    assert_eq!((seen.server_seq, seen.last_seen_at), (136, Some(now())));
    let window = store
        .events()
        .window(w.owner, minute(-10), minute(-5))
        .await
        .unwrap();
    let seqs: Vec<i64> = window.iter().map(|e| e.client_seq).collect();
    assert_eq!(seqs, vec![10, 9, 8, 7, 6], "from is in, to is not");
    let nobody = dayloom_domain::DeveloperId(Uuid::new_v4());
    assert_eq!(store.events().range(nobody).await.unwrap(), None);
    assert!(
        store
            .events()
            .window(nobody, minute(-10), now())
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn an_id_is_one_event_of_a_person(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let one = event(1, now());
    let (laptop, tower) = (
        device(store, w.owner, w.project).await,
        device(store, w.owner, w.project).await,
    );
    let theirs = device(store, eve.owner, eve.project).await;
    assert_eq!(
        send(store, &laptop, now(), std::slice::from_ref(&one))
            .await
            .accepted,
        1
    );
    let elsewhen = NewEvent {
        ts: minute(-60 * 24 * 25),
        ..one.clone()
    };
    assert_eq!(
        send(store, &tower, now(), std::slice::from_ref(&elsewhen))
            .await
            .duplicates,
        1
    );
    assert_eq!(
        send(store, &theirs, now(), std::slice::from_ref(&elsewhen))
            .await
            .accepted,
        1
    );
    assert_eq!(store.events().count(w.owner).await.unwrap(), 1);
    assert_eq!(store.events().count(eve.owner).await.unwrap(), 1);
}

pub async fn the_same_batch_many_times_at_once(store: &Store) {
    let w = world(store, "ada").await;
    let devices = [
        device(store, w.owner, w.project).await,
        device(store, w.owner, w.project).await,
    ];
    let events: Vec<NewEvent> = (0..60).map(|n| event(n, minute(-n))).collect();
    let mut tries = Vec::new();
    for n in 0..12 {
        let store = store.clone();
        // Some reversed, so that a lock order by arrival would meet itself.
        let mut these = events.clone();
        if n % 3 == 0 {
            these.reverse();
        }
        let batch = batch(&devices[n % 2], now(), &these);
        tries.push(tokio::spawn(async move { store.events().ingest(batch).await }));
    }
    let mut accepted = 0;
    for attempt in tries {
        let outcome = attempt.await.unwrap().unwrap();
        sums(&outcome, 60);
        accepted += outcome.accepted;
    }
    assert_eq!(accepted, 60);
    assert_eq!(store.events().count(w.owner).await.unwrap(), 60);
}

pub async fn pauses_hold_by_the_time_of_the_event(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let paused = CaptureConfig {
        paused: true,
        ..CaptureConfig::default()
    };
    store
        .projects()
        .set_config(w.project, true, &paused, minute(0))
        .await
        .unwrap();
    store
        .projects()
        .set_config(w.project, true, &CaptureConfig::default(), minute(10))
        .await
        .unwrap();
    let patch = |paused| DevicePatch {
        name: None,
        paused: Some(paused),
    };
    store
        .devices()
        .update(w.owner, laptop.id, &patch(true), minute(20))
        .await
        .unwrap();
    store
        .devices()
        .update(w.owner, laptop.id, &patch(false), minute(30))
        .await
        .unwrap();
    store
        .people()
        .set_paused(w.owner, true, minute(40))
        .await
        .unwrap();
    let times = [-1, 0, 9, 10, 19, 20, 29, 30, 39, 40, 50];
    let events: Vec<NewEvent> = times.iter().map(|m| event(*m + 1, minute(*m))).collect();
    let outcome = send(store, &laptop, minute(51), &events).await;
    let refused: Vec<usize> = outcome.rejected.iter().map(|(place, _)| *place).collect();
    assert!(
        outcome
            .rejected
            .iter()
            .all(|(_, reason)| *reason == RejectReason::Paused)
    );
    assert_eq!(refused, vec![1, 2, 5, 6, 9, 10]);
    assert_eq!(
        outcome.accepted, 5,
        "what was seen before a pause and arrives in it stands"
    );
    assert_eq!(outcome.server_seq, 51);
}

pub async fn exclusions_and_lost_membership(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let bob = spaces
        .add_member(w.workspace, w.owner, "bob@x.org", Role::Developer, now())
        .await
        .unwrap()
        .developer_id;
    store
        .projects()
        .put_member(w.project, bob, None, now())
        .await
        .unwrap();
    let laptop = device(store, bob, w.project).await;
    let config = CaptureConfig {
        excluded_bundle_ids: vec!["COM.Bank.App".to_owned()],
        ..CaptureConfig::default()
    };
    store
        .projects()
        .set_config(w.project, true, &config, now())
        .await
        .unwrap();
    let mut secret = event(1, now());
    secret.active_app.bundle_id = "com.bank.APP".to_owned();
    let outcome = send(store, &laptop, now(), &[secret, event(2, now())]).await;
    assert_eq!(
        (outcome.rejected, outcome.accepted),
        (vec![(0, RejectReason::ExcludedApp)], 1)
    );

    let disabled = vec![(0, RejectReason::CaptureDisabled)];
    store
        .projects()
        .set_config(w.project, false, &config, now())
        .await
        .unwrap();
    assert_eq!(
        send(store, &laptop, now(), &[event(3, now())]).await.rejected,
        disabled
    );
    store
        .projects()
        .set_config(w.project, true, &config, now())
        .await
        .unwrap();
    store
        .projects()
        .remove_member(w.project, bob, now())
        .await
        .unwrap();
    assert_eq!(
        send(store, &laptop, now(), &[event(4, now())]).await.rejected,
        disabled
    );
    store
        .projects()
        .put_member(w.project, bob, None, now())
        .await
        .unwrap();
    assert_eq!(send(store, &laptop, now(), &[event(5, now())]).await.accepted, 1);
    spaces
        .remove_member(w.workspace, w.owner, bob, now())
        .await
        .unwrap();
    assert_eq!(
        send(store, &laptop, now(), &[event(6, now())]).await.rejected,
        disabled
    );
}

pub async fn what_was_taken_before_stays_taken(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let old = [event(1, now()), event(2, minute(1))];
    assert_eq!(send(store, &laptop, minute(2), &old).await.accepted, 2);
    let again = [old[0].clone(), old[1].clone(), event(3, minute(2))];
    let config = |paused, apps: &[&str]| CaptureConfig {
        paused,
        excluded_bundle_ids: apps.iter().map(|app| (*app).to_owned()).collect(),
        ..CaptureConfig::default()
    };
    let cases = [
        (
            true,
            config(false, &["com.microsoft.vscode"]),
            RejectReason::ExcludedApp,
        ),
        (false, config(false, &[]), RejectReason::CaptureDisabled),
        (true, config(true, &[]), RejectReason::Paused),
    ];
    for (enabled, config, reason) in cases {
        let projects = store.projects();
        // A pause from the first of them on, whatever the clock says now.
        projects
            .set_config(w.project, enabled, &config, now())
            .await
            .unwrap();
        let outcome = send(store, &laptop, minute(3), &again).await;
        assert_eq!((outcome.accepted, outcome.duplicates), (0, 2), "{reason:?}");
        assert_eq!(outcome.rejected, vec![(2, reason)]);
        sums(&outcome, again.len());
    }
    store
        .projects()
        .remove_member(w.project, w.owner, now())
        .await
        .unwrap();
    let outcome = send(store, &laptop, minute(3), &again).await;
    assert_eq!(
        (outcome.duplicates, outcome.rejected),
        (2, vec![(2, RejectReason::CaptureDisabled)])
    );
    assert_eq!(store.events().count(w.owner).await.unwrap(), 2);
}

pub async fn what_was_in_force_is_stored(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let zone = |name: &str| Zone::parse(name).unwrap();
    send(store, &laptop, now(), &[event(1, minute(1))]).await;
    let patch = DeveloperPatch {
        timezone: Some(zone("Asia/Kolkata")),
        ..DeveloperPatch::default()
    };
    store.people().update(w.owner, &patch, now()).await.unwrap();
    let config = CaptureConfig {
        idle_threshold_s: 90,
        ..CaptureConfig::default()
    };
    store
        .projects()
        .set_config(w.project, true, &config, now())
        .await
        .unwrap();
    let travelling = NewEvent {
        tz: Some(zone("Europe/Berlin")),
        idle_s: Some(42),
        ..event(3, minute(3))
    };
    send(store, &laptop, now(), &[event(2, minute(2)), travelling]).await;
    let window = store.events().window(w.owner, now(), minute(9)).await.unwrap();
    let stored: Vec<_> = window
        .iter()
        .map(|e| (e.tz.name(), e.idle_threshold_s, e.idle_s))
        .collect();
    assert_eq!(
        stored,
        vec![
            ("UTC", 300, None),
            ("Asia/Kolkata", 90, None),
            ("Europe/Berlin", 90, Some(42))
        ]
    );
    let zones = store.events().zones(w.owner).await.unwrap();
    assert_eq!(
        zones,
        vec![zone("Asia/Kolkata"), zone("Europe/Berlin"), Zone::utc()]
    );
}

pub async fn every_field_comes_back(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let text = |text: &str| Some(text.to_owned());
    let full = NewEvent {
        ts: now() + 123_456.microseconds(),
        tz: Some(Zone::parse("Europe/Kiev").unwrap()),
        idle_s: Some(0),
        file_context: Some(FileContext {
            path: text("/a/'b\".rs"),
            repo: text("o/r"),
            branch: text("f/Ü-1"),
        }),
        dev_context: Some(DevContext {
            terminal_cwd: text("/"),
            last_command: text("ls"),
            editor_file: None,
        }),
        browser: Some(Browser {
            url: text("https://x/?q=1"),
            title: text("日本"),
        }),
        input_cadence: Some(InputCadence {
            key_events: 5,
            mouse_events: u64::from(u32::MAX),
        }),
        meeting: Some(Meeting {
            in_call: true,
            call_app: text("Zoom"),
            calendar_event_id: None,
        }),
        system: Some(System {
            on_battery: Some(false),
            displays: Some(2),
            online: None,
            network: text("wifi"),
        }),
        evidence_ref: text("ev_1"),
        ..event(i64::MAX, now())
    };
    send(store, &laptop, now(), std::slice::from_ref(&full)).await;
    let stored = store
        .events()
        .window(w.owner, now(), minute(1))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (stored.id, stored.ts, stored.client_seq),
        (full.id, full.ts, full.client_seq)
    );
    assert_eq!(
        (stored.developer_id, stored.project_id, stored.device_id),
        (w.owner, w.project, laptop.id)
    );
    assert_eq!(
        (Some(stored.tz), stored.idle_s, stored.interval_s),
        (full.tz, full.idle_s, full.interval_s)
    );
    assert_eq!(
        (stored.active_app, stored.file_context),
        (full.active_app, full.file_context)
    );
    assert_eq!(
        (stored.dev_context, stored.browser),
        (full.dev_context, full.browser)
    );
    assert_eq!(
        (stored.input_cadence, stored.meeting),
        (full.input_cadence, full.meeting)
    );
    assert_eq!(
        (stored.system, stored.evidence_ref),
        (full.system, full.evidence_ref)
    );
}

/// However many pieces it takes, they are the window.
pub async fn a_window_comes_in_pieces(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    let mut count = 0;
    for more in [0, 1, 255, 1, 400] {
        let events: Vec<NewEvent> = (count..count + more)
            .map(|n| event(n, now() + n.seconds()))
            .collect();
        if !events.is_empty() {
            send(store, &laptop, now(), &events).await;
        }
        count += more;
        let whole = store.events().window(w.owner, now(), minute(30)).await.unwrap();
        assert_eq!(whole.len(), usize::try_from(count).unwrap());
        let mut pieces = Vec::new();
        store
            .events()
            .window_in_pieces(w.owner, now(), minute(30), |piece| pieces.append(piece))
            .await
            .unwrap();
        assert_eq!(pieces, whole);
        // What is not taken out of a piece does not come again.
        let mut seen = 0;
        store
            .events()
            .window_in_pieces(w.owner, now(), minute(30), |piece| seen += piece.len())
            .await
            .unwrap();
        assert_eq!(seen, whole.len());
    }
}

pub async fn months_far_apart(store: &Store) {
    let w = world(store, "ada").await;
    let laptop = device(store, w.owner, w.project).await;
    store.events().ensure_partitions(now()).await.unwrap();
    store.events().ensure_partitions(now()).await.unwrap();
    let far = [-400, -31, 0, 31, 65, 400].map(|days| event(1, now() + (days * 24).hours()));
    let store_far = |far: Vec<NewEvent>| {
        let (store, laptop) = (store.clone(), laptop.clone());
        tokio::spawn(async move { send(&store, &laptop, now(), &far).await.accepted })
    };
    let (one, two) = (store_far(far[..3].to_vec()), store_far(far[3..].to_vec()));
    assert_eq!(one.await.unwrap() + two.await.unwrap(), 6);
    let window = store
        .events()
        .window(w.owner, now() - 10_000.hours(), now() + 10_000.hours())
        .await
        .unwrap();
    assert_eq!(window.len(), 6);
}

pub async fn a_stranger_is_not_enrolled(store: &Store) {
    let w = world(store, "ada").await;
    let eve = world(store, "eve").await;
    let laptop = device(store, w.owner, w.project).await;
    let unknown = Batch {
        device_id: DeviceId(Uuid::new_v4()),
        ..batch(&laptop, now(), &[event(1, now())])
    };
    let stolen = Batch {
        developer_id: eve.owner,
        ..batch(&laptop, now(), &[event(1, now())])
    };
    for refused in [unknown, stolen] {
        assert!(matches!(
            store.events().ingest(refused).await,
            Err(IngestError::NotEnrolled)
        ));
    }
    let kept = event(2, now());
    send(store, &laptop, now(), std::slice::from_ref(&kept)).await;
    store.devices().release(w.owner, laptop.id, now()).await.unwrap();
    let late = store
        .events()
        .ingest(batch(&laptop, now(), &[event(3, now())]))
        .await;
    assert!(matches!(late, Err(IngestError::NotEnrolled)));
    let ids: Vec<EventId> = store
        .events()
        .window(w.owner, now(), minute(1))
        .await
        .unwrap()
        .iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(ids, vec![kept.id], "a released device's events stay");
    store
        .devices()
        .enroll(&enroll(laptop.id, eve.owner, eve.project), now())
        .await
        .unwrap();
    let old = store
        .events()
        .ingest(batch(&laptop, now(), &[event(4, now())]))
        .await;
    assert!(
        matches!(old, Err(IngestError::NotEnrolled)),
        "the device is another's now"
    );
}
