//! Two servers on one Postgres and one Redis count calls together, and go on where that Redis goes away. Needs
//! `DAYLOOM_TEST_POSTGRES` and `DAYLOOM_TEST_REDIS`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use dayloom_client::{Client, ClientError};
use dayloom_domain::Clock;
use dayloom_testkit::{db::TestDb, needs};
use program::{Now, PATIENCE, Program, Up};
use serde_json::{Value, json};
use uuid::Uuid;

/// The Redis for tests.
fn redis() -> Option<String> {
    needs::variable("DAYLOOM_TEST_REDIS")
}

/// A way to a Redis that can be cut, as a cable can.
struct Cable {
    address: SocketAddr,
    cut: Arc<AtomicBool>,
}

impl Cable {
    fn to(redis: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(redis) else {
                    continue;
                };
                for (from, to) in [(&here, &there), (&there, &here)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let is_cut = Arc::clone(&is_cut);
                    std::thread::spawn(move || carry(from, to, &is_cut));
                }
            }
        });
        Self { address, cut }
    }
}

/// Carries bytes until either end closes or the way is cut.
fn carry(mut from: TcpStream, mut to: TcpStream, is_cut: &AtomicBool) {
    use std::io::{Read, Write};
    let mut bytes = [0; 4096];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || is_cut.load(Ordering::SeqCst) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// An upload of nothing: the status it was answered with, and after how many seconds it may be tried again.
async fn upload(client: &Client, device: Uuid) -> (u16, Option<u64>) {
    let batch = json!({"schema_version": "1.0", "device_id": device, "sent_at": Now.now(), "events": []});
    match client.post::<_, Value>("/tracker/events:batch", &batch).await {
        Ok(_) => (200, None),
        Err(ClientError::Refused {
            status, retry_after, ..
        }) => (status, retry_after.map(|wait| wait.as_secs())),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_count_together_and_go_on_alone() {
    let (Some(redis), Some(postgres)) = (redis(), TestDb::postgres().await) else {
        return;
    };
    let there = redis.trim_start_matches("redis://").split('/').next().unwrap();
    let cable = Cable::to(there.parse().unwrap());
    let shared = format!("redis://{}/0", cable.address);
    let program = Program::new();
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        &postgres.url,
        "--redis-url",
        &shared,
    ];
    let servers: [Up; 2] = [program.start(&serve), program.start(&serve)];
    let signed = program.json(&[
        "token",
        "--email",
        "ann@example.org",
        "--database-url",
        &postgres.url,
    ]);
    let clients = servers
        .each_ref()
        .map(|server| Client::new(&server.url, signed["token"].as_str()).unwrap());
    let workspace: Value = clients[0]
        .post("/workspaces", &json!({"name": "Work"}))
        .await
        .unwrap();
    let projects = format!("/workspaces/{}/projects", workspace["id"].as_str().unwrap());
    let project = json!({"name": "Loom", "tracker_enabled": true});
    let project: Value = clients[0].post(&projects, &project).await.unwrap();
    let device = Uuid::new_v4();
    let enroll = json!({"device_id": device, "project_id": project["id"], "platform": "linux"});
    let _: Value = clients[0].post("/tracker/devices:enroll", &enroll).await.unwrap();
    // What a slow machine is answered late passes uncounted; so the first goes on until it is refused.
    let mut passed = 0;
    let begun = std::time::Instant::now();
    let wait = loop {
        match upload(&clients[0], device).await {
            (429, wait) => break wait,
            (status, _) => assert_eq!(status, 200),
        }
        passed += 1;
        assert!(begun.elapsed() < PATIENCE, "it counts");
    };
    assert!(passed >= 30, "{passed} were let through");
    assert!(
        wait.is_some_and(|seconds| (1..=60).contains(&seconds)),
        "{wait:?}"
    );
    let mut other = Vec::new();
    for _ in 0..29 {
        other.push(upload(&clients[1], device).await.0);
    }
    assert!(other.contains(&429), "the other has counted them too: {other:?}");

    cable.cut.store(true, Ordering::SeqCst);
    for n in 0..40 {
        assert_eq!(
            upload(&clients[n % 2], device).await.0,
            200,
            "without Redis calls pass"
        );
    }
    let doctor = program.run(&["doctor", "--json", "--redis-url", &shared]);
    let findings: Vec<Value> = serde_json::from_str(&doctor.out).unwrap();
    let limits = findings
        .iter()
        .find(|finding| finding["part"] == "limits")
        .unwrap();
    assert_eq!(limits["state"], "fails", "{limits}");
    assert!(
        limits["mend"].as_str().unwrap().contains("calls pass uncounted"),
        "{limits}"
    );
    for server in servers {
        assert_eq!(server.terminate().0, 0);
    }
}
