//! Refusals of the team API: `detail` is always one sentence that names the field and the rule (`contract/team.md` §4).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use dayloom_api::{Problem, decode::Loc, team::PatternRefusal};
use dayloom_storage::{MemberError, StorageError};

use crate::ApiError;

/// Text for a workspace the caller is not in, whether it exists or not.
pub(crate) const UNKNOWN_WORKSPACE: &str = "There is no workspace of this id that you are a member of.";
/// Text for a person who is not in the workspace, whether they exist or not.
pub(crate) const UNKNOWN_MEMBER: &str = "There is no member of this id in the workspace.";
/// Text for a member without the right.
pub(crate) const ADMINS_ONLY: &str = "Only an admin of the workspace may do this.";
/// Text for an account that is gone while its credential still stands.
pub(crate) const GONE: &str = "This account no longer exists.";

/// Why a request got no answer.
#[derive(Debug)]
pub(crate) enum TeamError {
    /// A refusal like any other, but for its sentence.
    Api(ApiError),
    /// One pattern of a list was refused.
    Pattern(PatternRefusal),
}

impl TeamError {
    /// 422 for one field of a body or a query.
    pub(crate) fn invalid(sentence: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::Api(ApiError::refused(StatusCode::UNPROCESSABLE_ENTITY, sentence))
    }
}

impl From<ApiError> for TeamError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Invalid(problems) => Self::invalid(sentence(&problems)),
            other => Self::Api(other),
        }
    }
}

impl From<StorageError> for TeamError {
    fn from(error: StorageError) -> Self {
        Self::Api(error.into())
    }
}

impl From<MemberError> for TeamError {
    fn from(error: MemberError) -> Self {
        Self::Api(match error {
            MemberError::NotFound => ApiError::not_found(UNKNOWN_MEMBER),
            MemberError::LastOwner => ApiError::conflict(
                "The last owner of a workspace cannot leave or be made a member; make someone else an owner first.",
            ),
            MemberError::OwnerOnly => {
                ApiError::forbidden("Only an owner of the workspace changes or removes an owner.")
            }
            MemberError::Storage(error) => error.into(),
        })
    }
}

impl IntoResponse for TeamError {
    fn into_response(self) -> Response {
        match self {
            Self::Api(error) => error.into_response(),
            Self::Pattern(refusal) => (StatusCode::UNPROCESSABLE_ENTITY, Json(refusal)).into_response(),
        }
    }
}

/// The first fault as a sentence: which field, and what rule it broke.
fn sentence(problems: &[Problem]) -> String {
    let Some(problem) = problems.first() else {
        return "The request is not as described.".to_owned();
    };
    if problem.kind == "json_invalid" {
        return "The body is not JSON.".to_owned();
    }
    let mut field = String::new();
    for step in problem.loc.iter().skip(1) {
        match step {
            Loc::Name(name) if field.is_empty() => field.push_str(name),
            Loc::Name(name) => {
                field.push('.');
                field.push_str(name);
            }
            Loc::Index(at) => field.push_str(&format!("[{at}]")),
        }
    }
    let rule = problem.msg.trim_end_matches('.');
    if field.is_empty() {
        format!("The body: {rule}.")
    } else {
        format!("`{field}`: {rule}.")
    }
}

#[cfg(test)]
mod tests {
    use dayloom_api::decode::Fault;

    use super::*;

    #[test]
    fn a_fault_becomes_a_sentence_that_names_its_field() {
        let fault = |place: &[&str]| {
            let fault = Fault::new("less_than_equal", "Input should be less than or equal to 15");
            sentence(&[Problem::at(place, fault, 16)])
        };
        assert_eq!(
            fault(&["body", "idle_window_minutes"]),
            "`idle_window_minutes`: Input should be less than or equal to 15."
        );
        assert_eq!(
            fault(&["body"]),
            "The body: Input should be less than or equal to 15."
        );
    }
}
