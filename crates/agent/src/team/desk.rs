//! The collector's desk: one per person on a machine, however many editors report. It holds what outlives a collector
//! (settings, sign-in, editors, minutes, log), runs a collector while tracking is on, and starts it anew when a setting
//! changes.
//!
//! Must not know how editors are spoken with, nor where settings are kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dayloom_api::team::MinuteInWorkspace;
use dayloom_capture::activitywatch::program::ProcessTable;
use dayloom_domain::{Clock, Zone};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::editors::Editors;
use super::flush::{Flushed, Flusher};
use super::link::{Member, Session, TeamConnect};
use super::log::{ActivityLog, LogLine};
use super::minutes::{MemberKey, Minutes, MinutesError};
use super::senses::Senses;
use super::settings::TeamSettings;
use super::shelf::Shelf;
use super::snapshot::Snapshot;
use crate::Home;
use crate::credentials::Credential;

/// Lines that may wait for a reader of the log before the oldest are skipped.
const LINES: usize = 64;
/// How often the file of settings is looked at.
const FILE_LOOK: Duration = Duration::from_secs(2);
/// How often old lines of the log are looked for.
const CLEAR_LOG: SignedDuration = SignedDuration::from_mins(1);

/// What a desk is made of.
pub struct DeskParts {
    /// The home folder.
    pub home: Home,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The machine's senses.
    pub senses: Senses,
    /// Where settings and sign-in are kept.
    pub shelf: Box<dyn Shelf>,
    /// Makes calls possible.
    pub connect: TeamConnect,
    /// Time between ticks: a minute, or shorter for tests (`contract/team.md` §6).
    pub period: SignedDuration,
}

/// What the last tick came to, for the snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    pub line: Option<LogLine>,
    /// The minute that was kept last.
    pub kept: Option<(MemberKey, Timestamp, Vec<MinuteInWorkspace>)>,
    pub aw_reachable: Option<bool>,
    pub repo: Option<String>,
    pub app: Option<String>,
    pub idle_window_minutes: u32,
    pub flushed_at: Option<Timestamp>,
    pub flush_trouble: Option<String>,
    pub settings_trouble: Option<String>,
}

/// What ends a collector.
pub(super) struct Changes {
    settings: watch::Receiver<TeamSettings>,
    sessions: watch::Receiver<Option<Arc<Session>>>,
    stop: CancellationToken,
}

impl Changes {
    /// Waits for a setting or the sign-in to change, or for the end of all.
    pub(super) async fn next(&mut self) {
        // The senders live as long as the desk, so that neither wait fails before the end.
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            _ = self.settings.changed() => {}
            _ = self.sessions.changed() => {}
        }
    }
}

/// The desk of one person.
pub struct Desk {
    pub(super) home: Home,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) shelf: Box<dyn Shelf>,
    pub(super) connect: TeamConnect,
    pub(super) minutes: Minutes,
    pub(super) log: ActivityLog,
    pub(super) editors: Mutex<Editors>,
    pub(super) senses: tokio::sync::Mutex<Senses>,
    pub(super) flusher: tokio::sync::Mutex<Flusher>,
    pub(super) processes: Arc<dyn ProcessTable>,
    pub(super) hostname: String,
    pub(super) settings: watch::Sender<TeamSettings>,
    pub(super) session: watch::Sender<Option<Arc<Session>>>,
    pub(super) shown: watch::Sender<Snapshot>,
    pub(super) lines: broadcast::Sender<LogLine>,
    pub(super) last: Mutex<Last>,
    pub(super) flush_now: Notify,
    pub(super) period: SignedDuration,
    machine_zone: fn() -> Option<Zone>,
}

impl Desk {
    /// Sets the desk up with the settings and the sign-in of the shelf.
    pub async fn new(parts: DeskParts) -> Result<Arc<Self>, MinutesError> {
        let minutes = Minutes::open(&parts.home.minutes()).await?;
        let settings = parts.shelf.settings().unwrap_or_default();
        let log = ActivityLog::new(parts.home.logs());
        let desk = Self {
            settings: watch::Sender::new(settings),
            session: watch::Sender::new(None),
            shown: watch::Sender::new(Snapshot::default()),
            lines: broadcast::Sender::new(LINES),
            editors: Mutex::new(Editors::default()),
            last: Mutex::new(Last::default()),
            flusher: tokio::sync::Mutex::new(Flusher::default()),
            flush_now: Notify::new(),
            processes: parts.senses.processes.clone(),
            hostname: parts.senses.hostname.clone(),
            machine_zone: parts.senses.zone,
            senses: tokio::sync::Mutex::new(parts.senses),
            period: parts.period,
            home: parts.home,
            clock: parts.clock,
            shelf: parts.shelf,
            connect: parts.connect,
            minutes,
            log,
        };
        if let Some(credential) = desk.shelf.credential() {
            desk.open_session(&credential).await?;
        }
        desk.show().await;
        Ok(Arc::new(desk))
    }

