//! Reviews, and time entered by hand, in a day.

use super::*;
use crate::{EntryId, ProjectId, review::EntryStatus};

fn pin(from: &str, to: &str, status: EntryStatus, task: Option<u128>) -> Pin {
    Pin {
        entry_id: EntryId(Uuid::from_u128(77)),
        external_ref: "tracker:kept".to_owned(),
        date: "2026-11-21".parse().expect("a date"),
        start: at(from),
        end: at(to),
        project_id: ProjectId(Uuid::from_u128(2)),
        status,
        task_id: task.map(|n| TaskId(Uuid::from_u128(n))),
        category: Category::Productive,
        description: None,
        hand: None,
    }
}

#[test]
fn a_correction_claims_its_interval_to_the_second() {
    let pins = [pin("09:01:30", "09:02:15", EntryStatus::Corrected, Some(5))];
    let day = day("aaaaa", &pins);
    assert_eq!(
        blocks(&day),
        [
            "1 09:00:00–09:01:30 1",
            "5 09:01:30–09:02:15 1",
            "1 09:02:15–09:05:00 3"
        ]
    );
    assert_eq!(
        (day.blocks[1].entry_id, day.blocks[1].external_ref.as_str()),
        (Some(pins[0].entry_id), "tracker:kept")
    );
    assert_eq!(day.spans[1].attribution.reason, "you corrected this");
    assert_eq!(day.attributed_micros, 300_000_000);
}

#[test]
fn a_dismissal_removes_time_from_every_total() {
    let day = day(
        "aaaaa",
        &[pin("09:01:00", "09:03:00", EntryStatus::Dismissed, None)],
    );
    assert_eq!(blocks(&day), ["1 09:00:00–09:01:00 1", "1 09:03:00–09:05:00 2"]);
    assert_eq!(
        (day.attention_micros, day.devices[0].attention_micros),
        (180_000_000, 180_000_000)
    );
}

#[test]
fn a_review_without_time_left_stays() {
    let day = day(
        "aa",
        &[pin("12:00:00", "13:00:00", EntryStatus::Confirmed, Some(5))],
    );
    assert_eq!(blocks(&day), ["1 09:00:00–09:02:00 2", "5 12:00:00–13:00:00 0"]);
}

#[test]
fn reviews_of_another_date_claim_nothing() {
    let other = Pin {
        date: "2026-11-20".parse().expect("a date"),
        ..pin("09:01:00", "09:03:00", EntryStatus::Dismissed, None)
    };
    assert_eq!(blocks(&day("aaaaa", &[other])), ["1 09:00:00–09:05:00 5"]);
}

fn by_hand(from: &str, to: &str, minutes: i64) -> Pin {
    Pin {
        external_ref: "manual:one".to_owned(),
        hand: Some(minutes * 60_000_000),
        ..pin(from, to, EntryStatus::Confirmed, Some(5))
    }
}

#[test]
fn inferred_time_flows_around_an_entry_made_by_hand() {
    let day = day("aaaaa", &[by_hand("09:01:00", "09:03:30", 2)]);
    assert_eq!(
        blocks(&day),
        [
            "1 09:00:00–09:01:00 1",
            "5 09:01:00–09:03:30 3",
            "1 09:03:30–09:05:00 1"
        ]
    );
    assert_eq!(day.attention_micros, 300_000_000, "its interval counts, whole");
    assert_eq!(
        day.devices[0].attention_micros, 150_000_000,
        "the device proved what is not by hand"
    );
    assert_eq!(day.blocks[1].reason, "you entered this by hand");
}

#[test]
fn an_entry_made_by_hand_needs_no_evidence_and_no_place() {
    let nowhere = by_hand("00:00:00", "00:00:00", 45);
    let day = day("aa", &[nowhere]);
    assert_eq!(blocks(&day), ["5 00:00:00–00:00:00 45", "1 09:00:00–09:02:00 2"]);
    assert_eq!(day.attributed_micros, 47 * 60_000_000);
    assert_eq!(day.timezone.name(), "UTC");
}

#[test]
fn the_persons_words_stand_in_place_of_a_reason() {
    let words = Pin {
        description: Some("pairing with Ada".to_owned()),
        ..pin("09:01:00", "09:02:00", EntryStatus::Corrected, Some(5))
    };
    assert_eq!(day("aaa", &[words]).blocks[1].reason, "pairing with Ada");
}
