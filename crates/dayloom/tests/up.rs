//! `up`, `demo` and the commands that speak to them, against the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

#[cfg(target_os = "linux")]
use program::wait_for;
use program::{
    Program,
    day::{micros, of_spans},
    visit::Visit,
    zone,
};
use serde_json::{Value, json};

const UP: [&str; 5] = ["up", "--listen", "127.0.0.1:0", "--no-open", "--no-agent"];

/// The sums of a day that must hold (`contract/tracker.md` §9), to the microsecond.
fn check_sums(day: &Value) {
    let (spans, rows) = (of_spans(day), day["blocks"].as_array().unwrap());
    let blocks: i64 = rows.iter().map(|b| micros(&b["seconds"])).sum();
    assert_eq!(spans, micros(&day["attention_s"]));
    assert_eq!(
        blocks,
        micros(&day["attributed_s"]) + micros(&day["unattributed_s"])
    );
    assert_eq!(spans, blocks + micros(&day["personal_s"]));
    let minutes: i64 = rows.iter().map(|b| b["minutes"].as_i64().unwrap()).sum();
    assert_eq!(minutes, (blocks + 30_000_000) / 60_000_000);
}

#[test]
fn up_answers_on_an_empty_home_and_ends_when_told() {
    let home = Program::new();
    let up = home.start(&UP);
    let today = home.json(&["today"]);
    assert_eq!(today["attention_s"].as_f64(), Some(0.0));
    check_sums(&today);
    assert_eq!(today["timezone"], zone());
    assert_eq!(home.json(&["week"]).as_array().unwrap().len(), 7);

    let second = home.run(&UP);
    assert_eq!(second.code, 3, "{}", second.err);
    assert!(
        second.err.contains(&up.url) && second.out.is_empty(),
        "{}",
        second.err
    );

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| home.path(name).metadata().unwrap().permissions().mode() & 0o777;
        for name in ["dayloom.db", "server.json", "up.lock"] {
            assert_eq!(mode(name), 0o600, "{name}");
        }
        assert_eq!(mode("."), 0o700);

        let (code, rest) = up.terminate();
        assert_eq!((code, rest.as_str()), (0, ""));
        assert_eq!(home.run(&["today"]).code, 5);
        assert!(!home.path("server.json").exists());
    }
}

#[test]
fn a_kill_leaves_a_home_that_starts_again() {
    let home = Program::new();
    let up = home.start(&UP);
    let task = home.json(&["tasks", "add", "Mend the loom", "--key", "LOOM-1"]);
    up.kill();
    let gone = home.run(&["today"]);
    assert_eq!(gone.code, 5, "{}", gone.err);
    let _up = home.start(&UP);
    let tasks = home.json(&["tasks", "list"]);
    assert_eq!(tasks[0]["id"], task["id"]);
}

#[test]
fn another_program_at_the_address_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Program::new();
    let ran = home.run(&["up", "--listen", &address, "--no-open", "--no-agent"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("--listen"), "{}", ran.err);
}

