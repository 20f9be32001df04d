//! The command line as a person and a script meet it: help, settings, errors and exit codes of the real binary.

mod program;

use program::{Program, neutral};

#[test]
fn help_names_every_command() {
    let home = Program::new();
    let asked = home.run(&["--help"]);
    assert_eq!(asked.code, 0);
    insta::assert_snapshot!("help", asked.out);
}

#[test]
fn help_of_up_shows_its_settings_and_not_those_of_others() {
    let home = Program::new();
    let asked = home.run(&["up", "-h"]);
    insta::assert_snapshot!("help_up", asked.out);
    assert!(!asked.out.contains("--model-name"));
    // Every command accepts every setting all the same.
    let config = home.run(&["config", "--model-name", "small", "--json"]);
    assert_eq!(config.code, 0, "{}", config.err);
    assert!(config.out.contains("\"--model-name\""));
}

#[test]
fn config_shows_every_setting_with_its_origin_and_no_secret() {
    let home = Program::new();
    home.write(
        "config.toml",
        "open = false\nsample_interval_s = 30\n[model]\nprovider = \"ollama\"\napi_key = \"k-123\"\n",
    );
    let asked = home.run_with(
        &["config", "--listen", "127.0.0.1:9"],
        &[
            ("DAYLOOM_DATABASE_URL", "postgres://ann:pa55@db.example/day"),
            ("AEXY_SAMPLE_INTERVAL", "7000"),
            ("AEXY_TRACKER_TOKEN", "aexy_5ecret"),
            ("DAYLOOM_MODEL_NAME", "small"),
        ],
    );
    assert_eq!(asked.code, 0, "{}", asked.err);
    assert!(!asked.out.contains("pa55") && !asked.out.contains("5ecret") && !asked.out.contains("k-123"));
    insta::assert_snapshot!("config", neutral(&asked.out, &home));
}

#[test]
fn a_flag_goes_before_a_variable_before_a_published_one_before_the_file() {
    let home = Program::new();
    home.write("config.toml", "server = \"http://file.example\"\n");
    let published = ("AEXY_API_URL", "http://published.example/api/v1");
    let ours = ("DAYLOOM_SERVER", "http://ours.example");
    let server = |args: &[&str], env: &[(&str, &str)]| {
        let asked = home.run_with(&[&["config", "--json"], args].concat(), env);
        let all: serde_json::Value = serde_json::from_str(&asked.out).unwrap();
        let settings = all["settings"].as_array().unwrap();
        let found = settings.iter().find(|s| s["key"] == "server").unwrap();
        format!(
            "{} {}",
            found["value"].as_str().unwrap(),
            found["origin"].as_str().unwrap()
        )
    };
    assert_eq!(server(&[], &[]), "http://file.example config.toml:1");
    assert_eq!(
        server(&[], &[published]),
        "http://published.example/api/v1 AEXY_API_URL"
    );
    assert_eq!(
        server(&[], &[published, ours]),
        "http://ours.example DAYLOOM_SERVER"
    );
    assert_eq!(
        server(&["--server", "http://flag.example"], &[ours]),
        "http://flag.example --server"
    );
}

#[test]
fn wrong_settings_stop_the_program_with_place_and_remedy() {
    let home = Program::new();
    home.write("config.toml", "open = true\n\nlisten_on = \"127.0.0.1:1\"\n");
    let unknown = home.run(&["today"]);
    home.write("config.toml", "[model]\nprovider = \"gpt\"\n");
    let bad = home.run(&["today"]);
    home.write("config.toml", "");
    let variable = home.run_with(&["today"], &[("DAYLOOM_RATE_LIMITS", "sometimes")]);
    let flag = home.run(&["up", "--listen", "8000"]);
    let engine = home.run(&["serve", "--engine", "temporal"]);
    let all = [unknown, bad, variable, flag, engine];
    let lines: Vec<String> = all.iter().map(|a| format!("{} {}", a.code, a.err)).collect();
    insta::assert_snapshot!("wrong_settings", neutral(&lines.join(""), &home));
}

#[test]
fn a_variable_without_a_value_says_nothing() {
    let home = Program::new();
    for name in ["DAYLOOM_HOME", "DAYLOOM_LISTEN", "DAYLOOM_OPEN", "AEXY_API_URL"] {
        let asked = home.run_with(&["config"], &[(name, "")]);
        assert_eq!(asked.code, 0, "{name}: {}", asked.err);
    }
    let data = home.path("data");
    let env = [("DAYLOOM_HOME", ""), ("XDG_DATA_HOME", data.to_str().unwrap())];
    let asked = home.run_with(&["config"], &env);
    // Where the system has such a folder it is the platform's own.
    #[cfg(all(unix, not(target_os = "macos")))]
    assert!(
        asked
            .out
            .starts_with(&format!("home {}\n", data.join("dayloom").display())),
        "{}",
        asked.out
    );
    assert_eq!(asked.code, 0);
    let flag = home.run(&["config", "--home", ""]);
    assert_eq!(flag.code, 2, "who gives the flag means something: {}", flag.err);
}

