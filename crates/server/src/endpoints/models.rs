//! Language models: what they used of the caller's budget, what would be sent to them, and which of them may see a
//! project (`contract/tracker.md` §9.3; preview and project setting are Dayloom's own).

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal,
    models::{
        ModelBudget, ModelFailing, ModelName, ModelPreview, ModelPreviewQuery, ModelPrompt, ModelUsage,
        ModelUsageDay, ProjectModels, ProjectModelsPut,
    },
    tracker::TimesheetQuery,
};
use dayloom_llm::Prompt;
use dayloom_pipeline::Budget;
use dayloom_storage::UsageRow;

use super::{
    InputRefusals, Refusals,
    timesheet::{date, range},
};
use crate::{
    ApiError, ApiPath, ApiQuery, Caller, ServerState,
    gates::{ProjectEditor, Within},
};

/// Calls, tokens and cost of language models for the caller, by local date.
#[utoipa::path(get, path = "/tracker/model-usage", tag = "tracker", params(TimesheetQuery),
    responses((status = 200, body = ModelUsage),
        (status = 400, body = Refusal, description = "A date that is none, or the range is reversed.")))]
pub async fn usage(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<TimesheetQuery>,
) -> Result<Json<ModelUsage>, ApiError> {
    let (start, end) = range(&query, state.now())?;
    let lines = state.store().usage().between(caller.id, start, end).await?;
    let budget = state.models().budget(caller.id, state.now()).await?;
    let standing = state.store().decisions().standing(caller.id).await?;
    let failing = standing.filter(|standing| budget.is_some() && standing.attempts > 0);
    Ok(Json(ModelUsage {
        days: lines.into_iter().map(line).collect(),
        budget: budget.map(of_today),
        failing: failing.map(|standing| ModelFailing {
            tries: standing.attempts,
            again_at: standing.not_before,
        }),
    }))
}

fn line(row: UsageRow) -> ModelUsageDay {
    ModelUsageDay {
        date: row.date,
        purpose: row.purpose,
        model: row.model,
        calls: row.used.calls,
        input_tokens: row.used.input_tokens,
        output_tokens: row.used.output_tokens,
        cost_usd: row.used.cost_usd,
    }
}

fn of_today(budget: Budget) -> ModelBudget {
    ModelBudget {
        daily_tokens: budget.tokens,
        used_today: budget.used,
        used_up: budget.is_used_up(),
    }
}

/// What would be sent to a language model about a day of the caller, to the letter. Nothing is sent.
#[utoipa::path(get, path = "/tracker/model-preview/{date}", tag = "tracker",
    params(("date" = String, Path, format = Date, description = "Local date of the caller, `YYYY-MM-DD`."),
        ModelPreviewQuery),
    responses((status = 200, body = ModelPreview), (status = 400, body = Refusal, description = "Not a date.")))]
pub async fn preview(
    State(state): State<ServerState>,
    caller: Caller,
    ApiPath(day): ApiPath<String>,
    ApiQuery(query): ApiQuery<ModelPreviewQuery>,
) -> Result<Json<ModelPreview>, ApiError> {
    let date = date(&day)?;
    let model = state.models().identity().map(|identity| ModelName {
        provider: identity.provider.clone(),
        name: identity.name.clone(),
        local: identity.local,
    });
    let shown = state.stages().preview(caller.id, date, query.again).await?;
    Ok(Json(ModelPreview {
        date,
        model,
        prompts: shown.prompts.into_iter().map(prompt).collect(),
        signals: shown.signals,
        forbidden: shown.forbidden,
    }))
}

fn prompt(prompt: Prompt) -> ModelPrompt {
    ModelPrompt {
        estimated_tokens: prompt.estimated_tokens(),
        system: prompt.instructions(),
        user: prompt.user,
        schema: prompt.schema,
        max_output_tokens: prompt.max_output_tokens,
    }
}

/// Which language models may see a project.
#[utoipa::path(
    get, path = "/tracker/admin/projects/{project_id}/models", tag = "administration",
    params(("project_id" = Uuid, Path, description = "A project the caller may edit")),
    responses((status = 200, body = ProjectModels), (status = 403, body = Refusal), Refusals)
)]
pub async fn read_project(Within { gate, .. }: Within<ProjectEditor>) -> Json<ProjectModels> {
    Json(gate.project.into())
}

/// Sets which language models may see a project: none, a local one, or whichever the operator chose; or that no question
/// about its time is answered at all.
#[utoipa::path(
    put, path = "/tracker/admin/projects/{project_id}/models", tag = "administration",
    request_body = ProjectModelsPut,
    params(("project_id" = Uuid, Path, description = "A project the caller may edit")),
    responses((status = 200, body = ProjectModels), (status = 403, body = Refusal), Refusals, InputRefusals)
)]
pub async fn replace_project(
    State(state): State<ServerState>,
    Within { gate, body: put, .. }: Within<ProjectEditor, (), ProjectModelsPut>,
) -> Result<Json<ProjectModels>, ApiError> {
    let projects = state.store().projects();
    let set = projects
        .set_models(gate.project.id, put.models, state.now())
        .await?;
    Ok(Json(
        set.ok_or_else(|| ApiError::not_found("Project not found"))?
            .into(),
    ))
}
