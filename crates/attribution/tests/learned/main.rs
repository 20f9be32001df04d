//! What is learned from reviews, as a person meets it: time like what they moved goes where they moved it, rules stand
//! above it, and doubt stays doubt.

mod first_reviews;
mod lessons;
mod model;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use dayloom_attribution::{
    Attributor, EVIDENCE_AT_MOST, Example, Explanation, Learned, Revision, SHARES_AT_MOST, Scope, Taught,
    Teacher, Weights,
};
use dayloom_domain::{
    DeveloperId, DeviceId, EntryId, EventId, ProjectId, RuleId, TaskId, WorkspaceId, Zone,
    day::{AnsweredBy, Attribution, Category, Signal, Span},
    decision::{CandidatesDigest, Decision, signal_digest},
    people::Task,
    review::{EntryStatus, Pin},
    rule::{Rule, RuleField, RuleMatch, RuleScope},
    sample,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use proptest::prelude::*;
use uuid::Uuid;

const PROJECT: ProjectId = ProjectId(Uuid::from_u128(1));
const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(9));
const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(10));
const ADA: DeveloperId = DeveloperId(Uuid::from_u128(7));

fn task(n: u128, key: &str) -> Task {
    Task {
        workspace_id: WORKSPACE,
        assignee_id: Some(ADA),
        ..sample::task(n, Some(key), &format!("The work behind {key}"))
    }
}

fn tasks() -> Vec<Task> {
    (1..=6).map(|n| task(n, &format!("PAY-{n}"))).collect()
}

fn scope() -> Scope {
    Scope {
        person: Some(ADA),
        workspaces: HashMap::from([(PROJECT, WORKSPACE)]),
        ..Scope::default()
    }
}

fn date(day: i8) -> Date {
    Date::constant(2026, 11, day)
}

/// Twenty minutes in one file, the `n`th of a day.
fn span(day: i8, n: i64, file: &str) -> Span {
    let start: Timestamp = format!("2026-11-{day:02}T09:00:00Z").parse().expect("an instant");
    let start = start
        .saturating_add(SignedDuration::from_mins(n * 20))
        .expect("in range");
    let end = start
        .saturating_add(SignedDuration::from_mins(20))
        .expect("in range");
    Span {
        start,
        end,
        micros: 1_200_000_000,
        pieces: vec![(start, end)],
        zone: Zone::utc(),
        device_id: DeviceId(Uuid::from_u128(5)),
        project_id: PROJECT,
        signal: Arc::new(Signal {
            app: "code".into(),
            title: Some(format!("{file} - ledger")),
            repo: Some("acme/ledger".into()),
            branch: Some("main".into()),
            path: Some(format!("/home/ada/ledger/src/{file}")),
            ..Signal::default()
        }),
        in_call: false,
        event_ids: vec![EventId(Uuid::from_u128(6))],
    }
}

fn pin(span: &Span, day: i8, status: EntryStatus, task: Option<TaskId>, category: Category) -> Pin {
    Pin {
        entry_id: EntryId(Uuid::from_u128(u128::from(span.start.as_second().unsigned_abs()))),
        external_ref: String::new(),
        date: date(day),
        start: span.start,
        end: span.end,
        project_id: PROJECT,
        status,
        task_id: task,
        category,
        description: None,
        hand: None,
    }
}

/// What was said of a file, once for each of some days.
fn said(
    file: &str,
    days: std::ops::Range<i8>,
    n: i64,
    status: EntryStatus,
    task: Option<u128>,
    category: Category,
) -> Vec<Example> {
    let teacher = Teacher::new(&tasks());
    let task = task.map(|n| TaskId(Uuid::from_u128(n)));
    days.filter_map(|day| {
        let span = span(day, n, file);
        teacher.example(date(day), &span, &pin(&span, day, status, task, category))
    })
    .collect()
}

fn moved(file: &str, days: std::ops::Range<i8>, n: i64, task: u128) -> Vec<Example> {
    said(
        file,
        days,
        n,
        EntryStatus::Corrected,
        Some(task),
        Category::Productive,
    )
}

fn attributor(examples: &[Example]) -> Attributor {
    let learned = Learned::fit(examples, &tasks(), &scope(), &Weights::default());
    Attributor::new(Vec::new(), tasks())
        .within(scope())
        .with_learned(learned)
}

