//! What a person asks of an understood day, through the real program and a language model on the wire: `why`, `model`,
//! `journal`, `ask` and `replay`, as text and as JSON, with what they say where there is nothing to say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use dayloom_client::Client;
use dayloom_domain::Clock;
use dayloom_storage::{Migrate, Store};
use dayloom_testkit::{
    Wire,
    model::honest,
    wire::{READ, WRITTEN},
};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use program::{Now, Program, Ran, Up, wait_for, zone};
use serde_json::{Value, json};
use uuid::Uuid;

const UP: [&str; 5] = ["up", "--listen", "127.0.0.1:0", "--no-open", "--no-agent"];
/// A home whose yesterday has an hour on PAY-412's branch, half an hour on a page about refunds, twenty minutes on the
/// news, and 25 minutes entered by hand.
struct Desk {
    home: Program,
    date: Date,
}

impl Desk {
    fn new() -> Self {
        let today = Now.now().to_zoned(TimeZone::get(zone()).unwrap()).date();
        Self {
            home: Program::new(),
            date: today.yesterday().unwrap(),
        }
    }

    fn date(&self) -> String {
        self.date.to_string()
    }

    fn at(&self, time: &str) -> String {
        format!("{} {time}", self.date)
    }

    /// Starts `up`, with a model on the wire or none.
    fn up(&self, model: Option<&Wire>, more: &[(&str, &str)]) -> Up {
        let mut env = vec![("DAYLOOM_RATE_LIMITS", "off")];
        if let Some(wire) = model {
            env.extend([
                ("DAYLOOM_MODEL_PROVIDER", "openai"),
                ("DAYLOOM_MODEL_BASE_URL", wire.url.as_str()),
                ("DAYLOOM_MODEL_NAME", "stand-in"),
                ("DAYLOOM_MODEL_API_KEY", "sk-of-the-tests"),
            ]);
        }
        env.extend(more);
        self.home.start_with(&UP, &env)
    }

    /// So many minutes of one window from a minute of yesterday on.
    fn minutes(&self, from: i64, count: i64, title: &str, branch: Option<&str>) -> Vec<Value> {
        // By the clock on the wall: midnight is not always so many hours before.
        let zone = TimeZone::get(zone()).unwrap();
        let at = |minute: i64| {
            let time = self.date.at(0, 0, 0, 0) + Span::new().minutes(minute);
            time.to_zoned(zone.clone()).unwrap().timestamp()
        };
        let event = |minute: i64| {
            let app = if branch.is_some() { "Code" } else { "Firefox" };
            let mut event = json!({
                "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60, "tz": program::zone(),
                "ts": at(minute),
                "active_app": {"name": app, "bundle_id": app, "window_title": title},
            });
            if let Some(branch) = branch {
                event["file_context"] = json!({"repo": "acme/payments", "branch": branch});
            }
            event
        };
        (from..from + count).map(event).collect()
    }

    async fn fill(&self, up: &Up) {
        for (key, title) in [("PAY-412", "Retry refunds"), ("PAY-398", "Ledger export")] {
            self.home
                .json(&["tasks", "add", title, "--key", key, "--project", "personal"]);
        }
        let client = Client::new(&up.url, Some(&self.home.token())).unwrap();
        let projects: Value = client.get("/tracker/projects", &[]).await.unwrap();
        let project = projects[0]["id"].as_str().or(projects[0]["project_id"].as_str());
        let device = Uuid::new_v4();
        let enroll = json!({"device_id": device, "project_id": project.unwrap(), "platform": "linux"});
        let _: Value = client.post("/tracker/devices:enroll", &enroll).await.unwrap();
        let mut events = self.minutes(540, 60, "refund.rs - payments", Some("feature/PAY-412"));
        events.extend(self.minutes(660, 30, "How refunds are retried", None));
        events.extend(self.minutes(720, 20, "The morning's news", None));
        let batch =
            json!({"schema_version": "1.0", "device_id": device, "sent_at": Now.now(), "events": events});
        let taken: Value = client.post("/tracker/events:batch", &batch).await.unwrap();
        assert_eq!(taken["accepted"], 110, "{taken}");
        let by_hand = json!({"date": self.date, "minutes": 25, "description": "a call with the bank"});
        let _: Value = client.post("/tracker/timesheet/entries", &by_hand).await.unwrap();
        self.until(|day| day["pending"] == false && day["spans"].as_array().unwrap().len() == 4);
    }

