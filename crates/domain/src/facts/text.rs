//! Durations, times, counts and names as plain English has them. Text from outside is cut and laid on one line.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A duration as `0m`, `Nm`, `Nh`, `Nh Mm` (`contract/tracker.md` §6.1).
pub fn duration(minutes: i64) -> String {
    match (minutes.max(0) / 60, minutes.max(0) % 60) {
        (0, rest) => format!("{rest}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, rest) => format!("{hours}h {rest}m"),
    }
}

/// `1 block`, `2 blocks`.
pub fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `HH:MM` in a zone.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%H:%M").to_string()
}

/// `Thursday 19 November`, with the year where it is not `today`'s.
pub fn day_name(date: Date, today: Date) -> String {
    let name = format!("{} {} {}", date.strftime("%A"), date.day(), date.strftime("%B"));
    if date.year() == today.year() {
        name
    } else {
        format!("{name} {}", date.year())
    }
}

/// On one line, without control characters and runs of blanks.
pub fn clean(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first `limit` characters, with an ellipsis where something is cut.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_counts_and_lists_read_as_people_write_them() {
        let texts: Vec<String> = [0, 1, 59, 60, 61, 120, 1_440].map(duration).to_vec();
        assert_eq!(texts, ["0m", "1m", "59m", "1h", "1h 1m", "2h", "24h"]);
        assert_eq!(counted(1, "block", "blocks"), "1 block");
        assert_eq!(counted(0, "block", "blocks"), "0 blocks");
        let of = |items: &[&str]| list(&items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>());
        assert_eq!((of(&["a"]), of(&["a", "b"])), ("a".into(), "a and b".into()));
        assert_eq!(of(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn text_from_outside_is_laid_on_one_line_and_cut() {
        assert_eq!(clean(" a\n\tb\u{0}c \u{a0}d"), "a b c d");
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abc def", 5), "abc…");
    }
}
