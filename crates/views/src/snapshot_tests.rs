//! Renders every page with every sample, and checks what must hold on all of them.

use askama::Template;

use crate::{
    ask::AskPage,
    assets,
    day::DayPage,
    insights::InsightsPage,
    journals::JournalsPage,
    range::RangePage,
    rows::{Acts, Kind},
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
    pages.extend(render::<JournalsPage>("journals"));
    pages.extend(render::<AskPage>("ask"));
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
        &assets::names().told_css,
        &assets::names().review_js,
        &assets::names().ask_js,
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
            (&names.told_css, "TOLD-CSS"),
            (&names.review_js, "REVIEW-JS"),
            (&names.ask_js, "ASK-JS"),
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
fn what_was_not_read_is_in_sight_where_its_page_is_behind_the_menu() {
    let pages = render::<AskPage>("ask");
    let (_, html) = &pages[0];
    assert!(html.contains("class=\"late\">Insights <b>2</b></a>"));
    assert!(html.contains("<span class=\"slim\">Menu <b>2</b></span>"));
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
fn a_journal_that_was_taken_away_can_be_given_back() {
    let html = samples::page(samples::taken()).render().unwrap();
    let told = html.split("<section class=\"journal\"").nth(1).unwrap();
    assert!(told.contains("You took this journal away.") && told.contains("value=\"reset\""));
    assert!(!told.contains("value=\"remove\""), "it is gone already");
}

#[test]
fn each_block_can_be_reviewed_and_a_review_taken_back() {
    let pages = render::<DayPage>("day");
    let html = |name: &str| &pages.iter().find(|(known, _)| known == name).unwrap().1;
    let usual = html("day-journal");
    let buttons = |html: &str, name: &str| html.matches(&format!("form=\"rv\" name=\"{name}\"")).count();
    let page = samples::page(samples::journaled(false));
    let count = |acts: Acts| page.rows.iter().filter(|row| row.acts == acts).count();
    assert!(count(Acts::Open) > 3 && count(Acts::Undo) > 2);
    assert_eq!(buttons(usual, "dismiss"), count(Acts::Open));
    assert_eq!(buttons(usual, "undo"), count(Acts::Undo));
    let on_tasks = page
        .rows
        .iter()
        .filter(|row| row.acts == Acts::Open && row.task.is_some())
        .count();
    assert_eq!(
        buttons(usual, "confirm"),
        on_tasks,
        "what has no task is not confirmed"
    );
    assert!(usual.contains("<button name=\"sure\" value=\"1\">Confirm the "));
    assert!(!usual.contains("class=\"desk\""));

    let opened = html("day-opened");
    assert_eq!(opened.matches("<tr class=\"desk\">").count(), 1);
    assert!(opened.contains(">PAY-412 Refunds &#60;twice&#62;</option>"));
    assert_eq!(opened.matches("type=\"checkbox\"").count(), 2);
    assert_eq!(opened.matches(" checked>").count(), 1, "one tick was taken away");
    assert!(opened.contains("2 similar, not reviewed"));
    assert!(opened.contains("Moved, and 3 others like it that nobody reviewed go there too."));
    assert!(
        !opened.contains("data-live"),
        "what is being chosen is not taken away"
    );
}

#[test]
fn what_a_person_called_personal_can_be_taken_back() {
    let mut facts = samples::journaled(false);
    let page = samples::page(facts.clone());
    let personal = page.rows.iter().find(|row| row.kind == Kind::Personal).unwrap();
    assert_eq!(
        (personal.acts, personal.entry),
        (Acts::None, None),
        "a rule said so"
    );
    let entry = facts.day.blocks[0].entry_id.unwrap();
    facts.private = vec![(personal.start, personal.end, entry)];
    let page = samples::page(facts);
    let personal = page.rows.iter().find(|row| row.kind == Kind::Personal).unwrap();
    assert_eq!((personal.acts, personal.entry), (Acts::Undo, Some(entry)));
}

#[test]
fn journals_lead_to_the_rows_of_their_days() {
    let pages = render::<JournalsPage>("journals");
    let (_, html) = pages.iter().find(|(name, _)| name == "journals-normal").unwrap();
    let day = samples::page(samples::journaled(false)).render().unwrap();
    let links = html.split("<a href=\"/tracking/tracker?day=2026-11-19#").skip(1);
    let anchors: Vec<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
    assert!(anchors.len() >= 3);
    for anchor in anchors {
        assert!(day.contains(&format!("<tr id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn every_sentence_of_an_answer_leads_to_its_blocks() {
    let answer = samples::answered();
    let html = AskPage::samples()
        .into_iter()
        .find(|(name, _)| *name == "normal")
        .map(|(_, page)| page.render().unwrap())
        .unwrap();
    let numbers: Vec<usize> = answer.said.iter().filter_map(|said| said.cite).collect();
    assert_eq!(numbers, [1, 2, 3, 2, 4], "what rests on the same shares a number");
    assert_eq!(answer.cites.len(), 4);
    for (at, cite) in answer.cites.iter().enumerate() {
        assert_eq!(cite.number, at + 1);
        assert!(html.contains(&format!("id=\"cite-{}\"", cite.number)));
        assert!(html.contains(&format!("href=\"#cite-{}\"", cite.number)));
        assert!(
            html.contains(&format!("href=\"{}\"", cite.url.replace('&', "&#38;"))),
            "{}",
            cite.url
        );
    }
    let [all, task, one, days] = answer.cites.as_slice() else {
        panic!("four citations");
    };
    assert_eq!(
        (all.time.as_str(), all.about.as_str(), all.more.as_str()),
        ("5h 56m", "6 entries", "2 more")
    );
    assert_eq!(
        (all.dates.as_str(), all.blocks.len()),
        ("18 – 19 November 2026", 4)
    );
    assert_eq!(
        (task.about.as_str(), task.time.as_str()),
        ("PAY-412, 3 entries", "3h 28m")
    );
    assert_eq!(one.about, "PAY-398, 13:10 – 13:52");
    assert!(one.url.starts_with("/tracking/tracker?day=2026-11-19#b") && one.blocks.is_empty());
    assert_eq!((days.time.as_str(), days.dates.as_str()), ("", "Wed 18 November"));
}

#[test]
fn a_citation_leads_to_a_row_that_is_there() {
    let day = samples::page(samples::normal()).render().unwrap();
    let works = samples::works();
    let of_day = works.iter().filter(|work| work.date == samples::the_day());
    let starts: Vec<_> = of_day.filter_map(|work| work.interval).collect();
    assert!(starts.len() >= 3);
    for (start, _) in starts {
        let anchor = crate::rows::block_anchor(start);
        assert!(day.contains(&format!("<tr id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn an_answer_says_where_it_was_made_and_what_left_the_machine() {
    use crate::ask::By;
    let place = |local: bool, by: By| samples::answered_by(local, by).place.join(" ");
    let instead = |sent: bool| By::Instead {
        why: "it took too long".to_owned(),
        sent,
    };
    assert!(place(false, By::Facts).contains("Nothing was sent anywhere"));
    assert!(place(true, By::Model).contains("on this machine or in its own network"));
    let hosted = place(false, By::Model);
    assert!(
        hosted.contains("gpt {name} of openai") && hosted.contains("3 facts left the machine"),
        "{hosted}"
    );
    assert!(place(false, instead(true)).contains("3 facts left the machine"));
    let unsent = place(false, instead(false));
    assert!(unsent.contains("it took too long") && !unsent.contains("left the machine"));
    assert!(
        samples::answered_by(false, instead(false)).given.is_empty(),
        "it was given nothing"
    );
    assert_eq!(
        samples::answered_by(false, By::Model).given[1].values,
        "task PAY-412 Idempotent · time 1h 1m"
    );
}

#[test]
fn an_answer_on_its_way_is_drawn_as_the_whole_is() {
    let (viewer, facts, sentences) = samples::on_its_way();
    let whole = samples::answered();
    let words = crate::words::Words::of(viewer.locale);
    let whole = crate::ask::AnswerPart { a: whole, w: words }.render().unwrap();
    let mut cites = 0;
    for n in 1..=sentences.len() {
        let last = crate::ask::SaidPart::last_of(&sentences[..n], &facts, &viewer);
        let (said, cite) = last.expect("a sentence");
        let said = said.render().unwrap();
        assert!(whole.contains(said.trim()), "{said} in {whole}");
        if let Some(cite) = cite {
            cites += 1;
            let cite = cite.render().unwrap();
            assert!(whole.contains(cite.trim()), "{cite} in {whole}");
        }
    }
    assert_eq!(cites, 4, "each once");
    assert!(whole.contains("&#60;b&#62;two"), "what looks like markup is text");
    assert!(crate::ask::SaidPart::last_of(&[], &facts, &viewer).is_none());
}

#[test]
fn a_model_that_did_not_go_on_is_told_of_after_what_it_said() {
    let why = "it stopped".to_owned();
    let answer = samples::answered_by(false, crate::ask::By::Unfinished { why });
    assert_eq!(
        answer.stopped,
        "The language model did not go on: it stopped. What stands above was checked."
    );
    assert!(answer.phrased && !answer.given.is_empty() && !answer.said.is_empty());
    assert!(answer.place.concat().contains("left the machine"));
}

#[test]
fn what_has_no_task_is_not_known_unless_a_sentence_says_so() {
    let answer = samples::answered();
    assert_eq!(answer.unknown, "Not known: 7m of these days have no task yet.");
    let said = samples::answered_by(false, crate::ask::By::Facts);
    assert_eq!(said.unknown, "");
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
