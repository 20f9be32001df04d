//! Reading lists of patterns that an admin sends. The first bad one refuses the list, with its place and its reason.

use dayloom_api::team::{PatternRefusal, SentPatterns};
use dayloom_domain::team::repo_pattern::RepoPattern;

use super::TeamError;
use crate::ApiError;

/// Globs of repositories, checked.
pub(crate) async fn repo_patterns(sent: SentPatterns) -> Result<Vec<String>, TeamError> {
    checked("repo_patterns", sent, |pattern| {
        RepoPattern::compile(pattern)
            .map(drop)
            .map_err(|bad| bad.to_string())
    })
    .await
}

/// Regular expressions of applications, checked.
pub(crate) async fn app_allowlist(sent: SentPatterns) -> Result<Vec<String>, TeamError> {
    checked("app_allowlist", sent, |pattern| {
        if pattern.contains('\0') {
            return Err("a pattern has no NUL characters".to_owned());
        }
        dayloom_patterns::validate(pattern).map_err(|bad| bad.to_string())
    })
    .await
}

/// The patterns of a checked allowlist that pass their limit on some long title, for its admin to know.
pub(crate) async fn slow(list: &[String]) -> Result<Vec<String>, ApiError> {
    let list = list.to_vec();
    let tried = tokio::task::spawn_blocking(move || dayloom_patterns::slow(&list)).await;
    tried.map_err(|_| ApiError::internal("the trial of patterns was cut off"))
}

/// Compiling may take some milliseconds a list, which is nothing other requests of the thread should wait for.
async fn checked(
    field: &'static str,
    sent: SentPatterns,
    check: fn(&str) -> Result<(), String>,
) -> Result<Vec<String>, TeamError> {
    let check_all = move || {
        let each = sent.into_iter().enumerate().map(|(index, pattern)| {
            let pattern = pattern.ok_or((index, "a pattern is a text".to_owned()))?;
            match check(&pattern) {
                Ok(()) => Ok(pattern),
                Err(reason) => Err((index, reason)),
            }
        });
        each.collect::<Result<Vec<String>, _>>()
    };
    let checked = tokio::task::spawn_blocking(check_all).await;
    let checked = checked.map_err(|_| ApiError::internal("the check of patterns was cut off"))?;
    checked.map_err(|(index, reason)| {
        TeamError::Pattern(PatternRefusal {
            detail: format!("`{field}[{index}]`: {reason}."),
            index,
            reason,
        })
    })
}
