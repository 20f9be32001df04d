//! `doctor`: goes through everything Dayloom needs, says what works, and how to mend what does not.

mod recorded;

use std::time::Duration;

use dayloom_capture::activitywatch::ActivityWatch;
use dayloom_domain::Clock;
use dayloom_storage::{Migrate, Store};
use serde::Serialize;

use super::agent;
use crate::{
    Context, boot,
    clock::SystemClock,
    engine::Engine,
    failure::{Failure, Outcome},
    output::{columns, plain},
    settings::table::{DATABASE_URL, ENGINE, REDIS_URL, SERVER},
    shelf::team_settings,
};
pub use recorded::lacking;

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Works,
    /// It is not there, and nothing that is switched on needs it.
    Missing,
    /// It is switched off.
    Off,
    /// It is switched on and does not work.
    Fails,
}

/// One line of the answer.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    part: &'static str,
    name: String,
    state: State,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    pub fn new(part: &'static str, name: impl Into<String>, state: State, detail: impl Into<String>) -> Self {
        Self {
            part,
            name: name.into(),
            state,
            detail: detail.into(),
            mend: None,
        }
    }

    pub fn mend(mut self, how: impl Into<String>) -> Self {
        self.mend = Some(how.into());
        self
    }
}

/// Looks at everything and prints it. Exit code 1 if something that is switched on does not work.
pub async fn run(cx: &Context) -> Outcome {
    let mut findings = vec![home(cx)];
    findings.push(engine(cx).await);
    findings.push(database(cx).await);
    findings.extend(limits(cx).await);
    findings.push(model(cx).await);
    findings.push(server(cx).await);
    findings.push(recorded::capturing(cx));
    findings.extend(recorded::sources(cx).await);
    findings.push(team(cx).await);
    cx.out.facts(&findings, || table(&findings))?;
    let failing = findings.iter().filter(|f| f.state == State::Fails).count();
    if failing == 0 {
        return Ok(());
    }
    Err(Failure::failed(
        format!("{failing} of {} things do not work", findings.len()),
        "Each line above says how to mend it",
    ))
}

fn home(cx: &Context) -> Finding {
    let shown = cx.home.dir().display().to_string();
    let tried = cx.home.create().and_then(|()| {
        // A full disk still takes names of files, but nothing in them.
        let path = cx.home.write("doctor", &[0; 4096])?;
        let _ = std::fs::remove_file(path);
        Ok(())
    });
    match tried {
        Ok(()) => Finding::new("home", "folder", State::Works, shown),
        Err(failure) => Finding::new("home", "folder", State::Fails, failure.what).mend(failure.todo),
    }
}

/// So many failures in a row are more than a moment's.
const VAIN: i64 = 3;

/// Asks the model a small question.
async fn model(cx: &Context) -> Finding {
    let part = "model";
    let settings = match crate::model::chosen(&cx.settings) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            return Finding::new(
                part,
                "none",
                State::Off,
                "rules, keys and what was learned do the work",
            );
        }
        Err(failure) => {
            return Finding::new(part, "settings", State::Fails, failure.what).mend(failure.todo);
        }
    };
    let name = settings.name.clone().unwrap_or_default();
    match crate::model::answers(&settings).await {
        Ok(answers) if !answers.usable => {
            let detail = "answers, but not in the form that is asked for: nothing of it can be used";
            Finding::new(part, name, State::Fails, detail)
                .mend("Choose a model that keeps to a JSON schema with DAYLOOM_MODEL_NAME; until then it is asked less and less often")
        }
        Ok(answers) => {
            let place = if answers.local { "local" } else { "hosted" };
            let vain = in_vain(cx).await.unwrap_or_default();
            let spent = spent(cx).await;
            let detail = format!("answers; {place}{vain}{}", spent.as_deref().unwrap_or_default());
            let finding = Finding::new(part, name, State::Works, detail);
            match spent {
                Some(_) => finding.mend("Raise DAYLOOM_MODEL_DAILY_BUDGET to go on today"),
                None => finding,
            }
        }
        Err(failure) => Finding::new(part, name, State::Fails, failure.what).mend(failure.todo),
    }
}

/// Whether the person of this home has tokens left today; nothing where there is no server to ask, or no budget.
async fn spent(cx: &Context) -> Option<String> {
    let today = SystemClock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let path = format!("/tracker/model-usage?start={today}&end={today}");
    let usage = crate::remote::Remote::of(cx).ok()?.get(&path).await.ok()?;
    let budget = &usage["budget"];
    (budget["used_up"] == true).then(|| {
        format!(
            "; the {} tokens of your day are used up, and nothing is asked for you until tomorrow",
            budget["daily_tokens"]
        )
    })
}

/// What the database tells of asking in vain, if there is any and it tells something.
async fn in_vain(cx: &Context) -> Option<String> {
    let url = cx.settings.text(&DATABASE_URL).unwrap_or_default();
    let asked = async {
        let store = Store::open(url, Migrate::Refuse).await.ok()?;
        let failing = store.decisions().failing(VAIN).await.ok();
        store.close().await;
        failing
    };
    let (people, most) = tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .ok()??;
    let whom = match people {
        0 => return None,
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    };
    Some(format!(
        "; the last tries for {whom} gave nothing ({most} in a row) and are made again, at most two hours apart"
    ))
}

