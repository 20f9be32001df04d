//! The machine against servers of every mood: nothing is lost, nothing is let go of too early, all gets through.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

use super::*;

/// A spool and a clock around a machine; what the server does is each test's own.
struct World {
    machine: Machine,
    rng: StdRng,
    now: Millis,
    waiting: BTreeSet<i64>,
    aside: BTreeMap<i64, String>,
    /// Rows let go of as delivered.
    gone: BTreeSet<i64>,
    /// How often the server took a row.
    taken: BTreeMap<i64, u32>,
    sends: Vec<(Millis, usize)>,
    enrols: u32,
}

impl World {
    fn new(rows: impl IntoIterator<Item = i64>, seed: u64) -> Self {
        Self {
            machine: Machine::default(),
            rng: StdRng::seed_from_u64(seed),
            now: 1_000_000,
            waiting: rows.into_iter().collect(),
            aside: BTreeMap::new(),
            gone: BTreeSet::new(),
            taken: BTreeMap::new(),
            sends: vec![],
            enrols: 0,
        }
    }

    /// Runs until the machine rests; answers until when.
    fn run(&mut self, input: Input, mut server: impl FnMut(&[i64]) -> Answer) -> Option<Millis> {
        let mut input = input;
        for _ in 0..10_000 {
            input = match self.machine.step(self.now, input, &mut self.rng) {
                Work::Rest(until) => {
                    assert!(
                        until.is_none_or(|until| until > self.now),
                        "a rest that ends at once would spin"
                    );
                    return until;
                }
                Work::Load(Load::Row(row)) => {
                    Input::Loaded(self.waiting.get(&row).into_iter().copied().collect())
                }
                Work::Load(Load::Oldest { limit, skip }) => {
                    assert!((1..=MAX_BATCH).contains(&limit));
                    Input::Loaded(
                        self.waiting
                            .iter()
                            .filter(|row| !skip.contains(row))
                            .take(limit)
                            .copied()
                            .collect(),
                    )
                }
                Work::Send(rows) => {
                    self.sends.push((self.now, rows.len()));
                    let answer = server(&rows);
                    if let Answer::Taken { refused } = &answer {
                        for row in rows
                            .iter()
                            .filter(|row| refused.iter().all(|(other, _)| other != *row))
                        {
                            *self.taken.entry(*row).or_default() += 1;
                        }
                    }
                    Input::Answered(answer)
                }
                Work::Settle(settlement) => {
                    for row in settlement.delivered {
                        assert!(self.waiting.remove(&row), "row {row} was let go of twice");
                        assert!(
                            self.taken.contains_key(&row),
                            "row {row} was let go of before the server took it"
                        );
                        self.gone.insert(row);
                    }
                    for (row, reason) in settlement.refused {
                        assert!(self.waiting.remove(&row), "row {row} was put aside twice");
                        self.aside.insert(row, reason);
                    }
                    Input::Settled(true)
                }
                Work::Enrol => {
                    self.enrols += 1;
                    Input::Enrolled(true)
                }
            };
        }
        panic!("the machine spins");
    }

    /// Runs on through every rest for a while.
    fn run_for(&mut self, time: Millis, mut server: impl FnMut(&[i64]) -> Answer) {
        let end = self.now + time;
        while let Some(until) = self.run(Input::Wake, &mut server) {
            if until > end {
                break;
            }
            self.now = until;
        }
        self.now = end;
    }
}

fn takes(_: &[i64]) -> Answer {
    Answer::Taken { refused: vec![] }
}

fn refuses(status: u16) -> impl Fn(&[i64]) -> Answer {
    move |_| Answer::Refused {
        status,
        retry_after_s: None,
    }
}

#[test]
fn an_outage_is_drained_without_a_pause_between_batches() {
    let mut world = World::new(0..5_000, 1);
    world.run_for(3_600_000, |_| Answer::Unreachable);
    assert_eq!(world.machine.health(), Health::Unreachable);
    assert_eq!(world.waiting.len(), 5_000);
    world.now += 300_000;
    let before = world.sends.len();
    let start = world.now;
    assert_eq!(world.run(Input::Wake, takes), None);
    assert!(world.waiting.is_empty());
    assert_eq!(world.sends[before..], [(start, 500); 10]);
    assert_eq!(world.machine.health(), Health::Flowing);
}

