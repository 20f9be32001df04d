//! What a wish of the person means on the day as it stands, or why it cannot be.

use jiff::Timestamp;

use super::{EntryStatus, Pin, ReviewAction, piece_name};
use crate::{EntryId, TaskId, day::Category};

/// A wish (`contract/tracker.md` §2.6, §9.3).
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is as it says.
    Confirm,
    /// It belongs to this task, or to none; personal time never to one.
    Correct {
        /// The task.
        task_id: Option<TaskId>,
        /// Kind of time.
        category: Category,
    },
    /// It is to count nowhere.
    Dismiss,
    /// Its borders or its words are others. What is `None` stays.
    Edit {
        /// A task with its category, as in [`Change::Correct`].
        answer: Option<(Option<TaskId>, Category)>,
        /// First instant.
        start: Option<Timestamp>,
        /// First instant after it.
        end: Option<Timestamp>,
        /// The person's own words; `Some(None)` takes them away.
        description: Option<Option<String>>,
    },
    /// It is cut at these instants.
    Split {
        /// Instants inside, in any order.
        at: Vec<Timestamp>,
    },
    /// It and these others are one.
    Merge {
        /// The others.
        with: Vec<EntryId>,
        /// The task of all; without it that of most of the time.
        task_id: Option<TaskId>,
    },
}

/// Why a wish cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChangeError {
    /// There is no such inferred entry on this day.
    #[error("Inferred entry not found")]
    Gone,
    /// The entry has another task than the person saw.
    #[error("The entry has another task by now; look at it again")]
    Seen(Box<Pin>),
    /// The entry would end before it begins.
    #[error("An entry ends after it begins")]
    Reversed,
    /// The entry would leave its day.
    #[error("An entry stays within its day")]
    OtherDay,
    /// Time entered by hand stands there.
    #[error("Time entered by hand stands there; undo that entry first")]
    ByHand,
    /// The instant at this place of the list is not inside the entry.
    #[error("Every instant must lie inside the entry")]
    NotInside(usize),
    /// The entries to merge are not neighbours of one day.
    #[error("Only neighbours of one day can be merged, with nothing dismissed or personal between them")]
    NotNeighbours,
}

/// What a wish does.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What to call it.
    pub action: ReviewAction,
    /// The entries as they stand.
    pub before: Vec<Pin>,
    /// The entries as they are to stand.
    pub after: Vec<Pin>,
}

/// What is known of the day besides its entries.
pub type Within<'w> = &'w dyn Fn(Timestamp, Timestamp) -> bool;

/// Says what `change` of `entry` does to `sheet`, which holds all entries of the day, dismissed ones too, by start.
/// `seen` is the task the person saw it with. `within` tells whether an interval lies inside the day, `private`
/// whether personal time lies in one, and `id_of` gives the entry of an `external_task_ref`.
pub fn plan(
    sheet: &[Pin],
    entry: EntryId,
    change: &Change,
    seen: Option<Option<TaskId>>,
    within: Within<'_>,
    private: Within<'_>,
    id_of: &dyn Fn(&str) -> EntryId,
) -> Result<Planned, ChangeError> {
    let found = sheet
        .iter()
        .find(|pin| pin.entry_id == entry && !pin.is_by_hand());
    let stands = found.ok_or(ChangeError::Gone)?;
    if seen.is_some_and(|seen| seen != stands.task_id) {
        return Err(ChangeError::Seen(Box::new(stands.clone())));
    }
    let one = |action, after: Pin| Planned {
        action,
        before: vec![stands.clone()],
        after: vec![after],
    };
    let with = |status| Pin {
        status,
        ..stands.clone()
    };
    Ok(match change {
        Change::Confirm => one(ReviewAction::Confirm, with(EntryStatus::Confirmed)),
        Change::Dismiss => one(ReviewAction::Dismiss, with(EntryStatus::Dismissed)),
        Change::Correct { task_id, category } => one(
            ReviewAction::Correct,
            Pin {
                task_id: *task_id,
                category: *category,
                ..with(EntryStatus::Corrected)
            },
        ),
        Change::Edit {
            answer,
            start,
            end,
            description,
        } => {
            let (task_id, category) = answer.unwrap_or((stands.task_id, stands.category));
            let after = Pin {
                task_id,
                category,
                start: start.unwrap_or(stands.start),
                end: end.unwrap_or(stands.end),
                description: description.clone().unwrap_or_else(|| stands.description.clone()),
                ..with(EntryStatus::Corrected)
            };
            moved(sheet, stands, &after, within)?;
            one(ReviewAction::Edit, after)
        }
        Change::Split { at } => Planned {
            action: ReviewAction::Split,
            before: vec![stands.clone()],
            after: split(sheet, stands, at, id_of)?,
        },
        Change::Merge { with, task_id } => merge(sheet, stands, with, *task_id, private)?,
    })
}