fn answer(examples: &[Example], file: &str) -> Attribution {
    attributor(examples).attribute(&[span(20, 0, file)]).remove(0)
}

#[test]
fn time_like_what_was_moved_goes_where_it_was_moved() {
    let mut examples = moved("rounding.rs", 10..16, 0, 1);
    examples.extend(moved("refund.rs", 10..13, 3, 2));
    let got = answer(&examples, "rounding.rs");
    assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(1))));
    assert_eq!(
        (got.answered_by, &*got.reason),
        (AnsweredBy::Learned, "you moved 6 like this to PAY-1")
    );
    let got = answer(&examples, "refund.rs");
    assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(2))));
}

/// Twenty minutes on a page.
fn page(day: i8, n: i64, host: &str) -> Span {
    let mut span = span(day, n, host);
    span.signal = Arc::new(Signal {
        app: "firefox".into(),
        title: Some(host.to_owned()),
        host: Some(host.to_owned()),
        url_path: Some("/".into()),
        ..Signal::default()
    });
    span
}

#[test]
fn work_without_a_task_private_time_and_dismissals_are_learned_too() {
    let mut examples = moved("rounding.rs", 10..16, 0, 1);
    let teacher = Teacher::new(&tasks());
    let kinds = [
        ("mail.example", EntryStatus::Corrected, Category::Productive),
        ("shop.example", EntryStatus::Corrected, Category::Personal),
        ("game.example", EntryStatus::Dismissed, Category::Neutral),
    ];
    for (host, status, category) in kinds {
        let slot = match status {
            EntryStatus::Dismissed => 12,
            _ if category == Category::Personal => 8,
            _ => 4,
        };
        for (day, n) in (10..16).flat_map(|day| [(day, slot), (day, slot + 1)]) {
            let span = page(day, n, host);
            let pin = pin(&span, day, status, None, category);
            examples.extend(teacher.example(date(day), &span, &pin));
        }
    }
    for ((host, _, category), reason) in kinds.into_iter().zip([
        "you called 12 like this work without a task",
        "you called 12 like this private",
        "you dismissed 12 like this",
    ]) {
        let hour: Vec<Span> = (0..3).map(|n| page(20, n, host)).collect();
        let got = attributor(&examples).attribute(&hour).remove(1);
        assert_eq!(
            (got.task_id, got.category, &*got.reason),
            (None, category, reason),
            "{host}"
        );
    }
}

#[test]
fn what_was_given_to_two_tasks_alike_is_nobodys() {
    let mut examples = moved("shared.rs", 10..14, 0, 1);
    examples.extend(moved("shared.rs", 10..14, 3, 2));
    let got = answer(&examples, "shared.rs");
    assert_eq!((got.task_id, got.answered_by), (None, AnsweredBy::Nobody));
    assert!(got.reason.starts_with("not sure enough; PAY-"), "{}", got.reason);
}

#[test]
fn a_key_goes_on_answering_beside_whatever_was_reviewed() {
    let many: Vec<Task> = (1..=30).map(|n| task(n, &format!("PAY-{n}"))).collect();
    for examples in [
        moved("rounding.rs", 10..11, 0, 1),
        moved("rounding.rs", 10..18, 0, 1),
    ] {
        let learned = Learned::fit(&examples, &many, &scope(), &Weights::default());
        let attributor = Attributor::new(Vec::new(), many.clone())
            .within(scope())
            .with_learned(learned);
        let mut on_branch = span(20, 0, "webhook.rs");
        Arc::make_mut(&mut on_branch.signal).branch = Some("feature/PAY-23".into());
        let mut page = span(20, 0, "none");
        page.signal = Arc::new(Signal {
            app: "firefox".into(),
            host: Some("tracker.example".into()),
            url_path: Some("/browse/PAY-24".into()),
            title: Some("An issue".into()),
            ..Signal::default()
        });
        for (span, n, reason) in [
            (on_branch, 23, "branch feature/PAY-23"),
            (page, 24, "key PAY-24 in the page address"),
        ] {
            let got = attributor.attribute(&[span]).remove(0);
            assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(n))), "{}", got.reason);
            assert_eq!((got.answered_by, &*got.reason), (AnsweredBy::Key, reason));
        }
    }
}