#[test]
fn tasks_and_rules_are_kept_from_the_command_line() {
    let home = Program::new();
    let _up = home.start(&UP);
    home.json(&[
        "tasks",
        "add",
        "Mend the loom",
        "--key",
        "LOOM-1",
        "--project",
        "personal",
    ]);
    home.write(
        "tasks.csv",
        "key,title,url,status,assignee\nloom-1,Mend the big loom,,,\nLOOM-2,Oil it,,done,\n,No key,,,\n",
    );
    let file = home.path("tasks.csv").to_string_lossy().into_owned();
    let import = home.run(&["tasks", "import", &file]);
    assert_eq!(
        (import.code, import.out.lines().next()),
        (1, Some("1 created, 1 updated, 0 unchanged, 1 rejected"))
    );
    let list = home.run(&["tasks", "list"]);
    assert!(
        list.out.contains("Mend the big loom") && !list.out.contains("Oil it"),
        "{}",
        list.out
    );
    home.json(&["tasks", "edit", "LOOM-1", "--status", "done"]);
    assert_eq!(home.json(&["tasks", "list"]).as_array().unwrap().len(), 0);
    assert_eq!(
        home.json(&["tasks", "list", "--all"]).as_array().unwrap().len(),
        2
    );

    let first = home.json(&["rules", "add", "repo", "acme/*", "--task", "LOOM-2"]);
    let second = home.json(&["rules", "add", "host", "*youtube.com", "--category", "personal"]);
    let broken = home.run(&program::BROKEN_RULE);
    assert_eq!(broken.code, 1, "{}", broken.err);
    home.run(&["rules", "move", second["id"].as_str().unwrap(), "1"]);
    let order = home.json(&["rules", "list"]);
    assert_eq!([&order[0]["id"], &order[1]["id"]], [&second["id"], &first["id"]]);
    assert_eq!(home.json(&["rules", "test"]).as_array().unwrap().len(), 2);
    home.json(&["rules", "remove", &first["id"].as_str().unwrap()[..8]]);
    assert_eq!(home.json(&["rules", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_token_of_the_operator_opens_the_api() {
    let home = Program::new();
    let _up = home.start(&UP);
    let token = home.run(&["token", "--email", "ann@example.org", "--name", "Ann"]);
    assert_eq!(token.code, 0, "{}", token.err);
    let token = token.out.trim().to_owned();
    let foreign = home.json(&["tasks", "list", "--workspace", "Personal"]);
    assert_eq!(foreign, json!([]));
    let own = home.run(&["tasks", "list", "--token", &token]);
    assert_eq!(own.code, 1, "a person in no workspace: {}", own.err);
    let refused = home.run(&["today", "--token", "nonsense"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
}

#[tokio::test]
async fn every_page_of_the_demonstration_says_that_it_is_one() {
    let home = Program::new();
    let up = home.start(&["demo", "--days", "2", "--listen", "127.0.0.1:0", "--no-open"]);
    let demo = home.path("demo").to_string_lossy().into_owned();
    let visit = Visit::of(&home, &["--home", &demo], &up).await;
    for path in ["/tracking/tracker", "/tracking/insights"] {
        let page = visit.page(path).await;
        assert!(page.contains("Mira Okafor (demo)"), "{path}: {page}");
    }
}

#[test]
fn the_demonstration_runs_beside_a_dayloom_at_the_usual_address() {
    // Where it cannot be taken, another program has it already.
    let taken = std::net::TcpListener::bind("127.0.0.1:8000");
    let home = Program::new();
    let up = home.start(&["demo", "--days", "1", "--no-open"]);
    assert!(taken.is_err() || !up.url.ends_with(":8000"), "{}", up.url);
    let demo = home.path("demo").to_string_lossy().into_owned();
    assert!(home.json(&["today", "--home", &demo])["attention_s"].is_number());
}

#[test]
fn the_demonstration_is_a_month_that_adds_up() {
    let home = Program::new();
    let up = home.start(&["demo", "--days", "9", "--listen", "127.0.0.1:0", "--no-open"]);
    let demo = home.path("demo").to_string_lossy().into_owned();
    let week = home.json(&["week", "--home", &demo]);
    let today = home.json(&["today", "--home", &demo]);
    let yesterday = home.json(&["day", "yesterday", "--home", &demo]);
    for day in week.as_array().unwrap().iter().chain([&today, &yesterday]) {
        check_sums(day);
    }
    assert!(today["attention_s"].as_f64().unwrap() > 600.0);
    let tested = home.json(&["rules", "test", "--home", &demo]);
    let caught = |rule: &Value| rule["seconds"].as_f64().unwrap() > 0.0;
    assert!(
        tested.as_array().unwrap().iter().filter(|r| caught(r)).count() >= 3,
        "{tested}"
    );
    assert_eq!(
        home.json(&["devices", "list", "--home", &demo])
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(
        !home.path("dayloom.db").exists(),
        "the demonstration stays out of the real home"
    );
    drop(up);
    // A folder that is no demonstration is never emptied.
    std::fs::remove_file(home.path("demo/this-is-a-demo")).unwrap();
    let again = home.run(&["demo", "--listen", "127.0.0.1:0", "--no-open"]);
    assert_eq!(again.code, 1, "{}", again.err);
}

#[test]
fn a_killed_server_leaves_no_link_that_leads_nowhere() {
    let home = Program::new();
    home.start(&UP).kill();
    assert!(home.path("server.json").exists(), "nobody took the note away");
    let open = home.run(&["open"]);
    assert_eq!((open.code, open.out.as_str()), (5, ""), "{}", open.err);
    assert!(open.err.contains("dayloom up"), "{}", open.err);
    let up = home.start(&UP);
    let open = home.run(&["open"]);
    assert!(open.out.contains(&up.url), "{}", open.err);
}

#[test]
fn a_damaged_database_is_named_and_not_touched() {
    let home = Program::new();
    let rubbish = "this is no database, but it is long enough to have a head. ".repeat(90);
    home.write("dayloom.db", &rubbish);
    let up = home.run(&UP);
    assert_eq!(up.code, 1, "{}", up.err);
    assert!(up.err.contains("damaged"), "{}", up.err);
    assert_eq!(std::fs::read_to_string(home.path("dayloom.db")).unwrap(), rubbish);
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_desktop_up_says_what_works_and_runs_on() {
    let home = Program::new();
    let mut command = home.command(&["up", "--listen", "127.0.0.1:0", "--no-open"]);
    command.env("DAYLOOM_ACTIVITYWATCH", "off");
    command.stderr(std::fs::File::create(home.path("said")).unwrap());
    let _up = Program::ready(command);
    for part in [
        "which window is in front",
        "whether you are there",
        "system (linux)",
        "dayloom doctor",
    ] {
        wait_for(part, || {
            std::fs::read_to_string(home.path("said")).unwrap().contains(part)
        });
    }
    assert_eq!(home.json(&["today"])["attention_s"].as_f64(), Some(0.0));
}

#[tokio::test]
async fn the_first_run_names_the_folder_everything_is_kept_in() {
    let home = Program::new();
    let up = home.start(&UP);
    let page = Visit::new(&home, &up).await.page("/tracking/tracker").await;
    assert!(page.contains("Your days are kept in ~"), "{page}");
}