    fn day(&self) -> Value {
        self.home.json(&["day", &self.date()])
    }

    /// Waits until yesterday is as wanted.
    fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut day = Value::Null;
        wait_for("the day as wanted", || {
            day = self.day();
            wanted(&day)
        });
        day
    }

    /// Ends the program. With `told` the next one writes journals at once, as if nobody had looked for five minutes.
    async fn down(&self, up: Up, told: bool) {
        assert_eq!(up.terminate().0, 0);
        if !told {
            return;
        }
        let url = format!("sqlite:{}", self.home.path("dayloom.db").display());
        let store = Store::open(&url, Migrate::Refuse).await.unwrap();
        let epoch = Timestamp::UNIX_EPOCH.to_string();
        store
            .settings()
            .put("sweep:tracker-journal-refresh", &epoch)
            .await
            .unwrap();
        store.close().await;
    }

    /// What a run printed, without what differs from day to day.
    fn neutral(&self, text: &str) -> String {
        text.replace(&self.date(), "[DATE]")
            .replace(&self.date.strftime("%A %-d %B").to_string(), "[DAY]")
            .replace(&self.date.strftime("%A").to_string(), "[WEEKDAY]")
    }

    /// A run as exit code, standard output and standard error.
    fn said(&self, args: &[&str]) -> String {
        let Ran { code, out, err } = self.home.run(args);
        self.neutral(&format!("{code}\n{out}{err}"))
    }

    /// A run that fails prints nothing on standard output, with `--json` too; its exit code and what it says.
    fn refused(&self, args: &[&str]) -> String {
        let plain = self.home.run(args);
        let json = self.home.run(&[args, &["--json"]].concat());
        for ran in [&plain, &json] {
            assert!(ran.code > 0 && ran.out.is_empty(), "{args:?}: {}", ran.out);
        }
        assert_eq!((plain.code, &plain.err), (json.code, &json.err), "{args:?}");
        self.neutral(&format!("{} {}", plain.code, plain.err))
    }
}

/// An answer that sorts pages about refunds, and tells what it is given.
fn wire() -> Wire {
    Wire::start(|user| Some(honest(user)))
}