#[test]
fn a_branch_that_outlived_its_work_gives_way_to_what_was_said_of_it() {
    let teacher = Teacher::new(&tasks());
    let stale = |day: i8, n: i64| {
        let mut span = span(day, n, "other.rs");
        Arc::make_mut(&mut span.signal).branch = Some("feature/PAY-2".into());
        span
    };
    let examples: Vec<Example> = (10..18)
        .filter_map(|day| {
            let span = stale(day, 0);
            let task = Some(TaskId(Uuid::from_u128(1)));
            let pin = pin(&span, day, EntryStatus::Corrected, task, Category::Productive);
            teacher.example(date(day), &span, &pin)
        })
        .collect();
    let hour: Vec<Span> = (0..3).map(|n| stale(20, n)).collect();
    let got = attributor(&examples).attribute(&hour).remove(1);
    assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(1))), "{}", got.reason);
}

#[test]
fn one_review_elsewhere_does_not_silence_the_key_on_the_rest_of_its_branch() {
    let teacher = Teacher::new(&tasks());
    let keyed = |day: i8, n: i64, file: &str| {
        let mut span = span(day, n, file);
        Arc::make_mut(&mut span.signal).branch = Some("feature/PAY-2".into());
        span
    };
    let moved = keyed(20, 0, "other.rs");
    let task = Some(TaskId(Uuid::from_u128(1)));
    let pin = pin(&moved, 20, EntryStatus::Corrected, task, Category::Productive);
    let example = teacher.example(date(20), &moved, &pin).expect("it teaches");
    let spans = [keyed(20, 1, "new.rs"), keyed(20, 2, "newer.rs")];
    let got = attributor(&[example]).attribute(&spans);
    for got in got {
        assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(2))), "{}", got.reason);
    }
}

#[test]
fn files_nobody_knows_on_a_branch_go_with_its_key() {
    let examples: Vec<Example> = (10..16)
        .flat_map(|day| moved("rounding.rs", day..day + 1, 0, 1))
        .collect();
    let on = |n: i64, file: &str, branch: &str| {
        let mut span = span(20, n, file);
        Arc::make_mut(&mut span.signal).branch = Some(branch.into());
        span
    };
    let chosen: Vec<Span> = (0..3).map(|n| on(n, "new.rs", "feature/PAY-3")).collect();
    for got in attributor(&examples).attribute(&chosen) {
        assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(3))), "{}", got.reason);
    }
}

/// Two weeks of the same hour given to one task, and of six files beside it that are given to another one, but for every
/// third time where `fickle`.
fn two_weeks(fickle: bool) -> Vec<Example> {
    let mut examples = moved("rounding.rs", 1..15, 0, 1);
    for (day, file) in (1..15_i8).flat_map(|day| (0..6_i8).map(move |file| (day, file))) {
        let other = fickle && (day + file) % 3 == 0;
        let task = if other { 3 } else { 2 };
        examples.extend(moved(
            &format!("beside{file}.rs"),
            day..day + 1,
            2 + i64::from(file),
            task,
        ));
    }
    examples
}

#[test]
fn who_is_hard_to_foretell_is_answered_with_less_confidence() {
    let [steady, fickle] = [false, true].map(|fickle| answer(&two_weeks(fickle), "rounding.rs"));
    assert_eq!(
        steady.task_id,
        Some(TaskId(Uuid::from_u128(1))),
        "{}",
        steady.reason
    );
    assert!(
        fickle.confidence + 0.02 < steady.confidence,
        "{} {}",
        fickle.confidence,
        steady.confidence
    );
}

#[test]
fn a_rule_stands_above_what_was_learned() {
    let rule = Rule {
        id: RuleId(Uuid::from_u128(3)),
        scope: RuleScope::Personal,
        developer_id: ADA,
        scope_project_id: None,
        field: RuleField::Repo,
        matching: RuleMatch::Glob,
        pattern: "ledger".to_owned(),
        task_id: Some(TaskId(Uuid::from_u128(5))),
        project_id: None,
        category: None,
        position: 0,
    };
    let learned = Learned::fit(
        &moved("rounding.rs", 10..16, 0, 1),
        &tasks(),
        &scope(),
        &Weights::default(),
    );
    let attributor = Attributor::new(vec![rule], tasks())
        .within(scope())
        .with_learned(learned);
    let got = attributor.attribute(&[span(20, 0, "rounding.rs")]).remove(0);
    assert_eq!(
        (got.task_id, got.confidence),
        (Some(TaskId(Uuid::from_u128(5))), 1.0)
    );
}

