//! What is in force: the reviews of a day in the order they were said, each taking over from those before it.
//!
//! ```text
//! said first   │────confirmed────│
//! said later        │corrected│
//! in force     │conf│corrected│co│
//! ```
//!
//! Pins never share an instant: what is said later has it, except that nothing takes time from an entry made by hand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Pin, Review, piece_name};
use crate::EntryId;

/// The pins of one day by its reviews, by start. Those taken back count for nothing, whatever was said after them.
/// `id_of` gives the entry of an `external_task_ref`, for what is left of an entry behind a piece taken out of it.
pub fn in_force(reviews: &[Review], id_of: &dyn Fn(&str) -> EntryId) -> Vec<Pin> {
    let mut said: Vec<&Review> = reviews
        .iter()
        .filter(|review| review.undone_at.is_none())
        .collect();
    said.sort_by_key(|review| review.seq);
    let mut pins: BTreeMap<String, Pin> = BTreeMap::new();
    for review in said {
        for gone in &review.before {
            pins.remove(&gone.external_ref);
        }
        for pin in &review.after {
            insert(&mut pins, pin.clone(), id_of);
        }
    }
    let mut pins: Vec<Pin> = pins.into_values().collect();
    pins.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
    pins
}

fn insert(pins: &mut BTreeMap<String, Pin>, pin: Pin, id_of: &dyn Fn(&str) -> EntryId) {
    let (stays, yields): (Vec<Pin>, Vec<Pin>) = pins
        .values()
        .filter(|other| other.external_ref != pin.external_ref && overlap(other, &pin))
        .cloned()
        .partition(Pin::is_by_hand);
    for other in yields {
        pins.remove(&other.external_ref);
        put_pieces(pins, &other, &[(pin.start, pin.end)], id_of);
    }
    pins.remove(&pin.external_ref);
    if stays.is_empty() || pin.is_by_hand() {
        pins.insert(pin.external_ref.clone(), pin);
    } else {
        let holes: Vec<_> = stays.iter().map(|by_hand| (by_hand.start, by_hand.end)).collect();
        put_pieces(pins, &pin, &holes, id_of);
    }
}

fn overlap(a: &Pin, b: &Pin) -> bool {
    a.start < b.end && b.start < a.end && a.claims() && b.claims()
}

/// What is left of a pin around the holes: the first piece keeps its name.
fn put_pieces(
    pins: &mut BTreeMap<String, Pin>,
    pin: &Pin,
    holes: &[(Timestamp, Timestamp)],
    id_of: &dyn Fn(&str) -> EntryId,
) {
    let mut holes = holes.to_vec();
    holes.sort_unstable();
    let mut from = pin.start;
    let mut pieces = Vec::new();
    for (start, end) in holes {
        if from < start.min(pin.end) {
            pieces.push((from, start.min(pin.end)));
        }
        from = from.max(end);
    }
    if from < pin.end {
        pieces.push((from, pin.end));
    }
    for (n, (start, end)) in pieces.into_iter().enumerate() {
        let external_ref = match n {
            0 => pin.external_ref.clone(),
            _ => piece_name(&pin.external_ref, start, |name| pins.contains_key(name)),
        };
        let piece = Pin {
            entry_id: id_of(&external_ref),
            external_ref: external_ref.clone(),
            start,
            end,
            ..pin.clone()
        };
        pins.insert(external_ref, piece);
    }
}
