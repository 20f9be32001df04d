//! Which spans become one block, and which part them.

use super::*;

#[test]
fn a_short_interruption_nobody_answered_for_is_absorbed() {
    let day = day("aaaaaxaaa", &[]);
    assert_eq!(blocks(&day), ["1 09:00:00–09:09:00 9"]);
    let absorbed = &day.spans[1].attribution;
    assert_eq!(absorbed.answered_by, AnsweredBy::Neighbours);
    assert_eq!(
        absorbed.reason,
        "a short interruption (60 s) of the work before and after it"
    );
    assert_eq!(
        (day.blocks[0].reason.as_str(), day.blocks[0].confidence),
        ("key a", 0.867)
    );
    assert_eq!(day.attributed_micros, 540_000_000);
}

#[test]
fn a_block_has_a_reason_of_its_own_where_there_is_one_and_else_that_of_its_neighbours() {
    assert_eq!(day("nnnann", &[]).blocks[0].reason, "key a");
    assert_eq!(day("nnnn", &[]).blocks[0].reason, "before and after it: a");
}

#[test]
fn longer_or_stronger_interruptions_stand() {
    assert_eq!(
        blocks(&day("aaaaaxxxaaaaa", &[])).len(),
        3,
        "three minutes are no short interruption"
    );
    assert_eq!(blocks(&day("axa", &[])), ["1 09:00:00–09:03:00 3"]);
    assert_eq!(blocks(&day("axxa", &[])).len(), 3, "more interruption than work");
    assert_eq!(
        blocks(&day("aaaaabaaaaa", &[])).len(),
        3,
        "another task's key is no noise"
    );
    assert_eq!(
        blocks(&day("aaaaaaaaaabaaaaaaaaaa", &[])).len(),
        1,
        "but a glance in a long run is"
    );
    assert_eq!(
        blocks(&day("xxxxxaxxxxx", &[])).len(),
        3,
        "a task is never absorbed into nobody's time"
    );
}

#[test]
fn personal_time_parts_blocks_and_is_in_none() {
    let day = day("aapaa", &[]);
    assert_eq!(blocks(&day), ["1 09:00:00–09:02:00 2", "1 09:03:00–09:05:00 2"]);
    assert_eq!(
        (day.personal_micros, day.attributed_micros),
        (60_000_000, 240_000_000)
    );
}

#[test]
fn a_block_goes_on_after_a_coffee_and_not_after_lunch() {
    assert_eq!(
        blocks(&day(&format!("a{}a", ".".repeat(15)), &[])),
        ["1 09:00:00–09:17:00 2"]
    );
    assert_eq!(blocks(&day(&format!("a{}a", ".".repeat(16)), &[])).len(), 2);
}
