//! Reading lists of patterns that an admin sends. The first bad one refuses the list, with its place and its reason.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

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

/// What trials of patterns came to. It depends on the pattern alone, and every look at a page of an admin asks for it: a list of
/// hostile patterns is tried when it is set, not at each look.
static TRIED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());

/// Patterns whose trials are remembered.
const MOST_TRIED: usize = 1_000;

/// The patterns of a checked allowlist that pass their limit on some long title, for its admin to know.
pub(crate) async fn slow(list: &[String]) -> Result<Vec<String>, ApiError> {
    let mut answers: BTreeMap<String, bool> = {
        let tried = tried();
        let known = list
            .iter()
            .filter_map(|pattern| Some((pattern.clone(), *tried.get(pattern)?)));
        known.collect()
    };
    let unknown = list.iter().filter(|pattern| !answers.contains_key(*pattern));
    let unknown: Vec<String> = unknown.cloned().collect();
    if !unknown.is_empty() {
        let trial = tokio::task::spawn_blocking(move || {
            let slow = dayloom_patterns::slow(&unknown);
            let told = unknown
                .into_iter()
                .map(|pattern| (slow.contains(&pattern), pattern));
            told.map(|(is_slow, pattern)| (pattern, is_slow)).collect()
        });
        let fresh: BTreeMap<String, bool> = trial
            .await
            .map_err(|_| ApiError::internal("the trial of patterns was cut off"))?;
        let mut tried = tried();
        if tried.len() + fresh.len() > MOST_TRIED {
            tried.clear();
        }
        tried.extend(fresh.clone());
        answers.extend(fresh);
    }
    let is_slow = |pattern: &&String| answers.get(*pattern).copied().unwrap_or_default();
    Ok(list.iter().filter(is_slow).cloned().collect())
}

fn tried() -> MutexGuard<'static, BTreeMap<String, bool>> {
    TRIED.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pattern_is_tried_once_and_named_every_time() {
        let list = ["^Code$".to_owned(), "^(a+)+$".to_owned(), "^(b+)+$".to_owned()];
        for _ in 0..2 {
            assert_eq!(
                slow(&list).await.ok().as_deref(),
                Some(&list[1..]),
                "in their order"
            );
        }
        assert!(list.iter().all(|pattern| tried().contains_key(pattern)));
        // However many are tried, few are remembered, and no answer is wrong for it.
        for round in 0..25 {
            let many: Vec<String> = (0..50).map(|n| format!("^word{round}x{n}$")).collect();
            assert_eq!(slow(&many).await.ok(), Some(Vec::new()));
            assert!(tried().len() <= MOST_TRIED);
        }
        assert_eq!(slow(&list).await.ok().as_deref(), Some(&list[1..]));
    }
}
