//! What a language model answered, beside keys and without any review.

use super::*;

#[test]
fn a_model_that_answers_is_evidence_and_said_to_be() {
    let span = span(20, 0, "rounding.rs");
    let attributor = Attributor::new(Vec::new(), tasks())
        .within(scope())
        .with_decisions(vec![said_by_a_model(&span, 4)]);
    let got = attributor.attribute(&[span]).remove(0);
    assert_eq!(
        (got.task_id, got.answered_by),
        (Some(TaskId(Uuid::from_u128(4))), AnsweredBy::Model)
    );
    assert_eq!(
        got.reason, "the language model takes it for PAY-4",
        "never the model's own words"
    );
}

/// A model's answer for a signal: the n-th task.
fn said_by_a_model(span: &Span, task: u128) -> Decision {
    Decision {
        signal: signal_digest(PROJECT, &span.signal),
        candidates: CandidatesDigest(Uuid::nil()),
        category: Category::Productive,
        task_id: Some(TaskId(Uuid::from_u128(task))),
        confidence: 0.95,
        reason: "words of a title".to_owned(),
        model: "any".to_owned(),
        decided_at: Timestamp::UNIX_EPOCH,
    }
}

/// A day of somebody who never reviewed anything: two pages, and between them an hour on the branch of the second task.
fn first_day() -> Vec<Span> {
    let on_branch = |n: i64, file: &str| {
        let mut span = span(20, n, file);
        Arc::make_mut(&mut span.signal).branch = Some("feature/PAY-2".into());
        span
    };
    vec![
        page(20, 0, "wiki.example"),
        on_branch(1, "retry.rs"),
        on_branch(2, "queue.rs"),
        on_branch(3, "retry.rs"),
        page(20, 4, "docs.example"),
    ]
}

#[test]
fn a_newcomers_branch_counts_whatever_a_model_says() {
    let many: Vec<Task> = (1..=30).map(|n| task(n, &format!("PAY-{n}"))).collect();
    let day = first_day();
    let alone = Attributor::new(Vec::new(), many.clone()).within(scope());
    let without = alone.attribute(&day);
    for (what, of_branch) in [("alone", None), ("agreeing", Some(2)), ("disagreeing", Some(4))] {
        let mut decisions = vec![said_by_a_model(&day[0], 4)];
        if let Some(task) = of_branch {
            decisions.extend(day[1..4].iter().map(|span| said_by_a_model(span, task)));
        }
        let attributor = Attributor::new(Vec::new(), many.clone())
            .within(scope())
            .with_decisions(decisions);
        let answered = attributor.attribute_with_grounds(&day);
        for (n, wanted) in without.iter().enumerate().take(4).skip(1) {
            assert_eq!(&answered.answers[n], wanted, "{what}");
            let why = Explanation::of(&answered.answers[n], answered.grounds[answered.of[n]].clone());
            assert_eq!(why.evidence[0].text, "branch feature/PAY-2", "{what}");
            assert_eq!(why.candidates[0].0, TaskId(Uuid::from_u128(2)), "{what}");
        }
    }
}

#[test]
fn a_newcomers_key_in_a_title_is_not_lost_for_what_a_model_says_of_others() {
    let mut titled = page(20, 1, "chat.example");
    Arc::make_mut(&mut titled.signal).title = Some("PAY-3 is ready for review".into());
    let day = [page(20, 0, "wiki.example"), titled, page(20, 2, "docs.example")];
    let answers = |decisions: Vec<Decision>| {
        Attributor::new(Vec::new(), tasks())
            .within(scope())
            .with_decisions(decisions)
            .attribute(&day)
    };
    let third = Some(TaskId(Uuid::from_u128(3)));
    assert_eq!(answers(Vec::new())[1].task_id, third);
    let before = answers(vec![said_by_a_model(&day[0], 4)]);
    assert_eq!(before[1].task_id, third, "what was before it was another");
    let of_it = answers(vec![said_by_a_model(&day[1], 3)]);
    assert_eq!(of_it[1].task_id, third, "both say so");
}
