//! Answers that are not sent again to who has them already.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::auth::Hash;

/// The tag of an answer that is a function of this text, quotes included.
pub(crate) fn of(text: &str) -> String {
    format!("\"{}\"", &Hash::of(text).as_str()[..24])
}

/// Whether the request names this tag, quotes included, as one it has.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let sent = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    sent.is_some_and(|sent| {
        sent.split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    })
}

/// The answer under its tag.
pub(crate) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many_tags_weak_or_not_is_known() {
        let mut headers = HeaderMap::new();
        assert!(!is_known(&headers, "\"a\""));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"b\", W/\"a\""));
        assert!(is_known(&headers, "\"a\"") && is_known(&headers, "\"b\""));
        assert!(!is_known(&headers, "a"));
    }
}
