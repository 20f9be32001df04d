//! How a model follows the reviews of one day: that day is taken out as it was and put in as it is. Days after it are
//! judged anew, each by what was known from the days before it; in most cases that is the reviewed day alone.
//!
//! Fitting from nothing is the same, with every day to be put in. So it never shows how a model came about.

use std::collections::{BTreeMap, BTreeSet};

use dayloom_domain::people::Task;
use jiff::civil::Date;

use super::{DAYS_AT_MOST, Learned, tally, tally::Tally};
use crate::{Scope, Weights, example::Example, trust};

/// The most days that tell how far a model may be trusted: the newest say most.
const DAYS_JUDGED: usize = 14;

/// The newest reviewed days that anything in a model may rest on: those summed up, and those the earliest judged day was
/// weighed by.
pub const DAYS_READ: usize = DAYS_AT_MOST + DAYS_JUDGED;

/// What is to be done to a model for the reviews of one day that changed.
#[derive(Debug)]
pub struct Revision {
    from: Learned,
    /// The day, and what the model holds of it.
    date: Date,
    before: Vec<Example>,
    /// All reviewed dates that matter, the changed one included if anything is said of it still.
    dates: Vec<Date>,
    /// Dates to be judged, in order.
    judge: Vec<Date>,
}

/// The newest of these dates, in order.
fn newest(dates: &[Date], at_most: usize) -> &[Date] {
    &dates[dates.len().saturating_sub(at_most)..]
}

impl Revision {
    /// Of this model, for a day that stood in it with these examples (none, if it was not reviewed then). `dates` are the
    /// newest reviewed dates as they are now, at least [`DAYS_READ`] and one more where there are so many.
    pub fn of(from: Learned, date: Date, before: Vec<Example>, mut dates: Vec<Date>) -> Self {
        dates.sort_unstable();
        dates.dedup();
        let epoch = dates.last().map_or(0, |newest| tally::epoch(*newest));
        let mut stood: BTreeSet<Date> = dates.iter().copied().filter(|stood| *stood != date).collect();
        if !before.is_empty() {
            stood.insert(date);
        }
        let stood: Vec<Date> = stood.into_iter().collect();
        let is_of_them = from.epoch == epoch && from.days.iter().eq(newest(&stood, DAYS_AT_MOST));
        let (from, before) = if is_of_them {
            (from, before)
        } else {
            let nothing = Learned {
                epoch,
                ..Learned::default()
            };
            // Nothing is to be taken from it; and measured from another epoch, weights know no bounds.
            (nothing, Vec::new())
        };
        // What lies before all that a model rests on changes nothing in it.
        let matters = dates.len() < DAYS_READ || dates[dates.len() - DAYS_READ] <= date;
        let judge = newest(&dates, DAYS_JUDGED)
            .iter()
            .copied()
            .filter(|judged| (matters && *judged >= date) || !from.judged.contains_key(judged))
            .collect();
        Self {
            from,
            date,
            before,
            dates,
            judge,
        }
    }

    /// The dates whose examples are needed, as they are now.
    pub fn needs(&self) -> BTreeSet<Date> {
        let mut at: BTreeSet<Date> = self.from.days.clone();
        at.remove(&self.date);
        let mut needs: BTreeSet<Date> = self.judge.iter().copied().collect();
        for window in self.windows() {
            let to: BTreeSet<Date> = window.iter().copied().collect();
            needs.extend(at.symmetric_difference(&to));
            at = to;
        }
        needs
    }

    /// The days that are summed up at each judged date, and at last.
    fn windows(&self) -> impl Iterator<Item = &[Date]> {
        let before = self.judge.iter().map(|judged| {
            let end = self.dates.partition_point(|date| date < judged);
            newest(&self.dates[..end], DAYS_AT_MOST)
        });
        before.chain([newest(&self.dates, DAYS_AT_MOST)])
    }

    /// The model as it is then. The tasks are those a key may name; `examples` holds what is needed.
    pub fn made(
        mut self,
        examples: &BTreeMap<Date, Vec<Example>>,
        tasks: &[Task],
        scope: &Scope,
        weights: &Weights,
    ) -> Learned {
        let mut model = std::mem::take(&mut self.from);
        model.take(self.date, &Tally::of(self.date, &self.before, model.epoch));
        let mut judged = std::mem::take(&mut model.judged);
        let of = |date: &Date| examples.get(date).map_or(&[][..], Vec::as_slice);
        let mut judge = self.judge.iter();
        for window in self.windows() {
            model.slide(window, of);
            if let Some(date) = judge.next() {
                let came_out = trust::judge(&model, of(date), tasks, scope, weights);
                judged.insert(*date, came_out);
            }
        }
        let kept: BTreeSet<&Date> = newest(&self.dates, DAYS_JUDGED).iter().collect();
        judged.retain(|date, _| kept.contains(date));
        model.calibration = trust::calibration(&judged);
        model.judged = judged;
        model
    }
}

impl Learned {
    /// Fits a model to examples, in any order.
    pub fn fit(examples: &[Example], tasks: &[Task], scope: &Scope, weights: &Weights) -> Self {
        let mut days: BTreeMap<Date, Vec<Example>> = BTreeMap::new();
        for example in examples {
            days.entry(example.date).or_default().push(example.clone());
        }
        let dates = days.keys().copied().collect();
        let first = days.keys().next().copied().unwrap_or_default();
        Revision::of(Self::default(), first, Vec::new(), dates).made(&days, tasks, scope, weights)
    }

    /// Goes on to these days.
    fn slide<'e>(&mut self, to: &[Date], of: impl Fn(&Date) -> &'e [Example]) {
        let to: BTreeSet<Date> = to.iter().copied().collect();
        let leave: Vec<Date> = self.days.difference(&to).copied().collect();
        let enter: Vec<Date> = to.difference(&self.days).copied().collect();
        for date in leave {
            self.take(date, &Tally::of(date, of(&date), self.epoch));
        }
        for date in enter {
            self.add(date, &Tally::of(date, of(&date), self.epoch));
        }
    }
}
