//! The page of journals: two weeks of days with links to their blocks, and its forms.

use dayloom_testkit::on_both;
use jiff::SignedDuration;

use crate::desk::{DAY, csrf, signed_in, submit, visit, weaver, work};

const JOURNALS: &str = "/tracking/journal";

#[tokio::test]
async fn days_are_read_with_links_and_edited_taken_away_and_given_back() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let cookie = signed_in(&app, &ann, 51).await;
        let page = async |path: &str| visit(&app, path, Some(&cookie)).await.text;
        assert!(
            page(JOURNALS)
                .await
                .contains("Nothing was recorded on these days.")
        );
        let branch = Some("feature/PROJ-12");
        work(&app, &ann, &tracked, "2026-11-20T09:00:00Z", 50, branch).await;
        work(&app, &ann, &tracked, "2026-11-21T08:00:00Z", 30, branch).await;

        // There at once, before any sweep, newest day first.
        let told = page(JOURNALS).await;
        let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("no {text} in {told}"));
        assert!(at("Saturday 21 November 2026") < at("Friday 20 November 2026"));
        assert!(at("I worked 30m between 08:00 and 08:30.") < at("I worked 50m between 09:00 and 09:50."));
        assert!(told.contains("Weave the &#60;b&#62;cloth&#60;/b&#62;"));
        let links = told.split("<p class=\"refs\"><a href=\"").skip(1);
        let links: Vec<&str> = links.map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.len() >= 2);
        for link in links {
            let (path, anchor) = link.split_once('#').unwrap();
            assert!(
                page(path).await.contains(&format!("<tr id=\"{anchor}\"")),
                "{link}"
            );
        }

        let token = csrf(&told);
        let send = async |token: &str, action: &str, text: &str| {
            let fields = [
                ("csrf", token),
                ("day", "2026-11-20"),
                ("back", "2026-11-21"),
                ("text", text),
                ("action", action),
            ];
            submit(&app, JOURNALS, &cookie, &fields, "text/html").await
        };
        assert_eq!(send("wrong", "save", "Mine.").await.status, 403);
        let saved = send(&token, "save", "Met the <i>weavers</i>.").await;
        let back = "/tracking/journal?end=2026-11-21#d2026-11-20";
        assert_eq!((saved.status, saved.header("location")), (303, Some(back)));
        let told = page(JOURNALS).await;
        assert!(told.contains("edited by you") && told.contains("Met the &#60;i&#62;weavers&#60;/i&#62;."));
        assert!(!told.contains("I worked 50m") && told.contains("I worked 30m"));

        // Taken away, it says so here and on its day, and can be given back.
        assert_eq!(send(&token, "remove", "Met the weavers.").await.status, 303);
        for path in [JOURNALS.to_owned(), format!("{DAY}?day=2026-11-20")] {
            let told = page(&path).await;
            assert!(told.contains("You took this journal away."), "{path}");
            assert!(
                told.contains("value=\"reset\"") && !told.contains("weavers"),
                "{path}"
            );
        }
        assert_eq!(send(&token, "reset", "").await.status, 303);
        assert!(page(JOURNALS).await.contains("I worked 50m"));

        let eve = app.person("eve@example.org").await;
        let theirs = signed_in(&app, &eve, 52).await;
        let other = visit(&app, JOURNALS, Some(&theirs)).await.text;
        assert!(!other.contains("I worked") && !other.contains("PROJ-12"));
        assert_eq!(visit(&app, JOURNALS, None).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn older_days_are_one_link_away_however_long_ago_they_are() {
    on_both(async |app| {
        let (ann, tracked) = weaver(&app, "ann@example.org").await;
        let cookie = signed_in(&app, &ann, 53).await;
        let page = async |path: &str| visit(&app, path, Some(&cookie)).await;
        work(&app, &ann, &tracked, "2026-11-02T09:00:00Z", 10, None).await;
        work(&app, &ann, &tracked, "2026-11-21T09:00:00Z", 20, None).await;
        app.clock.advance(SignedDuration::from_hours(24));
        let now = page(JOURNALS).await.text;
        assert!(now.contains("I worked 20m") && !now.contains("I worked 10m"));
        assert!(
            now.contains("<a href=\"/tracking/journal?end=2026-11-02\">‹ Earlier</a>")
                && !now.contains("Later ›")
        );
        let then = page("/tracking/journal?end=2026-11-02").await.text;
        assert!(then.contains("I worked 10m") && !then.contains("‹ Earlier"));
        assert!(
            then.contains("<a href=\"/tracking/journal?end=2026-11-22\">Later ›</a>"),
            "{then}"
        );
        for bad in ["end=tomorrow", "end=2026-02-30"] {
            assert_eq!(page(&format!("{JOURNALS}?{bad}")).await.status, 400, "{bad}");
        }
        assert_eq!(page(&format!("{JOURNALS}?end=")).await.status, 200);
        assert_eq!(page(&format!("{JOURNALS}?end=1970-01-01")).await.status, 200);
    })
    .await;
}
