//! The program `xprintidle`, which prints the milliseconds since the last input of an X11 session.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use dayloom_capture::{Candidate, IdleSource, Lost, Unavailable};
use jiff::Timestamp;
use tokio::process::Command;

/// An answer later than this is none.
const PATIENCE: Duration = Duration::from_secs(2);
const NAME: &str = "xprintidle";

/// The candidate, by the `PATH` of this process.
pub fn idle() -> Candidate<dyn IdleSource> {
    Candidate::new(NAME, || async {
        if std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty()) {
            return Err(Unavailable::new(
                "Under Wayland xprintidle sees only some programs' input.",
                "A compositor that speaks ext-idle-notify-v1, or GNOME, tells the idle time itself.",
            ));
        }
        let mut source = XPrintIdle;
        match source.idle(Timestamp::UNIX_EPOCH).await {
            Ok(_) => Ok(Box::new(source) as Box<dyn IdleSource>),
            Err(lost) => Err(Unavailable::new(
                lost.to_string(),
                "Install it (`apt-get install xprintidle`) if no other source of idle time works.",
            )),
        }
    })
}

struct XPrintIdle;

#[async_trait]
impl IdleSource for XPrintIdle {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        let running = Command::new(NAME)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = match tokio::time::timeout(PATIENCE, running).await {
            Ok(Ok(output)) if output.status.success() => output.stdout,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Lost("xprintidle is not installed".to_owned()));
            }
            _ => return Err(Lost("xprintidle does not answer".to_owned())),
        };
        milliseconds(&output).ok_or_else(|| Lost("xprintidle prints something else".to_owned()))
    }
}

fn milliseconds(output: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(output).ok()?;
    text.trim().parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_an_answer() {
        assert_eq!(milliseconds(b"1500\n"), Some(Duration::from_millis(1500)));
        assert_eq!(milliseconds(b"couldn't open display\n"), None);
        assert_eq!(milliseconds(b""), None);
    }
}
