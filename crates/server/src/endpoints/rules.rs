//! `/tracker/rules`: attribution rules of the caller and of projects they are in (`contract/tracker.md` §9).
//!
//! A personal rule is its owner's alone. A project rule is seen by the project's members and by who holds
//! `can_edit_projects` in its workspace, who alone may change it.

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Invalid, Refusal,
    attribution_rules::{NO_TARGET, NewRule, RuleChange, RuleOut},
};
use dayloom_domain::{
    DeveloperId, ProjectId, RuleId, TaskId,
    rule::{Rule, RuleScope},
};
use dayloom_storage::{self as storage, RuleError, RulePatch, RuleReader};

use super::Refusals;
use crate::{
    ApiError, Call, Caller, ServerState,
    auth::account,
    gates::{PathIds, administers, holds},
    permissions::Permission,
    replay,
};

const UNKNOWN: &str = "Rule not found";
const UNKNOWN_PROJECT: &str = "Project not found";
const UNKNOWN_TASK: &str = "Task not found";

fn refused(error: RuleError) -> ApiError {
    match error {
        RuleError::NotFound => ApiError::not_found(UNKNOWN),
        RuleError::Task => ApiError::not_found(UNKNOWN_TASK),
        RuleError::Project => ApiError::not_found(UNKNOWN_PROJECT),
        RuleError::Empty => ApiError::invalid_field("task_id", NO_TARGET, None::<String>),
        RuleError::Storage(error) => error.into(),
    }
}

/// Refuses a pattern that attribution could not use, naming it.
fn check_pattern(rule: &Rule) -> Result<(), ApiError> {
    dayloom_attribution::compile(rule)
        .map(|_| ())
        .map_err(|error| ApiError::invalid_field("pattern", error.to_string(), rule.pattern.as_str()))
}

/// Whose rules the caller may read: their own, those of their projects, and as an admin those of the whole workspace.
async fn reader(state: &ServerState, caller: DeveloperId) -> Result<RuleReader, ApiError> {
    let memberships = state.store().workspaces().memberships(caller).await?;
    let administered = memberships
        .into_iter()
        .filter(|(_, member)| holds(member, Permission::EditProjects));
    Ok(RuleReader {
        developer: caller,
        administers: administered.map(|(workspace, _)| workspace).collect(),
    })
}

/// The caller's rules, those of their projects and, for an admin, of all projects of the workspace, in the order of
/// evaluation.
#[utoipa::path(get, path = "/tracker/rules", tag = "rules", responses((status = 200, body = [RuleOut]), Refusals))]
pub async fn list(caller: Caller, State(state): State<ServerState>) -> Result<Json<Vec<RuleOut>>, ApiError> {
    let rules = state
        .store()
        .rules()
        .list(reader(&state, caller.id).await?)
        .await?;
    Ok(Json(rules.into_iter().map(Into::into).collect()))
}

/// Makes a rule. Recent days are derived again with it.
#[utoipa::path(
    post, path = "/tracker/rules", tag = "rules", request_body = NewRule,
    responses(
        (status = 201, body = RuleOut), (status = 403, body = Refusal), Refusals,
        (status = 422, body = Invalid, description = "Also a pattern that does not compile")
    )
)]
pub async fn create(
    State(state): State<ServerState>,
    Call {
        caller, body: new, ..
    }: Call<(), NewRule>,
) -> Result<(StatusCode, Json<RuleOut>), ApiError> {
    let caller = account(caller, &state).await?.id;
    let project = new.project_id.map(ProjectId);
    let scope_project = project.filter(|_| new.scope == RuleScope::Project);
    check_pattern(&Rule {
        id: RuleId(uuid::Uuid::nil()),
        scope: new.scope,
        developer_id: caller,
        scope_project_id: scope_project,
        field: new.field,
        matching: new.matching,
        pattern: new.pattern.clone(),
        task_id: new.task_id.map(TaskId),
        project_id: project,
        category: new.category,
        position: 0,
    })?;
    if let Some(project) = scope_project {
        administers(&state, caller, project).await?;
    }
    let new = storage::NewRule {
        scope: new.scope,
        scope_project_id: scope_project,
        field: new.field,
        matching: new.matching,
        pattern: new.pattern,
        task_id: new.task_id.map(TaskId),
        project_id: project,
        category: new.category,
        position: new.position,
    };
    let rule = state
        .store()
        .rules()
        .create(caller, &new, state.now())
        .await
        .map_err(refused)?;
    replay::after_rule(&state, caller, &rule).await?;
    Ok((StatusCode::CREATED, Json(rule.into())))
}

