//! What language models answered, whose turn it is to be asked for, and what it used.

use std::time::Duration;

use dayloom_domain::{
    DeveloperId, TaskId,
    day::Category,
    decision::{CandidatesDigest, Decision, SignalDigest},
};
use dayloom_storage::{Store, UsageAdded};
use jiff::{Timestamp, civil::date};
use uuid::Uuid;

use crate::world::{minute, now, person, world};

const LEASE: Duration = Duration::from_secs(60);

fn signal(n: u128) -> SignalDigest {
    SignalDigest(Uuid::from_u128(n))
}

fn candidates(n: u128) -> CandidatesDigest {
    CandidatesDigest(Uuid::from_u128(n))
}

fn decision(n: u128, set: u128, confidence: f64, decided_at: Timestamp) -> Decision {
    Decision {
        signal: signal(n),
        candidates: candidates(set),
        category: Category::Productive,
        task_id: Some(TaskId(Uuid::from_u128(7))),
        confidence,
        reason: "because".into(),
        model: "m".into(),
        decided_at,
    }
}

pub async fn a_question_is_answered_once(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let first = decision(1, 1, 0.5, now());
    let later = decision(1, 2, 0.75, minute(1));
    let other = decision(2, 1, 0.25, now());
    store
        .decisions()
        .save(ada, &[first.clone(), other.clone()], &[], now())
        .await
        .unwrap();
    let again = decision(1, 1, 0.9, minute(2));
    store
        .decisions()
        .save(ada, &[again, later.clone()], &[], now())
        .await
        .unwrap();
    let all: Vec<SignalDigest> = (0..1000).map(signal).collect();
    let found = store.decisions().for_signals(ada, &all).await.unwrap();
    assert_eq!(found, vec![later, other.clone()], "the newest of each signal");
    let of_first_set = store
        .decisions()
        .asked(ada, candidates(1), &[signal(1), signal(2), signal(3)])
        .await
        .unwrap();
    assert_eq!(of_first_set.len(), 2);
    assert!(of_first_set.iter().all(|asked| asked.decided));
    assert!(store.decisions().for_signals(bob, &all).await.unwrap().is_empty());
    store
        .decisions()
        .save(bob, &[decision(2, 1, 0.1, now())], &[], now())
        .await
        .unwrap();
    let found = store
        .decisions()
        .for_signals(ada, &[signal(2), signal(2)])
        .await
        .unwrap();
    assert_eq!(found, vec![other], "another's answer changes nothing");
}

pub async fn an_answer_marks_the_days_it_touches(store: &Store) {
    let ada = person(store, "ada").await;
    let (decisions, days) = (store.decisions(), store.days());
    let (one, other) = (date(2026, 11, 20), date(2026, 11, 21));
    let answer = decision(1, 1, 0.5, now());
    decisions
        .save(ada, std::slice::from_ref(&answer), &[one, other, one], now())
        .await
        .unwrap();
    let taken = days.take(now(), LEASE, 10).await.unwrap();
    let mut dates: Vec<_> = taken.iter().map(|day| (day.developer_id, day.date)).collect();
    dates.sort_unstable();
    assert_eq!(dates, [(ada, one), (ada, other)]);
}

pub async fn a_vain_question_waits(store: &Store) {
    let ada = person(store, "ada").await;
    let set = candidates(1);
    for (wait, attempts) in [(5, 1), (10, 2)] {
        let missed = [(signal(2), minute(wait)), (signal(1), minute(wait))];
        store.decisions().miss(ada, set, &missed).await.unwrap();
        let asked = store.decisions().asked(ada, set, &[signal(1)]).await.unwrap();
        assert_eq!((asked[0].decided, asked[0].attempts), (false, attempts));
        assert_eq!(asked[0].not_before, Some(minute(wait)));
    }
    assert!(
        store
            .decisions()
            .for_signals(ada, &[signal(1)])
            .await
            .unwrap()
            .is_empty(),
        "a miss is no decision"
    );
    let answered = decision(1, 1, 0.5, now());
    store
        .decisions()
        .save(ada, std::slice::from_ref(&answered), &[], now())
        .await
        .unwrap();
    store
        .decisions()
        .miss(ada, set, &[(signal(1), minute(30))])
        .await
        .unwrap();
    let asked = store.decisions().asked(ada, set, &[signal(1)]).await.unwrap();
    assert!(asked[0].decided);
    assert_eq!(asked[0].not_before, None);
    assert_eq!(
        store.decisions().for_signals(ada, &[signal(1)]).await.unwrap(),
        vec![answered]
    );
}

