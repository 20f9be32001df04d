//! The row that is opened on the page of a day: its times, splitting and joining it, what is like it; and time by hand.

use dayloom_testkit::{Answer, Person, TestApp, Tracked, on_both};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    desk::{DAY, send, signed_in, submit, visit, weaver},
    review_pages::{Browser, DATE, REVIEW, at_work, value},
};

/// What the opened row sends besides the button that is pressed, as it was shown.
fn shown(opened: &str) -> Vec<(&'static str, String)> {
    ["stands", "was_from", "was_to"]
        .into_iter()
        .map(|name| (name, value(opened, name, 0)))
        .collect()
}

impl Browser<'_> {
    async fn opened(&self, seen: &str) -> String {
        let entry = seen.split('.').next().unwrap();
        let opened = self.page(&format!("{DAY}?day={DATE}&open={entry}")).await;
        assert_eq!(opened.matches("<tr class=\"desk\">").count(), 1, "{opened}");
        opened
    }

    /// Sends a form that shows something, with these fields instead of those it showed.
    async fn fill(&self, opened: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = shown(opened);
        let mut all: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &shown {
            if !fields.iter().any(|(other, _)| other == name) {
                all.push((name, value));
            }
        }
        for (field, was) in [("from", "was_from"), ("to", "was_to")] {
            let was = shown.iter().find(|(name, _)| *name == was);
            if !fields.iter().any(|(name, _)| *name == field)
                && let Some((_, was)) = was
            {
                all.push((field, was));
            }
        }
        all.extend(fields);
        self.send(&all).await
    }

    async fn follow(&self, answer: Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.text);
        self.page(answer.header("location").unwrap()).await
    }

    /// From when to when each block goes that something was said of.
    async fn said(&self) -> Vec<(String, String)> {
        let times = self.times().await.into_iter();
        times
            .filter(|(_, _, status)| status != "inferred")
            .map(|(from, to, _)| (from, to))
            .collect()
    }

    /// From when to when each block goes, and what was said of it.
    async fn times(&self) -> Vec<(String, String, String)> {
        let clock = |value: &Value| value.as_str().unwrap()[11..16].to_owned();
        let blocks = self.blocks().await;
        let each = blocks.iter().map(|block| {
            let status = block["status"].as_str().unwrap().to_owned();
            (clock(&block["start"]), clock(&block["end"]), status)
        });
        each.collect()
    }
}

fn is(times: &[(String, String, String)], wanted: &[(&str, &str, &str)]) {
    let times: Vec<(&str, &str, &str)> = times
        .iter()
        .map(|(from, to, status)| (from.as_str(), to.as_str(), status.as_str()))
        .collect();
    assert_eq!(times, wanted);
}

fn pair(from: &str, to: &str) -> Vec<(String, String)> {
    vec![(from.to_owned(), to.to_owned())]
}

/// The reason beneath the row.
fn why(page: &str) -> &str {
    let note = page
        .split("role=\"alert\">")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}"));
    note.split('<').next().unwrap()
}

const AS_SEEN: [(&str, &str, &str); 2] = [("07:00", "07:30", "inferred"), ("09:00", "09:20", "inferred")];

