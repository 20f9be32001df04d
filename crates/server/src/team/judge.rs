//! What a minute would be in a workspace: the very rules the collector runs, for the live tester. Nothing is stored, and
//! nothing that was asked is logged.

use dayloom_api::team::{Classified, Classify};
use dayloom_domain::{
    remote::repository_name,
    team::{
        classify::{Patterns, Window, classify},
        repo_pattern::RepoPattern,
    },
};
use dayloom_patterns::Allowlist;
use dayloom_storage::team::TeamSpace;

use crate::ApiError;

/// Classifies. A pattern that is slow on purpose costs its caller a bounded number of steps and nobody else anything.
pub(crate) async fn judge(space: TeamSpace, asked: Classify) -> Result<Classified, ApiError> {
    let judged = tokio::task::spawn_blocking(move || judge_now(&space, &asked)).await;
    judged.map_err(|_| ApiError::internal("the live tester was cut off"))
}

fn judge_now(space: &TeamSpace, asked: &Classify) -> Classified {
    // Patterns were checked when they were set, so every one compiles and places stay places.
    let repos: Vec<RepoPattern> = space
        .repo_patterns
        .iter()
        .filter_map(|pattern| RepoPattern::compile(pattern).ok())
        .collect();
    let allowlist = Allowlist::new(space.app_allowlist.iter().cloned());
    let remote = asked.remote.as_deref().and_then(repository_name);
    let repo = asked
        .repo
        .as_deref()
        .map(str::trim)
        .filter(|repo| !repo.is_empty());
    let window = Some(Window {
        app: asked.app.as_deref().unwrap_or_default(),
        title: asked.title.as_deref().unwrap_or_default(),
    });
    let verdict = allowlist.ask(|apps| {
        classify(
            repo.or(remote.as_deref()),
            window,
            Patterns { repos: &repos, apps },
        )
    });
    let text = |list: &[String], place: Option<usize>| place.and_then(|place| list.get(place).cloned());
    let exceeded: Vec<String> = allowlist.exceeded().into_iter().map(str::to_owned).collect();
    for pattern in &exceeded {
        tracing::warn!(workspace = %space.id, pattern, "an allowlist pattern passed its limit and counts as not matching");
    }
    Classified {
        kind: verdict.kind,
        source: verdict.source,
        repo_pattern: text(&space.repo_patterns, verdict.repo_pattern),
        app_pattern: text(&space.app_allowlist, verdict.app_pattern),
        exceeded,
    }
}
