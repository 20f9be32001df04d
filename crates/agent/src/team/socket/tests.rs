//! The socket as editors, rude clients and strangers meet it, and the TypeScript that editors are built from.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dayloom_capture::activitywatch::program::{Listener, OwnProcess, ProcessTable};
use dayloom_capture::source::Role;
use dayloom_capture::{Exclusions, Slot};
use dayloom_domain::Clock;
use dayloom_domain::team::tick::Platform;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::protocol::*;
use super::*;
use crate::credentials::Credential;
use crate::team::{Desk, DeskParts, Senses, Shelf, TeamSettings, TeamSettingsChange, team_connect};
use crate::{Home, Secret};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2027-01-15T08:00:30Z".parse().expect("an instant")
    }
}

struct NoProcesses;

impl ProcessTable for NoProcesses {
    fn own(&self) -> Vec<OwnProcess> {
        Vec::new()
    }

    fn listener(&self, _: u16) -> Listener {
        Listener::NotOwn
    }

    fn end(&self, _: u32) -> std::io::Result<()> {
        Ok(())
    }
}

struct Bare;

impl Shelf for Bare {
    fn settings(&self) -> Result<TeamSettings, String> {
        Ok(TeamSettings::default())
    }

    fn changed_settings(&self) -> Option<Result<TeamSettings, String>> {
        None
    }

    fn keep_settings(&self, _: &TeamSettingsChange) -> Result<(), String> {
        Ok(())
    }

    fn credential(&self) -> Option<Credential> {
        None
    }

    fn credential_changed(&self) -> bool {
        false
    }

    fn sign_in(&self, _: Option<&str>, _: &Secret) -> Result<Credential, String> {
        Err("not in this test".to_owned())
    }

    fn sign_out(&self) -> Result<(), String> {
        Ok(())
    }
}

