//! A login of GitHub belongs to one account, whatever its case: counts of commits would else be two people's.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(_: Dialect) -> String {
    "CREATE UNIQUE INDEX developers_github_login ON developers (lower(github_login));".to_owned()
}
