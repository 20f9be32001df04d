//! Wishes by example.

use uuid::Uuid;

use super::*;

fn id_of(name: &str) -> EntryId {
    let hash = name
        .bytes()
        .fold(1_u128, |hash, byte| hash.wrapping_mul(31) + u128::from(byte));
    EntryId(Uuid::from_u128(hash))
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}:00Z").parse().expect("an instant")
}

fn entry(name: &str, from: &str, to: &str, task: Option<u128>) -> Pin {
    Pin {
        entry_id: id_of(name),
        external_ref: name.to_owned(),
        date: "2026-11-21".parse().expect("a date"),
        start: at(from),
        end: at(to),
        project_id: ProjectId(Uuid::nil()),
        status: EntryStatus::Inferred,
        task_id: task.map(|n| TaskId(Uuid::from_u128(n))),
        category: Category::Productive,
        description: None,
        hand: None,
    }
}

fn sheet() -> Vec<Pin> {
    vec![
        entry("tracker:a", "09:00", "10:00", Some(1)),
        entry("tracker:b", "10:00", "12:00", None),
        entry("tracker:c", "13:00", "14:00", Some(1)),
    ]
}

fn wish(sheet: &[Pin], name: &str, change: &Change) -> Result<Planned, ChangeError> {
    plan(
        sheet,
        id_of(name),
        change,
        None,
        &|_, _| true,
        &|_, _| false,
        &id_of,
    )
}

fn shown(pins: &[Pin]) -> Vec<String> {
    let time = |at: Timestamp| at.strftime("%H:%M").to_string();
    pins.iter()
        .map(|pin| {
            let task = pin
                .task_id
                .map_or_else(|| "-".to_owned(), |task| task.0.as_u128().to_string());
            let name = pin.external_ref.split('@').next().unwrap_or_default();
            format!(
                "{name} {}–{} {task} {:?}",
                time(pin.start),
                time(pin.end),
                pin.status
            )
        })
        .collect()
}

fn said(seq: i64, planned: Planned) -> Review {
    Review {
        id: ReviewId(Uuid::from_u128(seq.unsigned_abs().into())),
        seq,
        date: "2026-11-21".parse().expect("a date"),
        action: planned.action,
        before: planned.before,
        after: planned.after,
        created_at: at("18:00"),
        undone_at: None,
    }
}

#[test]
fn a_cut_entry_keeps_its_name_on_the_first_piece() {
    let at = vec![at("11:30"), at("11:00"), at("11:30")];
    let planned = wish(&sheet(), "tracker:b", &Change::Split { at }).expect("it can be cut");
    assert_eq!(
        shown(&planned.after),
        [
            "tracker:b 10:00–11:00 - Corrected",
            "tracker:b 11:00–11:30 - Corrected",
            "tracker:b 11:30–12:00 - Corrected"
        ]
    );
    assert_eq!(planned.after[0].external_ref, "tracker:b");
    assert_eq!(planned.after[1].external_ref, "tracker:b@1795258800000000");
}

#[test]
fn cuts_lie_inside() {
    for time in ["10:00", "12:00", "09:30"] {
        let change = Change::Split {
            at: vec![at("11:00"), at(time)],
        };
        assert_eq!(
            wish(&sheet(), "tracker:b", &change),
            Err(ChangeError::NotInside(1))
        );
    }
}

#[test]
fn neighbours_become_one_with_the_task_of_most_of_the_time() {
    let with = vec![id_of("tracker:c"), id_of("tracker:a")];
    let change = Change::Merge { with, task_id: None };
    let planned = wish(&sheet(), "tracker:b", &change).expect("they are neighbours");
    assert_eq!(shown(&planned.after), ["tracker:a 09:00–14:00 - Corrected"]);
    assert_eq!(planned.before.len(), 3);
}

