//! Attribution rules: a person's own, and those of the projects they are in.

use dayloom_domain::{
    DeveloperId, ProjectId, RuleId, TaskId, WorkspaceId,
    day::Category,
    rule::{Rule, RuleField, RuleMatch, RuleScope},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Value};

use crate::{
    StorageError,
    db::{Columns, at, fresh_id, id_opt, listed, row, rows, run, word},
    error::retried,
    projects,
    store::Inner,
    tasks, workspaces,
};

/// A rule to be made. Whether its pattern compiles is the caller's question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// Whose.
    pub scope: RuleScope,
    /// The project of a project rule.
    pub scope_project_id: Option<ProjectId>,
    /// Where it looks.
    pub field: RuleField,
    /// How it compares.
    pub matching: RuleMatch,
    /// With what.
    pub pattern: String,
    /// Files under this task.
    pub task_id: Option<TaskId>,
    /// Files under this project.
    pub project_id: Option<ProjectId>,
    /// Says what kind of time it is.
    pub category: Option<Category>,
    /// Order within its scope, where whoever holds it makes room; without one it goes last.
    pub position: Option<i64>,
}

/// What to change; outer `None` leaves a field, inner `None` empties it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulePatch {
    /// Where it looks.
    pub field: Option<RuleField>,
    /// How it compares.
    pub matching: Option<RuleMatch>,
    /// With what.
    pub pattern: Option<String>,
    /// Task.
    pub task_id: Option<Option<TaskId>>,
    /// Project.
    pub project_id: Option<Option<ProjectId>>,
    /// Kind of time.
    pub category: Option<Option<Category>>,
    /// Order within its scope, where whoever holds it makes room.
    pub position: Option<i64>,
}

/// Why a rule could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// No such rule that the person can see.
    #[error("there is no such rule")]
    NotFound,
    /// The task is in no workspace the person is active in (one text for unknown and foreign).
    #[error("the task is in none of your workspaces")]
    Task,
    /// The project is in no workspace the person is active in (one text for unknown and foreign).
    #[error("the project is in none of your workspaces")]
    Project,
    /// Nothing would be left for the rule to say: no task, no project, no category.
    #[error("a rule needs a task, a project or a category")]
    Empty,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Who asks for rules: a person, who sees their own and those of the projects they are in; as an admin also those of all
/// projects of the workspaces they administer, which only the caller can know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleReader {
    /// The person.
    pub developer: DeveloperId,
    /// Workspaces the person administers.
    pub administers: Vec<WorkspaceId>,
}

impl From<DeveloperId> for RuleReader {
    fn from(developer: DeveloperId) -> Self {
        Self {
            developer,
            administers: Vec::new(),
        }
    }
}

impl RuleReader {
    /// The condition on rules `r` they may read, and its values, the first of which is the person (`$1`).
    fn visible(&self) -> (String, Vec<Value>) {
        let person = crate::db::id(self.developer);
        if self.administers.is_empty() {
            return (VISIBLE.to_owned(), vec![person]);
        }
        let administered = self.administers.iter().map(|workspace| crate::db::id(*workspace));
        let (places, administered) = listed(2, administered);
        let values = std::iter::once(person).chain(administered).collect();
        let sql = format!(
            "({VISIBLE} OR (r.scope = 'project' AND EXISTS (SELECT 1 FROM projects p
                 WHERE p.id = r.scope_project_id AND p.is_active AND p.workspace_id IN ({places}))))"
        );
        (sql, values)
    }
}

/// The repository of rules.
#[derive(Clone, Copy)]
pub struct Rules<'a>(pub(crate) &'a Inner);

