//! Windows in this process. Memory is bounded: a window holds no more calls than its limit lets through, and idle
//! windows are forgotten.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Claim, Counter, Unavailable, Verdict, WINDOW, Windows};

/// Windows kept before idle ones are looked for.
const SWEEP_FROM: usize = 1_024;

#[derive(Debug, Default)]
struct Window {
    calls: VecDeque<(i64, u64)>,
    total: u64,
}

impl Window {
    /// Drops the calls that left the window, and those of a clock that has been set back since.
    fn forget(&mut self, now: i64) {
        while let Some(&(at, weight)) = self.calls.front()
            && (now - at >= WINDOW || at - now > WINDOW)
        {
            self.calls.pop_front();
            self.total -= weight;
        }
    }

    /// Whole seconds until the count is below the limit again; none if it is now.
    fn wait(&self, limit: u64, now: i64) -> Option<u64> {
        let mut left = self.total;
        if left < limit {
            return None;
        }
        let freed = self.calls.iter().find(|(_, weight)| {
            left -= weight;
            left < limit
        });
        let micros = freed.map_or(WINDOW, |(at, _)| at + WINDOW - now);
        Some(
            u64::try_from(micros)
                .unwrap_or(0)
                .div_ceil(1_000_000)
                .clamp(1, 60),
        )
    }

    fn count(&mut self, now: i64, weight: u64) {
        self.calls.push_back((now, weight));
        self.total += weight;
    }
}

#[derive(Debug, Default)]
struct ByCounter {
    windows: HashMap<Counter, Window>,
    sweep_at: usize,
}

/// All windows of this process.
#[derive(Debug, Default)]
pub(super) struct InProcess(Mutex<ByCounter>);

#[async_trait]
impl Windows for InProcess {
    async fn pass(&self, claims: &[Claim], now: Timestamp) -> Result<Verdict, Unavailable> {
        let now = now.as_microsecond();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (counter, _) in claims {
            let window = all.windows.entry(*counter).or_default();
            window.forget(now);
            if let Some(seconds) = window.wait(counter.limit().0, now) {
                return Ok(Verdict::Refused(*counter, seconds));
            }
        }
        for (counter, weight) in claims {
            all.windows.entry(*counter).or_default().count(now, *weight);
        }
        all.sweep(now);
        Ok(Verdict::Passed)
    }
}

impl ByCounter {
    /// Forgets idle windows whenever their number has doubled, so that a call costs a constant on average.
    fn sweep(&mut self, now: i64) {
        if self.windows.len() < self.sweep_at.max(SWEEP_FROM) {
            return;
        }
        self.windows.retain(|_, window| {
            window.forget(now);
            !window.calls.is_empty()
        });
        self.sweep_at = self.windows.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use dayloom_domain::DeviceId;

    use super::*;

    #[tokio::test]
    async fn idle_windows_are_forgotten() {
        let windows = InProcess::default();
        for n in 0..10_000 {
            let now = Timestamp::from_second(1_700_000_000 + n).unwrap();
            let device = DeviceId(uuid::Uuid::from_u128(u128::try_from(n).unwrap()));
            let passed = windows.pass(&[(Counter::DevicePresigns(device), 1)], now).await;
            assert_eq!(passed.unwrap(), Verdict::Passed);
        }
        assert!(windows.0.lock().unwrap().windows.len() <= SWEEP_FROM);
    }
}
