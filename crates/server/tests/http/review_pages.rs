//! Reviewing from the page of a day by plain forms: each is the review the API takes, and each can be taken back.

use dayloom_testkit::{Answer, Person, TestApp, on_both};
use serde_json::{Value, json};

use crate::desk::{DAY, csrf, signed_in, submit, visit, weaver, work};

/// The day.
pub const DATE: &str = "2026-11-21";
/// Where its forms go.
pub const REVIEW: &str = "/tracking/review";

/// A browser with a session, on the page of the day.
pub struct Browser<'a> {
    pub app: &'a TestApp,
    pub person: &'a Person,
    pub cookie: String,
    pub token: String,
}

impl<'a> Browser<'a> {
    pub async fn of(app: &'a TestApp, person: &'a Person, random: u8) -> Self {
        let cookie = signed_in(app, person, random).await;
        let page = visit(app, &format!("{DAY}?day={DATE}"), Some(&cookie)).await.text;
        Self {
            app,
            person,
            token: csrf(&page),
            cookie,
        }
    }

    pub async fn page(&self, path: &str) -> String {
        let page = visit(self.app, path, Some(&self.cookie)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page.text
    }

    pub async fn day(&self) -> String {
        self.page(&format!("{DAY}?day={DATE}")).await
    }

    pub async fn send(&self, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.token.as_str()), ("day", DATE)];
        all.extend(fields);
        submit(self.app, REVIEW, &self.cookie, &all, "text/html").await
    }

    /// Sends, and the page it leads to.
    pub async fn say(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.send(fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        self.page(answer.header("location").unwrap()).await
    }

    pub async fn blocks(&self) -> Vec<Value> {
        let day = self
            .app
            .get(&format!("/tracker/days/{DATE}"), self.person)
            .await
            .json();
        day["blocks"].as_array().unwrap().clone()
    }
}

/// What a button of the page sends.
pub fn value(page: &str, name: &str, nth: usize) -> String {
    let begins = format!("name=\"{name}\" value=\"");
    let buttons = page.split(&begins).skip(1);
    let values: Vec<&str> = buttons.map(|rest| rest.split('"').next().unwrap()).collect();
    (*values
        .get(nth)
        .unwrap_or_else(|| panic!("no button {name} {nth}: {values:?}")))
    .to_owned()
}

/// Half an hour on PROJ-12 and twenty minutes on nothing, with PROJ-13 to give them to.
pub async fn at_work(app: &TestApp, email: &str) -> (Person, String) {
    let (ann, tracked) = weaver(app, email).await;
    let spin = app.task(&ann, &tracked, Some("PROJ-13"), "Spin").await;
    work(
        app,
        &ann,
        &tracked,
        "2026-11-21T07:00:00Z",
        30,
        Some("feature/PROJ-12"),
    )
    .await;
    work(app, &ann, &tracked, "2026-11-21T09:00:00Z", 20, None).await;
    (ann, spin.to_string())
}

#[tokio::test]
async fn blocks_are_confirmed_moved_dismissed_and_taken_back() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 81).await;
        let page = browser.day().await;
        let (first, second) = (value(&page, "dismiss", 0), value(&page, "dismiss", 1));
        assert_eq!(value(&page, "confirm", 0), first);
        assert!(second.ends_with('.'), "the second has no task");

        let confirmed = browser.say(&[("confirm", &first)]).await;
        assert!(confirmed.contains("<span>Confirmed</span>"), "{confirmed}");
        assert_eq!(browser.blocks().await[0]["status"], "confirmed");
        let back = browser.say(&[("undo", &value(&confirmed, "undo", 0))]).await;
        assert_eq!(value(&back, "confirm", 0), first);
        assert_eq!(browser.blocks().await[0]["status"], "inferred");

        // The row opens in place with the open tasks, and closes by itself.
        let link = back
            .split("href=\"")
            .find(|rest| rest.contains("&#38;open="))
            .unwrap();
        let link = link.split('"').next().unwrap().replace("&#38;", "&");
        let opened = browser.page(&link).await;
        assert!(
            opened.contains(&format!("<option value=\"{spin}\">PROJ-13 Spin</option>")),
            "{opened}"
        );
        let change = value(&opened, "change", 0);
        assert_eq!(change, first);
        let moved = browser.say(&[("change", &change), ("task", &spin)]).await;
        assert!(moved.contains("Moved by you") && !moved.contains("class=\"desk\""));
        let blocks = browser.blocks().await;
        assert_eq!(
            (&blocks[0]["task_key"], &blocks[0]["status"]),
            (&json!("PROJ-13"), &json!("corrected"))
        );

        let gone = browser.say(&[("dismiss", &second)]).await;
        assert!(gone.contains("<s>Not counted</s>"));
        assert_eq!(browser.blocks().await.len(), 1);
        browser.say(&[("undo", &value(&gone, "undo", 1))]).await;
        assert_eq!(browser.blocks().await.len(), 2);

        let private = browser.say(&[("change", &second), ("task", "personal")]).await;
        assert!(
            private.contains("<tr id=\"p") && private.contains("20m"),
            "{private}"
        );
        assert_eq!(browser.blocks().await.len(), 1);
        browser.say(&[("undo", &value(&private, "undo", 1))]).await;
        let worked = browser.say(&[("change", &second), ("task", "work")]).await;
        assert!(worked.contains("Moved by you"));
        let blocks = browser.blocks().await;
        assert_eq!(
            (&blocks[1]["task_id"], &blocks[1]["status"]),
            (&Value::Null, &json!("corrected"))
        );
    })
    .await;
}

