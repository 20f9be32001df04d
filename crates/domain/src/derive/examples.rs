//! Days small enough to work out by hand: what events prove, what becomes of it, and what a person said.

mod blocks;
mod said;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::{
    DeviceId, TaskId,
    day::{AnsweredBy, Attribution, Block, Category, Day},
    event::{Event, Meeting},
    review::Pin,
    sample::bare,
};

const LAPTOP: u128 = 0xa;
const PHONE: u128 = 0xb;

fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}Z").parse().expect("an instant")
}

/// A sample of 60 seconds in an application.
fn event(n: u128, device: u128, time: &str, app: &str) -> Event {
    let mut event = bare(
        EventId(Uuid::from_u128(n)),
        DeviceId(Uuid::from_u128(device)),
        at(time),
    );
    event.active_app.name = app.to_owned();
    event
}

fn idle(event: Event, idle_s: u32) -> Event {
    Event {
        idle_s: Some(idle_s),
        ..event
    }
}

fn in_call(event: Event) -> Event {
    Event {
        meeting: Some(Meeting {
            in_call: true,
            ..Meeting::default()
        }),
        ..event
    }
}

fn woven(events: &[Event]) -> Woven {
    weave(events, "2026-11-21".parse().expect("a date"), &Zone::utc())
}

/// Each span as `app 09:00:00–09:02:00 120`.
fn spans(events: &[Event]) -> Vec<String> {
    let line = |s: &Span| {
        format!(
            "{} {}–{} {}",
            s.signal.app,
            clock(s.start),
            clock(s.end),
            s.micros / 1_000_000
        )
    };
    woven(events).spans.iter().map(line).collect()
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// One answer for each span, by its application: `a` and `b` are tasks, `n` is `a` by its neighbours, `p` is personal, others nobody's.
fn answered(woven: &Woven) -> Vec<Attribution> {
    let by_app = |app: &str| {
        let mut answer = Attribution::nobody("no rule and no task key");
        answer.task_id = match app {
            "a" | "n" => Some(TaskId(Uuid::from_u128(1))),
            "b" => Some(TaskId(Uuid::from_u128(2))),
            _ => None,
        };
        if answer.task_id.is_some() {
            answer = Attribution {
                answered_by: AnsweredBy::Key,
                category: Category::Productive,
                confidence: 0.9,
                reason: format!("key {app}"),
                ..answer
            };
        }
        if app == "n" {
            answer.answered_by = AnsweredBy::Neighbours;
            answer.reason = "before and after it: a".to_owned();
        }
        if app == "p" {
            answer.category = Category::Personal;
        }
        answer
    };
    woven.spans.iter().map(|span| by_app(&span.signal.app)).collect()
}

fn day(minutes: &str, pins: &[Pin]) -> Day {
    let events: Vec<Event> = minutes
        .chars()
        .zip(0u128..)
        .filter(|(app, _)| *app != '.')
        .map(|(app, n)| {
            event(
                n + 1,
                LAPTOP,
                &format!("{:02}:{:02}:00", 9 + n / 60, n % 60),
                &app.to_string(),
            )
        })
        .collect();
    let woven = woven(&events);
    let answers = answered(&woven);
    assemble(woven, answers, pins)
}

/// Each block as `task start–end minutes`.
fn blocks(day: &Day) -> Vec<String> {
    let task = |id: Option<TaskId>| id.map_or("-".to_owned(), |id| format!("{}", id.0.as_u128()));
    let line = |b: &Block| {
        format!(
            "{} {}–{} {}",
            task(b.task_id),
            clock(b.start),
            clock(b.end),
            b.minutes
        )
    };
    day.blocks.iter().map(line).collect()
}

#[test]
fn an_event_proves_its_interval_cut_at_the_next() {
    let events = [
        event(1, LAPTOP, "09:00:00", "code"),
        event(2, LAPTOP, "09:00:40", "mail"),
    ];
    assert_eq!(
        spans(&events),
        ["code 09:00:00–09:00:40 40", "mail 09:00:40–09:01:40 60"]
    );
}

#[test]
fn a_pause_longer_than_the_threshold_is_taken_back_from_its_first_second() {
    let mut events: Vec<Event> = (0..6)
        .map(|n| event(n + 1, LAPTOP, &format!("09:0{n}:00"), "code"))
        .collect();
    events.push(idle(event(7, LAPTOP, "09:06:00", "code"), 301));
    assert_eq!(spans(&events), ["code 09:00:00–09:00:59 59"]);
    events[6].idle_s = Some(300);
    events.push(event(8, LAPTOP, "09:07:30", "code"));
    assert_eq!(
        spans(&events),
        ["code 09:00:00–09:08:30 480"],
        "a shorter pause is thinking, and counts"
    );
}

#[test]
fn a_device_that_falls_silent_near_the_threshold_was_left() {
    let mut events: Vec<Event> = (0..4)
        .map(|n| event(n + 1, LAPTOP, &format!("09:0{n}:00"), "code"))
        .collect();
    events.push(idle(event(5, LAPTOP, "09:04:00", "code"), 240));
    assert_eq!(
        spans(&events),
        Vec::<String>::new(),
        "240 + 60 reaches 300 and nothing follows"
    );
    events.push(event(6, LAPTOP, "09:05:30", "code"));
    assert_eq!(
        spans(&events),
        ["code 09:00:00–09:06:30 360"],
        "an event at exactly one and a half intervals follows"
    );
    events[5].ts = at("09:05:31");
    assert_eq!(spans(&events), ["code 09:05:31–09:06:31 60"]);
}

#[test]
fn calls_are_never_taken_back() {
    let events = [
        in_call(idle(event(1, LAPTOP, "09:00:00", "zoom"), 4_000)),
        event(2, LAPTOP, "09:01:00", "code"),
        idle(event(3, LAPTOP, "09:02:00", "code"), 3_000),
    ];
    assert_eq!(spans(&events), ["zoom 09:00:00–09:01:00 60"]);
}

#[test]
fn the_device_touched_last_has_the_attention() {
    let events = [
        idle(event(1, LAPTOP, "09:00:00", "code"), 5),
        idle(event(2, PHONE, "09:00:20", "chat"), 30),
        idle(event(3, PHONE, "09:00:40", "chat"), 0),
    ];
    assert_eq!(
        spans(&events),
        ["code 09:00:00–09:00:40 40", "chat 09:00:40–09:01:40 60"]
    );
    let devices = woven(&events).devices;
    let line: Vec<_> = devices
        .iter()
        .map(|d| (d.events, d.attention_micros, d.shadowed_micros))
        .collect();
    assert_eq!(line, [(1, 40_000_000, 20_000_000), (2, 60_000_000, 20_000_000)]);
}

#[test]
fn of_equals_the_later_then_the_lower_device_has_the_attention() {
    let later = [
        idle(event(1, LAPTOP, "09:00:00", "code"), 0),
        idle(event(2, PHONE, "09:00:30", "chat"), 30),
    ];
    assert_eq!(
        spans(&later),
        ["code 09:00:00–09:00:30 30", "chat 09:00:30–09:01:30 60"]
    );
    let equal = [
        event(1, PHONE, "09:00:00", "chat"),
        event(2, LAPTOP, "09:00:00", "code"),
    ];
    assert_eq!(spans(&equal), ["code 09:00:00–09:01:00 60"]);
}

#[test]
fn a_gap_of_one_and_a_half_intervals_is_inside_the_span_and_not_in_its_seconds() {
    let mut events = [
        event(1, LAPTOP, "09:00:00", "code"),
        event(2, LAPTOP, "09:02:30", "code"),
    ];
    assert_eq!(spans(&events), ["code 09:00:00–09:03:30 120"]);
    events[1].ts = at("09:02:31");
    assert_eq!(
        spans(&events),
        ["code 09:00:00–09:01:00 60", "code 09:02:31–09:03:31 60"]
    );
    events[1].ts = at("09:02:30");
    let other = event(3, PHONE, "09:01:30", "chat");
    assert_eq!(
        spans(&[events.to_vec(), vec![other]].concat()).len(),
        3,
        "another's time in a gap parts them"
    );
}

#[test]
fn a_span_is_cut_at_local_midnight_of_its_own_zone() {
    let kolkata = Zone::parse("Asia/Kolkata").expect("a zone");
    let events = [Event {
        tz: kolkata.clone(),
        ..event(1, LAPTOP, "18:29:30", "code")
    }];
    let days = weave_all(&events, &Zone::utc());
    let lengths: Vec<_> = days
        .values()
        .map(|d| {
            (
                d.date.to_string(),
                d.spans[0].micros,
                d.devices.len(),
                d.carried.len(),
            )
        })
        .collect();
    assert_eq!(
        lengths,
        [
            ("2026-11-21".to_owned(), 30_000_000, 1, 0),
            ("2026-11-22".to_owned(), 30_000_000, 0, 1)
        ]
    );
    let names: Vec<_> = days
        .into_values()
        .map(|woven| assemble(woven, Vec::new(), &[]))
        .map(|day| (day.timezone, day.blocks[0].external_ref.clone()))
        .collect();
    let id = "tracker:00000000-0000-0000-0000-000000000001";
    assert_eq!(
        names,
        [
            (kolkata.clone(), id.to_owned()),
            (kolkata, format!("{id}@1795285800000000"))
        ]
    );
}

#[test]
fn a_day_without_evidence_is_all_zeros() {
    let kolkata = Zone::parse("Asia/Kolkata").expect("a zone");
    let day = assemble(
        weave(&[], "2026-11-21".parse().expect("a date"), &kolkata),
        Vec::new(),
        &[],
    );
    assert_eq!(
        (
            day.attention_micros,
            day.spans.len(),
            day.blocks.len(),
            day.devices.len()
        ),
        (0, 0, 0, 0)
    );
    assert_eq!(day.timezone, kolkata);
}

#[test]
fn an_event_can_change_the_day_before_through_the_one_it_follows() {
    let before = "2026-11-20".parse().expect("a date");
    let yesterday = Event {
        interval_s: 600,
        ..event(1, LAPTOP, "00:00:00", "code")
    };
    let yesterday = Event {
        ts: "2026-11-20T23:15:00Z".parse().expect("an instant"),
        ..yesterday
    };
    let quiet = Event {
        interval_s: 600,
        idle_threshold_s: 3_600,
        ..idle(event(2, LAPTOP, "00:10:00", "code"), 3_590)
    };
    let follower = event(3, LAPTOP, "00:25:00", "code");
    let left = vec![yesterday.clone(), quiet.clone()];
    let back = vec![yesterday, quiet, follower.clone()];
    let attention = |events: &[Event]| {
        weave(events, before, &Zone::utc())
            .spans
            .iter()
            .map(|s| s.micros)
            .sum::<i64>()
    };
    assert_eq!((attention(&left), attention(&back)), (0, 600_000_000));
    let (from, to) = touched(follower.ts, follower.idle_s);
    assert!(dates(from, to, &[Zone::utc()]).contains(&before));
}

#[test]
fn the_longest_pause_reaches_back_from_the_last_instant_of_the_window() {
    let yesterday = Event {
        ts: "2026-11-20T23:59:00Z".parse().expect("an instant"),
        ..event(1, LAPTOP, "00:00:00", "code")
    };
    let date = "2026-11-20".parse().expect("a date");
    let waking = idle(event(2, LAPTOP, "23:59:59", "code"), 86_400);
    let (_, to) = evidence_window(date);
    assert!(waking.ts < to);
    let spans = weave(&[yesterday, waking], date, &Zone::utc()).spans;
    assert_eq!(spans[0].micros, 59_000_000);
}
