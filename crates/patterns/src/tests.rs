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
    assert_eq!(validate(r"(?:a|b{2,3}){100}"), Ok(()));
    assert_eq!(validate(r"\p{2}[(?i:]{5}"), Ok(()));
}

#[test]
fn a_hostile_pattern_counts_as_not_matching_and_is_named() {
    let text = "a".repeat(40) + "b";
    let list = Allowlist::new(["^(a+)+$".to_owned(), "b$".to_owned()]);
    let first = list.ask(|patterns| patterns.iter().position(|p| p.found_in(&text)));
    assert_eq!(first, Some(1));
    assert_eq!(list.exceeded(), [0]);
}

#[test]
fn many_hostile_patterns_share_one_budget_and_the_next_question_has_its_own() {
    let text = "a".repeat(1_000) + "b";
    let list = Allowlist::new(std::iter::repeat_n("^(a+)+$".to_owned(), MOST_PATTERNS));
    assert_eq!(
        list.ask(|patterns| patterns.iter().filter(|p| p.found_in(&text)).count()),
        0
    );
    assert_eq!(list.exceeded().len(), MOST_PATTERNS);
    assert!(found("b$", &text));
}

#[test]
fn only_the_beginning_of_a_long_text_is_looked_at() {
    assert!(found("b", &("é".repeat(MOST_TEXT - 1) + "b")));
    assert!(!found("b", &("é".repeat(MOST_TEXT) + "b")));
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_valid_can_be_asked(pattern in "\\PC{0,40}", text in any::<String>()) {
        if validate(&pattern).is_ok() {
            found(&pattern, &text);
        }
    }

    #[test]
    fn a_plain_word_is_found_in_itself(word in "[a-z]{1,20}") {
        let text = format!("x {} y", word.to_uppercase());
        prop_assert!(found(&word, &text));
    }
}