async fn engine(cx: &Context) -> Finding {
    let name = cx.settings.text(&ENGINE).unwrap_or("embedded");
    match Engine::of(&cx.settings) {
        Ok(Engine::Embedded) => Finding::new("engine", name, State::Works, "runs inside the server"),
        Ok(Engine::ForMany(engine)) => engine.look(name).await,
        Err(failure) => Finding::new("engine", name, State::Fails, failure.what).mend(failure.todo),
    }
}

async fn database(cx: &Context) -> Finding {
    let url = cx.settings.text(&DATABASE_URL).unwrap_or_default();
    let kind = url.split_once(':').map_or("database", |(kind, _)| kind);
    if let Some(path) = url.strip_prefix("sqlite:").filter(|p| *p != ":memory:")
        && !std::path::Path::new(path.trim_start_matches("//")).exists()
    {
        return Finding::new("database", kind, State::Missing, "not made yet").mend("`dayloom up` makes it");
    }
    let asked = async {
        let store = Store::open(url, Migrate::Refuse).await?;
        let answer = store.ping().await;
        store.close().await;
        answer
    };
    match tokio::time::timeout(Duration::from_secs(10), asked).await {
        Ok(Ok(())) => Finding::new(
            "database",
            kind,
            State::Works,
            "answers, and its schema is this version's",
        ),
        Ok(Err(error)) => {
            let (what, mend) = boot::apart(&error.to_string());
            Finding::new("database", kind, State::Fails, plain(&what)).mend(plain(&mend))
        }
        Err(_) => Finding::new("database", kind, State::Fails, "does not answer within 10 s")
            .mend("Check the address and that the database server runs"),
    }
}

/// The Redis of the rate limits, where one is set.
async fn limits(cx: &Context) -> Option<Finding> {
    let url = cx.settings.text(&REDIS_URL)?;
    let finding = |state, detail: String| Finding::new("limits", "redis", state, detail);
    Some(match dayloom_server::ping_redis(url).await {
        Ok(()) => finding(State::Works, "answers".to_owned()),
        Err(why) => finding(State::Fails, plain(&why))
            .mend("Check that it runs and DAYLOOM_REDIS_URL; until it answers, calls pass uncounted"),
    })
}

/// Team minutes: whether what is required of ActivityWatch is there.
async fn team(cx: &Context) -> Finding {
    let settings = team_settings(&cx.settings);
    if !settings.enabled {
        return Finding::new("team", "minutes", State::Off, "not counted")
            .mend("`dayloom team login` turns them on");
    }
    if !settings.use_activity_watch {
        return Finding::new("team", "minutes", State::Works, "counted without ActivityWatch");
    }
    let hostname = agent::machine(cx).hostname;
    let reachable = match settings.url() {
        Ok(url) => match ActivityWatch::new(&url, &hostname) {
            Ok(server) => server.is_reachable().await,
            Err(_) => false,
        },
        Err(_) => false,
    };
    let (state, detail) = match (reachable, settings.require_activity_watch) {
        (true, _) => return Finding::new("team", "minutes", State::Works, "counted; ActivityWatch answers"),
        (false, true) => (State::Fails, "not counted: ActivityWatch does not answer"),
        (false, false) => (State::Missing, "counted; ActivityWatch does not answer"),
    };
    Finding::new("team", "minutes", state, detail)
        .mend("Start ActivityWatch, or turn `team.require_activity_watch` off")
}

async fn server(cx: &Context) -> Finding {
    let given = cx.settings.text(&SERVER);
    if given.is_none() && cx.home.running().is_none() {
        return Finding::new("server", "local", State::Missing, "does not run")
            .mend("`dayloom up` starts it");
    }
    let name = given.map_or("local", |_| "remote");
    let asked = match crate::remote::Remote::of(cx) {
        Ok(remote) => remote.get("/developers/me").await.map(drop),
        Err(failure) => Err(failure),
    };
    match asked {
        Ok(()) => Finding::new("server", name, State::Works, "answers, and takes the token"),
        Err(failure) => Finding::new("server", name, State::Fails, failure.what).mend(failure.todo),
    }
}

fn table(findings: &[Finding]) -> String {
    let mut rows = Vec::new();
    for finding in findings {
        let state = match finding.state {
            State::Works => "works",
            State::Missing => "missing",
            State::Off => "off",
            State::Fails => "FAILS",
        };
        let mut detail = finding.detail.clone();
        if let Some(mend) = &finding.mend {
            detail = format!("{}. {mend}", detail.trim_end_matches('.'));
        }
        rows.push(vec![
            state.to_owned(),
            finding.part.to_owned(),
            finding.name.clone(),
            detail,
        ]);
    }
    columns(&rows, &[])
}
