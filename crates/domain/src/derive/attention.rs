//! Step 2: attention. Over all devices each instant belongs to at most one stretch: the one whose last input is
//! latest; then the one that began last; then the lower device id. The rest is shadowed.
//!
//! ```text
//! laptop  ├───────────────────┤
//! phone          ├──────┤            (touched later)
//! pieces  │laptop│phone │laptop│
//! ```
//!
//! A sweep over the beginnings with a heap of what is running: n log n in the number of stretches.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::stretch::Stretch;
use crate::DeviceId;

/// An uninterrupted part of one stretch that got the attention; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Place of the event in the slice given.
    pub event: usize,
    /// First microsecond.
    pub start: i64,
    /// First microsecond after it.
    pub end: i64,
}

/// A running stretch; the greatest has the attention.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Running {
    last_input: i64,
    start: i64,
    device: Reverse<DeviceId>,
    end: i64,
    event: usize,
}

/// The pieces of attention in the order of time, disjoint; neighbouring ones of one event are one.
pub(super) fn divide(mut stretches: Vec<Stretch>) -> Vec<Piece> {
    stretches.sort_unstable_by_key(|s| (s.start, s.device));
    let mut waiting = stretches.into_iter().peekable();
    let mut running: BinaryHeap<Running> = BinaryHeap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut now = i64::MIN;
    loop {
        while running.peek().is_some_and(|top| top.end <= now) {
            running.pop();
        }
        if running.is_empty() {
            match waiting.peek() {
                Some(next) => now = now.max(next.start),
                None => return pieces,
            }
        }
        while let Some(s) = waiting.next_if(|s| s.start <= now) {
            running.push(Running {
                last_input: s.last_input,
                start: s.start,
                device: Reverse(s.device),
                end: s.end,
                event: s.event,
            });
        }
        let Some(top) = running.peek().filter(|top| top.end > now) else {
            continue;
        };
        let until = waiting.peek().map_or(top.end, |next| top.end.min(next.start));
        match pieces.last_mut() {
            Some(last) if last.event == top.event && last.end == now => last.end = until,
            _ => pieces.push(Piece {
                event: top.event,
                start: now,
                end: until,
            }),
        }
        now = until;
    }
}
