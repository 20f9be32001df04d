//! What a page of days is asked for: `day`, or `start` and `end`, a zoom, and what stands open on it.

use dayloom_views::{
    day::{Desk, Refusal, Typed, Zoom},
    state::Trouble,
    time::add_days,
};
use jiff::civil::Date;
use serde::Deserialize;

use super::failure::PageError;

/// The longest range: ten years. Longer ones are far more often a slip of the year than a wish.
const MOST_DAYS: i64 = 3_660;

/// The query as sent.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    day: Option<String>,
    start: Option<String>,
    end: Option<String>,
    hours: Option<String>,
    from: Option<String>,
    open: Option<String>,
    task: Option<String>,
    to: Option<String>,
    cut: Option<String>,
    hand: Option<String>,
    moved: Option<String>,
    together: Option<String>,
    about: Option<String>,
    refused: Option<String>,
}

/// What to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// One day.
    Day(Date, Zoom),
    /// All days from the first to the last.
    Range(Date, Date),
}

impl Query {
    /// Reads the query; without any date it is today. The texts of refusals are those of §2.6.
    pub(super) fn shown(&self, today: Date) -> Result<Shown, PageError> {
        let filled = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
        let date = |text: &Option<String>| filled(text).map(|t| parse(&t)).transpose();
        if let Some(day) = date(&self.day)? {
            return Ok(Shown::Day(day, self.zoom()));
        }
        let (start, end) = (date(&self.start)?, date(&self.end)?);
        if start.is_none() && end.is_none() {
            return Ok(Shown::Day(today, self.zoom()));
        }
        let end = end.unwrap_or(today);
        let start = start.unwrap_or_else(|| add_days(end, -6));
        if start > end {
            return Err(PageError(Trouble::DatesReversed));
        }
        if add_days(start, MOST_DAYS) < end {
            return Err(PageError(Trouble::DatesTooMany));
        }
        Ok(if start == end {
            Shown::Day(start, Zoom::Day)
        } else {
            Shown::Range(start, end)
        })
    }

    /// What the review before left to be said, and what is to be opened; without what is looked up for it.
    pub(super) fn desk(&self) -> Desk {
        let id = |text: &Option<String>| text.as_deref().and_then(|entry| entry.parse().ok());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let together = self.together.as_deref().and_then(|text| text.split_once('.'));
        let open = id(&self.open);
        Desk {
            open,
            typed: Typed {
                task: text(&self.task),
                // Beside something that is opened it is a time of day, beside a zoom an hour.
                from: if open.is_some() || self.hand.is_some() {
                    text(&self.from)
                } else {
                    String::new()
                },
                to: text(&self.to),
                ..Typed::default()
            },
            likes: self.task.is_some().then(Vec::new),
            cuts: self.cut.is_some(),
            by_hand: self.hand.is_some(),
            moved: self.moved.as_deref().and_then(|others| others.parse().ok()),
            together: together.and_then(|(n, of)| Some((n.parse().ok()?, of.parse().ok()?))),
            refused: self.refused.as_deref().and_then(Refusal::of),
            about: id(&self.about),
            ..Desk::default()
        }
    }

    fn zoom(&self) -> Zoom {
        let number = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<i64>().ok());
        match number(&self.hours) {
            Some(hours @ (1 | 3)) => {
                let from = number(&self.from).unwrap_or(9).clamp(0, 24 - hours);
                Zoom::Hours { hours, from }
            }
            _ => Zoom::Day,
        }
    }
}

/// A date of an address or a form.
pub(super) fn parse(text: &str) -> Result<Date, PageError> {
    let refused = PageError(Trouble::DatesUnreadable);
    // Only the plain form: other forms of ISO 8601 would make two addresses of one page. The years leave room for
    // zones and for the weeks around.
    match text.parse::<Date>() {
        Ok(date) if text.len() == 10 && (1970..=9000).contains(&date.year()) => Ok(date),
        _ => Err(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn shown(day: &str, start: &str, end: &str) -> Option<Shown> {
        let some = |text: &str| (text != "-").then(|| text.to_owned());
        let query = Query {
            day: some(day),
            start: some(start),
            end: some(end),
            ..Query::default()
        };
        query.shown(date(2026, 11, 19)).ok()
    }

    #[test]
    fn dates_are_read_as_the_contract_says() {
        let nov = |d| date(2026, 11, d);
        assert_eq!(shown("-", "-", "-"), Some(Shown::Day(nov(19), Zoom::Day)));
        assert_eq!(shown("2026-11-02", "-", "-"), Some(Shown::Day(nov(2), Zoom::Day)));
        assert_eq!(
            shown("-", "2026-11-02", "2026-11-04"),
            Some(Shown::Range(nov(2), nov(4)))
        );
        assert_eq!(shown("-", "-", "2026-11-08"), Some(Shown::Range(nov(2), nov(8))));
        assert_eq!(shown("-", "2026-11-17", ""), Some(Shown::Range(nov(17), nov(19))));
        assert_eq!(
            shown("-", "2026-11-04", "2026-11-04"),
            Some(Shown::Day(nov(4), Zoom::Day))
        );
        for bad in [
            "yesterday",
            "2026-02-30",
            "20261102",
            "-000001-01-01",
            "9999-01-01",
        ] {
            assert_eq!(shown(bad, "-", "-"), None, "{bad}");
        }
        assert_eq!(shown("-", "2026-11-05", "2026-11-04"), None);
        assert_eq!(shown("-", "2006-11-05", "2026-11-04"), None);
    }

    #[test]
    fn a_zoom_stays_inside_the_day() {
        let zoom = |hours: &str, from: &str| {
            Query {
                hours: Some(hours.into()),
                from: Some(from.into()),
                ..Query::default()
            }
            .zoom()
        };
        assert_eq!(zoom("3", "23"), Zoom::Hours { hours: 3, from: 21 });
        assert_eq!(zoom("1", "-4"), Zoom::Hours { hours: 1, from: 0 });
        assert_eq!(zoom("2", "8"), Zoom::Day);
    }
}
