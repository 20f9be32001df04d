//! What was learned from one person's reviews: how often each token stood in time they gave to each task, to work
//! without a task, to private time, or dismissed; and how far the weighing may be trusted for this person.
//!
//! A model is a function of the examples and tasks it was fitted to and of nothing else. It holds hashes and whole
//! numbers, so it reads back as it was written, and a day is taken out of it, or put in, without touching the others.
//! Old reviews fade: half their weight in three weeks.

mod revise;
mod stored;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use dayloom_domain::TaskId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{calibrate::Calibration, example::Label, features::GROUPS, trust::JudgedDay};
pub use revise::{DAYS_READ, Revision};
use stored::Stored;
use tally::Tally;

/// The most reviewed days a model is summed up from.
pub const DAYS_AT_MOST: usize = 60;

/// How often a token stood with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub token: u32,
    /// The place of the label.
    pub label: u16,
    pub count: Count,
}

/// Weight and number of reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Weight, to be read through [`Learned::faded`].
    pub weight: u64,
    /// Reviews.
    pub reviews: u32,
    /// Reviews that changed what stood there.
    pub moved: u32,
}

impl Count {
    fn change(&mut self, by: Self, sign: Sign) {
        sign.long(&mut self.weight, by.weight);
        sign.short(&mut self.reviews, by.reviews);
        sign.short(&mut self.moved, by.moved);
    }
}

/// Whether something is put in or taken out.
#[derive(Clone, Copy)]
enum Sign {
    Add,
    Take,
}

impl Sign {
    fn long(self, of: &mut u64, by: u64) {
        *of = match self {
            Self::Add => *of + by,
            Self::Take => of.saturating_sub(by),
        };
    }

    fn short(self, of: &mut u32, by: u32) {
        *of = match self {
            Self::Add => *of + by,
            Self::Take => of.saturating_sub(by),
        };
    }
}

/// The model of one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Learned {
    /// In order, once a change is complete.
    pub(crate) labels: Vec<Label>,
    /// In the order of tokens, then of labels.
    rows: Vec<Entry>,
    /// Weight of each label in each group of tokens.
    totals: Vec<[u64; GROUPS]>,
    /// Seconds and reviews of each label, unfaded: how long things last with this person.
    pub(crate) lengths: Vec<(u64, u32)>,
    pub(crate) calibration: Calibration,
    reviews: u32,
    /// The dates that are summed up.
    days: BTreeSet<Date>,
    /// The number of the date that weights grow from.
    epoch: i32,
    /// What came out where the newest days were weighed by the days before them.
    judged: BTreeMap<Date, JudgedDay>,
}

impl Learned {
    /// Whether nothing was reviewed yet.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many reviews it was fitted to.
    pub fn reviews(&self) -> u32 {
        self.reviews
    }

    /// How many days it is summed up from.
    pub(crate) fn days(&self) -> u32 {
        u32::try_from(self.days.len()).unwrap_or(u32::MAX)
    }