#[test]
fn wrong_usage_is_2_and_no_server_is_5() {
    let home = Program::new();
    assert_eq!(home.run(&["weave"]).code, 2);
    assert_eq!(home.run(&[]).code, 2);
    assert_eq!(home.run(&["rules", "add", "repo", "x"]).code, 2);
    let away = home.run(&["today"]);
    assert_eq!(away.code, 5);
    insta::assert_snapshot!(away.err, @"error: Dayloom does not run in this home. Start it with `dayloom up`, or name another server with --server and --token.");
    let elsewhere = home.run(&["today", "--server", "http://127.0.0.1:9", "--token", "x"]);
    assert_eq!(elsewhere.code, 5, "{}", elsewhere.err);
    let nobody = home.run(&["today", "--server", "http://127.0.0.1:9"]);
    assert_eq!(nobody.code, 4, "{}", nobody.err);
}

#[test]
fn asking_makes_nothing() {
    let home = Program::new();
    for args in [
        &["config"][..],
        &["spool", "status"],
        &["today"],
        &["completions", "bash"],
        &["man"],
    ] {
        home.run(args);
    }
    assert!(!home.path("dayloom.db").exists() && !home.path("spool.db").exists());
    let nowhere = home.path("nowhere");
    for args in [
        &["config"][..],
        &["spool", "status"],
        &["spool", "rejected"],
        &["devices", "list"],
        &["open"],
        &["shell-init", "bash"],
        &["team", "status"],
        &["log"],
    ] {
        home.run(&[args, &["--home", nowhere.to_str().unwrap()]].concat());
        assert!(!nowhere.exists(), "{args:?}");
    }
}

#[test]
fn papers_are_for_other_programs() {
    let home = Program::new();
    home.write("config.toml", "this is broken");
    for shell in ["bash", "zsh", "fish"] {
        let completions = home.run(&["completions", shell]);
        assert!(
            completions.code == 0 && completions.out.contains("dayloom"),
            "{shell}"
        );
    }
    let manual = home.run(&["man"]).out.replace('\\', "");
    for part in [
        ".TH dayloom",
        "dayloom tasks add",
        "dayloom rules move",
        "--for-project",
    ] {
        assert!(manual.contains(part), "{part}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let hook = home.run(&["shell-init", shell]);
        assert!(hook.code == 0 && hook.out.contains("Dayloom"), "{shell}");
    }
}

#[test]
fn a_database_that_cannot_be_used_is_said_with_what_to_do() {
    let home = Program::new();
    let older = format!("sqlite:{}", home.path("older.db").display());
    let nowhere = format!("sqlite:{}", home.path("no/such/folder.db").display());
    let runs = [
        home.run(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &older,
            "--no-migrate",
        ]),
        home.run(&["migrate", "--database-url", &nowhere]),
    ];
    let lines: Vec<String> = runs
        .iter()
        .map(|ran| format!("{} {}", ran.code, ran.err))
        .collect();
    let said = neutral(&lines.join(""), &home);
    // Which version that is changes with every step of the schema.
    let wanted = said
        .split("needs ")
        .nth(1)
        .and_then(|rest| rest.split('.').next());
    let said = said.replace(&format!("needs {}", wanted.expect("a version")), "needs N");
    insta::assert_snapshot!("database_errors", said);
}

#[test]
fn a_trace_is_answered_line_by_line() {
    let home = Program::new();
    let line = r#"{"now":"2027-01-15T08:00:30Z","local_time":"10:00","platform":"linux","signed_in":true,"aw_reachable":true,"aw_input_age":1,"os_idle":null,"ide_focused":false,"ide_focus_age":null,"window":{"app":"Code","title":"x"},"repo":"other/x","workspaces":[{"id":"0190aaaa-0000-7000-8000-000000000001","name":"A","role":"member","repo_patterns":["acme/*"],"app_allowlist":["^(a+)+$"],"idle_window_minutes":5,"daily_cap_minutes":1440}],"settings":{"enabled":true,"idle_window_minutes":5,"use_activity_watch":true,"require_activity_watch":true,"require_tracking":false,"idle_sleep_window":""}}"#;
    home.write(
        "trace.jsonl",
        &format!("{line}\n{{\"reset\":true}}\n\n{line}\nrubbish\n{line}\n"),
    );
    let path = home.path("trace.jsonl");
    let asked = home.run(&["team", "trace", "--json", path.to_str().unwrap()]);
    let answer = r#"{"at":"2027-01-15T08:00:00Z","state":"ACTIVE","reason":"aw-linux","clock_age_s":1.0,"workspaces":[{"id":"0190aaaa-0000-7000-8000-000000000001","kind":"external","source":"other/x"}]}"#;
    let lines: Vec<&str> = asked.out.lines().collect();
    assert_eq!(
        lines.len(),
        4,
        "one answer a line, but for the reset: {}",
        asked.out
    );
    assert!(
        lines[2].starts_with(r#"{"error":"not a line of a trace"#),
        "{}",
        lines[2]
    );
    for at in [0, 1, 3] {
        assert_eq!(lines[at], answer);
    }
    assert_eq!(asked.code, 1);
    assert!(asked.err.contains("line 5 first"), "{}", asked.err);
}

/// Who says `--home /tmp` must not close it to everybody else.
#[test]
#[cfg(unix)]
fn a_folder_that_all_users_share_is_no_home() {
    use std::os::unix::fs::PermissionsExt;
    let home = Program::new();
    let shared = home.path("shared");
    std::fs::create_dir(&shared).unwrap();
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o1777)).unwrap();
    let shared = shared.to_str().unwrap();
    for args in [&["up", "--no-open"][..], &["agent"], &["demo"]] {
        let ran = home.run(&[args, &["--listen", "127.0.0.1:0", "--home", shared]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains("shared by all users"), "{}", ran.err);
    }
    let mode = std::fs::metadata(shared).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o1777, "it is left as it was");
}
