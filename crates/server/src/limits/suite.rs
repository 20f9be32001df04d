//! One suite for both kinds of windows. The Redis is that of `DAYLOOM_TEST_REDIS`; every test has counters of its own.

use std::collections::VecDeque;

use dayloom_testkit::needs;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// The instant the tests begin at, and so many milliseconds after it.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
}

fn new_device() -> DeviceId {
    DeviceId(Uuid::new_v4())
}

fn new_project() -> ProjectId {
    ProjectId(Uuid::new_v4())
}

fn wait(result: Result<(), ApiError>) -> Option<(String, u64)> {
    match result {
        Err(ApiError::Refused {
            detail, retry_after, ..
        }) => Some((detail.into_owned(), retry_after.unwrap())),
        _ => None,
    }
}

/// The address of the Redis for tests.
fn redis_url() -> Option<String> {
    needs::variable("DAYLOOM_TEST_REDIS")
}

/// A limiter in process, and one in the Redis; of the latter two, as of two servers.
async fn on_both(test: impl AsyncFn(&Limiter, &Limiter)) {
    let one = Limiter::in_process();
    test(&one, &one).await;
    if let Some(url) = redis_url() {
        // A call that a slow machine answers late would pass uncounted.
        let server = || Limiter::on(Redis::open(&url, std::time::Duration::from_secs(120)).unwrap());
        test(&server(), &server()).await;
    }
}

#[tokio::test]
async fn the_31st_batch_of_a_device_waits_for_the_first_to_leave_the_window() {
    on_both(async |one, other| {
        let (device, project) = (new_device(), new_project());
        for n in 0..15 {
            one.batch(device, project, 1, at(n * 2_000)).await.unwrap();
            other
                .batch(device, project, 1, at(n * 2_000 + 1_000))
                .await
                .unwrap();
        }
        let refused = async |millis| wait(one.batch(device, project, 1, at(millis)).await);
        assert_eq!(refused(30_000).await, Some(("Rate limit exceeded".into(), 30)));
        // Refused calls were not counted: the window opens when the first leaves it.
        assert_eq!(refused(59_999).await, Some(("Rate limit exceeded".into(), 1)));
        assert_eq!(refused(60_000).await, None);
        assert_eq!(refused(60_500).await, Some(("Rate limit exceeded".into(), 1)));
    })
    .await;
}

#[tokio::test]
async fn a_project_takes_50_000_events_and_the_last_batch_may_overshoot() {
    on_both(async |one, other| {
        let project = new_project();
        for n in 0..101 {
            let events = if n == 99 { 499 } else { 500 };
            let limiter = if n % 2 == 0 { one } else { other };
            limiter.batch(new_device(), project, events, at(0)).await.unwrap();
        }
        assert_eq!(
            wait(one.batch(new_device(), project, 1, at(0)).await),
            Some(("Event volume exceeded".into(), 60))
        );
        // A batch that its project refuses is not counted for its device.
        let device = new_device();
        for _ in 0..40 {
            assert!(one.batch(device, project, 1, at(1)).await.is_err());
        }
        for _ in 0..30 {
            one.batch(device, new_project(), 1, at(2)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_takes_600_batches_of_all_its_devices() {
    on_both(async |one, other| {
        let project = new_project();
        for n in 0..20 {
            let device = new_device();
            for call in 0..30 {
                let limiter = if (n + call) % 2 == 0 { one } else { other };
                limiter.batch(device, project, 0, at(n)).await.unwrap();
            }
        }
        let refused = async |device, millis| wait(one.batch(device, project, 0, at(millis)).await);
        let device = new_device();
        assert_eq!(
            refused(device, 30_000).await,
            Some(("Rate limit exceeded".into(), 30))
        );
        assert_eq!(
            wait(other.batch(device, new_project(), 0, at(30_000)).await),
            None
        );
        // The first of its devices are let in again as their calls leave the window.
        assert_eq!(refused(device, 60_000).await, None);
    })
    .await;
}

#[tokio::test]
async fn calls_of_one_instant_count_each_and_those_at_once_never_pass_the_limit() {
    on_both(async |one, other| {
        let device = new_device();
        let calls = (0..100).map(|n| if n % 2 == 0 { one } else { other }.presign(device, at(0)));
        let answers = futures::future::join_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 60);
        assert_eq!(wait(one.presign(device, at(59_999)).await).map(|w| w.1), Some(1));
        assert_eq!(wait(one.presign(device, at(60_000)).await), None);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_was_wrong_locks_nobody_out() {
    on_both(async |one, _| {
        let device = new_device();
        for _ in 0..60 {
            one.presign(device, at(3_600_000)).await.unwrap();
        }
        assert!(one.presign(device, at(3_600_001)).await.is_err());
        one.presign(device, at(0)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_not_there_lets_calls_pass() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let limiter = Limiter::redis(&format!("redis://{}", free.local_addr().unwrap())).unwrap();
    // Somebody listens and never answers; then nobody does.
    let (device, project) = (new_device(), new_project());
    limiter.batch(device, project, 1, at(0)).await.unwrap();
    drop(free);
    for _ in 0..100 {
        limiter.batch(device, project, 1, at(0)).await.unwrap();
    }
    assert!(limiter.warned.lock().unwrap().is_some(), "it was said");
}

#[test]
fn an_address_that_is_none_is_refused_without_its_password() {
    let Err(error) = Limiter::redis("http://ann:secret@example.org") else {
        panic!("taken")
    };
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// The rule itself, word for word: the calls that passed within the last 60 seconds.
#[derive(Default)]
struct Rule(VecDeque<(i64, u64)>);

impl Rule {
    fn passes(&mut self, now: i64, weight: u64) -> bool {
        self.0.retain(|(at, _)| now - at < WINDOW);
        let count: u64 = self.0.iter().map(|(_, weight)| weight).sum();
        let passes = count < EVENTS_PER_PROJECT;
        if passes {
            self.0.push_back((now, weight));
        }
        passes
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_follow_the_rule(steps in prop::collection::vec((0_i64..9_000, 0_u64..9_000), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(on_both(async |one, other| {
            let counter = Counter::ProjectEvents(new_project());
            let (mut rule, mut millis) = (Rule::default(), 0);
            for (n, (pause, weight)) in steps.iter().enumerate() {
                millis += pause;
                let windows = if n % 2 == 0 { &one.windows } else { &other.windows };
                let verdict = windows.pass(&[(counter, *weight)], at(millis)).await.unwrap();
                let expected = rule.passes(at(millis).as_microsecond(), *weight);
                assert_eq!(verdict == Verdict::Passed, expected, "call {n}");
            }
        }));
    }
}
