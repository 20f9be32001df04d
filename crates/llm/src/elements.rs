//! The elements of one list in an answer, each as soon as it is whole, however the answer's text comes in pieces: models
//! put prose and code fences around their JSON, and stop in the middle.

use serde_json::Value;

/// The longest element, in bytes; longer ones end the list, lest a hostile answer costs much.
const LONGEST: usize = 64 * 1024;

/// Finds the elements of the list under a key. The same text in whatever pieces gives the same elements, at the same
/// places. Of several such lists the first counts in which anything could be read, or that is whole.
#[derive(Clone, Debug)]
pub struct Elements {
    /// The key in its quotes.
    key: String,
    at: At,
    any: bool,
}

#[derive(Clone, Debug)]
enum At {
    /// Before the list; so many bytes of the quoted key were just read.
    Key(usize),
    /// After the key.
    Colon,
    /// After its colon.
    Bracket,
    /// Between elements.
    Between,
    /// In an element.
    Within(Element),
    /// After the list's end.
    Closed,
    /// After something that is no element.
    Broken,
}

/// What was read of an element.
#[derive(Clone, Debug, Default)]
struct Element {
    text: String,
    /// Open brackets.
    depth: usize,
    quoted: bool,
    escaped: bool,
}

/// What a character does to an element.
enum Step {
    /// It goes on.
    On,
    /// It ends with this character.
    Ends,
    /// It ended before this character.
    Ended,
}

impl Elements {
    /// The list under this key, which holds no quotes.
    pub fn of(key: &str) -> Self {
        Self {
            key: format!("\"{key}\""),
            at: At::Key(0),
            any: false,
        }
    }

    /// Reads on; what was completed by that, in its order.
    pub fn read(&mut self, piece: &str) -> Vec<Value> {
        let mut whole = Vec::new();
        for c in piece.chars() {
            whole.extend(self.step(c));
        }
        whole
    }

    /// Whether there is such a list: an element was read, or it ended.
    pub fn is_list(&self) -> bool {
        self.any || matches!(self.at, At::Closed)
    }

    /// Whether the list was read to its end.
    pub fn is_closed(&self) -> bool {
        matches!(self.at, At::Closed)
    }

    fn step(&mut self, c: char) -> Option<Value> {
        match &mut self.at {
            At::Closed | At::Broken => {}
            At::Key(matched) => self.at = after_key(&self.key, *matched, c),
            At::Colon | At::Bracket if c.is_whitespace() => {}
            At::Colon if c == ':' => self.at = At::Bracket,
            At::Bracket if c == '[' => self.at = At::Between,
            At::Colon | At::Bracket => self.at = after_key(&self.key, 0, c),
            At::Between if c.is_whitespace() || c == ',' => {}
            At::Between if c == ']' => self.at = At::Closed,
            At::Between => {
                let mut element = Element::default();
                return match element.step(c) {
                    // A bracket that closes nothing.
                    Step::Ended => {
                        self.breaks();
                        None
                    }
                    Step::On | Step::Ends => {
                        self.at = At::Within(element);
                        None
                    }
                };
            }
            At::Within(element) => match element.step(c) {
                Step::On if element.text.len() > LONGEST => self.breaks(),
                Step::On => {}
                Step::Ends => return self.complete(At::Between),
                Step::Ended if c == ']' => return self.complete(At::Closed),
                Step::Ended if c.is_whitespace() || c == ',' => return self.complete(At::Between),
                Step::Ended => self.breaks(),
            },
        }
        None
    }

    fn complete(&mut self, next: At) -> Option<Value> {
        let At::Within(element) = std::mem::replace(&mut self.at, next) else {
            return None;
        };
        let value = serde_json::from_str(&element.text).ok();
        if value.is_some() {
            self.any = true;
        } else {
            self.breaks();
        }
        value
    }

    fn breaks(&mut self) {
        self.at = if self.any { At::Broken } else { At::Key(0) };
    }
}

/// Where the search for the key stands after another character: keys hold no quotes, so nothing but a quote begins anew.
fn after_key(key: &str, matched: usize, c: char) -> At {
    if key[matched..].starts_with(c) {
        let matched = matched + c.len_utf8();
        return if matched == key.len() {
            At::Colon
        } else {
            At::Key(matched)
        };
    }
    At::Key(usize::from(c == '"'))
}