#[test]
fn batches_stay_under_the_limit_of_the_server() {
    let mut world = World::new(0..60_000, 1);
    world.run_for(600_000, takes);
    assert!(world.waiting.is_empty());
    for (index, (at, _)) in world.sends.iter().enumerate() {
        let in_window = world.sends[..=index]
            .iter()
            .filter(|(other, _)| at - other < 60_000)
            .count();
        assert!(in_window <= 30, "{in_window} batches within a minute");
    }
}

#[test]
fn quick_sampling_gathers_company() {
    let mut world = World::new([], 1);
    for row in 0..600 {
        world.waiting.insert(row);
        world.run(Input::Wake, takes);
        world.now += 1_000;
    }
    world.run_for(10_000, takes);
    assert!(world.waiting.is_empty());
    assert!(
        world.sends.len() <= 241,
        "{} sends in ten minutes",
        world.sends.len()
    );
}

#[test]
fn waits_named_by_the_server_are_kept() {
    let mut world = World::new(0..3, 1);
    let busy = |_: &[i64]| Answer::Refused {
        status: 429,
        retry_after_s: Some(42),
    };
    let until = world.run(Input::Wake, busy).expect("a rest");
    assert!((42_000..=43_000).contains(&(until - world.now)));
    assert_eq!(world.machine.health(), Health::Limited);
    // New events do not shorten the wait.
    world.now += 1_000;
    assert_eq!(world.run(Input::Wake, |_| panic!("too early")), Some(until));
    world.now = until;
    let until = world.run(Input::Wake, refuses(429)).expect("a rest");
    assert!((10_000..=11_000).contains(&(until - world.now)));
    let down = |_: &[i64]| Answer::Refused {
        status: 503,
        retry_after_s: Some(7),
    };
    world.now = until;
    let until = world.run(Input::Wake, down).expect("a rest");
    assert!((7_000..=8_000).contains(&(until - world.now)));
}

#[test]
fn a_refused_token_is_said_and_tried_again_slowly() {
    let mut world = World::new(0..3, 1);
    world.run_for(3_600_000, refuses(401));
    assert_eq!(world.machine.health(), Health::TokenRefused(401));
    assert!(world.sends.len() <= 5, "{} tries in an hour", world.sends.len());
    assert_eq!(world.waiting.len(), 3);
    world.run(Input::Fresh, takes);
    assert!(world.waiting.is_empty());
}

#[test]
fn a_schema_the_server_does_not_speak_keeps_everything() {
    let mut world = World::new(0..3, 1);
    world.run_for(3_600_000, refuses(409));
    assert_eq!(world.machine.health(), Health::SchemaRefused);
    assert_eq!(world.waiting.len(), 3);
    world.run_for(600_000, takes);
    assert!(world.waiting.is_empty());
}

#[test]
fn a_device_that_is_not_enrolled_is_enrolled_again() {
    let mut world = World::new(0..3, 1);
    let mut first = true;
    world.run(Input::Wake, |rows| {
        if std::mem::take(&mut first) {
            refuses(404)(rows)
        } else {
            takes(rows)
        }
    });
    assert_eq!(world.enrols, 1);
    assert!(world.waiting.is_empty());

    let mut world = World::new(0..3, 1);
    world.run_for(60_000, refuses(404));
    assert!(world.enrols <= 8, "{} enrolments in a minute", world.enrols);
    assert_eq!(world.machine.health(), Health::NotEnrolled);
}

#[test]
fn one_poisonous_event_is_found_and_put_aside() {
    for status in [422, 500, 413, 400] {
        for poison in [0, 1, 249, 499, 500, 1_234] {
            let mut world = World::new(0..1_235, 1);
            let server = |rows: &[i64]| {
                if rows.contains(&poison) {
                    refuses(status)(rows)
                } else {
                    takes(rows)
                }
            };
            world.run_for(600_000, server);
            world.waiting.extend([5_000]);
            world.run_for(600_000, server);
            assert!(
                world.waiting.is_empty(),
                "{status} at {poison}: {:?}",
                world.waiting
            );
            assert_eq!(world.aside.keys().copied().collect::<Vec<_>>(), [poison]);
            assert!(world.aside[&poison].contains(&status.to_string()));
            assert!(
                world.sends.len() < 30,
                "{status} at {poison}: {} sends",
                world.sends.len()
            );
        }
    }
}

