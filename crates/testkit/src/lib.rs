//! Helpers for tests: databases, clocks, a server on a free port, generated days. Never shipped.

pub mod app;
pub mod bench;
pub mod clock;
pub mod db;
pub mod desktop;
pub mod evidence;
pub mod model;
pub mod needs;
pub mod port;
pub mod reference;
pub mod stream;
pub mod team;
pub mod wayland;
pub mod week;
pub mod wire;

pub use app::{Answer, Person, TestApp, Tracked, on_both};
pub use clock::FrozenClock;
pub use desktop::{Desktop, TestWindow};
pub use model::{Dictated, Dictation, Scripted};
pub use port::OwnPort;
pub use stream::Events;
pub use wayland::Wayland;
pub use wire::Wire;
