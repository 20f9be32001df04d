//! Why a span has its answer: as the day shows it and as it was kept with the day, for its person alone.

mod generated;

use dayloom_attribution::{EVIDENCE_AT_MOST, EvidenceKind, Explanation, SHARES_AT_MOST, TEXT_AT_MOST};
use dayloom_domain::{
    Clock, EventId,
    day::{AnsweredBy, Category},
    event::FileContext,
    review::{Change, EntryStatus},
    rule::{RuleField, RuleMatch, RuleScope},
    sample,
};
use dayloom_pipeline::{Stages, explain};
use dayloom_storage::{Derived, Lesson, NewEntry, NewRule, StoredDay};
use dayloom_testkit::{TestApp, on_both};
use generated::{LAST, Worked, correct, open, settled, worked};
use jiff::{SignedDuration, Timestamp};

/// Weeks of work with reviews of every sort, a rule, and time entered by hand, derived.
async fn lived(app: &TestApp) -> Worked {
    let worked = worked(app, 9, 180, 11).await;
    let (ann, now) = (worked.ann.id, app.clock.now());
    let private = NewRule {
        scope: RuleScope::Personal,
        field: RuleField::Host,
        matching: RuleMatch::Glob,
        pattern: "bank.example".to_owned(),
        task_id: None,
        project_id: None,
        scope_project_id: None,
        category: Some(Category::Personal),
        position: None,
    };
    app.store
        .rules()
        .create(ann, &private, now)
        .await
        .expect("a rule");
    // What nobody answers for is a few long entries; what was learned cuts them, and then the pieces are reviewed.
    for round in 0..3 {
        let days = worked.days(app).await;
        let every_other: Vec<StoredDay> = days.into_iter().step_by(2).collect();
        for (n, (day, block)) in open(&every_other).into_iter().take(6).enumerate() {
            let change = match (n + round, worked.truth(day, block)) {
                (4, _) => Change::Dismiss,
                (5, _) => Change::Confirm,
                (_, Some(task)) => correct(task),
                (_, None) => Change::Correct {
                    task_id: None,
                    category: Category::Productive,
                },
            };
            let entry = block.entry_id.expect("stored");
            let said = app.store.reviews().apply(ann, entry, &change, None, now).await;
            said.expect("a review");
        }
        settled(app).await;
    }
    let noon = format!("{LAST}T10:00:00Z").parse().expect("an instant");
    let after = format!("{LAST}T10:45:00Z").parse().expect("an instant");
    let by_hand = NewEntry {
        date: LAST,
        start: noon,
        end: after,
        micros: 45 * 60_000_000,
        project_id: worked.tracked.project,
        task_id: None,
        description: Some("talked at the board".to_owned()),
        source: "web",
    };
    app.store
        .reviews()
        .enter(ann, &by_hand, now)
        .await
        .expect("an entry");
    for day in worked.days(app).await {
        let marked = app.store.days().mark(ann, &[day.day.date], now).await;
        marked.expect("marked");
    }
    settled(app).await;
    worked
}

async fn why(app: &TestApp, worked: &Worked, event: EventId) -> Option<Explanation> {
    explain(&app.store, worked.ann.id, event).await.expect("a read")
}

/// The explanation of the first event of every fifth span that these days show, in order.
async fn all(app: &TestApp, worked: &Worked, days: &[StoredDay]) -> Vec<(EventId, Option<Explanation>)> {
    let mut found = Vec::new();
    for day in days {
        for event in day
            .day
            .spans
            .iter()
            .filter_map(|span| span.span.event_ids.first())
        {
            found.push((*event, why(app, worked, *event).await));
        }
    }
    found
}

