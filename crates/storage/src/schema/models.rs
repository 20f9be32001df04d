//! Language models: what they answered, what waits to be asked, and what they used.

use super::tables::with_types;
use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    with_types(TEXT, dialect)
}

/// What a model answered for a signal; without an answer yet, how often it was asked in vain. Beside it one row for
/// each day with signals waiting, and one for each person whose turn it is to be asked for.
const TEXT: &str = "
CREATE TABLE tracker_decisions (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, signal {id} NOT NULL,
    candidates {id} NOT NULL, category TEXT, task_id {id}, confidence {real}, reason TEXT, model TEXT,
    decided_at {at}, attempts {int} NOT NULL DEFAULT 0, not_before {at},
    PRIMARY KEY (developer_id, signal, candidates)
);
CREATE TABLE tracker_model_days (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    waiting {id}, asks {int} NOT NULL DEFAULT 0, due_at {at}, PRIMARY KEY (developer_id, local_date)
);
CREATE INDEX tracker_model_days_due ON tracker_model_days (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE tracker_model_turns (
    developer_id {id} PRIMARY KEY REFERENCES developers (id) ON DELETE CASCADE, not_before {at} NOT NULL,
    attempts {int} NOT NULL DEFAULT 0, lease {id}, leased_until {at}
);
CREATE TABLE model_usage (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    purpose TEXT NOT NULL, model TEXT NOT NULL, calls {int} NOT NULL, input_tokens {int} NOT NULL,
    output_tokens {int} NOT NULL, cost_usd {real}, PRIMARY KEY (developer_id, local_date, purpose, model)
);
";
