//! `HIDIdleTime`: how long keyboards, mice and trackpads have been quiet, as the HID system of IOKit keeps it.
#![expect(unsafe_code, reason = "IOKit is a C library; each call says why it is sound")]

use std::time::Duration;

use async_trait::async_trait;
use dayloom_capture::{Candidate, IdleSource, Lost, Unavailable};
use jiff::Timestamp;
use objc2_core_foundation::{CFNumber, CFRetained, CFString};
use objc2_io_kit::{
    IOObjectRelease, IORegistryEntryCreateCFProperty, IOServiceGetMatchingService, IOServiceMatching,
};

/// The default port; IOKit's own constant for it is zero.
const MAIN_PORT: u32 = 0;

/// The candidate for this Mac.
pub fn idle() -> Candidate<dyn IdleSource> {
    Candidate::new("hid", || async {
        match quiet() {
            Some(_) => Ok(Box::new(Hid) as Box<dyn IdleSource>),
            None => Err(Unavailable::new(
                "The HID system does not tell when the last input was.",
                "Run ActivityWatch, which Dayloom then reads.",
            )),
        }
    })
}

struct Hid;

#[async_trait]
impl IdleSource for Hid {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        quiet().ok_or_else(|| Lost("the HID system does not answer".to_owned()))
    }
}

/// Nanoseconds without input, read anew from the registry.
fn quiet() -> Option<Duration> {
    // SAFETY: the name is a C string that lives through the call; the answer is a dictionary or nothing.
    let matching = unsafe { IOServiceMatching(c"IOHIDSystem".as_ptr()) }?;
    // SAFETY: a mutable dictionary is a dictionary.
    let matching = unsafe { CFRetained::cast_unchecked(matching) };
    // SAFETY: the dictionary is IOKit's own, and this call consumes it.
    let service = unsafe { IOServiceGetMatchingService(MAIN_PORT, Some(matching)) };
    if service == 0 {
        return None;
    }
    let key = CFString::from_static_str("HIDIdleTime");
    // SAFETY: the service is held, the key lives through the call, no allocator means the default one.
    let value = unsafe { IORegistryEntryCreateCFProperty(service, Some(&key), None, 0) };
    IOObjectRelease(service);
    let nanoseconds = value?.downcast::<CFNumber>().ok()?.as_i64()?;
    u64::try_from(nanoseconds).ok().map(Duration::from_nanos)
}