#[test]
fn a_server_that_fails_for_all_is_no_events_fault() {
    for status in [422, 500] {
        let mut world = World::new(0..700, 1);
        world.run_for(24 * 3_600_000, refuses(status));
        assert_eq!(world.aside, BTreeMap::new());
        assert_eq!(world.machine.health(), Health::Failing(status));
        world.run_for(3_600_000, takes);
        assert!(world.waiting.is_empty());
        assert_eq!(world.aside, BTreeMap::new());
    }
}

#[test]
fn an_answer_that_cannot_be_read_lets_go_of_nothing() {
    let mut world = World::new(0..3, 1);
    world.run_for(600_000, |_| Answer::Unclear);
    assert_eq!(world.waiting.len(), 3);
}

/// How a generated server treats one request.
#[derive(Clone, Debug)]
enum Mood {
    Takes,
    /// Stores the events, but the answer never arrives.
    TakesSilently,
    Unclear,
    Down,
    Status(u16, Option<u64>),
}

fn mood() -> impl Strategy<Value = Mood> {
    prop_oneof![
        4 => Just(Mood::Takes),
        1 => Just(Mood::TakesSilently),
        1 => Just(Mood::Unclear),
        1 => Just(Mood::Down),
        4 => (
            prop::sample::select(vec![301, 400, 401, 403, 404, 409, 413, 422, 429, 500, 500, 502, 503]),
            prop::option::of(0_u64..200)
        ).prop_map(|(status, wait)| Mood::Status(status, wait)),
    ]
}

proptest! {
    /// Whatever the server answers, every event waits, was taken, or was refused for itself; and once the server
    /// is well, all gets through, each poisonous one aside with its reason.
    #[test]
    fn nothing_is_lost_and_all_gets_through(
        count in 1_i64..1_500,
        poison in prop::collection::btree_set(0_i64..1_500, 0..5),
        named in prop::collection::btree_set(0_i64..1_500, 0..5),
        moods in prop::collection::vec(mood(), 0..60),
        poison_status in prop::sample::select(vec![422_u16, 500]),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(0..count, seed);
        let mut stored = BTreeSet::new();
        let mut moods = moods.into_iter();
        let mut fresh = count;
        let mut honest = |rows: &[i64]| {
            if rows.iter().any(|row| poison.contains(row)) {
                return Answer::Refused { status: poison_status, retry_after_s: None };
            }
            let refused: Vec<_> =
                rows.iter().filter(|row| named.contains(row)).map(|row| (*row, "named".to_owned())).collect();
            stored.extend(rows.iter().filter(|row| !named.contains(row)).copied());
            Answer::Taken { refused }
        };
        let mut moody = |rows: &[i64]| match moods.next().unwrap_or(Mood::Takes) {
            Mood::Takes => honest(rows),
            Mood::TakesSilently => { honest(rows); Answer::Unreachable }
            Mood::Unclear => Answer::Unclear,
            Mood::Down => Answer::Unreachable,
            Mood::Status(status, retry_after_s) => Answer::Refused { status, retry_after_s },
        };
        for _ in 0..400 {
            world.run_for(60_000, &mut moody);
            world.waiting.insert(fresh.max(1_500));
            fresh = fresh.max(1_500) + 1;
        }
        world.run_for(3_600_000, &mut moody);
        prop_assert!(world.waiting.is_empty(), "{:?} still wait", world.waiting);
        for row in (0..count).chain(1_500..fresh) {
            let aside = world.aside.contains_key(&row);
            prop_assert!(aside != world.gone.contains(&row), "{} must be in one place", row);
            if !aside {
                prop_assert!(stored.contains(&row), "{} was let go of but is not stored", row);
            }
        }
        for (row, reason) in &world.aside {
            if named.contains(row) && !poison.contains(row) {
                prop_assert!(reason == "named" || reason.contains("alone"));
            }
        }
    }
}
