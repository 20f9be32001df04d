//! The days a question names: today, yesterday, this week, last month, Tuesday, 2026-11-19, in English or Hindi.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{hindi, search::words};

/// Some days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First date.
    pub start: Date,
    /// Last date.
    pub end: Date,
}

impl Span {
    /// One day.
    pub fn day(date: Date) -> Self {
        Self {
            start: date,
            end: date,
        }
    }

    /// So many days up to a date, one at least.
    pub fn last(days: i64, end: Date) -> Self {
        Self {
            start: end.saturating_sub((days.max(1) - 1).days()),
            end,
        }
    }
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The days named in a question, if it names any. Weeks begin on Monday; a weekday is the last one, today included.
pub fn named(question: &str, today: Date) -> Option<Span> {
    let words = words(question);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let dates: Vec<Date> = words.iter().filter_map(|word| iso(word)).collect();
    if let (Some(start), Some(end)) = (dates.iter().min(), dates.iter().max()) {
        return Some(Span {
            start: *start,
            end: *end,
        });
    }
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let pair = |firsts: &[&str], seconds: &[&str]| {
        let mut twos = words.windows(2);
        twos.any(|two| firsts.contains(&two[0]) && seconds.contains(&two[1]))
    };
    let (this, last) = (
        hindi::with(&["this"], &hindi::THIS),
        hindi::with(&["last"], &hindi::LAST),
    );
    let (week, month) = (
        hindi::with(&["week"], &hindi::WEEK),
        hindi::with(&["month"], &hindi::MONTH),
    );
    if pair(&this, &week) {
        return Some(Span {
            start: monday,
            end: today,
        });
    }
    if pair(&last, &week) {
        return Some(Span {
            start: monday.saturating_sub(7.days()),
            end: monday.saturating_sub(1.day()),
        });
    }
    if pair(&this, &month) {
        return Some(Span {
            start: today.first_of_month(),
            end: today,
        });
    }
    if pair(&last, &month) {
        let end = today.first_of_month().saturating_sub(1.day());
        return Some(Span {
            start: end.first_of_month(),
            end,
        });
    }
    let has = |any: [&str; 2]| words.iter().any(|word| any.contains(word));
    // The same word of Hindi names the day before and the day after; only the one has been recorded.
    let back = [
        (2, ["परसों", "परसो"]),
        (1, ["yesterday", "कल"]),
        (0, ["today", "आज"]),
    ];
    let mut named = back
        .into_iter()
        .filter(|(_, any)| has(*any))
        .map(|(back, _)| back);
    if let Some(first) = named.next() {
        let last = named.next_back().unwrap_or(first);
        return Some(Span {
            start: today.saturating_sub(first.days()),
            end: today.saturating_sub(last.days()),
        });
    }
    let weekday = words.iter().find_map(|word| {
        let english = WEEKDAYS.into_iter().find(|(name, _)| name == word);
        english
            .map(|(_, weekday)| weekday)
            .or_else(|| hindi::weekday(word))
    })?;
    let back = i64::from(today.weekday().since(weekday));
    Some(Span::day(today.saturating_sub(back.days())))
}

fn iso(word: &str) -> Option<Date> {
    (word.len() == 10).then(|| word.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_read_as_people_say_them() {
        let today = date(2026, 11, 19); // a Thursday
        let cases = [
            ("What did I do yesterday?", Some(("2026-11-18", "2026-11-18"))),
            ("Where did today go", Some(("2026-11-19", "2026-11-19"))),
            ("yesterday and today", Some(("2026-11-18", "2026-11-19"))),
            ("How was this week?", Some(("2026-11-16", "2026-11-19"))),
            ("last week", Some(("2026-11-09", "2026-11-15"))),
            ("this month", Some(("2026-11-01", "2026-11-19"))),
            ("what shipped last month", Some(("2026-10-01", "2026-10-31"))),
            ("What did I do on Tuesday?", Some(("2026-11-17", "2026-11-17"))),
            ("thursday", Some(("2026-11-19", "2026-11-19"))),
            ("friday", Some(("2026-11-13", "2026-11-13"))),
            (
                "between 2026-11-03 and 2026-11-01",
                Some(("2026-11-01", "2026-11-03")),
            ),
            ("Where did the time go?", None),
            ("9999-99-99", None),
            ("मैंने कल क्या किया?", Some(("2026-11-18", "2026-11-18"))),
            ("आज का दिन कहाँ गया?", Some(("2026-11-19", "2026-11-19"))),
            ("कल और आज", Some(("2026-11-18", "2026-11-19"))),
            ("परसों मैंने क्या किया?", Some(("2026-11-17", "2026-11-17"))),
            ("इस हफ़्ते समय कहाँ गया?", Some(("2026-11-16", "2026-11-19"))),
            ("इस हफ्ते", Some(("2026-11-16", "2026-11-19"))),
            ("पिछले सप्ताह क्या हुआ?", Some(("2026-11-09", "2026-11-15"))),
            ("इस महीने", Some(("2026-11-01", "2026-11-19"))),
            ("पिछले महीने क्या पूरा हुआ?", Some(("2026-10-01", "2026-10-31"))),
            ("मंगलवार को मैंने क्या किया?", Some(("2026-11-17", "2026-11-17"))),
            ("शुक्रवार", Some(("2026-11-13", "2026-11-13"))),
            ("२०२६-११-०३ को", Some(("2026-11-03", "2026-11-03"))),
            ("समय कहाँ गया?", None),
            ("परिवार की योजना", None),
        ];
        for (question, expected) in cases {
            let read = named(question, today).map(|span| (span.start.to_string(), span.end.to_string()));
            let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(read, expected, "{question}");
        }
    }

    #[test]
    fn the_last_days_include_the_last_one() {
        assert_eq!(Span::last(1, date(2026, 3, 1)), Span::day(date(2026, 3, 1)));
        assert_eq!(Span::last(7, date(2026, 3, 1)).start, date(2026, 2, 23));
    }
}
