//! Receiving a JSON body whose texts may be longer than anything that is kept of them: a client that cannot cut its own
//! texts must not stand before a limit of the whole body for ever (`contract/tracker.md` §0, §2.3).
//!
//! Only the ends of texts are looked for; whether the rest is JSON is told later. Must not know what a body means.

use axum::body::{Body, Bytes};
use futures::StreamExt;

use crate::{
    ApiError,
    extract::{MAX_BODY, broken_off, too_large},
};

/// Bytes kept of a text: more than the longest one of an event, which has 2,048 characters of at most twelve bytes where
/// they are escaped.
const KEPT: usize = 32 * 1024;

/// Most bytes of a body, however little of it is kept: a sender that goes on and on is not listened to for ever.
const MOST: usize = 4 * MAX_BODY;

/// Bytes of an escape that may follow its backslash.
const ESCAPE: usize = 5;

/// A body as far as it has come.
#[derive(Default)]
struct Cut {
    kept: Vec<u8>,
    text: Option<Text>,
}

/// The text that is being received.
#[derive(Default)]
struct Text {
    length: usize,
    /// Bytes of an escape still to come.
    escape: usize,
    full: bool,
}

impl Cut {
    fn take_in(&mut self, piece: &[u8]) {
        for &byte in piece {
            let Some(text) = &mut self.text else {
                self.kept.push(byte);
                if byte == b'"' {
                    self.text = Some(Text::default());
                }
                continue;
            };
            // Never within an escape or a character.
            let may_end = text.escape == 0 && byte & 0xC0 != 0x80;
            text.full |= may_end && text.length >= KEPT;
            match (text.escape, byte) {
                (0, b'"') => {
                    self.kept.push(byte);
                    self.text = None;
                    continue;
                }
                (0, b'\\') => text.escape = ESCAPE,
                (0, _) => {}
                (ESCAPE, b'u') => text.escape = 4,
                (ESCAPE, _) => text.escape = 0,
                (more, _) => text.escape = more - 1,
            }
            if !text.full {
                text.length += 1;
                self.kept.push(byte);
            }
        }
    }
}

/// The whole body with its texts cut, if that is not too large.
pub(crate) async fn receive(body: Body) -> Result<Bytes, ApiError> {
    let mut cut = Cut::default();
    let mut left = MOST;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| broken_off())?;
        left = left.checked_sub(piece.len()).ok_or_else(too_large)?;
        cut.take_in(&piece);
        if cut.kept.len() > MAX_BODY {
            return Err(too_large());
        }
    }
    Ok(cut.kept.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn cut(body: &[u8], piece: usize) -> Vec<u8> {
        let mut cut = Cut::default();
        body.chunks(piece).for_each(|piece| cut.take_in(piece));
        cut.kept
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_escapes() {
        for character in ["a", "é", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00"] {
            let body = format!("{{\"a\": \"{}\", \"b\": 1}}", character.repeat(KEPT));
            let short = cut(body.as_bytes(), 1_000);
            assert!(short.len() < KEPT + 40, "{character}");
            // A pair of escapes may be cut in two; what remains of it is mended like any other.
            let read = dayloom_api::json::with_json(&short, |json| json.to_value()).unwrap();
            assert_eq!(read["b"], 1, "{character}");
            assert!(read["a"].as_str().unwrap().chars().count() > 2_048, "{character}");
        }
    }

    #[tokio::test]
    async fn a_text_without_an_end_is_not_listened_to_for_ever() {
        let piece = Bytes::from(vec![b'"'; 1]);
        let text = Bytes::from(vec![b'x'; 1024 * 1024]);
        let endless = futures::stream::iter([piece]).chain(futures::stream::repeat(text));
        let refused = receive(Body::from_stream(endless.map(Ok::<_, std::io::Error>))).await;
        let status = axum::response::IntoResponse::into_response(refused.unwrap_err()).status();
        assert_eq!(status, axum::http::StatusCode::PAYLOAD_TOO_LARGE);
    }

    proptest! {
        #[test]
        fn what_is_short_stays_as_it_is(body: Vec<u8>, piece in 1_usize..9) {
            prop_assert_eq!(cut(&body, piece), body);
        }

        #[test]
        fn neighbours_of_a_long_text_stay(before: String, after: String, piece in 1_usize..5_000) {
            let body = json!([before, "x".repeat(KEPT * 2), after]).to_string();
            let read: Value = serde_json::from_slice(&cut(body.as_bytes(), piece)).unwrap();
            prop_assert_eq!(read, json!([before, "x".repeat(KEPT), after]));
        }
    }
}
