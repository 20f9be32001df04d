//! Evidence as unkind as it comes: several devices at once, clocks that repeat and skip, travel between zones off
//! the hour and over both changes of the clock, midnight, calls, pauses just at the threshold, restarted counters.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Random, bare};
use crate::{
    DeviceId, EventId, Zone,
    event::{ActiveApp, Event, FileContext, Meeting},
};

/// Zones with whole, half and quarter hours, whose clocks change at different times: in Havana and Cairo at
/// midnight, on Lord Howe by half an hour.
const ZONES: [&str; 9] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
];

/// Instants around which something happens in one of these zones.
const MOMENTS: [&str; 9] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-03-08T05:00:00Z",
    "2026-11-01T05:00:00Z",
    "2026-04-04T15:00:00Z",
    "2026-10-03T15:30:00Z",
    "2026-04-23T22:00:00Z",
    "2026-10-29T21:00:00Z",
    "2026-11-21T18:30:00Z",
];

/// `count` events of one developer on up to four devices within some two days.
pub fn hostile(seed: u64, count: usize) -> Vec<Event> {
    let mut random = Random::new(seed);
    let moment: Timestamp = random.pick(&MOMENTS).parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let devices = random.between(1, 4);
    // Devices whose samples fall on the same instants, or anywhere.
    let aligned = random.chance(30);
    let spread = *random.pick(&[1_800, 7_200, 86_400, 172_800]);
    let mut events = Vec::with_capacity(count);
    for device in 0..devices {
        let device = DeviceId(Uuid::from_u128(0xd0 + u128::try_from(device).unwrap_or(0)));
        let share = count / usize::try_from(devices).unwrap_or(1);
        let mut zone = zone(&mut random);
        let mut interval = interval(&mut random);
        let mut at = moment.as_microsecond() + random.between(-spread, spread) * 1_000_000;
        let mut looks = random.between(0, 3);
        for seq in 0..share {
            if random.chance(5) {
                zone = self::zone(&mut random);
            }
            if random.chance(10) {
                interval = self::interval(&mut random);
            }
            if random.chance(25) {
                looks = random.between(0, 3);
            }
            let whole = if aligned {
                at - at.rem_euclid(60_000_000)
            } else {
                at
            };
            let ts = Timestamp::from_microsecond(whole).unwrap_or(moment);
            let event = bare(EventId(random.uuid()), device, ts);
            let seq = if random.chance(3) {
                0
            } else {
                i64::try_from(seq).unwrap_or(0)
            };
            events.push(dress(
                Event {
                    client_seq: seq,
                    interval_s: interval,
                    tz: zone.clone(),
                    ..event
                },
                looks,
                &mut random,
            ));
            at += step(interval, spread, &mut random);
        }
    }
    random.shuffle(&mut events);
    events
}

fn zone(random: &mut Random) -> Zone {
    Zone::parse(random.pick::<&str>(&ZONES)).unwrap_or_else(|_| Zone::utc())
}

fn interval(random: &mut Random) -> u32 {
    *random.pick(&[1, 7, 30, 60, 60, 60, 61, 300, 600])
}

/// To the next event: mostly an interval and a little, sometimes at once, at exactly one and a half, or much later.
fn step(interval: u32, spread: i64, random: &mut Random) -> i64 {
    let interval = i64::from(interval) * 1_000_000;
    match random.between(0, 19) {
        0 => 0,
        1 => random.between(1, interval),
        2 => interval * 3 / 2,
        3 => interval * 3 / 2 + 1,
        4 => random.between(1, spread / 4) * 1_000_000,
        5 => random.between(interval, 3 * interval),
        6 => -random.between(1, interval),
        _ => interval + random.between(0, 20_000),
    }
}

/// What was on the screen, how long the person had been quiet, whether in a call.
fn dress(mut event: Event, looks: i64, random: &mut Random) -> Event {
    event.idle_threshold_s = *random.pick(&[30, 60, 300, 300, 3_600]);
    let (threshold, interval) = (i64::from(event.idle_threshold_s), i64::from(event.interval_s));
    let idle = match random.between(0, 9) {
        0..=2 => None,
        3..=5 => Some(random.between(0, interval)),
        6 => Some(random.between(0, 2 * threshold)),
        7 => Some((threshold - interval).max(0)),
        8 => Some(threshold + random.between(0, 1)),
        _ => random.chance(20).then(|| random.between(0, 86_400)),
    };
    event.idle_s = idle.and_then(|idle| u32::try_from(idle).ok());
    event.meeting = random.chance(15).then(|| Meeting {
        in_call: random.chance(80),
        ..Meeting::default()
    });
    let unread = random.between(1, 9);
    event.active_app = ActiveApp {
        name: ["code", "firefox", "term", "chat"][usize::try_from(looks).unwrap_or(0)].to_owned(),
        bundle_id: String::new(),
        window_title: (looks == 3).then(|| format!("({unread}) team")),
    };
    event.file_context = (looks == 0).then(|| FileContext {
        path: None,
        repo: Some("acme/shop".to_owned()),
        branch: Some(random.pick(&["PROJ-1", "PROJ-2"]).to_string()),
    });
    event
}
