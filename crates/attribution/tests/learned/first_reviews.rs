//! Keys beside somebody's first reviews.

use super::*;

/// Minutes of a day on a branch that names a task.
fn on_branch(n: i64, task: u128, minutes: i64) -> Span {
    let mut span = span(20, n, &format!("part{task}.rs"));
    Arc::make_mut(&mut span.signal).repo = Some(format!("acme/{task}"));
    Arc::make_mut(&mut span.signal).branch = Some(format!("feature/PAY-{task}"));
    lasting(span, minutes)
}

fn lasting(mut span: Span, minutes: i64) -> Span {
    span.end = span
        .start
        .saturating_add(SignedDuration::from_mins(minutes))
        .expect("in range");
    span.pieces = vec![(span.start, span.end)];
    span.micros = minutes * 60_000_000;
    span
}

/// A morning on the branch of the second task, others in between, and an afternoon on it before a page of another task.
fn day() -> Vec<Span> {
    let mut wiki = lasting(page(20, 13, "wiki.example"), 20);
    Arc::make_mut(&mut wiki.signal).url_path = Some("/PAY-6".into());
    Arc::make_mut(&mut wiki.signal).title = Some("PAY-6 The papers".into());
    vec![
        on_branch(0, 2, 60),
        on_branch(3, 3, 40),
        on_branch(6, 4, 60),
        on_branch(10, 2, 40),
        wiki,
        on_branch(15, 3, 20),
    ]
}

/// What was said of the first span of such a day, a day before.
fn reviewed(task: u128) -> Vec<Example> {
    let mut span = on_branch(0, 2, 60);
    let day_before = SignedDuration::from_hours(-24);
    span.start = span.start.saturating_add(day_before).expect("in range");
    span.end = span.end.saturating_add(day_before).expect("in range");
    span.pieces = vec![(span.start, span.end)];
    let status = if task == 2 {
        EntryStatus::Confirmed
    } else {
        EntryStatus::Corrected
    };
    let task = Some(TaskId(Uuid::from_u128(task)));
    let pin = pin(&span, 19, status, task, Category::Productive);
    Teacher::new(&tasks())
        .example(date(19), &span, &pin)
        .into_iter()
        .collect()
}

fn task_of(answers: &[Attribution], n: usize) -> Option<u128> {
    answers[n].task_id.map(|task| task.0.as_u128())
}

#[test]
fn the_first_review_takes_no_key_away_from_other_time() {
    let before = attributor(&[]).attribute(&day());
    let after = attributor(&reviewed(2)).attribute(&day());
    for (n, task) in [(0, 2), (1, 3), (2, 4), (3, 2), (4, 6), (5, 3)] {
        assert_eq!(task_of(&before, n), Some(task), "nothing reviewed: {n}");
        assert_eq!(task_of(&after, n), Some(task), "{n}: {}", after[n].reason);
    }
    let grounds = attributor(&reviewed(2)).attribute_with_grounds(&day());
    let why = &grounds.grounds[grounds.of[2]];
    assert_eq!(why.evidence[0].text, "branch feature/PAY-4");
    assert_eq!(why.candidates, [(TaskId(Uuid::from_u128(4)), 0.9)]);
}

#[test]
fn a_key_is_doubted_where_a_review_gave_such_time_elsewhere() {
    let answers = attributor(&reviewed(5)).attribute(&day());
    assert_ne!(task_of(&answers, 0), Some(2), "{}", answers[0].reason);
    assert_ne!(task_of(&answers, 3), Some(2), "{}", answers[3].reason);
    assert_eq!(task_of(&answers, 2), Some(4), "nothing was said of it");
}
