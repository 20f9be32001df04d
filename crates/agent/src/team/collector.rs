//! A collector: takes one tick after another under fixed settings, until the desk ends it.

use std::sync::Arc;

use dayloom_api::Stamp;
use dayloom_api::team::{TeamWorkspace, Tick};
use dayloom_domain::team::classify::Window;
use dayloom_domain::team::tick::{Inputs, Policy, State, idle_window};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::desk::{Changes, Desk};
use super::editors::IdeFacts;
use super::judge::{Judge, Sighting};
use super::link::Session;
use super::log::LogLine;
use super::minutes::{MinutesError, Unfiled};
use super::schedule::Schedule;
use super::senses::{AwSense, Facts, FrontApp};
use super::settings::TeamSettings;
use super::snapshot::{Level, Snapshot, WorkspaceToday};
use super::words;

/// What one collector remembers from tick to tick.
pub struct Collector {
    judge: Judge,
    aw: AwSense,
    settings: TeamSettings,
}

impl Collector {
    /// A collector under settings that [`TeamSettings::check`] has passed.
    pub fn new(settings: &TeamSettings, hostname: &str) -> Self {
        let url = settings.url().ok().filter(|_| settings.use_activity_watch);
        Self {
            judge: Judge::default(),
            aw: AwSense::new(url.as_ref(), hostname),
            settings: settings.clone(),
        }
    }

