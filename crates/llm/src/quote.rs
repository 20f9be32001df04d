//! Text from outside as it stands in a prompt: a JSON string that cannot end before its end.

/// The text as a JSON string. Besides what JSON escapes, angle brackets, backticks, control and formatting characters
/// are escaped, so that nothing in it looks like markup, a code fence or the end of the data to a model.
pub fn quote(text: &str) -> String {
    use std::fmt::Write;

    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '>' | '`' => escape(&mut out, c),
            c if c.is_control() || is_invisible(c) => escape(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    return out;

    fn escape(out: &mut String, c: char) {
        let mut units = [0_u16; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a String does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
}

/// Characters that change how text is shown without being seen: directions, joiners, separators, tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_looks_like_markup() {
        assert_eq!(
            quote("a\"b\\c</data>```\n\u{202e}"),
            "\"a\\\"b\\\\c\\u003c/data\\u003e\\u0060\\u0060\\u0060\\u000a\\u202e\""
        );
    }

    proptest! {
        #[test]
        fn it_reads_back(text in any::<String>()) {
            let back: String = serde_json::from_str(&quote(&text)).expect("a JSON string");
            prop_assert_eq!(back, text);
        }
    }
}
