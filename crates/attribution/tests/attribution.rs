//! Attribution as a person sees it: which answer a signal gets, and in what words.

use dayloom_attribution::{
    Attributor, BRANCH_CONFIDENCE, EvidenceKind, Explanation, RULE_CONFIDENCE, TEXT_AT_MOST,
};
use dayloom_domain::{
    DeveloperId, DeviceId, EventId, ProjectId, RuleId, TaskId, Zone,
    day::{AnsweredBy, Attribution, Category, Signal, Span},
    people::Task,
    rule::{Rule, RuleField, RuleMatch, RuleScope},
    sample,
};
use proptest::prelude::*;
use uuid::Uuid;

const PROJECT: ProjectId = ProjectId(Uuid::from_u128(1));
const OTHER_PROJECT: ProjectId = ProjectId(Uuid::from_u128(2));

fn task(n: u128, key: &str) -> Task {
    sample::task(n, Some(key), &format!("Task {key}"))
}

fn rule(n: u128, field: RuleField, pattern: &str) -> Rule {
    Rule {
        id: RuleId(Uuid::from_u128(n)),
        scope: RuleScope::Personal,
        developer_id: DeveloperId(Uuid::from_u128(7)),
        scope_project_id: None,
        field,
        matching: RuleMatch::Glob,
        pattern: pattern.to_owned(),
        task_id: None,
        project_id: None,
        category: None,
        position: 0,
    }
}

fn span(signal: Signal) -> Span {
    let at = "2026-11-21T09:00:00Z".parse().expect("an instant");
    Span {
        start: at,
        end: at,
        micros: 0,
        pieces: Vec::new(),
        zone: Zone::utc(),
        device_id: DeviceId(Uuid::from_u128(5)),
        project_id: PROJECT,
        signal: signal.into(),
        in_call: false,
        event_ids: vec![EventId(Uuid::from_u128(6))],
    }
}

fn on_branch(branch: &str) -> Signal {
    Signal {
        app: "code".into(),
        repo: Some("acme/shop".into()),
        branch: Some(branch.into()),
        ..Signal::default()
    }
}

fn page(host: &str, path: &str, title: &str) -> Signal {
    Signal {
        app: "firefox".into(),
        host: Some(host.into()),
        url_path: Some(path.into()),
        title: Some(title.into()),
        ..Signal::default()
    }
}

fn answer(rules: Vec<Rule>, tasks: Vec<Task>, signal: Signal) -> Attribution {
    Attributor::new(rules, tasks).attribute(&[span(signal)]).remove(0)
}

#[test]
fn a_key_in_the_branch_names_its_task() {
    let tasks = vec![task(12, "PROJ-12"), task(1, "PROJ-1")];
    let got = answer(vec![], tasks, on_branch("feature/proj-12-login"));
    assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(12))));
    assert_eq!(got.reason, "branch feature/proj-12-login");
    assert_eq!(
        (got.category, got.confidence),
        (Category::Productive, BRANCH_CONFIDENCE)
    );
    assert_eq!(got.answered_by, AnsweredBy::Key);
}

#[test]
fn keys_are_whole_tokens() {
    for (branch, found) in [
        ("feature_PROJ-12", true),
        ("PROJ-12", true),
        ("fix-PROJ-12-again", true),
        ("proj-12.fix", true),
        ("PROJ-123", false),
        ("XPROJ-12", false),
        ("PROJ-12a", false),
        ("PROJ-12.5", false),
        ("PROJ12", false),
    ] {
        let got = answer(vec![], vec![task(12, "PROJ-12")], on_branch(branch));
        assert_eq!(got.task_id.is_some(), found, "{branch}");
    }
    let got = answer(
        vec![],
        vec![task(12, "PROJ-12"), task(3, "MY-PROJ-12")],
        on_branch("x/my-proj-12"),
    );
    assert_eq!(
        got.task_id,
        Some(TaskId(Uuid::from_u128(3))),
        "the longest of overlapping keys"
    );
}

#[test]
fn a_branch_beats_an_address_and_an_address_a_title() {
    let tasks = || vec![task(1, "PROJ-1"), task(2, "PROJ-2"), task(3, "PROJ-3")];
    let mut signal = page("jira.example", "/browse/PROJ-2", "PROJ-3 as text");
    let got = answer(vec![], tasks(), signal.clone());
    assert_eq!(
        (got.task_id, &*got.reason),
        (Some(TaskId(Uuid::from_u128(2))), "key PROJ-2 in the page address")
    );
    signal.url_path = None;
    let got = answer(vec![], tasks(), signal.clone());
    assert_eq!(
        (got.task_id, &*got.reason),
        (Some(TaskId(Uuid::from_u128(3))), "key PROJ-3 in the page title")
    );
    signal.branch = Some("PROJ-1".into());
    assert_eq!(
        answer(vec![], tasks(), signal).task_id,
        Some(TaskId(Uuid::from_u128(1)))
    );
}