#[tokio::test]
async fn a_blocks_times_are_moved_and_taken_back() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 86).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let opened = browser.opened(&seen).await;
        assert!(
            opened.contains("name=\"from\" value=\"07:00\"")
                && opened.contains("name=\"to\" value=\"07:30\"")
        );
        assert!(opened.contains("Code 30m · main.rs"), "what is inside: {opened}");

        let moved = browser
            .fill(&opened, &[("change", &seen), ("task", ""), ("from", "07:10")])
            .await;
        let moved = browser.follow(moved).await;
        assert!(!moved.contains("class=\"desk\""));
        assert_eq!(browser.said().await, pair("07:10", "07:30"));
        assert_eq!(browser.blocks().await[1]["task_key"], "PROJ-12", "its task stays");

        // A reviewed row opens too, and takes task and times together.
        let opened = browser.opened(&seen).await;
        let both = [("change", seen.as_str()), ("task", &spin), ("to", "07:25")];
        browser.follow(browser.fill(&opened, &both).await).await;
        assert_eq!(browser.said().await, pair("07:10", "07:25"));
        assert_eq!(browser.blocks().await[1]["task_key"], "PROJ-13");

        // By a minute, as the keys do.
        let seen = value(&browser.day().await, "undo", 0);
        for nudge in ["from-", "to+", "to+"] {
            browser.say(&[("nudge", &format!("{nudge}.{seen}"))]).await;
        }
        assert_eq!(browser.said().await, pair("07:09", "07:27"));
        for _ in 0..5 {
            browser.say(&[("undo", &seen)]).await;
        }
        is(&browser.times().await, &AS_SEEN);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_is_not_there_yet_is_made_where_it_is_needed() {
    on_both(async |app| {
        let (ann, _) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 91).await;
        let tasks = async || -> Vec<Value> {
            let tasks = app.get("/developers/me/assigned-tasks", &ann).await.json();
            tasks.as_array().unwrap().clone()
        };
        let before = tasks().await.len();
        let seen = value(&browser.day().await, "dismiss", 1);
        let opened = browser.opened(&seen).await;
        let long = "x".repeat(501);
        for (make, reason) in [
            ("proj-13 Spin again", "Another task has this key"),
            (long.as_str(), "at most 500 characters"),
        ] {
            let refused = browser.fill(&opened, &[("change", &seen), ("make", make)]).await;
            assert_eq!(refused.status, 422);
            assert!(why(&refused.text).contains(reason), "{}", why(&refused.text));
            assert!(
                refused.text.contains(&format!("value=\"{make}\"")),
                "it stays: {}",
                refused.text
            );
        }
        assert_eq!(tasks().await.len(), before);

        let make = [("change", seen.as_str()), ("make", " PROJ-14  Oil the <loom>\0")];
        let made = browser.fill(&opened, &make).await;
        let page = browser.follow(made).await;
        assert!(page.contains("Oil the &#60;loom&#62;"), "{page}");
        let block = &browser.blocks().await[1];
        assert_eq!(
            (&block["task_key"], &block["task_title"], &block["status"]),
            (&json!("PROJ-14"), &json!("Oil the <loom>"), &json!("corrected"))
        );
        // The form as it was is of a block that was said something of since: nothing is made a second time.
        let again = browser
            .fill(&opened, &[("change", &seen), ("make", "Oil it again")])
            .await;
        assert_eq!(again.status, 422);
        assert!(
            why(&again.text).contains("another by now"),
            "{}",
            why(&again.text)
        );
        assert_eq!(tasks().await.len(), before + 1);

        // Who has left may still look at their days, and makes nothing there any more.
        let seen = value(&browser.day().await, "dismiss", 0);
        let opened = browser.opened(&seen).await;
        let spaces = app.get("/workspaces", &ann).await.json();
        let members = format!("/workspaces/{}/members", spaces[0]["id"].as_str().unwrap());
        let other = json!({"email": "other@example.org"});
        let other = app.call(Method::POST, &members, &ann, &other).await.json();
        let other = format!("{members}/{}", other["developer_id"].as_str().unwrap());
        let owner = app
            .call(Method::PATCH, &other, &ann, &json!({"role": "owner"}))
            .await;
        assert_eq!(owner.status, 200, "{}", owner.text);
        let herself = format!("{members}/{}", ann.id);
        let gone = app.call(Method::DELETE, &herself, &ann, &json!({})).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let left = browser.fill(&opened, &[("change", &seen), ("make", "Spy")]).await;
        assert_eq!(left.status, 422);
        assert_eq!(tasks().await.len(), 0, "nor sees any of what is there");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_told_beneath_the_row_and_what_was_typed_stays() {
    on_both(async |app| {
        let (ann, _) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 87).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let opened = browser.opened(&seen).await;
        for (fields, reason, typed) in [
            (
                vec![("change", seen.as_str())],
                "Choose a task or another time first",
                "",
            ),
            (
                vec![("change", &seen), ("from", "08:00")],
                "ends after it begins",
                "name=\"from\" value=\"08:00\"",
            ),
            (
                vec![("change", &seen), ("to", "7 o'clock")],
                "Times look like 09:30",
                "value=\"7 o&#39;clock\"",
            ),
            (
                vec![("change", &seen), ("task", "nobody's")],
                "none of your open ones",
                "",
            ),
            (
                vec![("split", &seen), ("at", "08:30")],
                "split at a time inside",
                "name=\"at\" form=\"cut\" required value=\"08:30\"",
            ),
            (vec![("split", &seen), ("at", "")], "Times look like", ""),
        ] {
            let refused = browser.fill(&opened, &fields).await;
            assert_eq!(refused.status, 422, "{fields:?}");
            assert!(
                why(&refused.text).contains(reason),
                "{fields:?}: {}",
                why(&refused.text)
            );
            assert!(refused.text.contains(typed), "{fields:?}: {}", refused.text);
            assert!(refused.text.contains("<tr class=\"desk\">") && !refused.text.contains("data-live"));
        }
        is(&browser.times().await, &AS_SEEN);

        // What is refused of a row that is not opened is told beneath it as well.
        let page = browser.day().await;
        let next = value(&page, "dismiss", 1);
        let other = format!("{}{}", Uuid::new_v4(), ".");
        let lone = browser
            .say(&[("join", &format!("{next}.{}", other.trim_end_matches('.')))])
            .await;
        assert!(why(&lone).contains("another by now"), "{lone}");
        assert!(lone.contains("<tr class=\"why\">"));
        let before = browser.say(&[("nudge", &format!("from+.{seen}"))]).await;
        assert!(!before.contains("role=\"alert\""));
        assert_eq!(browser.said().await, pair("07:01", "07:30"));
    })
    .await;
}

#[tokio::test]
async fn a_block_is_split_joined_and_made_whole_again() {
    on_both(async |app| {
        let (ann, _) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 88).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let entry = seen.split('.').next().unwrap();
        let cut = browser
            .page(&format!("{DAY}?day={DATE}&open={entry}&cut=1"))
            .await;
        assert!(
            cut.contains("required value=\"\" autofocus>"),
            "the place to split has the focus: {cut}"
        );
        browser
            .follow(browser.fill(&cut, &[("split", &seen), ("at", "07:12")]).await)
            .await;
        let halves = [
            ("07:00", "07:12", "corrected"),
            ("07:12", "07:30", "corrected"),
            AS_SEEN[1],
        ];
        is(&browser.times().await, &halves);

        // The button names the block after it.
        let opened = browser.opened(&seen).await;
        let join = value(&opened, "join", 0);
        assert!(join.starts_with(&seen), "{join}");
        browser.say(&[("join", &join)]).await;
        assert_eq!(browser.said().await, pair("07:00", "07:30"));
        browser.say(&[("undo", &seen)]).await;
        is(&browser.times().await, &halves);
        browser.say(&[("undo", &seen)]).await;
        is(&browser.times().await, &AS_SEEN);
    })
    .await;
}

