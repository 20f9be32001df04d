//! What editors and commands may ask of the desk: settings, sign-in, workspaces, ActivityWatch, a look at what is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use dayloom_api::team::{
    ChangedAllowlist, Counted, CountsAnswer, CreatedTeamWorkspace, Flush, Me, TeamMember, TeamWorkspace,
};
use dayloom_capture::activitywatch::ActivityWatch;
use dayloom_capture::activitywatch::program::{self, DOWNLOAD_PAGE};
use dayloom_client::ClientError;
use dayloom_domain::Zone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::desk::Desk;
use super::flush::{MOST_MINUTES, minute};
use super::link::{CountOf, Session};
use super::minutes::{Minutes, MinutesError};
use super::settings::{BadSetting, TeamSettings, TeamSettingsChange};
use crate::{Home, Secret};

/// How long programs are given to end, and a server to begin to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether they have.
const LOOK: Duration = Duration::from_millis(100);

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// A setting does not stand.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// Nobody is signed in.
    #[error("nobody is signed in; sign in with `dayloom team login`")]
    SignedOut,
    /// The server refused or did not answer.
    #[error(transparent)]
    Server(#[from] ClientError),
    /// Settings or sign-in could not be kept.
    #[error("{0}")]
    Shelf(String),
    /// The minutes could not be read.
    #[error(transparent)]
    Minutes(#[from] MinutesError),
    /// The workspace is none of the member's.
    #[error("there is no workspace `{0}` among yours; `dayloom team workspaces` lists them")]
    NoWorkspace(String),
    /// The list of patterns cannot be read.
    #[error("{0}")]
    Patterns(#[from] super::allowlist::BadList),
    /// `aw-qt` was not found.
    #[error("ActivityWatch is not installed; download it from {DOWNLOAD_PAGE}")]
    NotInstalled,
    /// `aw-qt` could not be started.
    #[error("ActivityWatch could not be started: {0}; start aw-qt by hand")]
    NotStarted(std::io::Error),
    /// Something answers, and it is no process of this person's ActivityWatch.
    #[error("what answers at {0} is not ActivityWatch of this user; stop it where it was started")]
    NotOurs(String),
}

/// What became of ActivityWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ActivityWatchAnswer {
    /// Whether it answers now.
    pub running: bool,
    /// Ids of the processes that were asked to end.
    pub ended: Vec<u32>,
}

/// What would be sent at the next flush.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// The request's body, as it would be sent; of more minutes than one request holds the oldest.
    pub body: Flush,
    /// Minutes that wait in all.
    pub waiting: u32,
    /// Minutes that stand aside until the server has said which workspaces there are; they are in no request yet.
    pub aside: u32,
}

impl Preview {
    /// Of nothing that waits.
    pub fn empty(zone: Option<&Zone>) -> Self {
        let timezone = zone.map(|zone| zone.name().to_owned());
        Self {
            body: Flush {
                timezone,
                minutes: Vec::new(),
            },
            waiting: 0,
            aside: 0,
        }
    }
}

/// What would be sent at the next flush of a session, read from the disk of a home.
pub async fn preview(
    session: &Session,
    home: &Home,
    minutes: &Minutes,
    zone: Option<&Zone>,
) -> Result<Preview, MinutesError> {
    let mut preview = Preview::empty(zone);
    let known = match (session.member(), session.remembered(home)) {
        (Some(member), _) => Some(member.key),
        (None, Some(me)) => Some(minutes.member(&session.server, me.id).await?),
        (None, None) => None,
    };
    if let Some(key) = known {
        let oldest = minutes.oldest(key, MOST_MINUTES).await?;
        preview.body.minutes = oldest.iter().map(minute).collect();
        preview.waiting = minutes.waiting(key).await?.0;
    }
    let aside = minutes.aside(&session.server).await?.len();
    preview.aside = u32::try_from(aside).unwrap_or(u32::MAX);
    Ok(preview)
}

impl Desk {
    /// The settings in force.
    pub fn settings(&self) -> TeamSettings {
        self.settings.borrow().clone()
    }

