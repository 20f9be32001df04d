//! The text a person edits an allowlist as: patterns separated by commas, or a JSON array (`contract/team.md` §5).

/// The text is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the patterns are no JSON array of texts; write [\"^Code$\", \"Firefox\"], or patterns separated by commas"
)]
pub struct BadList;

/// Splits at commas outside brackets, braces, parentheses and escapes; a text that is a JSON array of texts is read as one, and
/// any other is patterns (`[0,9]` is a class). Blanks around a pattern fall away, and so do empty ones. What begins as a JSON
/// array of texts, ends as an array and is none is taken for a slip.
pub fn split(text: &str) -> Result<Vec<String>, BadList> {
    let text = text.trim();
    if let Ok(list) = serde_json::from_str::<Vec<String>>(text) {
        return Ok(list);
    }
    if is_array(text) {
        return Err(BadList);
    }
    let mut patterns = vec![String::new()];
    let mut depth = 0usize;
    let mut in_class = false;
    let mut escaped = false;
    for character in text.chars() {
        if !escaped && !in_class && depth == 0 && character == ',' {
            patterns.push(String::new());
            continue;
        }
        match character {
            _ if escaped => {}
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '{' | '(' if !in_class => depth += 1,
            '}' | ')' if !in_class => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        if let Some(last) = patterns.last_mut() {
            last.push(character);
        }
    }
    let trimmed = patterns.iter().map(|pattern| pattern.trim().to_owned());
    Ok(trimmed.filter(|pattern| !pattern.is_empty()).collect())
}

/// Whether a text is a JSON array with a text in it, so that nobody meant a class by it.
fn is_array(text: &str) -> bool {
    let list = serde_json::from_str::<Vec<serde_json::Value>>(text);
    list.is_ok_and(|items| items.iter().any(serde_json::Value::is_string))
}

/// The text for a list, which [`split`] reads back.
pub fn join(patterns: &[String]) -> String {
    let plain = patterns.join(", ");
    match split(&plain) {
        Ok(back) if back == patterns => plain,
        _ => serde_json::to_string(patterns).unwrap_or(plain),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_commas_outside_of_everything_part() {
        for (text, patterns) in [
            ("^Code$, Firefox", vec!["^Code$", "Firefox"]),
            (
                "[a,b],c{1,3},d\\,e,(f,g)",
                vec!["[a,b]", "c{1,3}", "d\\,e", "(f,g)"],
            ),
            ("[(],x", vec!["[(]", "x"]),
            ("[]a],x", vec!["[]a]", "x"]),
            (" , ,", vec![]),
            ("", vec![]),
            (r#"["^Code$", "a,b"]"#, vec!["^Code$", "a,b"]),
            ("[]", vec![]),
            ("[a-z]+", vec!["[a-z]+"]),
            ("[0,9]", vec!["[0,9]"]),
            ("[1]", vec!["[1]"]),
            (r#"["'],x"#, vec![r#"["']"#, "x"]),
            (r#"["a""#, vec![r#"["a""#]),
        ] {
            assert_eq!(
                split(text),
                Ok(patterns.iter().map(|p| (*p).to_owned()).collect()),
                "{text}"
            );
        }
        assert_eq!(split(r#"["a", 1]"#), Err(BadList));
    }

    proptest! {
        #[test]
        fn what_is_joined_is_read_back(patterns in prop::collection::vec("[^\\s](\\PC{0,8}[^\\s])?", 0..5)) {
            prop_assert_eq!(split(&join(&patterns)), Ok(patterns));
        }
    }
}
