//! Team minutes on the member's machine: each minute is judged, an active one filed under every workspace, kept on disk and
//! brought to the server.
//!
//! The rules are those of `dayloom_domain::team`; this module brings facts to them. The [`Desk`] is the whole of it, one per
//! person; [`socket`] is how editors and commands speak with it.

pub mod allowlist;
mod collector;
mod desk;
mod editors;
mod flush;
mod judge;
mod link;
mod log;
mod minutes;
mod orders;
mod schedule;
mod senses;
mod settings;
mod shelf;
mod snapshot;
pub mod socket;
mod trace;
pub mod words;

pub use collector::Collector;
pub use desk::{Desk, DeskParts};
pub use editors::{EditorId, Editors, IdeFacts, Remote};
pub use flush::{Flushed, Flusher, MOST_MINUTES, Trouble};
pub use judge::{Judge, Sighting, file};
pub use link::{CountOf, Member, Session, TeamConnect, TeamLink, team_connect};
pub use log::{ActivityLog, LogLine, Place};
pub use minutes::{DayTotal, MemberKey, Minutes, MinutesError, Unfiled, WaitingMinute};
pub use orders::{ActivityWatchAnswer, OrderError, Preview, find_workspace, preview};
pub use schedule::{MINUTE, Schedule};
pub use senses::{AwSense, Facts, FrontApp, Senses};
pub use settings::{BadSetting, TeamSettings, TeamSettingsChange};
pub use shelf::Shelf;
pub use snapshot::{Level, Snapshot, WorkspaceToday};
pub use trace::{TraceError, Tracer};