async fn kept(app: &TestApp, worked: &Worked, days: &[StoredDay]) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    for day in days {
        let stored = app.store.days().evidenced(worked.ann.id, day.day.date).await;
        texts.push(stored.expect("a read").expect("a stored day").evidence);
    }
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explanation_is_what_was_kept_with_the_day() {
    on_both(async |app| {
        let worked = lived(&app).await;
        let days = worked.days(&app).await;
        let mut seen = std::collections::BTreeSet::new();
        for day in &days {
            for span in &day.day.spans {
                if let Some(event) = span.span.event_ids.first() {
                    let first = day.day.spans.iter().find(|s| s.span.event_ids.contains(event));
                    let shown = &first.expect("its first span").attribution;
                    let why = why(&app, &worked, *event).await.expect("time rests on it");
                    assert_eq!(
                        (&why.reason, why.answered_by, why.confidence),
                        (&shown.reason, shown.answered_by, shown.confidence)
                    );
                    assert!(
                        why.evidence.len() <= EVIDENCE_AT_MOST + 1 && why.candidates.len() <= SHARES_AT_MOST
                    );
                    assert!(
                        why.evidence
                            .iter()
                            .all(|item| item.text.chars().count() <= TEXT_AT_MOST)
                    );
                    let first = why.evidence.first().map(|item| item.kind);
                    match why.answered_by {
                        AnsweredBy::Review => assert_eq!(first, Some(EvidenceKind::Review)),
                        AnsweredBy::Rule(_) => assert_eq!(first, Some(EvidenceKind::Rule)),
                        AnsweredBy::Neighbours => assert_eq!(first, Some(EvidenceKind::Neighbours)),
                        AnsweredBy::Nobody => {}
                        _ => assert_eq!(why.candidates.first().map(|c| Some(c.0)), Some(shown.task_id)),
                    }
                    seen.insert(match why.answered_by {
                        AnsweredBy::Review => "review",
                        AnsweredBy::Rule(_) => "rule",
                        AnsweredBy::Nobody => "nobody",
                        _ => "weighed",
                    });
                }
            }
        }
        for wanted in ["review", "rule", "nobody"] {
            assert!(seen.contains(wanted), "{wanted} is not among {seen:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_and_what_would_be_worked_out_are_one() {
    on_both(async |app| {
        let worked = lived(&app).await;
        let days = worked.days(&app).await;
        let texts = kept(&app, &worked, &days).await;
        assert!(texts.iter().all(Option::is_some));
        let read = all(&app, &worked, &days).await;
        // As days of an older release, and as one whose text means nothing to this one.
        app.sql("DELETE FROM tracker_day_evidence").await;
        let day = unnamed(&days[0]);
        let taught = app.store.days().taught(worked.ann.id, day.date, day.date).await;
        let taught = taught.expect("a read").pop().map(|(_, text)| text);
        let rubbish = Derived {
            day: &day,
            evidence: Some("of another release"),
            lesson: Lesson {
                text: taught.as_deref(),
                days: 7,
            },
        };
        let written = app
            .store
            .days()
            .write(worked.ann.id, rubbish, app.clock.now())
            .await;
        assert!(!written.expect("a day").changed);
        assert_eq!(all(&app, &worked, &days).await, read);
        assert_eq!(
            app.store.days().backlog().await.expect("a count"),
            0,
            "asking marks nothing"
        );
        assert_eq!(worked.days(&app).await, days);

        let stages = Stages::new(app.store.clone(), app.clock.clone());
        for day in &days {
            let replayed = stages
                .replay(worked.ann.id, day.day.date, true)
                .await
                .expect("a replay");
            assert!(!replayed.changed && replayed.blocks.is_empty());
        }
        assert_ne!(kept(&app, &worked, &days).await, texts, "a dry run keeps nothing");
        for _ in 0..2 {
            for day in &days {
                let replayed = stages
                    .replay(worked.ann.id, day.day.date, false)
                    .await
                    .expect("a replay");
                assert!(
                    !replayed.changed && replayed.blocks.is_empty(),
                    "{}",
                    day.day.date
                );
            }
            assert_eq!(kept(&app, &worked, &days).await, texts);
            assert_eq!(worked.days(&app).await, days, "no revision grew");
        }
    })
    .await;
}

/// A stored day as it is derived: only reviewed blocks name their entry.
fn unnamed(day: &StoredDay) -> dayloom_domain::day::Day {
    let mut day = day.day.clone();
    for block in &mut day.blocks {
        block.entry_id = block.entry_id.filter(|_| block.status != EntryStatus::Inferred);
    }
    day
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_that_left_the_day_says_why() {
    on_both(async |app| {
        let worked = worked(&app, 3, 300, 2).await;
        let (ann, now) = (worked.ann.id, app.clock.now());
        let before = worked.days(&app).await;
        let day = before.last().expect("a day");
        let [dismissed, under, ..] = open(std::slice::from_ref(day))[..] else {
            panic!("two blocks")
        };
        let (entry, reviews) = (dismissed.1.entry_id.expect("stored"), app.store.reviews());
        let said = reviews.apply(ann, entry, &Change::Dismiss, None, now).await;
        said.expect("a review");
        let by_hand = NewEntry {
            date: day.day.date,
            start: under.1.start,
            end: under.1.end,
            micros: under.1.micros,
            project_id: worked.tracked.project,
            task_id: None,
            description: None,
            source: "web",
        };
        app.store
            .reviews()
            .enter(ann, &by_hand, now)
            .await
            .expect("an entry");
        // Not derived yet, the day shows what it showed; and then it does not show them at all.
        let nobody = why(&app, &worked, dismissed.1.event_ids[1])
            .await
            .expect("still there");
        assert_eq!(nobody.answered_by, AnsweredBy::Nobody);
        settled(&app).await;
        for (block, reason) in [
            (dismissed.1, "you dismissed this"),
            (under.1, "you entered this time by hand"),
        ] {
            let why = why(&app, &worked, block.event_ids[1])
                .await
                .expect("it was there");
            assert_eq!(
                (why.reason.as_str(), why.answered_by),
                (reason, AnsweredBy::Review)
            );
            assert_eq!(why.evidence[0].kind, EvidenceKind::Review);
            assert!((why.confidence - 1.0).abs() < f64::EPSILON);
        }
    })
    .await;
}

/// From nine o'clock, minutes on a branch or, without one, in an editor nobody knows; the first event of each stint.
async fn stints(app: &TestApp, worked: &Worked, stints: &[(i64, Option<&str>)]) -> Vec<EventId> {
    let nine: Timestamp = "2026-11-21T09:00:00Z".parse().expect("an instant");
    let (mut minute, mut events, mut firsts) = (0, Vec::new(), Vec::new());
    for (minutes, branch) in stints {
        for n in 0..*minutes {
            let id = EventId(uuid::Uuid::new_v4());
            if n == 0 {
                firsts.push(id);
            }
            let ts = nine + SignedDuration::from_mins(minute);
            let mut event = sample::bare(id, worked.tracked.device, ts);
            event.client_seq = minute;
            event.idle_s = Some(1);
            event.active_app.name = if branch.is_some() { "code" } else { "editor" }.to_owned();
            event.active_app.bundle_id = "editor".to_owned();
            event.file_context = branch.map(|branch| FileContext {
                path: None,
                repo: Some("acme/shop".to_owned()),
                branch: Some(branch.to_owned()),
            });
            events.push(event);
            minute += 1;
        }
    }
    app.upload(worked.ann.id, worked.tracked.device, &events).await;
    settled(app).await;
    firsts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_interruption_says_what_it_was_given_to_and_what_it_was_itself() {
    on_both(async |app| {
        let worked = worked(&app, 1, 300, 1).await;
        let branch = Some("feature/PAY-2");
        let events = stints(
            &app,
            &worked,
            &[(20, branch), (1, Some("feature/PAY-3")), (20, branch)],
        )
        .await;
        let known = why(&app, &worked, events[0]).await.expect("time rests on it");
        let shown = |why: &Explanation| -> Vec<(EvidenceKind, String)> {
            why.evidence
                .iter()
                .map(|item| (item.kind, item.text.clone()))
                .collect()
        };
        assert_eq!(
            shown(&known),
            [(EvidenceKind::Key, "branch feature/PAY-2".to_owned())]
        );
        assert_eq!(known.candidates, [(worked.tasks[1], 0.9)]);
        let taken = why(&app, &worked, events[1]).await.expect("time rests on it");
        assert_eq!(taken.answered_by, AnsweredBy::Neighbours);
        assert_eq!(
            shown(&taken),
            [
                (
                    EvidenceKind::Neighbours,
                    "a short interruption (60 s) of the work before and after it".to_owned()
                ),
                (EvidenceKind::Key, "branch feature/PAY-3".to_owned()),
            ]
        );
        assert_eq!(taken.candidates, [(worked.tasks[2], 0.9)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_since_is_explained_before_its_day_is_derived() {
    on_both(async |app| {
        let worked = worked(&app, 2, 300, 4).await;
        let days = worked.days(&app).await;
        let event = days[0].day.spans[0].span.event_ids[0];
        let whole = why(&app, &worked, event).await;
        app.sql("DELETE FROM tracker_days").await;
        assert_eq!(why(&app, &worked, event).await, None, "no day, no time");
        let date = days[0].day.date;
        app.store
            .days()
            .mark(worked.ann.id, &[date], app.clock.now())
            .await
            .expect("marked");
        assert_eq!(why(&app, &worked, event).await, whole);
        let bob = app.person("bob@example.org").await;
        let foreign = explain(&app.store, bob.id, event).await.expect("a read");
        assert_eq!(foreign, None, "another person's event is unknown");
    })
    .await;
}
