//! The samples devices would have taken of the scenes of a day.

use dayloom_domain::{
    EventId, Zone,
    event::{ActiveApp, InputCadence, Meeting, System},
};
use dayloom_storage::NewEvent;
use jiff::{SignedDuration, Timestamp};

use super::{
    IDLE, Sampled, TICK,
    scenes::{Machine, Scene},
};
use crate::demo::chance::Chance;

/// What the agents of both devices would have sent: a sample a minute of the scene at hand, none above the idle
/// threshold. During a call on the laptop the workstation still answers until it is idle.
pub(super) fn samples(
    start: Timestamp,
    scenes: &[Scene],
    now: Timestamp,
    zone: &Zone,
    chance: &mut Chance,
) -> Vec<Sampled> {
    let mut taken = Vec::new();
    let mut sequence = 0;
    let (mut scene_start, mut tick) = (0, 0);
    let mut previous: Option<&Scene> = None;
    for scene in scenes {
        while tick < scene_start + scene.seconds {
            let ts = start + SignedDuration::from_secs(tick);
            if ts > now {
                return taken;
            }
            let into = tick - scene_start;
            let idle = if scene.away {
                into
            } else {
                chance.between(0, if scene.in_call { 200 } else { 25 })
            };
            if idle <= IDLE {
                sequence += 1;
                taken.push((scene.machine, sample(scene, ts, idle, sequence, zone, chance)));
            }
            let left_behind =
                previous.filter(|p| scene.in_call && p.machine != scene.machine && into + 15 <= IDLE);
            if let Some(behind) = left_behind {
                sequence += 1;
                taken.push((
                    behind.machine,
                    sample(behind, ts, into + 15, sequence, zone, chance),
                ));
            }
            tick += TICK;
        }
        scene_start += scene.seconds;
        if !scene.away {
            previous = Some(scene);
        }
    }
    taken
}

fn sample(
    scene: &Scene,
    ts: Timestamp,
    idle: i64,
    sequence: i64,
    zone: &Zone,
    chance: &mut Chance,
) -> NewEvent {
    let busy = idle < TICK;
    let count = |busy: bool, number: i64| if busy { number.unsigned_abs() } else { 0 };
    NewEvent {
        id: EventId(chance.id()),
        client_seq: sequence,
        ts,
        interval_s: TICK.unsigned_abs().try_into().unwrap_or(60),
        tz: Some(zone.clone()),
        idle_s: u32::try_from(idle).ok(),
        active_app: ActiveApp {
            name: scene.program.0.to_owned(),
            bundle_id: scene.program.1.to_owned(),
            window_title: Some(scene.title.clone()),
        },
        file_context: scene.file.clone(),
        dev_context: scene.dev.clone(),
        browser: scene.browser.clone(),
        input_cadence: Some(InputCadence {
            key_events: count(busy, chance.between(5, 160)),
            mouse_events: count(busy, chance.between(2, 60)),
        }),
        meeting: scene.in_call.then(|| Meeting {
            in_call: true,
            call_app: Some("Zoom".to_owned()),
            calendar_event_id: None,
        }),
        system: Some(System {
            on_battery: Some(false),
            displays: Some(if scene.machine == Machine::Desk { 2 } else { 1 }),
            online: Some(true),
            network: Some(
                if scene.machine == Machine::Desk {
                    "ethernet"
                } else {
                    "wifi"
                }
                .to_owned(),
            ),
        }),
        evidence_ref: None,
    }
}