#[test]
fn nothing_dismissed_personal_or_unnamed_is_swallowed() {
    let merge = |sheet: &[Pin], names: &[&str]| {
        let with = names[1..].iter().map(|name| id_of(name)).collect();
        wish(sheet, names[0], &Change::Merge { with, task_id: None }).map(|planned| planned.after.len())
    };
    assert_eq!(merge(&sheet(), &["tracker:a", "tracker:b"]), Ok(1));
    assert_eq!(
        merge(&sheet(), &["tracker:a", "tracker:c"]),
        Err(ChangeError::NotNeighbours)
    );
    assert_eq!(merge(&sheet(), &["tracker:a"]), Err(ChangeError::NotNeighbours));
    assert_eq!(
        merge(&sheet(), &["tracker:a", "tracker:z"]),
        Err(ChangeError::Gone)
    );
    let mut dismissed = sheet();
    dismissed[1].status = EntryStatus::Dismissed;
    for names in [["tracker:a", "tracker:b"], ["tracker:a", "tracker:c"]] {
        assert_eq!(merge(&dismissed, &names), Err(ChangeError::NotNeighbours));
    }
    let with = vec![id_of("tracker:b")];
    let change = Change::Merge { with, task_id: None };
    let private = plan(
        &sheet(),
        id_of("tracker:a"),
        &change,
        None,
        &|_, _| true,
        &|_, _| true,
        &id_of,
    );
    assert_eq!(private, Err(ChangeError::NotNeighbours));
}

#[test]
fn what_is_said_later_has_the_time_and_what_is_taken_back_gives_it_again() {
    let sheet = sheet();
    let first = said(1, wish(&sheet, "tracker:b", &Change::Confirm).expect("it stands"));
    let edit = Change::Edit {
        answer: None,
        start: None,
        end: Some(at("10:30")),
        description: Some(Some("stand-up".to_owned())),
    };
    let second = said(2, wish(&sheet, "tracker:a", &edit).expect("it can be moved"));
    let mut log = vec![second, first];
    assert_eq!(
        shown(&in_force(&log, &id_of)),
        [
            "tracker:a 09:00–10:30 1 Corrected",
            "tracker:b 10:30–12:00 - Confirmed"
        ]
    );
    log[1].undone_at = Some(at("19:00"));
    assert_eq!(
        shown(&in_force(&log, &id_of)),
        ["tracker:a 09:00–10:30 1 Corrected"]
    );
    log[0].undone_at = Some(at("19:00"));
    assert_eq!(shown(&in_force(&log, &id_of)), Vec::<String>::new());
}

#[test]
fn nothing_takes_time_from_an_entry_made_by_hand() {
    let hand = Pin {
        hand: Some(1_800_000_000),
        status: EntryStatus::Confirmed,
        ..entry("manual:1", "10:30", "11:00", Some(7))
    };
    let enter = said(
        2,
        Planned {
            action: ReviewAction::Enter,
            before: Vec::new(),
            after: vec![hand.clone()],
        },
    );
    let confirm = |seq| {
        said(
            seq,
            wish(&sheet(), "tracker:b", &Change::Confirm).expect("it stands"),
        )
    };
    for log in [vec![confirm(1), enter.clone()], vec![enter, confirm(3)]] {
        assert_eq!(
            shown(&in_force(&log, &id_of)),
            [
                "tracker:b 10:00–10:30 - Confirmed",
                "manual:1 10:30–11:00 7 Confirmed",
                "tracker:b 11:00–12:00 - Confirmed"
            ]
        );
    }
    let mut with_hand = sheet();
    with_hand[1].end = at("10:30");
    with_hand.push(hand);
    let edit = Change::Edit {
        answer: None,
        start: None,
        end: Some(at("10:40")),
        description: None,
    };
    assert_eq!(wish(&with_hand, "tracker:b", &edit), Err(ChangeError::ByHand));
    assert_eq!(
        wish(&with_hand, "manual:1", &Change::Confirm),
        Err(ChangeError::Gone)
    );
}

#[test]
fn who_saw_another_task_is_told() {
    let seen = Some(Some(TaskId(Uuid::from_u128(5))));
    let stale = plan(
        &sheet(),
        id_of("tracker:a"),
        &Change::Confirm,
        seen,
        &|_, _| true,
        &|_, _| false,
        &id_of,
    );
    assert!(matches!(stale, Err(ChangeError::Seen(pin)) if pin.external_ref == "tracker:a"));
    let same = plan(
        &sheet(),
        id_of("tracker:b"),
        &Change::Confirm,
        Some(None),
        &|_, _| true,
        &|_, _| false,
        &id_of,
    );
    assert!(same.is_ok());
}
