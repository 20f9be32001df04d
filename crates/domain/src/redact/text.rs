//! Any text from a screen: a title, an address, a path, a sentence. It must stay readable, so unlike in a command a
//! plain word beside `auth` or `pin` is left alone; what stands behind `password:` is not.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::command::{SECRET_ANYWHERE, STARS, without_tokens, without_userinfo, without_values};

/// An address up to its query or fragment, and the rest of it.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#"'<>\\]*)[?#][^\s"'<>\\)]*"#));

/// A query behind a path without a scheme: `example.org/search?q=x`.
static QUERY: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\?[\w%.\[\]~-]+=[^\s"'<>\\)]*"#));

/// A mail address.
static MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+"));

/// A word that announces a secret, and the secret.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    let names = SECRET_ANYWHERE.join("|");
    pattern(&format!(
        r#"(?i)((?:{names})\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\<>,;&]+"#
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours compiles")
}

/// The text without secrets, mail addresses, and queries and fragments of addresses. Quotes and white space stay where
/// they are, so a JSON text stays JSON.
pub fn text(text: &str) -> String {
    let text = ADDRESS.replace_all(text, "$1");
    let text = QUERY.replace_all(&text, "");
    let mut out = String::with_capacity(text.len());
    // Between quotes and escapes, so that none of them is taken for a part of a secret.
    for piece in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\')) {
        let end = piece
            .char_indices()
            .next_back()
            .filter(|(_, c)| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'))
            .map_or(piece.len(), |(at, _)| at);
        let (word, gap) = piece.split_at(end);
        out.push_str(&without_tokens(&without_values(&without_userinfo(word))));
        out.push_str(gap);
    }
    let out = MAIL.replace_all(&out, STARS);
    ANNOUNCED
        .replace_all(&out, |found: &Captures<'_>| format!("{}{STARS}", &found[1]))
        .into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_must_not_leave_is_taken_out() {
        for (from, to) in [
            (
                "Inbox (3) - ann.o'neil@example.org - Mail",
                "Inbox (3) - *** - Mail",
            ),
            ("Grüße an jörg@müller.example", "Grüße an ***"),
            (
                "https://example.org/search?q=my+illness&t=1#top rest",
                "https://example.org/search rest",
            ),
            ("example.org/a?session=abc def", "example.org/a def"),
            ("https://me:hunter2@example.org/x", "https://***@example.org/x"),
            (
                "key ghp_0123456789abcdefghijABCDEFGHIJ012345 here",
                "key *** here",
            ),
            ("Your password: hunter2 is set", "Your password: *** is set"),
            ("export API_TOKEN=abc", "export API_TOKEN=***"),
            ("commit 0123456789abcdef0123456789abcdef01234567", "commit ***"),
        ] {
            assert_eq!(text(from), to);
        }
    }

    #[test]
    fn ordinary_text_stays() {
        for same in [
            "fix(auth): keep the session of PAY-412 · acme/app@feature/PAY-412",
            "Auth: refresh tokens twice?",
            "/home/ann/src/app/crates/server/src/auth/credential.rs",
            "Why is the sky blue? Really",
            "3f2a9c1e-1111-4222-8333-444455556666",
            "PIN entry screen.fig",
        ] {
            assert_eq!(text(same), same);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(from in "(?s)[ -~\\n]{0,80}") {
            let once = text(&from);
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn json_stays_json(from in ".{0,60}", secret in "[a-z]{3,12}") {
            let json = serde_json::json!({
                "title": from, "b": format!("password: {secret}"), "c": ["https://a.example/b?c=d", "x@y.example"],
            }).to_string();
            let clean: serde_json::Value = serde_json::from_str(&text(&json)).expect("still JSON");
            prop_assert_eq!(&clean["b"], "password: ***");
        }
    }
}