/// Whether an entry may have these borders.
fn moved(sheet: &[Pin], stands: &Pin, after: &Pin, within: Within<'_>) -> Result<(), ChangeError> {
    if (after.start, after.end) == (stands.start, stands.end) {
        return Ok(());
    }
    if after.start >= after.end {
        return Err(ChangeError::Reversed);
    }
    if !within(after.start, after.end) {
        return Err(ChangeError::OtherDay);
    }
    let by_hand = |pin: &&Pin| pin.is_by_hand() && pin.claims();
    if sheet
        .iter()
        .filter(by_hand)
        .any(|pin| pin.start < after.end && after.start < pin.end)
    {
        return Err(ChangeError::ByHand);
    }
    Ok(())
}

/// A cut is the person's word about where time changes: the pieces stay as they were judged, an inferred one is
/// corrected from now on.
fn split(
    sheet: &[Pin],
    stands: &Pin,
    at: &[Timestamp],
    id_of: &dyn Fn(&str) -> EntryId,
) -> Result<Vec<Pin>, ChangeError> {
    if let Some(outside) = at.iter().position(|at| *at <= stands.start || stands.end <= *at) {
        return Err(ChangeError::NotInside(outside));
    }
    let mut borders = at.to_vec();
    borders.push(stands.start);
    borders.push(stands.end);
    borders.sort_unstable();
    borders.dedup();
    let status = match stands.status {
        EntryStatus::Inferred => EntryStatus::Corrected,
        other => other,
    };
    let mut pieces: Vec<Pin> = Vec::new();
    for (n, border) in borders.windows(2).enumerate() {
        let external_ref = match n {
            0 => stands.external_ref.clone(),
            _ => piece_name(&stands.external_ref, border[0], |name| {
                sheet
                    .iter()
                    .chain(&pieces)
                    .any(|other| other.external_ref == name)
            }),
        };
        pieces.push(Pin {
            entry_id: id_of(&external_ref),
            external_ref,
            start: border[0],
            end: border[1],
            status,
            ..stands.clone()
        });
    }
    Ok(pieces)
}

fn merge(
    sheet: &[Pin],
    stands: &Pin,
    with: &[EntryId],
    task_id: Option<TaskId>,
    private: Within<'_>,
) -> Result<Planned, ChangeError> {
    let wanted = |pin: &Pin| pin.entry_id == stands.entry_id || with.contains(&pin.entry_id);
    let missing = |id: &EntryId| !sheet.iter().any(|pin| pin.entry_id == *id && !pin.is_by_hand());
    if with.iter().any(missing) {
        return Err(ChangeError::Gone);
    }
    let mut all: Vec<&Pin> = sheet.iter().collect();
    all.sort_by(|a, b| (a.start, a.end, &a.external_ref).cmp(&(b.start, b.end, &b.external_ref)));
    let chosen: Vec<&Pin> = all.iter().copied().filter(|pin| wanted(pin)).collect();
    let first = chosen.first().ok_or(ChangeError::Gone)?;
    let end = chosen.iter().map(|pin| pin.end).max().unwrap_or(first.end);
    let counts = |pin: &&Pin| pin.status != EntryStatus::Dismissed && pin.category != Category::Personal;
    let between = all
        .iter()
        .any(|pin| !wanted(pin) && pin.claims() && pin.start < end && first.start < pin.end);
    if chosen.len() < 2 || !chosen.iter().all(counts) || between || private(first.start, end) {
        return Err(ChangeError::NotNeighbours);
    }
    let (task_id, category) = match task_id {
        Some(task) => (Some(task), Category::Productive),
        None => {
            let longest = chosen
                .iter()
                .rev()
                .max_by_key(|pin| pin.end.as_microsecond() - pin.start.as_microsecond())
                .unwrap_or(first);
            (longest.task_id, longest.category)
        }
    };
    let after = Pin {
        end,
        task_id,
        category,
        status: EntryStatus::Corrected,
        description: chosen.iter().find_map(|pin| pin.description.clone()),
        ..(*first).clone()
    };
    Ok(Planned {
        action: ReviewAction::Merge,
        before: chosen.into_iter().cloned().collect(),
        after: vec![after],
    })
}
