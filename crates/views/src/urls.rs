//! Every address a page links to or the server routes, spelt once.

use dayloom_domain::EntryId;
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Leads to the person's oldest workspace, or says how to get into one.
pub const TEAM: &str = "/team";
/// Joins a workspace by a code.
pub const TEAM_JOIN: &str = "/team/join";
/// The route of a workspace's activity.
pub const TEAM_ACTIVITY: &str = "/team/{workspace}/activity";
/// The route of the same as comma-separated values.
pub const TEAM_CSV: &str = "/team/{workspace}/activity.csv";

/// The front door; leads to [`TRACKER`].
pub const ROOT: &str = "/";
/// A day, or a range of days.
pub const TRACKER: &str = "/tracking/tracker";
/// The same as comma-separated values.
pub const TRACKER_CSV: &str = "/tracking/tracker.csv";
/// Pauses and resumes capture on the person's devices.
pub const PAUSE: &str = "/tracking/pause";
/// The journals of a person's days; takes a person's own text in place of one, and gives it back.
pub const JOURNAL: &str = "/tracking/journal";
/// Questions of a person about their own time.
pub const ASK: &str = "/tracking/ask";
/// What is worth saying about the person's days, and which kinds of it they want.
pub const INSIGHTS: &str = "/tracking/insights";
/// What a person says of a block of a day.
pub const REVIEW: &str = "/tracking/review";
/// Ends the session.
pub const SIGN_OUT: &str = "/sign-out";
/// The route of the one-time local link.
pub const OPEN: &str = "/open/{code}";
/// The route of style, script, font and mark.
pub const ASSET: &str = "/assets/{file}";

/// One day.
pub fn day(date: Date) -> String {
    format!("{TRACKER}?day={date}")
}

/// A day with a block's row opened, to give it another task. Without a fragment: browsers give the focus to a field of
/// its own accord only where there is none.
pub fn opened(date: Date, entry: EntryId) -> String {
    format!("{TRACKER}?day={date}&open={entry}")
}

/// The same with what is like the block, were it given this answer, and with the times typed so far.
pub fn looked(date: Date, entry: EntryId, task: &str, from: &str, to: &str) -> String {
    let safe = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (task, from, to) = (safe(task), safe(from), safe(to));
    format!("{TRACKER}?day={date}&open={entry}&task={task}&from={from}&to={to}")
}

/// A day with the form for time by hand.
pub fn by_hand(date: Date) -> String {
    format!("{TRACKER}?day={date}&hand=1#hand")
}

/// The same with the times it is to have, each `HH:MM`.
pub fn by_hand_at(date: Date, from: &str, to: &str) -> String {
    format!("{TRACKER}?day={date}&hand=1&from={from}&to={to}#hand")
}

/// A block's row on its day, after so many of so many others were moved together with it.
pub fn together(date: Date, n: usize, of: usize, anchor: &str) -> String {
    format!("{TRACKER}?day={date}&together={n}.{of}#{anchor}")
}

/// A block's row on its day, after a correction that so many others follow.
pub fn moved(date: Date, others: u32, anchor: &str) -> String {
    format!("{TRACKER}?day={date}&moved={others}#{anchor}")
}

/// A row of a day after a word that was not taken, with the name of the reason and the entry it was about.
pub fn refused(date: Date, why: &str, about: Option<EntryId>, anchor: &str) -> String {
    let about = about.map_or_else(String::new, |entry| format!("&about={entry}"));
    format!("{TRACKER}?day={date}&refused={why}{about}#{anchor}")
}

/// A block's row on its day.
pub fn block(date: Date, anchor: &str) -> String {
    format!("{TRACKER}?day={date}#{anchor}")
}

/// The journal of a day, on its page.
pub fn journal(date: Date) -> String {
    format!("{TRACKER}?day={date}#journal")
}

/// The journals of the days up to a date.
pub fn journals(end: Date) -> String {
    format!("{JOURNAL}?end={end}")
}

/// One day among the journals up to a date.
pub fn journal_among(end: Date, date: Date) -> String {
    format!("{JOURNAL}?end={end}#d{date}")
}

/// One day, zoomed to `hours` from the whole hour `from`.
pub fn zoom(date: Date, hours: i64, from: i64) -> String {
    format!("{TRACKER}?day={date}&hours={hours}&from={from}")
}

/// All days from `start` to `end`, both included.
pub fn range(start: Date, end: Date) -> String {
    format!("{TRACKER}?start={start}&end={end}")
}

/// One day as comma-separated values.
pub fn day_csv(date: Date) -> String {
    format!("{TRACKER_CSV}?day={date}")
}

/// A range as comma-separated values.
pub fn range_csv(start: Date, end: Date) -> String {
    format!("{TRACKER_CSV}?start={start}&end={end}")
}

/// The one-time link for a code.
pub fn open(code: &str) -> String {
    format!("/open/{}", utf8_percent_encode(code, NON_ALPHANUMERIC))
}

/// A style, script or font by its hashed name.
pub fn asset(name: &str) -> String {
    format!("/assets/{name}")
}

/// A workspace's activity from `from` to `to`, both included.
pub fn team(workspace: impl std::fmt::Display, from: Date, to: Date) -> String {
    format!("/team/{workspace}/activity?from={from}&to={to}")
}

/// A workspace's activity of today.
pub fn team_now(workspace: impl std::fmt::Display) -> String {
    format!("/team/{workspace}/activity")
}

/// One member's days.
pub fn team_member(
    workspace: impl std::fmt::Display,
    from: Date,
    to: Date,
    member: impl std::fmt::Display,
) -> String {
    format!("/team/{workspace}/activity?from={from}&to={to}&member={member}")
}

/// An address of [`team`] that also says what was just done, sealed: ASCII letters, digits, dots and dashes.
pub fn team_done(team: &str, sealed: &str) -> String {
    format!("{team}&undo={sealed}")
}

/// A workspace's activity as comma-separated values.
pub fn team_csv(workspace: impl std::fmt::Display, from: Date, to: Date) -> String {
    format!("/team/{workspace}/activity.csv?from={from}&to={to}")
}
