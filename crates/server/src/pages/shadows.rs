//! What other devices saw while one had the attention.
//!
//! A device woven alone shows everything it proved; what of that the whole day does not count to it was shadowed.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeviceId, Zone,
    day::{Block, Day},
    derive::{evidence_window, weave},
    event::Event,
};
use dayloom_storage::Store;
use dayloom_views::facts::Shadow;
use jiff::Timestamp;

use super::failure::PageError;

type Interval = (Timestamp, Timestamp);

/// The shadowed time of a day, by device and start. Reads events only if the day has any shadow at all.
pub(super) async fn of_day(
    store: &Store,
    developer: dayloom_domain::DeveloperId,
    day: &Day,
    dismissed: &[Block],
) -> Result<Vec<Shadow>, PageError> {
    if day.devices.iter().all(|device| device.shadowed_micros == 0) {
        return Ok(Vec::new());
    }
    let (from, to) = evidence_window(day.date);
    let events = store.events().window(developer, from, to).await?;
    Ok(find(&events, day, dismissed, &day.timezone))
}

fn find(events: &[Event], day: &Day, dismissed: &[Block], zone: &Zone) -> Vec<Shadow> {
    let mut by_device: BTreeMap<DeviceId, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_device.entry(event.device_id).or_default().push(event.clone());
    }
    let mut shadows = Vec::new();
    for device in day.devices.iter().filter(|device| device.shadowed_micros > 0) {
        let Some(own) = by_device.get(&device.device_id) else {
            continue;
        };
        let mut counted: Vec<Interval> = day
            .spans
            .iter()
            .filter(|s| s.span.device_id == device.device_id)
            .flat_map(|s| s.span.pieces.iter().copied())
            .chain(dismissed.iter().map(|b| (b.start, b.end)))
            .collect();
        counted.sort_unstable();
        for span in weave(own, day.date, zone).spans {
            for piece in span.pieces {
                for (start, end) in without(piece, &counted) {
                    push(&mut shadows, device.device_id, &span.signal.app, start, end);
                }
            }
        }
    }
    shadows
}

/// Adds a shadow, joined to the one before if it goes on.
fn push(shadows: &mut Vec<Shadow>, device_id: DeviceId, app: &str, start: Timestamp, end: Timestamp) {
    match shadows.last_mut() {
        Some(last) if last.device_id == device_id && last.app == app && last.end == start => last.end = end,
        _ => shadows.push(Shadow {
            device_id,
            app: app.to_owned(),
            start,
            end,
        }),
    }
}

/// What is left of an interval without others, which are in order of their start.
fn without((mut start, end): Interval, others: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    for &(from, to) in others {
        if to <= start {
            continue;
        }
        if from >= end {
            break;
        }
        if from > start {
            left.push((start, from));
        }
        start = start.max(to);
    }
    if start < end {
        left.push((start, end));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_leaves_the_rest() {
        let t = |n: i64| Timestamp::from_second(n).unwrap();
        let others = [(t(0), t(2)), (t(4), t(6)), (t(5), t(7)), (t(20), t(30))];
        assert_eq!(without((t(1), t(10)), &others), [(t(2), t(4)), (t(7), t(10))]);
        assert_eq!(without((t(21), t(22)), &others), []);
        assert_eq!(without((t(8), t(9)), &[]), [(t(8), t(9))]);
    }
}