    /// Changes settings: all of it or nothing. What is in force afterwards is kept for the next start too.
    pub async fn change_settings(&self, change: &TeamSettingsChange) -> Result<TeamSettings, OrderError> {
        let next = self.settings().with(change)?;
        self.shelf.keep_settings(change).map_err(OrderError::Shelf)?;
        self.put_settings(next.clone());
        self.last().settings_trouble = None;
        self.show().await;
        Ok(next)
    }

    /// Signs in with a token, after the server has taken it, and turns tracking on where asked to.
    pub async fn login(&self, server: Option<&str>, token: &Secret, enable: bool) -> Result<Me, OrderError> {
        let asked = server
            .map(str::to_owned)
            .or_else(|| self.shelf.credential().map(|known| known.server));
        let server = asked
            .as_deref()
            .and_then(crate::account::base_url)
            .ok_or_else(|| {
                OrderError::Shelf(
                    "Which server is not known; name it, such as https://dayloom.example.org.".to_owned(),
                )
            })?;
        let credential = crate::credentials::Credential {
            server: server.clone(),
            token: token.clone(),
            project: None,
        };
        let me = (self.connect)(&credential)?.me().await?;
        let kept = self
            .shelf
            .sign_in(Some(&server), token)
            .map_err(OrderError::Shelf)?;
        self.take_credential(Some(&kept)).await;
        if enable {
            let on = TeamSettingsChange {
                enabled: Some(true),
                ..TeamSettingsChange::default()
            };
            self.change_settings(&on).await?;
        }
        self.look_again().await;
        Ok(me)
    }

    /// Stops tracking and signs out. Minutes that wait stay on disk for the next sign-in of the same person.
    pub async fn logout(&self) -> Result<(), OrderError> {
        let off = TeamSettingsChange {
            enabled: Some(false),
            ..TeamSettingsChange::default()
        };
        self.change_settings(&off).await?;
        self.flush().await;
        self.shelf.sign_out().map_err(OrderError::Shelf)?;
        self.take_credential(None).await;
        Ok(())
    }

    /// The person and their workspaces, as the server says now.
    pub async fn who(&self) -> Result<Me, OrderError> {
        let me = self.signed_in()?.link.me().await?;
        self.look_again().await;
        Ok(me)
    }

    /// Makes a workspace.
    pub async fn create_workspace(&self, name: &str) -> Result<CreatedTeamWorkspace, OrderError> {
        let made = self.signed_in()?.link.create(name).await?;
        self.look_again().await;
        Ok(made)
    }

    /// Joins a workspace.
    pub async fn join_workspace(&self, code: &str) -> Result<TeamWorkspace, OrderError> {
        let joined = self.signed_in()?.link.join(code.trim()).await?;
        self.look_again().await;
        Ok(joined)
    }

    /// Replaces a workspace's allowlist.
    pub async fn set_allowlist(
        &self,
        workspace: Uuid,
        patterns: &[String],
    ) -> Result<ChangedAllowlist, OrderError> {
        let changed = self.signed_in()?.link.set_allowlist(workspace, patterns).await?;
        self.look_again().await;
        Ok(changed)
    }

    /// Active members of a workspace, with their GitHub logins.
    pub async fn members(&self, workspace: Uuid) -> Result<Vec<TeamMember>, OrderError> {
        Ok(self.signed_in()?.link.members(workspace).await?)
    }

