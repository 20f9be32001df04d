//! Commands one after the other, as a person and a script use them: what they print, where, and the exit code.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use program::Program;
#[cfg(target_os = "linux")]
use program::wait_for;

const UP: [&str; 5] = ["up", "--listen", "127.0.0.1:0", "--no-open", "--no-agent"];

#[test]
fn a_database_is_brought_up_to_date_once_and_then_served_as_it_is() {
    let home = Program::new();
    let database = format!("sqlite:{}", home.path("many.db").display());
    for _ in 0..2 {
        let migrated = home.run(&["migrate", "--database-url", &database]);
        assert_eq!(
            (migrated.code, migrated.out.as_str()),
            (0, "The database is up to date.\n"),
            "{}",
            migrated.err
        );
    }
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--no-migrate",
        "--database-url",
    ];
    drop(home.start(&[&serve[..], &[&database]].concat()));
    assert!(!home.path("dayloom.db").exists(), "no other database is made");
}

#[tokio::test]
async fn a_server_needs_no_disk() {
    let home = Program::new();
    let up = home.start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        "sqlite::memory:",
    ]);
    let http = dayloom_http::client().no_proxy().build().unwrap();
    let ready = http.get(format!("{}/readyz", up.url)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    assert!(!home.path("dayloom.db").exists());
}

#[test]
fn facts_go_to_standard_output_and_everything_else_beside_it() {
    let home = Program::new();
    let _up = home.start(&UP);
    let empty = home.run(&["tasks", "list"]);
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    assert!(empty.err.contains("dayloom tasks add"), "{}", empty.err);
    let quiet = home.run(&["tasks", "list", "--quiet"]);
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (0, "", ""));

    let plain = home.run(&["today"]);
    assert!(
        !plain.out.contains('\u{1b}'),
        "no colour into a pipe: {}",
        plain.out
    );
    let colored = home.run(&["today", "--color", "always"]);
    assert!(colored.out.contains("\u{1b}[1m"), "{}", colored.out);
    assert!(!home.run(&["today", "--color", "never"]).out.contains('\u{1b}'));
}

#[test]
fn rubbish_is_refused_in_words() {
    let home = Program::new();
    let _up = home.start(&UP);
    home.json(&["rules", "add", "repo", "acme/*", "--category", "productive"]);
    for (code, args) in [
        (2, &["day", "yesteryear"][..]),
        (2, &["week", "9999-12-31"]),
        (2, &["week", "-9999-01-01"]),
        (2, &["why", "???"]),
        (2, &["rules", "move", "a", "0"]),
        (2, &["demo", "--days", "0"]),
        (2, &["up", "--listen", "nowhere"]),
        (2, &["token", "--email", "nobody"]),
        (1, &["rules", "remove", ""]),
        (1, &["tasks", "edit", "NOTHING-1", "--status", "done"]),
        (1, &["tasks", "add", ""]),
        (1, &["tasks", "add", "Link", "--url", "javascript:alert(1)"]),
        (1, &["tasks", "import", "no/such/file.csv"]),
        (1, &["devices", "pause", "nobody's"]),
        (1, &["devices", "release", ""]),
        (1, &program::BROKEN_RULE),
    ] {
        let ran = home.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error:"), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
    }
    assert_eq!(home.json(&["rules", "list"]).as_array().unwrap().len(), 1);
}

#[cfg(target_os = "linux")]
mod agent {
    use std::process::{Child, Command, Stdio};

    use dayloom_client::Client;
    use program::Up;
    use serde_json::{Value, json};

    use super::*;

    /// A shell that lives as long as this, and left word of its last command.
    struct Shell(Child);

    impl Shell {
        fn at_work(home: &Program) -> Self {
            let shell = Command::new("bash")
                .args(["-c", "read -r line"])
                .stdin(Stdio::piped())
                .spawn();
            let shell = Self(shell.unwrap());
            std::fs::create_dir_all(home.path("shell")).unwrap();
            home.write(
                &format!("shell/{}", shell.0.id()),
                "1\0zsh\0\0/\0make --token abc\0end",
            );
            shell
        }
    }

    impl Drop for Shell {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    const ALONE: (&str, &str) = ("DAYLOOM_ACTIVITYWATCH", "off");

