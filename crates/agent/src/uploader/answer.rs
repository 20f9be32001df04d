//! Whether an answer accounts for every event that was sent. Must not know how it was sent.

use std::collections::HashMap;

use crate::spool::Waiting;

/// The counts of a batch's answer and what it refused, as sent (`contract/tracker.md` §2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Stored now.
    pub accepted: i64,
    /// Stored before.
    pub duplicates: i64,
    /// Refused: id as sent, and reason.
    pub rejected: Vec<(Option<String>, String)>,
}

/// The refused rows with their reasons, if the answer accounts for exactly the events sent; else nothing, and
/// nothing may be let go of.
pub fn account_for(sent: &[Waiting], counts: &Counts) -> Option<Vec<(i64, String)>> {
    let total = counts
        .accepted
        .checked_add(counts.duplicates)?
        .checked_add(i64::try_from(counts.rejected.len()).ok()?)?;
    if counts.accepted < 0 || counts.duplicates < 0 || total != i64::try_from(sent.len()).ok()? {
        return None;
    }
    let mut rows: HashMap<String, i64> = sent
        .iter()
        .map(|event| (event.event_id.to_ascii_lowercase(), event.row))
        .collect();
    counts
        .rejected
        .iter()
        .map(|(id, reason)| {
            let row = rows.remove(&id.as_deref()?.to_ascii_lowercase())?;
            Some((row, reason.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Vec<Waiting> {
        [(1, "aa"), (2, "bb"), (3, "cc")]
            .map(|(row, id)| Waiting {
                row,
                event_id: id.into(),
                body: "{}".into(),
            })
            .to_vec()
    }

    fn counts(accepted: i64, duplicates: i64, rejected: &[&str]) -> Counts {
        let rejected = rejected
            .iter()
            .map(|id| (Some((*id).to_owned()), "why".to_owned()))
            .collect();
        Counts {
            accepted,
            duplicates,
            rejected,
        }
    }

    #[test]
    fn an_answer_counts_only_if_it_adds_up() {
        assert_eq!(account_for(&sent(), &counts(2, 1, &[])), Some(vec![]));
        assert_eq!(
            account_for(&sent(), &counts(1, 1, &["BB"])),
            Some(vec![(2, "why".into())])
        );
        for wrong in [
            counts(2, 0, &[]),
            counts(4, 0, &[]),
            counts(4, -1, &[]),
            counts(2, 0, &["dd"]),
            counts(1, 0, &["aa", "aa"]),
            counts(i64::MAX, 1, &[]),
            Counts {
                rejected: vec![(None, "why".into())],
                ..counts(2, 0, &[])
            },
        ] {
            assert_eq!(account_for(&sent(), &wrong), None, "{wrong:?}");
        }
    }
}
