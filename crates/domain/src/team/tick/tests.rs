//! Every row of the tick's rules as a table, and what must hold whatever the inputs.

use jiff::civil::time;
use proptest::prelude::*;

use super::*;

const START: i64 = 1_800_000_000;

fn secs(s: i64) -> SignedDuration {
    SignedDuration::from_secs(s)
}

fn quiet(platform: Platform) -> Inputs {
    Inputs {
        now: Timestamp::from_second(START).expect("in range"),
        local_time: time(10, 0, 0, 0),
        platform,
        tracking: true,
        aw_reachable: true,
        aw_input_age: None,
        os_idle: Some(secs(9_000)),
        ide_focused: false,
        ide_focus_age: None,
    }
}

fn policy() -> Policy {
    Policy {
        idle_window: secs(300),
        use_activity_watch: true,
        require_activity_watch: true,
        sleep: None,
    }
}

fn fresh(inputs: &Inputs, policy: &Policy) -> Option<(State, Reason)> {
    decide(&mut ActivityClock::default(), inputs, policy)
}

#[test]
fn rows_of_the_trust_rules() {
    use Platform::{Linux, MacOs, Windows};
    use Reason::*;
    // platform, AW age, OS idle, editor focused, focus age, verdict
    let rows = [
        (Linux, Some(1), Some(2), false, None, Some(AwOs)),
        (Windows, Some(1), Some(2), true, None, Some(AwOs)),
        (Windows, None, Some(2), false, None, Some(Os)),
        (MacOs, Some(300), Some(299), false, None, Some(Os)),
        (Linux, None, Some(2), false, None, None),
        (Linux, Some(1), Some(300), true, None, Some(AwIde)),
        (Linux, Some(1), Some(900), false, Some(299), Some(AwIde)),
        (Linux, Some(1), Some(900), false, Some(300), None),
        (MacOs, Some(1), None, true, None, Some(AwIde)),
        (Linux, Some(1), None, true, None, Some(AwIde)),
        (Linux, Some(1), None, false, None, Some(AwLinux)),
        (Windows, Some(1), None, false, None, None),
        (Linux, None, Some(2), true, None, Some(OsIde)),
        (Linux, Some(300), None, false, None, None),
        (Linux, None, None, true, None, None),
    ];
    for (platform, aw, os, ide_focused, focus, reason) in rows {
        let inputs = Inputs {
            aw_input_age: aw.map(secs),
            os_idle: os.map(secs),
            ide_focused,
            ide_focus_age: focus.map(secs),
            ..quiet(platform)
        };
        let verdict = fresh(&inputs, &policy()).expect("a tick");
        match reason {
            Some(reason) => assert_eq!(verdict, (State::Active, reason), "{inputs:?}"),
            None => assert_eq!(verdict.0, State::Idle, "{inputs:?}"),
        }
    }
}

#[test]
fn idle_says_whether_anything_moved() {
    let lone = Inputs {
        os_idle: Some(secs(1)),
        ..quiet(Platform::Linux)
    };
    assert_eq!(
        fresh(&lone, &policy()),
        Some((State::Idle, Reason::Uncorroborated))
    );
    assert_eq!(
        fresh(&quiet(Platform::Linux), &policy()),
        Some((State::Idle, Reason::NoInput))
    );
}

#[test]
fn no_tick_then_sleep_then_gate() {
    let night = Policy {
        sleep: SleepWindow::parse("09:00-11:00").expect("a window"),
        ..policy()
    };
    let gone = Inputs {
        aw_reachable: false,
        os_idle: Some(secs(0)),
        ..quiet(Platform::Windows)
    };
    assert_eq!(
        fresh(
            &Inputs {
                tracking: false,
                ..gone.clone()
            },
            &night
        ),
        None
    );
    assert_eq!(fresh(&gone, &night), Some((State::Idle, Reason::SleepWindow)));
    assert_eq!(
        fresh(&gone, &policy()),
        Some((State::Gated, Reason::AwUnreachable))
    );
    let lenient = Policy {
        require_activity_watch: false,
        ..policy()
    };
    assert_eq!(fresh(&gone, &lenient), Some((State::Active, Reason::Os)));
    let without = Policy {
        use_activity_watch: false,
        ..policy()
    };
    assert_eq!(fresh(&gone, &without), Some((State::Active, Reason::Os)));
}

#[test]
fn one_keystroke_is_worth_one_window() {
    let mut clock = ActivityClock::default();
    let mut active = 0;
    for minute in 0..20 {
        let elapsed = secs(minute * 60 + 59);
        let inputs = Inputs {
            now: Timestamp::from_second(START).expect("in range") + elapsed,
            aw_input_age: Some(elapsed),
            os_idle: Some(elapsed),
            ..quiet(Platform::Linux)
        };
        active += i32::from(decide(&mut clock, &inputs, &policy()).expect("a tick").0 == State::Active);
    }
    assert_eq!(active, 5);
}

#[test]
fn recent_activity_carries_until_the_window_ends() {
    let mut clock = ActivityClock::default();
    let start = quiet(Platform::Linux);
    let typed = Inputs {
        aw_input_age: Some(secs(0)),
        os_idle: Some(secs(30)),
        ..start.clone()
    };
    assert_eq!(
        decide(&mut clock, &typed, &policy()),
        Some((State::Active, Reason::AwOs))
    );
    // The older of the two inputs moved the clock: 30 s before the tick.
    assert_eq!(clock.age(start.now), Some(secs(30)));
    let at = |s| Inputs {
        now: start.now + secs(s),
        ..start.clone()
    };
    assert_eq!(
        decide(&mut clock, &at(269), &policy()),
        Some((State::Active, Reason::Recent))
    );
    assert_eq!(
        decide(&mut clock, &at(270), &policy()),
        Some((State::Idle, Reason::NoInput))
    );
}

