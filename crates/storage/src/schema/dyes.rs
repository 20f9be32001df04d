//! The dye a person's task got at its first attribution, and keeps.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    super::tables::with_types(DYES, dialect)
}

const DYES: &str = "
CREATE TABLE task_dyes (
    developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    task_id {id} NOT NULL REFERENCES sprint_tasks (id) ON DELETE CASCADE,
    dye {int} NOT NULL, given_at {at} NOT NULL, PRIMARY KEY (developer_id, task_id)
);
";
