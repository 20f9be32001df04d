//! The usual day with a journal, and what stood out.

use dayloom_domain::{
    EntryId,
    insight::{Hours, Kind},
};
use uuid::Uuid;

use super::{Sample, at, normal, the_day, viewer};
use crate::{
    facts::{DayFacts, JournalFact, Viewer},
    insights::{HoursFact, InsightFact, InsightsPage},
    journals::JournalsPage,
    time::add_days,
    words::Locale,
};

/// The usual day with its journal, phrased by a model or written by the person.
pub fn journaled(edited: bool) -> DayFacts {
    let mut facts = normal();
    let mut entries = Vec::new();
    for (n, block) in facts.day.blocks.iter_mut().enumerate() {
        let entry = EntryId(Uuid::from_u128(0xe0 + n as u128));
        block.entry_id = Some(entry);
        entries.push(entry);
    }
    let told = |text: &str, of: &[EntryId]| (text.to_owned(), of.to_vec());
    facts.journal = Some(JournalFact {
        sentences: if edited {
            let text = "Refunds, mostly.\nThe <b>signer</b> was split out on the way.";
            vec![told(text, &[])]
        } else {
            vec![
                told("I worked 8h 28m between 08:41 and 18:12.", &entries),
                told("Most of it went to PAY-412.", &entries[1..2]),
                told("11m have no task yet.", &entries[6..7]),
            ]
        },
        edited,
        over_budget: false,
        model: (!edited).then(|| "llama <3>".to_owned()),
        as_of: Some(at(18 * 60)),
    });
    facts
}

/// The usual day whose journal the person took away.
pub fn taken() -> DayFacts {
    let mut facts = normal();
    facts.journal = Some(JournalFact {
        sentences: Vec::new(),
        edited: true,
        model: None,
        over_budget: false,
        as_of: None,
    });
    facts
}

impl Sample for JournalsPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let range = (add_days(the_day(), -13), the_day());
        let days: Vec<DayFacts> = [(3, taken()), (1, journaled(true)), (0, journaled(false))]
            .into_iter()
            .map(|(back, mut facts)| {
                facts.day.date = add_days(the_day(), -back);
                facts
            })
            .collect();
        let around = (Some(add_days(the_day(), -20)), Some(add_days(the_day(), 9)));
        let page = |viewer: &Viewer, days: &[DayFacts], around| {
            Self::new(viewer, &super::tasks(0), days, range, around)
        };
        let hindi = Viewer {
            locale: Locale::Hi,
            ..viewer()
        };
        vec![
            ("empty", page(&viewer(), &[], (None, None))),
            ("normal", page(&viewer(), &days, around)),
            ("hindi", page(&hindi, &days, around)),
        ]
    }
}

impl Sample for InsightsPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let told = |back: i64, title: &str, body: &str| InsightFact {
            title: title.to_owned(),
            body: body.to_owned(),
            date: add_days(the_day(), -back),
            unread: back < 2,
        };
        let hours = |learned: bool, refused: bool| HoursFact {
            hours: Hours::default(),
            set: false,
            learned,
            refused,
        };
        let usual = [
            told(
                0,
                "Many changes of application",
                "Thursday 19 November: 18 changes of application an hour. Your usual is 9.",
            ),
            told(
                1,
                "No long stretch",
                "<b>Wednesday</b> 18 November: 4h of work, the longest stretch 22m.",
            ),
            told(
                5,
                "Work outside of your hours",
                "Saturday 14 November: 1h 35m of work outside of 08:00 to 20:00.",
            ),
        ];
        let nobody = Viewer {
            unread: 0,
            ..viewer()
        };
        vec![
            ("empty", Self::new(&nobody, &[], &[], hours(false, false))),
            (
                "normal",
                Self::new(&viewer(), &usual, &[Kind::MeetingOverload], hours(true, true)),
            ),
        ]
    }
}
