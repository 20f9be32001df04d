//! A process that spools is killed at random moments: what it was told is on disk is there, once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use dayloom_agent::spool::{Limits, Settlement};
use dayloom_agent::{Account, Spool, outgoing};
use dayloom_api::tracker::Event;
use dayloom_capture::Sample;
use dayloom_domain::EventId;
use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

const CHILD: &str = "DAYLOOM_TEST_SPOOL";
const ROUNDS: usize = 25;
/// Far above what a start takes, because machines differ.
const PATIENCE: Duration = Duration::from_secs(120);

fn account() -> Account {
    Account {
        server: "http://localhost:8000/api/v1".into(),
        person: "a".into(),
        device_id: Uuid::nil().into(),
        project_id: Uuid::nil().into(),
    }
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// The process that is killed: pushes without end, settles now and then, and says each only when it is done.
#[tokio::test]
async fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let spool = Spool::open(&path, Limits::default()).await.unwrap();
    let key = spool.account(&account()).await.unwrap();
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).unwrap();
        out.flush().unwrap();
    };
    for round in 1_u64.. {
        let mut event = outgoing(EventId(Uuid::new_v4()), now(), 60, Sample::default());
        spool.push(key, &mut event).await.unwrap();
        say(format!("pushed {} {}\n", event.event_id, event.client_seq));
        if round.is_multiple_of(7) {
            let oldest = spool.oldest(key, 3, usize::MAX, &[]).await.unwrap();
            for row in &oldest {
                say(format!("settling {} 0\n", row.event_id));
            }
            let settlement = Settlement {
                delivered: oldest.iter().skip(1).map(|row| row.row).collect(),
                refused: oldest
                    .iter()
                    .take(1)
                    .map(|row| (row.row, "why".to_owned()))
                    .collect(),
            };
            spool.settle(&settlement, now()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spool.db");
    let mut rng = StdRng::seed_from_u64(25);
    let mut pushed = BTreeMap::new();
    let mut settling = std::collections::BTreeSet::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (begun, first) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut lines = vec![];
            let mut out = BufReader::new(out);
            let mut line = String::new();
            // A line the kill cut short was never said.
            while out.read_line(&mut line).unwrap_or(0) > 0 && line.ends_with('\n') {
                if line.starts_with("pushed ") {
                    // Only the first is waited for.
                    let _ = begun.send(());
                }
                lines.push(std::mem::take(&mut line));
            }
            lines
        });
        // Some are killed before they have begun, the others once they are at it, however slow the machine.
        if round % 5 != 0 {
            first.recv_timeout(PATIENCE).expect("the child pushes");
        }
        std::thread::sleep(Duration::from_millis(rng.random_range(20..250)));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in reader.join().unwrap() {
            let words: Vec<_> = line.split_whitespace().collect();
            match words[..] {
                ["pushed", id, seq] => {
                    assert_eq!(pushed.insert(id.to_owned(), seq.parse::<i64>().unwrap()), None);
                }
                ["settling", id, _] => {
                    settling.insert(id.to_owned());
                }
                _ => {}
            }
        }
    }
    assert!(pushed.len() >= ROUNDS / 5 * 4, "the child pushed next to nothing");

    let spool = Spool::open(&path, Limits::default()).await.unwrap();
    let key = spool.account(&account()).await.unwrap();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut seqs = BTreeMap::new();
    for row in spool.oldest(key, usize::MAX, usize::MAX, &[]).await.unwrap() {
        let event: Event = serde_json::from_str(&row.body).unwrap();
        assert_eq!(
            seqs.insert(event.client_seq, row.event_id.clone()),
            None,
            "a counter was given twice"
        );
        *places.entry(row.event_id).or_default() += 1;
    }
    for one in spool.rejected(usize::MAX).await.unwrap() {
        *places.entry(one.event_id).or_default() += 1;
    }
    for (id, seq) in &pushed {
        match places.get(id) {
            Some(1) => {}
            None => assert!(settling.contains(id), "{id} ({seq}) was acknowledged and is gone"),
            more => panic!("{id} is there {more:?} times"),
        }
    }
    let mut all: Vec<_> = pushed.values().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), pushed.len(), "a counter was given twice");
    let status = spool.status().await.unwrap();
    assert!(status.client_seq >= *all[all.len() - 1]);
}
