//! Team minutes through the real program: a real ActivityWatch server, a real X server, real keys.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dayloom_domain::Clock;
use dayloom_testkit::{Desktop, OwnPort, needs};
use program::{Now, PATIENCE, Program, Up, desk::Ended, wait_for};
use serde_json::{Value, json};

/// Seconds without input after which the watcher says that nobody is there: less than the idle window, so that what is read
/// is the last input and not the watcher's opinion.
const AWAY_AFTER: &str = "20";

/// Calls over HTTP, each on a runtime of its own: the test itself waits and looks, and needs none.
fn http(method: &str, url: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = dayloom_http::client().no_proxy().build().unwrap();
        let request = client.request(method.parse().unwrap(), url).json(body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        match request.send().await {
            Ok(answer) => (
                answer.status().as_u16(),
                answer.json().await.unwrap_or(Value::Null),
            ),
            Err(_) => (0, Value::Null),
        }
    })
}

/// The real server of ActivityWatch on a port of its own.
struct ActivityWatch {
    program: String,
    home: tempfile::TempDir,
    port: OwnPort,
    server: Option<Ended>,
}

impl ActivityWatch {
    fn start() -> Option<Self> {
        let program = needs::variable("DAYLOOM_TEST_AW_SERVER")?;
        let mut aw = Self {
            program,
            home: tempfile::tempdir().unwrap(),
            port: OwnPort::new(),
            server: None,
        };
        aw.run();
        Some(aw)
    }