struct Agent {
    dir: tempfile::TempDir,
    desk: Arc<Desk>,
    stop: CancellationToken,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn agent() -> Agent {
    let dir = tempfile::tempdir().expect("a folder");
    let desk = Desk::new(DeskParts {
        home: Home::open(dir.path()).expect("a home"),
        clock: Arc::new(Still),
        senses: Senses {
            platform: Platform::Linux,
            hostname: "loom".to_owned(),
            idle: Slot::new(Role::Idle, Vec::new()),
            window: Slot::new(Role::Window, Vec::new()),
            exclusions: Exclusions::default(),
            zone: || None,
            local_time: |_| jiff::civil::time(10, 0, 0, 0),
            processes: Arc::new(NoProcesses),
        },
        shelf: Box::new(Bare),
        connect: Box::new(team_connect),
        period: SignedDuration::from_secs(60),
    })
    .await
    .expect("a desk");
    let stop = CancellationToken::new();
    let socket = Socket::bind(dir.path()).expect("a socket");
    tokio::spawn(socket.serve(desk.clone(), stop.clone()));
    let agent = Agent { dir, desk, stop };
    for _ in 0..6_000 {
        if Client::connect(agent.dir.path()).await.is_ok() {
            return agent;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no socket")
}

async fn raw(agent: &Agent) -> BufReader<UnixStream> {
    let stream = UnixStream::connect(address(agent.dir.path()))
        .await
        .expect("connected");
    BufReader::new(stream)
}

async fn line(stream: &mut BufReader<UnixStream>) -> Value {
    let mut text = String::new();
    stream.read_line(&mut text).await.expect("read");
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn an_editor_reports_and_hears_what_changes() {
    let agent = agent().await;
    let mut editor = Client::connect(agent.dir.path()).await.expect("connected");
    let welcome: Welcome = editor
        .call(method::HELLO, &json!({"client": "vscode"}))
        .await
        .expect("welcome");
    assert_eq!((welcome.protocol, welcome.state.level), (PROTOCOL, Level::Off));
    let _: Snapshot = editor
        .call(method::STATE_SUBSCRIBE, &json!({}))
        .await
        .expect("a state");
    let report = WindowReport {
        window: "1".to_owned(),
        focused: true,
        remote: Some(Some("git@github.com:acme/app.git".to_owned())),
    };
    let _: Value = editor.call(method::WINDOW_REPORT, &report).await.expect("taken");
    let (name, state) = editor.next().await.expect("told");
    assert_eq!(
        (name.as_str(), &state["editors"]),
        (method::STATE_CHANGED, &json!(1))
    );
    let facts = agent
        .desk
        .editors()
        .facts(Still.now(), SignedDuration::from_mins(5));
    assert_eq!((facts.focused, facts.repo.as_deref()), (true, Some("acme/app")));
    let set: TeamSettings = editor
        .call(method::SETTINGS_SET, &json!({"idle_window_minutes": 7}))
        .await
        .expect("changed");
    assert_eq!(
        (set.idle_window_minutes, agent.desk.settings().idle_window_minutes),
        (7, 7)
    );
    drop(editor);
    for _ in 0..6_000 {
        if agent.desk.editors().count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a closed editor still counts");
}

#[tokio::test]
async fn a_refusal_says_what_and_why_and_changes_nothing() {
    let agent = agent().await;
    let mut editor = Client::connect(agent.dir.path()).await.expect("connected");
    for (method, params, code) in [
        ("nothing/there", json!({}), -32_601),
        (method::WINDOW_REPORT, json!({"focused": true}), -32_602),
        (method::SETTINGS_SET, json!({"idle_window_minutes": 99}), -32_602),
        (
            method::SETTINGS_SET,
            json!({"idle_sleep_window": "night"}),
            -32_602,
        ),
        (method::SETTINGS_SET, json!({"wake_lock": true}), -32_602),
        (method::TEAM_ME, json!({}), code::SIGNED_OUT),
        (method::TEAM_PREVIEW, json!({}), code::SIGNED_OUT),
        (method::TEAM_LOGIN, json!({"token": " "}), -32_602),
        (
            method::TEAM_LOGIN,
            json!({"token": "t", "server": "http://127.0.0.1:9"}),
            code::UNREACHABLE,
        ),
    ] {
        let refused = editor.call::<Value>(method, &params).await.expect_err("refused");
        let ClientError::Refused(error) = refused else {
            panic!("{method}: {refused}")
        };
        assert_eq!(error.code, code, "{method}: {error}");
        assert!(!error.message.is_empty());
    }
    assert_eq!(agent.desk.settings(), TeamSettings::default());
    for method in method::CALLS {
        let answer = editor.call::<Value>(method, &json!({"x": "y"})).await;
        let unknown = matches!(&answer, Err(ClientError::Refused(error)) if error.code == -32_601);
        assert!(!unknown, "{method} is documented and not there");
    }
}

#[tokio::test]
async fn garbage_is_answered_by_the_book_and_the_connection_lives() {
    let agent = agent().await;
    let mut stream = raw(&agent).await;
    let long = vec![b'x'; 3 << 20];
    for (garbage, code) in [
        (b"hello".as_slice(), -32_700),
        (b"\xff\xfe\x00{}".as_slice(), -32_700),
        (b"{\"jsonrpc\":\"2.0\"}".as_slice(), -32_600),
        (b"[]".as_slice(), -32_600),
        (long.as_slice(), -32_600),
    ] {
        stream.write_all(garbage).await.expect("sent");
        stream.write_all(b"\n\n \n").await.expect("sent");
        let answer = line(&mut stream).await;
        assert_eq!(
            (&answer["error"]["code"], &answer["id"]),
            (&json!(code), &Value::Null)
        );
    }
    let batch =
        r#"[{"jsonrpc":"2.0","id":1,"method":"settings/get"},{"jsonrpc":"2.0","method":"log/subscribe"},7]"#;
    stream
        .write_all(format!("{batch}\n").as_bytes())
        .await
        .expect("sent");
    let answer = line(&mut stream).await;
    assert_eq!(
        answer.as_array().map(Vec::len),
        Some(2),
        "a notification has no answer"
    );
    assert_eq!(answer[0]["result"]["idle_window_minutes"], json!(5));
}

#[tokio::test]
async fn many_editors_and_one_that_never_reads_are_all_served() {
    let agent = agent().await;
    let mut deaf = raw(&agent).await;
    let flood = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"state/get\"}\n".repeat(200);
    let _ = tokio::time::timeout(Duration::from_millis(200), async {
        loop {
            deaf.write_all(flood.as_bytes()).await.expect("sent");
        }
    })
    .await;
    let mut editors = Vec::new();
    for n in 0..100 {
        let mut editor = Client::connect(agent.dir.path()).await.expect("connected");
        let report = json!({"window": "w", "focused": n == 99, "remote": format!("https://h/acme/app{n}")});
        let _: Value = editor.call(method::WINDOW_REPORT, &report).await.expect("taken");
        editors.push(editor);
    }
    let facts = agent
        .desk
        .editors()
        .facts(Still.now(), SignedDuration::from_mins(5));
    assert_eq!((facts.windows, facts.repo.as_deref()), (100, Some("acme/app99")));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn another_user_is_refused_even_where_the_file_would_let_them_in() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    assert!(!super::system::is_welcome(0, 1000) && !super::system::is_welcome(1001, 1000));
    let agent = agent().await;
    let path = address(agent.dir.path());
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can be another user");
        return;
    }
    // Opened for everyone on purpose: the look at who is there must hold by itself.
    std::fs::set_permissions(agent.dir.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).expect("a mode");
    // Whoever is refused may find the line closed before it wrote: that is no signal to die by.
    let script = "use Socket; $SIG{PIPE} = 'IGNORE'; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; \
                  connect($s, sockaddr_un($ARGV[0])) or die \"no connection\"; $| = 1; \
                  syswrite($s, \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":1,\\\"method\\\":\\\"state/get\\\"}\\n\"); \
                  my $n = sysread($s, my $b, 100); print defined $n ? $n : -1;";
    let ask = |uid: u32| {
        let mut command = std::process::Command::new("perl");
        command.args(["-e", script]).arg(&path).uid(uid).gid(uid);
        tokio::task::spawn_blocking(move || command.output().expect("perl runs").stdout)
    };
    let stranger = ask(65_534).await.expect("ran");
    assert!(
        stranger == b"0" || stranger == b"-1",
        "{}",
        String::from_utf8_lossy(&stranger)
    );
    let owner = ask(0).await.expect("ran");
    assert_ne!(owner, b"0", "the owner is answered");
}

#[tokio::test]
async fn a_socket_left_behind_is_taken_over_and_goes_with_the_agent() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(std::os::unix::net::UnixListener::bind(address(dir.path())).expect("bound"));
    assert!(matches!(
        Client::connect(dir.path()).await,
        Err(ClientError::NotRunning)
    ));
    let mut listener = super::system::Listener::bind(&address(dir.path())).expect("taken over");
    let (_, connected) = tokio::join!(listener.accept(), UnixStream::connect(address(dir.path())));
    assert!(connected.is_ok());
    let agent = agent().await;
    let path = address(agent.dir.path());
    assert!(path.exists() && agent.dir.path().join("agent.socket").exists());
    let mut stream = raw(&agent).await;
    agent.stop.cancel();
    assert_eq!(stream.read_u8().await.ok(), None, "closed");
    for _ in 0..6_000 {
        if !path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the socket stayed behind");
}

/// The TypeScript of everything that travels.
fn typescript() -> String {
    let config = ts_rs::Config::default();
    let mut text = String::from(
        "// Everything that travels over the local socket (docs/local-socket.md). Made from crates/agent/src/team/socket/protocol.rs:\n\
         // DAYLOOM_WRITE=1 cargo test -p dayloom-agent the_typescript_is_fresh\n\n",
    );
    text.push_str(&format!("export const PROTOCOL = {PROTOCOL};\n\n"));
    macro_rules! types {
        ($($name:ty),+) => {$(
            if let Some(docs) = <$name as TS>::docs() {
                text.push_str(&docs);
            }
            text.push_str("export ");
            text.push_str(&<$name as TS>::decl(&config));
            text.push_str("\n\n");
        )+};
    }
    types!(
        Level,
        WorkspaceToday,
        Snapshot,
        Hello,
        Welcome,
        WindowReport,
        WindowName,
        LogRead,
        LogEntry,
        TeamSettings,
        TeamSettingsChange,
        Login,
        NewWorkspace,
        JoinWorkspace,
        Patterns,
        SetAllowlist,
        OfWorkspace,
        CountOf,
        PostCounts,
        GithubLogin,
        PreviewAnswer,
        ActivityWatchAnswer
    );
    let names: Vec<String> = method::CALLS.iter().map(|name| format!("\"{name}\"")).collect();
    text.push_str(&format!(
        "/** What may be called. */\nexport type Call =\n  | {};\n\n",
        names.join("\n  | ")
    ));
    text.push_str(&format!(
        "/** What the agent tells by itself. */\nexport type Told = \"{}\" | \"{}\";\n",
        method::STATE_CHANGED,
        method::LOG_ENTRY
    ));
    text
}

#[test]
fn the_typescript_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode/protocol.ts");
    let made = typescript();
    if std::env::var_os("DAYLOOM_WRITE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, &made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "editors/vscode/protocol.ts is old: DAYLOOM_WRITE=1 cargo test -p dayloom-agent the_typescript_is_fresh"
    );
}

#[test]
fn every_call_is_documented() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/local-socket.md"));
    let page = page.expect("docs/local-socket.md");
    for name in method::CALLS
        .iter()
        .chain(&[method::STATE_CHANGED, method::LOG_ENTRY])
    {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
