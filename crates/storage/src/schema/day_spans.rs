//! The spans of a long day in parts, each with a digest, so that only those are written again that became other ones. They
//! stand and fall with their day.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    super::tables::with_types(SPANS, dialect)
}

// The digest stands before the text: it is read without what follows.
const SPANS: &str = "
CREATE TABLE tracker_day_spans (
    developer_id {id} NOT NULL, local_date {day} NOT NULL, part {int} NOT NULL, digest {id} NOT NULL, spans TEXT NOT NULL,
    PRIMARY KEY (developer_id, local_date, part),
    FOREIGN KEY (developer_id, local_date) REFERENCES tracker_days (developer_id, local_date) ON DELETE CASCADE
);
";
