//! Rules for texts with a form of their own: names, slugs, addresses, times of day, languages.
//!
//! Beside [`crate::rules`], which knows the types and bounds of the contract; the forms here are Dayloom's own
//! (`contract/tracker.md` §9). Must not know places, bodies or what is already taken.

use crate::{decode::Fault, json::Json, rules};

/// Longest slug in characters (`contract/tracker.md` §3, `projects.slug`).
const MAX_SLUG: usize = 100;

/// A name or title: 1 to `max` code points without the blanks around it.
pub fn label<'v>(max: usize) -> impl Fn(&Json<'v>) -> Result<String, Fault> {
    move |value| {
        let text = rules::text_between(1, max)(value)?;
        match text.trim() {
            "" => Err(Fault::new(
                "string_too_short",
                "String should hold more than blanks",
            )),
            trimmed => Ok(trimmed.to_owned()),
        }
    }
}

/// A slug, in lower case: 1 to 100 of `a-z`, `0-9`, `-`, `_` and `.`.
pub fn slug(value: &Json<'_>) -> Result<String, Fault> {
    let slug = label(MAX_SLUG)(value)?.to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if slug.chars().all(plain) {
        Ok(slug)
    } else {
        Err(Fault::new(
            "string_pattern_mismatch",
            "A slug is made of letters a-z, digits, '-', '_' and '.'",
        ))
    }
}

/// A login of GitHub, or an empty text for none: 1 to 39 letters, digits and hyphens, no hyphen at an end or beside another.
pub fn github_login(value: &Json<'_>) -> Result<String, Fault> {
    let text = rules::text(39)(value)?.trim().to_owned();
    let fits = |text: &str| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        plain && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--")
    };
    if fits(&text) {
        Ok(text)
    } else {
        Err(Fault::new(
            "string_pattern_mismatch",
            "A GitHub login is made of letters, digits and single hyphens between them",
        ))
    }
}

/// An e-mail address: something on both sides of one `@`, at most 255 code points.
pub fn email(value: &Json<'_>) -> Result<String, Fault> {
    let text = label(255)(value)?;
    if is_email(&text) {
        Ok(text)
    } else {
        Err(Fault::new(
            "value_error",
            "Input should be an e-mail address such as sam@example.org",
        ))
    }
}

/// Whether a text has the form of an e-mail address. Only a letter sent there shows that it is one.
pub fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    let sides = parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    sides && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// An address that may stand as a link on a page: `http` or `https`, at most 2048 code points.
pub fn web_address(value: &Json<'_>) -> Result<String, Fault> {
    let text = label(2048)(value)?;
    if is_web_address(&text) {
        Ok(text)
    } else {
        Err(Fault::new(
            "url_parsing",
            "Input should be an http or https address",
        ))
    }
}

/// Whether a text is `http` or `https` with something behind it and no blank in it.
pub fn is_web_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("http://")
        .or_else(|| lower.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty()) && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// A time of day, `00:00` to `23:59`.
pub fn time_of_day(value: &Json<'_>) -> Result<String, Fault> {
    let text = rules::text(5)(value)?;
    let number = |part: &str, below: u8| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|number| number < below)
    };
    match text.split_once(':') {
        Some((hours, minutes)) if number(hours, 24) && number(minutes, 60) => Ok(text),
        _ => Err(Fault::new(
            "time_parsing",
            "Input should be a time of day as HH:MM",
        )),
    }
}

/// A language tag such as `en` or `pt-BR`, at most 35 characters.
pub fn locale(value: &Json<'_>) -> Result<String, Fault> {
    let text = rules::text(35)(value)?;
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let known = (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    if known && parts.all(part) {
        Ok(text)
    } else {
        Err(Fault::new(
            "value_error",
            "Input should be a language tag such as en or pt-BR",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::Text(Cow::Borrowed(text))
    }

    fn accepted<'t>(rule: impl Fn(&Json<'t>) -> Result<String, Fault>, texts: &[&'t str]) -> Vec<&'t str> {
        texts
            .iter()
            .copied()
            .filter(|text| rule(&json(text)).is_ok())
            .collect()
    }

    #[test]
    fn labels_are_trimmed_and_hold_something() {
        assert_eq!(label(5)(&json(" ab ")).unwrap(), "ab");
        assert!(accepted(label(5), &["", "   ", "\0", "abcdef"]).is_empty());
        assert_eq!(label(5)(&json("äöüßé")).unwrap(), "äöüßé");
    }

    #[test]
    fn slugs_are_lowered_and_plain() {
        assert_eq!(slug(&json("Team_A.1")).unwrap(), "team_a.1");
        assert!(accepted(slug, &["", "a b", "ä", "a/b", &"a".repeat(101)]).is_empty());
    }

    #[test]
    fn addresses_have_their_form() {
        let emails = ["a@b", "Sam.O+x@example.org", "a", "@b", "a@", "a@b@c", "a b@c"];
        assert_eq!(accepted(email, &emails), emails[..2]);
        let links = [
            "https://x.test/1?q=2",
            "HTTP://x",
            "https://",
            "javascript:alert(1)",
            "x.test",
            "https://a b",
        ];
        assert_eq!(accepted(web_address, &links), links[..2]);
    }

    #[test]
    fn times_of_day_are_hh_mm() {
        let times = [
            "00:00", "09:30", "23:59", "24:00", "9:30", "09:60", "09:3", "09-30", "+9:30", "09:30 ",
        ];
        assert_eq!(accepted(time_of_day, &times), times[..3]);
    }

    #[test]
    fn locales_are_language_tags() {
        let tags = ["en", "pt-BR", "zh-Hant-TW", "e", "", "en-", "en_US", "../en"];
        assert_eq!(accepted(locale, &tags), tags[..3]);
    }
}
