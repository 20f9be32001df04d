//! Models are kept in another form: each is fitted again from the examples when a day of its person is derived next.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(_: Dialect) -> String {
    "UPDATE tracker_learned SET fitted = 0;".to_owned()
}