    /// Judges a minute beside the runtime: patterns of an admin run, and nobody else should wait for them.
    async fn judge_aside(
        &mut self,
        inputs: Inputs,
        policy: Policy,
        facts: &Facts,
        ide: &IdeFacts,
        workspaces: &[TeamWorkspace],
    ) -> Tick {
        let mut judge = std::mem::take(&mut self.judge);
        let (front, repo, workspaces) = (facts.window.clone(), ide.repo.clone(), workspaces.to_vec());
        let judging = move || {
            let sighting = Sighting {
                window: front.as_ref().map(|front| Window {
                    app: &front.app,
                    title: &front.title,
                }),
                repo: repo.as_deref(),
            };
            let tick = judge.tick(&inputs, &policy, sighting, &workspaces);
            (judge, tick)
        };
        match tokio::task::spawn_blocking(judging).await {
            Ok((judge, tick)) => {
                self.judge = judge;
                tick
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl Desk {
    /// Ticks until something changes. A tick that has begun is brought to its end, so that its minute is kept.
    pub(super) async fn tick_along(
        &self,
        settings: &TeamSettings,
        session: &Arc<Session>,
        changes: &mut Changes,
    ) {
        let mut collector = Collector::new(settings, &self.hostname);
        let mut schedule = Schedule::new(self.period, self.clock.now());
        loop {
            let wait = schedule.wait(self.clock.now());
            tokio::select! {
                biased;
                () = changes.next() => return,
                () = tokio::time::sleep(wait.unwrap_or_default()) => {}
            }
            if wait.is_none() {
                schedule.taken(self.clock.now());
                self.tick(&mut collector, session).await;
            }
        }
    }

    /// Takes one tick now: asks the machine, judges, keeps the minute, writes the line.
    pub async fn tick(&self, collector: &mut Collector, session: &Session) -> Tick {
        let now = self.clock.now();
        let member = session.member();
        let workspaces: &[TeamWorkspace] = member.as_ref().map_or(&[], |member| &member.me.workspaces);
        let settings = collector.settings.clone();
        let window_minutes = settings.idle_window_minutes;
        let idle_window = idle_window(workspaces.iter().map(|w| w.idle_window_minutes), window_minutes);
        let (facts, platform) = {
            let mut senses = self.senses.lock().await;
            let facts = senses.look(&mut collector.aw, now).await;
            (facts, senses.platform)
        };
        let ide = self.editors().facts(now, idle_window);
        let inputs = Inputs {
            now,
            local_time: facts.local_time,
            platform,
            tracking: settings.enabled,
            aw_reachable: facts.aw_reachable,
            aw_input_age: facts.aw_input_age,
            os_idle: facts.os_idle,
            ide_focused: ide.focused,
            ide_focus_age: ide.focus_age,
        };
        let policy = Policy {
            idle_window,
            use_activity_watch: settings.use_activity_watch,
            require_activity_watch: settings.require_activity_watch,
            sleep: settings.sleep().ok().flatten(),
        };
        let tick = collector
            .judge_aside(inputs, policy, &facts, &ide, workspaces)
            .await;
        if tick.state == Some(State::Active)
            && let Err(error) = self.keep(session, &tick, facts.window.as_ref(), &ide).await
        {
            tracing::error!(%error, "an active minute could not be kept");
            self.last().flush_trouble = Some(error.to_string());
        }
        self.write_line(&tick, workspaces);
        self.note(&tick, &facts, &ide, idle_window, settings.use_activity_watch);
        self.show().await;
        self.flush_now.notify_one();
        tick
    }

    async fn keep(
        &self,
        session: &Session,
        tick: &Tick,
        window: Option<&FrontApp>,
        ide: &IdeFacts,
    ) -> Result<(), MinutesError> {
        match session.member() {
            Some(member) => {
                // Kept or sent already: put there again, it would be counted beside the day it is in by now.
                let kept = (member.key, tick.at.0, tick.workspaces.clone());
                if self.last().kept.as_ref() == Some(&kept) {
                    return Ok(());
                }
                self.minutes.keep(member.key, tick.at.0, &tick.workspaces).await?;
                self.last().kept = Some(kept);
                Ok(())
            }
            None => {
                let aside = Unfiled {
                    at: tick.at.0,
                    repo: ide.repo.clone(),
                    app: window.map(|front| front.app.clone()),
                    title: window.map(|front| front.title.clone()),
                };
                self.minutes.put_aside(&session.server, &aside).await
            }
        }
    }

    fn write_line(&self, tick: &Tick, workspaces: &[TeamWorkspace]) {
        let name = |id| {
            let found = workspaces.iter().find(|workspace| workspace.id == id);
            found.map(|workspace| workspace.name.clone()).unwrap_or_default()
        };
        let Some(line) = LogLine::of(tick, name) else {
            return;
        };
        if let Err(error) = self.log.write(&line) {
            tracing::error!(%error, "the activity log could not be written");
        }
        self.last().line = Some(line.clone());
        // Nobody may be listening.
        let _ = self.lines.send(line);
    }

    fn note(&self, tick: &Tick, facts: &Facts, ide: &IdeFacts, idle_window: SignedDuration, asks_aw: bool) {
        let mut last = self.last();
        last.aw_reachable = (asks_aw && tick.state.is_some()).then_some(facts.aw_reachable);
        last.repo.clone_from(&ide.repo);
        last.app = facts.window.as_ref().map(|front| front.app.clone());
        last.idle_window_minutes = u32::try_from(idle_window.as_mins()).unwrap_or_default();
    }

    /// Makes the snapshot anew and tells whoever watches.
    pub(super) async fn show(&self) {
        let session = self.session.borrow().clone();
        let settings = self.settings.borrow().clone();
        let last = self.last().clone();
        let (today, waiting) = match &session {
            Some(session) => self.today(session, self.clock.now()).await.unwrap_or_default(),
            None => (Vec::new(), 0),
        };
        let line = last.line.filter(|_| settings.enabled && session.is_some());
        let idle_window_minutes = match last.idle_window_minutes {
            0 => settings.idle_window_minutes,
            minutes => minutes,
        };
        let mut snapshot = Snapshot {
            level: level(settings.enabled, session.is_some(), line.as_ref()),
            at: line.as_ref().map(|line| line.at),
            state: line.as_ref().map(|line| line.state.clone()),
            reason: line.as_ref().map(|line| line.reason.clone()),
            warning: warning(
                &settings,
                session.is_some(),
                last.settings_trouble,
                last.flush_trouble,
            ),
            enabled: settings.enabled,
            signed_in: session.is_some(),
            activity_watch: last.aw_reachable.filter(|_| line.is_some()),
            idle_window_minutes,
            app: last.app.filter(|app| !app.is_empty() && line.is_some()),
            repo: last.repo,
            editors: u32::try_from(self.editors().count()).unwrap_or(u32::MAX),
            today,
            waiting,
            flushed_at: last.flushed_at.map(Stamp),
            ..Snapshot::default()
        };
        words::describe(&mut snapshot, &settings.activity_watch_url);
        self.shown.send_if_modified(|shown| {
            let changed = *shown != snapshot;
            *shown = snapshot;
            changed
        });
    }

    /// The minutes of the present UTC day in each workspace, waiting ones included, and how many wait in all.
    async fn today(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<(Vec<WorkspaceToday>, u32), MinutesError> {
        let Some(member) = session.member() else {
            let aside = self.minutes.aside(&session.server).await?.len();
            return Ok((Vec::new(), u32::try_from(aside).unwrap_or(u32::MAX)));
        };
        let day = TimeZone::UTC.to_datetime(now).date();
        let totals = self.minutes.totals(member.key, day).await?;
        let fresh = self.minutes.waiting_of(member.key, day).await?;
        let (waiting, _) = self.minutes.waiting(member.key).await?;
        let of = |list: &[super::minutes::DayTotal], id| {
            let found = list.iter().find(|total| total.workspace == id);
            found.map_or((0, 0), |total| (total.internal, total.external))
        };
        let show = |workspace: &TeamWorkspace| {
            let (stored, waits) = (of(&totals, workspace.id), of(&fresh, workspace.id));
            WorkspaceToday {
                id: workspace.id,
                name: workspace.name.clone(),
                internal: stored.0 + waits.0,
                external: stored.1 + waits.1,
            }
        };
        Ok((member.me.workspaces.iter().map(show).collect(), waiting))
    }
}

fn level(enabled: bool, signed_in: bool, line: Option<&LogLine>) -> Level {
    match (enabled, signed_in, line.map(|line| line.state.as_str())) {
        (false, ..) => Level::Off,
        (true, false, _) => Level::SignedOut,
        (true, true, None) => Level::Waiting,
        (true, true, Some("ACTIVE")) => Level::Active,
        (true, true, Some("GATED")) => Level::Gated,
        (true, true, Some(_)) => Level::Idle,
    }
}

/// What a person should be told: a setting that does not stand, tracking that is required and off, minutes that wait.
fn warning(
    settings: &TeamSettings,
    signed_in: bool,
    settings_trouble: Option<String>,
    flush_trouble: Option<String>,
) -> Option<String> {
    let off = match (settings.require_tracking, settings.enabled, signed_in) {
        (true, false, _) => {
            Some("Your team expects minutes to be counted, and counting is off: turn `team.enabled` on.")
        }
        (true, true, false) => {
            Some("Your team expects minutes to be counted, and nobody is signed in: sign in.")
        }
        _ => None,
    };
    settings_trouble
        .or(off.map(str::to_owned))
        .or(flush_trouble.filter(|_| signed_in))
}
