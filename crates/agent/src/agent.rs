//! The agent as a whole: signs in, enrols, then captures and uploads side by side until told to stop.
//!
//! Must not know where its settings come from or which sources its sight has.

use std::sync::Arc;
use std::time::Duration;

use dayloom_api::tracker::Event;
use dayloom_capture::Outcome;
use dayloom_domain::{Clock, DeviceId};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use tokio_util::sync::CancellationToken;

use crate::credentials::{self, Credential, Stored};
use crate::enrolment::{self, Device, Enrolment};
use crate::link::{Link, LinkError};
use crate::policy::InForce;
use crate::sampling;
use crate::settings::AgentConfig;
use crate::shared::Shared;
use crate::sight::Sight;
use crate::spool::AccountKey;
use crate::status::Capture;
use crate::uploader::backoff::Backoff;
use crate::uploader::{Driver, machine::Health};
use crate::{AgentError, AgentStatus, Home, Spool};

/// Between looks for a project, where there is none yet.
const NO_PROJECT: Duration = Duration::from_secs(60);

/// How long a single sample waits for the server to say what this device is to do.
const ASKED: Duration = Duration::from_secs(5);

/// Makes the calls of a credential possible.
pub type Connect<L> = Box<dyn Fn(&Credential) -> Result<L, LinkError> + Send + Sync>;

/// The agent of one person on one machine.
pub struct Agent<S, L> {
    settings: AgentConfig,
    sight: S,
    clock: Arc<dyn Clock>,
    rng: StdRng,
    connect: Connect<L>,
}

/// What every way of using the agent begins with.
struct Begun<L> {
    home: Home,
    device: Device,
    credential: Credential,
    link: L,
    spool: Spool,
}

impl<S: Sight, L: Link> Agent<S, L> {
    /// An agent that sees through `sight`. `rng` makes event ids and jitter.
    pub fn new(
        settings: AgentConfig,
        sight: S,
        clock: Arc<dyn Clock>,
        rng: StdRng,
        connect: Connect<L>,
    ) -> Self {
        Self {
            settings,
            sight,
            clock,
            rng,
            connect,
        }
    }

    /// Captures and uploads until `stop`. Ends earlier only where no waiting would help: another agent runs, nobody
    /// is signed in, the token or the project is refused, the home is unusable.
    pub async fn run(self, stop: CancellationToken) -> Result<(), AgentError> {
        let home = Home::open(&self.settings.home)?;
        let running = home.claim()?;
        let clock = self.clock.clone();
        let ended = self.run_in(home.clone(), stop).await;
        if let Err(error) = &ended {
            // Beside a server the process goes on: who asks it is to hear why it takes no samples.
            tell_of(&home, &*clock, error);
        }
        drop(running);
        ended
    }

    async fn run_in(mut self, home: Home, stop: CancellationToken) -> Result<(), AgentError> {
        let Some(begun) = self.begin_patiently(home, &stop).await? else {
            return Ok(());
        };
        let mut status = AgentStatus {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: Some(self.clock.now()),
            server: Some(begun.credential.server.clone()),
            device_id: Some(begun.device.id.to_string()),
            device_name: Some(begun.device.name.clone()),
            ..AgentStatus::default()
        };
        let remembered = Enrolment::load(&begun.home, &begun.credential, begun.device.id);
        let fresh = remembered.is_none();
        let enrolment = match remembered {
            Some(enrolment) => enrolment,
            None => match self.enrol_patiently(&begun, &mut status, &stop).await? {
                Some(enrolment) => enrolment,
                None => return Ok(()),
            },
        };
        let Self {
            settings,
            sight,
            clock,
            mut rng,
            ..
        } = self;
        let in_force = InForce::from(&enrolment.config, &settings)?;
        status.project_id = Some(enrolment.account.project_id.to_string());
        status.project_name = Some(enrolment.project_name.clone());
        status.show_config(&enrolment.config, in_force.interval_s);
        let Begun {
            home,
            device,
            link,
            spool,
            ..
        } = begun;
        let account = spool.account(&enrolment.account).await?;
        let shared = Arc::new(Shared::new(home, settings, clock, spool, in_force, status));
        shared
            .tell_with_numbers(|status| status.capture = Capture::Running)
            .await;

        let eyes = StdRng::from_rng(&mut rng);
        let driver = Driver::new(shared.clone(), link, account, enrolment, device, rng, fresh);
        tokio::join!(
            sampling::run(shared.clone(), sight, account, eyes, stop.clone()),
            driver.run(stop.clone()),
        );
        shared
            .tell_with_numbers(|status| status.capture = Capture::Stopped)
            .await;
        if let Some(shared) = Arc::into_inner(shared) {
            shared.spool.close().await?;
        }
        Ok(())
    }

    /// Takes one sample, commits it to the spool and gives it back. May be called while an agent runs. A server that
    /// answers soon says first what this device is to do; without one the config last heard of holds.
    pub async fn once(mut self) -> Result<Event, AgentError> {
        let (shared, account, enrolment, (device, link)) = self.begin_once().await?;
        let rng = StdRng::from_rng(&mut self.rng);
        let mut driver = Driver::new(shared.clone(), link, account, enrolment, device, rng, false);
        let _ = tokio::time::timeout(ASKED, driver.heartbeat()).await;
        let rules = shared.in_force.borrow().clone();
        if rules.paused {
            return Err(AgentError::NothingTaken(
                "this device is paused; resume it with `dayloom devices resume`",
            ));
        }
        self.sight.set_policy(rules.policy);
        let ts = self.clock.now();
        match self.sight.look(ts).await {
            Outcome::Taken(sample) => {
                Ok(sampling::spool(&shared, account, ts, rules.interval_s, *sample, &mut self.rng).await?)
            }
            Outcome::Withheld(reason) => Err(AgentError::NothingTaken(reason.why())),
        }
    }

