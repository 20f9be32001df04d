//! The language a person reads, and how it writes durations, lists and dates.
//!
//! Sentences stand where they are composed, in each language; this is only what they have in common.

use jiff::civil::Date;

use crate::facts::text;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Hindi.
    Hi,
}

const WEEKDAYS_HI: [&str; 7] = ["सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"];

const MONTHS_HI: [&str; 12] = [
    "जनवरी",
    "फ़रवरी",
    "मार्च",
    "अप्रैल",
    "मई",
    "जून",
    "जुलाई",
    "अगस्त",
    "सितंबर",
    "अक्तूबर",
    "नवंबर",
    "दिसंबर",
];

impl Locale {
    /// The language of a profile's locale, such as `hi` or `hi-IN`; English where it is none of ours.
    pub fn of(locale: Option<&str>) -> Self {
        match locale
            .map(|l| l.get(..2).unwrap_or(l).to_ascii_lowercase())
            .as_deref()
        {
            Some("hi") => Self::Hi,
            _ => Self::En,
        }
    }

    /// The language a browser asks for in `Accept-Language`: the first of ours it names with any weight.
    pub fn accepted(header: &str) -> Self {
        header
            .split(',')
            .filter(|part| !part.replace(' ', "").ends_with("q=0"))
            .find_map(|part| match part.trim().get(..2)?.to_ascii_lowercase().as_str() {
                "hi" => Some(Self::Hi),
                "en" => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The tag for `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Hi => "hi",
        }
    }

    /// A duration as [`text::duration`] has it, with the units of the language.
    pub fn duration(self, minutes: i64) -> String {
        let english = text::duration(minutes);
        match self {
            Self::En => english,
            Self::Hi => english.replace('h', "घं").replace('m', "मि"),
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    pub fn list(self, items: &[String]) -> String {
        match (self, items) {
            (Self::En, items) => text::list(items),
            (Self::Hi, [head @ .., last]) if !head.is_empty() => format!("{} और {last}", head.join(", ")),
            (Self::Hi, items) => items.concat(),
        }
    }

    /// `Thursday 19 November`, with the year where it is not `today`'s.
    pub fn day_name(self, date: Date, today: Date) -> String {
        if self == Self::En {
            return text::day_name(date, today);
        }
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        let month = usize::from(date.month().unsigned_abs()) - 1;
        let name = format!("{} {} {}", WEEKDAYS_HI[weekday], date.day(), MONTHS_HI[month]);
        if date.year() == today.year() {
            name
        } else {
            format!("{name} {}", date.year())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_chooses_the_language() {
        assert_eq!(Locale::of(Some("hi-IN")), Locale::Hi);
        assert_eq!(Locale::of(Some("de")), Locale::En);
        assert_eq!(Locale::of(Some("é")), Locale::En);
        assert_eq!(Locale::of(None), Locale::En);
    }

    #[test]
    fn the_browser_chooses_where_nobody_is_known() {
        for (header, locale) in [
            ("hi-IN,hi;q=0.9,en;q=0.8", Locale::Hi),
            ("de-DE, en;q=0.5, hi;q=0.3", Locale::En),
            ("fr;q=0.9, hi", Locale::Hi),
            ("hi;q=0, en", Locale::En),
            ("", Locale::En),
            ("é", Locale::En),
        ] {
            assert_eq!(Locale::accepted(header), locale, "{header}");
        }
    }

    #[test]
    fn durations_lists_and_days_read_in_both_languages() {
        let of = |items: &[&str]| -> Vec<String> { items.iter().map(|&item| item.to_owned()).collect() };
        let (date, today) = (Date::constant(2025, 11, 20), Date::constant(2026, 1, 1));
        assert_eq!(Locale::En.duration(61), "1h 1m");
        assert_eq!(Locale::Hi.duration(61), "1घं 1मि");
        assert_eq!(Locale::Hi.list(&of(&[])), "");
        assert_eq!(Locale::Hi.list(&of(&["a"])), "a");
        assert_eq!(Locale::Hi.list(&of(&["a", "b", "c"])), "a, b और c");
        assert_eq!(Locale::En.list(&of(&["a", "b", "c"])), "a, b and c");
        assert_eq!(Locale::Hi.day_name(date, date), "गुरुवार 20 नवंबर");
        assert_eq!(Locale::Hi.day_name(date, today), "गुरुवार 20 नवंबर 2025");
        assert_eq!(Locale::En.day_name(date, today), "Thursday 20 November 2025");
    }
}
