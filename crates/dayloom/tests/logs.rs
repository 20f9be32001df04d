//! At the loudest the program has, its logs hold no title, address, command, token, or word to or from a language model:
//! neither on standard error nor in the file of the day, whose lines are objects.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use dayloom_client::Client;
use dayloom_domain::Clock;
use dayloom_testkit::{Desktop, Wire, model::sorted_by};
use program::{Now, Program, desk::Ended, visit::Visit, wait_for, zone};
use serde_json::{Value, json};

/// Words that stand nowhere but in what is captured or asked.
const TITLE: &str = "Kuckucksnest";
const WINDOW: &str = "Haselnusstrauch";
const ADDRESS: &str = "zwetschgenkuchen";
const COMMAND: &str = "pfeffermuehle";
const NOTE: &str = "wacholderbeere";
const TOKEN: &str = "aexy_feedfacefeedfacefeedfacefeedface";
const KEY: &str = "sk-of-the-tests-feedface";
const ASKED: &str = "stachelbeere";
const ANSWER: &str = "brombeerstrauch";

/// A language model that gives everything to no task, and says why in a word of its own; after that it is out of order.
fn model() -> Wire {
    let mut asked = 0;
    Wire::start(move |user| {
        asked += 1;
        let said = sorted_by(user, |_, _| None).replace("by the title", ANSWER);
        if asked == 1 { Some(said) } else { None }
    })
}

/// What a client sends: good events, a broken one, one with everything in it.
async fn send(client: &Client, project: &str) {
    let device = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let enrol = json!({"device_id": device, "project_id": project, "name": "marked", "platform": "linux"});
    let _: Value = client.post("/tracker/devices:enroll", &enrol).await.unwrap();
    let now = Now.now().as_second();
    let event = |id: &str, interval: Value| {
        json!({
            "event_id": id, "client_seq": 1, "ts": now - 120, "interval_s": interval, "tz": zone(),
            "active_app": {"name": "Code", "bundle_id": "Code", "window_title": TITLE},
            "dev_context": {"terminal_cwd": "/work", "last_command": format!("deploy --to {COMMAND}")},
            "browser": {"url": format!("https://{ADDRESS}.example/a?key={ADDRESS}"), "title": TITLE},
        })
    };
    let mut unknown = event("0193a5b0-0000-7000-8000-000000000003", json!(60));
    unknown["ts"] = json!(now - 300);
    unknown["active_app"]["window_title"] = json!(ASKED);
    unknown["browser"]["title"] = json!(ASKED);
    let events = [
        unknown,
        event("0193a5b0-0000-7000-8000-000000000001", json!(60)),
        event("0193a5b0-0000-7000-8000-000000000002", json!(TITLE)),
        event(COMMAND, json!(60)),
    ];
    let batch = json!({
        "schema_version": "1.0", "device_id": device, "sent_at": now, "events": events,
    });
    let answer: Value = client.post("/tracker/events:batch", &batch).await.unwrap();
    assert_eq!(
        (&answer["accepted"], answer["rejected"].as_array().unwrap().len()),
        (&json!(2), 2)
    );
    // What is refused whole is told to the caller alone.
    let broken = json!({"title": 7, "key": COMMAND, "url": ADDRESS});
    let refused = client
        .post::<_, Value>("/developers/me/api-tokens", &broken)
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn the_loudest_logs_hold_nothing_private() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    // What the hook of a shell leaves before the agent looks; the shell must live for it to be read.
    let shell = std::process::Command::new("bash")
        .args(["-c", "read -r line"])
        .stdin(std::process::Stdio::piped())
        .spawn();
    let shell = Ended(shell.unwrap());
    std::fs::create_dir_all(home.path("shell")).unwrap();
    let note = format!("shell/{}", shell.0.id());
    home.write(&note, &format!("1\0zsh\0\0/work\0run --password {NOTE}\0end"));
    let window = desktop.open("Inkwell", WINDOW);
    let wire = model();
    let mut command = home.command(&["up", "-vvv", "--listen", "127.0.0.1:0", "--no-open"]);
    command
        .env("DISPLAY", desktop.display())
        .env("AEXY_SAMPLE_INTERVAL", "1")
        .env("DAYLOOM_MODEL_PROVIDER", "openai")
        .env("DAYLOOM_MODEL_BASE_URL", &wire.url)
        .env("DAYLOOM_MODEL_NAME", "stand-in")
        .env("DAYLOOM_MODEL_API_KEY", KEY)
        .stderr(std::fs::File::create(home.path("said")).unwrap());
    let up = Program::ready(command);
    let token = home.token();
    let client = Client::new(&up.url, Some(&token)).unwrap();
    let projects: Value = client.get("/tracker/projects", &[]).await.unwrap();
    send(&client, projects[0]["id"].as_str().unwrap()).await;
    home.json(&["tasks", "add", TITLE, "--key", "MARK-1"]);
    home.json(&["rules", "add", "title", TITLE, "--category", "personal"]);
    let stranger = Client::new(&up.url, Some(TOKEN)).unwrap();
    assert!(stranger.me().await.is_err());
    let visit = Visit::new(&home, &up).await;
    let page = visit.get(&format!("/tracking/tracker?day={ADDRESS}")).await;
    assert_eq!(page.status(), 400);
    wait_for("the window in the day", || {
        home.json(&["today"]).to_string().contains(WINDOW)
    });
    wait_for("what was sent in the day", || {
        home.json(&["today"]).to_string().contains("Code")
    });
    wait_for("the shell's note to be read and cleaned", || {
        let note = std::fs::read_to_string(home.path(&note)).unwrap_or_default();
        note.contains("run --password ***")
    });
    wait_for("the model to be asked", || {
        wire.sent().iter().any(|sent| sent.user.contains(ASKED))
    });
    wait_for("what it answered to be in the day", || {
        let usage = home.json(&["model", "usage"]);
        usage["days"][0]["output_tokens"].as_u64() > Some(0)
    });
    let question = json!({"question": format!("Where did the time go, {ANSWER}?")});
    let _: Value = client.post("/tracker/qa", &question).await.unwrap();
    drop((shell, window));
    let (code, _) = up.terminate();
    assert_eq!(code, 0);

    let said = std::fs::read_to_string(home.path("said")).unwrap();
    assert!(said.contains("TRACE"), "this is not the loudest: {said}");
    let mut filed = String::new();
    for entry in std::fs::read_dir(home.path("logs")).unwrap().flatten() {
        filed.push_str(&std::fs::read_to_string(entry.path()).unwrap());
    }
    for line in filed.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
        assert!(line["timestamp"].is_string(), "{line}");
    }
    assert!(filed.contains("/api/v1/tracker/events:batch"), "{filed}");
    let secret_of = |text: &str| text.rsplit(['/', '=']).next().unwrap().to_owned();
    let (link, cookie) = (secret_of(&visit.link), secret_of(&visit.cookie));
    assert!(link.len() > 20 && cookie.len() > 20, "{link} {cookie}");
    for mark in [
        TITLE, WINDOW, ADDRESS, COMMAND, NOTE, TOKEN, KEY, ASKED, ANSWER, &token, &link, &cookie,
    ] {
        for (place, text) in [("standard error", &said), ("the file", &filed)] {
            let line = text
                .lines()
                .find(|line| line.to_lowercase().contains(&mark.to_lowercase()));
            assert_eq!(line, None, "{mark} on {place}");
        }
    }
}
