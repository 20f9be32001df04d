//! Team minutes: every member flushes once a minute, over HTTP, and a month of a team is read. SQLite with 500 members;
//! Postgres, where `DAYLOOM_TEST_POSTGRES` names one, with 10,000.
//!
//! The load is made by this program at the rate of the members, spread over the minute as their clocks would. What the server
//! costs is the processor time of the whole program less that of the same load against a server that answers nothing: so the
//! generator is not counted, the database's own processes are not either.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dayloom_domain::{DeveloperId, WorkspaceId, people::Role};
use dayloom_patterns::Allowlist;
use dayloom_server::{Secret, ServerState, Settings, auth};
use dayloom_storage::{NewWorkspace, Store};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::Figure;
use crate::{FrozenClock, db::TestDb};

/// Members of one workspace.
const TEAM: usize = 20;
/// Seconds the load lasts.
const SECONDS: usize = 20;
/// Members whose month is read.
const READ_MEMBERS: usize = 200;
/// How often it is read.
const READINGS: u32 = 100;
/// Days of that month.
const READ_DAYS: i64 = 30;

/// Patterns that are slow on purpose, each in its own way.
const HOSTILE: [&str; 6] = [
    "(a+)+$",
    "(.*)*(.*)*(.*)*!",
    r"(.*)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?!)",
    "(?:()()()){9999}(?!)",
    "(?:(?=(?:(?=(?:(?=a+)a)+)a)+)a)+!",
    "(?:a?){50}a{50}!",
];

/// Measures; takes about two minutes.
pub fn run() -> Vec<Figure> {
    let mut figures = hostile();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async move {
        figures.extend(on("SQLite", TestDb::sqlite().await, 500).await);
        if let Some(db) = TestDb::postgres().await {
            figures.extend(on("Postgres", db, 10_000).await);
        }
        figures
    })
}

/// What hostile patterns cost who asks about a name and a title as long as titles are looked at: the one everybody knows, and
/// the worst list of fifty.
pub fn hostile() -> Vec<Figure> {
    let worst = |patterns: usize| {
        let costs = HOSTILE.into_iter().map(|pattern| cost(pattern, patterns));
        costs.fold(0.0, f64::max)
    };
    let figure = |label: String, cost| Figure::at_most(label, cost, "ms", 10.0, "<= 10 ms");
    let (known, all) = (HOSTILE[0], dayloom_patterns::MOST_PATTERNS);
    vec![
        figure(
            format!("the hostile pattern {known} on a name and a long title"),
            cost(known, 1),
        ),
        figure(
            "the worst hostile pattern on a name and a long title".to_owned(),
            worst(1),
        ),
        figure(
            format!("{all} hostile patterns on a name and a long title, worst"),
            worst(all),
        ),
    ]
}

/// Milliseconds of one question to so many of a pattern: the best of several runs, since the machine's other work is not the
/// pattern's.
fn cost(pattern: &str, patterns: usize) -> f64 {
    let title = "a".repeat(dayloom_patterns::MOST_TEXT - 1) + "?";
    let list = Allowlist::new(std::iter::repeat_n(pattern.to_owned(), patterns));
    let ask = || {
        let started = Instant::now();
        list.ask(|patterns| {
            let found = patterns
                .iter()
                .filter(|p| p.found_in("Code") || p.found_in(&title));
            std::hint::black_box(found.count())
        });
        started.elapsed().as_secs_f64() * 1e3
    };
    (0..5).map(|_| ask()).fold(f64::INFINITY, f64::min)
}

/// Only how long a month of a team takes to be read; a minute.
pub fn month_only() -> Vec<Figure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async move {
        let sqlite = TestDb::sqlite().await;
        let mut figures = month("SQLite", &sqlite.store).await;
        sqlite.store.close().await;
        if let Some(db) = TestDb::postgres().await {
            figures.extend(month("Postgres", &db.store).await);
            db.store.close().await;
        }
        figures
    })
}

