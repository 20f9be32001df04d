//! Questions and answers. Test data only.

use dayloom_domain::{
    EntryId, ProjectId, WorkspaceId, Zone,
    facts::{
        Facts, NamedTask, Sentence, Sum, Work,
        table::{Cell, Row},
    },
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{Sample, at, task, the_day, viewer};
use crate::{
    ask::{Answer, AnswerFact, AskPage, Asked, By, ModelFact, NoAnswer},
    facts::Viewer,
    time::{MINUTE, add_days},
    words::Locale,
};

/// Date, minute it begins at, minutes, task and its key.
type Line = (Date, i64, i64, Option<(usize, &'static str)>);

/// The rows of two days; those of the later one stand on the usual day.
pub fn works() -> Vec<Work> {
    let (today, before) = (the_day(), add_days(the_day(), -1));
    let refunds = Some((1, "PAY-412"));
    let lines: [Line; 6] = [
        (before, 9 * 60, 78, refunds),
        (before, 11 * 60, 99, Some((4, "PLAT-77"))),
        (today, 9 * 60 + 6, 85, refunds),
        (today, 10 * 60 + 31, 7, None),
        (today, 11 * 60 + 19, 45, refunds),
        (today, 13 * 60 + 10, 42, Some((3, "PAY-398"))),
    ];
    lines.iter().enumerate().map(|(n, line)| work(n, *line)).collect()
}

fn work(n: usize, (date, from, minutes, named): Line) -> Work {
    let day = i64::from((the_day() - date).get_days());
    let start = at(from - day * 24 * 60);
    let end = jiff::Timestamp::from_microsecond(start.as_microsecond() + minutes * MINUTE).unwrap();
    Work {
        entry_id: EntryId(Uuid::from_u128(0xf0 + n as u128)),
        date,
        interval: Some((start, end)),
        minutes,
        task: named.map(|(n, key)| NamedTask {
            id: task(n),
            key: Some(key.to_owned()),
            title: Some(format!("The <title> of {key} & its {{braces}}")),
            project_id: None,
            closed: false,
            status: "todo".to_owned(),
        }),
        workspace_id: WorkspaceId(Uuid::from_u128(6)),
        project_id: Some(ProjectId(Uuid::from_u128(7))),
        project: Some("Payments".to_owned()),
        reason: "branch".to_owned(),
        call_minutes: 0,
    }
}

fn facts() -> Facts {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    Facts::of(works(), add_days(the_day(), -6), the_day(), zone)
}

/// Names as unfriendly as they may come.
fn model(local: bool) -> ModelFact {
    ModelFact {
        name: "gpt {name}".to_owned(),
        provider: "openai".to_owned(),
        local,
    }
}

fn given() -> Vec<Row> {
    let row = |cells: Vec<(&'static str, Cell)>| Row {
        cells,
        task: None,
        names: Vec::new(),
        sum: Sum::default(),
    };
    let plain = |text| ("fact", Cell::Plain(text));
    vec![
        row(vec![plain("whole range"), ("first date", Cell::Day(the_day()))]),
        row(vec![
            plain("task"),
            ("task", Cell::Name("PAY-412 Idempotent".to_owned())),
            ("time", Cell::Minutes(61)),
        ]),
        row(vec![
            plain("day"),
            ("first", Cell::Clock(545)),
            ("blocks", Cell::Count(4)),
        ]),
    ]
}

fn sentences(facts: &Facts) -> Vec<Sentence> {
    let about = |text: &str, of: &[usize]| about(facts, text, of);
    vec![
        about("5h 56m recorded on <b>two</b> days.", &[0, 1, 2, 3, 4, 5]),
        about("PAY-412 took 3h 28m.", &[0, 2, 4]),
        about("42m on PAY-398.", &[5]),
        // The same again, in another order.
        about("Most of it went to PAY-412.", &[4, 0, 2]),
        Sentence {
            days: vec![add_days(the_day(), -1)],
            ..about("Journal of Wednesday 18 November: Met the auditors.", &[])
        },
        Sentence::plain("One project allows no answers, so its time is left out."),
    ]
}

fn about(facts: &Facts, text: &str, of: &[usize]) -> Sentence {
    Sentence {
        text: text.to_owned(),
        entries: of.iter().map(|&n| facts.works[n].entry_id).collect(),
        days: Vec::new(),
    }
}

/// Who is answered, from what, and the sentences of the answer as they come.
pub fn on_its_way() -> (Viewer, Facts, Vec<Sentence>) {
    let facts = facts();
    let sentences = sentences(&facts);
    (viewer(), facts, sentences)
}

fn answer(local: bool, by: By, viewer: &Viewer, says_open: bool) -> Answer {
    let facts = facts();
    let mut sentences = sentences(&facts);
    if says_open {
        sentences.push(about(&facts, "7m without a task yet.", &[3]));
    }
    let fact = AnswerFact {
        sentences,
        facts: &facts,
        journals: 2,
        given: given(),
        by,
    };
    Answer::new(viewer, Some(&model(local)), fact)
}

/// An answer that a hosted model phrased.
pub fn answered() -> Answer {
    answer(false, By::Model, &viewer(), false)
}

/// An answer by somebody, which also says what has no task.
pub fn answered_by(local: bool, by: By) -> Answer {
    answer(local, by, &viewer(), true)
}

impl Sample for AskPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let asked = |question: &str| Asked {
            question: question.to_owned(),
            days: 7,
            dates: (None, None),
        };
        let dated = Asked {
            dates: (Some(the_day()), Some(add_days(the_day(), -1))),
            ..asked("x")
        };
        let hindi = Viewer {
            locale: Locale::Hi,
            ..viewer()
        };
        let why = "Why did <PAY-398> take \"so\" long?";
        let hosted = model(false);
        vec![
            ("empty", Self::new(&viewer(), None, &asked(""), Ok(None))),
            (
                "normal",
                Self::new(&viewer(), Some(&hosted), &asked(why), Ok(Some(answered()))),
            ),
            (
                "hindi",
                Self::new(
                    &hindi,
                    Some(&hosted),
                    &asked("समय कहाँ गया?"),
                    Ok(Some(answer(false, By::Facts, &hindi, true))),
                ),
            ),
            (
                "refused",
                Self::new(&viewer(), None, &dated, Err(NoAnswer::Reversed)),
            ),
        ]
    }
}