    /// Sends what waits, as far as the server lets it, and says how that went.
    pub async fn flush(mut self) -> Result<Health, AgentError> {
        let (shared, account, enrolment, begun) = self.begin_once().await?;
        let mut driver = Driver::new(shared, begun.1, account, enrolment, begun.0, self.rng, true);
        Ok(driver.flush().await)
    }

    /// Begins, and where the settings say so tries again for as long as the disk does not let it. Nothing if told to stop
    /// meanwhile.
    async fn begin_patiently(
        &mut self,
        home: Home,
        stop: &CancellationToken,
    ) -> Result<Option<Begun<L>>, AgentError> {
        loop {
            let error = match self.begin(home.clone()).await {
                Ok(begun) => return Ok(Some(begun)),
                Err(error) => error,
            };
            let Some(again) = self.settings.again.filter(|_| error.is_of_the_disk()) else {
                return Err(error);
            };
            tracing::error!(%error, "nothing is captured; trying again");
            tell_of(&home, &*self.clock, &error);
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(again) => {}
            }
        }
    }

    async fn begin(&mut self, home: Home) -> Result<Begun<L>, AgentError> {
        // Before anything else: a pattern that excludes nothing must stop the agent, not weaken it.
        InForce::from(&crate::link::DeviceConfig::default(), &self.settings)?;
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        let id = match self
            .settings
            .device_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty())
        {
            Some(text) => text
                .parse()
                .map_err(|_| AgentError::DeviceIdSetting(text.to_owned()))?,
            None => home.device_id(DeviceId(uuid::Builder::from_random_bytes(bytes).into_uuid()))?,
        };
        let device = Device {
            id,
            name: self.settings.device_name.clone(),
            platform: self.settings.platform.clone(),
        };
        let credential = credentials::resolve(&self.settings, Stored::load(&home)?)?;
        let link = (self.connect)(&credential)?;
        let spool = Spool::open(&home.spool(), self.settings.limits).await?;
        Ok(Begun {
            home,
            device,
            credential,
            link,
            spool,
        })
    }

    async fn begin_once(&mut self) -> Result<(Arc<Shared>, AccountKey, Enrolment, (Device, L)), AgentError> {
        let home = Home::open(&self.settings.home)?;
        let begun = self.begin(home).await?;
        let enrolment = match Enrolment::load(&begun.home, &begun.credential, begun.device.id) {
            Some(enrolment) => enrolment,
            None => {
                let enrolment = enrolment::enrol(&begun.link, &begun.credential, &begun.device).await?;
                enrolment.save(&begun.home)?;
                enrolment
            }
        };
        let in_force = InForce::from(&enrolment.config, &self.settings)?;
        let account = begun.spool.account(&enrolment.account).await?;
        let status = AgentStatus::load(&begun.home).unwrap_or_default();
        let Begun {
            home,
            device,
            link,
            spool,
            ..
        } = begun;
        let shared = Shared::new(
            home,
            self.settings.clone(),
            self.clock.clone(),
            spool,
            in_force,
            status,
        );
        Ok((Arc::new(shared), account, enrolment, (device, link)))
    }

    /// Enrols, and waits for the server as long as that may help. Nothing if told to stop meanwhile.
    async fn enrol_patiently(
        &mut self,
        begun: &Begun<L>,
        status: &mut AgentStatus,
        stop: &CancellationToken,
    ) -> Result<Option<Enrolment>, AgentError> {
        let mut backoff = Backoff::default();
        loop {
            let enrolled = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(None),
                enrolled = enrolment::enrol(&begun.link, &begun.credential, &begun.device) => enrolled,
            };
            let (error, wait) = match enrolled {
                Ok(enrolment) => {
                    enrolment.save(&begun.home)?;
                    status.problem = None;
                    return Ok(Some(enrolment));
                }
                Err(error @ AgentError::NoProject) => (error, NO_PROJECT),
                Err(AgentError::Link(error)) => {
                    let named = match &error {
                        LinkError::Refused { retry_after_s, .. } => *retry_after_s,
                        _ => None,
                    };
                    (
                        AgentError::Link(error),
                        Duration::from_millis(backoff.next(named, &mut self.rng)),
                    )
                }
                Err(error) => return Err(error),
            };
            tracing::warn!(%error, "not enrolled yet; trying again");
            status.problem = Some(error.to_string());
            status.updated_at = Some(self.clock.now());
            status.save(&begun.home)?;
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

/// Leaves word of why no samples are taken. Where not even that can be written there is nobody to tell.
fn tell_of(home: &Home, clock: &dyn Clock, error: &AgentError) {
    let status = AgentStatus {
        pid: std::process::id(),
        updated_at: Some(clock.now()),
        capture: Capture::Stopped,
        problem: Some(error.to_string()),
        ..AgentStatus::load(home).unwrap_or_default()
    };
    if let Err(error) = status.save(home) {
        tracing::warn!(%error, "the status could not be written");
    }
}