async fn on(name: &str, db: TestDb, members: usize) -> Vec<Figure> {
    let people = members_of(&db.store, members).await;
    let mut figures = load(name, &db.store, &people).await;
    figures.extend(month(name, &db.store).await);
    db.store.close().await;
    figures
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

/// So many people in workspaces of twenty.
async fn members_of(store: &Store, count: usize) -> Vec<(DeveloperId, WorkspaceId)> {
    let mut people: Vec<(DeveloperId, WorkspaceId)> = Vec::with_capacity(count);
    let mut workspace = None;
    for n in 0..count {
        let email = format!("member{n}@example.org");
        let person = store.people().create_or_get(&email, None, now()).await;
        let person = person.expect("a person").id;
        let there = match workspace {
            Some((there, owner)) if n % TEAM != 0 => {
                let workspaces = store.workspaces();
                let added = workspaces.add_member(there, owner, &email, Role::Developer, now());
                added.await.expect("a member");
                there
            }
            _ => {
                let new = NewWorkspace {
                    name: format!("Team {n}"),
                    slug: Some(format!("team-{n}")),
                };
                let made = store.workspaces().create(person, &new, now()).await;
                let made = made.expect("a workspace").id;
                workspace = Some((made, person));
                made
            }
        };
        people.push((person, there));
    }
    people
}

async fn load(name: &str, store: &Store, people: &[(DeveloperId, WorkspaceId)]) -> Vec<Figure> {
    let clock = Arc::new(FrozenClock::at(now()));
    let secret = Secret::new("a secret of the measurement");
    let state = ServerState::new(Settings::local(secret.clone()), store.clone(), clock, || {});
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a port"));
    let stop = CancellationToken::new();
    let served = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
    let http = dayloom_http::client().no_proxy().build().expect("an HTTP client");
    let life = SignedDuration::from_hours(1);
    let calls: Vec<(String, String)> = (0..people.len() * SECONDS / 60)
        .map(|n| {
            let (person, workspace) = people[n % people.len()];
            let token = auth::mint(&secret, person, now(), life).expect("a token");
            let item = serde_json::json!({ "id": workspace, "kind": "internal", "source": "acme/app" });
            let at = now().saturating_sub(SignedDuration::from_mins((n % 480) as i64)).expect("an instant");
            let body = serde_json::json!({ "timezone": "Europe/Kyiv", "minutes": [{ "at": at, "workspaces": [item] }] });
            (token, body.to_string())
        })
        .collect();
    // Once to nothing: the generator and the HTTP of both sides.
    let idle = spent(&http, &format!("{url}/healthz"), &calls, false).await;
    let real = spent(&http, &format!("{url}/api/team/active-minutes"), &calls, true).await;
    stop.cancel();
    served
        .await
        .expect("the server ends")
        .expect("the server ends well");
    let count = people.len();
    vec![
        Figure::at_most(
            format!("{name}: {count} members flush each minute, server"),
            (real.cpu - idle.cpu).max(0.0) / real.wall * 100.0,
            "% of a core",
            30.0,
            "<= 30 %",
        ),
        Figure::plain(
            format!("{name}: the same with generator and HTTP"),
            real.cpu / real.wall * 100.0,
            "% of a core",
        ),
        Figure::at_most(
            format!("{name}: {count} members flush, p99"),
            real.p99,
            "ms",
            50.0,
            "<= 50 ms",
        ),
    ]
}

struct Spent {
    cpu: f64,
    wall: f64,
    p99: f64,
}

/// Makes the calls evenly over the time, each when it is due whether or not earlier ones are answered.
async fn spent(http: &reqwest::Client, url: &str, calls: &[(String, String)], post: bool) -> Spent {
    let (started, cpu) = (Instant::now(), processor_seconds());
    let pause = Duration::from_secs(SECONDS as u64).div_f64(calls.len().max(1) as f64);
    let mut running = Vec::with_capacity(calls.len());
    for (n, (token, body)) in calls.iter().enumerate() {
        let due = started + pause.mul_f64(n as f64);
        tokio::time::sleep_until(due.into()).await;
        let request = if post {
            http.post(url).body(body.clone())
        } else {
            http.get(url)
        };
        let request = request
            .bearer_auth(token)
            .header("content-type", "application/json");
        running.push(tokio::spawn(async move {
            let sent = Instant::now();
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("a whole answer");
            assert_eq!(status, 200, "{text}");
            sent.elapsed().as_secs_f64() * 1e3
        }));
    }
    let mut times = Vec::with_capacity(running.len());
    for call in running {
        times.push(call.await.expect("a call ends well"));
    }
    times.sort_by(f64::total_cmp);
    Spent {
        cpu: processor_seconds() - cpu,
        wall: started.elapsed().as_secs_f64(),
        p99: times.get(times.len() * 99 / 100).copied().unwrap_or_default(),
    }
}

/// Processor time of this program in seconds: user and system, of all its threads.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = |n: usize| {
        after
            .split_whitespace()
            .nth(n)
            .and_then(|t| t.parse::<f64>().ok())
    };
    // Fields 14 and 15 of proc(5), in hundredths of a second; two are before the name's end.
    (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0
}