    /// Stores what a client counted on GitHub, each row in place of its member-day.
    pub async fn post_counts(
        &self,
        workspace: Uuid,
        what: CountOf,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, OrderError> {
        Ok(self.signed_in()?.link.post_counts(workspace, what, days).await?)
    }

    /// Says which GitHub login is the person's.
    pub async fn set_github_login(&self, login: &str) -> Result<Me, OrderError> {
        let me = self.signed_in()?.link.set_github_login(login).await?;
        self.look_again().await;
        Ok(me)
    }

    /// Has the workspaces asked for anew, at once.
    pub async fn look_again(&self) {
        self.flusher.lock().await.ask();
        self.flush_now.notify_one();
    }

    /// What would be sent at the next flush, word for word.
    pub async fn preview(&self) -> Result<Preview, OrderError> {
        let session = self.signed_in()?;
        let machine = self.zone();
        let zone = self.flusher.lock().await.zone(machine.as_ref()).cloned();
        Ok(preview(&session, &self.home, &self.minutes, zone.as_ref()).await?)
    }

    /// Starts ActivityWatch where it does not run and stops it where it does.
    pub async fn toggle_activity_watch(&self) -> Result<ActivityWatchAnswer, OrderError> {
        if self.activity_watch().await.1 {
            self.stop_activity_watch().await
        } else {
            self.start_activity_watch().await
        }
    }

    /// Starts `aw-qt`, unless ActivityWatch answers already.
    pub async fn start_activity_watch(&self) -> Result<ActivityWatchAnswer, OrderError> {
        let (server, running) = self.activity_watch().await;
        if running {
            return Ok(ActivityWatchAnswer {
                running,
                ended: Vec::new(),
            });
        }
        let path = std::env::var_os("PATH");
        let found = program::find(path.as_deref(), std::env::home_dir().as_deref());
        start(&found.ok_or(OrderError::NotInstalled)?).map_err(OrderError::NotStarted)?;
        let running = until(|| async { answers(server.as_ref()).await }).await;
        Ok(ActivityWatchAnswer {
            running,
            ended: Vec::new(),
        })
    }

    /// Ends the processes of the ActivityWatch that answers at the configured address, each by its own id.
    pub async fn stop_activity_watch(&self) -> Result<ActivityWatchAnswer, OrderError> {
        let (server, running) = self.activity_watch().await;
        let settings = self.settings();
        let port = settings
            .url()?
            .port_or_known_default()
            .unwrap_or(program::USUAL_PORT);
        let processes = self.processes.own();
        let ended = program::to_end(&processes, self.processes.listener(port), port);
        if running && ended.is_empty() {
            return Err(OrderError::NotOurs(settings.activity_watch_url));
        }
        for pid in &ended {
            if let Err(error) = self.processes.end(*pid) {
                tracing::warn!(%error, pid, "a process of ActivityWatch could not be ended");
            }
        }
        let stopped = until(|| async { !answers(server.as_ref()).await }).await;
        Ok(ActivityWatchAnswer {
            running: !stopped,
            ended,
        })
    }

    async fn activity_watch(&self) -> (Option<ActivityWatch>, bool) {
        let url = self.settings().url().ok();
        let server = url.and_then(|url| ActivityWatch::new(&url, &self.hostname).ok());
        let running = answers(server.as_ref()).await;
        (server, running)
    }

    fn signed_in(&self) -> Result<std::sync::Arc<Session>, OrderError> {
        self.session.borrow().clone().ok_or(OrderError::SignedOut)
    }

    /// A workspace of the member by its id, its name, or the only one there is.
    pub async fn workspace(&self, wanted: Option<&str>) -> Result<TeamWorkspace, OrderError> {
        find_workspace(self.who().await?.workspaces, wanted)
    }
}

/// A workspace by its id, its name, or the only one there is.
pub fn find_workspace(all: Vec<TeamWorkspace>, wanted: Option<&str>) -> Result<TeamWorkspace, OrderError> {
    let shown = wanted.unwrap_or("(none named)").to_owned();
    let by_id: BTreeMap<String, &TeamWorkspace> = all.iter().map(|w| (w.id.to_string(), w)).collect();
    let found = match wanted {
        None if all.len() == 1 => all.first(),
        None => None,
        Some(wanted) => by_id.get(&wanted.to_lowercase()).copied().or_else(|| {
            let mut named = all.iter().filter(|w| w.name.eq_ignore_ascii_case(wanted));
            // Two of one name: only the id tells them apart.
            named.next().filter(|_| named.next().is_none())
        }),
    };
    found.cloned().ok_or(OrderError::NoWorkspace(shown))
}

async fn answers(server: Option<&ActivityWatch>) -> bool {
    match server {
        Some(server) => server.is_reachable().await,
        None => false,
    }
}

async fn until<F: Future<Output = bool>>(holds: impl Fn() -> F) -> bool {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.is_ok()
}

/// Starts a program that outlives this one, in a group of its own, so that Ctrl-C here does not reach it.
fn start(program: &std::path::Path) -> std::io::Result<()> {
    let mut command = tokio::process::Command::new(program);
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(false);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    // Waited for, so that it leaves no dead entry behind when it ends before this program.
    tokio::spawn(async move { child.wait().await });
    Ok(())
}
