//! Reviews, time entered by hand, explanations and target hours (`contract/tracker.md` §2.6, §2.8, §9.3).

use dayloom_api::{
    Stamp,
    target_hours::{TargetOut, TargetPut, TargetResolved},
    tracker::{
        EntriesMerged, EntriesReviewed, EntryChange, EntryMade, EntryReviewed, ManyReviewed, ManyReviews,
        MergeEntries, NewTimesheetEntry, OneReview, ReviewPage, ReviewUndone, SimilarEntries,
        SimilarQuestion, SpanExplained, SplitEntry, Tracked, TrackedTime,
    },
};
use dayloom_domain::{EntryId, EventId, ProjectId, ReviewId, TaskId, WorkspaceId};
use jiff::{Timestamp, civil::Date};
use reqwest::Method;
use uuid::Uuid;

use crate::{Client, ClientError};

const ENTRIES: &str = "/tracker/timesheet/entries";
const TARGETS: &str = "/tracker/target-hours";

impl Client {
    /// Reviews an entry.
    pub async fn review(&self, entry: EntryId, change: &EntryChange) -> Result<EntryReviewed, ClientError> {
        self.patch(&format!("{ENTRIES}/{entry}"), change).await
    }

    /// Reviews many entries, each on its own; at most 500.
    pub async fn review_many(&self, reviews: Vec<OneReview>) -> Result<ManyReviewed, ClientError> {
        self.post(&format!("{ENTRIES}:review"), &ManyReviews { reviews })
            .await
    }

    /// Cuts an entry.
    pub async fn split(&self, entry: EntryId, at: &[Timestamp]) -> Result<EntriesReviewed, ClientError> {
        let at = at.iter().copied().map(Stamp).collect();
        self.post(&format!("{ENTRIES}/{entry}:split"), &SplitEntry { at })
            .await
    }

    /// Makes neighbours one.
    pub async fn merge(
        &self,
        ids: Vec<EntryId>,
        task_id: Option<TaskId>,
    ) -> Result<EntriesMerged, ClientError> {
        self.post(&format!("{ENTRIES}:merge"), &MergeEntries { ids, task_id })
            .await
    }

    /// What correcting an entry to this task would move besides.
    pub async fn similar(&self, entry: EntryId, task_id: TaskId) -> Result<SimilarEntries, ClientError> {
        self.post(
            &format!("{ENTRIES}/{entry}:similar"),
            &SimilarQuestion { task_id },
        )
        .await
    }

    /// Enters time by hand.
    pub async fn enter(&self, new: &NewTimesheetEntry) -> Result<EntryMade, ClientError> {
        self.post(ENTRIES, new).await
    }

    /// Enters minutes by hand, as the published companion app does.
    pub async fn track(&self, time: &TrackedTime) -> Result<EntryMade, ClientError> {
        self.post("/tracking/time", time).await
    }

    /// All time of a range of dates, by hand and inferred.
    pub async fn tracked(&self, start: Date, end: Date) -> Result<Tracked, ClientError> {
        let (start, end) = (start.to_string(), end.to_string());
        self.get("/tracking/time/me", &[("start_date", &start), ("end_date", &end)])
            .await
    }

    /// The caller's reviews, newest first; with the cursor of the page before, the next page.
    pub async fn reviews(&self, cursor: Option<&str>) -> Result<ReviewPage, ClientError> {
        let query: Vec<(&str, &str)> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
        self.get("/tracker/reviews", &query).await
    }

    /// Takes a review back.
    pub async fn undo(&self, review: ReviewId) -> Result<ReviewUndone, ClientError> {
        let path = format!("/tracker/reviews/{review}:undo");
        self.json(self.request(Method::POST, &path, &[])).await
    }

    /// Why the span of an event has its answer.
    pub async fn explain(&self, event: EventId) -> Result<SpanExplained, ClientError> {
        self.get(&format!("/tracker/spans/{event}/explain"), &[]).await
    }

    /// The target hours that hold for the caller.
    pub async fn target_hours(
        &self,
        workspace: WorkspaceId,
        project: Option<ProjectId>,
    ) -> Result<TargetResolved, ClientError> {
        let (workspace, project) = (workspace.to_string(), project.map(|id| id.to_string()));
        let mut query = vec![("workspace_id", workspace.as_str())];
        query.extend(project.as_deref().map(|project| ("project_id", project)));
        self.get(&format!("{TARGETS}/resolve"), &query).await
    }

    /// All target hours of a workspace.
    pub async fn targets(&self, workspace: WorkspaceId) -> Result<Vec<TargetOut>, ClientError> {
        self.get(TARGETS, &[("workspace_id", &workspace.to_string())])
            .await
    }

    /// Sets target hours.
    pub async fn put_target(
        &self,
        workspace: WorkspaceId,
        target: &TargetPut,
    ) -> Result<TargetOut, ClientError> {
        let workspace = workspace.to_string();
        let request = self.request(Method::PUT, TARGETS, &[("workspace_id", &workspace)]);
        self.json(request.json(target)).await
    }

    /// Removes target hours.
    pub async fn remove_target(&self, workspace: WorkspaceId, target: Uuid) -> Result<(), ClientError> {
        self.delete(&format!("{TARGETS}/{target}?workspace_id={workspace}"))
            .await
    }
}
