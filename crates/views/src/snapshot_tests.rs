//! Renders every page with every sample, and checks what must hold on all of them.

use askama::Template;

use crate::{
    assets,
    day::DayPage,
    insights::InsightsPage,
    range::RangePage,
    rows::Kind,
    samples::{self, Sample},
    state::{ErrorPage, FirstRunPage},
    team::{TeamPage, none::NoTeamPage},
    words::{EN, HI},
};

fn render<P: Sample + Template>(page: &str) -> Vec<(String, String)> {
    P::samples()
        .into_iter()
        .map(|(name, p)| (format!("{page}-{name}"), p.render().unwrap()))
        .collect()
}

fn every_page() -> Vec<(String, String)> {
    let mut pages = render::<DayPage>("day");
    pages.extend(render::<RangePage>("range"));
    pages.extend(render::<InsightsPage>("insights"));
    pages.extend(render::<FirstRunPage>("first-run"));
    pages.extend(render::<ErrorPage>("error"));
    pages.extend(render::<TeamPage>("team"));
    pages.extend(render::<NoTeamPage>("no-team"));
    pages
}

/// `DAYLOOM_PAGES_OUT=DIR` writes the pages there with their assets beside them, to be looked at.
fn write_out(pages: &[(String, String)]) {
    let Ok(dir) = std::env::var("DAYLOOM_PAGES_OUT") else {
        return;
    };
    std::fs::create_dir_all(&dir).unwrap();
    for url in [
        &assets::names().css,
        &assets::names().js,
        &assets::names().font,
        &assets::names().mark,
        &assets::names().team_css,
        &assets::names().team_js,
    ] {
        let name = url.trim_start_matches("/assets/");
        std::fs::write(format!("{dir}/{name}"), &assets::find(name).unwrap().bytes).unwrap();
    }
    for (name, html) in pages {
        std::fs::write(format!("{dir}/{name}.html"), html.replace("/assets/", "")).unwrap();
    }
}

#[test]
fn every_page_renders_with_every_sample() {
    let pages = every_page();
    write_out(&pages);
    for (name, html) in &pages {
        // Hashes of assets change with each edit of a style, which is not what these snapshots are about.
        let names = assets::names();
        let mut text = html.clone();
        for (url, plain) in [
            (&names.css, "CSS"),
            (&names.js, "JS"),
            (&names.font, "FONT"),
            (&names.mark, "MARK"),
            (&names.team_css, "TEAM-CSS"),
            (&names.team_js, "TEAM-JS"),
        ] {
            text = text.replace(url.as_str(), plain);
        }
        let large = name.ends_with("full") || name.ends_with("month") || name.ends_with("hindi");
        if large && !name.starts_with("first") {
            // The whole of it says nothing a person would read in a diff; its beginning and size do.
            let head: String = text
                .lines()
                .take(40)
                .filter(|l| l.len() < 4_000)
                .collect::<Vec<_>>()
                .join("\n");
            insta::assert_snapshot!(name.as_str(), head);
        } else {
            insta::assert_snapshot!(name.as_str(), text);
        }
    }
}

