//! What a person asks of an understood day, through the real program and a language model on the wire: `why`, `model`,
//! `journal`, `ask` and `replay`, as text and as JSON, with what they say where there is nothing to say.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use dayloom_client::Client;
use dayloom_domain::{
    Clock,
    rule::{RuleField, RuleMatch, RuleScope},
};
use dayloom_storage::NewRule;
use dayloom_testkit::{
    Wire,
    model::honest,
    wire::{READ, WRITTEN},
};
use program::{
    Now, Program, wait_for,
    worked::{Desk, wire},
};
use serde_json::{Value, json};

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
        desk.refused(&["journal", "someday"]),
        desk.refused(&["ask", " "]),
        desk.refused(&["ask", "What?", "--from", &desk.date(), "--to", "2020-02-29"]),
    ];
    insta::assert_snapshot!(refusals.join(""), @r#"
    2 error: `2020-02-30` is no date. Write it as YYYY-MM-DD, or say today or yesterday.
    1 error: Nothing was recorded on 2020-02-29, so there is no journal of it. `dayloom week 2020-02-29` shows what was recorded around it.
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

/// A dry run says what a rule would change, and changes nothing. No server runs, which would derive the day at once.
async fn rehearsed(desk: &Desk) {
    let store = desk.store().await;
    let person = store
        .people()
        .by_email("local@localhost")
        .await
        .unwrap()
        .unwrap()
        .id;
    let tasks = store.tasks().for_attribution(person).await.unwrap();
    let other = tasks.iter().find(|task| task.key.as_deref() == Some("PAY-398"));
    let rule = NewRule {
        scope: RuleScope::Personal,
        field: RuleField::Repo,
        matching: RuleMatch::Contains,
        pattern: "payments".to_owned(),
        task_id: Some(other.unwrap().id),
        project_id: None,
        scope_project_id: None,
        category: None,
        position: None,
    };
    let before = store.days().read(person, desk.date).await.unwrap();
    let made = store.rules().create(person, &rule, Now.now()).await;
    made.unwrap();
    let (date, dry) = (desk.date(), "--dry-run");
    let range = ["replay", "--from", &date, "--to", &date, dry];
    let told = desk.home.json(&range);
    assert_eq!(
        (&told["changed"], &told["dry_run"]),
        (&json!(1), &json!(true)),
        "{told}"
    );
    let text = desk.said(&range);
    assert!(
        text.starts_with("0\n1 day replayed; 1 day would change.\n"),
        "{text}"
    );
    assert!(text.contains("PAY-412 → PAY-398"), "{text}");
    assert_eq!(store.days().read(person, desk.date).await.unwrap(), before);
    store.close().await;
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
    rehearsed(&desk).await;
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

/// A replay with unchanged evidence changes nothing and calls no model; of another rule it says what would change.
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