    /// The tasks it knows.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.labels.iter().filter_map(|label| match label {
            Label::Task(task) => Some(*task),
            _ => None,
        })
    }

    /// What was said of a token, in the order of labels.
    pub(crate) fn row(&self, token: u32) -> &[Entry] {
        let from = self.rows.partition_point(|entry| entry.token < token);
        let of = self.rows[from..].iter().take_while(|entry| entry.token == token);
        &self.rows[from..from + of.count()]
    }

    /// What a weight is multiplied by: a thousandth, and what has faded since.
    pub(crate) fn faded(&self) -> f64 {
        let newest = self.days.last();
        newest.map_or(0.001, |newest| 0.001 / tally::grown(*newest, self.epoch))
    }

    /// The weight of each label in a group of tokens.
    pub(crate) fn totals(&self, group: usize) -> impl Iterator<Item = f64> {
        let faded = self.faded();
        #[expect(clippy::cast_precision_loss, reason = "a sum of reviews far below 2^52")]
        self.totals.iter().map(move |total| total[group] as f64 * faded)
    }

    /// Sums a day up, too.
    fn add(&mut self, date: Date, tally: &Tally) {
        self.days.insert(date);
        self.change(tally, Sign::Add);
    }

    /// Takes a day out, if it was summed up.
    fn take(&mut self, date: Date, tally: &Tally) {
        if self.days.remove(&date) {
            self.change(tally, Sign::Take);
        }
    }

    fn change(&mut self, tally: &Tally, sign: Sign) {
        let places = self.places(tally);
        self.merge(&moved_to(tally, &places), sign);
        for (at, place) in places.iter().enumerate() {
            let place = usize::from(*place);
            for (total, by) in self.totals[place].iter_mut().zip(&tally.totals[at]) {
                sign.long(total, *by);
            }
            let (length, by) = (&mut self.lengths[place], tally.lengths[at]);
            sign.long(&mut length.0, by.0);
            sign.short(&mut length.1, by.1);
        }
        sign.short(&mut self.reviews, tally.reviews);
        self.in_order();
    }

    /// The place here of each label of a day; those not known get one.
    fn places(&mut self, tally: &Tally) -> Vec<u16> {
        tally
            .labels
            .iter()
            .map(|label| {
                let known = self.labels.iter().position(|known| known == label);
                let at = known.unwrap_or_else(|| {
                    self.labels.push(*label);
                    self.totals.push([0; GROUPS]);
                    self.lengths.push((0, 0));
                    self.labels.len() - 1
                });
                u16::try_from(at).unwrap_or(u16::MAX)
            })
            .collect()
    }

    /// Rows of both, in order; what nobody reviews any more is left out.
    fn merge(&mut self, theirs: &[Entry], sign: Sign) {
        let mut merged = Vec::with_capacity(self.rows.len() + theirs.len());
        let mut theirs = theirs.iter().peekable();
        let key = |entry: &Entry| (entry.token, entry.label);
        for mut ours in self.rows.drain(..) {
            while let Some(new) = theirs.next_if(|next| key(next) < key(&ours)) {
                merged.push(changed(new, sign));
            }
            if let Some(same) = theirs.next_if(|next| key(next) == key(&ours)) {
                ours.count.change(same.count, sign);
            }
            merged.push(ours);
        }
        merged.extend(theirs.map(|new| changed(new, sign)));
        merged.retain(|entry| entry.count.reviews > 0);
        self.rows = merged;
    }

    /// Puts the labels in order and leaves out those nobody gives any more: what is known of them is nothing.
    fn in_order(&mut self) {
        let mut order: Vec<usize> = (0..self.labels.len())
            .filter(|at| self.lengths[*at].1 > 0)
            .collect();
        order.sort_by_key(|at| self.labels[*at]);
        if order.len() == self.labels.len() && order.is_sorted() {
            return;
        }
        let mut place = vec![u16::MAX; self.labels.len()];
        for (to, from) in (0..).zip(&order) {
            place[*from] = to;
        }
        self.labels = order.iter().map(|at| self.labels[*at]).collect();
        self.totals = order.iter().map(|at| self.totals[*at]).collect();
        self.lengths = order.iter().map(|at| self.lengths[*at]).collect();
        for entry in &mut self.rows {
            entry.label = place[usize::from(entry.label)];
        }
        self.rows.retain(|entry| entry.label != u16::MAX);
        self.rows.sort_unstable_by_key(|entry| (entry.token, entry.label));
    }
}

/// A row that only the other side has.
fn changed(new: &Entry, sign: Sign) -> Entry {
    let mut count = Count::default();
    count.change(new.count, sign);
    Entry { count, ..*new }
}

/// The rows of a day with its labels at these places.
fn moved_to(tally: &Tally, places: &[u16]) -> Vec<Entry> {
    let mut rows: Vec<Entry> = tally
        .rows
        .iter()
        .map(|entry| Entry {
            label: places[usize::from(entry.label)],
            ..*entry
        })
        .collect();
    rows.sort_unstable_by_key(|entry| (entry.token, entry.label));
    rows
}
