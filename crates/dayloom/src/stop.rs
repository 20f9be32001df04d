//! Being told to stop, at any moment from the first on: INT and TERM end a program that stays in order and with 0, and so
//! does HUP, by which it learns that its terminal was closed.
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

/// Resolves at INT, TERM or HUP, also at one that comes between this call and the first look: from the call on none of
/// them ends the process by itself.
pub fn signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let listening = {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = (!outlives_terminal()).then(|| signal(SignalKind::hangup()));
        (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
            hangup.transpose(),
        )
    };
    #[cfg(windows)]
    let listening = tokio::signal::windows::ctrl_c();
    async move {
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = listening {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hung_up => {}
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

/// Whether this program is to go on without its terminal: it was started by `nohup`, which has HUP ignored, and minding HUP
/// would undo that.
#[cfg(target_os = "linux")]
fn outlives_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    // Where the system does not tell, HUP is left as it was found.
    ignores_hangup(&status).unwrap_or(true)
}

/// Elsewhere the system cannot be asked without risk: HUP is left as it was found.
#[cfg(all(unix, not(target_os = "linux")))]
fn outlives_terminal() -> bool {
    true
}

/// What the status of a process says of HUP: its bit, the first, in the set of the signals that are ignored (`proc(5)`).
#[cfg(target_os = "linux")]
fn ignores_hangup(status: &str) -> Option<bool> {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
    Some(ignored & 1 == 1)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn who_started_the_program_may_have_hup_ignored() {
        for (status, ignores) in [
            (
                "Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n",
                Some(true),
            ),
            (
                "SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n",
                Some(false),
            ),
            ("SigIgn:\tno number\n", None),
            ("", None),
        ] {
            assert_eq!(ignores_hangup(status), ignores, "{status}");
        }
    }
}
