//! Collectors against the real server: however many editors, machines, retries and outages there are, an hour is sixty
//! minutes, and what was collected is not lost.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dayloom_agent::credentials::Credential;
use dayloom_agent::team::socket::protocol::{Snapshot, method};
use dayloom_agent::team::socket::{Client as Editor, Socket};
use dayloom_agent::team::{
    Collector, CountOf, Desk, DeskParts, Flushed, Senses, Shelf, TeamLink, TeamSettings, TeamSettingsChange,
};
use dayloom_agent::{Home, Secret};
use dayloom_api::team::{
    ChangedAllowlist, Counted, CountsAnswer, CreatedTeamWorkspace, Flush, FlushAnswer, Me, TeamMember,
    TeamWorkspace,
};
use dayloom_capture::activitywatch::program::{Listener, OwnProcess, ProcessTable};
use dayloom_capture::source::{Role, Unavailable, Window};
use dayloom_capture::{Candidate, Exclusions, IdleSource, Lost, Slot, WindowSource};
use dayloom_client::{Client, ClientError};
use dayloom_domain::team::tick::{Platform, State};
use dayloom_domain::{WorkspaceId, Zone};
use dayloom_testkit::{Person, TestApp, on_both};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How the way to the server is.
const UP: u8 = 0;
/// Nothing gets through.
const DOWN: u8 = 1;
/// Requests arrive, and their answers are lost.
const DEAF: u8 = 2;

/// The real client behind a line that fails as it is told to.
struct Line {
    client: Client,
    state: Arc<AtomicU8>,
}

