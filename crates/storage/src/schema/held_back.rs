//! Why a journal stayed composed where a language model was asked for it.

use super::tables::with_types;
use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    with_types("ALTER TABLE work_logs ADD COLUMN held_back TEXT;", dialect)
}
