//! The live tester: what a minute would be, without recording one.

use dayloom_domain::team::classify::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decode, Fields, rules};

/// Characters of an application's name or a title that are looked at (`contract/team.md` §5).
const MOST_LOOKED_AT: usize = 1_024;
/// Characters of a repository's name or address.
const MOST_REPO: usize = 2_048;

/// Body of `POST /workspaces/{id}/classify`. Its texts are private; they do not appear in its `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Classify {
    /// `owner/name`; stands before `remote` where both are given.
    #[schema(max_length = 2048, example = "acme/app")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Address of a Git remote.
    #[schema(max_length = 2048, example = "git@github.com:acme/app.git")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Name of the application in focus.
    #[schema(example = "Cursor")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Title of its window; the first 1,024 characters are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl std::fmt::Debug for Classify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Classify(hidden)")
    }
}

impl Decode for Classify {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let repo = fields.optional("repo", rules::text(MOST_REPO));
        let remote = fields.optional("remote", rules::text(MOST_REPO));
        let app = fields.optional("app", rules::cut(MOST_LOOKED_AT));
        let title = fields.optional("title", rules::cut(MOST_LOOKED_AT));
        Some(Self {
            repo: repo?,
            remote: remote?,
            app: app?,
            title: title?,
        })
    }
}

/// What such a minute would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Classified {
    /// `internal` or `external`.
    #[schema(value_type = String, example = "internal")]
    pub kind: Kind,
    /// What it would be filed under.
    pub source: String,
    /// The repository pattern that matched.
    pub repo_pattern: Option<String>,
    /// The allowlist pattern that matched.
    pub app_pattern: Option<String>,
    /// Allowlist patterns that passed their limit and counted as not matching; left out where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceeded: Vec<String>,
}
