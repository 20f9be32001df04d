//! `GetLastInputInfo`: the tick count of the last input of this session.
#![expect(
    unsafe_code,
    reason = "the system is spoken to in C; each call says why it is sound"
)]

use std::time::Duration;

use async_trait::async_trait;
use dayloom_capture::{Candidate, IdleSource, Lost, Unavailable};
use jiff::Timestamp;
use windows_sys::Win32::System::SystemInformation::GetTickCount;
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};

/// The candidate for this session.
pub fn idle() -> Candidate<dyn IdleSource> {
    Candidate::new("lastinput", || async {
        match quiet() {
            Some(_) => Ok(Box::new(LastInput) as Box<dyn IdleSource>),
            None => Err(Unavailable::new(
                "Windows does not tell when the last input was.",
                "Start Dayloom inside your own session, not as a service.",
            )),
        }
    })
}

struct LastInput;

#[async_trait]
impl IdleSource for LastInput {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        quiet().ok_or_else(|| Lost("Windows does not tell when the last input was".to_owned()))
    }
}

fn quiet() -> Option<Duration> {
    let mut info = LASTINPUTINFO {
        cbSize: u32::try_from(size_of::<LASTINPUTINFO>()).ok()?,
        dwTime: 0,
    };
    // SAFETY: the structure is ours, lives through the call, and says its own size.
    if unsafe { GetLastInputInfo(&mut info) } == 0 {
        return None;
    }
    // SAFETY: takes nothing and cannot fail.
    let now = unsafe { GetTickCount() };
    // Both count milliseconds since the start in 32 bits, and begin anew every 49.7 days; their difference does not mind.
    Some(Duration::from_millis(u64::from(now.wrapping_sub(info.dwTime))))
}
