//! What a day is taught by the days before it. Each day keeps beside it what it teaches; whoever derives several days in
//! memory and stores none of them carries along what they would teach.

use std::collections::BTreeMap;

use dayloom_attribution::{DAYS_BEFORE, Label, Taught};
use dayloom_domain::{DeveloperId, review::Pin};
use dayloom_storage::{StorageError, Store};
use jiff::{Timestamp, ToSpan, civil::Date};

/// What days of one person would teach that were worked out and not stored; they stand for what is stored of these days.
#[derive(Clone, Debug, Default)]
pub struct Lessons(BTreeMap<Date, Taught>);

impl Lessons {
    /// Takes a day's in.
    pub(crate) fn take_in(&mut self, date: Date, taught: Taught) {
        self.0.insert(date, taught);
    }

    /// What a date is taught.
    pub(crate) async fn for_date(
        &self,
        store: &Store,
        developer: DeveloperId,
        date: Date,
    ) -> Result<Vec<Taught>, StorageError> {
        let (from, to) = (
            date.saturating_sub(DAYS_BEFORE.days()),
            date.saturating_sub(1.day()),
        );
        let mut all: BTreeMap<Date, Taught> = BTreeMap::new();
        for (date, text) in store.days().taught(developer, from, to).await? {
            all.extend(read(&text).map(|taught| (date, taught)));
        }
        let worked_out = self.0.range(from..=to);
        all.extend(worked_out.map(|(date, taught)| (*date, taught.clone())));
        Ok(all.into_values().collect())
    }
}

/// What another release wrote and this one cannot read teaches nothing until its day is derived again.
fn read(text: &str) -> Option<Taught> {
    serde_json::from_str(text).ok()
}

/// The time of a date of which the person said what it was.
pub(crate) fn reviewed(date: Date, pins: &[Pin]) -> Vec<(Timestamp, Timestamp)> {
    let said = pins
        .iter()
        .filter(|pin| pin.date == date && Label::of(pin).is_some());
    said.map(|pin| (pin.start, pin.end)).collect()
}
