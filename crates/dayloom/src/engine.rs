//! Which engine runs the pipeline: the embedded one in this process, or Temporal with workers of its own. Both work on
//! the same queue in the database, so that the setting may change at any time.

use std::sync::Arc;

use dayloom_domain::{Clock, ProjectId};
use dayloom_pipeline::{Runner, Stages};
use dayloom_server::Bell;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    failure::{Failure, Outcome},
    settings::{Settings, table::ENGINE},
};

/// An engine that was chosen and can be used.
#[derive(Debug)]
pub enum Engine {
    /// In this process.
    Embedded,
    /// In the workers of a Temporal server.
    #[cfg(feature = "temporal")]
    Temporal {
        /// Where it is.
        address: dayloom_pipeline_temporal::Address,
        /// Seconds a worker may be silent.
        heartbeat_s: u64,
    },
}

impl Engine {
    /// The engine of the settings; refuses one that this version does not have, or that lacks its address.
    pub fn of(settings: &Settings) -> Outcome<Self> {
        match settings.text(&ENGINE) {
            Some("temporal") => Self::temporal(settings),
            _ => Ok(Engine::Embedded),
        }
    }

    /// Temporal, whatever the setting says.
    #[cfg(feature = "temporal")]
    pub fn temporal(settings: &Settings) -> Outcome<Self> {
        use crate::settings::table::TEMPORAL_HEARTBEAT;
        let heartbeat = settings.int(&TEMPORAL_HEARTBEAT);
        Ok(Engine::Temporal {
            address: temporal_address(settings)?,
            heartbeat_s: heartbeat.and_then(|s| u64::try_from(s).ok()).unwrap_or(120),
        })
    }

    #[cfg(not(feature = "temporal"))]
    fn temporal(_: &Settings) -> Outcome<Self> {
        Err(not_built())
    }

    /// Starts it: what to ring when there is evidence, and the task that ends some time after `stop` is cancelled.
    pub fn start(
        self,
        stages: Stages,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) -> (Rings, JoinHandle<()>) {
        match self {
            Engine::Embedded => {
                drop(clock);
                let runner = Runner::of(stages);
                let wake = runner.wake();
                let running = tokio::spawn(async move { runner.run(stop).await });
                (Rings(Box::new(move |_| wake.notify())), running)
            }
            #[cfg(feature = "temporal")]
            Engine::Temporal { address, heartbeat_s } => {
                use dayloom_pipeline_temporal::{Bell, QUEUE, Timing};
                let timing = Timing::DERIVE.with_heartbeat(heartbeat_s);
                let (bell, carry) = Bell::hang(address, QUEUE, timing, clock, stop);
                (
                    Rings(Box::new(move |project| bell.ring(project))),
                    tokio::spawn(carry),
                )
            }
        }
    }
}

/// Tells an engine that days may be waiting.
pub struct Rings(Box<dyn Fn(Option<ProjectId>) + Send + Sync>);

impl Bell for Rings {
    fn ring(&self, project: Option<ProjectId>) {
        (self.0)(project);
    }
}

#[cfg(feature = "temporal")]
fn temporal_address(settings: &Settings) -> Outcome<dayloom_pipeline_temporal::Address> {
    use crate::settings::table::{TEMPORAL_API_KEY, TEMPORAL_URL};
    let Some(url) = settings.text(&TEMPORAL_URL) else {
        return Err(Failure::usage(
            "The engine `temporal` needs the address of its server",
            "Name it with --temporal http://HOST:7233 or DAYLOOM_TEMPORAL_URL",
        ));
    };
    dayloom_pipeline_temporal::Address::parse(url, settings.text(&TEMPORAL_API_KEY)).map_err(|error| {
        Failure::usage(
            format!("The Temporal server cannot be used: {error}"),
            "Set --temporal or DAYLOOM_TEMPORAL_URL right",
        )
    })
}

/// A build without Temporal.
#[cfg(not(feature = "temporal"))]
pub fn not_built() -> Failure {
    Failure::usage(
        "The engine `temporal` is not built into this version",
        "Use `embedded`: several servers on one Postgres share its work just as well",
    )
}
