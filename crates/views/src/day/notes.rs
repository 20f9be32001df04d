//! Small lines below and beside the figures of a day.

use crate::{
    facts::{DayFacts, Viewer},
    rows::{Acts, Kind, Row},
    time::{duration, long_date},
    totals::Totals,
    words::{Words, counted, fill},
};

/// Small lines below and beside the figures.
pub(super) struct Notes {
    pub(super) total: String,
    pub(super) tasks: String,
    pub(super) no_task: String,
    pub(super) open: String,
    pub(super) pending: String,
}

/// How many threads the cloth has, and of how many devices.
pub(super) fn threads_line(threads: usize, devices: usize, words: &Words) -> String {
    let threads = counted(threads, words.thread_1, words.threads_n, words);
    let on = counted(devices, words.on_device_1, words.on_devices_n, words);
    fill(&on, "threads", &threads)
}

impl Notes {
    pub(super) fn of(
        viewer: &Viewer,
        facts: &DayFacts,
        totals: &Totals,
        rows: &[Row],
        words: &Words,
    ) -> Self {
        let devices: Vec<&str> = facts
            .day
            .devices
            .iter()
            .map(|d| viewer.device_name(d.device_id))
            .collect();
        let stretches = rows.iter().filter(|r| r.kind == Kind::NoTask).count();
        Self {
            total: if totals.personal > 0 {
                fill(words.personal_in_it, "time", &duration(totals.personal, words))
            } else if devices.is_empty() {
                String::new()
            } else {
                fill(words.seen_on, "names", &devices.join(", "))
            },
            tasks: fill(words.of_total, "n", &totals.percent_on_tasks().to_string()),
            no_task: match stretches {
                1 => words.stretch.to_owned(),
                n => fill(words.stretches, "n", &n.to_string()),
            },
            open: if totals.open() > 0 {
                fill(words.open_n, "n", &totals.open().to_string())
            } else {
                String::new()
            },
            pending: if facts.pending {
                fill(words.pending, "time", &duration(totals.total, words))
            } else {
                String::new()
            },
        }
    }
}

/// `5 reviewed, 6 open`.
pub fn reviewed_line(totals: &Totals, words: &Words) -> String {
    let text = fill(words.reviewed_open, "r", &totals.reviewed.to_string());
    fill(&text, "o", &totals.open().to_string())
}

/// Whether all that are as sure as this are confirmed with one click.
pub fn is_sure(row: &Row) -> bool {
    row.acts == Acts::Open && row.sure.is_some_and(|sure| sure.bars == 3)
}

/// The button that confirms all that are sure; empty where there is none.
pub(super) fn sure_line(rows: &[Row], words: &Words) -> String {
    match rows.iter().filter(|row| is_sure(row)).count() {
        0 => String::new(),
        1 => words.review_sure_1.to_owned(),
        n => fill(words.review_sure, "n", &n.to_string()),
    }
}

/// What an empty day says: when a device was last seen.
pub(super) fn empty_note(viewer: &Viewer, words: &Words) -> String {
    let last = viewer
        .devices
        .iter()
        .filter_map(|d| Some((d.last_seen?, &d.name)))
        .max_by_key(|(at, _)| *at);
    last.map_or_else(String::new, |(at, name)| {
        let date = viewer.zone.to_datetime(at).date();
        let when = format!(
            "{}, {}",
            long_date(date, words),
            crate::time::clock(at, &viewer.zone)
        );
        fill(&fill(words.empty_more, "when", &when), "device", name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{EN, HI};

    #[test]
    fn one_thread_and_one_device_are_not_many() {
        assert_eq!(threads_line(1, 1, &EN), "1 thread on 1 device");
        assert_eq!(threads_line(2, 1, &EN), "2 threads on 1 device");
        assert_eq!(threads_line(1, 3, &EN), "1 thread on 3 devices");
        assert_eq!(threads_line(2, 3, &HI), "3 उपकरणों पर 2 धागे");
    }
}
