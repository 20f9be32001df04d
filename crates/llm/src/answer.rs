//! Finds the JSON in an answer: models put prose and code fences around it, and stop in the middle.

use serde_json::{Map, Value};

use crate::Elements;

/// The object in the text: the whole text, or what stands in a code fence or among prose. Of several the first that
/// is whole; none if there is none.
pub fn object(text: &str) -> Option<Map<String, Value>> {
    starts(text, '{').find_map(|rest| match first(rest) {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    })
}

/// The elements of the list under `key` in the text, each as it could be read ([`Elements`]). If the text breaks off in the
/// middle, those before are still there. None if there is no such list.
pub fn items(text: &str, key: &str) -> Option<Vec<Value>> {
    let mut elements = Elements::of(key);
    let items = elements.read(text);
    elements.is_list().then_some(items)
}

/// The text from each place where such a bracket stands; few are looked at, lest a hostile answer costs much.
fn starts(text: &str, bracket: char) -> impl Iterator<Item = &str> {
    text.match_indices(bracket).take(50).map(|(at, _)| &text[at..])
}

fn first(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .next()?
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_and_fences_are_passed_over() {
        for text in [
            r#"{"a":[1,2]}"#,
            "Sure! Here you are:\n```json\n{\"a\": [1, 2]}\n```\nAnything else?",
            "{not json} but {\"a\":[1,2]} is",
            "\u{feff}{\"a\":[1,2]}",
        ] {
            assert_eq!(items(text, "a"), Some(vec![json!(1), json!(2)]), "{text}");
        }
        assert_eq!(object("no object [1, 2]"), None);
        assert_eq!(items(r#"{"b":[1]}"#, "a"), None);
        assert_eq!(items(r#"{"a":{"0":1}}"#, "a"), None);
        assert_eq!(items("", "a"), None);
    }

    #[test]
    fn what_was_said_before_it_broke_off_counts() {
        let text = r#"{"a":[{"i":0,"t":[1]},{"i":1},{"i":2,"re"#;
        assert_eq!(
            items(text, "a"),
            Some(vec![json!({"i": 0, "t": [1]}), json!({"i": 1})])
        );
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".{0,200}") {
            let _ = items(&text, "a");
            let _ = object(&text);
        }
    }
}
