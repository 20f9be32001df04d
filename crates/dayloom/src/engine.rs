//! Which engine runs the pipeline: the embedded one in this process, or the one for many with workers of its own. Both
//! work on the same queue in the database, so that the setting may change at any time.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use dayloom_domain::{Clock, ProjectId};
use dayloom_pipeline::{Runner, Stages};
use dayloom_server::Bell;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    Context,
    commands::Finding,
    failure::{Failure, Outcome},
    settings::{Settings, table::ENGINE},
};

/// What takes its time.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The engine for many, ready to be used.
pub trait ForMany: Send {
    /// What to ring when there is evidence, and the task that ends some time after `stop` is cancelled.
    fn start(self: Box<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) -> (Rings, JoinHandle<()>);

    /// Works for it until told to stop.
    fn work<'a>(self: Box<Self>, cx: &'a Context) -> Later<'a, Outcome>;

    /// How it stands: `name` is what the settings call it.
    fn look<'a>(&'a self, name: &'a str) -> Later<'a, Finding>;
}

/// Makes the engine for many from settings; refuses those that lack something.
pub type Make = fn(&Settings) -> Outcome<Box<dyn ForMany>>;

static FOR_MANY: OnceLock<Make> = OnceLock::new();

/// Tells this program of the engine for many. Only the program that has it does.
#[cfg(feature = "temporal")]
pub fn know(make: Make) {
    // Told once, at the start.
    let _ = FOR_MANY.set(make);
}

/// Whether this program has the engine for many.
pub fn is_known() -> bool {
    FOR_MANY.get().is_some()
}

/// Whether the settings choose the engine for many.
pub fn is_for_many(settings: &Settings) -> bool {
    settings.text(&ENGINE) == Some("temporal")
}

/// The engine for many, whatever the setting says.
pub fn for_many(settings: &Settings) -> Outcome<Box<dyn ForMany>> {
    FOR_MANY.get().ok_or_else(not_here)?(settings)
}

/// The failure of a program without the engine for many.
pub fn not_here() -> Failure {
    Failure::usage(
        "The engine `temporal` is in a program of its own, and `dayloom-temporal` is not beside this one",
        "Build it with `cargo build --release`, or use `embedded`: several servers on one Postgres share its work just as well",
    )
}

/// An engine that was chosen and can be used.
pub enum Engine {
    /// In this process.
    Embedded,
    /// In workers of their own.
    ForMany(Box<dyn ForMany>),
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Embedded => "Embedded",
            Engine::ForMany(_) => "ForMany",
        })
    }
}

impl Engine {
    /// The engine of the settings; refuses one that this program does not have, or that lacks its address.
    pub fn of(settings: &Settings) -> Outcome<Self> {
        if is_for_many(settings) {
            return Ok(Engine::ForMany(for_many(settings)?));
        }
        Ok(Engine::Embedded)
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
                (Rings::new(move |_| wake.notify()), running)
            }
            Engine::ForMany(engine) => engine.start(clock, stop),
        }
    }
}

/// Tells an engine that days may be waiting.
pub struct Rings(Box<dyn Fn(Option<ProjectId>) + Send + Sync>);

impl Rings {
    /// Rings by calling this.
    pub fn new(ring: impl Fn(Option<ProjectId>) + Send + Sync + 'static) -> Self {
        Self(Box::new(ring))
    }
}

impl Bell for Rings {
    fn ring(&self, project: Option<ProjectId>) {
        (self.0)(project);
    }
}