async fn turns(store: &Store, at: Timestamp) -> Vec<DeveloperId> {
    let turns = store.decisions().take_turns(at, LEASE, 10).await.unwrap();
    turns.into_iter().map(|turn| turn.developer_id).collect()
}

pub async fn people_take_turns(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let today = date(2026, 11, 21);
    assert_eq!(store.decisions().waiting_day(ada, today).await.unwrap(), None);
    store
        .decisions()
        .note(ada, today, Some(signal(1)), Some(minute(2)), now())
        .await
        .unwrap();
    store
        .decisions()
        .note(bob, today, Some(signal(1)), Some(minute(3)), now())
        .await
        .unwrap();
    assert_eq!(store.decisions().next_turn(minute(1)).await.unwrap(), None);
    assert_eq!(
        store.decisions().next_turn(minute(9)).await.unwrap(),
        Some(minute(2)),
        "the first of two"
    );
    assert!(turns(store, minute(1)).await.is_empty(), "nothing is due");
    let taken = store.decisions().take_turns(minute(2), LEASE, 10).await.unwrap();
    assert_eq!(taken.len(), 1);
    let turn = &taken[0];
    assert_eq!((turn.developer_id, turn.attempts), (ada, 0));
    let waiting = store.decisions().waiting(ada).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].asks), (1, 0));
    assert_eq!(
        turns(store, minute(2)).await,
        Vec::<DeveloperId>::new(),
        "leased, and the other not due"
    );
    let mut both = vec![ada, bob];
    both.sort_unstable();
    assert_eq!(turns(store, minute(4)).await, both);
    assert!(
        !store.decisions().end_turn(turn, true, minute(9)).await.unwrap(),
        "its lease ran out and another has it"
    );
    let turn = store.decisions().take_turns(minute(6), LEASE, 10).await.unwrap();
    let ours = turn.iter().find(|turn| turn.developer_id == ada).unwrap();
    store.decisions().count_ask(ada, &[today, today]).await.unwrap();
    assert!(store.decisions().end_turn(ours, true, minute(20)).await.unwrap());
    assert!(!turns(store, minute(19)).await.contains(&ada), "it waits");
    assert!(
        !store.decisions().renew_turn(ours, minute(40)).await.unwrap(),
        "it ended"
    );
    let late = store.decisions().take_turns(minute(21), LEASE, 10).await.unwrap();
    let ours = late.iter().find(|turn| turn.developer_id == ada).unwrap();
    assert_eq!(ours.attempts, 1);
    store
        .decisions()
        .note(ada, today, None, None, minute(21))
        .await
        .unwrap();
    assert!(store.decisions().end_turn(ours, false, minute(21)).await.unwrap());
    assert!(store.decisions().waiting(ada).await.unwrap().is_empty());
    let day = store.decisions().waiting_day(ada, today).await.unwrap().unwrap();
    assert_eq!((day.asks, day.waiting, day.due_at), (1, None, None));
}

pub async fn the_next_turn_is_the_first_that_comes(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let today = date(2026, 11, 21);
    let decisions = store.decisions();
    assert_eq!(decisions.next_turn(minute(60)).await.unwrap(), None);
    let note = async |who, noted, due| {
        let noted = decisions.note(who, today, Some(signal(1)), Some(due), noted);
        noted.await.unwrap();
    };
    note(ada, now(), minute(9)).await;
    note(bob, minute(7), minute(3)).await;
    assert_eq!(
        decisions.next_turn(minute(60)).await.unwrap(),
        Some(minute(7)),
        "not before the person may be asked for"
    );
    assert_eq!(decisions.next_turn(minute(6)).await.unwrap(), None);
    let held = decisions.take_turns(minute(10), LEASE, 1).await.unwrap();
    assert_eq!(held[0].developer_id, ada, "she waits longest");
    assert_eq!(decisions.next_turn(minute(60)).await.unwrap(), Some(minute(7)));
    assert_eq!(decisions.take_turns(minute(10), LEASE, 1).await.unwrap().len(), 1);
    assert_eq!(
        decisions.next_turn(minute(60)).await.unwrap(),
        Some(minute(11)),
        "what somebody holds comes when their lease runs out"
    );
    assert_eq!(decisions.next_turn(minute(10)).await.unwrap(), None);
}

