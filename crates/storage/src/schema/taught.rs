//! What each derived day teaches the days after it: one text a day that only the pipeline reads. It stands and falls with
//! its day.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    super::tables::with_types(TAUGHT, dialect)
}

const TAUGHT: &str = "
CREATE TABLE tracker_day_taught (
    developer_id {id} NOT NULL, local_date {day} NOT NULL, taught TEXT NOT NULL,
    PRIMARY KEY (developer_id, local_date),
    FOREIGN KEY (developer_id, local_date) REFERENCES tracker_days (developer_id, local_date) ON DELETE CASCADE
);
";
