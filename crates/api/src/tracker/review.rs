//! Reviews on the wire (`contract/tracker.md` §2.6, §9.3).

use dayloom_domain::{
    EntryId, ReviewId, TaskId,
    day::Category,
    review::{EntryStatus, ReviewAction},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::TimesheetEntry;
use crate::{
    Patch, Stamp,
    decode::{Decode, Fields},
    rules,
};

/// Reviews of one call at most (`contract/tracker.md` §9.3).
pub const MAX_REVIEWS: usize = 500;
/// Instants an entry is cut at, at most: a day has that many minutes.
const MAX_CUTS: usize = 1_440;
/// Longest description, as in `contract/tracker.md` §5.7.
pub const MAX_DESCRIPTION: usize = 1_000;
/// Reviews of one page.
pub const PAGE: u32 = 50;

/// What a person does to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryAction {
    /// It is as it says.
    Confirm,
    /// It belongs to another task, or none, or has other borders.
    Correct,
    /// It counts nowhere.
    Dismiss,
}

const ACTIONS: &[(&str, EntryAction)] = &[
    ("confirm", EntryAction::Confirm),
    ("correct", EntryAction::Correct),
    ("dismiss", EntryAction::Dismiss),
];

const CATEGORIES: &[(&str, Category)] = &[
    ("productive", Category::Productive),
    ("personal", Category::Personal),
];

/// Body of `PATCH /tracker/timesheet/entries/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryChange {
    /// What to do.
    pub action: EntryAction,
    /// For `correct`: a task of the caller, or null with a `category`.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub task_id: Patch<TaskId>,
    /// For `correct` without a task: `productive` is work without one, `personal` is private.
    #[schema(value_type = Option<String>, example = "productive")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Moves its start: an edit, which leaves it `corrected`.
    #[schema(value_type = Option<Stamp>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Stamp>,
    /// Moves its end.
    #[schema(value_type = Option<Stamp>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Stamp>,
    /// The person's own words in place of a reason, at most 1,000 characters; null takes them away.
    #[schema(value_type = Option<String>, max_length = 1000)]
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub description: Patch<String>,
    /// The task the caller saw the entry with, null for none: 409 where it has another by now.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub seen_task_id: Patch<TaskId>,
}

impl EntryChange {
    /// An action and nothing else.
    pub fn new(action: EntryAction) -> Self {
        Self {
            action,
            task_id: Patch::Keep,
            category: None,
            started_at: None,
            ended_at: None,
            description: Patch::Keep,
            seen_task_id: Patch::Keep,
        }
    }

    /// Whether its borders or its words are to change.
    pub fn is_edit(&self) -> bool {
        self.started_at.is_some() || self.ended_at.is_some() || !self.description.is_keep()
    }
}

impl Decode for EntryChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let action = fields.required("action", rules::one_of(ACTIONS));
        let task_id = fields.patch("task_id", rules::id);
        let category = fields.optional("category", rules::one_of(CATEGORIES));
        let started_at = fields.optional("started_at", rules::instant);
        let ended_at = fields.optional("ended_at", rules::instant);
        let description = fields.patch("description", rules::text(MAX_DESCRIPTION));
        let seen_task_id = fields.patch("seen_task_id", rules::id);
        Some(Self {
            action: action?,
            task_id: task_id?,
            category: category?,
            started_at: started_at?.map(Stamp),
            ended_at: ended_at?.map(Stamp),
            description: description?,
            seen_task_id: seen_task_id?,
        })
    }
}

/// What became of a reviewed entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryReviewed {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// Its task.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// The task's title.
    pub task_title: Option<String>,
    /// `confirmed`, `corrected` or `dismissed`.
    #[schema(value_type = Option<String>)]
    pub attribution_status: Option<EntryStatus>,
    /// The review, to take it back with.
    #[schema(value_type = Uuid)]
    pub review_id: ReviewId,
    /// Of a correction: how many other entries of the last 30 days that nobody reviewed go where it put this one, as
    /// `:similar` lists them for a task. Their days follow shortly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<u32>,
}

/// The 409 of an entry that has another task than the caller saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryConflict {
    /// What happened.
    pub detail: String,
    /// The entry as it stands.
    pub entry: EntryRow,
}

/// An entry with its place in the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryRow {
    /// As the timesheet shows it.
    #[serde(flatten)]
    pub entry: TimesheetEntry,
    /// First instant, if it has a place in the day.
    pub started_at: Option<Stamp>,
    /// First instant after it.
    pub ended_at: Option<Stamp>,
    /// `inferred`; `web` or `api` for one made by hand.
    pub source: String,
}

/// Body of `POST /tracker/timesheet/entries:review`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ManyReviews {
    /// At most 500, in the order they are to be taken.
    #[schema(max_items = 500)]
    pub reviews: Vec<OneReview>,
}

/// One of many reviews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OneReview {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// What to do.
    #[serde(flatten)]
    pub change: EntryChange,
}

