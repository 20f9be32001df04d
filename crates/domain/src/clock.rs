//! The clock as a parameter. Only the binary and the tests hold an implementation that reads or sets one.

use jiff::Timestamp;

/// Where the current instant comes from.
pub trait Clock: Send + Sync + 'static {
    /// The instant now, in whole microseconds.
    fn now(&self) -> Timestamp;
}

impl<C: Clock> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
