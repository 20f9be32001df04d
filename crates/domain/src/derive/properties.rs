//! What must hold for every day, checked over generated evidence of the unkindest sort.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::{Timestamp, ToSpan, civil::Date};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    DeviceId, EntryId, ProjectId, RuleId, TaskId,
    day::{AnsweredBy, Attribution, Category, Day},
    event::Event,
    review::{EntryStatus, Pin},
    sample::{Random, hostile},
};

pub(super) fn fallback() -> Zone {
    Zone::parse("Asia/Kathmandu").expect("a zone")
}

fn zones(events: &[Event]) -> BTreeSet<Zone> {
    events.iter().map(|event| event.tz.clone()).collect()
}

/// The dates with anything in them, and those around.
fn dates_of(events: &[Event]) -> Vec<Date> {
    let with = weave_all(events, &fallback());
    let around = |date: &Date| [date.yesterday(), Ok(*date), date.tomorrow()];
    let dates: BTreeSet<Date> = with.keys().flat_map(around).filter_map(Result::ok).collect();
    dates.into_iter().collect()
}

/// Answers that depend on the span alone, so that they are the same whichever way it was derived.
pub(super) fn answers(spans: &[Span], seed: u64) -> Vec<Attribution> {
    spans
        .iter()
        .map(|span| {
            let mut random = Random::new(seed ^ span.start.as_microsecond().unsigned_abs());
            let task_id = random
                .chance(60)
                .then(|| TaskId(Uuid::from_u128(random.between(1, 2) as u128)));
            let category = *random.pick(&[
                Category::Productive,
                Category::Productive,
                Category::Neutral,
                Category::Personal,
            ]);
            let answered_by = match task_id {
                Some(_) if random.chance(30) => AnsweredBy::Rule(RuleId(Uuid::from_u128(1))),
                Some(_) if random.chance(50) => AnsweredBy::Neighbours,
                Some(_) => AnsweredBy::Key,
                None => AnsweredBy::Nobody,
            };
            Attribution {
                category,
                task_id,
                project_id: None,
                confidence: 0.5,
                reason: "test".into(),
                answered_by,
            }
        })
        .collect()
}

/// Reviews of some blocks as they were derived, some of them moved by the person.
fn reviews(day: &Day, seed: u64) -> Vec<Pin> {
    let mut random = Random::new(seed);
    let mut pins = Vec::new();
    for block in &day.blocks {
        if !random.chance(50) {
            continue;
        }
        let status = *random.pick(&[
            EntryStatus::Confirmed,
            EntryStatus::Corrected,
            EntryStatus::Dismissed,
        ]);
        let task_id = random.chance(70).then(|| TaskId(Uuid::from_u128(9)));
        let moved = if random.chance(30) {
            random.between(-400, 400)
        } else {
            0
        };
        let end = (block.end + moved.seconds()).max(block.start);
        pins.push(Pin {
            entry_id: EntryId(random.uuid()),
            external_ref: block.external_ref.clone(),
            date: day.date,
            start: block.start,
            end,
            project_id: block.project_id,
            status,
            task_id,
            category: if random.chance(15) {
                Category::Personal
            } else {
                Category::Productive
            },
            description: None,
            hand: None,
        });
    }
    pins
}