fn whys(desk: &Desk) {
    let day = desk.day();
    let block = |n: usize| day["blocks"][n]["entry_id"].as_str().unwrap().to_owned();
    // The entry made by hand stands first: it has no time of day.
    let known = desk.home.json(&["why", &desk.at("09:30")]);
    assert_eq!(known["explanation"]["answered_by"], "key", "{known}");
    assert_eq!(known["block"], day["blocks"][1]);
    assert_eq!(known["span"], day["spans"][1]);
    let by_id = desk.home.json(&["why", &block(1)]);
    assert_eq!(by_id, known);
    assert_eq!(desk.home.json(&["why", &block(1)[..8].to_uppercase()]), known);
    let instant = day["spans"][1]["start"].as_str().unwrap();
    assert_eq!(desk.home.json(&["why", instant]), known);

    let text = desk.said(&["why", &desk.at("09:30")]);
    assert!(
        text.starts_with(
            "0\n09:00-10:00  PAY-412  60 min, inferred\nbranch feature/PAY-412\n\n09:00-10:00  1h 00m  PAY-412\n"
        ),
        "{text}"
    );
    assert!(text.contains("\nanswered by key, confidence "), "{text}");
    assert!(
        text.contains("WEIGHT  KIND") && text.contains("SHARE  TASK"),
        "{text}"
    );

    let by_hand = desk.home.json(&["why", &block(0)]);
    assert_eq!(by_hand["explanation"], Value::Null, "nobody saw it");
    insta::assert_snapshot!(desk.said(&["why", &block(0)]), @r"
    0
    by hand  no task  25 min, confirmed
    a call with the bank

    by hand  25m  no task
    By hand
    you entered this by hand
    ");
    let refusals = [
        desk.refused(&["why", "lunch"]),
        desk.refused(&["why", &desk.at("03:00")]),
        desk.refused(&["why", "0123abcd"]),
    ];
    insta::assert_snapshot!(refusals.join(""), @r#"
    2 error: `lunch` is neither a block nor a time. Give a block's id as `dayloom day --json` shows it, HH:MM of today, or "YYYY-MM-DD HH:MM".
    1 error: No time is recorded at 03:00 on [DATE]. `dayloom day` shows what is.
    1 error: No block of the last 60 days begins with `0123abcd`. `dayloom day --json` shows the blocks of a day with their ids.
    "#);
}

fn without_a_model(desk: &Desk) {
    let usage = desk.home.json(&["model", "usage"]);
    assert_eq!(usage, json!({"days": [], "budget": null}));
    insta::assert_snapshot!(desk.said(&["model", "usage"]), @r"
    0
    No language model was asked on these days.
    ");
    let empty = desk.said(&["model", "preview", "2020-02-29"]);
    insta::assert_snapshot!(empty, @r"
    0
    Nothing would be sent about this day.
    No language model is set up: nothing is sent. This is what a hosted one would get.
    ");
    let refusals = [
        desk.refused(&["model", "preview", "2020-02-30"]),
        desk.refused(&["journal", "2020-02-29"]),
        desk.refused(&["journal", &desk.date()]),
        desk.refused(&["journal", "someday"]),
        desk.refused(&["ask", " "]),
        desk.refused(&["ask", "What?", "--from", &desk.date(), "--to", "2020-02-29"]),
    ];
    insta::assert_snapshot!(refusals.join(""), @r#"
    2 error: `2020-02-30` is no date. Write it as YYYY-MM-DD, or say today or yesterday.
    1 error: Nothing was recorded on 2020-02-29, so there is no journal of it. `dayloom week 2020-02-29` shows what was recorded around it.
    1 error: The journal of [DATE] is not written yet. It is within five minutes while Dayloom runs; `dayloom day [DATE]` shows the day meanwhile.
    2 error: `someday` is no date. Write it as YYYY-MM-DD, or say today or yesterday.
    2 error: There is no question. Write one, such as dayloom ask "Where did the time go?".
    2 error: The range ends before it begins. Give the earlier date with --from.
    "#);
    for args in [
        &["model", "usage", "--days", "0"][..],
        &["ask"],
        &["ask", "x", "--days", "91"],
    ] {
        assert_eq!(desk.home.run(args).code, 2, "{args:?}");
    }
}

/// What the preview shows before anything is sent.
fn previewed(desk: &Desk) -> Value {
    let shown = desk.home.json(&["model", "preview", &desk.date()]);
    assert_eq!((&shown["signals"], &shown["model"]), (&json!(2), &Value::Null));
    let text = desk.said(&["model", "preview", &desk.date()]);
    let prompt = &shown["prompts"][0];
    for part in ["system", "user"] {
        let lines = prompt[part].as_str().unwrap().lines();
        assert!(lines.into_iter().all(|line| text.contains(line)), "{text}");
    }
    prompt.clone()
}

fn journals(desk: &Desk, model: Option<&str>) -> String {
    // It is composed first, and phrased once the model has answered.
    let mut told = Value::Null;
    wait_for("the journal", || {
        let ran = desk.home.run(&["journal", &desk.date(), "--json"]);
        told = serde_json::from_str(&ran.out).unwrap_or_default();
        ran.code == 0 && told["model"] == json!(model)
    });
    assert_eq!(told["date"], json!(desk.date));
    assert_eq!(told["final"], true);
    desk.said(&["journal", &desk.date()])
}

fn answers(desk: &Desk) -> (Value, String) {
    let date = desk.date();
    let question = ["ask", "Where did the time go?", "--from", &date, "--to", &date];
    let answer = desk.home.json(&question);
    assert_eq!((&answer["start"], &answer["end"]), (&json!(date), &json!(date)));
    assert_eq!(answer["total_minutes"], 135);
    (answer, desk.said(&question))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_explained_told_and_asked_about_without_a_model() {
    let desk = Desk::new();
    let up = desk.up(None, &[]);
    desk.fill(&up).await;
    whys(&desk);
    without_a_model(&desk);
    desk.down(up, true).await;
    let _up = desk.up(None, &[]);
    insta::assert_snapshot!(journals(&desk, None), @r"
    0
    [WEEKDAY] [DATE]  (composed from what was recorded)
    I worked 2h 15m between 09:00 and 12:20.
    The largest part, 1h, went to PAY-412 Retry refunds.
    My longest stretch was 1h on PAY-412, from 09:00 to 10:00.
    3 blocks, 1h 15m, have no task yet.
    ");
    let (answer, text) = answers(&desk);
    assert_eq!(
        (&answer["answered_by"], &answer["note"]),
        (&json!("facts"), &Value::Null)
    );
    insta::assert_snapshot!(text, @r"
    0
    2h 15m recorded on [DAY].
    1h on PAY-412 Retry refunds.
    1h 15m without a task yet.

    [DATE]: 1 journal, 4 entries
    ");
    assert_eq!(desk.home.run(&["ask", "What did I do yesterday?"]).code, 0);
    forbids(&desk);
}

/// Where every project allows no answers there are none, and the program says who can change that.
fn forbids(desk: &Desk) {
    let token = desk.home.token();
    let url = desk.home.note()["url"].as_str().unwrap().to_owned();
    let set = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let client = Client::new(&url, Some(&token)).unwrap();
            let projects: Value = client.get("/tracker/projects", &[]).await.unwrap();
            let project = projects[0]["id"]
                .as_str()
                .or(projects[0]["project_id"].as_str())
                .unwrap();
            let path = format!("/tracker/admin/projects/{project}/models");
            let _: Value = client.put(&path, &json!({"models": "no_answers"})).await.unwrap();
        });
    });
    set.join().unwrap();
    insta::assert_snapshot!(
        desk.refused(&["ask", "Where did the time go?"]),
        @"4 error: Your projects allow no answers to questions. Ask somebody who administers them, or read your days with `dayloom week`."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_sorts_tells_and_answers_and_is_never_asked_by_a_replay() {
    let (desk, wire) = (Desk::new(), wire());
    let up = desk.up(None, &[]);
    desk.fill(&up).await;
    let preview = previewed(&desk);
    desk.down(up, false).await;

    // The model is asked what the preview showed, to the letter, and what it answers stands on the day.
    let up = desk.up(Some(&wire), &[]);
    let day = desk.until(|day| day["attributed_s"].as_f64() == Some(5400.0) && day["pending"] == false);
    // The journal of a day that changed may have been told before.
    let all = wire.sent();
    let sent = all.iter().find(|sent| sent.user.contains("signals")).unwrap();
    assert_eq!(
        (&preview["system"], &preview["user"], &preview["schema"]),
        (&json!(sent.system), &json!(sent.user), &json!(sent.schema))
    );
    assert_eq!(day["blocks"][2]["task_key"], "PAY-412", "{day}");
    let why = desk.home.json(&["why", &desk.at("11:10")]);
    assert_eq!(why["explanation"]["answered_by"], "model");
    let nothing = desk.home.json(&["model", "preview", &desk.date()]);
    assert_eq!(
        (&nothing["signals"], &nothing["prompts"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(
        nothing["model"],
        json!({"provider": "openai", "name": "stand-in", "local": true})
    );
    let again = desk.home.json(&["model", "preview", &desk.date(), "--again"]);
    assert_eq!(again["signals"], 2);
    desk.down(up, true).await;

    let up = desk.up(Some(&wire), &[]);
    insta::assert_snapshot!(journals(&desk, Some("stand-in")), @r"
    0
    [WEEKDAY] [DATE]  (phrased by stand-in, every figure checked)
    I worked 2h 15m.
    PAY-412 Retry refunds took 1h 30m.
    There was no task for 45m.
    PAY-412 Retry refunds took 1h, from 09:00 to 10:00.
    I worked 25m.
    ");
    let (answer, text) = answers(&desk);
    assert_eq!(
        (&answer["answered_by"], &answer["model"]),
        (&json!("model"), &json!("stand-in"))
    );
    insta::assert_snapshot!(text, @r"
    0
    I worked 2h 15m.
    PAY-412 Retry refunds took 1h 30m.
    There was no task for 45m.
    PAY-412 Retry refunds took 1h, from 09:00 to 10:00.

    [DATE]: 1 journal, 4 entries, phrased by stand-in, every figure checked
    ");
    uses(&desk, &wire);

    wire.becomes(|_| None);
    let (answer, text) = answers(&desk);
    assert_eq!(answer["answered_by"], "facts");
    let hint = text.lines().last().unwrap();
    assert!(
        hint.starts_with("Answered from the facts alone: the language model refused"),
        "{text}"
    );
    wire.becomes(|user| Some(honest(user)));
    replays(&desk, &wire);
    assert_eq!(up.terminate().0, 0);
}

/// Calls, tokens and cost as the wire counted them.
fn uses(desk: &Desk, wire: &Wire) {
    let usage = desk.home.json(&["model", "usage"]);
    let lines = usage["days"].as_array().unwrap();
    let calls: u64 = lines.iter().map(|line| line["calls"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(calls).unwrap(), wire.sent().len(), "{usage}");
    for line in lines {
        let calls = line["calls"].as_u64().unwrap();
        assert_eq!(
            (&line["input_tokens"], &line["output_tokens"], &line["model"]),
            (&json!(calls * READ), &json!(calls * WRITTEN), &json!("stand-in"))
        );
        assert_eq!(line["cost_usd"], 0.0, "it is on this machine");
    }
    let purposes: std::collections::BTreeSet<&str> =
        lines.iter().filter_map(|line| line["purpose"].as_str()).collect();
    assert_eq!(
        purposes.into_iter().collect::<Vec<_>>(),
        ["attribution", "journal", "question"]
    );
    let text = desk.said(&["model", "usage"]);
    assert!(text.starts_with("0\nDATE"), "{text}");
    assert!(
        text.contains("  stand-in  ") && text.contains("  0.0000\n"),
        "{text}"
    );
    assert!(text.contains("tokens used today; there is no limit."), "{text}");
}

/// A replay with unchanged evidence changes nothing and calls no model; with a new rule it says what would change first.
fn replays(desk: &Desk, wire: &Wire) {
    let (date, before, calls) = (desk.date(), desk.day(), wire.sent().len());
    let range = ["replay", "--from", &date, "--to", &date];
    for _ in 0..2 {
        assert_eq!(desk.said(&range), "0\n1 day replayed; nothing changes.\n");
        let json = desk
            .home
            .json(&[&range[..], &["--developer", "local@localhost"]].concat());
        assert_eq!(
            json,
            json!({"days": 1, "changed": 0, "dry_run": false, "differences": []})
        );
        assert_eq!(desk.day(), before);
    }
    assert_eq!(wire.sent().len(), calls, "no model is called");
    let refusals = [
        desk.refused(&[&range[..], &["--developer", "nobody@example.org"]].concat()),
        desk.refused(&["replay", "--from", &date, "--to", "2020-02-29"]),
    ];
    insta::assert_snapshot!(refusals.join(""), @r"
    1 error: Nobody here is called `nobody@example.org`. Give the e-mail address or the id of a person of this server.
    2 error: The range ends before it begins. Give the earlier date with --from.
    ");
    assert_eq!(
        desk.home.run(&["replay", "--from", "soon", "--to", &date]).code,
        2
    );
    let nowhere = Program::new();
    let ran = nowhere.run(&range);
    assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{}", ran.err);
    assert!(ran.err.contains("There is no database"), "{}", ran.err);
    assert!(!nowhere.path("dayloom.db").exists(), "asking makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_budget_is_said_and_nothing_more_is_asked() {
    let (desk, wire) = (Desk::new(), wire());
    let up = desk.up(Some(&wire), &[("DAYLOOM_MODEL_DAILY_BUDGET", "1")]);
    desk.fill(&up).await;
    desk.until(|day| day["attributed_s"].as_f64() == Some(5400.0));
    assert_eq!(wire.sent().len(), 1);
    let usage = desk.home.json(&["model", "usage", "--days", "1"]);
    let used = READ + WRITTEN;
    assert_eq!(
        usage["budget"],
        json!({"daily_tokens": 1, "used_today": used, "used_up": true})
    );
    let text = desk.said(&["model", "usage"]);
    let said = format!("{used} of 1 tokens used today: nothing is asked any more until tomorrow.");
    assert!(text.contains(&said), "{text}");
    let (answer, text) = answers(&desk);
    assert_eq!(answer["answered_by"], "facts");
    assert!(
        text.contains("the day's budget for the language model is used up"),
        "{text}"
    );
    assert_eq!(wire.sent().len(), 1, "nothing more is asked");
}
