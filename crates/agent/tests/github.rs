//! Counting on GitHub against a program that speaks as GitHub's search does: pages, limits, refusals, and answers that fail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dayloom_agent::Secret;
use dayloom_agent::github::{CountSink, Github, Member, Pause, Plan, Report, SyncError, api_url, sync};
use dayloom_agent::team::CountOf;
use dayloom_api::team::{Counted, CountsAnswer};
use dayloom_domain::team::repo_pattern::RepoPattern;
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What the program was asked: path and question, and the headers that matter.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    query: Vec<(String, String)>,
    head: String,
}

impl Asked {
    fn of(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// An answer: status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, Value);
type Replies = Box<dyn FnMut(&Asked) -> Answer + Send>;

/// A program that answers as GitHub's search does, and remembers what it was asked.
struct StandIn {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    async fn start(replies: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        let mut replies: Replies = Box::new(replies);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let target = head.split(' ').nth(1).unwrap();
                let url = url::Url::parse(&format!("http://github{target}")).unwrap();
                let question = Asked {
                    path: url.path().to_owned(),
                    query: url.query_pairs().into_owned().collect(),
                    head: head.to_lowercase(),
                };
                let (status, headers, body) = replies(&question);
                seen.lock().unwrap().push(question);
                let body = body.to_string();
                let mut answer = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    answer.push_str(&format!("{name}: {value}\r\n"));
                }
                let _ = stream.write_all(format!("{answer}\r\n{body}").as_bytes()).await;
            }
        });
        Self { url, asked }
    }

    fn github(&self) -> Github {
        Github::new(api_url(&self.url).unwrap(), &Secret::new("ghp_secret").unwrap()).unwrap()
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Notes how long was to be waited, and does not.
#[derive(Default)]
struct Noted(Mutex<Vec<u64>>);

#[async_trait]
impl Pause for Noted {
    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time.as_secs());
    }
}

#[derive(Default)]
struct Kept {
    posts: Vec<Vec<Counted>>,
    refuses: bool,
}