#[tokio::test]
async fn of_two_tabs_the_newer_state_stands() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 89).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let (one, other) = (browser.opened(&seen).await, browser.opened(&seen).await);
        browser
            .follow(browser.fill(&one, &[("change", &seen), ("from", "07:05")]).await)
            .await;
        // The task is the same; the times were moved.
        for fields in [
            vec![("change", seen.as_str()), ("task", &spin), ("to", "07:20")],
            vec![("split", &seen), ("at", "07:20")],
        ] {
            let late = browser.fill(&other, &fields).await;
            assert_eq!(late.status, 422);
            assert!(
                why(&late.text).contains("what you see is how it stands"),
                "{}",
                late.text
            );
            assert!(
                late.text.contains("name=\"from\" value=\"07:05\""),
                "the newer state"
            );
            assert!(late.text.contains("07:20"), "what was typed");
        }
        assert_eq!(browser.said().await, pair("07:05", "07:30"));
        // Said again by whoever has seen it, it is taken.
        let again = browser.opened(&seen).await;
        browser
            .follow(browser.fill(&again, &[("change", &seen), ("to", "07:20")]).await)
            .await;
        assert_eq!(browser.said().await, pair("07:05", "07:20"));
    })
    .await;
}

/// Forty minutes in one file that names no task, on each of three days, the last of which is the day of the page.
async fn one_file(app: &TestApp, person: &Person, tracked: &Tracked) {
    for date in ["2026-11-19", "2026-11-20", DATE] {
        let event = |minute: i64| {
            json!({
                "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60, "idle_s": 3,
                "ts": format!("{date}T09:{minute:02}:00Z"),
                "active_app": { "name": "code", "bundle_id": "code", "window_title": "rounding.rs - ledger" },
                "file_context": { "path": "/home/ann/ledger/rounding.rs", "repo": "acme/ledger", "branch": "main" },
            })
        };
        let events: Vec<Value> = (0..40).map(event).collect();
        assert_eq!(send(app, person, tracked, &events).await.json()["accepted"], 40);
    }
    app.derive().await;
}

