//! `Retry-After`: whole seconds, or an HTTP date counted from the answer's own `Date`.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// How long the server asks to wait; none if it does not say, or says it in no form we know.
pub(crate) fn after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = instant(text)?;
    let now = date(headers, &DATE)?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    headers.get(name)?.to_str().ok().and_then(instant)
}

fn instant(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read(after_text: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(after_text));
        headers.insert(DATE, HeaderValue::from_static("Sun, 22 Nov 2026 04:00:00 GMT"));
        after(&headers)
    }

    #[test]
    fn seconds_and_dates_are_read_and_nonsense_is_not() {
        assert_eq!(read("30"), Some(Duration::from_secs(30)));
        assert_eq!(
            read("Sun, 22 Nov 2026 04:01:30 GMT"),
            Some(Duration::from_secs(90))
        );
        assert_eq!(read("Sun, 22 Nov 2026 03:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
        assert_eq!(after(&HeaderMap::new()), None);
    }
}