impl Rules<'_> {
    /// The rules someone may read, in the order of evaluation: personal before project, then by position, then id.
    pub async fn list(&self, reader: impl Into<RuleReader>) -> Result<Vec<Rule>, StorageError> {
        let (visible, values) = reader.into().visible();
        let sql = format!("SELECT {COLUMNS} FROM tracker_rules r WHERE {visible} {ORDER}");
        rows(&self.0.read, &sql, values).await?.iter().map(read).collect()
    }
    /// The person's rules and those of the projects they are in, without those whose task or project the person can no longer see.
    pub async fn list_for_attribution(&self, developer: DeveloperId) -> Result<Vec<Rule>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM tracker_rules r
             LEFT JOIN sprint_tasks t ON t.id = r.task_id LEFT JOIN projects q ON q.id = r.project_id
             WHERE {VISIBLE}
               AND (r.task_id IS NULL OR EXISTS (SELECT 1 FROM workspace_members a
                    WHERE a.workspace_id = t.workspace_id AND a.developer_id = $1 AND a.status = 'active'))
               AND (r.project_id IS NULL OR EXISTS (SELECT 1 FROM workspace_members b
                    WHERE b.workspace_id = q.workspace_id AND b.developer_id = $1 AND b.status = 'active')) {ORDER}"
        );
        rows(&self.0.read, &sql, vec![crate::db::id(developer)])
            .await?
            .iter()
            .map(read)
            .collect()
    }
    /// A rule someone may read.
    pub async fn by_id(
        &self,
        reader: impl Into<RuleReader>,
        id: RuleId,
    ) -> Result<Option<Rule>, StorageError> {
        find(&self.0.read, &reader.into(), id).await
    }
    /// Makes a rule. Whether the person administers the project of a project rule is the caller's question.
    pub async fn create(
        &self,
        developer: DeveloperId,
        new: &NewRule,
        now: Timestamp,
    ) -> Result<Rule, RuleError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            let mut rule = Rule {
                id: fresh_id().into(),
                scope: new.scope,
                developer_id: developer,
                scope_project_id: new.scope_project_id.filter(|_| new.scope == RuleScope::Project),
                field: new.field,
                matching: new.matching,
                pattern: new.pattern.clone(),
                task_id: new.task_id,
                project_id: new.project_id,
                category: new.category,
                position: new.position.unwrap_or_default(),
            };
            check(&transaction, developer, &rule).await?;
            if new.position.is_none() {
                let last = siblings(&transaction, &rule)
                    .await?
                    .iter()
                    .map(|r| r.position)
                    .max();
                rule.position = last.map_or(0, |last| last.saturating_add(1));
            }
            run(
                &transaction,
                "INSERT INTO tracker_rules (id, scope, developer_id, scope_project_id, field, matching, pattern, task_id,
                     project_id, category, position, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
                values(&rule, now),
            )
            .await?;
            if new.position.is_some() {
                make_room(&transaction, &rule, now).await?;
            }
            transaction.commit().await.map_err(StorageError::from)?;
            Ok(rule)
        })
        .await
    }
    /// Changes what the patch names of a rule someone may read. Whether they may change it is the caller's question.
    pub async fn update(
        &self,
        reader: impl Into<RuleReader>,
        id: RuleId,
        patch: &RulePatch,
        now: Timestamp,
    ) -> Result<Rule, RuleError> {
        let reader = reader.into();
        retried(|| async {
            let transaction = self.0.begin().await?;
            let old = find(&transaction, &reader, id)
                .await?
                .ok_or(RuleError::NotFound)?;
            let rule = Rule {
                field: patch.field.unwrap_or(old.field),
                matching: patch.matching.unwrap_or(old.matching),
                pattern: patch.pattern.clone().unwrap_or_else(|| old.pattern.clone()),
                task_id: patch.task_id.unwrap_or(old.task_id),
                project_id: patch.project_id.unwrap_or(old.project_id),
                category: patch.category.unwrap_or(old.category),
                position: patch.position.unwrap_or(old.position),
                ..old.clone()
            };
            check(&transaction, reader.developer, &rule).await?;
            replace(&transaction, &rule, now).await?;
            if patch.position.is_some() {
                make_room(&transaction, &rule, now).await?;
            }
            transaction.commit().await.map_err(StorageError::from)?;
            Ok(rule)
        })
        .await
    }
    /// Removes a rule someone may read; false if there is none. Whether they may is the caller's question.
    pub async fn delete(&self, reader: impl Into<RuleReader>, id: RuleId) -> Result<bool, StorageError> {
        let transaction = self.0.begin().await?;
        if find(&transaction, &reader.into(), id).await?.is_none() {
            return Ok(false);
        }
        run(
            &transaction,
            "DELETE FROM tracker_rules WHERE id = $1",
            vec![crate::db::id(id)],
        )
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

const COLUMNS: &str =
    "r.id, r.scope, r.developer_id, r.scope_project_id, r.field, r.matching, r.pattern, r.task_id,
    r.project_id, r.category, r.position";

/// Personal rules of the person `$1`, and those of projects they are active in.
const VISIBLE: &str = "((r.scope = 'personal' AND r.developer_id = $1) OR (r.scope = 'project' AND EXISTS (
    SELECT 1 FROM project_members m JOIN projects p ON p.id = m.project_id JOIN workspace_members w
        ON w.workspace_id = p.workspace_id AND w.developer_id = m.developer_id AND w.status = 'active'
    WHERE m.project_id = r.scope_project_id AND m.developer_id = $1 AND m.status = 'active' AND p.is_active)))";

/// Personal before project, then as placed.
const ORDER: &str = "ORDER BY CASE r.scope WHEN 'personal' THEN 0 ELSE 1 END, r.position, r.id";