#[tokio::test]
async fn all_that_is_sure_is_confirmed_with_one_click() {
    on_both(async |app| {
        let (ann, _) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 82).await;
        assert!(
            browser
                .day()
                .await
                .contains("<button name=\"sure\" value=\"1\">Confirm the one above 75 %</button>")
        );
        let sure = browser.say(&[("sure", "1")]).await;
        assert!(!sure.contains("name=\"sure\""));
        let blocks = browser.blocks().await;
        assert_eq!(
            (&blocks[0]["status"], &blocks[1]["status"]),
            (&json!("confirmed"), &json!("inferred"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_is_derived_once_for_all_that_is_sure() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        for from in ["07:00", "08:00", "09:00"] {
            let from = format!("{DATE}T{from}:00Z");
            work(&app, &ann, &tracked, &from, 20, Some("feature/PROJ-12")).await;
        }
        let browser = Browser::of(&app, &ann, 85).await;
        assert_eq!(browser.blocks().await.len(), 3);
        let revision = async || {
            let day = app.get(&format!("/tracker/days/{DATE}"), &ann).await.json();
            day["revision"].as_i64().unwrap()
        };
        let before = revision().await;
        browser.say(&[("sure", "1")]).await;
        for block in browser.blocks().await {
            assert_eq!(block["status"], "confirmed");
        }
        assert_eq!(revision().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_changed_again() {
    on_both(async |app| {
        let (ann, spin) = at_work(&app, "ann@example.org").await;
        let browser = Browser::of(&app, &ann, 83).await;
        let seen = value(&browser.day().await, "confirm", 0);
        browser.say(&[("change", &seen), ("task", &spin)]).await;
        let stale = browser.say(&[("confirm", &seen)]).await;
        assert!(
            stale.contains("Not saved. This block is another by now"),
            "{stale}"
        );
        assert_eq!(browser.blocks().await[0]["task_key"], "PROJ-13");
        let none = format!("{}.", uuid::Uuid::new_v4());
        assert!(browser.say(&[("undo", &none)]).await.contains("Not saved."));

        for nothing in [vec![], vec![("confirm", "x")], vec![("nudge", seen.as_str())]] {
            assert_eq!(browser.send(&nothing).await.status, 404, "{nothing:?}");
        }
        let forged = [("csrf", "wrong"), ("day", DATE), ("dismiss", seen.as_str())];
        assert_eq!(
            submit(&app, REVIEW, &browser.cookie, &forged, "text/html")
                .await
                .status,
            403
        );
        assert_eq!(submit(&app, REVIEW, "", &forged, "text/html").await.status, 401);

        // Another person's entries are nobody else's to review, nor their tasks to give.
        let before = browser.blocks().await;
        let (eve, _) = at_work(&app, "eve@example.org").await;
        let other = Browser::of(&app, &eve, 84).await;
        let entry = seen.split('.').next().unwrap();
        let theirs = format!("{entry}.{spin}");
        for fields in [
            vec![("confirm", theirs.as_str())],
            vec![("dismiss", theirs.as_str())],
            vec![("undo", theirs.as_str())],
        ] {
            assert!(other.say(&fields).await.contains("Not saved."), "{fields:?}");
        }
        let own = value(&other.day().await, "confirm", 0);
        let refused = other.send(&[("change", &own), ("task", &spin)]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("none of your open ones"),
            "{}",
            refused.text
        );
        let link = format!("{DAY}?day={DATE}&open={entry}");
        assert!(!other.page(&link).await.contains("class=\"desk\""));
        assert_eq!(browser.blocks().await, before);
    })
    .await;
}
