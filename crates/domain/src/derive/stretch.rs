//! Step 1: what each event proves. A stretch is `[ts, ts + interval_s)`, cut at the device's next event, less the
//! pauses that later events of the same device prove.
//!
//! ```text
//! events      e1────│e2────│e3          e3: idle_s longer than the threshold
//! last input            ▲
//! stretches   e1────│e2─┘                nothing from the last input to the end of e3's stretch
//! ```
//!
//! This step looks at one device at a time and must not know the others.

use std::collections::HashSet;

use super::seen::Seen;
use crate::DeviceId;

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;

/// Time one event proves; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Place of the event in the slice given.
    pub event: usize,
    /// Its device.
    pub device: DeviceId,
    /// First microsecond.
    pub start: i64,
    /// First microsecond after it.
    pub end: i64,
    /// When the person last touched this device, as known at `start`.
    pub last_input: i64,
}

/// The order of events of one device, and which of them count: places in `events`, by device, `ts`, `client_seq`
/// and id, each id once.
pub(super) fn in_order(events: &[Seen]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_unstable_by(|&a, &b| {
        let (a, b) = (&events[a], &events[b]);
        (a.device, a.ts, a.client_seq, a.id).cmp(&(b.device, b.ts, b.client_seq, b.id))
    });
    let mut seen = HashSet::with_capacity(order.len());
    order.retain(|&at| seen.insert(events[at].id));
    order
}

/// The stretches of all devices, those of each device in order and disjoint. `order` is that of [`in_order`].
pub(super) fn prove(events: &[Seen], order: &[usize]) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(order.len());
    for device in order.chunk_by(|&a, &b| events[a].device == events[b].device) {
        prove_device(events, device, &mut stretches);
    }
    stretches
}

/// Goes from the last event of a device to its first. Whatever a later event takes back of a stretch is always
/// the stretch's tail, as the pause lasts until that later event; so the earliest last input seen so far suffices.
fn prove_device(events: &[Seen], device: &[usize], out: &mut Vec<Stretch>) {
    let first = out.len();
    let mut paused_from = i64::MAX;
    let mut next: Option<i64> = None;
    for &at in device.iter().rev() {
        let event = &events[at];
        let start = event.ts;
        let whole = start + i64::from(event.interval_s) * SECOND;
        let end = next.map_or(whole, |next| whole.min(next));
        let last_input = last_input(event, start);
        if proves_pause(event, start, next) {
            paused_from = paused_from.min(last_input);
        }
        let end = if event.in_call { end } else { end.min(paused_from) };
        if start < end {
            out.push(Stretch {
                event: at,
                device: event.device,
                start,
                end,
                last_input,
            });
        }
        next = Some(start);
    }
    out[first..].reverse();
}

/// `ts − idle_s`; without the field `ts`; in a call always `ts`.
fn last_input(event: &Seen, start: i64) -> i64 {
    match event.idle_s {
        Some(idle) if !event.in_call => start - i64::from(idle) * SECOND,
        _ => start,
    }
}

/// Whether this event proves a pause longer than the threshold stored with it: it says so itself, or it stood just
/// below and the device then fell silent, as it makes no samples while the person is away.
fn proves_pause(event: &Seen, start: i64, next: Option<i64>) -> bool {
    let Some(idle) = event.idle_s else { return false };
    if event.in_call {
        return false;
    }
    let (idle, interval, threshold) = (
        i64::from(idle),
        i64::from(event.interval_s),
        i64::from(event.idle_threshold_s),
    );
    let followed = next.is_some_and(|next| next - start <= interval * SECOND * 3 / 2);
    idle > threshold || (idle + interval >= threshold && !followed)
}
