//! The page of questions: a plain form that gets the page with the answer, the same as a stream, what is refused, and
//! what is said of where it was answered.

use dayloom_llm::Failure;
use dayloom_testkit::{Answer, Dictated, Events, Person, Scripted, TestApp, on_both};
use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::{csrf, form, signed_in, submit, visit, weaver, work};

const ASK: &str = "/tracking/ask";
const HTML: &str = "text/html";
const EVENTS: &str = "text/event-stream";

/// A browser that asks.
struct Browser<'a> {
    app: &'a TestApp,
    cookie: String,
    token: String,
}

impl<'a> Browser<'a> {
    async fn of(app: &'a TestApp, person: &Person, random: u8) -> Self {
        let cookie = signed_in(app, person, random).await;
        let page = visit(app, ASK, Some(&cookie)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        Self {
            app,
            token: csrf(&page.text),
            cookie,
        }
    }

    async fn page(&self) -> String {
        visit(self.app, ASK, Some(&self.cookie)).await.text
    }

    async fn send(&self, fields: &[(&str, &str)], accept: &str) -> Answer {
        let mut all = vec![("csrf", self.token.as_str())];
        all.extend(fields);
        submit(self.app, ASK, &self.cookie, &all, accept).await
    }

    async fn ask(&self, question: &str) -> String {
        let answer = self.send(&[("question", question), ("days", "7")], HTML).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }
}

/// Two blocks on one task and one without, on the 20th and the 21st.
async fn person_at_work(app: &TestApp, email: &str) -> Person {
    let (ann, tracked) = weaver(app, email).await;
    let branch = Some("feature/PROJ-12");
    work(app, &ann, &tracked, "2026-11-20T09:00:00Z", 50, branch).await;
    work(app, &ann, &tracked, "2026-11-21T07:00:00Z", 30, branch).await;
    work(app, &ann, &tracked, "2026-11-21T09:00:00Z", 20, None).await;
    ann
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text
        .split(from)
        .nth(1)
        .unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split(to).next().unwrap()
}

#[tokio::test]
async fn a_question_is_answered_on_its_page_with_links_to_its_blocks() {
    on_both(async |app| {
        let ann = person_at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 21).await;
        let page = browser.page().await;
        for words in [
            "Write my stand-up",
            "What was finished?",
            "Where did the time go?",
        ] {
            assert!(
                page.contains(&format!("name=\"suggestion\" value=\"{words}\"")),
                "{words}"
            );
        }
        assert!(page.contains("no language model is asked") && !page.contains("id=\"answer-h\""));
        assert!(page.contains("<a href=\"/tracking/ask\" aria-current=\"page\">Ask</a>"));

        let told = browser.ask("How long on <b>PROJ-12</b>?").await;
        assert!(
            told.contains("value=\"How long on &#60;b&#62;PROJ-12&#60;/b&#62;?\""),
            "the question stays"
        );
        assert!(
            told.contains("1h 20m from Sunday 15 November to Saturday 21 November"),
            "{told}"
        );
        assert!(told.contains("based on 0 journals, 3 entries"));
        assert!(told.contains("Nothing was sent anywhere."));
        assert!(told.contains("Not known: 20m of these days have no task yet."));
        assert!(!told.contains("Facts it was given"), "nobody was given any");
        let cites = between(&told, "<ol class=\"cites\">", "</ol>");
        let whole = "href=\"/tracking/tracker?start=2026-11-20&#38;end=2026-11-21\"";
        assert!(
            cites.contains(whole) && cites.contains("PROJ-12, 2 entries"),
            "{cites}"
        );
        // Each block leads to its row on its day.
        let links: Vec<&str> = cites
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let blocks: Vec<&&str> = links.iter().filter(|link| link.contains("#b")).collect();
        assert_eq!(blocks.len(), 2, "{links:?}");
        for link in blocks {
            let (path, anchor) = link.split_once('#').unwrap();
            let day = visit(&app, path, Some(&browser.cookie)).await.text;
            assert!(day.contains(&format!("<tr id=\"{anchor}\"")), "{link}");
        }

        let draft = browser
            .send(
                &[("question", "typed"), ("suggestion", "Write my stand-up")],
                HTML,
            )
            .await
            .text;
        assert!(
            draft.contains("Yesterday: 50m on PROJ-12") && draft.contains("Today: 30m on PROJ-12"),
            "{draft}"
        );
        assert!(draft.contains("value=\"Write my stand-up\""));
        let dated = [
            ("question", "Where did the time go?"),
            ("start", "2026-11-20"),
            ("end", "2026-11-20"),
        ];
        let dated = browser.send(&dated, HTML).await.text;
        assert!(
            dated.contains("50m recorded on Friday 20 November.")
                && dated.contains("name=\"start\" value=\"2026-11-20\"")
        );
        assert!(!dated.contains("PROJ-12, 2 entries"));

        let eve = app.person("eve@example.org").await;
        let told = Browser::of(&app, &eve, 22)
            .await
            .ask("How long on PROJ-12?")
            .await;
        assert!(
            told.contains("Nothing was recorded from") && !told.contains("Weave"),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_question_is_refused_beside_the_form() {
    on_both(async |app| {
        let ann = person_at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 23).await;
        let long = "x".repeat(2_001);
        for (fields, told) in [
            (vec![("question", " \u{0} ")], "There is no question yet."),
            (
                vec![("question", long.as_str())],
                "A question has at most 2,000 characters.",
            ),
            (
                vec![("question", "x"), ("start", "2026-02-30")],
                "Invalid date (use YYYY-MM-DD)",
            ),
            (
                vec![("question", "x"), ("start", "2026-11-21"), ("end", "2026-11-20")],
                "The first day is after the last",
            ),
            (
                vec![("question", "x"), ("start", "2026-12-01")],
                "The first day is after the last",
            ),
        ] {
            for accept in [HTML, EVENTS] {
                let answer = browser.send(&fields, accept).await;
                assert_eq!(answer.status, 422, "{fields:?}");
                assert!(
                    between(&answer.text, "id=\"answer\"", "</div>").contains(told),
                    "{fields:?}: {}",
                    answer.text
                );
            }
        }
        let odd = browser
            .send(
                &[("question", "Where did the time go?"), ("days", "1000000")],
                HTML,
            )
            .await;
        assert_eq!(odd.status, 200);
        let foreign = submit(
            &app,
            ASK,
            &browser.cookie,
            &[("csrf", "wrong"), ("question", "x")],
            HTML,
        )
        .await;
        assert_eq!(foreign.status, 403);
        assert_eq!(
            submit(&app, ASK, "", &[("question", "x")], EVENTS).await.status,
            401
        );
        assert_eq!(visit(&app, ASK, None).await.status, 401);
    })
    .await;
}

fn events(text: &str) -> Vec<(&str, Value)> {
    let told = text
        .split("\n\n")
        .filter_map(|event| event.split_once("\ndata: "));
    told.map(|(name, data)| {
        (
            name.trim_start_matches("event: "),
            serde_json::from_str(data).unwrap(),
        )
    })
    .collect()
}

#[tokio::test]
async fn a_page_that_stays_is_told_what_the_other_shows() {
    on_both(async |app| {
        let ann = person_at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 24).await;
        let whole = browser.ask("Where did the time go?").await;
        let fields = [("question", "Where did the time go?"), ("days", "7")];
        let answer = browser.send(&fields, EVENTS).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(EVENTS))
        );
        let told = events(&answer.text);
        let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["begun", "sentence", "sentence", "sentence", "done"]);
        let begun = told[0].1["html"].as_str().unwrap();
        assert!(
            begun.contains("Looking through 3 entries and 0 journals."),
            "{begun}"
        );
        assert!(begun.contains("15 – 21 November 2026") && !begun.contains("Asking"));
        let first = told[1].1["html"].as_str().unwrap();
        assert!(
            first.contains(">1h 40m recorded from Sunday 15 November to Saturday 21 November, on 2 days.<"),
            "{first}"
        );
        for part in told[1..4]
            .iter()
            .flat_map(|(_, part)| [&part["html"], &part["cite"]])
        {
            let part = part.as_str().unwrap().trim();
            assert!(whole.contains(part), "as it stands in the answer: {part}");
        }
        let drawn = told[4].1["html"].as_str().unwrap();
        assert!(whole.contains(drawn.trim()), "the same, drawn once: {drawn}");
    })
    .await;
}

