//! Which days are derived again when a rule or a task changed. Must not know how a day is derived.
//!
//! A day that gets new evidence sees every rule and task anyway; this makes the days a person is still looking at
//! follow at once. Older days keep their answer until they are replayed on purpose.

use dayloom_domain::{
    DeveloperId, ProjectId,
    people::MemberStatus,
    rule::{Rule, RuleScope},
};
use jiff::{Span, civil::Date, tz::TimeZone};

use crate::{ApiError, ServerState};

/// Days a rule reaches back by itself: the span in which corrections are looked for too (`contract/tracker.md` §9.3).
const RULE_DAYS: i64 = 30;
/// Days a task reaches back by itself: the week of the default timesheet (`contract/tracker.md` §2.6).
const TASK_DAYS: i64 = 7;

/// Marks the days a rule may change: its owner's, or those of the project's members.
pub async fn after_rule(state: &ServerState, caller: DeveloperId, rule: &Rule) -> Result<(), ApiError> {
    let people = match (rule.scope, rule.scope_project_id) {
        (RuleScope::Project, Some(project)) => members(state, project).await?,
        _ => vec![caller],
    };
    mark(state, &people, RULE_DAYS).await
}

/// Marks the days of those who are likely to have worked on a task already: who wrote it down and whose it is.
pub async fn after_task(
    state: &ServerState,
    caller: DeveloperId,
    assignee: Option<DeveloperId>,
) -> Result<(), ApiError> {
    let other = assignee.filter(|assignee| *assignee != caller);
    mark(
        state,
        &[Some(caller), other].into_iter().flatten().collect::<Vec<_>>(),
        TASK_DAYS,
    )
    .await
}

async fn members(state: &ServerState, project: ProjectId) -> Result<Vec<DeveloperId>, ApiError> {
    let members = state.store().projects().members(project).await?;
    let active = members
        .into_iter()
        .filter(|member| member.status == MemberStatus::Active);
    Ok(active.map(|member| member.developer_id).collect())
}

async fn mark(state: &ServerState, people: &[DeveloperId], back: i64) -> Result<(), ApiError> {
    let now = state.now();
    let today: Date = now.to_zoned(TimeZone::UTC).date();
    // One day further on either side, for the zones ahead of and behind UTC.
    let from = today.saturating_sub(Span::new().days(back));
    let to = today.saturating_add(Span::new().days(1));
    let mut marked = 0;
    for person in people {
        marked += state.store().days().mark_range(*person, from, to, now).await?;
    }
    if marked > 0 {
        state.wake();
    }
    Ok(())
}
