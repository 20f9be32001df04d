//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use dayloom_domain::Clock;
use jiff::{SignedDuration, Timestamp};

/// Stands still until moved.
#[derive(Debug)]
pub struct FrozenClock(AtomicI64);

impl FrozenClock {
    /// Standing at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(AtomicI64::new(instant.as_microsecond()))
    }

    /// Moves it on, or back.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).expect("a test moves the clock by less than an age");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Puts it at an instant.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("set from a timestamp")
    }
}