#[tokio::test]
async fn who_reads_hindi_asks_and_is_answered_in_hindi() {
    on_both(async |app| {
        let ann = person_at_work(&app, "ann@example.org").await;
        let hindi = json!({"locale": "hi"});
        assert_eq!(
            app.call(Method::PATCH, "/developers/me", &ann, &hindi)
                .await
                .status,
            200
        );
        let browser = Browser::of(&app, &ann, 25).await;
        let told = browser.send(&[("suggestion", "समय कहाँ गया?")], HTML).await.text;
        assert!(
            told.contains("1घं 40मि दर्ज") && told.contains("0 डायरी, 3 प्रविष्टियों पर आधारित"),
            "{told}"
        );
        assert!(told.contains("कुछ भी कहीं नहीं भेजा गया।"));
    })
    .await;
}

/// On a server with a model, hosted or not, that says this.
async fn with_model(local: bool, says: fn() -> Result<String, Failure>, random: u8) -> String {
    let model = Scripted::placed(local, move |_| says());
    let app = TestApp::sqlite_with_model(model, None).await;
    let ann = person_at_work(&app, "ann@example.org").await;
    let browser = Browser::of(&app, &ann, random).await;
    assert!(
        browser
            .page()
            .await
            .contains("scripted may only put them in words")
    );
    let fields = [("question", "Where did the time go?"), ("days", "7")];
    let streamed = browser.send(&fields, EVENTS).await.text;
    let begun = events(&streamed)[0].1["html"].as_str().unwrap().to_owned();
    assert!(begun.contains("Asking scripted"), "{begun}");
    browser.ask("Where did the time go?").await
}

