//! `/tracker/rules:test`: what each rule catches in the caller's last 30 days. It reads and changes nothing.

use axum::{Json, extract::State};
use dayloom_api::attribution_rules::{RuleOut, RuleTested};
use dayloom_attribution::{Matcher, compile};
use dayloom_domain::{
    Zone, derive,
    event::Event,
    rule::{Rule, RuleScope},
};
use jiff::{ToSpan, civil::Date};

use super::Refusals;
use crate::{Account, ApiError, ServerState};

/// Local dates looked at, today included.
const DAYS: i64 = 30;

/// The caller's rules in the order of evaluation, each with the time it catches.
#[utoipa::path(get, path = "/tracker/rules:test", tag = "rules",
    responses((status = 200, body = [RuleTested]), Refusals))]
pub async fn read(
    State(state): State<ServerState>,
    Account(person): Account,
) -> Result<Json<Vec<RuleTested>>, ApiError> {
    let zone = person.timezone.unwrap_or_else(Zone::utc);
    let last = zone.date_of(state.now());
    let first = last.saturating_sub((DAYS - 1).days());
    let (from, to) = (derive::evidence_window(first).0, derive::evidence_window(last).1);
    let rules = state.store().rules().list_for_attribution(person.id).await?;
    let events = state.store().events().window(person.id, from, to).await?;
    let tested = tokio::task::spawn_blocking(move || test(rules, &events, (first, last), &zone));
    tested
        .await
        .map(Json)
        .map_err(|_| ApiError::internal("testing the rules broke off"))
}

/// Gives every second to the first rule that catches it, and notes for the others what they would have caught.
fn test(rules: Vec<Rule>, events: &[Event], dates: (Date, Date), zone: &Zone) -> Vec<RuleTested> {
    let mut compiled: Vec<(Rule, Matcher, [u64; 3])> = rules
        .into_iter()
        .filter_map(|rule| compile(&rule).ok().map(|matcher| (rule, matcher, [0; 3])))
        .collect();
    let woven = derive::weave_all(events, zone);
    for span in woven.range(dates.0..=dates.1).flat_map(|(_, day)| &day.spans) {
        let mut taken = false;
        for (rule, matcher, [spans, micros, shadowed]) in &mut compiled {
            let applies = rule.scope == RuleScope::Personal || rule.scope_project_id == Some(span.project_id);
            if !applies || !matcher.is_match(&span.signal) {
                continue;
            }
            let length = span.micros.unsigned_abs();
            if taken {
                *shadowed += length;
            } else {
                (*spans, *micros) = (*spans + 1, *micros + length);
                taken = true;
            }
        }
    }
    compiled
        .into_iter()
        .map(|(rule, _, [spans, micros, shadowed])| RuleTested {
            rule: RuleOut::from(rule),
            spans,
            seconds: seconds(micros),
            shadowed_s: seconds(shadowed),
        })
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a month of microseconds is exact in a double"
)]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
