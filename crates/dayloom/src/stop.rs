//! Being told to stop, at any moment from the first on: INT and TERM end a program that stays in order and with 0.
//!
//! Must not know what there is to take down: who has something minds being told.

use std::{
    future::{Future, pending},
    sync::atomic::{AtomicBool, Ordering},
};

use tokio_util::sync::CancellationToken;

/// Whether this program was told to stop, and whether anything has to be taken down then.
#[derive(Default)]
pub struct Stop {
    told: CancellationToken,
    minded: AtomicBool,
}

impl Stop {
    /// From here on the caller takes everything down and ends, once what this gives is cancelled. It may be already.
    pub fn mind(&self) -> CancellationToken {
        self.minded.store(true, Ordering::Relaxed);
        self.told.clone()
    }

    /// Does what a command does, listening for signals from the first moment on. Told to stop before anybody minds, it
    /// drops the command where it stands: nothing was acknowledged yet, and what it kept is whole.
    pub async fn or_told<T>(&self, command: impl Future<Output = T>, dropped: T) -> T {
        let signal = signal();
        let told = async {
            signal.await;
            self.told.cancel();
            if self.minded.load(Ordering::Relaxed) {
                pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            done = command => done,
            () = told => dropped,
        }
    }
}

/// Resolves at INT or TERM, also at one that comes between this call and the first look: from the call on neither ends
/// the process by itself.
pub fn signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let listening = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    };
    #[cfg(windows)]
    let listening = tokio::signal::windows::ctrl_c();
    async move {
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate)) = listening {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        #[cfg(windows)]
        if let Ok(mut interrupt) = listening {
            interrupt.recv().await;
            return;
        }
        pending().await
    }
}
