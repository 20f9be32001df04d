//! The usual day with a journal, and what stood out.

use dayloom_domain::{EntryId, insight::Kind};
use uuid::Uuid;

use super::{Sample, at, normal, the_day, viewer};
use crate::{
    facts::{DayFacts, JournalFact, Viewer},
    insights::{InsightFact, InsightsPage},
    time::add_days,
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

impl Sample for InsightsPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let told = |back: i64, title: &str, body: &str| InsightFact {
            title: title.to_owned(),
            body: body.to_owned(),
            date: add_days(the_day(), -back),
            unread: back < 2,
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
            ("empty", Self::new(&nobody, &[], &[])),
            ("normal", Self::new(&viewer(), &usual, &[Kind::MeetingOverload])),
        ]
    }
}