pub async fn who_is_asked_for_in_vain_is_known(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let today = date(2026, 11, 21);
    assert_eq!(store.decisions().standing(ada).await.unwrap(), None);
    assert_eq!(store.decisions().failing(1).await.unwrap(), (0, 0));
    for someone in [ada, bob] {
        store
            .decisions()
            .note(someone, today, Some(signal(1)), Some(now()), now())
            .await
            .unwrap();
    }
    for n in 0..3 {
        let turns = store.decisions().take_turns(minute(n), LEASE, 10).await.unwrap();
        for turn in turns {
            let failed = turn.developer_id == ada;
            assert!(
                store
                    .decisions()
                    .end_turn(&turn, failed, minute(n + 1))
                    .await
                    .unwrap()
            );
        }
    }
    let hers = store.decisions().standing(ada).await.unwrap().unwrap();
    assert_eq!((hers.attempts, hers.not_before), (3, minute(3)));
    assert_eq!(store.decisions().failing(3).await.unwrap(), (1, 3));
    assert_eq!(store.decisions().failing(4).await.unwrap(), (0, 0));
    let turns = store.decisions().take_turns(minute(3), LEASE, 10).await.unwrap();
    let held = turns.iter().find(|turn| turn.developer_id == ada).unwrap();
    assert!(store.decisions().give_back_turn(held).await.unwrap());
    assert!(
        !store.decisions().give_back_turn(held).await.unwrap(),
        "it is not hers any more"
    );
    assert_eq!(
        store.decisions().standing(ada).await.unwrap(),
        Some(hers),
        "giving back counts for nothing"
    );
    let again = store.decisions().take_turns(minute(3), LEASE, 10).await.unwrap();
    assert_eq!(again[0].developer_id, ada, "it comes again at once");
    store
        .decisions()
        .note(ada, today, None, None, minute(3))
        .await
        .unwrap();
    assert_eq!(
        store.decisions().failing(3).await.unwrap(),
        (0, 0),
        "nothing waits any more"
    );
}

pub async fn of_many_takers_each_turn_is_ones(store: &Store) {
    let today = date(2026, 11, 21);
    for n in 0..12 {
        let someone = person(store, &format!("p{n}")).await;
        store
            .decisions()
            .note(someone, today, Some(signal(1)), Some(now()), now())
            .await
            .unwrap();
    }
    let takers = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.decisions().take_turns(now(), LEASE, 3).await.unwrap() })
    });
    let mut all = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        all.extend(taker.await.unwrap().into_iter().map(|turn| turn.developer_id));
    }
    all.extend(turns(store, now()).await);
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!((count, all.len()), (12, 12));
}

pub async fn days_derived_before_are_noted_later(store: &Store) {
    let w = world(store, "ada").await;
    let day = |day: i8| dayloom_domain::day::Day {
        date: date(2026, 11, day),
        timezone: dayloom_domain::Zone::utc(),
        attention_micros: 0,
        attributed_micros: 0,
        unattributed_micros: 0,
        personal_micros: 0,
        spans: Vec::new(),
        blocks: Vec::new(),
        devices: Vec::new(),
    };
    for n in [1, 20, 21] {
        store.days().write(w.owner, &day(n), now()).await.unwrap();
    }
    let from = date(2026, 11, 15);
    store
        .decisions()
        .note(w.owner, date(2026, 11, 2), None, None, now())
        .await
        .unwrap();
    assert_eq!(store.decisions().sweep(from, now()).await.unwrap(), 2);
    assert_eq!(store.decisions().sweep(from, now()).await.unwrap(), 0);
    let old = store
        .decisions()
        .waiting_day(w.owner, date(2026, 11, 2))
        .await
        .unwrap();
    assert_eq!(old, None, "nothing waited on it");
    assert_eq!(turns(store, now()).await, vec![w.owner]);
}

pub async fn what_was_used_adds_up(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let today = date(2026, 11, 21);
    let one = UsageAdded {
        calls: 1,
        input_tokens: 100,
        output_tokens: 20,
        cost_usd: Some(0.25),
    };
    for _ in 0..2 {
        store
            .usage()
            .add(ada, today, "attribution", "m", one)
            .await
            .unwrap();
    }
    let unknown = UsageAdded {
        cost_usd: None,
        ..one
    };
    store.usage().add(ada, today, "journal", "m", one).await.unwrap();
    store
        .usage()
        .add(ada, today, "journal", "m", unknown)
        .await
        .unwrap();
    store.usage().add(bob, today, "journal", "m", one).await.unwrap();
    assert_eq!(store.usage().tokens_on(ada, today).await.unwrap(), 480);
    assert_eq!(store.usage().tokens_on(ada, date(2026, 11, 20)).await.unwrap(), 0);
    let lines = store.usage().between(ada, today, today).await.unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.purpose.as_str(), line.used.calls, line.used.cost_usd))
        .collect();
    assert_eq!(shown, vec![("attribution", 2, Some(0.5)), ("journal", 2, None)]);
}