#[test]
fn several_keys_in_one_field_are_nobodys() {
    let tasks = vec![task(1, "PROJ-1"), task(2, "PROJ-2")];
    let got = answer(vec![], tasks.clone(), on_branch("PROJ-1-and-PROJ-2"));
    assert_eq!((got.task_id, got.answered_by), (None, AnsweredBy::Nobody));
    assert_eq!(got.reason, "the branch names several tasks: PROJ-1 and PROJ-2");
    let got = answer(vec![], tasks, on_branch("PROJ-2-again-PROJ-2"));
    assert_eq!(
        got.task_id,
        Some(TaskId(Uuid::from_u128(2))),
        "one key twice is one key"
    );
}

#[test]
fn a_key_of_two_workspaces_means_the_task_of_the_project() {
    let twin = task(2, "PROJ-1");
    let got = answer(vec![], vec![task(1, "PROJ-1"), twin.clone()], on_branch("PROJ-1"));
    assert_eq!(
        (got.task_id, &*got.reason),
        (None, "the branch names PROJ-1, which several workspaces have")
    );
    let ours = Task {
        project_id: Some(PROJECT),
        ..twin
    };
    let got = answer(vec![], vec![task(1, "PROJ-1"), ours], on_branch("PROJ-1"));
    assert_eq!(got.task_id, Some(TaskId(Uuid::from_u128(2))));
}

#[test]
fn a_task_is_known_by_its_own_page() {
    let tasks = || {
        vec![Task {
            url: Some("https://GitHub.com/acme/shop/issues/4?x=1".into()),
            ..task(4, "4")
        }]
    };
    let got = answer(
        vec![],
        tasks(),
        page("github.com", "/acme/shop/issues/4", "Login"),
    );
    assert_eq!(
        (got.task_id, &*got.reason),
        (Some(TaskId(Uuid::from_u128(4))), "the page of 4")
    );
    let got = answer(
        vec![],
        tasks(),
        page("github.com", "/acme/shop/issues/42", "4 things"),
    );
    assert_eq!((got.task_id, &*got.reason), (None, "no rule and no task key"));
}

#[test]
fn a_rule_stands_before_a_key_and_personal_rules_before_project_ones() {
    let tasks = || vec![task(1, "PROJ-1"), task(2, "PROJ-2")];
    let two = Some(TaskId(Uuid::from_u128(2)));
    let ours = Rule {
        task_id: two,
        position: 9,
        ..rule(10, RuleField::Branch, "*")
    };
    let project = Rule {
        scope: RuleScope::Project,
        scope_project_id: Some(PROJECT),
        category: Some(Category::Personal),
        ..rule(11, RuleField::Branch, "*")
    };
    let got = answer(vec![project.clone(), ours], tasks(), on_branch("PROJ-1"));
    assert_eq!((got.task_id, got.confidence), (two, RULE_CONFIDENCE));
    assert_eq!(got.reason, "rule: branch matches *");
    assert_eq!(got.answered_by, AnsweredBy::Rule(RuleId(Uuid::from_u128(10))));
    let got = answer(vec![project.clone()], tasks(), on_branch("PROJ-1"));
    assert_eq!((got.task_id, got.category), (None, Category::Personal));
    let elsewhere = Rule {
        scope_project_id: Some(OTHER_PROJECT),
        ..project
    };
    assert_eq!(
        answer(vec![elsewhere], tasks(), on_branch("PROJ-1")).answered_by,
        AnsweredBy::Key
    );
}

#[test]
fn rules_of_a_scope_go_by_position_then_id() {
    let personal = |n, position| Rule {
        position,
        category: Some(Category::Neutral),
        ..rule(n, RuleField::App, "code")
    };
    let attributor = Attributor::new(vec![personal(1, 5), personal(4, 2), personal(3, 2)], vec![]);
    let caught = attributor
        .caught_by(PROJECT, &on_branch("main"))
        .map(|rule| rule.id);
    assert_eq!(caught, Some(RuleId(Uuid::from_u128(3))));
}

#[test]
fn a_rule_without_a_task_leaves_the_task_to_the_key() {
    let work = Rule {
        category: Some(Category::Productive),
        project_id: Some(OTHER_PROJECT),
        ..rule(1, RuleField::App, "code")
    };
    let got = answer(vec![work.clone()], vec![task(1, "PROJ-1")], on_branch("PROJ-1"));
    assert_eq!(
        (got.task_id, got.project_id),
        (Some(TaskId(Uuid::from_u128(1))), Some(OTHER_PROJECT))
    );
    let got = answer(vec![work], vec![], on_branch("main"));
    assert_eq!(
        (got.task_id, got.category, &*got.reason),
        (None, Category::Productive, "rule: app matches code")
    );
}

