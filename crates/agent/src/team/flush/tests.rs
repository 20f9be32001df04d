//! Servers that answer oddly: nothing goes but by their word.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dayloom_api::team::{
    ChangedAllowlist, Counted, CountsAnswer, CreatedTeamWorkspace, FlushedDay, Me, RejectedMinute, TeamMember,
};
use dayloom_domain::team::classify::Kind;
use uuid::Uuid;

use super::super::link::{CountOf, TeamLink};
use super::super::orders::preview;
use super::*;
use crate::Secret;
use crate::credentials::Credential;

type Reply = Box<dyn FnMut(&Flush) -> Result<FlushAnswer, ClientError> + Send>;

/// A server that answers as a test tells it, and remembers what it was sent.
struct Odd {
    reply: Mutex<Reply>,
    sent: Mutex<Vec<Flush>>,
    knows: Mutex<bool>,
}

fn me() -> Me {
    serde_json::from_value(serde_json::json!({
        "id": Uuid::from_u128(7), "login": null, "name": "Ada", "email": "ada@example.org", "timezone": null,
        "idle_window_minutes": 5, "workspaces": [{
            "id": Uuid::from_u128(1), "name": "Acme", "role": "member", "repo_patterns": ["acme/*"],
            "app_allowlist": ["^Code$"], "idle_window_minutes": 5, "daily_cap_minutes": 1440
        }]
    }))
    .expect("a person")
}

fn refused(status: u16) -> ClientError {
    ClientError::Refused {
        status,
        detail: "no".to_owned(),
        retry_after: None,
    }
}

#[async_trait]
impl TeamLink for Odd {
    async fn me(&self) -> Result<Me, ClientError> {
        let knows = *self.knows.lock().expect("one test");
        if knows {
            Ok(me())
        } else {
            Err(ClientError::Unreachable("no connection"))
        }
    }

    async fn flush(&self, flush: &Flush) -> Result<FlushAnswer, ClientError> {
        self.sent.lock().expect("one test").push(flush.clone());
        (self.reply.lock().expect("one test"))(flush)
    }

    async fn create(&self, _: &str) -> Result<CreatedTeamWorkspace, ClientError> {
        Err(refused(500))
    }

    async fn join(&self, _: &str) -> Result<TeamWorkspace, ClientError> {
        Err(refused(500))
    }

    async fn set_allowlist(&self, _: Uuid, _: &[String]) -> Result<ChangedAllowlist, ClientError> {
        Err(refused(500))
    }

    async fn members(&self, _: Uuid) -> Result<Vec<TeamMember>, ClientError> {
        Err(refused(500))
    }

    async fn post_counts(&self, _: Uuid, _: CountOf, _: Vec<Counted>) -> Result<CountsAnswer, ClientError> {
        Err(refused(500))
    }

    async fn set_github_login(&self, _: &str) -> Result<Me, ClientError> {
        Err(refused(500))
    }
}

fn well(flush: &Flush) -> Result<FlushAnswer, ClientError> {
    let items: usize = flush.minutes.iter().map(|minute| minute.workspaces.len()).sum();
    Ok(FlushAnswer {
        accepted: items as u64,
        days: vec![FlushedDay {
            workspace_id: Uuid::from_u128(1),
            day: "2027-01-15".parse().expect("a day"),
            internal: 3,
            external: 4,
        }],
        ..FlushAnswer::default()
    })
}

struct Desk {
    _dir: tempfile::TempDir,
    home: Home,
    minutes: Minutes,
    session: Session,
    odd: Arc<Odd>,
    flusher: Flusher,
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second((30_000_000 + minute) * 60).expect("an instant")
}

