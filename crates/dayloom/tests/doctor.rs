//! What `doctor` says of a home, and its exit code for scripts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use program::Program;
#[cfg(unix)]
use program::wait_for;
use serde_json::{Value, json};

/// Exit code and the finding of a part.
fn asked(home: &Program, env: &[(&str, &str)], part: &str) -> (i32, Value) {
    let ran = home.run_with(
        &["doctor", "--json"],
        &[&[("DAYLOOM_ACTIVITYWATCH", "off")], env].concat(),
    );
    let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let found = findings.into_iter().find(|finding| finding["part"] == part);
    (ran.code, found.unwrap())
}

#[test]
fn what_is_switched_off_or_not_started_is_no_failure() {
    let home = Program::new();
    let off = [("DAYLOOM_AGENT", "false")];
    for (part, state) in [
        ("home", "works"),
        ("server", "missing"),
        ("agent", "off"),
        ("model", "off"),
    ] {
        let (code, found) = asked(&home, &off, part);
        assert_eq!((code, &found["state"]), (0, &json!(state)), "{found}");
    }
    let (code, found) = asked(&home, &[("DAYLOOM_SERVER", "http://127.0.0.1:9")], "server");
    assert_eq!((code, &found["state"]), (1, &json!("fails")), "{found}");
    assert!(found["mend"].is_string(), "{found}");
}

#[test]
#[cfg(unix)]
fn an_agent_that_was_killed_does_not_run() {
    let home = Program::new();
    let (_, found) = asked(&home, &[], "agent");
    assert_eq!(found["detail"], "has not run yet");
    let up = home.start(&["up", "--listen", "127.0.0.1:0", "--no-open"]);
    let resting = "no sample yet; none now: nothing tells whether you are there";
    wait_for("the agent's word", || {
        asked(&home, &[], "agent").1["detail"] == resting
    });
    up.kill();
    let (_, found) = asked(&home, &[], "agent");
    let expected = json!({ "state": "missing", "detail": "does not run" });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(found[name], *value);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_agent_that_cannot_write_says_so_and_goes_on_when_it_can() {
    let home = Program::new();
    // As little of a database as a disk without room.
    std::fs::create_dir(home.path("spool.db")).unwrap();
    let up = home.start(&["up", "--listen", "127.0.0.1:0", "--no-open"]);
    wait_for("the agent's word", || {
        let (code, found) = asked(&home, &[], "agent");
        let detail = found["detail"].as_str().unwrap_or_default().to_owned();
        found["state"] == "fails" && code == 1 && detail.contains("could not be made")
    });
    std::fs::remove_dir(home.path("spool.db")).unwrap();
    wait_for("the agent", || asked(&home, &[], "agent").1["state"] == "works");
    assert_eq!(up.terminate().0, 0);
}
