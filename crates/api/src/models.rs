//! Language models as the wire shows them: what they used, what would be sent to them, and who may see a project
//! (`contract/tracker.md` §9.3; preview and project setting are Dayloom's own). Must not know how a model is asked.

use dayloom_domain::people::{ModelPolicy, Project};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Decode, Fields,
    rules::{boolean, one_of},
};

/// Answer of `GET /tracker/model-usage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelUsage {
    /// A line for each local date, purpose and model, in this order.
    pub days: Vec<ModelUsageDay>,
    /// Today's tokens; null where no model is set up.
    pub budget: Option<ModelBudget>,
    /// How asking about the caller's days goes wrong; left out where the last try went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<ModelFailing>,
}

/// A model was asked about a person's days in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelFailing {
    /// Tries in a row that gave nothing.
    pub tries: i64,
    /// It is not asked again before.
    #[schema(value_type = String, format = DateTime)]
    pub again_at: Timestamp,
}

/// What one model used for one purpose on one local date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelUsageDay {
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// `attribution`, `journal` or `question`.
    pub purpose: String,
    /// The model's name.
    pub model: String,
    /// Calls, those that failed included.
    pub calls: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// US dollars, 0 for a local model; null where the price is not known.
    pub cost_usd: Option<f64>,
}

/// Tokens of the caller's local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelBudget {
    /// Tokens a day; null without a limit.
    pub daily_tokens: Option<u64>,
    /// Tokens used today.
    pub used_today: u64,
    /// Nothing is asked any more today.
    pub used_up: bool,
}

/// Query of `GET /tracker/model-preview/{date}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelPreviewQuery {
    /// Also what was asked before.
    #[param(required = false, default = false)]
    pub again: bool,
}

impl Decode for ModelPreviewQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            again: fields.or("again", false, boolean)?,
        })
    }
}

/// Answer of `GET /tracker/model-preview/{date}`: what would be sent about a day. Nothing is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelPreview {
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The model that would be asked; null where none is set up: then it is what a hosted one would get.
    pub model: Option<ModelName>,
    /// One call each.
    pub prompts: Vec<ModelPrompt>,
    /// Signals in them.
    pub signals: usize,
    /// Signals left out because their project does not allow the model.
    pub forbidden: usize,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelName {
    /// Such as `openai`.
    pub provider: String,
    /// The model's name.
    pub name: String,
    /// It stands on this machine or in its own network.
    pub local: bool,
}

/// One call as it would be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelPrompt {
    /// What the model is told to do.
    pub system: String,
    /// What it is given.
    pub user: String,
    /// JSON schema of its answer.
    #[schema(value_type = Option<Object>)]
    pub schema: Option<serde_json::Value>,
    /// The longest answer, in tokens.
    pub max_output_tokens: u32,
    /// About how many tokens it is.
    pub estimated_tokens: u64,
}

/// Which language models may see a project: `GET` and `PUT /tracker/admin/projects/{id}/models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectModels {
    /// The project.
    pub project_id: Uuid,
    /// `no_answers`, `none`, `local` or `hosted`.
    #[schema(value_type = String, example = "local")]
    pub models: ModelPolicy,
}

impl From<Project> for ProjectModels {
    fn from(project: Project) -> Self {
        Self {
            project_id: project.id.0,
            models: project.models,
        }
    }
}

/// Body of `PUT /tracker/admin/projects/{id}/models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectModelsPut {
    /// `no_answers` (no model, and questions about its time are not answered), `none` (questions are answered from facts
    /// alone), `local` (only one in the server's own network) or `hosted` (whichever the operator chose).
    #[schema(value_type = String, example = "local")]
    pub models: ModelPolicy,
}

const POLICIES: &[(&str, ModelPolicy)] = &[
    ("no_answers", ModelPolicy::NoAnswers),
    ("none", ModelPolicy::None),
    ("local", ModelPolicy::Local),
    ("hosted", ModelPolicy::Hosted),
];

impl Decode for ProjectModelsPut {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            models: fields.required("models", one_of(POLICIES))?,
        })
    }
}