    fn run(&mut self) {
        let server = self
            .at_home(&mut Command::new(&self.program))
            .args([
                "--testing",
                "--host",
                "127.0.0.1",
                "--port",
                &self.port.address().port().to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(Ended(server));
        wait_for("ActivityWatch", || {
            http("GET", &self.url("info"), None, &Value::Null).0 == 200
        });
    }

    fn stop(&mut self) {
        self.server = None;
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/0/{path}", self.port.address())
    }

    /// A watcher of presence of its own process, which hears the keys of the desktop and knows nothing of the test.
    fn watch(&self, desktop: &Desktop) -> Ended {
        let python = std::path::Path::new(&self.program).with_file_name("python");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/afk_watcher.py");
        let port = self.port.address().port().to_string();
        let mut watcher = desktop.command(python.to_str().unwrap());
        Ended(
            self.at_home(&mut watcher)
                .args([script, &port, AWAY_AFTER])
                .spawn()
                .unwrap(),
        )
    }

    /// A command that keeps nothing in the home of who runs the test.
    fn at_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let home = self.home.path();
        command
            .env("HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_CACHE_HOME", home)
    }
}

/// The UTC minute of a line, or of an instant, as a number.
fn minute(at: jiff::Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

fn minute_of(line: &Value) -> i64 {
    minute(line["at"].as_str().unwrap().parse().unwrap())
}

fn lines(home: &Program) -> Vec<Value> {
    let ran = home.run(&["log", "--json", "-n", "100000"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A call over the local socket, as an editor makes it.
fn ask(home: &Program, method: &str, params: &Value) -> Value {
    use std::io::{BufRead, BufReader, Write};
    let address = std::fs::read_to_string(home.path("agent.socket")).unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(address).unwrap();
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    stream.write_all(format!("{call}\n").as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert!(answer["error"].is_null(), "{method}: {answer}");
    answer["result"].clone()
}

/// Waits until a line says this, doing something between the looks; gives back the lines that came after `from`.
fn until(home: &Program, from: usize, state: &str, reason: &str, mut between: impl FnMut()) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        between();
        let all = lines(home);
        let new = all[from.min(all.len())..].to_vec();
        if new
            .iter()
            .any(|line| line["state"] == state && line["reason"] == reason)
        {
            return new;
        }
        assert!(begun.elapsed() < PATIENCE, "no {state} {reason} in {new:?}");
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn words(lines: &[Value]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for line in lines {
        let word = format!(
            "{} {}",
            line["state"].as_str().unwrap(),
            line["reason"].as_str().unwrap()
        );
        if words.last() != Some(&word) {
            words.push(word);
        }
    }
    words
}

/// A running `up` that counts minutes, with one workspace whose idle window is a minute.
fn counting(home: &Program, desktop: &Desktop, aw: Option<&ActivityWatch>) -> (Up, String, String) {
    let port = aw.map_or(9, |aw| aw.port.address().port());
    let url = format!("http://127.0.0.1:{port}");
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[
            ("DISPLAY", desktop.display()),
            ("DAYLOOM_ACTIVITYWATCH", "off"),
            ("DAYLOOM_TEAM_ENABLED", "true"),
            ("DAYLOOM_TEAM_TICK_S", "0.5"),
            ("DAYLOOM_TEAM_ACTIVITY_WATCH_URL", &url),
            (
                "DAYLOOM_TEAM_USE_ACTIVITY_WATCH",
                if aw.is_some() { "true" } else { "false" },
            ),
        ],
    );
    let token = home.token();
    let me = http(
        "GET",
        &format!("{}/api/team/me", up.url),
        Some(&token),
        &Value::Null,
    )
    .1;
    let id = me["workspaces"][0]["id"].as_str().unwrap().to_owned();
    let at = format!("{}/api/team/workspaces/{id}", up.url);
    assert_eq!(
        http("PATCH", &at, Some(&token), &json!({"idle_window_minutes": 1})).0,
        200
    );
    let patterns = json!({"repo_patterns": ["acme/*"]});
    assert_eq!(
        http("PUT", &format!("{at}/repo-patterns"), Some(&token), &patterns).0,
        200
    );
    assert_eq!(
        home.run(&["team", "workspaces"]).code,
        0,
        "and the agent hears of it"
    );
    (up, token, at)
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "an hour of one desktop is told in one piece"
)]
fn keys_make_minutes_active_and_their_absence_idle_gated_or_asleep() {
    let Some(desktop) = Desktop::start() else { return };
    let Some(mut aw) = ActivityWatch::start() else {
        return;
    };
    let home = Program::new();
    let (up, ..) = counting(&home, &desktop, Some(&aw));
    let _window = desktop.open("Code", "main.rs");

    let watcher = aw.watch(&desktop);

    until(&home, 0, "ACTIVE", "aw+os", || desktop.xdotool(&["key", "a"]));
    // The older of the two moves the clock: both are the key itself, by less than a second.
    let before = Now.now() - Duration::from_secs(1);
    desktop.xdotool(&["key", "b"]);
    let after = Now.now() + Duration::from_secs(1);
    let from = lines(&home).len();
    let mut new = until(&home, from, "IDLE", "no-input", || {});
    // A look that was slow may have begun before the key, and ActivityWatch may be slow to answer one.
    new.retain(|line| minute_of(line) >= minute(before) && line["state"] != "GATED");
    let window = Duration::from_secs(60);
    for line in &new {
        match line["state"].as_str().unwrap() {
            "ACTIVE" => assert!(
                minute_of(line) <= minute(after + window),
                "active too long: {line}"
            ),
            _ => assert!(
                minute_of(line) >= minute(before + window),
                "idle too early: {line}"
            ),
        }
        assert!(minute_of(line) <= minute(Now.now()), "{line}");
    }
    assert!(
        new.windows(2)
            .all(|pair| pair[0]["state"] == "ACTIVE" || pair[1]["state"] == "IDLE"),
        "it turns once: {new:?}"
    );
    assert_eq!(words(&new).first().map(String::as_str), Some("ACTIVE aw+os"));

    // Keys that ActivityWatch does not hear of bear out nothing on Linux.
    drop(watcher);
    let from = lines(&home).len();
    until(&home, from, "IDLE", "uncorroborated", || {
        desktop.xdotool(&["key", "c"])
    });

    aw.stop();
    let from = lines(&home).len();
    let new = until(&home, from, "GATED", "aw-unreachable", || {
        desktop.xdotool(&["key", "d"])
    });
    assert!(
        !words(&new).iter().any(|word| word.starts_with("ACTIVE")),
        "{new:?}"
    );
    let status = home.json(&["team", "status"]);
    assert_eq!(
        (&status["level"], &status["activity_watch"]),
        (&json!("gated"), &json!(false))
    );
    assert!(
        status["tooltip"]
            .as_str()
            .unwrap()
            .contains("Start ActivityWatch")
    );

    aw.run();
    let _watcher = aw.watch(&desktop);
    let from = lines(&home).len();
    until(&home, from, "ACTIVE", "aw+os", || desktop.xdotool(&["key", "e"]));

    // By hand into the file: taken up without a restart. The whole day is for sleeping.
    home.write("config.toml", "[team]\nidle_sleep_window = \"10:00-10:00\"\n");
    let from = lines(&home).len();
    let new = until(&home, from, "IDLE", "sleep-window", || {
        desktop.xdotool(&["key", "f"])
    });
    assert!(!new.is_empty());
    // A value that does not stand is said, and the former stays in force.
    home.write("config.toml", "[team]\nidle_sleep_window = \"night\"\n");
    wait_for("a word on a value that does not stand", || {
        !ask(&home, "state/get", &json!({}))["warning"].is_null()
    });
    let settings = ask(&home, "settings/get", &json!({}));
    assert_eq!(settings["idle_sleep_window"], "10:00-10:00");
    let last = ask(&home, "log/read", &json!({"limit": 1}));
    assert_eq!(last[0]["reason"], "sleep-window");
    // Over the socket: in force at once, and in the file for the next start.
    home.write(
        "config.toml",
        "# mine\n[team]\nidle_sleep_window = \"10:00-10:00\"\n",
    );
    ask(
        &home,
        "settings/set",
        &json!({"idle_sleep_window": "", "require_tracking": true}),
    );
    let kept = std::fs::read_to_string(home.path("config.toml")).unwrap();
    assert!(
        kept.contains("# mine") && kept.contains("require_tracking = true"),
        "{kept}"
    );
    let from = lines(&home).len();
    let new = until(&home, from, "ACTIVE", "aw+os", || desktop.xdotool(&["key", "g"]));
    assert_eq!(new[0].as_object().unwrap().len(), 3, "at, state, reason");
    let (code, _) = up.terminate();
    assert_eq!(code, 0);
}

#[test]
fn a_kill_loses_no_minute_and_an_editor_says_whose_it_was() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let (up, _, at) = counting(&home, &desktop, None);
    let editor = home
        .command(&[
            "editor-sim",
            "--focused",
            "--remote",
            "https://github.com/acme/app.git",
            "--json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _editor = Ended(editor);
    until(&home, 0, "ACTIVE", "os+ide", || desktop.xdotool(&["key", "a"]));
    up.kill();
    let minute = lines(&home)
        .into_iter()
        .rfind(|line| line["state"] == "ACTIVE")
        .unwrap()["at"]
        .clone();
    let waiting: Value = serde_json::from_str(&home.run(&["team", "preview"]).out).unwrap();
    let again = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[
            ("DAYLOOM_ACTIVITYWATCH", "off"),
            ("DAYLOOM_TEAM_ENABLED", "false"),
        ],
    );
    let token = home.token();
    let path = at.split_once("/api/").unwrap().1.to_owned();
    let day = &minute.as_str().unwrap()[..10];
    let url = format!("{}/api/{path}/activity?from={day}&to={day}", again.url);
    wait_for(&format!("{minute}, which waited as {waiting}"), || {
        let (_, activity) = http("GET", &url, Some(&token), &Value::Null);
        let today = &activity["members"][0]["days"][0];
        let is_there = today["internal"].as_u64().is_some_and(|minutes| minutes >= 1);
        assert!(!is_there || today["sources"] == json!([]), "{activity}");
        is_there
    });
}

#[test]
fn activitywatch_is_started_and_ended_by_the_ids_of_its_own_processes() {
    use std::os::unix::fs::PermissionsExt;
    let Some(bystander) = ActivityWatch::start() else {
        return;
    };
    let home = Program::new();
    let own = OwnPort::new();
    let port = own.address().port();
    // What aw-qt does: it starts the server and stays.
    let script = format!(
        "#!/bin/bash\nexport HOME='{0}' XDG_DATA_HOME='{0}' XDG_CONFIG_HOME='{0}' XDG_CACHE_HOME='{0}'\n\
         '{1}' --testing --host 127.0.0.1 --port {port} &\nsleep 5 &\nwait\n",
        home.path("aw").display(),
        bystander.program,
    );
    std::fs::create_dir_all(home.path("bin")).unwrap();
    std::fs::create_dir_all(home.path("aw")).unwrap();
    home.write("bin/aw-qt", &script);
    std::fs::set_permissions(home.path("bin/aw-qt"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", home.path("bin").display());
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[
            ("DAYLOOM_ACTIVITYWATCH", "off"),
            ("DAYLOOM_TEAM_ACTIVITY_WATCH_URL", &url),
            ("PATH", &path),
        ],
    );
    let info = format!("{url}/api/0/info");
    home.json(&["team", "activitywatch", "start"]);
    // The command does not wait for ever; the program may take its time.
    wait_for("ActivityWatch", || {
        http("GET", &info, None, &Value::Null).0 == 200
    });
    let again = home.json(&["team", "activitywatch", "start"]);
    assert_eq!(again, json!({"running": true, "ended": []}), "once is enough");
    let stopped = ask(&home, "activityWatch/toggle", &json!({}));
    assert_eq!(
        stopped["ended"].as_array().map(Vec::len),
        Some(2),
        "aw-qt and its server: {stopped}"
    );
    wait_for("its end", || http("GET", &info, None, &Value::Null).0 == 0);
    assert_eq!(
        http("GET", &bystander.url("info"), None, &Value::Null).0,
        200,
        "another one lives"
    );
    drop(up);
}

#[test]
fn every_setting_has_its_variable() {
    let home = Program::new();
    let _up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[
            ("DAYLOOM_ACTIVITYWATCH", "off"),
            ("DAYLOOM_TEAM_ENABLED", "true"),
            ("DAYLOOM_TEAM_IDLE_WINDOW_MINUTES", "7"),
            ("DAYLOOM_TEAM_USE_ACTIVITY_WATCH", "false"),
            ("DAYLOOM_TEAM_REQUIRE_ACTIVITY_WATCH", "false"),
            ("DAYLOOM_TEAM_ACTIVITY_WATCH_URL", "http://127.0.0.1:5699"),
            ("DAYLOOM_TEAM_REQUIRE_TRACKING", "true"),
            ("DAYLOOM_TEAM_IDLE_SLEEP_WINDOW", "23:00-07:00"),
        ],
    );
    assert_eq!(
        ask(&home, "settings/get", &json!({})),
        json!({
            "enabled": true, "idle_window_minutes": 7, "use_activity_watch": false, "require_activity_watch": false,
            "activity_watch_url": "http://127.0.0.1:5699", "require_tracking": true, "idle_sleep_window": "23:00-07:00"
        })
    );
    for (name, value) in [
        ("DAYLOOM_TEAM_IDLE_WINDOW_MINUTES", "16"),
        ("DAYLOOM_TEAM_ENABLED", "perhaps"),
        ("DAYLOOM_TEAM_IDLE_SLEEP_WINDOW", "night"),
        ("DAYLOOM_TEAM_ACTIVITY_WATCH_URL", "nowhere"),
    ] {
        let fresh = Program::new();
        let ran = fresh.run_with(&["up", "--listen", "127.0.0.1:0", "--no-open"], &[(name, value)]);
        assert_ne!(ran.code, 0, "{name}={value} is taken");
        assert!(!ran.err.is_empty(), "{name}={value} is refused without a word");
    }
}

#[test]
fn sign_in_workspaces_and_allowlist_from_the_command_line() {
    let (server, member) = (Program::new(), Program::new());
    let up = server.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DAYLOOM_ACTIVITYWATCH", "off")],
    );
    let token = &*server.token();
    let out = member.run(&["team", "workspaces"]);
    assert_ne!(out.code, 0);
    assert!(out.err.contains("dayloom team login"), "{}", out.err);
    let wrong = member.run_with(
        &["team", "login", "--server", &up.url],
        &[("DAYLOOM_TOKEN", "wrong")],
    );
    assert_ne!(wrong.code, 0, "{}", wrong.out);
    assert!(
        !member.path("credentials.json").exists(),
        "what the server refuses is not kept"
    );
    let login = [
        "team", "login", "--server", &up.url, "--github", "ada-gh", "--json",
    ];
    let ran = member.run_with(&login, &[("DAYLOOM_TOKEN", token)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let me: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(me["login"], "ada-gh");
    let config = std::fs::read_to_string(member.path("config.toml")).unwrap();
    assert!(config.contains("enabled = true"), "{config}");
    assert!(!ran.out.contains(token) && !config.contains(token));

    let made = member.json(&["team", "create", "Weavers"]);
    assert_eq!(
        (&made["name"], &made["role"]),
        (&json!("Weavers"), &json!("admin"))
    );
    let code = made["invite"]["code"].as_str().unwrap();
    let joined = member.json(&["team", "join", code]);
    assert_eq!(
        (&joined["id"], &joined["role"]),
        (&made["id"], &json!("admin")),
        "in already"
    );
    let refused = member.run(&["team", "join", "nonsense"]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.err.to_lowercase().contains("ask an admin"),
        "{}",
        refused.err
    );
    let names: Vec<Value> = member.json(&["team", "workspaces"]).as_array().unwrap().clone();
    assert!(names.iter().any(|workspace| workspace["name"] == "Weavers"));

    let set =
        |patterns: &str| member.run(&["team", "allowlist", patterns, "--workspace", "Weavers", "--json"]);
    let read = |ran: &program::Ran| -> Value {
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    assert_eq!(read(&set("^Code$, [0,9]")), json!(["^Code$", "[0,9]"]));
    assert_eq!(
        member.json(&["team", "allowlist", "--workspace", "Weavers"]),
        json!(["^Code$", "[0,9]"])
    );
    assert_eq!(read(&set(r#"["a,b", "c"]"#)), json!(["a,b", "c"]));
    let bad = set("(");
    assert_ne!(bad.code, 0);
    assert!(bad.err.contains("app_allowlist[0]"), "{}", bad.err);
    let slow = set("^(a+)+$");
    assert_eq!(read(&slow), json!(["^(a+)+$"]));
    assert!(slow.err.contains("too long on some long titles"), "{}", slow.err);
    assert_eq!(read(&set("")), json!([]));

    assert_eq!(member.json(&["team", "logout"])["signed_in"], false);
    assert_ne!(member.run(&["team", "workspaces"]).code, 0);
    let config = std::fs::read_to_string(member.path("config.toml")).unwrap();
    assert!(config.contains("enabled = false"), "{config}");
}

#[test]
fn the_log_is_followed_line_by_line_each_once() {
    use std::io::{BufRead, BufReader, Write};
    let home = Program::new();
    std::fs::create_dir_all(home.path("logs")).unwrap();
    let path = home.path("logs").join("activity-2026-11-21.jsonl");
    let mut file = std::fs::File::create(&path).unwrap();
    let line = |minute: u8| json!({"at": format!("2026-11-21T10:{minute:02}:00Z"), "state": "IDLE", "reason": "no-input"});
    for minute in 0..3 {
        writeln!(file, "{}", line(minute)).unwrap();
    }
    let follow = home
        .command(&["log", "--follow", "--json", "-n", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut follow = Ended(follow);
    let mut out = BufReader::new(follow.0.stdout.take().unwrap());
    let mut next = || -> Value {
        let mut text = String::new();
        out.read_line(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!((next(), next()), (line(1), line(2)));
    for minute in 3..6 {
        writeln!(file, "{}", line(minute)).unwrap();
        assert_eq!(next(), line(minute));
    }
    // The next day has a file of its own.
    let day = home.path("logs").join("activity-2026-11-22.jsonl");
    let morning = json!({"at": "2026-11-22T00:00:00Z", "state": "ACTIVE", "reason": "os"});
    std::fs::write(&day, format!("{morning}\n")).unwrap();
    assert_eq!(next(), morning);
    // As in `dayloom log --follow | head`: whoever has read enough is not waited for.
    drop(out);
    let mut file = std::fs::File::options().append(true).open(day).unwrap();
    wait_for("its end", || {
        writeln!(file, "{}", line(7)).unwrap();
        follow.0.try_wait().unwrap().is_some()
    });
    assert!(follow.0.wait().unwrap().success());
}

/// Answers one question as GitHub's search does, and gives back what was asked.
fn github_once(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let length = answer.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
        )
        .unwrap();
        String::from_utf8(head).unwrap()
    });
    (url, asked)
}

#[test]
fn an_admin_counts_commits_on_github_with_a_token_of_their_own() {
    let home = Program::new();
    let up = home.start_with(
        &["up", "--listen", "127.0.0.1:0", "--no-open"],
        &[("DAYLOOM_ACTIVITYWATCH", "off")],
    );
    let yesterday = Now
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .yesterday()
        .unwrap();
    let day = &*yesterday.to_string();
    let sync = ["team", "sync-commits", "--from", day, "--to", day, "--json"];
    let none = home.run_with(&sync, &[("GITHUB_API_URL", "http://127.0.0.1:9")]);
    assert_ne!(none.code, 0);
    assert!(none.err.contains("GH_TOKEN"), "{}", none.err);
    let clear = [("GITHUB_API_URL", "http://github.example.org"), ("GH_TOKEN", "t")];
    assert!(
        home.run_with(&sync, &clear).err.contains("https"),
        "never in the clear"
    );

    let set = home.run(&["team", "login", "--no-enable", "--github", "ada-gh"]);
    assert_eq!(set.code, 0, "{}", set.err);
    let token = &*home.token();
    let (_, me) = http(
        "GET",
        &format!("{}/api/team/me", up.url),
        Some(token),
        &Value::Null,
    );
    assert_eq!(me["login"], "ada-gh");
    let id = me["workspaces"][0]["id"].as_str().unwrap();
    let at = format!("{}/api/team/workspaces/{id}", up.url);
    let patterns = json!({"repo_patterns": ["acme/*"]});
    assert_eq!(
        http("PUT", &format!("{at}/repo-patterns"), Some(token), &patterns).0,
        200
    );

    let (url, asked) = github_once(
        r#"{"total_count":3,"incomplete_results":false,"items":[{"repository":{"full_name":"acme/app"}},
            {"repository":{"full_name":"acme/web"}},{"repository":{"full_name":"ada/dotfiles"}}]}"#,
    );
    let ran = home.run_with(&sync, &[("GITHUB_API_URL", &url), ("GH_TOKEN", "ghp_secret")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told, json!({"stored": 1, "missing": [], "without_login": 0}));
    let head = asked.join().unwrap();
    assert!(
        head.starts_with(&format!(
            "GET /search/commits?q=author%3Aada-gh+author-date%3A{day}"
        )),
        "{head}"
    );
    assert!(head.to_lowercase().contains("authorization: bearer ghp_secret"));
    assert!(!head.contains(token), "nothing of ours goes to GitHub");
    let (_, activity) = http(
        "GET",
        &format!("{at}/activity?from={day}&to={day}"),
        Some(token),
        &Value::Null,
    );
    assert_eq!(
        activity["members"][0]["days"][0]["commits"],
        json!({"internal": 2, "external": 1})
    );

    // The same for a person to read.
    let sync = ["team", "sync-closed-issues", "--from", day, "--to", day];
    let (url, asked) = github_once(r#"{"total_count":0,"incomplete_results":false,"items":[]}"#);
    let ran = home.run_with(&sync, &[("GITHUB_API_URL", &url), ("GH_TOKEN", "ghp_secret")]);
    assert_eq!(
        (ran.code, ran.out.trim()),
        (0, "1 day of a member counted"),
        "{}",
        ran.err
    );
    asked.join().unwrap();
}
