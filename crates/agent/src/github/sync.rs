//! Counts member-days on GitHub, one after another, under its limits: what is finished is posted day by day, and what is not is
//! named. Must not know how GitHub or the server is reached.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use dayloom_api::team::{Counted, CountsAnswer};
use dayloom_domain::team::repo_pattern::RepoPattern;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::search::{Github, MOST, PAGES, SearchError};
use crate::team::CountOf;

/// Between two questions: GitHub's search takes 30 a minute.
const BETWEEN: Duration = Duration::from_secs(2);
/// The longest it waits for GitHub in one go; who is asked to wait longer comes back later.
const MOST_WAIT: Duration = Duration::from_secs(300);
/// Tries of one page.
const TRIES: usize = 3;
/// Days counted where none are named, today included (`contract/team.md` §4).
const USUAL_DAYS: i32 = 7;
/// Days that may be named.
const MOST_DAYS: i32 = 366;

/// Where counts go.
#[async_trait]
pub trait CountSink: Send {
    /// Stores rows, each in place of its member-day; an error is a sentence for a person.
    async fn post(&mut self, what: CountOf, rows: Vec<Counted>) -> Result<CountsAnswer, String>;
}

/// Lets time pass.
#[async_trait]
pub trait Pause: Send + Sync {
    /// For so long.
    async fn pause(&self, time: Duration);
}

/// Real time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sleep;

#[async_trait]
impl Pause for Sleep {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// A member to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub id: Uuid,
    /// Their GitHub login.
    pub login: String,
}

/// What to count.
#[derive(Debug)]
pub struct Plan {
    /// Commits or closed issues.
    pub what: CountOf,
    /// Globs of the workspace's own repositories.
    pub own: Vec<RepoPattern>,
    /// Members with a login.
    pub members: Vec<Member>,
    /// UTC days.
    pub days: Vec<Date>,
}

/// A member-day that could not be counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The UTC day.
    pub day: Date,
    /// Whose.
    pub login: String,
    /// Why, for a person to read.
    pub reason: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Member-days that stand now.
    pub stored: usize,
    /// Member-days that do not.
    pub missing: Vec<Missing>,
}

/// Why it ended early. What was finished stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// GitHub does not take the token.
    #[error(
        "GitHub does not take the token; give one that may search in GH_TOKEN, or sign in with `gh auth login`"
    )]
    Token,
    /// The server did not take the counts.
    #[error("{0}")]
    Sink(String),
}

/// The days from one to another, or the last seven. `None` where they are turned round or more than 366.
pub fn days(from: Option<Date>, to: Option<Date>, today: Date) -> Option<Vec<Date>> {
    let to = to.unwrap_or(today);
    let from = from.unwrap_or_else(|| to.saturating_sub((USUAL_DAYS - 1).days()));
    let length = from.until(to).map_or(i32::MAX, |span| span.get_days());
    (0..MOST_DAYS)
        .contains(&length)
        .then(|| from.series(1.day()).take_while(|day| *day <= to).collect())
}

/// Counts, and posts each day as soon as it is finished.
pub async fn sync(
    github: &Github,
    sink: &mut dyn CountSink,
    pause: &dyn Pause,
    plan: &Plan,
) -> Result<Report, SyncError> {
    let mut asker = Asker {
        github,
        pause,
        asked: false,
        stopped: None,
    };
    let mut report = Report::default();
    // A login GitHub does not know is not asked for again on the next day.
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for &day in &plan.days {
        let mut rows = Vec::new();
        for member in &plan.members {
            if unknown.contains(member.login.as_str()) {
                report.missing.push(missing(day, member, &SearchError::Login));
                continue;
            }
            match asker.count(plan, member, day).await {
                Ok(row) => rows.push(row),
                Err(SearchError::Token) => {
                    post(sink, plan.what, rows, &mut report).await?;
                    return Err(SyncError::Token);
                }
                Err(why) => {
                    if why == SearchError::Login {
                        unknown.insert(&member.login);
                    }
                    report.missing.push(missing(day, member, &why));
                }
            }
        }
        post(sink, plan.what, rows, &mut report).await?;
    }
    Ok(report)
}

fn missing(day: Date, member: &Member, why: &SearchError) -> Missing {
    Missing {
        day,
        login: member.login.clone(),
        reason: format!("{why}."),
    }
}

async fn post(
    sink: &mut dyn CountSink,
    what: CountOf,
    rows: Vec<Counted>,
    report: &mut Report,
) -> Result<(), SyncError> {
    if !rows.is_empty() {
        report.stored += sink.post(what, rows).await.map_err(SyncError::Sink)?.stored;
    }
    Ok(())
}

struct Asker<'a> {
    github: &'a Github,
    pause: &'a dyn Pause,
    asked: bool,
    /// Set once GitHub asked to wait longer than is waited here: nothing is asked any more.
    stopped: Option<SearchError>,
}

impl Asker<'_> {
    /// One member-day, every page of it.
    async fn count(&mut self, plan: &Plan, member: &Member, day: Date) -> Result<Counted, SearchError> {
        let mut repos = Vec::new();
        for page in 1..=PAGES {
            let found = self.page(plan.what, &member.login, day, page).await?;
            // What GitHub does not give cannot be sorted, and a part is no count.
            if found.total > MOST {
                return Err(SearchError::TooMany);
            }
            // A page may come short without being the last.
            let is_over = found.repos.is_empty();
            repos.extend(found.repos);
            if is_over || repos.len() as u64 >= found.total {
                break;
            }
        }
        let own = |repo: &&String| plan.own.iter().any(|pattern| pattern.matches(repo));
        let internal = repos.iter().filter(own).count();
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Counted {
            developer_id: member.id,
            day,
            internal: small(internal),
            external: small(repos.len() - internal),
        })
    }

    async fn page(
        &mut self,
        what: CountOf,
        login: &str,
        day: Date,
        page: usize,
    ) -> Result<super::Found, SearchError> {
        let mut last = SearchError::Away;
        for _ in 0..TRIES {
            if let Some(stopped) = &self.stopped {
                return Err(stopped.clone());
            }
            if std::mem::replace(&mut self.asked, true) {
                self.pause.pause(BETWEEN).await;
            }
            match self.github.page(what, login, day, page).await {
                Ok(found) if found.is_partial => last = SearchError::Partial,
                Ok(found) => return Ok(found),
                Err(SearchError::Limited(wait)) if wait <= MOST_WAIT => {
                    last = SearchError::Limited(wait);
                    self.pause.pause(wait).await;
                }
                Err(why @ SearchError::Limited(_)) => {
                    self.stopped = Some(why.clone());
                    return Err(why);
                }
                Err(why @ SearchError::Away) => last = why,
                Err(why) => return Err(why),
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_days_where_none_are_named() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let today = day("2026-11-22");
        let usual = days(None, None, today).expect("days");
        assert_eq!((usual.len(), usual[0], usual[6]), (7, day("2026-11-16"), today));
        assert_eq!(
            days(Some(today), Some(today), today).map(|days| days.len()),
            Some(1)
        );
        assert_eq!(days(Some(today), Some(day("2026-11-21")), today), None);
        assert_eq!(
            days(Some(day("2025-11-22")), None, today).map(|days| days.len()),
            Some(366)
        );
        assert_eq!(days(Some(day("2025-11-21")), None, today), None);
    }
}