    /// Collects until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        tokio::join!(
            self.collect(stop.clone()),
            self.flush_along(stop.clone()),
            self.watch_shelf(stop),
        );
        // What was collected in the last seconds goes while there is still time; else it waits on disk.
        let _ = tokio::time::timeout(Duration::from_secs(3), self.flush()).await;
    }

    /// Runs collectors one after another: a changed setting or sign-in ends one between two ticks and begins the next.
    async fn collect(&self, stop: CancellationToken) {
        let mut changes = Changes {
            settings: self.settings.subscribe(),
            sessions: self.session.subscribe(),
            stop: stop.clone(),
        };
        loop {
            let settings = changes.settings.borrow_and_update().clone();
            let session = changes.sessions.borrow_and_update().clone();
            match session.filter(|_| settings.enabled) {
                Some(session) => self.tick_along(&settings, &session, &mut changes).await,
                None => changes.next().await,
            }
            if stop.is_cancelled() {
                return;
            }
            tracing::info!("the collector of team minutes starts anew");
            self.last().line = None;
            self.show().await;
        }
    }

    /// Flushes after every tick, when asked to, and now and then beside.
    async fn flush_along(&self, stop: CancellationToken) {
        let mut sessions = self.session.subscribe();
        let usual = Duration::try_from(self.period).unwrap_or(Duration::from_secs(60));
        let mut patience = Duration::ZERO;
        loop {
            sessions.borrow_and_update();
            let flushed = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                flushed = self.flush() => flushed,
            };
            if let Some(Flushed::Waits(trouble)) = flushed {
                patience = trouble.patience.unwrap_or_default();
            }
            let waited = async {
                tokio::time::sleep(std::mem::take(&mut patience)).await;
                let _ = tokio::time::timeout(usual, self.flush_now.notified()).await;
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                changed = sessions.changed() => if changed.is_err() { return },
                () = waited => {}
            }
        }
    }

    /// Sends what waits, now. Nothing where nobody is signed in.
    pub async fn flush(&self) -> Option<Flushed> {
        let session = self.session.borrow().clone()?;
        let mut flusher = self.flusher.lock().await;
        let zone = self.zone();
        let now = self.clock.now();
        let flushed = flusher
            .flush(&session, &self.home, &self.minutes, zone.as_ref(), now)
            .await;
        drop(flusher);
        let flushed = match flushed {
            Ok(flushed) => flushed,
            Err(error) => {
                tracing::error!(%error, "minutes could not be flushed");
                self.last().flush_trouble = Some(error.to_string());
                self.show().await;
                return None;
            }
        };
        {
            let mut last = self.last();
            match &flushed {
                Flushed::Done => {
                    last.flush_trouble = None;
                    last.flushed_at = Some(now);
                }
                Flushed::Waits(trouble) => {
                    if last.flush_trouble.as_ref() != Some(&trouble.said) {
                        tracing::warn!("{}", trouble.said);
                    }
                    last.flush_trouble = Some(trouble.said.clone());
                }
            }
        }
        self.show().await;
        Some(flushed)
    }

    /// Takes up changes a person made to the file of settings, or to the sign-in, by hand or by a command; and clears the log of
    /// what is too old, whether or not anything is still written into it.
    async fn watch_shelf(&self, stop: CancellationToken) {
        let mut cleared = Timestamp::MIN;
        loop {
            let now = self.clock.now();
            if now.duration_since(cleared).abs() >= CLEAR_LOG {
                self.log.forget(now);
                cleared = now;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(FILE_LOOK) => {}
            }
            match self.shelf.changed_settings() {
                Some(Ok(settings)) => {
                    self.last().settings_trouble = None;
                    self.put_settings(settings);
                    self.show().await;
                }
                Some(Err(said)) => {
                    tracing::warn!("{said}");
                    self.last().settings_trouble = Some(said);
                    self.show().await;
                }
                None => {}
            }
            if self.shelf.credential_changed() {
                let credential = self.shelf.credential();
                self.take_credential(credential.as_ref()).await;
            }
        }
    }

    /// Puts settings in force; the collector starts anew where they are others.
    pub(super) fn put_settings(&self, settings: TeamSettings) {
        self.settings.send_if_modified(|now| {
            let changed = *now != settings;
            *now = settings;
            changed
        });
    }

    /// Signs in or out.
    pub(super) async fn take_credential(&self, credential: Option<&Credential>) {
        match credential {
            Some(credential) => {
                if let Err(error) = self.open_session(credential).await {
                    tracing::error!(%error, "nobody could be signed in");
                }
            }
            None => {
                self.session.send_replace(None);
            }
        }
        self.show().await;
    }

    async fn open_session(&self, credential: &Credential) -> Result<(), MinutesError> {
        let link = match (self.connect)(credential) {
            Ok(link) => link,
            Err(error) => {
                tracing::error!(%error, "nobody could be signed in");
                self.last().flush_trouble = Some(error.to_string());
                return Ok(());
            }
        };
        let session = Session::new(credential, link);
        if let Some(me) = session.remembered(&self.home) {
            let key = self.minutes.member(&session.server, me.id).await?;
            session.know(Member { key, me });
        }
        let is_new = self
            .session
            .borrow()
            .as_ref()
            .is_none_or(|now| now.mark != session.mark);
        if is_new {
            self.session.send_replace(Some(Arc::new(session)));
        }
        Ok(())
    }

    /// This machine's zone, where it has one with a name.
    pub(super) fn zone(&self) -> Option<Zone> {
        (self.machine_zone)()
    }

    /// Who is signed in.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.session.borrow().clone()
    }

    pub(super) fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn editors(&self) -> std::sync::MutexGuard<'_, Editors> {
        self.editors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the collector is, now and after every change.
    pub fn snapshots(&self) -> watch::Receiver<Snapshot> {
        self.shown.subscribe()
    }

    /// New lines of the log.
    pub fn log_lines(&self) -> broadcast::Receiver<LogLine> {
        self.lines.subscribe()
    }
}