#[tokio::test]
async fn what_left_the_machine_is_said() {
    let phrase = || {
        Ok(
            r#"{"sentences":[{"text":"I worked 1h 40m.","rows":[0]},{"text":"I worked 9h.","rows":[0]}]}"#
                .to_owned(),
        )
    };
    let hosted = with_model(false, phrase, 26).await;
    assert!(
        hosted.contains("I worked 1h 40m.") && !hosted.contains("9h"),
        "{hosted}"
    );
    assert!(
        hosted.contains("scripted of openai. The question and") && hosted.contains("facts left the machine")
    );
    assert!(hosted.contains("Facts it was given") && hosted.contains("the model chose the words"));
    let given = between(&hosted, "<ol class=\"facts\">", "</ol>");
    assert!(
        given.contains("<b>whole range</b>") && given.contains("time 1h 40m"),
        "{given}"
    );
    assert!(!given.contains("main.rs"), "no window title");
    let local = with_model(true, phrase, 27).await;
    assert!(local.contains("on this machine or in its own network") && !local.contains("left the machine"));
}

#[tokio::test]
async fn a_model_that_fails_leaves_the_computed_answer_and_says_so() {
    for (failure, sent) in [
        ((|| Err(Failure::Unreachable)) as fn() -> _, false),
        (|| Err(Failure::Refused { status: 500 }), true),
        (|| Ok("no JSON".to_owned()), true),
    ] {
        let told = with_model(false, failure, 28).await;
        assert!(told.contains("1h 40m recorded from"), "{told}");
        assert!(
            told.contains("The language model did not put it in words: the language model"),
            "{told}"
        );
        assert_eq!(told.contains("facts left the machine"), sent);
        assert_eq!(told.contains("Facts it was given"), sent);
    }
}

#[tokio::test]
async fn a_page_is_sent_each_sentence_as_it_stands_in_the_answer() {
    let (model, dictation) = Dictated::new();
    let app = TestApp::sqlite_with_model(model, None).await;
    let ann = person_at_work(&app, "ann@example.org").await;
    let browser = Browser::of(&app, &ann, 30).await;
    let fields = [
        ("csrf", browser.token.as_str()),
        ("question", "Where did the time go?"),
    ];
    let mut events = Events::of(form(&app, ASK, &browser.cookie, &fields, EVENTS)).await;
    let begun = events.expect("begun").await["html"].as_str().unwrap().to_owned();
    assert!(begun.contains("Asking dictated. Each sentence comes once its figures are checked"));
    dictation.say("{\"sentences\":[{\"text\":\"I worked 1h 40m.\",\"rows\":[0]}");
    let first = events.expect("sentence").await;
    assert_eq!(
        first["html"],
        "<p><bdi>I worked 1h 40m.</bdi><sup><a href=\"#cite-1\" aria-label=\"Cited 1\">1</a></sup></p>"
    );
    assert!(first["cite"].as_str().unwrap().starts_with("<li id=\"cite-1\">"));
    dictation.say(",{\"text\":\"In all 1h 40m of work.\",\"rows\":[0]}");
    let second = events.expect("sentence").await;
    assert!(
        second["html"].as_str().unwrap().contains("href=\"#cite-1\""),
        "{second}"
    );
    assert_eq!(second["cite"], "", "what it rests on is there");
    dictation.fail(Failure::TooSlow);
    let done = events.expect("done").await["html"].as_str().unwrap().to_owned();
    for part in [&first["html"], &first["cite"], &second["html"]] {
        assert!(done.contains(part.as_str().unwrap()), "{part} in {done}");
    }
    assert!(
        done.contains("<p class=\"dim\">The language model did not go on: the language model took too long"),
        "{done}"
    );
    assert!(done.contains("What stands above was checked.") && done.contains("facts left the machine"));
    assert!(done.contains("the model chose the words"));
}

#[tokio::test]
async fn where_every_project_forbids_answers_the_page_says_so() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let path = format!("/tracker/admin/projects/{}/models", tracked.project);
        let set = app
            .call(Method::PUT, &path, &ann, &json!({"models": "no_answers"}))
            .await;
        assert_eq!(set.status, 200, "{}", set.text);
        let answer = Browser::of(&app, &ann, 29)
            .await
            .send(&[("question", "x")], HTML)
            .await;
        assert_eq!(answer.status, 503);
        assert!(
            answer
                .text
                .contains("The projects you track into allow no answers.")
        );
    })
    .await;
}