#[tokio::test]
async fn what_is_like_a_block_is_listed_before_it_goes_along() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let spin = app
            .task(&ann, &tracked, Some("PROJ-13"), "Spin")
            .await
            .to_string();
        one_file(&app, &ann, &tracked).await;
        let browser = Browser::of(&app, &ann, 90).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let opened = browser.opened(&seen).await;
        assert!(!opened.contains("name=\"all\"") && !opened.contains("checkbox"));

        let looked = browser
            .fill(&opened, &[("look", &seen), ("task", &spin), ("to", "09:35")])
            .await;
        let listed = browser.follow(looked).await;
        assert!(listed.contains("2 similar, not reviewed"), "{listed}");
        assert!(listed.contains(&format!("<option value=\"{spin}\" selected>")));
        assert!(listed.contains("name=\"to\" value=\"09:35\""));
        let likes: Vec<&str> = listed
            .split("name=\"like.")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(likes.len(), 2);
        assert_eq!(
            listed.matches(" checked>").count(),
            2,
            "all go along until one says otherwise"
        );
        let day = async |date: &str| app.get(&format!("/tracker/days/{date}"), &ann).await.json();
        assert_eq!(
            day("2026-11-20").await["blocks"][0]["task_id"],
            Value::Null,
            "asking changes nothing"
        );

        // The newest stands first; the other one stays.
        let like = format!("like.{}", likes[0]);
        let late = [
            ("all", seen.as_str()),
            ("task", &spin),
            ("to", "nine"),
            ("listed", "1"),
            (&like, "1"),
        ];
        let refused = browser.fill(&listed, &late).await;
        assert_eq!(
            (refused.status, refused.text.matches(" checked>").count()),
            (422, 1),
            "ticks stay as they were"
        );
        let mut taken = late;
        taken[2].1 = "09:40";
        let said = browser.follow(browser.fill(&listed, &taken).await).await;
        assert!(said.contains("Saved, and another one with it."), "{said}");
        let newest = &day("2026-11-20").await["blocks"][0];
        assert_eq!(
            (&newest["task_key"], &newest["status"]),
            (&json!("PROJ-13"), &json!("corrected"))
        );
        assert_eq!(day("2026-11-19").await["blocks"][0]["status"], "inferred");
        assert_eq!(browser.blocks().await[0]["task_key"], "PROJ-13");

        // What goes along with a word that is refused stays.
        browser
            .say(&[("undo", &value(&browser.day().await, "undo", 0))])
            .await;
        let oldest = format!("like.{}", likes[1]);
        let stale = format!("{}.{}", seen.split('.').next().unwrap(), Uuid::new_v4());
        let refused = browser
            .send(&[("all", &stale), ("task", &spin), ("listed", "1"), (&oldest, "1")])
            .await;
        assert_eq!(refused.status, 422);
        assert_eq!(day("2026-11-19").await["blocks"][0]["status"], "inferred");
    })
    .await;
}

#[tokio::test]
async fn time_is_entered_by_hand_and_taken_back() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 91).await;
        assert!(
            browser
                .day()
                .await
                .contains("&#38;hand=1#hand\">Add time by hand</a>")
        );
        let away = browser.day().await;
        let away = away
            .split("Away from every device <a href=\"")
            .nth(1)
            .expect("a row");
        let (away, name) = away.split_once('"').unwrap();
        assert!(name.starts_with(">add what it was</a>"), "{name}");
        let away = browser.page(&away.replace("&#38;", "&")).await;
        for field in ["name=\"from\" value=\"07:30\"", "name=\"to\" value=\"09:00\""] {
            assert!(away.contains(field), "{field}: {away}");
        }
        let form = browser.page(&format!("{DAY}?day={DATE}&hand=1")).await;
        assert!(form.contains("id=\"hand\"") && form.contains(&spin) && !form.contains("data-live"));
        let hand = |fields: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            let all = [("hand", "1")].iter().chain(fields);
            all.map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        let sent = async |fields: &[(&'static str, &str)]| {
            let fields = hand(fields);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            browser.send(&fields).await
        };
        let long = "x".repeat(1_001);
        for (fields, reason) in [
            (vec![("what", "<b>board</b>")], "Say from when to when"),
            (
                vec![("from", "07:00"), ("to", "06:00"), ("what", "<b>board</b>")],
                "ends after it begins",
            ),
            (
                vec![("from", "x"), ("to", "06:00"), ("what", "<b>board</b>")],
                "Times look like",
            ),
            (
                vec![("minutes", "1441"), ("what", "<b>board</b>")],
                "Say from when to when",
            ),
            (
                vec![("from", "23:30"), ("minutes", "60"), ("what", "<b>board</b>")],
                "within its day",
            ),
            (
                vec![("minutes", "5"), ("task", "x"), ("what", "<b>board</b>")],
                "none of your open ones",
            ),
            (vec![("minutes", "5"), ("what", &long)], "1,000 characters"),
        ] {
            let refused = sent(&fields).await;
            assert_eq!(refused.status, 422, "{fields:?}");
            assert!(
                why(&refused.text).contains(reason),
                "{fields:?}: {}",
                why(&refused.text)
            );
            let kept = refused.text.contains("value=\"&#60;b&#62;board") || reason.starts_with("1,000");
            assert!(kept, "{}", refused.text);
        }
        let made = sent(&[
            ("from", "07:10"),
            ("to", "07:20"),
            ("task", &spin),
            ("what", "At the board"),
        ])
        .await;
        let page = browser.follow(made).await;
        assert!(page.contains("At the board"), "{page}");
        let wanted = [
            ("07:00", "07:10", "inferred"),
            ("07:10", "07:20", "confirmed"),
            ("07:20", "07:30", "inferred"),
        ];
        is(&browser.times().await[..3], &wanted);
        let twice = sent(&[("from", "07:15"), ("minutes", "10")]).await;
        assert!(why(&twice.text).contains("by hand stands there"));
        let own = page
            .split("<tr id=\"")
            .skip(1)
            .find(|row| row.contains("At the board"))
            .unwrap();
        assert!(
            !own.contains("open="),
            "what was entered by hand is taken back, not moved"
        );
        browser.say(&[("undo", &value(own, "undo", 0))]).await;
        is(&browser.times().await, &AS_SEEN);

        // Minutes alone, on a day that has nothing else.
        let empty = browser.page(&format!("{DAY}?day=2026-11-18&hand=1")).await;
        assert!(empty.contains("id=\"hand\""));
    })
    .await;
}

