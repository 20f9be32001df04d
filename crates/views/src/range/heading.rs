//! What a range is called, and which ranges stand before and after it.

use jiff::civil::Date;

use crate::{
    time::{add_days, monday, month, week as week_number},
    words::{Words, fill},
};

/// How a range is called.
pub(super) struct Heading {
    /// Week number, month or number of days.
    pub figure: String,
    /// `Week 47`, `November 2026`, `Days`.
    pub heading: String,
    /// `16 – 22 November 2026`.
    pub dates: String,
}

/// `16 – 22 November 2026`, or one date.
pub fn dates(start: Date, end: Date, words: &Words) -> String {
    let whole = |d: Date| format!("{} {} {}", d.day(), month(d, words), d.year());
    let first = match (start.year() == end.year(), start.month() == end.month()) {
        _ if start == end => return whole(end),
        (true, true) => start.day().to_string(),
        (true, false) => format!("{} {}", start.day(), month(start, words)),
        _ => whole(start),
    };
    format!("{first} – {}", whole(end))
}

impl Heading {
    /// Of the days from one to another.
    pub fn of(start: Date, end: Date, words: &Words) -> Self {
        let dates = dates(start, end, words);
        let length = (end - start).get_days() + 1;
        if monday(start) == start && length == 7 {
            let n = week_number(start);
            return Self {
                figure: n.to_string(),
                heading: fill(words.week_n, "n", &n.to_string()),
                dates,
            };
        }
        if is_month(start, end) {
            let heading = format!("{} {}", month(start, words), start.year());
            return Self {
                figure: start.month().to_string(),
                heading,
                dates,
            };
        }
        Self {
            figure: length.to_string(),
            heading: words.days.to_owned(),
            dates,
        }
    }
}

fn is_month(start: Date, end: Date) -> bool {
    start.day() == 1 && end == start.last_of_month()
}

type Dates = (Date, Date);

/// The range before and after: months by months, all else by its length.
pub(super) fn pages(start: Date, end: Date, length: i64) -> (Dates, Dates) {
    if is_month(start, end) {
        let (last, next) = (add_days(start, -1), add_days(end, 1));
        return ((last.first_of_month(), last), (next, next.last_of_month()));
    }
    (
        (add_days(start, -length), add_days(end, -length)),
        (add_days(start, length), add_days(end, length)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;
    use jiff::civil::date;

    #[test]
    fn headings_name_week_month_or_dates() {
        let of = |a, b| {
            let h = Heading::of(a, b, &EN);
            format!("{} | {} | {}", h.figure, h.heading, h.dates)
        };
        assert_eq!(
            of(date(2026, 11, 16), date(2026, 11, 22)),
            "47 | Week 47 | 16 – 22 November 2026"
        );
        assert_eq!(
            of(date(2026, 11, 1), date(2026, 11, 30)),
            "11 | November 2026 | 1 – 30 November 2026"
        );
        assert_eq!(
            of(date(2026, 12, 30), date(2027, 1, 2)),
            "4 | Days | 30 December 2026 – 2 January 2027"
        );
    }

    #[test]
    fn months_turn_by_months() {
        let (before, after) = pages(date(2026, 3, 1), date(2026, 3, 31), 31);
        assert_eq!(before, (date(2026, 2, 1), date(2026, 2, 28)));
        assert_eq!(after, (date(2026, 4, 1), date(2026, 4, 30)));
    }
}