/// The activity of 200 members over 30 days: the median time of the server, from request to the last byte, and what it takes
/// of both cores: server, HTTP and who asks.
async fn month(name: &str, store: &Store) -> Vec<Figure> {
    let owner = store
        .people()
        .create_or_get("month@example.org", None, now())
        .await;
    let owner = owner.expect("a person").id;
    let new = NewWorkspace {
        name: "Month".to_owned(),
        slug: None,
    };
    let made = store.workspaces().create(owner, &new, now()).await;
    let workspace = made.expect("a workspace").id;
    for n in 0..READ_MEMBERS {
        let email = format!("month{n}@example.org");
        let workspaces = store.workspaces();
        let added = workspaces
            .add_member(workspace, owner, &email, Role::Developer, now())
            .await;
        let person = added.expect("a member").developer_id;
        fill(store, person, workspace, n).await;
        count(store, person, workspace, owner).await;
    }
    let secret = Secret::new("a secret of the measurement");
    let clock = Arc::new(FrozenClock::at(now()));
    let state = ServerState::new(Settings::local(secret.clone()), store.clone(), clock, || {});
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a port"));
    let stop = CancellationToken::new();
    let served = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
    let token = auth::mint(&secret, owner, now(), SignedDuration::from_hours(1)).expect("a token");
    let http = dayloom_http::client().no_proxy().build().expect("an HTTP client");
    let path = format!("{url}/api/team/workspaces/{workspace}/activity?from=2026-10-23&to=2026-11-21");
    let mut times = Vec::new();
    let cpu = processor_seconds();
    for _ in 0..READINGS {
        let started = Instant::now();
        let answer = http
            .get(&path)
            .bearer_auth(&token)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer.bytes().await.expect("a whole answer");
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let cpu = (processor_seconds() - cpu) / f64::from(READINGS) * 1e3;
    stop.cancel();
    served
        .await
        .expect("the server ends")
        .expect("the server ends well");
    times.sort_by(f64::total_cmp);
    let label = format!("{name}: activity of {READ_MEMBERS} members over {READ_DAYS} days, median");
    vec![
        Figure::at_most(label, times[times.len() / 2], "ms", 30.0, "<= 30 ms"),
        Figure::plain(
            format!("{name}: the same, processor time of server and asker"),
            cpu,
            "ms",
        ),
    ]
}

/// Commits and closed issues of each of the days.
async fn count(store: &Store, person: DeveloperId, workspace: WorkspaceId, owner: DeveloperId) {
    use dayloom_storage::team::{Count, Counted, CountedRow};
    let today = jiff::tz::TimeZone::UTC.to_datetime(now()).date();
    let rows: Vec<CountedRow> = (0..READ_DAYS)
        .map(|day| CountedRow {
            developer_id: person,
            day: today.saturating_sub(jiff::Span::new().days(day)),
            count: Count {
                internal: 7,
                external: 1,
            },
        })
        .collect();
    for what in [Counted::Commits, Counted::ClosedIssues] {
        let team = store.team();
        team.count(workspace, what, owner, &rows, now())
            .await
            .expect("stored");
    }
}

/// Eight hours on each of the days, in three places.
async fn fill(store: &Store, person: DeveloperId, workspace: WorkspaceId, n: usize) {
    use dayloom_domain::team::{classify::Kind, day::Label};
    use dayloom_storage::team::Reported;
    let zones = [
        "Europe/Kyiv",
        "Europe/London",
        "Asia/Kolkata",
        "America/Los_Angeles",
    ];
    let zone = dayloom_domain::Zone::parse(zones[n % zones.len()]).expect("a zone");
    for day in 0..READ_DAYS {
        let midnight = now()
            .saturating_sub(SignedDuration::from_hours(12 + 24 * day))
            .expect("an instant");
        let items: Vec<Reported> = (0..480)
            .map(|minute| Reported {
                workspace,
                at: midnight
                    .saturating_add(SignedDuration::from_mins(420 + minute))
                    .expect("an instant"),
                label: match minute % 50 {
                    0..40 => label(Kind::Internal, "acme/app"),
                    40..46 => label(Kind::External, "_app:Slack"),
                    _ => label(Kind::External, "other/thing"),
                },
            })
            .collect();
        store
            .team()
            .flush(person, Some(&zone), &items)
            .await
            .expect("stored");
    }
    fn label(kind: Kind, source: &str) -> Label {
        Label {
            kind,
            source: source.to_owned(),
        }
    }
}
