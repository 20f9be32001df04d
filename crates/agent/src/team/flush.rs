//! Brings waiting minutes to the server: oldest first, at most a day's worth a request, and lets go only of what the
//! server accounted for (`contract/team.md` §4).

use std::time::Duration;

use dayloom_api::Stamp;
use dayloom_api::team::{Flush, FlushAnswer, FlushMinute, MinuteInWorkspace, TeamWorkspace};
use dayloom_client::ClientError;
use dayloom_domain::Zone;
use dayloom_domain::team::classify::Window;
use jiff::Timestamp;

use super::judge::{Sighting, file};
use super::link::{Member, Session};
use super::minutes::{DayTotal, Minutes, MinutesError, Unfiled, WaitingMinute};
use crate::Home;

/// Minutes a request may hold (`contract/team.md` §4).
pub const MOST_MINUTES: usize = 1_440;
/// Ticks after which the server is asked again who this is and which workspaces there are.
const ASK_AGAIN: u32 = 5;

/// What a flush came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing waits any more.
    Done,
    /// The server could not be asked, or refused; everything waits on.
    Waits(Trouble),
}

/// Why minutes wait, for a person to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What happened and what to do.
    pub said: String,
    /// Whether the token is what is wrong.
    pub token: bool,
    /// Not to ask again before this has passed, where the server said so.
    pub patience: Option<Duration>,
}

/// Sends the minutes of one session.
#[derive(Debug, Default)]
pub struct Flusher {
    /// A zone the server would not take: it is not sent again.
    refused_zone: Option<Zone>,
    /// Flushes since the server said who this is.
    since_asked: u32,
    /// Ask before the next flush, whatever was asked lately.
    ask: bool,
}

impl Flusher {
    /// Has the server say before the next flush which workspaces there are.
    pub fn ask(&mut self) {
        self.ask = true;
    }

    /// The zone as it is sent: none where the server would not take it.
    pub fn zone<'a>(&self, zone: Option<&'a Zone>) -> Option<&'a Zone> {
        zone.filter(|zone| self.refused_zone.as_ref() != Some(zone))
    }

    /// Sends what waits.
    pub async fn flush(
        &mut self,
        session: &Session,
        home: &Home,
        minutes: &Minutes,
        zone: Option<&Zone>,
        now: Timestamp,
    ) -> Result<Flushed, MinutesError> {
        let mut stuck = None;
        self.since_asked = self.since_asked.saturating_add(1);
        if self.ask || session.member().is_none() || self.since_asked >= ASK_AGAIN {
            match know(session, home, minutes).await? {
                Ok(()) => {
                    self.ask = false;
                    self.since_asked = 0;
                }
                Err(error) => stuck = Some(error),
            }
        }
        let Some(member) = session.member() else {
            return Ok(match stuck {
                Some(error) => Flushed::Waits(trouble(&error)),
                None => Flushed::Done,
            });
        };
        let mut limit = MOST_MINUTES;
        loop {
            let waiting = minutes.oldest(member.key, limit).await?;
            if waiting.is_empty() {
                return Ok(Flushed::Done);
            }
            match self.send(session, &waiting, zone).await {
                Ok(answer) if accounts_for(&waiting, &answer) => {
                    self.settle(minutes, &member, &waiting, &answer, now).await?;
                    limit = MOST_MINUTES;
                }
                Ok(_) => return Ok(Flushed::Waits(unclear())),
                // Perhaps too large for something on the way; one minute alone is not.
                Err(ClientError::Refused {
                    status: 413 | 422, ..
                }) if waiting.len() > 1 => {
                    limit = (waiting.len() / 2).max(1);
                }
                Err(error) => return Ok(Flushed::Waits(trouble(&error))),
            }
        }
    }

    /// Sends a request, and once more without the zone where that may be what was refused.
    async fn send(
        &mut self,
        session: &Session,
        waiting: &[WaitingMinute],
        zone: Option<&Zone>,
    ) -> Result<FlushAnswer, ClientError> {
        let zone = self.zone(zone);
        let mut flush = Flush {
            timezone: zone.map(|zone| zone.name().to_owned()),
            minutes: waiting.iter().map(minute).collect(),
        };
        match session.link.flush(&flush).await {
            Err(ClientError::Refused { status: 422, .. }) if zone.is_some() => {
                flush.timezone = None;
                let answer = session.link.flush(&flush).await?;
                tracing::warn!(
                    "the server does not take this machine's time zone; minutes are sent without it"
                );
                self.refused_zone = zone.cloned();
                Ok(answer)
            }
            answer => answer,
        }
    }

    async fn settle(
        &mut self,
        minutes: &Minutes,
        member: &Member,
        sent: &[WaitingMinute],
        answer: &FlushAnswer,
        now: Timestamp,
    ) -> Result<(), MinutesError> {
        for rejected in &answer.rejected {
            tracing::warn!(reason = rejected.reason, "the server did not take a minute");
            // Workspaces are left and ended while minutes wait: what holds now is asked for.
            self.ask |= rejected.workspace_id.is_some();
        }
        tracing::debug!(
            accepted = answer.accepted,
            duplicates = answer.duplicates,
            capped = answer.capped,
            at = %now,
            "minutes flushed"
        );
        let total = |day: &dayloom_api::team::FlushedDay| {
            let total = DayTotal {
                workspace: day.workspace_id,
                internal: day.internal,
                external: day.external,
            };
            (day.day, total)
        };
        let days: Vec<_> = answer.days.iter().map(total).collect();
        minutes.settle(member.key, sent, &days).await
    }
}