impl Desk {
    async fn new(reply: impl FnMut(&Flush) -> Result<FlushAnswer, ClientError> + Send + 'static) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::open(dir.path()).expect("a home");
        let minutes = Minutes::open(&home.minutes()).await.expect("opened");
        let odd = Arc::new(Odd {
            reply: Mutex::new(Box::new(reply)),
            sent: Mutex::default(),
            knows: Mutex::new(true),
        });
        let credential = Credential {
            server: "https://a.example/api/v1".to_owned(),
            token: Secret::new("t").expect("a token"),
            project: None,
        };
        let session = Session::new(&credential, odd.clone());
        Self {
            _dir: dir,
            home,
            minutes,
            session,
            odd,
            flusher: Flusher::default(),
        }
    }

    async fn keep(&self, minutes: std::ops::Range<i64>) {
        let key = self
            .minutes
            .member(&self.session.server, me().id)
            .await
            .expect("a member");
        for minute in minutes {
            let item = dayloom_api::team::MinuteInWorkspace {
                id: Uuid::from_u128(1),
                kind: Kind::Internal,
                source: "acme/app".to_owned(),
            };
            self.minutes.keep(key, at(minute), &[item]).await.expect("kept");
        }
    }

    async fn flush(&mut self) -> Flushed {
        let zone = Zone::parse("Europe/Kyiv").expect("a zone");
        self.flusher
            .flush(&self.session, &self.home, &self.minutes, Some(&zone), at(0))
            .await
            .expect("the disk works")
    }

    async fn waiting(&self) -> u32 {
        let key = self
            .minutes
            .member(&self.session.server, me().id)
            .await
            .expect("a member");
        self.minutes.waiting(key).await.expect("read").0
    }

    fn sent(&self) -> Vec<(usize, Option<String>)> {
        let sent = self.odd.sent.lock().expect("one test");
        sent.iter()
            .map(|flush| (flush.minutes.len(), flush.timezone.clone()))
            .collect()
    }
}

fn kyiv() -> Option<String> {
    Some("Europe/Kyiv".to_owned())
}

#[tokio::test]
async fn a_backlog_goes_oldest_first_a_day_at_most_a_request() {
    let mut desk = Desk::new(well).await;
    desk.keep(0..1_500).await;
    assert_eq!(desk.flush().await, Flushed::Done);
    assert_eq!(desk.sent(), [(1_440, kyiv()), (60, kyiv())]);
    let sent = desk.odd.sent.lock().expect("one test").clone();
    let times: Vec<_> = sent
        .iter()
        .flat_map(|flush| flush.minutes.iter().filter_map(|m| m.at))
        .collect();
    assert!(times.is_sorted() && times.len() == 1_500);
    assert_eq!(desk.waiting().await, 0);
}

#[tokio::test]
async fn a_zone_that_is_refused_is_left_out_and_not_sent_again() {
    let mut desk = Desk::new(|flush| match flush.timezone {
        Some(_) => Err(refused(422)),
        None => well(flush),
    })
    .await;
    desk.keep(0..2).await;
    assert_eq!(desk.flush().await, Flushed::Done);
    desk.keep(2..3).await;
    assert_eq!(desk.flush().await, Flushed::Done);
    assert_eq!(desk.sent(), [(2, kyiv()), (2, None), (1, None)]);
    let zone = Zone::parse("Europe/Kyiv").expect("a zone");
    assert_eq!(desk.flusher.zone(Some(&zone)), None, "nor shown as if it were");
}

#[tokio::test]
async fn refused_minutes_go_and_unclear_answers_keep_everything() {
    let rejected = |index, workspace: Option<u128>, reason: &str| RejectedMinute {
        index,
        workspace_id: workspace.map(|id| Uuid::from_u128(id).to_string()),
        reason: reason.to_owned(),
    };
    let odd = rejected(0, None, "at_out_of_range");
    let left = rejected(1, Some(1), "unknown_workspace");
    let mut desk = Desk::new(move |_| {
        Ok(FlushAnswer {
            capped: 1,
            rejected: vec![odd.clone(), left.clone()],
            ..FlushAnswer::default()
        })
    })
    .await;
    desk.keep(0..3).await;
    assert_eq!(desk.flush().await, Flushed::Done);
    assert_eq!(
        desk.waiting().await,
        0,
        "rejected and capped are the server's word too"
    );
    assert!(
        desk.flusher.ask,
        "a workspace was left: what holds now is asked for"
    );

    let mut desk = Desk::new(|_| Ok(FlushAnswer::default())).await;
    desk.keep(0..3).await;
    assert!(matches!(desk.flush().await, Flushed::Waits(_)));
    assert_eq!(desk.waiting().await, 3);
}

