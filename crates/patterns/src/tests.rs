//! What is accepted, what is refused and why, and that nothing hostile gets far.

use proptest::prelude::*;

use super::*;

fn found(pattern: &str, text: &str) -> bool {
    Allowlist::new([pattern.to_owned()]).ask(|patterns| patterns[0].found_in(text))
}

#[test]
fn patterns_mean_what_javascript_means() {
    assert!(found(r"\.tsx", "page.TSX – app"));
    assert!(found("^Code$", "code"));
    assert!(!found("^Code$", "Xcode"));
    assert!(found(r"(?<=Visual )Studio", "Visual Studio"));
    assert!(found(r"(a)\1", "xaa"));
    assert!(found("[^]", "\n"));
    assert!(!found(r"\d", "٣"), "digits are those of ASCII");
    assert!(!found(r"\w", "é"));
}

#[test]
fn refusals_name_their_rule() {
    assert_eq!(validate(""), Err(BadPattern::Length));
    assert_eq!(validate(&"a".repeat(201)), Err(BadPattern::Length));
    assert_eq!(validate(&"é".repeat(200)), Ok(()));
    assert!(matches!(validate("["), Err(BadPattern::Syntax(_))));
    assert!(matches!(validate("a**"), Err(BadPattern::Syntax(_))));
    assert!(matches!(
        validate("(?<n>a)(?<n>b)"),
        Err(BadPattern::Syntax(_) | BadPattern::Newer(_))
    ));
    assert_eq!(
        validate("(?<n>a)|(?<n>b)"),
        Err(BadPattern::Newer("two groups have one name"))
    );
    assert_eq!(
        validate("(?i:a)"),
        Err(BadPattern::Newer("flags inside a pattern"))
    );
    assert_eq!(validate("(?:a{1000}){1000}"), Err(BadPattern::Size));
    assert_eq!(validate("(?:(?:a{99999}){99999}){99999}"), Err(BadPattern::Size));
    assert_eq!(validate(r"a{1000}"), Ok(()));
    assert_eq!(validate("(?:(?:){9999}){9}"), Ok(()), "a head is no atom");
    assert_eq!(validate(r"(?:a|b{2,3}){100}"), Ok(()));
    assert_eq!(validate(r"\p{2}[(?i:]{5}"), Ok(()));
}

#[test]
fn a_hostile_pattern_counts_as_not_matching_and_is_named() {
    let text = "a".repeat(40) + "b";
    let list = Allowlist::new(["^(a+)+$".to_owned(), "b$".to_owned()]);
    let first = list.ask(|patterns| patterns.iter().position(|p| p.found_in(&text)));
    assert_eq!(first, Some(1));
    assert_eq!(list.exceeded(), ["^(a+)+$"]);
}

/// Patterns that keep an engine busy for seconds, or for ever, each in its own way.
const HOSTILE: &[&str] = &[
    "^(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*)*(.*)*(.*)*!",
    r"(.*)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?=\1)(?!)",
    "(?:()()()){9999}(?!)",
    "(?:(?:){9999}){9}!",
    "(?:(?=(?:(?=(?:(?=a+)a)+)a)+)a)+!",
    "(?:(?=(?:(?=(?:(?=я+)я)+)я)+)я)+!",
    "(?<=(?<=(?<=a+)a+)a+)!",
    "(?!(?:(?!(?:(?!a+!)a)+!)a)+!)!",
    r"(\w*)\1\1\1!",
    "(?:a?){50}a{50}!",
];

#[test]
fn nothing_takes_more_steps_than_a_question_has() {
    let texts = [
        "a".repeat(MOST_TEXT),
        "я".repeat(MOST_TEXT),
        "ab ".repeat(MOST_TEXT / 3),
    ];
    for pattern in HOSTILE {
        assert_eq!(validate(pattern), Ok(()), "{pattern}");
        let list = Allowlist::new(std::iter::repeat_n((*pattern).to_owned(), MOST_PATTERNS));
        for text in &texts {
            list.ask(|patterns| {
                patterns
                    .iter()
                    .filter(|p| p.found_in(text) || p.found_in("Code"))
                    .count()
            });
            let most = STEPS_OF_QUESTION + STEPS_OF_SEARCH + 2 * STEPS_OF_EACH * 50 + 2 * 1_024;
            assert!(list.steps() <= most, "{pattern}: {}", list.steps());
        }
    }
}

#[test]
fn every_hostile_pattern_is_found_out_when_it_is_set() {
    let hostile: Vec<String> = HOSTILE.iter().map(|pattern| (*pattern).to_owned()).collect();
    let quick: Vec<String> = [
        "^Code$",
        r"\.tsx",
        "cursor|code",
        r"(\w)\1",
        "(?<=Visual )Studio",
        "^.*rust$",
        "a{2,5}",
    ]
    .map(str::to_owned)
    .to_vec();
    let found = slow(&[hostile.clone(), quick].concat());
    assert!(found.iter().all(|pattern| hostile.contains(pattern)), "{found:?}");
    // Some of them only look bad.
    for pattern in ["^(a+)+$", HOSTILE[4], HOSTILE[5], HOSTILE[7]] {
        assert!(found.iter().any(|named| named == pattern), "{pattern}");
    }
}