#[tokio::test]
async fn the_opened_row_of_another_person_takes_nothing() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 92).await;
        let seen = value(&browser.day().await, "dismiss", 0);
        let next = value(&browser.day().await, "dismiss", 1);
        let next = next.split('.').next().unwrap();
        let before = browser.blocks().await;
        let (eve, _) = at_work(&app, "eve@example.org").await;
        let other = Browser::of(&app, &eve, 93).await;
        let join = format!("{seen}.{next}");
        let nudge = format!("from+.{seen}");
        let own = value(&other.day().await, "dismiss", 0);
        let mixed = format!("{own}.{next}");
        for (fields, status) in [
            (vec![("change", seen.as_str()), ("task", "work")], 422),
            (vec![("change", &own), ("task", &spin)], 422),
            (vec![("all", &seen), ("task", "work")], 422),
            (vec![("split", &seen), ("at", "07:10")], 422),
            (vec![("join", &join)], 303),
            (vec![("join", &mixed)], 303),
            (vec![("nudge", &nudge)], 303),
        ] {
            let answer = other.send(&fields).await;
            assert_eq!(answer.status, status, "{fields:?}: {}", answer.text);
            let page = match status {
                303 => other.page(answer.header("location").unwrap()).await,
                _ => answer.text,
            };
            assert!(page.contains("Not saved."), "{fields:?}: {page}");
        }
        // What is ticked of somebody else's goes nowhere, and so does what is asked about it.
        let like = format!("like.{seen}");
        let along = other.send(&[("all", &own), ("task", "work"), (&like, "1")]).await;
        let page = other.page(along.header("location").unwrap()).await;
        assert!(page.contains("0 of 1 others"), "{page}");
        let entry = seen.split('.').next().unwrap();
        let asked = other
            .page(&format!("{DAY}?day={DATE}&open={entry}&task=work"))
            .await;
        assert!(!asked.contains("class=\"desk\""));
        assert_eq!(browser.blocks().await, before);

        // Whose session is over is told so, and nothing is taken.
        let cookie = signed_in(&app, &ann, 94).await;
        let page = visit(&app, &format!("{DAY}?day={DATE}"), Some(&cookie))
            .await
            .text;
        let token = value(&page, "csrf", 0);
        let out = submit(&app, "/sign-out", &cookie, &[("csrf", &token)], "text/html").await;
        assert!(out.status < 400, "{}", out.text);
        for fields in [
            vec![("change", seen.as_str()), ("task", "work")],
            vec![("hand", "1"), ("minutes", "5")],
        ] {
            let mut all = vec![("csrf", token.as_str()), ("day", DATE)];
            all.extend(fields);
            let lost = submit(&app, REVIEW, &cookie, &all, "text/html").await;
            assert_eq!(lost.status, 401, "{}", lost.text);
            assert!(lost.text.contains("You are not signed in"));
        }
        assert_eq!(browser.blocks().await, before);
    })
    .await;
}