/// Has the server say who this is, and files the minutes that waited for that.
async fn know(
    session: &Session,
    home: &Home,
    minutes: &Minutes,
) -> Result<Result<(), ClientError>, MinutesError> {
    let me = match session.link.me().await {
        Ok(me) => me,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = session.remember(home, &me) {
        tracing::warn!(%error, "the workspaces could not be remembered");
    }
    let key = minutes.member(&session.server, me.id).await?;
    let member = Member { key, me };
    file_aside(session, &member, minutes).await?;
    session.know(member);
    Ok(Ok(()))
}

/// Files what was kept aside while the workspaces were unknown, by whichever sign-in to this server. Patterns run beside the
/// runtime.
async fn file_aside(session: &Session, member: &Member, minutes: &Minutes) -> Result<(), MinutesError> {
    let aside = minutes.aside(&session.server).await?;
    let Some(last) = aside.last().map(|last| last.at) else {
        return Ok(());
    };
    let workspaces = member.me.workspaces.clone();
    let filing = move || {
        let each = aside.iter().map(|minute| (minute.at, filed(minute, &workspaces)));
        each.collect::<Vec<_>>()
    };
    let filed = match tokio::task::spawn_blocking(filing).await {
        Ok(filed) => filed,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    for (at, items) in filed {
        minutes.keep(member.key, at, &items).await?;
    }
    minutes.filed(&session.server, last).await
}

fn filed(minute: &Unfiled, workspaces: &[TeamWorkspace]) -> Vec<MinuteInWorkspace> {
    let known = minute.app.is_some() || minute.title.is_some();
    let sighting = Sighting {
        window: known.then(|| Window {
            app: minute.app.as_deref().unwrap_or_default(),
            title: minute.title.as_deref().unwrap_or_default(),
        }),
        repo: minute.repo.as_deref(),
    };
    workspaces
        .iter()
        .map(|workspace| file(workspace, sighting))
        .collect()
}

/// A waiting minute as it is sent.
pub fn minute(waiting: &WaitingMinute) -> FlushMinute {
    FlushMinute {
        at: Some(Stamp(waiting.at)),
        workspaces: waiting.workspaces.clone(),
    }
}

/// Whether an answer speaks of every item that was sent: each is accepted, a duplicate, capped or rejected.
fn accounts_for(sent: &[WaitingMinute], answer: &FlushAnswer) -> bool {
    let items: usize = sent.iter().map(|minute| minute.workspaces.len()).sum();
    let rejected: usize = answer
        .rejected
        .iter()
        .map(
            |rejected| match (&rejected.workspace_id, sent.get(rejected.index)) {
                (Some(_), _) => 1,
                (None, Some(minute)) => minute.workspaces.len(),
                (None, None) => 0,
            },
        )
        .sum();
    answer.accepted + answer.duplicates + answer.capped + rejected as u64 == items as u64
}

fn unclear() -> Trouble {
    Trouble {
        said: "The server's answer does not account for every minute; they wait. Check that the address is that of a \
               Dayloom server."
            .to_owned(),
        token: false,
        patience: None,
    }
}

fn trouble(error: &ClientError) -> Trouble {
    let token = matches!(error.status(), Some(401 | 403));
    let said = match error {
        ClientError::Refused { status: 401 | 403, .. } => {
            "The server does not accept the sign-in; minutes wait. Sign in again.".to_owned()
        }
        ClientError::Refused { status: 404, .. } => {
            "The server knows no team minutes; they wait. Update the server.".to_owned()
        }
        ClientError::Refused { status: 429, .. } => "The server asks for patience; minutes wait. Nothing is to be done.".to_owned(),
        ClientError::Refused { status, .. } => {
            format!("The server answers {status}; minutes wait and are sent again. If it stays so, tell its operator.")
        }
        ClientError::Unreachable(_) => "The server does not answer; minutes wait and are sent when it does.".to_owned(),
        ClientError::Undecodable | ClientError::Setup => {
            "The server's answer cannot be read; minutes wait. Check that the address is that of a Dayloom server.".to_owned()
        }
    };
    let patience = match error {
        ClientError::Refused { retry_after, .. } => *retry_after,
        _ => None,
    };
    Trouble {
        said,
        token,
        patience,
    }
}

#[cfg(test)]
mod tests;
