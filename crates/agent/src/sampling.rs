//! The capture loop: one look per interval, each committed to the spool before it counts.
//!
//! Must not know the server; its word arrives as the rules in force.

use std::sync::Arc;
use std::time::Duration;

use dayloom_api::tracker::Event;
use dayloom_capture::{Outcome, Sample};
use dayloom_domain::EventId;
use jiff::Timestamp;
use rand::RngCore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;
use crate::spool::AccountKey;
use crate::status::Capture;
use crate::{Sight, SpoolError, outgoing};

/// The wall clock ran this much further than the steady one: the machine slept.
const SLEPT: Duration = Duration::from_secs(30);

/// Takes samples until told to stop. The first at once.
pub(crate) async fn run(
    shared: Arc<Shared>,
    mut sight: impl Sight,
    account: AccountKey,
    mut rng: impl RngCore + Send,
    stop: CancellationToken,
) {
    let mut rules = shared.in_force.subscribe();
    let mut in_force = rules.borrow_and_update().clone();
    sight.set_policy(in_force.policy.clone());
    let mut due = Instant::now();
    let mut last = (shared.clock.now(), Instant::now());
    let mut trouble = None;
    loop {
        if in_force.paused {
            shared
                .tell_with_numbers(|status| status.capture = Capture::Paused)
                .await;
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            changed = rules.changed() => {
                if changed.is_err() {
                    return;
                }
                let before = in_force;
                in_force = rules.borrow_and_update().clone();
                sight.set_policy(in_force.policy.clone());
                if before.paused && !in_force.paused {
                    due = Instant::now();
                } else if before.interval_s != in_force.interval_s {
                    due = due.min(last.1 + in_force.interval());
                }
                continue;
            }
            () = tokio::time::sleep_until(due), if !in_force.paused => {}
        }
        let now = (shared.clock.now(), Instant::now());
        if slept(last, now) {
            tracing::info!("the machine has slept; the server is asked anew");
            shared.awoken.notify_one();
        }
        last = now;
        take(
            &shared,
            &mut sight,
            account,
            in_force.interval_s,
            &mut rng,
            &mut trouble,
        )
        .await;
        due = next(due, in_force.interval(), Instant::now());
    }
}

/// The next due instant: in step with the last, but never a burst to make up for what was missed.
fn next(due: Instant, interval: Duration, now: Instant) -> Instant {
    let next = due + interval;
    if next <= now { now + interval } else { next }
}

fn slept(before: (Timestamp, Instant), now: (Timestamp, Instant)) -> bool {
    let wall = now.0.duration_since(before.0);
    let steady = now.1.duration_since(before.1);
    Duration::try_from(wall).is_ok_and(|wall| wall > steady + SLEPT)
}

/// Takes a sample. `trouble` is what was last told of the spool, until it is over.
async fn take(
    shared: &Shared,
    sight: &mut impl Sight,
    account: AccountKey,
    interval_s: u32,
    rng: &mut (impl RngCore + Send),
    trouble: &mut Option<String>,
) {
    let ts = shared.clock.now();
    let sample = match sight.look(ts).await {
        Outcome::Taken(sample) => *sample,
        Outcome::Withheld(reason) => {
            shared
                .tell_with_numbers(|status| {
                    status.capture = Capture::Withheld;
                    status.withheld = Some(reason.name().to_owned());
                })
                .await;
            return;
        }
    };
    match spool(shared, account, ts, interval_s, sample, rng).await {
        Ok(_) => {
            shared.spooled.notify_one();
            shared
                .tell_with_numbers(|status| {
                    status.capture = Capture::Running;
                    status.withheld = None;
                    status.last_sample_at = Some(ts);
                    is_over(trouble, &mut status.problem);
                })
                .await;
        }
        Err(error) => {
            tracing::error!(%error, "a sample could not be kept");
            let said = error.to_string();
            *trouble = Some(said.clone());
            shared.tell(|status| status.problem = Some(said));
        }
    }
}

/// Takes back what was told of a trouble that is over; what somebody else told since stays.
fn is_over(trouble: &mut Option<String>, problem: &mut Option<String>) {
    let over = trouble.take();
    if over.is_some() && *problem == over {
        *problem = None;
    }
}

/// Makes an event of a sample and commits it.
pub(crate) async fn spool(
    shared: &Shared,
    account: AccountKey,
    ts: Timestamp,
    interval_s: u32,
    sample: Sample,
    rng: &mut (impl RngCore + Send),
) -> Result<Event, SpoolError> {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    let id = EventId(uuid::Builder::from_random_bytes(bytes).into_uuid());
    let mut event = outgoing(id, ts, interval_s, sample);
    let pushed = shared.spool.push(account, &mut event).await?;
    if pushed.dropped > 0 {
        tracing::warn!(
            events = pushed.dropped,
            "the spool is full: the oldest samples were dropped"
        );
        metrics::counter!("dayloom_agent_dropped_events_total", "why" => "size").increment(pushed.dropped);
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_that_is_over_is_told_no_more() {
        let told = |text: &str| Some(text.to_owned());
        for (said, problem, left) in [
            (told("full"), told("full"), None),
            (told("full"), told("refused"), told("refused")),
            (None, told("refused"), told("refused")),
            (told("full"), None, None),
        ] {
            let (mut said, mut problem) = (said, problem);
            is_over(&mut said, &mut problem);
            assert_eq!((said, problem), (None, left));
        }
    }

    #[test]
    fn missed_ticks_are_not_made_up_for() {
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        assert_eq!(
            next(start, minute, start + Duration::from_secs(1)),
            start + minute
        );
        let late = start + Duration::from_secs(3_600);
        assert_eq!(next(start, minute, late), late + minute);
    }

    #[test]
    fn sleep_is_seen_in_the_two_clocks() {
        let wall: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let steady = Instant::now();
        let later = |wall_s: i64, steady_s: u64| {
            (
                wall + jiff::SignedDuration::from_secs(wall_s),
                steady + Duration::from_secs(steady_s),
            )
        };
        assert!(!slept((wall, steady), later(60, 60)));
        assert!(!slept((wall, steady), later(80, 60)));
        assert!(slept((wall, steady), later(3_600, 60)));
        // A clock that was set back is no sleep.
        assert!(!slept((wall, steady), later(-3_600, 60)));
    }
}