#[test]
fn text_from_outside_is_escaped_and_nothing_is_inline() {
    for (name, html) in every_page() {
        assert!(!html.contains("<script>"), "{name}: unescaped or inline script");
        assert!(!html.contains("<b>Code</b>"), "{name}");
        assert!(
            !html.contains(" style="),
            "{name}: inline style breaks the content security policy"
        );
        assert!(!html.contains(" onclick="), "{name}");
    }
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_landmarks() {
    for (name, html) in every_page() {
        assert!(html.contains("<html lang=\""), "{name}");
        assert!(html.contains("<title>") && !html.contains("<title> "), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert!(html.find("class=\"skip\"") < html.find("<header"), "{name}");
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: an id stands twice");
    }
}

#[test]
fn rows_add_up_to_the_total_and_tasks_to_their_sum() {
    for facts in samples::all_days() {
        let page = samples::page(facts);
        let counted: i64 = page
            .rows
            .iter()
            .filter(|r| !matches!(r.kind, Kind::Away | Kind::Dismissed))
            .map(|r| r.minutes)
            .sum();
        assert_eq!(counted, page.totals.total);
        let by_task: i64 = page.totals.by_task.iter().map(|(_, minutes)| minutes).sum();
        assert_eq!(by_task, page.totals.on_tasks);
        let parts = page.totals.on_tasks + page.totals.no_task + page.totals.personal;
        assert_eq!(parts, page.totals.total);
    }
}

#[test]
fn each_block_leads_to_a_row_that_is_there() {
    let html = samples::page(samples::full()).render().unwrap();
    let page = samples::page(samples::full());
    assert!(page.cloth.blocks.len() > 100);
    for block in &page.cloth.blocks {
        let anchor = block.href.trim_start_matches('#');
        assert!(html.contains(&format!("<tr id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn a_journal_leads_to_its_blocks_and_keeps_its_persons_words() {
    let html = samples::page(samples::journaled(false)).render().unwrap();
    let told = html.split("<section class=\"journal\"").nth(1).unwrap();
    assert!(told.contains("phrased by llama &#60;3&#62;, every figure checked, as of 18:00"));
    for link in told
        .split("<a href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(html.contains(&format!("id=\"{link}\"")), "{link}");
    }
    let own = samples::page(samples::journaled(true)).render().unwrap();
    assert!(own.contains("edited by you") && own.contains("&#60;b&#62;signer"));
}

#[test]
fn minutes_entered_by_hand_alone_stand_nowhere_in_the_day() {
    let (usual, page) = (
        samples::page(samples::normal()),
        samples::page(samples::minutes_alone()),
    );
    let by_hand: Vec<_> = page.rows.iter().filter(|row| !row.placed).collect();
    let shown: Vec<String> = by_hand.iter().map(|row| row.when(&EN)).collect();
    assert_eq!(shown, ["30m", "45m"]);
    assert!(by_hand.iter().all(|row| row.seen == "By hand"));
    assert_eq!(page.totals.total, usual.totals.total + 75);
    let drawn = |page: &DayPage| {
        (
            page.cloth.blocks.len(),
            page.cloth.labels.len(),
            page.cloth.away.len(),
        )
    };
    assert_eq!(drawn(&page), drawn(&usual), "nothing of it is drawn");
    assert_eq!(page.outside, usual.outside, "and nobody was away since midnight");
    let hours = |page: &DayPage| {
        page.cloth
            .hours
            .iter()
            .map(|hour| hour.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(hours(&page), hours(&usual));
    assert_eq!(page.zoom.one, usual.zoom.one);
    let html = page.render().unwrap();
    assert!(!html.contains("00:00"), "no time of day is made up");
    for row in by_hand {
        assert_eq!(html.matches(&format!("<tr id=\"{}\"", row.anchor)).count(), 1);
    }
    let csv = crate::csv::day(page.date, &page.rows);
    let mut lines = csv.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("2026-11-19,,,30,task,\"PAY-412\""),
        "{csv}"
    );
}

#[test]
fn a_journal_leads_to_minutes_that_have_no_time_of_day() {
    let mut facts = samples::minutes_alone();
    let entry = facts.day.blocks[0].entry_id.unwrap();
    facts.journal = Some(crate::facts::JournalFact {
        sentences: vec![("I worked 30m.".to_owned(), vec![entry])],
        edited: false,
        model: None,
        over_budget: false,
        as_of: None,
    });
    let journal = samples::page(facts).journal.unwrap();
    assert_eq!(journal.sentences[0].blocks[0].time, "30m");
}

#[test]
fn no_word_is_left_with_an_empty_place() {
    for (name, html) in every_page() {
        for place in [
            "{n}", "{d}", "{r}", "{model}", "{o}", "{time}", "{device}", "{names}", "{what}", "{pct}",
            "{app}",
        ] {
            assert!(!html.contains(place), "{name}: {place}");
        }
    }
    assert_eq!(EN.weekdays.len(), HI.weekdays.len());
}