#[test]
fn broken_rules_never_answer_and_are_known() {
    let bad = Rule {
        matching: RuleMatch::Regex,
        ..rule(1, RuleField::App, "(")
    };
    let attributor = Attributor::new(vec![bad], vec![]);
    assert_eq!(attributor.broken().len(), 1);
    assert_eq!(attributor.caught_by(PROJECT, &on_branch("main")), None);
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let text = prop::option::of("(PROJ|WEB|x)[-_ /](1|2|12|31)([-/. ](PROJ-2|WEB-31|fix))?");
    (text.clone(), text.clone(), text).prop_map(|(branch, url_path, title)| Signal {
        app: "code".into(),
        branch,
        host: url_path.as_ref().map(|_| "example.org".to_owned()),
        url_path,
        title,
        ..Signal::default()
    })
}

proptest! {
    #[test]
    fn only_given_tasks_are_named_and_order_never_matters(
        signals in prop::collection::vec(any_signal(), 0..12),
        given in prop::sample::subsequence(vec!["PROJ-1", "PROJ-2", "PROJ-12", "WEB-31"], 0..=4),
        ruled in prop::option::of(1u128..9),
    ) {
        let tasks: Vec<Task> = given.iter().zip(1..).map(|(key, n)| task(n, key)).collect();
        let rules: Vec<Rule> = ruled
            .map(|n| Rule { task_id: Some(TaskId(Uuid::from_u128(n))), ..rule(1, RuleField::Branch, "PROJ*") })
            .into_iter()
            .collect();
        let spans: Vec<Span> = signals.into_iter().map(span).collect();
        let answers = Attributor::new(rules.clone(), tasks.clone()).attribute(&spans);
        prop_assert_eq!(answers.len(), spans.len());
        for answer in &answers {
            prop_assert!(answer.task_id.is_none_or(|id| tasks.iter().any(|task| task.id == id)));
            prop_assert!((0.0..=1.0).contains(&answer.confidence) && !answer.reason.is_empty());
        }
        let reversed = Attributor::new(rules, tasks.into_iter().rev().collect()).attribute(&spans);
        prop_assert_eq!(answers, reversed);
    }
}

#[test]
fn an_explanation_is_of_the_answer_that_is_given() {
    let tasks = vec![task(12, "PROJ-12")];
    let attributor = Attributor::new(vec![], tasks);
    let spans = [
        span(on_branch("feature/PROJ-12")),
        span(on_branch("main")),
        span(on_branch("feature/PROJ-12")),
    ];
    let answered = attributor.attribute_with_grounds(&spans);
    assert_eq!(answered.answers, attributor.attribute(&spans));
    assert_eq!(answered.of, [0, 1, 0], "one signal is answered for once");
    for (answer, at) in answered.answers.iter().zip(&answered.of) {
        let why = Explanation::of(answer, answered.grounds[*at].clone());
        assert_eq!(
            (&why.reason, why.answered_by),
            (&answer.reason, answer.answered_by)
        );
        assert_eq!(why.candidates.first().map(|c| c.0), answer.task_id);
        assert_eq!(why.evidence.is_empty(), answer.task_id.is_none());
    }
}

#[test]
fn what_is_kept_of_an_answer_is_bounded() {
    let branch = format!("feature/PROJ-12-{}", "é".repeat(4_000));
    let attributor = Attributor::new(vec![], vec![task(12, "PROJ-12")]);
    let answered = attributor.attribute_with_grounds(&[span(on_branch(&branch))]);
    let why = Explanation::of(&answered.answers[0], answered.grounds[0].clone());
    assert_eq!(why.evidence.len(), 1, "{:?}", why.evidence);
    assert_eq!(why.evidence[0].text.chars().count(), TEXT_AT_MOST);
}

#[test]
fn what_decided_stands_before_what_was_weighed() {
    let attributor = Attributor::new(vec![], vec![task(12, "PROJ-12")]);
    let mut answered = attributor.attribute_with_grounds(&[span(on_branch("feature/PROJ-12"))]);
    let (mut answer, grounds) = (answered.answers.remove(0), answered.grounds.remove(0));
    for (by, kind) in [
        (AnsweredBy::Review, EvidenceKind::Review),
        (AnsweredBy::Neighbours, EvidenceKind::Neighbours),
    ] {
        answer.answered_by = by;
        answer.reason = "decided elsewhere".to_owned();
        let why = Explanation::of(&answer, grounds.clone());
        let kinds: Vec<EvidenceKind> = why.evidence.iter().map(|item| item.kind).collect();
        assert_eq!(kinds, [kind, EvidenceKind::Key]);
        assert_eq!(why.evidence[0].text, answer.reason);
    }
}
