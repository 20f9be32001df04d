//! What days that nobody reviewed teach the days after them.

use super::*;

/// Reviews of some time, and an hour of each of five days that nobody reviewed: a file that was, and one beside it that
/// never was.
fn a_week() -> (Attributor, Vec<Vec<Span>>) {
    let mut examples = moved("rounding.rs", 1..9, 0, 1);
    examples.extend(moved("rounding.rs", 1..9, 8, 1));
    examples.extend(moved("refund.rs", 1..9, 4, 2));
    let day = |day: i8| {
        let at = |n: i64| match n % 2 {
            0 => span(day, n, "rounding.rs"),
            _ => span(day, n, "beside.rs"),
        };
        (0..5).map(at).collect()
    };
    (attributor(&examples), (9..14).map(day).collect())
}

fn lessons(attributor: &Attributor, days: &[Vec<Span>]) -> Vec<Taught> {
    days.iter()
        .map(|day| attributor.attribute_and_teach(day).1)
        .collect()
}

#[test]
fn days_that_nobody_reviewed_teach_the_days_after_them() {
    let (attributor, days) = a_week();
    let rounding = TaskId(Uuid::from_u128(1));
    let share = |attributor: &Attributor| {
        let answered =
            attributor.attribute_with_grounds(&[span(16, 0, "beside.rs"), span(16, 1, "beside.rs")]);
        let of = answered.grounds[answered.of[0]].candidates.iter();
        of.filter(|(task, _)| *task == rounding)
            .map(|(_, share)| *share)
            .sum::<f64>()
    };
    let before = share(&attributor);
    let lessons = lessons(&attributor, &days);
    let after = share(&attributor.after(&lessons));
    assert!(after > before + 0.1, "{before} {after}");
}

#[test]
fn what_a_day_teaches_depends_on_no_other_day_and_not_on_time_that_was_reviewed() {
    let (attributor, days) = a_week();
    let alone = lessons(&attributor, &days);
    assert!(alone.iter().all(|taught| !taught.is_empty()));
    let text = serde_json::to_string(&alone).expect("written");
    assert_eq!(
        serde_json::from_str::<Vec<Taught>>(&text).expect("read"),
        alone,
        "it reads back as it was written"
    );
    let whole = (days[4][0].start, days[4][4].end);
    let after = attributor.after(&alone);
    assert_eq!(lessons(&after, &days), alone);
    let answers = after.attribute(&days[4]);
    let mut turned = alone;
    turned.reverse();
    let after = after.after(&turned);
    assert_eq!(after.attribute(&days[4]), answers, "in whatever order");
    let reviewed = after.with_reviewed(vec![whole]);
    assert!(reviewed.attribute_and_teach(&days[4]).1.is_empty());
    assert_eq!(reviewed.attribute(&days[4]), answers);
}

#[test]
fn where_nothing_was_reviewed_a_day_teaches_nothing() {
    let (_, days) = a_week();
    let attributor = Attributor::new(Vec::new(), tasks()).within(scope());
    assert!(attributor.attribute_with_grounds(&days[0]).taught.is_empty());
    assert!(lessons(&attributor, &days).iter().all(Taught::is_empty));
}