#[async_trait]
impl CountSink for Kept {
    async fn post(&mut self, _: CountOf, rows: Vec<Counted>) -> Result<CountsAnswer, String> {
        if self.refuses {
            return Err("no".to_owned());
        }
        let stored = rows.len();
        self.posts.push(rows);
        Ok(CountsAnswer {
            stored,
            rejected: Vec::new(),
        })
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn plan(what: CountOf, logins: &[&str], days: &[&str]) -> Plan {
    Plan {
        what,
        own: vec![RepoPattern::compile("acme/*").unwrap()],
        members: logins
            .iter()
            .zip(1..)
            .map(|(login, n)| Member {
                id: Uuid::from_u128(n),
                login: (*login).to_owned(),
            })
            .collect(),
        days: days.iter().map(|text| day(text)).collect(),
    }
}

fn commit(repo: &str) -> Value {
    json!({"sha": "1", "commit": {"message": "secret plans"}, "repository": {"full_name": repo, "private": true}})
}

fn issue(repo: &str) -> Value {
    json!({"title": "secret plans", "state": "closed", "repository_url": format!("https://api.github.com/repos/{repo}")})
}

fn found(items: Vec<Value>) -> Answer {
    let body = json!({"total_count": items.len(), "incomplete_results": false, "items": items});
    (200, Vec::new(), body)
}

async fn run(github: &StandIn, plan: &Plan) -> (Result<Report, SyncError>, Kept, Vec<u64>) {
    let (mut kept, noted) = (Kept::default(), Noted::default());
    let report = sync(&github.github(), &mut kept, &noted, plan).await;
    let waits = noted.0.lock().unwrap().clone();
    (report, kept, waits)
}

#[tokio::test]
async fn what_is_found_is_sorted_by_the_workspaces_patterns() {
    let github = StandIn::start(|asked| match asked.path.as_str() {
        "/search/commits" => found(vec![
            commit("ACME/App"),
            commit("acme/web"),
            commit("ada/dotfiles"),
        ]),
        _ => found(vec![issue("acme/app"), issue("other/x"), issue("other/x")]),
    })
    .await;
    for (what, path, question, counts) in [
        (
            CountOf::Commits,
            "/search/commits",
            "author:ada-gh author-date:2026-11-20",
            (2, 1),
        ),
        (
            CountOf::ClosedIssues,
            "/search/issues",
            "assignee:ada-gh is:issue is:closed closed:2026-11-20",
            (1, 2),
        ),
    ] {
        let (report, kept, _) = run(&github, &plan(what, &["ada-gh"], &["2026-11-20"])).await;
        assert_eq!(report.unwrap().stored, 1);
        let row = kept.posts[0][0];
        assert_eq!((row.internal, row.external), counts);
        assert_eq!(
            (row.developer_id, row.day),
            (Uuid::from_u128(1), day("2026-11-20"))
        );
        let asked = github.asked().pop().unwrap();
        assert_eq!((asked.path.as_str(), asked.of("q")), (path, question));
        assert!(asked.head.contains("authorization: bearer ghp_secret"));
        assert!(asked.head.contains("x-github-api-version: 2022-11-28"));
        assert!(asked.head.contains("user-agent: dayloom/"));
    }
}

#[tokio::test]
async fn pages_are_followed_two_seconds_apart() {
    let github = StandIn::start(|asked| {
        let page: usize = asked.of("page").parse().unwrap();
        let all = 230;
        let items = (0..all)
            .skip((page - 1) * 100)
            .take(100)
            .map(|_| commit("acme/app"));
        let body =
            json!({"total_count": all, "incomplete_results": false, "items": items.collect::<Vec<_>>()});
        (200, Vec::new(), body)
    })
    .await;
    let (report, kept, waits) = run(&github, &plan(CountOf::Commits, &["ada"], &["2026-11-20"])).await;
    assert_eq!((report.unwrap().stored, kept.posts[0][0].internal), (1, 230));
    let pages: Vec<String> = github
        .asked()
        .iter()
        .map(|asked| asked.of("page").to_owned())
        .collect();
    assert_eq!(pages, ["1", "2", "3"]);
    assert!(github.asked().iter().all(|asked| asked.of("per_page") == "100"));
    assert_eq!(waits, [2, 2], "30 a minute");
}

#[tokio::test]
async fn a_short_page_is_not_taken_for_the_last() {
    let github = StandIn::start(|asked| {
        let length = match asked.of("page") {
            "1" => 60,
            "2" => 70,
            _ => 0,
        };
        let items: Vec<Value> = (0..length).map(|_| commit("acme/app")).collect();
        (
            200,
            Vec::new(),
            json!({"total_count": 131, "incomplete_results": false, "items": items}),
        )
    })
    .await;
    let (report, kept, _) = run(&github, &plan(CountOf::Commits, &["ada"], &["2026-11-20"])).await;
    assert_eq!((report.unwrap().stored, kept.posts[0][0].internal), (1, 130));
    assert_eq!(github.asked().len(), 3, "until nothing more comes");
}

#[tokio::test]
async fn a_limit_is_waited_for_and_the_question_asked_again() {
    let limits: Vec<(Answer, u64)> = vec![
        ((429, vec![("retry-after", "7".to_owned())], json!({})), 7),
        (
            (
                403,
                vec![("retry-after", "61".to_owned())],
                json!({"message": "secondary"}),
            ),
            61,
        ),
        (
            (
                403,
                vec![
                    ("date", "Fri, 20 Nov 2026 10:00:00 GMT".to_owned()),
                    ("x-ratelimit-remaining", "0".to_owned()),
                    ("x-ratelimit-reset", "1795168830".to_owned()),
                ],
                json!({}),
            ),
            31,
        ),
        (
            (403, vec![("x-ratelimit-remaining", "12".to_owned())], json!({})),
            60,
        ),
        ((429, Vec::new(), json!({})), 60),
    ];
    for (limit, seconds) in limits {
        let mut first = Some(limit);
        let github =
            StandIn::start(move |_| first.take().unwrap_or_else(|| found(vec![commit("acme/app")]))).await;
        let (report, _, waits) = run(&github, &plan(CountOf::Commits, &["ada"], &["2026-11-20"])).await;
        assert_eq!(
            report.unwrap(),
            Report {
                stored: 1,
                missing: Vec::new()
            }
        );
        assert_eq!(waits, [seconds, 2]);
    }
}

#[tokio::test]
async fn what_fails_is_named_and_what_was_finished_stands() {
    // A long wait in the middle of the second day: the first stands, the rest is named and not asked for.
    let github = StandIn::start(|asked| {
        if asked.of("q") == "author:eve author-date:2026-11-21" {
            return (429, vec![("retry-after", "3600".to_owned())], json!({}));
        }
        found(vec![commit("acme/app")])
    })
    .await;
    let all = plan(
        CountOf::Commits,
        &["ada", "eve", "kim"],
        &["2026-11-20", "2026-11-21", "2026-11-22"],
    );
    let (report, kept, _) = run(&github, &all).await;
    let report = report.unwrap();
    assert_eq!(report.stored, 4);
    let days: Vec<usize> = kept.posts.iter().map(Vec::len).collect();
    assert_eq!(days, [3, 1], "each day is posted when it is done");
    let missing: Vec<String> = report
        .missing
        .iter()
        .map(|missing| format!("{} {} {}", missing.day, missing.login, missing.reason))
        .collect();
    assert_eq!(
        missing,
        [
            "2026-11-21 eve GitHub asked to wait.",
            "2026-11-21 kim GitHub asked to wait.",
            "2026-11-22 ada GitHub asked to wait.",
            "2026-11-22 eve GitHub asked to wait.",
            "2026-11-22 kim GitHub asked to wait.",
        ]
    );
    assert_eq!(github.asked().len(), 5, "it is left alone from then on");

    for (answer, reason, asked) in [
        ((500, Vec::new(), json!({})), "GitHub did not answer.", 3),
        (
            (422, Vec::new(), json!({})),
            "GitHub knows no such login, or does not show it.",
            1,
        ),
        (
            (200, Vec::new(), json!({"items": []})),
            "GitHub's answer cannot be read.",
            1,
        ),
        (
            (200, Vec::new(), json!({"total_count": 1, "items": [{}]})),
            "GitHub's answer cannot be read.",
            1,
        ),
        (
            (
                200,
                Vec::new(),
                json!({"total_count": 1, "incomplete_results": true, "items": []}),
            ),
            "GitHub's search gave up before it was done.",
            3,
        ),
        (
            (
                200,
                Vec::new(),
                json!({"total_count": 1_001, "incomplete_results": false, "items": []}),
            ),
            "there are more than 1,000, which is all GitHub's search gives.",
            1,
        ),
    ] {
        let github = StandIn::start(move |_| answer.clone()).await;
        let (report, kept, _) = run(&github, &plan(CountOf::Commits, &["ada"], &["2026-11-20"])).await;
        let report = report.unwrap();
        assert_eq!((report.stored, kept.posts.len()), (0, 0), "a part is no count");
        assert_eq!(report.missing[0].reason, reason);
        assert_eq!(github.asked().len(), asked, "{reason}");
    }
}

#[tokio::test]
async fn a_login_that_is_nobodys_is_asked_for_once() {
    let github = StandIn::start(|asked| {
        if asked.of("q").contains("nobody") {
            return (422, Vec::new(), json!({}));
        }
        found(Vec::new())
    })
    .await;
    let all = plan(
        CountOf::Commits,
        &["nobody", "ada"],
        &["2026-11-20", "2026-11-21"],
    );
    let (report, kept, _) = run(&github, &all).await;
    let report = report.unwrap();
    assert_eq!((report.stored, report.missing.len()), (2, 2));
    assert_eq!(
        (kept.posts[0][0].internal, kept.posts[0][0].external),
        (0, 0),
        "nothing is a count too"
    );
    assert_eq!(github.asked().len(), 3);
}

#[tokio::test]
async fn a_token_or_a_server_that_refuses_ends_it() {
    let mut answers = VecDeque::from([found(vec![commit("acme/app")]), (401, Vec::new(), json!({}))]);
    let github = StandIn::start(move |_| answers.pop_front().unwrap_or((401, Vec::new(), json!({})))).await;
    let all = plan(CountOf::Commits, &["ada", "eve"], &["2026-11-20"]);
    let (report, kept, _) = run(&github, &all).await;
    assert_eq!(report.unwrap_err(), SyncError::Token);
    assert_eq!(kept.posts.len(), 1, "what was finished stands");

    let github = StandIn::start(|_| found(vec![commit("acme/app")])).await;
    let (mut kept, noted) = (Kept::default(), Noted::default());
    kept.refuses = true;
    let ended = sync(&github.github(), &mut kept, &noted, &all).await;
    assert_eq!(ended.unwrap_err(), SyncError::Sink("no".to_owned()));
}
