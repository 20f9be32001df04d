//! The figures in a sentence: durations, times of day, dates, percentages and counts, in digits and in words.

use jiff::civil::Date;

/// A figure as a sentence names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// A duration in whole minutes.
    Minutes(i64),
    /// A time of day in minutes after midnight.
    Clock(i64),
    /// A whole date.
    Day(Date),
    /// Day of a month; the month is 0 where none stands beside it.
    MonthDay(i8, i8),
    /// Per cent.
    Percent(i64),
    /// Any other whole number.
    Count(i64),
    /// Something that is a figure and cannot be held against anything.
    Unknown,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Words for small numbers, by their value.
const NUMBERS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// Words that are figures of a kind nobody computed.
const UNKNOWN: [&str; 20] = [
    "half", "quarter", "quarters", "third", "thirds", "twice", "thrice", "double", "triple", "dozen",
    "dozens", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds",
];

/// A word, a number or a sign of a sentence.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Digits, perhaps with a fraction.
    Number(String),
    /// Letters, in lower case.
    Word(String),
    /// Anything else that is not blank.
    Sign(char),
}

/// Every figure of a text, in order.
pub fn figures(text: &str) -> Vec<Figure> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (figure, used) = read(&tokens, at);
        found.extend(figure);
        at += used.max(1);
    }
    found
}

fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let c = letters[at];
        if c.is_ascii_digit() {
            let from = at;
            while at < letters.len()
                && (letters[at].is_ascii_digit()
                    || (matches!(letters[at], '.' | ',')
                        && letters.get(at + 1).is_some_and(char::is_ascii_digit)))
            {
                at += 1;
            }
            tokens.push(Token::Number(letters[from..at].iter().collect()));
            continue;
        }
        if c.is_alphabetic() || c.is_numeric() {
            let from = at;
            while at < letters.len() && (letters[at].is_alphabetic() || is_foreign_digit(letters[at])) {
                at += 1;
            }
            tokens.push(Token::Word(
                letters[from..at].iter().collect::<String>().to_lowercase(),
            ));
            continue;
        }
        if !c.is_whitespace() {
            tokens.push(Token::Sign(c));
        }
        at += 1;
    }
    tokens
}

fn is_foreign_digit(c: char) -> bool {
    c.is_numeric() && !c.is_ascii_digit()
}

/// The figure that begins at a token, and how many tokens it takes.
fn read(tokens: &[Token], at: usize) -> (Option<Figure>, usize) {
    match &tokens[at] {
        Token::Sign('%' | '$' | '€' | '£' | '½' | '¼' | '¾') => (Some(Figure::Unknown), 1),
        Token::Sign(_) => (None, 1),
        Token::Number(text) => number(tokens, at, text),
        Token::Word(word) => self::word(tokens, at, word),
    }
}

fn word(tokens: &[Token], at: usize, word: &str) -> (Option<Figure>, usize) {
    if UNKNOWN.contains(&word) || word.chars().any(is_foreign_digit) {
        return (Some(Figure::Unknown), 1);
    }
    if let Some(month) = month(word)
        && let Some(Token::Number(day)) = tokens.get(at + 1)
        && let Ok(day) = day.parse::<i8>()
    {
        let suffix = usize::from(matches!(tokens.get(at + 2), Some(Token::Word(w)) if is_ordinal(w)));
        return (Some(Figure::MonthDay(month, day)), 2 + suffix);
    }
    let Some(value) = NUMBERS.iter().position(|number| *number == word) else {
        return (None, 1);
    };
    let value = i64::try_from(value).unwrap_or_default();
    // "two-hour" is two hours.
    let unit = at + 1 + usize::from(tokens.get(at + 1) == Some(&Token::Sign('-')));
    match unit_of(tokens, unit) {
        Some(scale) => with_minutes(tokens, unit + 1, at, value * scale, scale),
        None => (Some(Figure::Count(value)), 1),
    }
}

fn number(tokens: &[Token], at: usize, text: &str) -> (Option<Figure>, usize) {
    if let Some(found) = iso_date(tokens, at) {
        return (Some(Figure::Day(found)), 5);
    }
    if let Some((clock, used)) = clock(tokens, at) {
        return (Some(clock), used);
    }
    let hyphen =
        usize::from(tokens.get(at + 1) == Some(&Token::Sign('-')) && unit_of(tokens, at + 2).is_some());
    let unit = at + 1 + hyphen;
    if let Some(scale) = unit_of(tokens, unit) {
        let Some(minutes) = scaled(text, scale) else {
            return (Some(Figure::Unknown), 2);
        };
        return with_minutes(tokens, unit + 1, at, minutes, scale);
    }
    let Some(value) = whole(text) else {
        return (Some(Figure::Unknown), 1);
    };
    match tokens.get(at + 1) {
        Some(Token::Sign('%')) => (Some(Figure::Percent(value)), 2),
        Some(Token::Word(next)) if next == "percent" => (Some(Figure::Percent(value)), 2),
        Some(Token::Word(next))
            if matches!(
                next.as_str(),
                "am" | "pm" | "s" | "sec" | "seconds" | "second" | "k"
            ) =>
        {
            (Some(Figure::Unknown), 2)
        }
        Some(Token::Word(next)) if is_ordinal(next) => match tokens.get(at + 2) {
            Some(Token::Word(name)) if month(name).is_some() => (day_of(name, value), 3),
            Some(Token::Word(of)) if of == "of" => match tokens.get(at + 3) {
                Some(Token::Word(name)) if month(name).is_some() => (day_of(name, value), 4),
                _ => (day_of("", value), 2),
            },
            _ => (day_of("", value), 2),
        },
        Some(Token::Word(next)) if month(next).is_some() => (day_of(next, value), 2),
        _ => (Some(Figure::Count(value)), 1),
    }
}

