//! Decisions and vain questions, one row for each person, signal and set of candidates.

use dayloom_domain::{
    DeveloperId,
    decision::{CandidatesDigest, Decision, SignalDigest},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::Asked;
use crate::{
    StorageError,
    db::{Columns, at, id, id_opt, listed, rows, run, word},
};

/// Signals named in one statement.
const AT_ONCE: usize = 400;

pub(super) async fn newest<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    signals: &[SignalDigest],
) -> Result<Vec<Decision>, StorageError> {
    let mut wanted = signals.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut decisions = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        let (places, some) = listed(2, some.iter().map(|&signal| id(signal)));
        let sql = format!(
            "SELECT signal, candidates, category, task_id, confidence, reason, model, decided_at
             FROM tracker_decisions WHERE developer_id = $1 AND decided_at IS NOT NULL AND signal IN ({places})
             ORDER BY signal, decided_at, candidates"
        );
        let mut values: Vec<Value> = vec![id(developer)];
        values.extend(some);
        for row in rows(on, &sql, values).await? {
            let decision = read(&row)?;
            match decisions.last_mut() {
                Some(Decision { signal, .. }) if *signal == decision.signal => {
                    decisions.pop();
                }
                _ => {}
            }
            decisions.push(decision);
        }
    }
    Ok(decisions)
}

fn read(row: &QueryResult) -> Result<Decision, StorageError> {
    Ok(Decision {
        signal: row.id("signal")?,
        candidates: row.id("candidates")?,
        category: row.word("category")?,
        task_id: row.id_opt("task_id")?,
        confidence: row.col("confidence")?,
        reason: row.col("reason")?,
        model: row.col("model")?,
        decided_at: row.at("decided_at")?,
    })
}

pub(super) async fn asked<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    candidates: CandidatesDigest,
    signals: &[SignalDigest],
) -> Result<Vec<Asked>, StorageError> {
    let mut found = Vec::new();
    for some in signals.chunks(AT_ONCE) {
        let (places, some) = listed(3, some.iter().map(|&signal| id(signal)));
        let sql = format!(
            "SELECT signal, decided_at, attempts, not_before FROM tracker_decisions
             WHERE developer_id = $1 AND candidates = $2 AND signal IN ({places})"
        );
        let mut values: Vec<Value> = vec![id(developer), id(candidates)];
        values.extend(some);
        for row in rows(on, &sql, values).await? {
            found.push(Asked {
                signal: row.id("signal")?,
                decided: row.at_opt("decided_at")?.is_some(),
                attempts: row.col("attempts")?,
                not_before: row.at_opt("not_before")?,
            });
        }
    }
    Ok(found)
}

pub(super) async fn save<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    decisions: &[Decision],
) -> Result<(), StorageError> {
    // In one order, so that two writers never wait for each other in a circle.
    let mut sorted: Vec<&Decision> = decisions.iter().collect();
    sorted.sort_by_key(|decision| (decision.signal, decision.candidates));
    for decision in sorted {
        run(
            on,
            "INSERT INTO tracker_decisions (developer_id, signal, candidates, category, task_id, confidence, reason,
                 model, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (developer_id, signal, candidates) DO UPDATE SET category = excluded.category,
                 task_id = excluded.task_id, confidence = excluded.confidence, reason = excluded.reason,
                 model = excluded.model, decided_at = excluded.decided_at, not_before = NULL
             WHERE tracker_decisions.decided_at IS NULL",
            vec![
                id(developer),
                id(decision.signal),
                id(decision.candidates),
                word(decision.category).into(),
                id_opt(decision.task_id),
                decision.confidence.into(),
                decision.reason.clone().into(),
                decision.model.clone().into(),
                at(decision.decided_at),
            ],
        )
        .await?;
    }
    Ok(())
}

pub(super) async fn miss<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    candidates: CandidatesDigest,
    missed: &[(SignalDigest, Timestamp)],
) -> Result<(), StorageError> {
    let mut sorted = missed.to_vec();
    sorted.sort_unstable();
    for (signal, not_before) in sorted {
        run(
            on,
            "INSERT INTO tracker_decisions (developer_id, signal, candidates, attempts, not_before)
             VALUES ($1, $2, $3, 1, $4) ON CONFLICT (developer_id, signal, candidates)
             DO UPDATE SET attempts = tracker_decisions.attempts + 1, not_before = excluded.not_before
             WHERE tracker_decisions.decided_at IS NULL",
            vec![id(developer), id(signal), id(candidates), at(not_before)],
        )
        .await?;
    }
    Ok(())
}
