//! Target hours on the wire (`contract/tracker.md` §2.8).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Json,
    decode::{Decode, Fault, Fields},
    rules::id,
};

/// Query that names a workspace, and a project where one is asked about.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// A workspace the caller is in.
    pub workspace_id: Uuid,
    /// A project of it.
    pub project_id: Option<Uuid>,
}

impl Decode for TargetQuery {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let workspace_id = fields.required("workspace_id", id);
        let project_id = fields.optional("project_id", id);
        Some(Self {
            workspace_id: workspace_id?,
            project_id: project_id?,
        })
    }
}

/// Hours a day is meant to have, and who said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetResolved {
    /// Hours.
    pub target_hours_per_day: f64,
    /// `developer`, `project`, `workspace` or `default`.
    pub source: String,
}

/// Body of `PUT /tracker/target-hours`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TargetPut {
    /// For a project of the workspace.
    pub project_id: Option<Uuid>,
    /// For a member of the workspace.
    pub developer_id: Option<Uuid>,
    /// More than 0 and at most 24; two decimals are kept.
    #[schema(value_type = f64, exclusive_minimum = 0.0, maximum = 24)]
    #[serde(rename = "target_hours_per_day", serialize_with = "as_hours")]
    pub hundredths: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
#[expect(clippy::cast_precision_loss, reason = "at most 2,400")]
fn as_hours<S: serde::Serializer>(hundredths: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*hundredths as f64 / 100.0)
}

impl Decode for TargetPut {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let project_id = fields.optional("project_id", id);
        let developer_id = fields.optional("developer_id", id);
        let hundredths = fields.required("target_hours_per_day", hours);
        Some(Self {
            project_id: project_id?,
            developer_id: developer_id?,
            hundredths: hundredths?,
        })
    }
}

/// Hours to the hundredth, halves away from zero: 0 < h ≤ 24, and never rounded down to none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "between 0 and 2,400, or refused"
)]
fn hours(value: &Json<'_>) -> Result<i64, Fault> {
    let number = match value {
        Json::Int(number) => Some(*number as f64),
        Json::Float(number) => Some(*number),
        Json::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Json::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number
        .filter(|number| number.is_finite())
        .ok_or_else(|| Fault::new("float_parsing", "Input should be a valid number"))?;
    if number > 24.0 {
        let msg = "Input should be less than or equal to 24";
        return Err(Fault::new("less_than_equal", msg).with(serde_json::json!({ "le": 24 })));
    }
    let hundredths = (number * 100.0).round();
    if hundredths < 1.0 {
        let msg = "Input should be greater than 0";
        return Err(Fault::new("greater_than", msg).with(serde_json::json!({ "gt": 0 })));
    }
    Ok(hundredths as i64)
}

/// A target, and whom it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetOut {
    /// Id.
    pub id: Uuid,
    /// Its workspace.
    pub workspace_id: Uuid,
    /// Its project, if it is for one.
    pub project_id: Option<Uuid>,
    /// Its person, if it is for one.
    pub developer_id: Option<Uuid>,
    /// Hours.
    pub target_hours_per_day: f64,
    /// `developer` if a person is set, else `project` if a project is, else `workspace`.
    pub level: String,
}
