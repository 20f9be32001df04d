//! A model as it is kept: text in few words, as a day can only be answered for once its person's model was read.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Count, Entry, Learned};
use crate::{calibrate::Calibration, example::Label, features::GROUPS, trust::JudgedDay};

/// What is kept. Of a row: the distance of its token to the one before, its label, weight, reviews, and those that changed
/// something.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    labels: Vec<Label>,
    rows: Vec<(u32, u16, u64, u32, u32)>,
    totals: Vec<[u64; GROUPS]>,
    lengths: Vec<(u64, u32)>,
    calibration: Calibration,
    reviews: u32,
    days: Vec<Date>,
    epoch: i32,
    judged: Vec<(Date, JudgedDay)>,
}

/// Text that is no model.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("what was learned was kept by another release")]
pub(super) struct Unreadable;

impl From<Learned> for Stored {
    fn from(learned: Learned) -> Self {
        let mut before = 0;
        let rows = learned.rows.iter().map(|entry| {
            let distance = entry.token - std::mem::replace(&mut before, entry.token);
            let count = entry.count;
            (distance, entry.label, count.weight, count.reviews, count.moved)
        });
        Self {
            rows: rows.collect(),
            labels: learned.labels,
            totals: learned.totals,
            lengths: learned.lengths,
            calibration: learned.calibration,
            reviews: learned.reviews,
            days: learned.days.into_iter().collect(),
            epoch: learned.epoch,
            judged: learned.judged.into_iter().collect(),
        }
    }
}

impl TryFrom<Stored> for Learned {
    type Error = Unreadable;

    fn try_from(stored: Stored) -> Result<Self, Unreadable> {
        let labels = stored.labels.len();
        if stored.totals.len() != labels || stored.lengths.len() != labels {
            return Err(Unreadable);
        }
        let mut token: u32 = 0;
        let mut rows = Vec::with_capacity(stored.rows.len());
        for (distance, label, weight, reviews, moved) in stored.rows {
            token = token.checked_add(distance).ok_or(Unreadable)?;
            if usize::from(label) >= labels {
                return Err(Unreadable);
            }
            let count = Count {
                weight,
                reviews,
                moved,
            };
            rows.push(Entry { token, label, count });
        }
        Ok(Self {
            labels: stored.labels,
            rows,
            totals: stored.totals,
            lengths: stored.lengths,
            calibration: stored.calibration,
            reviews: stored.reviews,
            days: stored.days.into_iter().collect(),
            epoch: stored.epoch,
            judged: stored.judged.into_iter().collect(),
        })
    }
}
