//! Does what the machine decides: reads the spool, calls the server, waits.
//!
//! Must not decide about events: what leaves the spool is the machine's word.

mod config;

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answer::account_for;
use super::backoff::Backoff;
use super::machine::{Answer, COMPANY_MS, Health, Input, Load, Machine, Millis, Work};
use super::words::{named, problem};
use crate::SpoolError;
use crate::enrolment::{Device, Enrolment};
use crate::link::{BatchAnswer, Link, LinkError};
use crate::shared::Shared;
use crate::spool::{AccountKey, Waiting};
use crate::status::AgentStatus;

/// Most bytes of a batch: what a server reads without complaint, and what the agent holds without notice.
const MAX_BATCH_BYTES: usize = 1 << 20;
/// Between looks for samples too old for any server.
const EXPIRE: Duration = Duration::from_secs(3_600);

/// `contract/tracker.md` §2.3: the project does not track any more, or this person is no member of it any more.
const DISABLED: &str = "capture_disabled";
const NOT_TRACKED: &str = "The project takes no more tracked time from you; what is captured is kept aside. \
                           Ask its administrator, or stop the agent.";

/// Brings the events of one account to its server.
pub(crate) struct Driver<L> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) link: L,
    pub(crate) account: AccountKey,
    pub(crate) enrolment: Enrolment,
    pub(crate) device: Device,
    pub(crate) rng: StdRng,
    state: State,
}

struct State {
    machine: Machine,
    began: Instant,
    loaded: Vec<Waiting>,
    heartbeat_due: Instant,
    /// Between heartbeats that fail while a config is known to be out of date.
    heartbeat_backoff: Backoff,
    expire_due: Instant,
    /// The etag a batch named that is not ours, until a heartbeat has been answered.
    wanted: Option<String>,
    /// The etag a heartbeat was already answered for: a server that names two must not be asked for ever.
    asked_for: Option<String>,
    seq_checked: bool,
    /// The last heartbeat was refused with this status.
    heartbeat_refused: Option<u16>,
    /// The last batch was refused because the project does not take it.
    disabled: bool,
    told: Option<Health>,
    /// Something was done since what it needed was last given back.
    busy: bool,
}

impl<L: Link> Driver<L> {
    /// A driver that asks for the config at once, unless it has just been given (`fresh`).
    pub(crate) fn new(
        shared: Arc<Shared>,
        link: L,
        account: AccountKey,
        enrolment: Enrolment,
        device: Device,
        rng: StdRng,
        fresh: bool,
    ) -> Self {
        let began = Instant::now();
        let heartbeat_due = if fresh {
            began + shared.settings.heartbeat
        } else {
            began
        };
        let state = State {
            machine: Machine::default(),
            began,
            loaded: vec![],
            heartbeat_due,
            heartbeat_backoff: Backoff::default(),
            expire_due: began,
            wanted: None,
            asked_for: None,
            seq_checked: false,
            heartbeat_refused: None,
            disabled: false,
            told: None,
            busy: true,
        };
        Self {
            shared,
            link,
            account,
            enrolment,
            device,
            rng,
            state,
        }
    }