#[test]
fn time_of_one_workspace_never_goes_to_a_task_of_another_for_being_alike() {
    let learned = Learned::fit(
        &moved("rounding.rs", 10..16, 0, 1),
        &tasks(),
        &scope(),
        &Weights::default(),
    );
    let there = Scope {
        workspaces: HashMap::from([(PROJECT, ELSEWHERE)]),
        ..scope()
    };
    let attributor = Attributor::new(Vec::new(), tasks())
        .within(there)
        .with_learned(learned);
    assert_eq!(
        attributor.attribute(&[span(20, 0, "rounding.rs")])[0].task_id,
        None
    );
}

#[test]
fn a_task_without_a_key_is_called_by_its_title() {
    let mut tasks = tasks();
    tasks[3].key = None;
    tasks[3].title = "Round as the bank does".to_owned();
    let told = said(
        "rounding.rs",
        10..16,
        0,
        EntryStatus::Confirmed,
        Some(4),
        Category::Productive,
    );
    let learned = Learned::fit(&told, &tasks, &scope(), &Weights::default());
    let attributor = Attributor::new(Vec::new(), tasks)
        .within(scope())
        .with_learned(learned);
    let got = attributor.attribute(&[span(20, 0, "rounding.rs")]).remove(0);
    assert_eq!(
        got.reason,
        "you confirmed 6 like this as “Round as the bank does”"
    );
}

#[test]
fn a_person_who_reviewed_nothing_is_answered_by_rules_and_keys_alone() {
    let learned = Learned::fit(&[], &tasks(), &scope(), &Weights::default());
    assert!(learned.is_empty());
    let got = Attributor::new(Vec::new(), tasks())
        .with_learned(learned)
        .attribute(&[span(20, 0, "x")]);
    assert_eq!(got[0].reason, "no rule and no task key");
}

fn any_examples() -> impl Strategy<Value = Vec<Example>> {
    let one = (10i8..18, 0i64..12, 0usize..4, 1u128..8, 0usize..4);
    prop::collection::vec(one, 0..24).prop_map(|all| {
        let files = ["a.rs", "b.rs", "PAY-2 notes", "shared.rs"];
        all.into_iter()
            .flat_map(|(day, n, file, task, kind)| {
                let (status, task, category) = match kind {
                    0 => (EntryStatus::Dismissed, None, Category::Neutral),
                    1 => (EntryStatus::Corrected, None, Category::Personal),
                    2 => (EntryStatus::Confirmed, None, Category::Productive),
                    _ => (EntryStatus::Corrected, Some(task), Category::Productive),
                };
                said(files[file], day..day + 1, n, status, task, category)
            })
            .collect()
    })
}

/// The same, said of another date.
fn on(date: Date, examples: &[Example]) -> Vec<Example> {
    let mut examples = examples.to_vec();
    for example in &mut examples {
        example.date = date;
    }
    examples
}

