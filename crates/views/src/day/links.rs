//! Where a page of days leads: other ranges, and other parts of the day.

use jiff::civil::Date;

use crate::{
    axis::Hours,
    rows::Row,
    time::{add_days, monday},
    urls,
};

/// Which part of the day is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zoom {
    /// All of it.
    #[default]
    Day,
    /// So many hours from a whole hour.
    Hours {
        /// 1 or 3.
        hours: i64,
        /// First hour, 0 to 23.
        from: i64,
    },
}

impl Zoom {
    /// The hours drawn of a day whose axis has `whole`.
    pub(super) fn over(self, whole: Hours) -> Hours {
        match self {
            Self::Day => whole,
            Self::Hours { hours, from } => {
                let from = from.clamp(0, 24 - hours);
                Hours {
                    from,
                    to: from + hours,
                }
            }
        }
    }
}

/// Links around the cloth that zoom.
#[derive(Clone, Debug)]
pub struct ZoomLinks {
    /// 0, 3 or 1: what is shown now.
    pub shown: i64,
    /// The whole day.
    pub day: String,
    /// Three hours.
    pub three: String,
    /// One hour.
    pub one: String,
    /// The hours before, when zoomed.
    pub before: Option<String>,
    /// The hours after, when zoomed.
    pub after: Option<String>,
    /// The next step, for the key `z`.
    pub next: String,
}

/// Links to ranges.
#[derive(Clone, Debug)]
pub struct RangeLinks {
    /// Today.
    pub today: String,
    /// This week.
    pub week: String,
    /// This month.
    pub month: String,
    /// Thirty days to today.
    pub last_30: String,
    /// For the form: first date.
    pub start: Date,
    /// For the form: last date.
    pub end: Date,
    /// `day`, `week`, `month`, `last30` or nothing.
    pub current: &'static str,
}

impl RangeLinks {
    /// The links as seen from a shown range.
    pub fn new(today: Date, start: Date, end: Date) -> Self {
        let first = monday(today);
        let month_first = today.first_of_month();
        let week = (first, add_days(first, 6));
        let month = (month_first, today.last_of_month());
        let last_30 = (add_days(today, -29), today);
        let current = match (start, end) {
            (a, b) if a == b => "day",
            shown if shown == week => "week",
            shown if shown == month => "month",
            shown if shown == last_30 => "last30",
            _ => "",
        };
        Self {
            today: urls::TRACKER.to_owned(),
            week: urls::range(week.0, week.1),
            month: urls::range(month.0, month.1),
            last_30: urls::range(last_30.0, last_30.1),
            start,
            end,
            current,
        }
    }
}

/// The links around the cloth of a day whose axis has `whole`.
pub(super) fn zoom_links(
    date: Date,
    zoom: Zoom,
    whole: Hours,
    rows: &[Row],
    now_hour: Option<i64>,
) -> ZoomLinks {
    // Without a place of its own a zoom begins at now, else at the first evidence.
    let first = rows
        .iter()
        .find(|r| r.placed)
        .and_then(|r| r.from.get(..2))
        .and_then(|h| h.parse().ok());
    let (shown, at) = match zoom {
        Zoom::Day => (0, now_hour.or(first).unwrap_or(whole.from)),
        Zoom::Hours { hours, from } => (hours, from),
    };
    let to = |hours: i64, from: i64| urls::zoom(date, hours, from.clamp(0, 24 - hours));
    let lead = |hours: i64| {
        if now_hour.is_some() && shown == 0 {
            at - (hours - 1)
        } else {
            at
        }
    };
    let (three, one) = (to(3, lead(3)), to(1, lead(1)));
    ZoomLinks {
        shown,
        before: (shown > 0 && at > 0).then(|| to(shown, at - shown)),
        after: (shown > 0 && at + shown < 24).then(|| to(shown, at + shown)),
        next: match shown {
            0 => three.clone(),
            3 => one.clone(),
            _ => urls::day(date),
        },
        day: urls::day(date),
        three,
        one,
    }
}