    /// Works until told to stop. A call on its way is given up: what it carried is still in the spool.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut input = Input::Wake;
        loop {
            let work = self.state.machine.step(self.now(), input, &mut self.rng);
            self.report();
            match work {
                Work::Rest(until) => self.settle_down(until),
                _ => self.state.busy = true,
            }
            let done = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                done = self.perform(work) => done,
            };
            input = done;
        }
    }

    /// Sends what waits, once, and answers when the machine first rests.
    pub(crate) async fn flush(&mut self) -> Health {
        let mut input = Input::Wake;
        loop {
            let work = self.state.machine.step(self.now(), input, &mut self.rng);
            if let Work::Rest(until) = work {
                let health = self.state.machine.health();
                let wait = until.map(|until| until.saturating_sub(self.now()));
                match wait.filter(|wait| health == Health::Flowing && *wait <= COMPANY_MS) {
                    // A last few events wait for company that will not come.
                    Some(wait) => tokio::time::sleep(Duration::from_millis(wait)).await,
                    None => return health,
                }
                input = Input::Wake;
                continue;
            }
            input = self.perform(work).await;
        }
    }

    /// Gives back what only working needed, unless nothing was done since, or the next batch goes out in a moment.
    fn settle_down(&mut self, until: Option<Millis>) {
        let short = until.is_some_and(|until| until.saturating_sub(self.now()) <= COMPANY_MS);
        if !short && std::mem::take(&mut self.state.busy) {
            (self.shared.settings.at_rest)();
        }
    }

    fn now(&self) -> Millis {
        // An hour ahead, so that instants before the start can be told from none.
        u64::try_from(self.state.began.elapsed().as_millis()).unwrap_or(u64::MAX / 2) + 3_600_000
    }

    async fn perform(&mut self, work: Work) -> Input {
        match work {
            Work::Load(load) => Input::Loaded(self.load(load).await),
            Work::Send(rows) => {
                // What sampling needed is not needed for sending, and the other way round.
                (self.shared.settings.at_rest)();
                Input::Answered(self.send(&rows).await)
            }
            Work::Settle(settlement) => {
                let now = self.shared.clock.now();
                let settled = self.shared.spool.settle(&settlement, now).await;
                for (_, reason) in &settlement.refused {
                    tracing::warn!(reason, "the server refused a sample; it is kept aside");
                }
                let refused = u64::try_from(settlement.refused.len()).unwrap_or(u64::MAX);
                metrics::counter!("dayloom_agent_rejected_events_total").increment(refused);
                let disabled = settlement.refused.iter().any(|(_, reason)| reason == DISABLED);
                let mended = std::mem::replace(&mut self.state.disabled, disabled) && !disabled;
                self.shared
                    .tell_with_numbers(|status| {
                        status.last_upload_at = Some(now);
                        if disabled || mended {
                            status.problem = disabled.then(|| NOT_TRACKED.to_owned());
                        }
                    })
                    .await;
                if self.state.heartbeat_due <= Instant::now() {
                    self.heartbeat().await;
                }
                Input::Settled(self.said(settled).is_some())
            }
            Work::Enrol => Input::Enrolled(self.enrol().await),
            Work::Rest(until) => self.rest(until).await,
        }
    }

    async fn load(&mut self, load: Load) -> Vec<i64> {
        if self.state.expire_due <= Instant::now() {
            self.expire().await;
        }
        let spool = &self.shared.spool;
        let rows = match load {
            Load::Row(row) => spool.get(row).await.map(|found| found.into_iter().collect()),
            Load::Oldest { limit, skip } => spool.oldest(self.account, limit, MAX_BATCH_BYTES, &skip).await,
        };
        self.state.loaded = self.said(rows).unwrap_or_default();
        self.state.loaded.iter().map(|event| event.row).collect()
    }

    async fn send(&mut self, rows: &[i64]) -> Answer {
        let mut sent = std::mem::take(&mut self.state.loaded);
        sent.retain(|event| rows.contains(&event.row));
        let bodies = sent
            .iter_mut()
            .map(|event| std::mem::take(&mut event.body))
            .collect();
        let answer = self
            .link
            .batch(self.device.id, self.shared.clock.now(), bodies)
            .await;
        match answer {
            Ok(answer) => match account_for(&sent, &answer.counts) {
                Some(refused) => {
                    self.heard(&answer).await;
                    Answer::Taken { refused }
                }
                None => Answer::Unclear,
            },
            Err(LinkError::Undecodable | LinkError::Unusable) => Answer::Unclear,
            Err(LinkError::Unreachable) => Answer::Unreachable,
            Err(LinkError::Refused {
                status,
                retry_after_s,
                ..
            }) => Answer::Refused {
                status,
                retry_after_s,
            },
        }
    }

    async fn heard(&mut self, answer: &BatchAnswer) {
        if let Some(etag) = &answer.config_etag
            && *etag != self.enrolment.config.config_etag
            && self.state.asked_for.as_ref() != Some(etag)
            && self.state.wanted.as_ref() != Some(etag)
        {
            self.state.wanted = Some(etag.clone());
            self.state.heartbeat_due = Instant::now();
        }
        self.state.heartbeat_refused = None;
        if !std::mem::replace(&mut self.state.seq_checked, true) {
            let raised = self
                .shared
                .spool
                .raise_seq(answer.server_seq.min(i64::MAX / 2))
                .await;
            self.said(raised);
        }
    }

    async fn rest(&mut self, until: Option<Millis>) -> Input {
        if self.state.expire_due <= Instant::now() {
            self.expire().await;
        }
        let until =
            until.map(|until| Instant::now() + Duration::from_millis(until.saturating_sub(self.now())));
        let housekeeping = self.state.heartbeat_due.min(self.state.expire_due);
        let wake = until.map_or(housekeeping, |until| until.min(housekeeping));
        tokio::select! {
            biased;
            () = self.shared.awoken.notified() => {
                self.state.heartbeat_due = Instant::now();
                return Input::Fresh;
            }
            () = tokio::time::sleep_until(wake) => {}
            () = self.shared.spooled.notified() => {
                self.state.busy = true;
                return Input::Wake;
            }
        }
        // Here too, and not only before a batch: a due time that stays in the past would wake without end.
        if self.state.expire_due <= Instant::now() {
            self.expire().await;
        }
        if self.state.heartbeat_due <= Instant::now() {
            let stuck = matches!(
                self.state.machine.health(),
                Health::Unreachable | Health::TokenRefused(_) | Health::NotEnrolled
            );
            if self.heartbeat().await && stuck {
                return Input::Fresh;
            }
        }
        Input::Wake
    }

    async fn expire(&mut self) {
        self.state.busy = true;
        self.state.expire_due = Instant::now() + EXPIRE;
        let gone = self.shared.spool.expire(self.shared.clock.now()).await;
        if let Some(gone) = self.said(gone).filter(|gone| *gone > 0) {
            tracing::warn!(events = gone, "samples older than the server takes were dropped");
            metrics::counter!("dayloom_agent_dropped_events_total", "why" => "age").increment(gone);
            self.shared.tell_with_numbers(|_| {}).await;
        }
    }

    /// Passes a result on, and says what went wrong with the spool.
    fn said<T>(&self, result: Result<T, SpoolError>) -> Option<T> {
        result
            .inspect_err(|error| {
                tracing::error!(%error, "the spool failed");
                self.shared
                    .tell(|status| status.problem = Some(error.to_string()));
            })
            .ok()
    }

    fn report(&mut self) {
        let health = match (self.state.machine.health(), self.state.heartbeat_refused) {
            (Health::Flowing, Some(status)) => Health::TokenRefused(status),
            (health, _) => health,
        };
        self.tell_health(health);
    }

    fn tell_health(&mut self, health: Health) {
        if self.state.told == Some(health) {
            return;
        }
        self.state.told = Some(health);
        let (upload, code) = named(health);
        let problem = problem(health);
        if let Some(problem) = &problem {
            tracing::warn!("{problem}");
        } else {
            tracing::debug!("uploading flows");
        }
        self.shared.tell(|status: &mut AgentStatus| {
            status.upload = upload;
            status.upload_status = code;
            status.problem = problem;
        });
    }
}