/// Attention straight from the words of the rules, instant by instant, in quadratic time.
fn attention_by_the_book(events: &[Event]) -> Vec<(i64, i64, crate::EventId)> {
    let us = |seconds: u32| i64::from(seconds) * 1_000_000;
    let mut by_device: BTreeMap<DeviceId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_device.entry(event.device_id).or_default().push(event);
    }
    let mut proven: Vec<(&Event, i64, i64, i64)> = Vec::new();
    for list in by_device.values_mut() {
        list.sort_by_key(|e| (e.ts, e.client_seq, e.id));
        let span_of = |n: usize| {
            let start = list[n].ts.as_microsecond();
            let next = list.get(n + 1).map(|next| next.ts.as_microsecond());
            (
                start,
                next.map_or(start + us(list[n].interval_s), |next| {
                    next.min(start + us(list[n].interval_s))
                }),
                next,
            )
        };
        for (n, event) in list.iter().enumerate() {
            let (start, end, _) = span_of(n);
            let mut until = end;
            for (m, later) in list.iter().enumerate() {
                let (ts, its_end, next) = span_of(m);
                let Some(idle) = later.idle_s.filter(|_| !later.in_call()) else {
                    continue;
                };
                let follows = next.is_some_and(|next| 2 * (next - ts) <= 3 * us(later.interval_s));
                let long = idle > later.idle_threshold_s
                    || (idle + later.interval_s >= later.idle_threshold_s && !follows);
                if long && !event.in_call() && ts - us(idle) < until && its_end > start && m >= n {
                    until = until.min((ts - us(idle)).max(start));
                }
            }
            let quiet = event.idle_s.filter(|_| !event.in_call()).map_or(0, us);
            if until > start {
                proven.push((event, start, until, start - quiet));
            }
        }
    }
    let mut borders: Vec<i64> = proven
        .iter()
        .flat_map(|&(_, start, end, _)| [start, end])
        .collect();
    borders.sort_unstable();
    borders.dedup();
    let mut pieces: Vec<(i64, i64, crate::EventId)> = Vec::new();
    for border in borders.windows(2) {
        let best = proven
            .iter()
            .filter(|&&(_, start, end, _)| start <= border[0] && border[1] <= end)
            .max_by_key(|&&(e, start, _, input)| (input, start, std::cmp::Reverse(e.device_id)));
        let Some(&(event, ..)) = best else { continue };
        match pieces.last_mut() {
            Some(last) if last.1 == border[0] && last.2 == event.id => last.1 = border[1],
            _ => pieces.push((border[0], border[1], event.id)),
        }
    }
    pieces
}

/// All pieces of all dates in the order of time, those cut at midnight put together again.
fn woven_pieces(days: &BTreeMap<Date, Woven>) -> Vec<(i64, i64, crate::EventId)> {
    let mut pieces: Vec<(i64, i64, crate::EventId)> = Vec::new();
    for span in days.values().flat_map(|day| &day.spans) {
        for (&(start, end), &id) in span.pieces.iter().zip(&span.event_ids) {
            pieces.push((start.as_microsecond(), end.as_microsecond(), id));
        }
    }
    pieces.sort_unstable();
    pieces.dedup_by(|next, last| {
        let goes_on = last.1 == next.0 && last.2 == next.2;
        if goes_on {
            last.1 = next.1;
        }
        goes_on
    });
    pieces
}

pub(super) fn check_sums(day: &Day) -> Result<(), TestCaseError> {
    let spans = |of: &dyn Fn(&Attribution) -> bool| -> i64 {
        day.spans
            .iter()
            .filter(|s| of(&s.attribution))
            .map(|s| s.span.micros)
            .sum()
    };
    let blocks = |with: bool| -> i64 {
        day.blocks
            .iter()
            .filter(|b| b.task_id.is_some() == with)
            .map(|b| b.micros)
            .sum()
    };
    prop_assert_eq!(day.attention_micros, spans(&|_| true));
    prop_assert_eq!(
        day.attention_micros,
        day.attributed_micros + day.unattributed_micros + day.personal_micros
    );
    prop_assert_eq!(day.attributed_micros, spans(&|a| a.task_id.is_some()));
    prop_assert_eq!(day.attributed_micros, blocks(true));
    prop_assert_eq!(day.unattributed_micros, blocks(false));
    let micros = blocks(true) + blocks(false);
    prop_assert_eq!(
        day.blocks.iter().map(|b| b.minutes).sum::<i64>(),
        (micros + 30_000_000) / 60_000_000
    );
    Ok(())
}

fn check_shape(day: &Day) -> Result<(), TestCaseError> {
    for pair in day.spans.windows(2) {
        prop_assert!(
            pair[0].span.end <= pair[1].span.start,
            "spans overlap or are out of order"
        );
    }
    for span in &day.spans {
        let span = &span.span;
        prop_assert_eq!(span.pieces.len(), span.event_ids.len());
        prop_assert_eq!(span.pieces.first().map(|p| p.0), Some(span.start));
        prop_assert_eq!(span.pieces.last().map(|p| p.1), Some(span.end));
        prop_assert!(span.pieces.windows(2).all(|p| p[0].1 <= p[1].0) && span.micros > 0);
        let lengths = span
            .pieces
            .iter()
            .map(|p| p.1.as_microsecond() - p.0.as_microsecond());
        prop_assert_eq!(span.micros, lengths.sum::<i64>());
    }
    for block in &day.blocks {
        prop_assert!(block.external_ref.starts_with("tracker:") && block.external_ref.len() <= 100);
        prop_assert!(block.category != Category::Personal && block.micros >= 0);
        prop_assert!(!block.reason.is_empty(), "a block says why");
    }
    Ok(())
}

