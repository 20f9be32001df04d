//! Team minutes through the real program: a real ActivityWatch server, a real X server, real keys.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dayloom_testkit::Desktop;
use program::{Program, Up};
use serde_json::{Value, json};

/// Longest wait for the log to say what must come.
const PATIENCE: Duration = Duration::from_secs(150);

struct Ended(Child);

impl Ended {
    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.end();
    }
}

/// Calls over HTTP, each on a runtime of its own: the test itself waits and looks, and needs none.
fn http(method: &str, url: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
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

/// The real server of ActivityWatch on a port of its own, and what its watcher of presence would write.
struct ActivityWatch {
    program: String,
    home: tempfile::TempDir,
    port: u16,
    server: Option<Ended>,
}

impl ActivityWatch {
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    fn start() -> Option<Self> {
        let Ok(program) = std::env::var("DAYLOOM_TEST_AW_SERVER") else {
            assert!(
                std::env::var("DAYLOOM_TEST_ALL").as_deref() != Ok("1"),
                "DAYLOOM_TEST_AW_SERVER must name an aw-server"
            );
            println!("skipped: DAYLOOM_TEST_AW_SERVER names no ActivityWatch server");
            return None;
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut aw = Self {
            program,
            home: tempfile::tempdir().unwrap(),
            port,
            server: None,
        };
        aw.run();
        Some(aw)
    }

    fn run(&mut self) {
        let home = self.home.path();
        let server = Command::new(&self.program)
            .args([
                "--testing",
                "--host",
                "127.0.0.1",
                "--port",
                &self.port.to_string(),
            ])
            .env("HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_CACHE_HOME", home)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(Ended(server));
        let begun = Instant::now();
        while http("GET", &self.url("info"), None, &Value::Null).0 != 200 {
            assert!(begun.elapsed() < PATIENCE, "ActivityWatch does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let bucket = json!({"client": "aw-watcher-afk", "type": "afkstatus", "hostname": host.trim()});
        http("POST", &self.url("buckets/aw-watcher-afk_test"), None, &bucket);
    }

    fn stop(&mut self) {
        self.server = None;
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/api/0/{path}", self.port)
    }

    /// What aw-watcher-afk writes while somebody is there: a heartbeat at the moment of the last input.
    #[expect(clippy::disallowed_methods, reason = "a watcher writes when it was")]
    fn not_afk(&self, idle: Duration) {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            - idle;
        let at = jiff::Timestamp::from_microsecond(i64::try_from(now.as_micros()).unwrap()).unwrap();
        let beat = json!({"timestamp": at.to_string(), "duration": 0, "data": {"status": "not-afk"}});
        let path = "buckets/aw-watcher-afk_test/heartbeat?pulsetime=185";
        assert_eq!(http("POST", &self.url(path), None, &beat).0, 200);
    }
}

fn lines(home: &Program) -> Vec<Value> {
    let ran = home.run(&["log", "--json", "-n", "1000"]);
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
    let port = aw.map_or(9, |aw| aw.port);
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
    let note: Value = serde_json::from_slice(&std::fs::read(home.path("server.json")).unwrap()).unwrap();
    let token = note["token"].as_str().unwrap().to_owned();
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

    until(&home, 0, "ACTIVE", "aw+os", || {
        desktop.xdotool(&["key", "a"]);
        aw.not_afk(Duration::ZERO);
    });
    desktop.xdotool(&["key", "b"]);
    aw.not_afk(Duration::ZERO);
    let quiet = Instant::now();
    let from = lines(&home).len();
    let new = until(&home, from, "IDLE", "no-input", || {});
    assert!(
        quiet.elapsed() >= Duration::from_secs(55),
        "idle before the window was over"
    );
    assert_eq!(words(&new).first().map(String::as_str), Some("ACTIVE aw+os"));

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
    let from = lines(&home).len();
    until(&home, from, "ACTIVE", "aw+os", || {
        desktop.xdotool(&["key", "e"]);
        aw.not_afk(Duration::ZERO);
    });

    // By hand into the file: taken up without a restart. The whole day is for sleeping.
    home.write("config.toml", "[team]\nidle_sleep_window = \"10:00-10:00\"\n");
    let from = lines(&home).len();
    let new = until(&home, from, "IDLE", "sleep-window", || {
        desktop.xdotool(&["key", "f"]);
        aw.not_afk(Duration::ZERO);
    });
    assert!(!new.is_empty());
    // A value that does not stand is said, and the former stays in force.
    home.write("config.toml", "[team]\nidle_sleep_window = \"night\"\n");
    let begun = Instant::now();
    while ask(&home, "state/get", &json!({}))["warning"].is_null() {
        assert!(
            begun.elapsed() < PATIENCE,
            "nothing is said of a value that does not stand"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
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
    let new = until(&home, from, "ACTIVE", "aw+os", || {
        desktop.xdotool(&["key", "g"]);
        aw.not_afk(Duration::ZERO);
    });
    assert_eq!(new[0].as_object().unwrap().len(), 3, "at, state, reason");
    let (code, _) = up.terminate();
    assert_eq!(code, 0);
}

#[test]
fn a_kill_loses_no_minute_and_an_editor_says_whose_it_was() {
    let Some(desktop) = Desktop::start() else { return };
    let home = Program::new();
    let (up, token, at) = counting(&home, &desktop, None);
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
    let mut editor = Ended(editor);
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
    let _ = token;
    let note: Value = serde_json::from_slice(&std::fs::read(home.path("server.json")).unwrap()).unwrap();
    let token = note["token"].as_str().unwrap().to_owned();
    let path = at.split_once("/api/").unwrap().1.to_owned();
    let day = &minute.as_str().unwrap()[..10];
    let url = format!("{}/api/{path}/activity?from={day}&to={day}", again.url);
    let begun = Instant::now();
    loop {
        let (_, activity) = http("GET", &url, Some(&token), &Value::Null);
        let today = &activity["members"][0]["days"][0];
        if today["internal"].as_u64().is_some_and(|minutes| minutes >= 1) {
            assert_eq!(today["sources"], json!([]), "{activity}");
            break;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{minute} is lost: {activity}; it waited as {waiting}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    editor.end();
    drop(again);
}

#[test]
fn activitywatch_is_started_and_ended_by_the_ids_of_its_own_processes() {
    use std::os::unix::fs::PermissionsExt;
    let Some(bystander) = ActivityWatch::start() else {
        return;
    };
    let home = Program::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
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
    assert_eq!(home.json(&["team", "activitywatch", "start"])["running"], true);
    assert_eq!(http("GET", &info, None, &Value::Null).0, 200);
    let again = home.json(&["team", "activitywatch", "start"]);
    assert_eq!(again, json!({"running": true, "ended": []}), "once is enough");
    let stopped = ask(&home, "activityWatch/toggle", &json!({}));
    assert_eq!(stopped["running"], false);
    assert_eq!(
        stopped["ended"].as_array().map(Vec::len),
        Some(2),
        "aw-qt and its server: {stopped}"
    );
    assert_eq!(http("GET", &info, None, &Value::Null).0, 0);
    assert_eq!(
        http("GET", &bystander.url("info"), None, &Value::Null).0,
        200,
        "another one lives"
    );
    drop(up);
}
