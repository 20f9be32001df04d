//! The two lists of patterns, and the refusal that names a bad one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TeamWorkspace;
use crate::{
    Decode, Fields,
    decode::{Fault, items},
    json::Json,
};

/// Body of `PUT /workspaces/{id}/repo-patterns`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RepoPatterns {
    /// At most 200 globs of 1 to 200 characters; the order is kept.
    #[schema(max_items = 200, value_type = Vec<String>)]
    pub repo_patterns: SentPatterns,
}

/// Body of `PUT /workspaces/{id}/app-allowlist`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppAllowlist {
    /// At most 50 regular expressions of 1 to 200 characters; an empty list lets every application count.
    #[schema(max_items = 50, value_type = Vec<String>)]
    pub app_allowlist: SentPatterns,
}

/// Patterns as they were sent: `None` stands for one that is no text, so that its refusal can name its place.
pub type SentPatterns = Vec<Option<String>>;

impl Decode for RepoPatterns {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            repo_patterns: fields.required("repo_patterns", sent(200))?,
        })
    }
}

impl Decode for AppAllowlist {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Some(Self {
            app_allowlist: fields.required("app_allowlist", sent(50))?,
        })
    }
}

fn sent<'v>(max: usize) -> impl Fn(&Json<'v>) -> Result<SentPatterns, Fault> {
    move |value| {
        let items = items(value, max)?;
        Ok(items
            .iter()
            .map(|item| item.as_text().map(str::to_owned))
            .collect())
    }
}

/// Answer of `PUT /workspaces/{id}/app-allowlist`: the workspace as it stands, and what its admin should know of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedAllowlist {
    /// The workspace.
    #[serde(flatten)]
    pub workspace: TeamWorkspace,
    /// Patterns that pass their limit on some long title, where they count as not matching; left out where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slow: Vec<String>,
}

/// The body of a 422 that one pattern caused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatternRefusal {
    /// One sentence for a person to read.
    pub detail: String,
    /// Place of the pattern in the list, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub reason: String,
}