    /// Switches the one project of a home's person off or on again.
    async fn track(home: &Program, up: &Up, enabled: bool) {
        let client = Client::new(&up.url, Some(&home.token())).unwrap();
        let spaces: Value = client.get("/workspaces", &[]).await.unwrap();
        let path = format!("/workspaces/{}/projects", spaces[0]["id"].as_str().unwrap());
        let projects: Value = client.get(&path, &[]).await.unwrap();
        let id = projects["projects"][0]["id"].as_str().unwrap();
        let path = format!("/tracker/admin/projects/{id}/config");
        let _: Value = client.put(&path, &json!({"enabled": enabled})).await.unwrap();
    }

    #[tokio::test]
    async fn a_sample_is_taken_spooled_and_sent_by_hand() {
        let home = Program::new();
        let up = home.start(&UP);
        let _shell = Shell::at_work(&home);
        let once = home.run_with(&["agent", "--once"], &[ALONE]);
        assert_eq!(once.code, 0, "{}", once.err);
        let event: serde_json::Value = serde_json::from_str(&once.out).unwrap();
        assert_eq!(event["dev_context"]["last_command"], "make --token ***");
        assert_eq!(home.json(&["spool", "status"])["spool"]["waiting"], 1);

        let flushed = home.run_with(&["spool", "flush"], &[ALONE]);
        assert_eq!(
            (flushed.code, flushed.out.as_str()),
            (0, "1 uploaded, 0 waiting, 0 refused\n"),
            "{}",
            flushed.err
        );
        wait_for("the sample in the day", || {
            home.json(&["today"])
                .to_string()
                .contains(event["event_id"].as_str().unwrap())
        });
        assert_eq!(home.json(&["spool", "rejected"]).as_array().unwrap().len(), 0);

        let device = home.json(&["devices", "list"])[0].clone();
        assert_eq!(
            (device["platform"].as_str(), device["paused"].as_bool()),
            (Some("linux"), Some(false))
        );
        assert_eq!(home.json(&["devices", "pause"])["paused"], true);
        let paused = home.run_with(&["agent", "--once"], &[ALONE]);
        assert_eq!((paused.code, paused.out.as_str()), (1, ""), "{}", paused.err);
        assert!(paused.err.contains("this device is paused"), "{}", paused.err);
        assert_eq!(home.json(&["devices", "resume"])["paused"], false);
        let once = home.run_with(&["agent", "--once"], &[ALONE]);
        assert_eq!(once.code, 0, "the pause is over at once: {}", once.err);
        track(&home, &up, false).await;
        assert_eq!(home.json(&["spool", "flush"])["rejected"], 1);
        assert_eq!(home.json(&["spool", "rejected"])[0]["reason"], "capture_disabled");
        let name = device["name"].as_str().unwrap();
        assert_eq!(home.json(&["devices", "release", name])["released"], true);
        assert_eq!(home.json(&["devices", "list"]).as_array().unwrap().len(), 0);
    }

    #[test]
    fn why_no_sample_was_taken_is_in_the_exit_code() {
        let home = Program::new();
        let _up = home.start(&UP);
        let nothing = home.run_with(&["agent", "--once"], &[ALONE]);
        assert_eq!((nothing.code, nothing.out.as_str()), (1, ""));
        insta::assert_snapshot!(nothing.err, @"error: No sample was taken: nothing tells whether you are there. `dayloom doctor` says how to mend it.");
        let refused = home.run_with(&["agent", "--once", "--token", "nonsense"], &[ALONE]);
        assert_eq!(refused.code, 4, "{}", refused.err);
        let away = [
            "agent",
            "--once",
            "--server",
            "http://127.0.0.1:9",
            "--token",
            "t",
        ];
        let away = home.run_with(&away, &[ALONE]);
        assert_eq!(away.code, 5, "{}", away.err);
    }

    #[test]
    fn a_home_has_one_agent() {
        let home = Program::new();
        let _up = home.start_with(&UP[..4], &[ALONE]);
        wait_for("the agent", || home.path("agent-status.json").exists());
        let second = home.run_with(&["agent"], &[ALONE]);
        assert_eq!((second.code, second.out.as_str()), (3, ""), "{}", second.err);
    }
}
