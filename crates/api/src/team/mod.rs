//! Wire types of team minutes (`contract/team.md` §4 and §6): what the server under `/api/team` reads and answers, and what
//! the collector sends. Must not know HTTP, storage or a clock.

mod activity;
mod classify;
mod counts;
mod invites;
mod members;
mod minutes;
mod patterns;
mod tick;
mod workspaces;

pub use activity::{
    Activity, ActivityDay, ActivityMember, ActivityQuery, ActivityTotals, Pair, SourceMinutes, after_members,
    before_members,
};
pub use classify::{Classified, Classify};
pub use counts::{Counted, Counts, CountsAnswer, CountsIn, RejectedCount};
pub use invites::{Invite, Join, ListedInvite, NewInvite};
pub use members::{TeamMember, TeamMemberChange, TeamRole};
pub use minutes::{
    Flush, FlushAnswer, FlushMinute, FlushedDay, IncomingFlush, IncomingItem, IncomingMinute,
    MinuteInWorkspace, RejectedMinute, UnreadableMinute,
};
pub use patterns::{AppAllowlist, ChangedAllowlist, PatternRefusal, RepoPatterns, SentPatterns};
pub use tick::Tick;
pub use workspaces::{CreatedTeamWorkspace, Me, NewTeamWorkspace, TeamWorkspace, TeamWorkspaceChange};

/// Minutes a flush may hold (`contract/team.md` §4).
pub const MOST_MINUTES: usize = 1_440;

/// Characters a label of a minute may have (`contract/team.md` §2).
pub const MOST_SOURCE: usize = 255;

/// Member-days a count may hold: a month of a workspace of 300. The contract sets no limit; a body must have one.
pub const MOST_COUNTED: usize = 10_000;