#[test]
fn many_hostile_patterns_share_one_budget_and_leave_each_word_its_own() {
    let text = "a".repeat(100) + "b";
    let hostile = std::iter::repeat_n("^(a+)+$".to_owned(), MOST_PATTERNS - 1);
    let list = Allowlist::new(hostile.chain(["slack|b$".to_owned()]));
    let found = list.ask(|patterns| patterns.iter().position(|p| p.found_in(&text)));
    assert_eq!(found, Some(MOST_PATTERNS - 1), "a word is found behind them all");
    assert_eq!(list.exceeded().len(), MOST_PATTERNS - 1);
    assert!(list.ask(|patterns| patterns[MOST_PATTERNS - 1].found_in(&text)));
}

#[test]
fn what_javascript_says_of_corners() {
    for (pattern, text, expected) in [
        ("^[^]$", "я", true),
        ("^.$", "😀", false),
        ("^..$", "😀", true),
        (r"^\u0416$", "ж", true),
        (r"^\x41$", "a", true),
        (r"^\xZ$", "xz", true),
        (r"^\u{2}$", "uu", true),
        (r"^\101$", "a", true),
        (r"^\8$", "8", true),
        (r"^(a)\2$", "a\u{2}", true),
        (r"^\1(a)$", "a", true),
        (r"^\cJ$", "\n", true),
        (r"^\c$", r"\c", true),
        (r"^[\c_]$", "\u{1f}", true),
        ("^a{,2}$", "a{,2}", true),
        ("^x{$", "x{", true),
        ("^]}$", "]}", true),
        (r"^[\w-z]+$", "a-", true),
        ("^[]$", "", false),
        ("^(?=a)*b$", "b", true),
        (r"^(?<y>a)\k<y>$", "aA", true),
        (r"^\k<y>$", "k<y>", true),
        (r"^(?:(a)|b)*\1$", "ab", true),
        (r"^(z)((a+)?(b+)?(c))*$", "zaacbbbcac", true),
        (r"(?<=(\d+)(\d+))x", "1053x", true),
        (r"(?<=\1(a))b", "aab", true),
        (r"^(?:a*)*$", "aaa", true),
        (r"^(?:a?)*?$", "a", true),
        (r"^(?:){3}a$", "a", true),
        (r"^(?:a|ab)(?:c|bcd)(?:d*)$", "abcd", true),
        (r"\Bode\b", "Code", true),
        ("ſ", "s", false),
        ("ß", "SS", false),
        ("[^x]", "X", false),
        (r"[\W]", "s", false),
    ] {
        assert_eq!(
            Engine::with(|engine| engine.finds(pattern, text)),
            Some(expected),
            "the engine: {pattern} {text}"
        );
        assert_eq!(found(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn only_the_beginning_of_a_long_text_is_looked_at() {
    assert!(found("b", &("é".repeat(MOST_TEXT - 1) + "b")));
    assert!(!found("b", &("é".repeat(MOST_TEXT) + "b")));
}

/// Patterns of every part there is, valid for the most part.
fn pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => "[abAя1_ ]",
        1 => prop::sample::select(vec![".", "^", "$", r"\b", r"\B", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\1", r"\2", r"\k<n>", "😀", "{", "}", "]"])
            .prop_map(str::to_owned),
        1 => "\\[\\^?[abBя1-]{0,4}\\]",
        1 => prop::sample::select(vec![r"[\w-a]", r"[^\W]", r"[\s\d]", r"[^\n]", "[^]", "[]", r"\n", r"\x61", r"\u044f", r"\0", r"\07", r"\ca"])
            .prop_map(str::to_owned),
    ];
    atom.prop_recursive(4, 24, 4, |inner| {
        let sequence = prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| parts.concat());
        let head = prop::sample::select(vec!["(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", "("]);
        let often = prop::sample::select(vec![
            "*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,2}", "{2,}", "{0,2}?", "{,2}",
        ]);
        prop_oneof![
            3 => sequence.clone(),
            3 => (head, sequence.clone()).prop_map(|(head, inside)| format!("{head}{inside})")),
            2 => (inner, often).prop_map(|(inner, often)| format!("{inner}{often}")),
            1 => (sequence.clone(), sequence).prop_map(|(a, b)| format!("{a}|{b}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn nothing_panics_and_what_is_valid_can_be_asked(pattern in "\\PC{0,40}", text in any::<String>()) {
        if validate(&pattern).is_ok() {
            prop_assert!(compiled(&pattern).is_some(), "valid, and not understood");
            found(&pattern, &text);
        }
    }

    #[test]
    fn what_is_valid_is_understood(pattern in pattern()) {
        prop_assert!(validate(&pattern).is_err() || compiled(&pattern).is_some(), "{}", pattern);
    }

    #[test]
    fn what_is_found_is_what_the_engine_finds(pattern in pattern(), text in "[abABяЯ1 \\n😀_]{0,9}") {
        // What asks to be tried for long is not put to the engine, which would.
        let list = Allowlist::new([pattern.clone()]);
        let ours = list.ask(|patterns| patterns[0].found_in(&text));
        if list.steps() < 20_000 && validate(&pattern).is_ok() {
            prop_assert_eq!(Some(ours), Engine::with(|engine| engine.finds(&pattern, &text)), "{} in {:?}", pattern, text);
        }
    }

    #[test]
    fn a_plain_word_is_found_in_itself(word in "[a-z]{1,20}") {
        let text = format!("x {} y", word.to_uppercase());
        prop_assert!(found(&word, &text));
    }
}
