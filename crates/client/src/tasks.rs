//! Tasks, and the rules that find them (`contract/tracker.md` §5.7, §9).

use dayloom_api::{
    attribution_rules::{NewRule, RuleChange, RuleOut, RuleTested},
    tasks::{AssignedTask, ImportOutcome, ImportRow, NewTask, TaskChange, TaskOut, TaskPage},
};
use dayloom_domain::{RuleId, TaskId, WorkspaceId};

use crate::{Client, ClientError};

impl Client {
    /// Makes a task.
    pub async fn create_task(&self, workspace: WorkspaceId, new: &NewTask) -> Result<TaskOut, ClientError> {
        self.post(&format!("/workspaces/{workspace}/tasks"), new).await
    }

    /// A page of tasks, newest first. `query` may hold `assignee_id`, `status`, `cursor` and `limit`.
    pub async fn tasks(
        &self,
        workspace: WorkspaceId,
        query: &[(&str, &str)],
    ) -> Result<TaskPage, ClientError> {
        self.get(&format!("/workspaces/{workspace}/tasks"), query).await
    }

    /// Changes a task.
    pub async fn change_task(
        &self,
        workspace: WorkspaceId,
        task: TaskId,
        change: &TaskChange,
    ) -> Result<TaskOut, ClientError> {
        self.patch(&format!("/workspaces/{workspace}/tasks/{task}"), change)
            .await
    }

    /// Makes and changes tasks by their keys; doing it twice changes nothing.
    pub async fn import_tasks(
        &self,
        workspace: WorkspaceId,
        rows: &[ImportRow],
    ) -> Result<ImportOutcome, ClientError> {
        self.post(&format!("/workspaces/{workspace}/tasks:import"), &rows)
            .await
    }

    /// The caller's tasks in every workspace.
    pub async fn assigned_tasks(&self, include_done: bool) -> Result<Vec<AssignedTask>, ClientError> {
        let done = include_done.to_string();
        self.get("/developers/me/assigned-tasks", &[("include_done", &done)])
            .await
    }

    /// Makes a rule.
    pub async fn create_rule(&self, new: &NewRule) -> Result<RuleOut, ClientError> {
        self.post("/tracker/rules", new).await
    }

    /// The rules the caller may read, in the order of evaluation.
    pub async fn rules(&self) -> Result<Vec<RuleOut>, ClientError> {
        self.get("/tracker/rules", &[]).await
    }

    /// What each rule would have caught in the last 30 days.
    pub async fn test_rules(&self) -> Result<Vec<RuleTested>, ClientError> {
        self.get("/tracker/rules:test", &[]).await
    }

    /// Changes a rule.
    pub async fn change_rule(&self, rule: RuleId, change: &RuleChange) -> Result<RuleOut, ClientError> {
        self.patch(&format!("/tracker/rules/{rule}"), change).await
    }

    /// Removes a rule.
    pub async fn delete_rule(&self, rule: RuleId) -> Result<(), ClientError> {
        self.delete(&format!("/tracker/rules/{rule}")).await
    }
}
