//! One band a day, all on one axis.

use crate::{
    axis::{Axis, Hours},
    cloth::{Cloth, Hour, cloth, hours as hours_above},
    day::hours_of,
    facts::{DayFacts, Viewer},
    labels::BAND_PLOTS,
    rows::Row,
    time::{duration, month, weekday, weekday_short},
    totals::Totals,
    urls,
    words::{Words, fill},
};

/// One day of the range.
#[derive(Debug)]
pub struct Band {
    /// Weekday, whole.
    pub weekday: &'static str,
    /// Weekday, short.
    pub weekday_short: &'static str,
    /// `16`, or `16 November` where months meet.
    pub number: String,
    /// The day's page.
    pub url: String,
    /// Its cloth.
    pub cloth: Cloth,
    /// What the picture of the day is called: the day, its total and how many blocks it has.
    pub label: String,
    /// Total, or nothing.
    pub total: String,
    /// `5 of 11`, or `all`.
    pub reviewed: String,
    /// Today.
    pub current: bool,
    /// Clocks change on this day, so its hours stand shifted after the change.
    pub clocks_change: bool,
}

/// The bands of consecutive days, and the hours above them.
pub(super) fn bands(
    viewer: &Viewer,
    days: &[DayFacts],
    each: &[(Totals, Vec<Row>)],
    words: &'static Words,
) -> (Vec<Hour>, Vec<Band>) {
    let today = viewer.today();
    let hours = days
        .iter()
        .zip(each)
        .map(|(facts, (_, rows))| hours_of(viewer, rows, facts))
        .reduce(|a, b| Hours {
            from: a.from.min(b.from),
            to: a.to.max(b.to),
        })
        .unwrap_or(Hours { from: 8, to: 18 });
    let axes: Vec<Axis> = days
        .iter()
        .map(|d| Axis::new(d.day.date, d.day.timezone.rules(), hours))
        .collect();
    // One scale for all: the longest day's, so that 25 hours fit; an ordinary day gives the hours.
    let Some(longest) = axes.iter().max_by_key(|a| a.micros()) else {
        return (Vec::new(), Vec::new());
    };
    let plain = (hours.to - hours.from) * 3_600_000_000;
    let ordinary = axes.iter().find(|a| a.micros() == plain).unwrap_or(longest);
    let one_month = days
        .first()
        .zip(days.last())
        .is_some_and(|(a, b)| a.day.date.month() == b.day.date.month());
    let bands = days
        .iter()
        .zip(each)
        .zip(&axes)
        .map(|((facts, (totals, rows)), axis)| {
            let date = facts.day.date;
            let shared = axis.clone().with_length_of(longest);
            let now = (date == today).then_some(viewer.now);
            let mut band = cloth(&shared, rows, now, words, |row| urls::block(date, &row.anchor));
            band.hours.clear();
            let number = if one_month || (date.day() != 1 && Some(date) != days.first().map(|d| d.day.date)) {
                date.day().to_string()
            } else {
                format!("{} {}", date.day(), month(date, words))
            };
            let blocks = match totals.blocks {
                1 => words.one_block.to_owned(),
                n => fill(words.n_blocks, "n", &n.to_string()),
            };
            Band {
                label: format!(
                    "{} {number}: {}, {blocks}",
                    weekday(date, words),
                    duration(totals.total, words)
                ),
                weekday: weekday(date, words),
                weekday_short: weekday_short(date, words),
                number,
                url: urls::day(date),
                cloth: band,
                total: if totals.total > 0 {
                    duration(totals.total, words)
                } else {
                    String::new()
                },
                reviewed: match totals.blocks {
                    0 => String::new(),
                    n if n == totals.reviewed => words.all.to_owned(),
                    n => fill(
                        &fill(words.n_of_m, "n", &totals.reviewed.to_string()),
                        "m",
                        &n.to_string(),
                    ),
                },
                current: date == today,
                clocks_change: axis.micros() != plain,
            }
        })
        .collect();
    let ordinary = ordinary.clone().with_length_of(longest);
    (hours_above(&ordinary, None, BAND_PLOTS), bands)
}
