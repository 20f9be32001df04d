//! The system's clock: the one place in Dayloom that reads it.

use dayloom_domain::Clock;
use jiff::Timestamp;

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "every other place takes this clock as a parameter"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        // Whole microseconds: what both databases keep.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}