impl Element {
    fn step(&mut self, c: char) -> Step {
        if self.quoted {
            self.text.push(c);
            match c {
                _ if self.escaped => self.escaped = false,
                '\\' => self.escaped = true,
                '"' => {
                    self.quoted = false;
                    if self.depth == 0 {
                        return Step::Ends;
                    }
                }
                _ => {}
            }
            return Step::On;
        }
        let ends = self.depth == 0 && (c.is_whitespace() || matches!(c, ',' | ']' | '}'));
        if ends {
            return Step::Ended;
        }
        self.text.push(c);
        match c {
            '"' => self.quoted = true,
            '{' | '[' => self.depth += 1,
            '}' | ']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Step::Ends;
                }
            }
            _ => {}
        }
        Step::On
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> (Vec<Value>, bool) {
        let mut elements = Elements::of("a");
        let read = elements.read(text);
        (read, elements.is_closed())
    }

    #[test]
    fn an_element_is_told_as_soon_as_it_is_whole() {
        let mut elements = Elements::of("a");
        for (piece, whole) in [
            ("Sure: {\"", vec![]),
            ("a\" : [ {\"t\":\"}]\\\"", vec![]),
            ("\",\"r\":[0]", vec![]),
            ("}", vec![json!({"t": "}]\"", "r": [0]})]),
            (", 1", vec![]),
            ("2", vec![]),
            (",\"x\"", vec![json!(12), json!("x")]),
            (", [[]] tru", vec![json!([[]])]),
            ("e ", vec![json!(true)]),
        ] {
            assert_eq!(elements.read(piece), whole, "{piece}");
            assert!(!elements.is_closed());
        }
        assert!(elements.read("] and so on, \"a\":[1]").is_empty());
        assert!(elements.is_closed() && elements.is_list());
    }

    #[test]
    fn what_is_no_list_is_passed_over() {
        for (text, found) in [
            (r#""a" is a key: {"a":[1]}"#, vec![json!(1)]),
            (r#"{"b":"\"a\":[2]","a":[1]}"#, vec![json!(1)]),
            (r#"{"a":{"a":[1]}}"#, vec![json!(1)]),
            (r#"{"a":[oops], "a":[1]}"#, vec![json!(1)]),
            (r#"{"a":[}, "a":[1]}"#, vec![json!(1)]),
            (r#""a"a":["x"] ""a":[1]"#, vec![json!(1)]),
        ] {
            assert_eq!(of(text), (found, true), "{text}");
        }
        for text in [
            "",
            "a",
            r#"{"b":[1]}"#,
            r#"{"a":"[1]"}"#,
            r#"{"a":["#,
            r#"{"a":[1"#,
        ] {
            let mut elements = Elements::of("a");
            assert_eq!(elements.read(text), Vec::<Value>::new(), "{text}");
            assert!(!elements.is_list(), "{text}");
        }
        assert_eq!(of(r#"{"a":[]}"#), (vec![], true));
        assert_eq!(of(r#"{"a":[1, oops, 2]}"#), (vec![json!(1)], false));
        assert_eq!(of(r#"{"a":[1}, 2]}"#), (vec![], false));
    }

    #[test]
    fn an_element_without_end_is_given_up() {
        let mut elements = Elements::of("a");
        let mut kept = elements.read("{\"a\":[1,\"");
        for _ in 0..=LONGEST {
            kept.extend(elements.read("x"));
        }
        kept.extend(elements.read("\",2]"));
        assert_eq!(kept, [json!(1)]);
    }

    /// JSON, and texts that are nearly JSON.
    fn texts() -> impl Strategy<Value = String> {
        let near = "([{}\\[\\],:\"\\\\ a0-9éअ]|\"a\"|\"a\":\\[|\\{\"t\":\"|\\\\u0041){0,60}";
        let value = prop_oneof![
            any::<i32>().prop_map(|n| json!(n)),
            any::<String>().prop_map(|t| json!(t)),
            Just(json!(null))
        ];
        let value = value.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(|items| json!(items)),
                prop::collection::btree_map("[a-c\"]", inner, 0..4).prop_map(|map| json!(map)),
            ]
        });
        let whole = prop::collection::vec(value, 0..6).prop_map(|items| json!({ "a": items }).to_string());
        prop_oneof![
            near,
            whole.clone(),
            (whole, any::<prop::sample::Index>()).prop_map(|(text, at)| {
                let at = at.index(text.len() + 1);
                let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text[..at].to_owned()
            })
        ]
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in texts(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            at.retain(|at| text.is_char_boundary(*at));
            at.extend([0, text.len()]);
            at.sort_unstable();
            let mut elements = Elements::of("a");
            let read: Vec<Value> = at.windows(2).flat_map(|two| elements.read(&text[two[0]..two[1]])).collect();
            prop_assert_eq!((read, elements.is_closed()), of(&text));
        }

        #[test]
        fn a_whole_list_is_read_as_json_is(items in prop::collection::vec(any::<(String, i64, bool)>(), 0..6)) {
            let text = json!({ "a": items }).to_string();
            let items: Vec<Value> = items.iter().map(|item| json!(item)).collect();
            prop_assert_eq!(of(&text), (items, true));
        }
    }
}
