//! The usual day with a journal.

use dayloom_domain::EntryId;
use uuid::Uuid;

use super::{at, normal};
use crate::facts::{DayFacts, JournalFact};

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
        model: (!edited).then(|| "llama <3>".to_owned()),
        as_of: Some(at(18 * 60)),
    });
    facts
}
