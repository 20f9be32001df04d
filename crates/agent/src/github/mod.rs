//! Commits and closed issues of a team's members, counted on GitHub by an admin's own token (`contract/team.md` §4). Counts alone
//! leave here; the token goes to GitHub and nowhere else.

mod search;
mod sync;

pub use search::{Found, Github, GithubError, SearchError, api_url};
pub use sync::{CountSink, Member, Missing, Pause, Plan, Report, Sleep, SyncError, days, sync};
