//! Importing tasks by key: the same rows twice change nothing (`contract/tracker.md` §9, §9.2).

use std::collections::HashMap;

use dayloom_domain::{
    DeveloperId, WorkspaceId,
    people::{MemberStatus, Task},
};
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use crate::{
    StorageError,
    db::{Columns, id, rows},
    people::fold,
    tasks,
};

/// Longest key, in characters (`contract/tracker.md` §9).
const KEY_MAX: usize = 100;
/// Longest title, in characters (`contract/tracker.md` §9).
const TITLE_MAX: usize = 500;
/// Longest status, in characters (`contract/tracker.md` §3).
const STATUS_MAX: usize = 50;

/// One row. An empty or absent cell leaves the field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// Key; without one the row is rejected.
    pub key: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Assignee by e-mail.
    pub assignee: Option<String>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// Rows that made a task.
    pub created: u64,
    /// Rows that changed one.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows refused: number from 1 after the header, and the reason in words.
    pub rejected: Vec<(u64, String)>,
}

/// A cell with something in it.
fn cell(cell: Option<&String>) -> Option<&str> {
    cell.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Takes the rows in, one after the other, inside the transaction.
pub(crate) async fn import(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
    rows: &[ImportRow],
    now: Timestamp,
) -> Result<ImportOutcome, StorageError> {
    let members = members(on, workspace).await?;
    let mut outcome = ImportOutcome::default();
    for (number, row) in (1_u64..).zip(rows) {
        let (key, assignee) = match check(row, &members) {
            Ok(checked) => checked,
            Err(reason) => {
                outcome.rejected.push((number, reason));
                continue;
            }
        };
        let mut old = tasks::find_by_key(on, workspace, key).await?;
        if old.is_none() {
            let Some(title) = cell(row.title.as_ref()) else {
                outcome
                    .rejected
                    .push((number, "a new task needs a title".to_owned()));
                continue;
            };
            let mut task = tasks::blank(workspace, title, now);
            task.key = Some(key.to_owned());
            apply(&mut task, row, assignee);
            if tasks::insert(on, &task).await? {
                outcome.created += 1;
                continue;
            }
            old = tasks::find_by_key(on, workspace, key).await?;
        }
        let old = old.ok_or(StorageError::Unreadable("sprint_tasks"))?;
        let mut task = old.clone();
        apply(&mut task, row, assignee);
        if task == old {
            outcome.unchanged += 1;
        } else {
            task.updated_at = now;
            tasks::replace(on, &task).await?;
            outcome.updated += 1;
        }
    }
    Ok(outcome)
}

/// The row's key and assignee, or why it is refused.
fn check<'r>(
    row: &'r ImportRow,
    members: &HashMap<String, DeveloperId>,
) -> Result<(&'r str, Option<DeveloperId>), String> {
    let key = cell(row.key.as_ref()).ok_or("the key is missing")?;
    let too_long = |text: Option<&str>, most: usize| text.is_some_and(|t| t.chars().count() > most);
    if too_long(Some(key), KEY_MAX) {
        return Err(format!("the key is longer than {KEY_MAX} characters"));
    }
    if too_long(cell(row.title.as_ref()), TITLE_MAX) {
        return Err(format!("the title is longer than {TITLE_MAX} characters"));
    }
    if too_long(cell(row.status.as_ref()), STATUS_MAX) {
        return Err(format!("the status is longer than {STATUS_MAX} characters"));
    }
    let assignee = match cell(row.assignee.as_ref()) {
        Some(email) => {
            let known = members.get(&fold(email)).copied();
            Some(known.ok_or("the assignee is no active member of this workspace")?)
        }
        None => None,
    };
    Ok((key, assignee))
}

fn apply(task: &mut Task, row: &ImportRow, assignee: Option<DeveloperId>) {
    if let Some(title) = cell(row.title.as_ref()) {
        title.clone_into(&mut task.title);
    }
    if let Some(url) = cell(row.url.as_ref()) {
        task.url = Some(url.to_owned());
    }
    if let Some(status) = cell(row.status.as_ref()) {
        status.clone_into(&mut task.status);
    }
    task.assignee_id = assignee.or(task.assignee_id);
}

/// Active members by their folded address.
async fn members(
    on: &DatabaseTransaction,
    workspace: WorkspaceId,
) -> Result<HashMap<String, DeveloperId>, StorageError> {
    let sql = "SELECT d.id, d.email_folded, m.status FROM workspace_members m JOIN developers d ON d.id = m.developer_id
               WHERE m.workspace_id = $1";
    let mut members = HashMap::new();
    for row in rows(on, sql, vec![id(workspace)]).await? {
        if row.word::<MemberStatus>("status")? == MemberStatus::Active {
            members.insert(row.col("email_folded")?, row.id("id")?);
        }
    }
    Ok(members)
}