impl Decode for ManyReviews {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let reviews = fields.objects("reviews", MAX_REVIEWS, |fields| {
            let id = fields.required("id", rules::id);
            let change = EntryChange::decode(fields);
            Some(OneReview {
                id: id?,
                change: change?,
            })
        });
        Some(Self { reviews: reviews? })
    }
}

/// What became of many reviews, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ManyReviewed {
    /// One for each review.
    pub results: Vec<OneReviewed>,
    /// Where any is a correction: how many entries of the last 30 days that nobody reviewed, these aside, go where the
    /// corrections put others, as if all of them were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<u32>,
}

/// What became of one of many: a review, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OneReviewed {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// The review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub review_id: Option<ReviewId>,
    /// Why it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Body of `POST /tracker/timesheet/entries/{id}:split`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SplitEntry {
    /// Instants inside the entry, at least one.
    #[schema(min_items = 1, max_items = 1440)]
    pub at: Vec<Stamp>,
}

impl Decode for SplitEntry {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let at: Vec<Timestamp> = fields.list("at", MAX_CUTS, rules::instant)?;
        if at.is_empty() {
            return fields.refuse("at", rules::too_short(1));
        }
        Some(Self {
            at: at.into_iter().map(Stamp).collect(),
        })
    }
}

/// Entries a review left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntriesReviewed {
    /// By start.
    pub entries: Vec<EntryRow>,
    /// The review.
    #[schema(value_type = Uuid)]
    pub review_id: ReviewId,
}

/// Body of `POST /tracker/timesheet/entries:merge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MergeEntries {
    /// Neighbours of one day, at least two.
    #[schema(value_type = Vec<Uuid>, min_items = 2, max_items = 500)]
    pub ids: Vec<EntryId>,
    /// The task of all; without it that of most of the time.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
}

impl Decode for MergeEntries {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let ids: Option<Vec<EntryId>> = fields.list("ids", MAX_REVIEWS, rules::id);
        let task_id = fields.optional("task_id", rules::id);
        let mut ids = ids?;
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(*id));
        if ids.len() < 2 {
            return fields.refuse("ids", rules::too_short(2));
        }
        Some(Self {
            ids,
            task_id: task_id?,
        })
    }
}

/// What neighbours became.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntriesMerged {
    /// The one entry.
    pub entry: EntryRow,
    /// The review.
    #[schema(value_type = Uuid)]
    pub review_id: ReviewId,
}

/// Body of `POST /tracker/timesheet/entries/{id}:similar`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SimilarQuestion {
    /// The task the entry would be corrected to.
    #[schema(value_type = Uuid)]
    pub task_id: TaskId,
}

impl Decode for SimilarQuestion {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let task_id = fields.required("task_id", rules::id);
        Some(Self { task_id: task_id? })
    }
}

/// Unreviewed entries of the last 30 days, and of the day itself, that a correction would move: more than half of the time
/// of each would go to the task. They are named as they stand; answered for again, a day may be cut into other entries.
/// Nothing is changed by asking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SimilarEntries {
    /// By date and start.
    pub entries: Vec<SimilarEntry>,
}

/// One of them, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SimilarEntry {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub id: EntryId,
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// First instant.
    pub start: Stamp,
    /// First instant after it.
    pub end: Stamp,
    /// Minutes.
    pub minutes: i64,
    /// The task it has now.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
}

/// Query of `GET /tracker/reviews`.
#[derive(Clone, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewsQuery {
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<i64>,
}

impl Decode for ReviewsQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let cursor = fields.optional("cursor", rules::integer(1, i64::MAX));
        Some(Self { cursor: cursor? })
    }
}

/// A page of the caller's reviews, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewPage {
    /// At most 50.
    pub reviews: Vec<ReviewOut>,
    /// Where the next page starts; null on the last one.
    pub next_cursor: Option<String>,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewOut {
    /// Id.
    #[schema(value_type = Uuid)]
    pub id: ReviewId,
    /// `confirm`, `correct`, `dismiss`, `edit`, `split`, `merge` or `enter`.
    #[schema(value_type = String, example = "confirm")]
    pub action: ReviewAction,
    /// Local date of its entries.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The entries as they stood.
    pub before: Vec<ReviewState>,
    /// The entries as they stand by it.
    pub after: Vec<ReviewState>,
    /// When.
    pub created_at: Stamp,
    /// When it was taken back, if it was.
    pub undone_at: Option<Stamp>,
}

/// How an entry stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewState {
    /// The entry.
    #[schema(value_type = Uuid)]
    pub entry_id: EntryId,
    /// First instant.
    pub started_at: Stamp,
    /// First instant after it.
    pub ended_at: Stamp,
    /// Its task.
    #[schema(value_type = Option<Uuid>)]
    pub task_id: Option<TaskId>,
    /// `productive`, `neutral` or `personal`.
    #[schema(value_type = String)]
    pub category: Category,
    /// `inferred`, `confirmed`, `corrected` or `dismissed`.
    #[schema(value_type = String)]
    pub status: EntryStatus,
    /// The person's own words.
    pub description: Option<String>,
}

/// The entries of a review that was taken back, as they stand. Those that are no more are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewUndone {
    /// By start.
    pub entries: Vec<EntryRow>,
}
