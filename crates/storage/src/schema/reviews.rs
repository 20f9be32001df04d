//! Reviews as an append-only log, and one target for each level of target hours.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    let nil = match dialect {
        Dialect::Sqlite => "x'00000000000000000000000000000000'",
        Dialect::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
    };
    super::tables::with_types(REVIEWS, dialect).replace("{nil}", nil)
}

const REVIEWS: &str = "
CREATE TABLE tracker_reviews (
    id {id} PRIMARY KEY, developer_id {id} NOT NULL REFERENCES developers (id) ON DELETE CASCADE,
    seq {int} NOT NULL, local_date {day} NOT NULL, action TEXT NOT NULL, before {json} NOT NULL, after {json} NOT NULL,
    created_at {at} NOT NULL, undone_at {at}, UNIQUE (developer_id, seq)
);
CREATE INDEX tracker_reviews_day ON tracker_reviews (developer_id, local_date);
CREATE UNIQUE INDEX tracker_target_hours_level ON tracker_target_hours (
    workspace_id, COALESCE(project_id, {nil}), COALESCE(developer_id, {nil})
);
";