fn check_reviews(day: &Day, pins: &[Pin]) -> Result<(), TestCaseError> {
    let mut claimed = Timestamp::MIN;
    for pin in pins {
        let (start, end) = (pin.start.max(claimed), pin.end.max(claimed).max(pin.start));
        claimed = claimed.max(end);
        let listed = day
            .blocks
            .iter()
            .find(|block| block.entry_id == Some(pin.entry_id));
        let stands = pin.status != EntryStatus::Dismissed && pin.category != Category::Personal;
        prop_assert_eq!(listed.is_some(), stands);
        if let Some(block) = listed {
            prop_assert_eq!(
                (block.task_id, &block.external_ref),
                (pin.task_id, &pin.external_ref)
            );
        }
        for span in &day.spans {
            if span.span.start < end && start < span.span.end {
                let inside = span.span.pieces.iter().any(|p| p.0 < end && start < p.1);
                prop_assert!(
                    !inside || pin.status != EntryStatus::Dismissed,
                    "dismissed time is still there"
                );
                prop_assert!(!inside || span.attribution.answered_by == AnsweredBy::Review);
            }
        }
        for block in day.blocks.iter().filter(|block| block.entry_id.is_none()) {
            prop_assert!(
                block.end <= start || end <= block.start,
                "a block does not flow around a review"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_order_and_repetition_of_uploads_gives_the_same_days(seed: u64, count in 4usize..80) {
        let events = hostile(seed, count);
        let expected = weave_all(&events, &fallback());
        let mut random = Random::new(!seed);
        let mut again = events.clone();
        let repeated: Vec<Event> = (0..count / 2).map(|_| random.pick(&events).clone()).collect();
        again.extend(repeated);
        random.shuffle(&mut again);
        prop_assert_eq!(weave_all(&again, &fallback()), expected);
    }

    #[test]
    fn a_day_needs_no_more_than_its_window(seed: u64, count in 1usize..80) {
        let events = hostile(seed, count);
        let zones = zones(&events);
        let all = weave_all(&events, &fallback());
        for date in dates_of(&events) {
            let expected = weave(&events, date, &fallback());
            prop_assert_eq!(all.get(&date).cloned().unwrap_or_else(|| Woven::empty(date, &fallback())), expected.clone());
            for (from, to) in [evidence_window(date), evidence_window_in(date, &zones)] {
                let inside: Vec<Event> =
                    events.iter().filter(|e| (from..to).contains(&e.ts)).cloned().collect();
                prop_assert_eq!(&weave(&inside, date, &fallback()), &expected);
            }
        }
    }

    #[test]
    fn deriving_step_by_step_equals_deriving_from_scratch(seed: u64, count in 1usize..60) {
        let events = hostile(seed, count);
        let mut stored: BTreeMap<Date, Woven> = BTreeMap::new();
        for upto in 1..=events.len() {
            let known = &events[..upto];
            let new = &events[upto - 1];
            let (from, to) = touched(new.ts, new.idle_s);
            for date in dates(from, to, &zones(known)) {
                let woven = weave(known, date, &fallback());
                if woven == Woven::empty(date, &fallback()) {
                    stored.remove(&date);
                } else {
                    stored.insert(date, woven);
                }
            }
        }
        prop_assert_eq!(stored, weave_all(&events, &fallback()));
    }

    #[test]
    fn attention_is_what_the_rules_say_and_never_more_than_wall_time(seed: u64, count in 1usize..60) {
        let events = hostile(seed, count);
        let days = weave_all(&events, &fallback());
        let pieces = woven_pieces(&days);
        prop_assert!(pieces.windows(2).all(|pair| pair[0].1 <= pair[1].0), "an instant counts twice");
        prop_assert_eq!(pieces, attention_by_the_book(&events));
        let mut spans: Vec<_> = days.values().flat_map(|d| &d.spans).map(|s| (s.start, s.end)).collect();
        spans.sort_unstable();
        prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "spans of two dates overlap");
    }

    #[test]
    fn days_of_any_zone_add_up_to_the_period(seed: u64, count in 1usize..60) {
        let events = hostile(seed, count);
        let total = |events: &[Event]| -> i64 {
            weave_all(events, &fallback()).values().flat_map(|d| &d.spans).map(|s| s.micros).sum()
        };
        let whole = total(&events);
        for zone in zones(&events).into_iter().chain([fallback(), Zone::utc()]) {
            let moved: Vec<Event> = events.iter().map(|e| Event { tz: zone.clone(), ..e.clone() }).collect();
            prop_assert_eq!(total(&moved), whole);
        }
    }

    #[test]
    fn devices_are_listed_with_all_their_events(seed: u64, count in 1usize..60) {
        let events = hostile(seed, count);
        let days = weave_all(&events, &fallback());
        let listed: i64 = days.values().flat_map(|d| &d.devices).map(|d| d.events).sum();
        prop_assert_eq!(usize::try_from(listed).ok(), Some(events.len()));
        for (date, day) in &days {
            for device in &day.devices {
                prop_assert!(device.attention_micros >= 0 && device.shadowed_micros >= 0 && device.events > 0);
                let of_date = events.iter().filter(|e| e.device_id == device.device_id && e.tz.date_of(e.ts) == *date);
                prop_assert_eq!(i64::try_from(of_date.count()).ok(), Some(device.events));
            }
        }
    }

    #[test]
    fn parts_add_up_and_reviews_survive_every_replay(seed: u64, count in 1usize..80) {
        let events = hostile(seed, count);
        let mut names: HashSet<String> = HashSet::new();
        for (date, woven) in weave_all(&events, &fallback()) {
            let first = assemble(woven.clone(), answers(&woven.spans, seed), &[]);
            check_sums(&first)?;
            check_shape(&first)?;
            let spans = |day: &Day| day.spans.iter().map(|s| s.span.clone()).collect::<Vec<_>>();
            prop_assert_eq!(spans(&first), woven.spans.clone());
            for block in &first.blocks {
                prop_assert!(names.insert(block.external_ref.clone()), "two blocks have one name");
            }
            for pair in first.blocks.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start, "blocks overlap");
            }
            let pins = reviews(&first, seed);
            for other in [seed, !seed] {
                let replayed = assemble(woven.clone(), answers(&woven.spans, other), &pins);
                check_sums(&replayed)?;
                check_shape(&replayed)?;
                check_reviews(&replayed, &pins)?;
                let unique: HashSet<&str> = replayed.blocks.iter().map(|b| b.external_ref.as_str()).collect();
                prop_assert_eq!(unique.len(), replayed.blocks.len());
                prop_assert_eq!(replayed.date, date);
            }
        }
    }

    #[test]
    fn answers_change_attribution_and_never_time(seed: u64, count in 1usize..60, another: u64) {
        let events = hostile(seed, count);
        for woven in weave_all(&events, &fallback()).into_values() {
            let pins = reviews(&assemble(woven.clone(), answers(&woven.spans, seed), &[]), seed);
            let time = |answers: Vec<Attribution>| {
                let day = assemble(woven.clone(), answers, &pins);
                let spans: Vec<Span> = day.spans.into_iter().map(|s| s.span).collect();
                (day.attention_micros, spans, day.devices, day.timezone)
            };
            let with = time(answers(&woven.spans, seed));
            prop_assert_eq!(&with, &time(answers(&woven.spans, another)));
            prop_assert_eq!(&with, &time(Vec::new()));
        }
    }

    #[test]
    fn confirming_a_block_leaves_the_others_as_they_are(seed: u64, count in 1usize..80) {
        let events = hostile(seed, count);
        for woven in weave_all(&events, &fallback()).into_values() {
            let before = assemble(woven.clone(), answers(&woven.spans, seed), &[]);
            let Some(block) = before.blocks.get(before.blocks.len() / 2) else { continue };
            let pin = Pin {
                entry_id: EntryId(Uuid::from_u128(1)),
                external_ref: block.external_ref.clone(),
                date: woven.date,
                start: block.start,
                end: block.end,
                project_id: ProjectId(Uuid::from_u128(2)),
                status: EntryStatus::Confirmed,
                task_id: block.task_id,
                category: block.category,
                description: None,
                hand: None,
            };
            let after = assemble(woven.clone(), answers(&woven.spans, seed), &[pin]);
            let looks = |day: &Day| -> Vec<_> {
                day.blocks.iter().map(|b| (b.external_ref.clone(), b.start, b.end, b.micros, b.minutes, b.task_id)).collect()
            };
            prop_assert_eq!(looks(&after), looks(&before));
            prop_assert_eq!(after.attributed_micros, before.attributed_micros);
        }
    }
}