fn read(row: &QueryResult) -> Result<Rule, StorageError> {
    Ok(Rule {
        id: row.id("id")?,
        scope: row.word("scope")?,
        developer_id: row.id("developer_id")?,
        scope_project_id: row.id_opt("scope_project_id")?,
        field: row.word("field")?,
        matching: row.word("matching")?,
        pattern: row.col("pattern")?,
        task_id: row.id_opt("task_id")?,
        project_id: row.id_opt("project_id")?,
        category: row.word_opt("category")?,
        position: row.col("position")?,
    })
}

async fn find<C: ConnectionTrait>(
    on: &C,
    reader: &RuleReader,
    rule: RuleId,
) -> Result<Option<Rule>, StorageError> {
    let (visible, mut values) = reader.visible();
    values.push(crate::db::id(rule));
    let sql = format!(
        "SELECT {COLUMNS} FROM tracker_rules r WHERE {visible} AND r.id = ${}",
        values.len()
    );
    row(on, &sql, values).await?.as_ref().map(read).transpose()
}

/// Whether what the rule names is the person's to name; a project rule names only what is of its own workspace.
async fn check<C: ConnectionTrait>(on: &C, developer: DeveloperId, rule: &Rule) -> Result<(), RuleError> {
    if rule.task_id.is_none() && rule.project_id.is_none() && rule.category.is_none() {
        return Err(RuleError::Empty);
    }
    let mut within = None;
    if rule.scope == RuleScope::Project {
        let scope = match rule.scope_project_id {
            Some(project) => projects::find(on, project).await?,
            None => None,
        };
        let scope = scope.ok_or(RuleError::Project)?;
        if !workspaces::is_active(on, scope.workspace_id, developer).await? {
            return Err(RuleError::Project);
        }
        within = Some(scope.workspace_id);
    }
    if let Some(task) = rule.task_id {
        let task = tasks::find_visible(on, developer, task)
            .await?
            .ok_or(RuleError::Task)?;
        if within.is_some_and(|workspace| workspace != task.workspace_id) {
            return Err(RuleError::Task);
        }
    }
    if let Some(project) = rule.project_id {
        let project = projects::find(on, project).await?.ok_or(RuleError::Project)?;
        let foreign = within.is_some_and(|workspace| workspace != project.workspace_id);
        if foreign || !workspaces::is_active(on, project.workspace_id, developer).await? {
            return Err(RuleError::Project);
        }
    }
    Ok(())
}

fn values(rule: &Rule, now: Timestamp) -> Vec<Value> {
    vec![
        crate::db::id(rule.id),
        word(rule.scope).into(),
        crate::db::id(rule.developer_id),
        id_opt(rule.scope_project_id),
        word(rule.field).into(),
        word(rule.matching).into(),
        rule.pattern.clone().into(),
        id_opt(rule.task_id),
        id_opt(rule.project_id),
        rule.category.map(word).into(),
        rule.position.into(),
        at(now),
    ]
}

async fn replace(on: &DatabaseTransaction, rule: &Rule, now: Timestamp) -> Result<(), StorageError> {
    run(
        on,
        "UPDATE tracker_rules SET scope = $2, developer_id = $3, scope_project_id = $4, field = $5, matching = $6,
             pattern = $7, task_id = $8, project_id = $9, category = $10, position = $11, updated_at = $12 WHERE id = $1",
        values(rule, now),
    )
    .await?;
    Ok(())
}

/// The rules of one person or of one project, as placed.
async fn siblings(on: &DatabaseTransaction, rule: &Rule) -> Result<Vec<Rule>, StorageError> {
    let (clause, subject) = match rule.scope_project_id.filter(|_| rule.scope == RuleScope::Project) {
        Some(project) => (
            "r.scope = 'project' AND r.scope_project_id = $1",
            crate::db::id(project),
        ),
        None => (
            "r.scope = 'personal' AND r.developer_id = $1",
            crate::db::id(rule.developer_id),
        ),
    };
    let sql = format!("SELECT {COLUMNS} FROM tracker_rules r WHERE {clause} {ORDER}");
    rows(on, &sql, vec![subject]).await?.iter().map(read).collect()
}

/// Whoever stands at the rule's position makes room for it, and so on: no two of a scope share one, else their ids
/// would decide which is asked first.
async fn make_room(on: &DatabaseTransaction, rule: &Rule, now: Timestamp) -> Result<(), StorageError> {
    let mut taken = rule.position;
    for mut other in siblings(on, rule).await? {
        if other.id != rule.id && (rule.position..=taken).contains(&other.position) {
            taken = taken.saturating_add(1);
            other.position = taken;
            replace(on, &other, now).await?;
        }
    }
    Ok(())
}