#[tokio::test]
async fn no_refusal_and_no_silence_loses_a_minute() {
    for error in [
        refused(401),
        refused(404),
        refused(429),
        refused(500),
        ClientError::Unreachable("no connection"),
        ClientError::Undecodable,
    ] {
        let told = error.clone();
        let mut desk = Desk::new(move |_| Err(told.clone())).await;
        desk.keep(0..3).await;
        let Flushed::Waits(trouble) = desk.flush().await else {
            panic!("{error}: it cannot be done")
        };
        assert_eq!(trouble.token, error.status() == Some(401));
        assert!(trouble.said.contains("wait"), "{}", trouble.said);
        assert_eq!(desk.waiting().await, 3, "{error}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_halved() {
    let mut desk = Desk::new(|flush| {
        if flush.minutes.len() > 3 {
            Err(refused(413))
        } else {
            well(flush)
        }
    })
    .await;
    desk.keep(0..10).await;
    assert_eq!(desk.flush().await, Flushed::Done);
    assert_eq!(desk.waiting().await, 0);
}

#[tokio::test]
async fn minutes_of_an_unknown_person_are_filed_once_the_server_is_there() {
    let mut desk = Desk::new(well).await;
    *desk.odd.knows.lock().expect("one test") = false;
    let aside = |minute, repo: Option<&str>, app: Option<&str>| Unfiled {
        at: at(minute),
        repo: repo.map(str::to_owned),
        app: app.map(str::to_owned),
        title: app.map(|_| "secret plan".to_owned()),
    };
    let server = desk.session.server.clone();
    for minute in [
        aside(0, Some("acme/app"), Some("Code")),
        aside(1, Some("acme/app"), Some("Slack")),
        aside(2, None, None),
    ] {
        desk.minutes.put_aside(&server, &minute).await.expect("kept");
    }
    assert!(matches!(desk.flush().await, Flushed::Waits(_)));
    let seen = preview(&desk.session, &desk.home, &desk.minutes, None)
        .await
        .expect("read");
    assert_eq!((seen.waiting, seen.aside), (0, 3), "what stands aside is said");
    // The token is replaced before the server was ever reached: they are filed all the same.
    let credential = Credential {
        server: "https://a.example/api/v1".to_owned(),
        token: Secret::new("another").expect("a token"),
        project: None,
    };
    desk.session = Session::new(&credential, desk.odd.clone());
    *desk.odd.knows.lock().expect("one test") = true;
    assert_eq!(desk.flush().await, Flushed::Done);
    let sent = desk.odd.sent.lock().expect("one test").clone();
    let labels: Vec<_> = sent[0]
        .minutes
        .iter()
        .map(|m| (m.workspaces[0].kind, m.workspaces[0].source.clone()))
        .collect();
    assert_eq!(
        labels,
        [
            (Kind::Internal, "acme/app".to_owned()),
            (Kind::External, "_app:Slack".to_owned()),
            (Kind::External, "_app:unknown".to_owned())
        ]
    );
    assert!(
        !serde_json::to_string(&sent[0]).expect("JSON").contains("secret"),
        "no title leaves the machine"
    );
    assert_eq!(desk.minutes.aside(&server).await.expect("read"), []);
    assert_eq!(
        desk.session.remembered(&desk.home),
        Some(me()),
        "known at the next start without network"
    );
}