/// The rule in the path, if the caller may change it, and as whom they read it.
async fn changeable(
    state: &ServerState,
    caller: DeveloperId,
    ids: &PathIds,
) -> Result<(Rule, RuleReader), ApiError> {
    let id = ids.get("rule_id", UNKNOWN)?;
    let reader = reader(state, caller).await?;
    let rule = state.store().rules().by_id(reader.clone(), id).await?;
    let rule = rule.ok_or_else(|| ApiError::not_found(UNKNOWN))?;
    if let Some(project) = rule.scope_project_id.filter(|_| rule.scope == RuleScope::Project) {
        administers(state, caller, project).await?;
    }
    Ok((rule, reader))
}

/// Changes a rule. Recent days are derived again with it.
#[utoipa::path(
    patch, path = "/tracker/rules/{rule_id}", tag = "rules", request_body = RuleChange,
    params(("rule_id" = Uuid, Path, description = "A rule the caller made, or of a project they administer")),
    responses(
        (status = 200, body = RuleOut), (status = 403, body = Refusal), Refusals,
        (status = 422, body = Invalid, description = "Also a pattern that does not compile")
    )
)]
pub async fn change(
    State(state): State<ServerState>,
    ids: PathIds,
    Call {
        caller, body: change, ..
    }: Call<(), RuleChange>,
) -> Result<Json<RuleOut>, ApiError> {
    let caller = caller.id;
    let (rule, reader) = changeable(&state, caller, &ids).await?;
    let task = change.task_id.map(|id| id.map(TaskId));
    let project = change.project_id.map(|id| id.map(ProjectId));
    if rule.scope == RuleScope::Project && project.is_some_and(|project| project != rule.scope_project_id) {
        let msg = "The project of a project rule cannot be changed: delete it and make a new one";
        let sent = change.project_id.flatten().map(|id| id.to_string());
        return Err(ApiError::invalid_field("project_id", msg, sent));
    }
    let mut wanted = rule.clone();
    wanted.field = change.field.unwrap_or(rule.field);
    wanted.matching = change.matching.unwrap_or(rule.matching);
    wanted.pattern = change.pattern.clone().unwrap_or(rule.pattern);
    check_pattern(&wanted)?;
    let patch = RulePatch {
        field: change.field,
        matching: change.matching,
        pattern: change.pattern,
        task_id: task,
        project_id: project,
        category: change.category,
        position: change.position,
    };
    let rule = state
        .store()
        .rules()
        .update(reader, rule.id, &patch, state.now())
        .await
        .map_err(refused)?;
    replay::after_rule(&state, caller, &rule).await?;
    Ok(Json(rule.into()))
}

/// Removes a rule. Recent days are derived again without it.
#[utoipa::path(
    delete, path = "/tracker/rules/{rule_id}", tag = "rules",
    params(("rule_id" = Uuid, Path, description = "A rule the caller made, or of a project they administer")),
    responses((status = 204), (status = 403, body = Refusal), Refusals)
)]
pub async fn remove(
    caller: Caller,
    State(state): State<ServerState>,
    ids: PathIds,
) -> Result<StatusCode, ApiError> {
    let caller = caller.id;
    let (rule, reader) = changeable(&state, caller, &ids).await?;
    if !state.store().rules().delete(reader, rule.id).await? {
        return Err(ApiError::not_found(UNKNOWN));
    }
    replay::after_rule(&state, caller, &rule).await?;
    Ok(StatusCode::NO_CONTENT)
}