fn day_of(name: &str, day: i64) -> Option<Figure> {
    let day = i8::try_from(day).ok();
    Some(day.map_or(Figure::Unknown, |day| {
        Figure::MonthDay(month(name).unwrap_or(0), day)
    }))
}

fn month(name: &str) -> Option<i8> {
    let at = MONTHS
        .iter()
        .position(|month| *month == name || (name.len() == 3 && month.starts_with(name)))?;
    i8::try_from(at + 1).ok()
}

fn is_ordinal(word: &str) -> bool {
    matches!(word, "st" | "nd" | "rd" | "th")
}

/// Minutes of one unit, if this token is one.
fn unit_of(tokens: &[Token], at: usize) -> Option<i64> {
    let Some(Token::Word(word)) = tokens.get(at) else {
        return None;
    };
    match word.as_str() {
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(60),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(1),
        _ => None,
    }
}

/// After hours, the minutes that belong to them: `3h 20m`, `3 hours and 20 minutes`.
fn with_minutes(
    tokens: &[Token],
    next: usize,
    from: usize,
    minutes: i64,
    scale: i64,
) -> (Option<Figure>, usize) {
    let mut at = next;
    if scale == 60 {
        if matches!(tokens.get(at), Some(Token::Word(and)) if and == "and") {
            at += 1;
        }
        if let Some(Token::Number(rest)) = tokens.get(at)
            && unit_of(tokens, at + 1) == Some(1)
            && let Some(rest) = whole(rest).filter(|rest| *rest < 60)
        {
            return (Some(Figure::Minutes(minutes + rest)), at + 2 - from);
        }
    }
    (Some(Figure::Minutes(minutes)), next - from)
}

fn whole(text: &str) -> Option<i64> {
    if text.contains('.') {
        return None;
    }
    text.replace(',', "").parse().ok()
}

/// So many units in whole minutes, where they are whole: `3.5` hours are 210.
fn scaled(text: &str, scale: i64) -> Option<i64> {
    let text = text.replace(',', "");
    let Some((whole, fraction)) = text.split_once('.') else {
        return text.parse::<i64>().ok()?.checked_mul(scale);
    };
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| *digits <= 4)?;
    let ten = 10_i64.pow(digits);
    let parts = whole
        .parse::<i64>()
        .ok()?
        .checked_mul(ten)?
        .checked_add(fraction.parse().ok()?)?;
    let scaled = parts.checked_mul(scale)?;
    (scaled % ten == 0).then_some(scaled / ten)
}

fn iso_date(tokens: &[Token], at: usize) -> Option<Date> {
    let [
        Token::Number(year),
        Token::Sign('-'),
        Token::Number(month),
        Token::Sign('-'),
        Token::Number(day),
    ] = tokens.get(at..at + 5)?
    else {
        return None;
    };
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn clock(tokens: &[Token], at: usize) -> Option<(Figure, usize)> {
    let [Token::Number(hour), Token::Sign(':'), Token::Number(minute)] = tokens.get(at..at + 3)? else {
        return None;
    };
    let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
    if hour > 24 || minute > 59 {
        return Some((Figure::Unknown, 3));
    }
    let (hour, used) = match tokens.get(at + 3) {
        Some(Token::Word(half)) if half == "am" => (hour % 12, 4),
        Some(Token::Word(half)) if half == "pm" => (hour % 12 + 12, 4),
        _ => (hour, 3),
    };
    Some((Figure::Clock(hour * 60 + minute), used))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_in_any_spelling() {
        for text in [
            "3h 20m",
            "3h20m",
            "3 hours and 20 minutes",
            "200 minutes",
            "200min",
            "3 hrs 20 mins",
            "200-minute",
        ] {
            assert_eq!(figures(text), [Figure::Minutes(200)], "{text}");
        }
        assert_eq!(
            figures("3.5 hours, two hours"),
            [Figure::Minutes(210), Figure::Minutes(120)]
        );
        assert_eq!(figures("3.33 hours"), [Figure::Unknown]);
    }

    #[test]
    fn times_dates_counts_and_shares_are_told_apart() {
        use Figure::{Clock, Count, Day, MonthDay, Percent};
        let read = figures(
            "From 09:06 to 10:31 on 2026-11-19, 19 November, Nov 19th and the 3rd: 5 blocks, two, 48 %",
        );
        let date = Date::constant(2026, 11, 19);
        let expected = [
            Clock(546),
            Clock(631),
            Day(date),
            MonthDay(11, 19),
            MonthDay(11, 19),
            MonthDay(0, 3),
            Count(5),
            Count(2),
            Percent(48),
        ];
        assert_eq!(read, expected);
        assert_eq!(figures("at 6:12 pm"), [Clock(1092)]);
    }

    #[test]
    fn what_nobody_computed_is_unknown() {
        for text in [
            "half the day",
            "twice",
            "a hundred",
            "४ घंटे",
            "30 seconds",
            "25:99",
            "3pm",
            "a quarter",
            "$5",
        ] {
            assert!(
                figures(text).contains(&Figure::Unknown),
                "{text}: {:?}",
                figures(text)
            );
        }
        assert_eq!(figures("I worked on the ledger in the morning"), []);
    }

    proptest! {
        #[test]
        fn every_duration_we_write_is_read_back(minutes in 0_i64..10_000) {
            prop_assert_eq!(figures(&super::super::text::duration(minutes)), [Figure::Minutes(minutes)]);
        }

        #[test]
        fn any_text_is_read_without_a_fall(text in ".{0,80}") {
            let digits = text.chars().any(|c| c.is_ascii_digit());
            prop_assert!(!digits || !figures(&text).is_empty());
        }
    }
}
