//! What attribution learns of a person: the examples of each reviewed day, and the model fitted to them.
//!
//! `generation` grows with every change of the examples; `fitted` is the generation the model was fitted to.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    super::tables::with_types(LEARNED, dialect)
}

const LEARNED: &str = "
CREATE TABLE tracker_learned_days (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE, local_date {day} NOT NULL,
    examples TEXT NOT NULL, PRIMARY KEY (developer_id, local_date)
);
CREATE TABLE tracker_learned (
    developer_id {id} PRIMARY KEY REFERENCES developers (id) ON DELETE CASCADE, generation {int} NOT NULL,
    fitted {int} NOT NULL DEFAULT 0, model TEXT, updated_at {at} NOT NULL
);
";