/// Undoing the only reviewed day leaves nothing to measure weights from.
#[test]
fn a_model_whose_only_day_is_taken_back_is_none() {
    let (tasks, scope, weights) = (tasks(), scope(), Weights::default());
    let said = said(
        "a.rs",
        10..14,
        1,
        EntryStatus::Corrected,
        Some(1),
        Category::Productive,
    );
    let (day, other) = (date(3), date(9).saturating_add(3_000.days()));
    for rest in [vec![], vec![other]] {
        let stored: BTreeMap<Date, Vec<Example>> =
            rest.iter().map(|date| (*date, on(*date, &said))).collect();
        let all = stored.values().flatten().cloned();
        let before = on(day, &said);
        let model = Learned::fit(
            &all.clone().chain(before.clone()).collect::<Vec<_>>(),
            &tasks,
            &scope,
            &weights,
        );
        let revision = Revision::of(model, day, before, rest);
        let model = revision.made(&stored, &tasks, &scope, &weights);
        assert_eq!(
            model,
            Learned::fit(&all.collect::<Vec<_>>(), &tasks, &scope, &weights)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_model_is_a_function_of_its_examples(examples in any_examples(), turn in 0usize..24) {
        let fit = |examples: &[Example], tasks: &[Task]| Learned::fit(examples, tasks, &scope(), &Weights::default());
        let learned = fit(&examples, &tasks());
        let mut other = examples.clone();
        other.rotate_left(turn.min(examples.len()));
        let turned: Vec<Task> = tasks().into_iter().rev().collect();
        // Two reviews of one instant stand in the order of their ids, so that order never matters.
        prop_assert_eq!(&fit(&other, &turned), &learned);
        let text = serde_json::to_string(&learned).expect("written");
        prop_assert_eq!(&serde_json::from_str::<Learned>(&text).expect("read"), &learned);
        let again = serde_json::to_string(&serde_json::from_str::<Learned>(&text).expect("read")).expect("written");
        prop_assert_eq!(again, text);
    }

    #[test]
    fn a_model_that_follows_its_reviews_is_the_one_fitted_to_them(
        days in prop::collection::vec((0i32..90, any_examples(), any_examples()), 1..5),
        far in prop::bool::ANY,
    ) {
        let (tasks, scope, weights) = (tasks(), scope(), Weights::default());
        let mut stored: BTreeMap<Date, Vec<Example>> = BTreeMap::new();
        // More days than a model is summed up from, and now and then years between them.
        for n in 0..80 {
            let date = date(1).saturating_add((n * if far { 9 } else { 1 }).days());
            stored.insert(date, on(date, &said("a.rs", 10..11, i64::from(n % 5), EntryStatus::Corrected, Some(1), Category::Productive)));
        }
        let all = |stored: &BTreeMap<Date, Vec<Example>>| stored.values().flatten().cloned().collect::<Vec<_>>();
        let mut model = Learned::fit(&all(&stored), &tasks, &scope, &weights);
        for (n, first, then) in days {
            let changed = date(1).saturating_add(n.days());
            for said in [first, then, Vec::new()] {
                let said = on(changed, &said);
                let before = stored.remove(&changed).unwrap_or_default();
                if !said.is_empty() {
                    stored.insert(changed, said);
                }
                let dates: Vec<Date> = stored.keys().copied().collect();
                let revision = Revision::of(model, changed, before, dates);
                let needed = revision.needs().into_iter().filter_map(|date| Some((date, stored.get(&date)?.clone())));
                model = revision.made(&needed.collect(), &tasks, &scope, &weights);
                prop_assert_eq!(&model, &Learned::fit(&all(&stored), &tasks, &scope, &weights));
            }
        }
    }

    #[test]
    fn only_given_tasks_are_named_and_explanations_agree(
        examples in any_examples(),
        files in prop::collection::vec(0usize..5, 0..8),
    ) {
        let names = ["a.rs", "b.rs", "PAY-2 notes", "shared.rs", "never.rs"];
        let spans: Vec<Span> = files.iter().zip(0i64..).map(|(file, n)| span(20, n, names[*file])).collect();
        let attributor = attributor(&examples);
        let answers = attributor.attribute(&spans);
        prop_assert_eq!(answers.len(), spans.len());
        prop_assert_eq!(&attributor.attribute(&spans), &answers);
        let answered = attributor.attribute_with_grounds(&spans);
        prop_assert_eq!(&answered.answers, &answers);
        for (at, answer) in answers.iter().enumerate() {
            prop_assert!(answer.task_id.is_none_or(|id| tasks().iter().any(|task| task.id == id)));
            prop_assert!((0.0..=1.0).contains(&answer.confidence) && !answer.reason.is_empty());
            prop_assert_eq!(answer.answered_by == AnsweredBy::Nobody, answer.confidence == 0.0);
            let why = Explanation::of(answer, answered.grounds[answered.of[at]].clone());
            prop_assert!(why.evidence.len() <= EVIDENCE_AT_MOST && why.candidates.len() <= SHARES_AT_MOST);
            prop_assert_eq!(&why.reason, &answer.reason);
            prop_assert_eq!((why.answered_by, why.confidence), (answer.answered_by, answer.confidence));
            let sum: f64 = why.candidates.iter().map(|(_, share)| share).sum();
            prop_assert!(sum <= 1.01 && why.candidates.windows(2).all(|two| two[0].1 >= two[1].1));
            if let Some(task) = answer.task_id {
                prop_assert_eq!(why.candidates.first().map(|first| first.0), Some(task));
            }
        }
    }
}
