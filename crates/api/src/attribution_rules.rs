//! Attribution rules as the wire shows them (`contract/tracker.md` §9). Must not know how a pattern is compiled.

use dayloom_domain::{
    day::Category,
    rule::{Rule, RuleField, RuleMatch, RuleScope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Decode, Fields,
    decode::Fault,
    rules::{id, integer, one_of, text_between},
};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleOut {
    /// Id.
    pub id: Uuid,
    /// `personal` or `project`.
    #[schema(value_type = String, example = "personal")]
    pub scope: RuleScope,
    /// `app`, `title`, `repo`, `branch`, `path`, `host` or `url`.
    #[schema(value_type = String, example = "repo")]
    pub field: RuleField,
    /// `glob`, `regex` or `contains`.
    #[serde(rename = "match")]
    #[schema(value_type = String, example = "glob")]
    pub matching: RuleMatch,
    /// At most 200 characters.
    pub pattern: String,
    /// Files the time under this task.
    pub task_id: Option<Uuid>,
    /// Files the time under this project; of a project rule, also the project whose members it is for.
    pub project_id: Option<Uuid>,
    /// `productive`, `neutral` or `personal`.
    #[schema(value_type = Option<String>)]
    pub category: Option<Category>,
    /// Order within its scope, lowest first; ties by id.
    pub position: i64,
}

impl From<Rule> for RuleOut {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id.0,
            scope: rule.scope,
            field: rule.field,
            matching: rule.matching,
            pattern: rule.pattern,
            task_id: rule.task_id.map(|id| id.0),
            project_id: rule.project_id.or(rule.scope_project_id).map(|id| id.0),
            category: rule.category,
            position: rule.position,
        }
    }
}

/// What a rule catches in the caller's last 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleTested {
    /// The rule.
    pub rule: RuleOut,
    /// Spans it answers for.
    pub spans: u64,
    /// Seconds it answers for.
    pub seconds: f64,
    /// Seconds it would catch too, had an earlier rule not taken them.
    pub shadowed_s: f64,
}

/// Body of `POST /tracker/rules`. At least one of `task_id`, `project_id` and `category` is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewRule {
    /// `personal`, or `project` (needs `project_id`).
    #[schema(value_type = String, example = "personal")]
    pub scope: RuleScope,
    /// `app`, `title`, `repo`, `branch`, `path`, `host` or `url`.
    #[schema(value_type = String, example = "repo")]
    pub field: RuleField,
    /// `glob`, `regex` or `contains`; all compare without case.
    #[serde(rename = "match")]
    #[schema(value_type = String, example = "glob")]
    pub matching: RuleMatch,
    /// 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub pattern: String,
    /// Files the time under this task.
    pub task_id: Option<Uuid>,
    /// Files the time under this project; of a project rule, also the project whose members it is for.
    pub project_id: Option<Uuid>,
    /// `productive`, `neutral` or `personal`.
    #[schema(value_type = Option<String>)]
    pub category: Option<Category>,
    /// Order within its scope, lowest first; after all others where absent.
    pub position: Option<i64>,
}

/// Body of `PATCH /tracker/rules/{id}`. What is absent stays; null takes a target away. The
/// scope of a rule, and the project of a project rule, cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleChange {
    /// `app`, `title`, `repo`, `branch`, `path`, `host` or `url`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<RuleField>,
    /// `glob`, `regex` or `contains`.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub matching: Option<RuleMatch>,
    /// 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// A task, or null.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Option<Uuid>>,
    /// A project, or null.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<Option<Uuid>>,
    /// `productive`, `neutral` or `personal`, or null.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Option<Category>>,
    /// Order within its scope, lowest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

const SCOPES: &[(&str, RuleScope)] = &[("personal", RuleScope::Personal), ("project", RuleScope::Project)];

const FIELDS: &[(&str, RuleField)] = &[
    ("app", RuleField::App),
    ("title", RuleField::Title),
    ("repo", RuleField::Repo),
    ("branch", RuleField::Branch),
    ("path", RuleField::Path),
    ("host", RuleField::Host),
    ("url", RuleField::Url),
];

const MATCHES: &[(&str, RuleMatch)] = &[
    ("glob", RuleMatch::Glob),
    ("regex", RuleMatch::Regex),
    ("contains", RuleMatch::Contains),
];

const CATEGORIES: &[(&str, Category)] = &[
    ("productive", Category::Productive),
    ("neutral", Category::Neutral),
    ("personal", Category::Personal),
];

/// Positions leave room on both sides, so that the next one is always a number of the database.
const POSITION: i64 = 1_000_000_000;

impl Decode for NewRule {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let scope = fields.required("scope", one_of(SCOPES));
        let field = fields.required("field", one_of(FIELDS));
        let matching = fields.required("match", one_of(MATCHES));
        let pattern = fields.required("pattern", text_between(1, 200));
        let task_id = fields.optional("task_id", id);
        let project_id = fields.optional("project_id", id);
        let category = fields.optional("category", one_of(CATEGORIES));
        let position = fields.optional("position", integer(-POSITION, POSITION));
        if scope == Some(RuleScope::Project) && project_id == Some(None) {
            let fault = Fault::new("missing", "A rule of scope 'project' needs project_id");
            return fields.refuse("project_id", fault);
        }
        if (task_id, project_id, category) == (Some(None), Some(None), Some(None)) {
            return fields.refuse("task_id", Fault::new("missing", NO_TARGET));
        }
        Some(Self {
            scope: scope?,
            field: field?,
            matching: matching?,
            pattern: pattern?,
            task_id: task_id?,
            project_id: project_id?,
            category: category?,
            position: position?,
        })
    }
}

/// What is wrong with a rule that says nothing.
pub const NO_TARGET: &str = "A rule needs at least one of task_id, project_id and category";

impl Decode for RuleChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let field = fields.optional("field", one_of(FIELDS));
        let matching = fields.optional("match", one_of(MATCHES));
        let pattern = fields.optional("pattern", text_between(1, 200));
        let task_id = fields.patch("task_id", id);
        let project_id = fields.patch("project_id", id);
        let category = fields.patch("category", one_of(CATEGORIES));
        let position = fields.optional("position", integer(-POSITION, POSITION));
        Some(Self {
            field: field?,
            matching: matching?,
            pattern: pattern?,
            task_id: task_id?.into_option(),
            project_id: project_id?.into_option(),
            category: category?.into_option(),
            position: position?,
        })
    }
}