impl Line {
    fn lost(&self, when: u8) -> Result<(), ClientError> {
        let is_lost = self.state.load(Ordering::SeqCst) == when;
        if is_lost {
            Err(ClientError::Unreachable("no connection"))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl TeamLink for Line {
    async fn me(&self) -> Result<Me, ClientError> {
        self.lost(DOWN)?;
        self.client.team_me().await
    }

    async fn flush(&self, flush: &Flush) -> Result<FlushAnswer, ClientError> {
        self.lost(DOWN)?;
        let answer = self.client.send_minutes(flush).await;
        self.lost(DEAF)?;
        answer
    }

    async fn create(&self, name: &str) -> Result<CreatedTeamWorkspace, ClientError> {
        self.client.create_team_workspace(name).await
    }

    async fn join(&self, code: &str) -> Result<TeamWorkspace, ClientError> {
        self.client.join_workspace(code).await
    }

    async fn set_allowlist(
        &self,
        workspace: Uuid,
        patterns: &[String],
    ) -> Result<ChangedAllowlist, ClientError> {
        self.client
            .set_app_allowlist(WorkspaceId(workspace), patterns)
            .await
    }

    async fn members(&self, workspace: Uuid) -> Result<Vec<TeamMember>, ClientError> {
        self.client.team_members(WorkspaceId(workspace)).await
    }

    async fn post_counts(
        &self,
        workspace: Uuid,
        what: CountOf,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, ClientError> {
        TeamLink::post_counts(&self.client, workspace, what, days).await
    }

    async fn set_github_login(&self, login: &str) -> Result<Me, ClientError> {
        TeamLink::set_github_login(&self.client, login).await
    }
}

/// A person who touched the machine so long ago.
struct Touched(Arc<Mutex<Duration>>);

#[async_trait]
impl IdleSource for Touched {
    async fn idle(&mut self, _: Timestamp) -> Result<Duration, Lost> {
        Ok(*self.0.lock().unwrap())
    }
}

/// An editor's window.
struct InFront;

async fn in_front() -> Result<Box<dyn WindowSource>, Unavailable> {
    Ok(Box::new(InFront))
}

#[async_trait]
impl WindowSource for InFront {
    async fn window(&mut self, _: Timestamp) -> Result<Option<Window>, Lost> {
        Ok(Some(Window {
            class: "Code".to_owned(),
            title: Some("payroll.xlsx".to_owned()),
            ..Window::default()
        }))
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

struct Kept {
    credential: Mutex<Option<Credential>>,
    settings: Mutex<TeamSettings>,
}

impl Shelf for Kept {
    fn settings(&self) -> Result<TeamSettings, String> {
        Ok(self.settings.lock().unwrap().clone())
    }

    fn changed_settings(&self) -> Option<Result<TeamSettings, String>> {
        None
    }

    fn keep_settings(&self, change: &TeamSettingsChange) -> Result<(), String> {
        let mut settings = self.settings.lock().unwrap();
        *settings = settings.with(change).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn credential(&self) -> Option<Credential> {
        self.credential.lock().unwrap().clone()
    }

    fn credential_changed(&self) -> bool {
        false
    }

    fn sign_in(&self, server: Option<&str>, token: &Secret) -> Result<Credential, String> {
        let credential = Credential {
            server: server.unwrap_or_default().to_owned(),
            token: token.clone(),
            project: None,
        };
        *self.credential.lock().unwrap() = Some(credential.clone());
        Ok(credential)
    }

    fn sign_out(&self) -> Result<(), String> {
        *self.credential.lock().unwrap() = None;
        Ok(())
    }
}

/// A machine of a person: a home of its own, a desk, and the editors that report to it.
struct Machine {
    dir: tempfile::TempDir,
    desk: Arc<Desk>,
    collector: Collector,
    line: Arc<AtomicU8>,
    touched: Arc<Mutex<Duration>>,
    editors: Vec<Editor>,
    stop: CancellationToken,
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn settings() -> TeamSettings {
    TeamSettings {
        enabled: true,
        use_activity_watch: false,
        ..TeamSettings::default()
    }
}

async fn desk(
    app: &TestApp,
    person: &Person,
    home: &std::path::Path,
    line: Arc<AtomicU8>,
    touched: Arc<Mutex<Duration>>,
) -> Arc<Desk> {
    let credential = Credential {
        server: person.client.base().to_owned(),
        token: Secret::new(&person.token).unwrap(),
        project: None,
    };
    let idle = Candidate::<dyn IdleSource>::new("test", move || {
        let touched = touched.clone();
        async move { Ok(Box::new(Touched(touched)) as Box<dyn IdleSource>) }
    });
    Desk::new(DeskParts {
        home: Home::open(home).unwrap(),
        clock: app.clock.clone(),
        senses: Senses {
            platform: Platform::Linux,
            hostname: "loom".to_owned(),
            idle: Slot::new(Role::Idle, vec![idle]),
            window: Slot::new(Role::Window, vec![Candidate::new("test", in_front)]),
            exclusions: Exclusions::default(),
            zone: || Zone::parse("Europe/Kyiv").ok(),
            local_time: |at| jiff::tz::TimeZone::UTC.to_datetime(at).time(),
            processes: Arc::new(NoProcesses),
        },
        shelf: Box::new(Kept {
            credential: Mutex::new(Some(credential)),
            settings: Mutex::new(settings()),
        }),
        connect: Box::new(move |credential| {
            Ok(Arc::new(Line {
                client: Client::new(&credential.server, Some(credential.token.reveal()))?,
                state: line.clone(),
            }))
        }),
        period: SignedDuration::from_secs(60),
    })
    .await
    .unwrap()
}

impl Machine {
    /// A machine with editors of which the first has the focus.
    async fn new(app: &TestApp, person: &Person, editors: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let line = Arc::new(AtomicU8::new(UP));
        let touched = Arc::new(Mutex::new(Duration::from_secs(1)));
        let desk = desk(app, person, dir.path(), line.clone(), touched.clone()).await;
        let stop = CancellationToken::new();
        let socket = Socket::bind(dir.path()).unwrap();
        tokio::spawn(socket.serve(desk.clone(), stop.clone()));
        let mut machine = Self {
            dir,
            desk,
            collector: Collector::new(&settings(), "loom"),
            line,
            touched,
            editors: Vec::new(),
            stop,
        };
        for n in 0..editors {
            let mut editor = machine.editor().await;
            let remote = "git@github.com:acme/app.git";
            let report = json!({"window": "w", "focused": n == 0, "remote": remote});
            let _: Value = editor.call(method::WINDOW_REPORT, &report).await.unwrap();
            machine.editors.push(editor);
        }
        machine
    }

    async fn editor(&self) -> Editor {
        Editor::connect(self.dir.path())
            .await
            .expect("a socket that was bound answers")
    }

    async fn tick(&mut self) -> Option<State> {
        let session = self.desk.session().unwrap();
        self.desk.tick(&mut self.collector, &session).await.state
    }

    async fn flush(&self) -> Flushed {
        self.desk.flush().await.unwrap()
    }
}

/// A person in a workspace whose own repositories are those of `acme`.
async fn member(app: &TestApp) -> (Person, WorkspaceId) {
    let person = app.person("ada@example.org").await;
    let made = person.client.create_team_workspace("Acme").await.unwrap();
    let workspace = WorkspaceId(made.workspace.id);
    let patterns = ["acme/*".to_owned()];
    person
        .client
        .set_repo_patterns(workspace, &patterns)
        .await
        .unwrap();
    (person, workspace)
}

async fn counted(app: &TestApp, person: &Person, workspace: WorkspaceId) -> (u32, u32) {
    let day = jiff::tz::TimeZone::UTC.to_datetime(app.clock_now()).date();
    let activity = person.client.team_activity(workspace, day, day).await.unwrap();
    let activity = serde_json::to_value(&activity).unwrap();
    let total = |kind: &str| u32::try_from(activity["totals"][kind].as_u64().unwrap()).unwrap();
    (total("internal"), total("external"))
}

trait ClockNow {
    fn clock_now(&self) -> Timestamp;
}

impl ClockNow for TestApp {
    fn clock_now(&self) -> Timestamp {
        dayloom_domain::Clock::now(&*self.clock)
    }
}

#[tokio::test]
async fn three_editors_and_two_machines_report_an_hour_of_sixty_minutes() {
    on_both(async |app| {
        let (person, workspace) = member(&app).await;
        let begin: Timestamp = "2026-11-21T10:00:59.1Z".parse().unwrap();
        app.clock.set(begin);
        let mut desktop = Machine::new(&app, &person, 2).await;
        let mut laptop = Machine::new(&app, &person, 1).await;
        laptop.flush().await;
        for minute in 0..60 {
            app.clock.set(begin + SignedDuration::from_mins(minute));
            assert_eq!(desktop.tick().await, Some(State::Active));
            assert_eq!(laptop.tick().await, Some(State::Active));
            assert_eq!(
                laptop.tick().await,
                Some(State::Active),
                "a second tick in one minute"
            );
            match minute {
                // The outage, for both; afterwards the laptop's answers are lost for a while.
                20 => [&desktop, &laptop]
                    .iter()
                    .for_each(|m| m.line.store(DOWN, Ordering::SeqCst)),
                40 => laptop.line.store(DEAF, Ordering::SeqCst),
                50 => laptop.line.store(UP, Ordering::SeqCst),
                _ => {}
            }
            laptop.flush().await;
        }
        assert_eq!(
            counted(&app, &person, workspace).await,
            (60, 0),
            "the laptop alone"
        );
        assert!(matches!(desktop.flush().await, Flushed::Waits(_)));
        desktop.line.store(DEAF, Ordering::SeqCst);
        assert!(
            matches!(desktop.flush().await, Flushed::Waits(_)),
            "stored, and the answer lost"
        );
        desktop.line.store(UP, Ordering::SeqCst);
        assert_eq!(desktop.flush().await, Flushed::Done);
        assert_eq!(
            counted(&app, &person, workspace).await,
            (60, 0),
            "60 minutes, not 61"
        );
        let me = person.client.team_me().await.unwrap();
        assert_eq!(
            me.timezone.map(|zone| zone.name().to_owned()).as_deref(),
            Some("Europe/Kyiv")
        );
        for machine in [&desktop, &laptop] {
            let state: Snapshot = machine
                .editor()
                .await
                .call(method::STATE_GET, &json!({}))
                .await
                .unwrap();
            assert_eq!(
                (state.waiting, state.today[0].internal, state.level as u8),
                (0, 60, 3)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_minute_that_is_told_again_is_one_in_the_totals_too() {
    let app = TestApp::sqlite().await;
    let (person, workspace) = member(&app).await;
    app.clock.set("2026-11-21T10:00:10Z".parse().unwrap());
    let mut machine = Machine::new(&app, &person, 1).await;
    machine.flush().await;
    for second in 0..5 {
        assert_eq!(machine.tick().await, Some(State::Active));
        let mut editor = machine.editor().await;
        let state: Snapshot = editor.call(method::STATE_GET, &json!({})).await.unwrap();
        assert_eq!(state.today[0].internal, 1, "after {second} seconds");
        machine.flush().await;
        app.clock.advance(SignedDuration::from_secs(1));
    }
    // What is told better is sent again.
    let mut editor = machine.editor().await;
    let report = json!({"window": "z", "focused": true, "remote": "git@github.com:acme/aa.git"});
    let _: Value = editor.call(method::WINDOW_REPORT, &report).await.unwrap();
    assert_eq!(machine.tick().await, Some(State::Active));
    let preview: Value = editor.call(method::TEAM_PREVIEW, &json!({})).await.unwrap();
    assert_eq!(
        preview["body"]["minutes"][0]["workspaces"][0]["source"],
        "acme/aa"
    );
    machine.flush().await;
    assert_eq!(counted(&app, &person, workspace).await, (1, 0));
}

#[tokio::test]
async fn a_desk_that_starts_without_network_files_its_minutes_later() {
    let app = TestApp::sqlite().await;
    let (person, workspace) = member(&app).await;
    let begin: Timestamp = "2026-11-21T10:00:59.1Z".parse().unwrap();
    app.clock.set(begin);
    let mut machine = Machine::new(&app, &person, 1).await;
    machine.line.store(DOWN, Ordering::SeqCst);
    for minute in 0..5 {
        app.clock.set(begin + SignedDuration::from_mins(minute));
        assert_eq!(machine.tick().await, Some(State::Active));
    }
    assert!(matches!(machine.flush().await, Flushed::Waits(_)));
    let mut editor = machine.editor().await;
    let state: Snapshot = editor.call(method::STATE_GET, &json!({})).await.unwrap();
    assert_eq!(state.waiting, 5);
    assert!(state.warning.is_some_and(|said| said.contains("minutes wait")));
    machine.line.store(UP, Ordering::SeqCst);
    assert_eq!(machine.flush().await, Flushed::Done);
    assert_eq!(counted(&app, &person, workspace).await, (5, 0));
}

#[tokio::test]
async fn what_a_machine_forgot_its_disk_remembers() {
    let app = TestApp::sqlite().await;
    let (person, workspace) = member(&app).await;
    let begin: Timestamp = "2026-11-21T10:00:59.1Z".parse().unwrap();
    app.clock.set(begin);
    let mut machine = Machine::new(&app, &person, 1).await;
    machine.flush().await;
    machine.line.store(DOWN, Ordering::SeqCst);
    for minute in 0..3 {
        app.clock.set(begin + SignedDuration::from_mins(minute));
        machine.tick().await;
    }
    // Another desk on the same disk, as after a kill; nothing was closed or flushed.
    let again = desk(
        &app,
        &person,
        machine.dir.path(),
        Arc::new(AtomicU8::new(UP)),
        machine.touched.clone(),
    )
    .await;
    assert_eq!(again.flush().await, Some(Flushed::Done));
    assert_eq!(counted(&app, &person, workspace).await, (3, 0));
}

#[tokio::test]
async fn commands_over_the_socket_reach_the_server_and_what_is_sent_can_be_seen() {
    let app = TestApp::sqlite().await;
    let (person, workspace) = member(&app).await;
    app.clock.set("2026-11-21T10:00:59.1Z".parse().unwrap());
    let mut machine = Machine::new(&app, &person, 1).await;
    machine.flush().await;
    let mut editor = machine.editor().await;
    let set = json!({"patterns": "^Vim$, Cursor"});
    let changed: TeamWorkspace = editor.call(method::TEAM_ALLOWLIST, &set).await.unwrap();
    assert_eq!((changed.id, changed.app_allowlist.len()), (workspace.0, 2));
    let bad = editor
        .call::<Value>(method::TEAM_ALLOWLIST, &json!({"patterns": ["("]}))
        .await
        .unwrap_err();
    assert!(!bad.to_string().is_empty());
    machine.flush().await;
    assert_eq!(machine.tick().await, Some(State::Active));
    let preview: Value = editor.call(method::TEAM_PREVIEW, &json!({})).await.unwrap();
    let minute = &preview["body"]["minutes"][0];
    assert_eq!(minute["at"], "2026-11-21T10:00:00Z");
    assert_eq!(minute["workspaces"][0]["source"], "_app:Code");
    machine.flush().await;
    assert_eq!(counted(&app, &person, workspace).await, (0, 1));
    let _: Value = editor.call(method::TEAM_LOGOUT, &json!({})).await.unwrap();
    let state: Snapshot = editor.call(method::STATE_GET, &json!({})).await.unwrap();
    assert_eq!((state.enabled, state.signed_in), (false, false));
    let login = json!({"server": person.client.base(), "token": person.token, "enable": true});
    let me: Me = editor.call(method::TEAM_LOGIN, &login).await.unwrap();
    assert_eq!(me.workspaces.len(), 1);
    let state: Snapshot = editor.call(method::STATE_GET, &json!({})).await.unwrap();
    assert_eq!((state.enabled, state.signed_in), (true, true));
    *machine.touched.lock().unwrap() = Duration::from_secs(900);
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(machine.tick().await, Some(State::Idle));
}

#[tokio::test]
async fn a_client_learns_who_is_who_on_github_and_posts_what_it_counted() {
    let app = TestApp::sqlite().await;
    let (person, workspace) = member(&app).await;
    app.clock.set("2026-11-21T10:00:59.1Z".parse().unwrap());
    let machine = Machine::new(&app, &person, 0).await;
    machine.flush().await;
    let mut editor = machine.editor().await;
    let me: Me = editor
        .call(method::TEAM_GITHUB, &json!({"login": "ada-gh"}))
        .await
        .unwrap();
    assert_eq!(me.login.as_deref(), Some("ada-gh"));
    let bad = editor
        .call::<Value>(method::TEAM_GITHUB, &json!({"login": "-ada"}))
        .await
        .unwrap_err();
    assert!(bad.to_string().contains("hyphens"), "{bad}");
    let members: Vec<TeamMember> = editor.call(method::TEAM_MEMBERS, &json!({})).await.unwrap();
    assert_eq!((members.len(), members[0].login.as_deref()), (1, Some("ada-gh")));
    let day =
        json!({"developer_id": members[0].developer_id, "day": "2026-11-20", "internal": 3, "external": 1});
    let stranger = json!({"developer_id": Uuid::nil(), "day": "2026-11-20", "internal": 1, "external": 1});
    for what in ["commits", "closed_issues"] {
        let counts = json!({"workspace": "Acme", "what": what, "days": [day, stranger]});
        let answer: CountsAnswer = editor.call(method::TEAM_COUNTS, &counts).await.unwrap();
        assert_eq!((answer.stored, answer.rejected.len()), (1, 1));
    }
    let day = "2026-11-20".parse().unwrap();
    let activity = person.client.team_activity(workspace, day, day).await.unwrap();
    let totals = serde_json::to_value(&activity).unwrap()["totals"].clone();
    let both = json!({"internal": 3, "external": 1});
    assert_eq!((&totals["commits"], &totals["closed_issues"]), (&both, &both));
}

#[tokio::test]
async fn old_lines_of_the_log_go_though_nothing_is_counted_any_more() {
    let app = TestApp::sqlite().await;
    let (person, _) = member(&app).await;
    app.clock.set("2026-11-21T10:00:59.1Z".parse().unwrap());
    let machine = Machine::new(&app, &person, 0).await;
    let logs = machine.dir.path().join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    let (old, young) = (
        logs.join("activity-2026-11-06.jsonl"),
        logs.join("activity-2026-11-07.jsonl"),
    );
    for file in [&old, &young] {
        std::fs::write(file, "").unwrap();
    }
    machine
        .desk
        .change_settings(&TeamSettingsChange {
            enabled: Some(false),
            ..TeamSettingsChange::default()
        })
        .await
        .unwrap();
    let running = tokio::spawn(machine.desk.clone().run(machine.stop.clone()));
    let gone = async {
        while old.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone)
        .await
        .expect("it goes");
    assert!(young.exists(), "its last line is not 14 days old");
    machine.stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn the_tooltip_names_the_application_in_front_and_no_request_does() {
    let app = TestApp::sqlite().await;
    let (person, _) = member(&app).await;
    app.clock.set("2026-11-21T10:00:59.1Z".parse().unwrap());
    let mut machine = Machine::new(&app, &person, 1).await;
    machine.flush().await;
    assert_eq!(machine.tick().await, Some(State::Active));
    let mut editor = machine.editor().await;
    let state: Snapshot = editor.call(method::STATE_GET, &json!({})).await.unwrap();
    assert_eq!(state.app.as_deref(), Some("Code"));
    assert!(state.tooltip.contains("Application: Code"), "{}", state.tooltip);
    let whole = serde_json::to_string(&state).unwrap();
    assert!(!whole.contains("payroll.xlsx"), "a title in {whole}");
    let preview: Value = editor.call(method::TEAM_PREVIEW, &json!({})).await.unwrap();
    let sent = preview["body"].to_string();
    assert!(sent.contains("acme/app") && !sent.contains("Code"), "{sent}");
}