#[test]
fn the_least_window_of_the_workspaces_counts() {
    assert_eq!(idle_window([5, 3, 9], 1), secs(180));
    assert_eq!(idle_window([], 7), secs(420));
}

fn any_platform() -> impl Strategy<Value = Platform> {
    prop_oneof![
        Just(Platform::Linux),
        Just(Platform::MacOs),
        Just(Platform::Windows)
    ]
}

fn any_age() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(0i64..700)
}

prop_compose! {
    fn any_inputs()(platform in any_platform(), after in 0i64..4_000, aw_reachable in any::<bool>(), aw in any_age(),
                    os in any_age(), ide_focused in any::<bool>(), focus in any_age()) -> Inputs {
        Inputs {
            now: Timestamp::from_second(START + after).expect("in range"),
            aw_reachable,
            aw_input_age: aw.map(secs),
            os_idle: os.map(secs),
            ide_focused,
            ide_focus_age: focus.map(secs),
            ..quiet(platform)
        }
    }
}

proptest! {
    #[test]
    fn losing_evidence_never_makes_a_tick_active(full in any_inputs(), older in 0i64..900, which in 0u8..4) {
        let mut less = full.clone();
        match which {
            0 => less.aw_input_age = None,
            1 => less.aw_input_age = less.aw_input_age.map(|a| a + secs(older)),
            // Not taken away: without an idle signal Linux is judged by ActivityWatch alone, by rule `aw-linux`.
            2 => less.os_idle = less.os_idle.map(|a| a + secs(older)),
            _ => { less.ide_focused = false; less.ide_focus_age = None; }
        }
        let active = |inputs: &Inputs| matches!(fresh(inputs, &policy()), Some((State::Active, _)));
        prop_assert!(active(&full) || !active(&less));
    }

    #[test]
    fn without_activitywatch_nothing_turns_active(full in any_inputs(), required in any::<bool>()) {
        let less = Inputs { aw_reachable: false, ..full.clone() };
        let policy = Policy { require_activity_watch: required, ..policy() };
        let active = |inputs: &Inputs| matches!(fresh(inputs, &policy), Some((State::Active, _)));
        prop_assert!(active(&full) || !active(&less));
    }

    #[test]
    fn what_is_yet_to_come_proves_nothing(inputs in any_inputs(), ahead in 6i64..100_000) {
        let odd = Inputs {
            aw_input_age: inputs.aw_input_age.map(|_| secs(-ahead)),
            os_idle: inputs.os_idle.map(|_| secs(-ahead)),
            ..inputs
        };
        let told = fresh(&odd, &policy());
        prop_assert!(!matches!(told, Some((State::Active, _))), "{told:?}");
    }

    #[test]
    fn a_clock_that_was_set_back_is_none_and_begins_anew(back in 6i64..100_000, typed in 0i64..300) {
        let now = quiet(Platform::Linux).now;
        let at = |now, age: Option<i64>| Inputs {
            now,
            aw_input_age: age.map(secs),
            os_idle: age.map(secs),
            ..quiet(Platform::Linux)
        };
        let mut clock = ActivityClock::default();
        decide(&mut clock, &at(now, Some(0)), &policy());
        let earlier = now - secs(back);
        prop_assert_eq!(decide(&mut clock, &at(earlier, None), &policy()), Some((State::Idle, Reason::NoInput)));
        prop_assert_eq!(decide(&mut clock, &at(earlier, Some(typed)), &policy()), Some((State::Active, Reason::AwOs)));
        prop_assert_eq!(clock.age(earlier), Some(secs(typed)));
    }

    #[test]
    fn a_late_tick_counts_once(before in 1usize..30, asleep in 600i64..100_000, after in 1usize..30) {
        let mut clock = ActivityClock::default();
        let mut now = Timestamp::from_second(START).expect("in range");
        let mut minutes = std::collections::BTreeSet::new();
        for turn in 0..before + after {
            now += secs(if turn == before { asleep } else { 60 });
            let typed = Inputs { now, aw_input_age: Some(secs(0)), os_idle: Some(secs(0)), ..quiet(Platform::Linux) };
            prop_assert_eq!(decide(&mut clock, &typed, &policy()), Some((State::Active, Reason::AwOs)));
            minutes.insert(now.as_second() / 60);
        }
        // One minute for each tick: the gap is not filled.
        prop_assert_eq!(minutes.len(), before + after);
        prop_assert_eq!(clock.age(now), Some(secs(0)));
    }

    #[test]
    fn the_clock_never_moves_back(mut ticks in proptest::collection::vec(any_inputs(), 1..40)) {
        ticks.sort_by_key(|inputs| inputs.now);
        let mut clock = ActivityClock::default();
        for inputs in ticks {
            let before = clock;
            decide(&mut clock, &inputs, &policy());
            prop_assert!(clock.0 >= before.0);
        }
    }

    #[test]
    fn active_means_proof_within_the_window(ticks in proptest::collection::vec(any_inputs(), 1..40)) {
        let mut clock = ActivityClock::default();
        for inputs in ticks {
            if let Some((State::Active, _)) = decide(&mut clock, &inputs, &policy()) {
                prop_assert!(clock.age(inputs.now).expect("proved") < secs(300));
            }
        }
    }
}
