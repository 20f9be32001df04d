//! Windows in a Redis that several servers share. One script judges and counts a call, so that calls of several servers
//! are judged one after the other.
//!
//! A window is a list with one member for each call that passed: its instant, the sum of all weights up to and with
//! it, and its own. The instants are those of the servers' clocks, which are taken to agree within a second or so.

use std::{sync::Mutex, sync::PoisonError, time::Duration};

use ::redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use super::{Claim, Counter, LimiterError, Unavailable, Verdict, WINDOW, Windows};

/// How long an answer may take: a call of an agent waits for it.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);
/// How long a Redis that did not answer is not asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// KEYS are the counters; ARGV is the instant, the window, and of each counter its limit and the call's weight. Answers
/// 0 and 0, or the place of the counter that is full and the microseconds until it is not.
const SCRIPT: &str = r"
local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local function member(key, place)
  local text = redis.call('LINDEX', key, place)
  if not text then return nil end
  local at, sum, weight = string.match(text, '(%d+):(%d+):(%d+)')
  return {at = tonumber(at), sum = tonumber(sum), weight = tonumber(weight)}
end
local sums = {}
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[1 + 2 * i])
  local first = member(key, 0)
  while first and (now - first.at >= window or first.at - now > window) do
    redis.call('LPOP', key)
    first = member(key, 0)
  end
  local last = member(key, -1)
  sums[i] = last and last.sum or 0
  if last then
    local left = last.sum - first.sum + first.weight
    if left >= limit then
      local place, freed = 0, first
      while freed do
        left = left - freed.weight
        if left < limit then return {i, freed.at + window - now} end
        place = place + 1
        freed = member(key, place)
      end
      return {i, window}
    end
  end
end
for i, key in ipairs(KEYS) do
  local weight = tonumber(ARGV[2 + 2 * i])
  redis.call('RPUSH', key, string.format('%.0f:%.0f:%.0f', now, sums[i] + weight, weight))
  redis.call('PEXPIRE', key, 2 * window / 1000)
end
return {0, 0}
";

impl Counter {
    /// The key of `contract/tracker.md` §2.4.
    fn key(self) -> String {
        match self {
            Counter::DeviceBatches(device) => format!("trk:batch:device:{device}"),
            Counter::ProjectBatches(project) => format!("trk:batch:project:{project}"),
            Counter::ProjectEvents(project) => format!("trk:events:project:{project}"),
            Counter::DevicePresigns(device) => format!("trk:presign:device:{device}"),
            Counter::PersonJoins(person) => format!("team:join:person:{person}"),
        }
    }
}

/// A Redis that is connected to when it is first needed, and again when it was lost.
pub(super) struct Redis {
    connection: ConnectionManager,
    script: Script,
    patience: Duration,
    paused_until: Mutex<Option<Instant>>,
}

impl Redis {
    /// One by its address, which each call is given so long by.
    pub(super) fn open(url: &str, patience: Duration) -> Result<Self, LimiterError> {
        let refused = |error: RedisError| LimiterError(error.kind_text());
        let client = Client::open(url).map_err(refused)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_max_delay(patience)
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(patience));
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(refused)?,
            script: Script::new(SCRIPT),
            patience,
            paused_until: Mutex::new(None),
        })
    }

    /// Whether it answers.
    pub(super) async fn ping(&self) -> Result<(), Unavailable> {
        let mut connection = self.connection.clone();
        let asked = async { ::redis::cmd("PING").query_async::<String>(&mut connection).await };
        within(4 * self.patience, asked).await.map(drop)
    }

    fn paused(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.paused_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a failure may say: never an address or a password.
trait KindText {
    fn kind_text(&self) -> String;
}

impl KindText for RedisError {
    fn kind_text(&self) -> String {
        self.category().to_owned()
    }
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, RedisError>>,
) -> Result<T, Unavailable> {
    match tokio::time::timeout(patience, asked).await {
        Ok(answer) => answer.map_err(|error| Unavailable(error.kind_text())),
        Err(_) => Err(Unavailable(format!(
            "no answer within {} ms",
            patience.as_millis()
        ))),
    }
}

#[async_trait]
impl Windows for Redis {
    async fn pass(&self, claims: &[Claim], now: Timestamp) -> Result<Verdict, Unavailable> {
        if self.paused().is_some_and(|until| Instant::now() < until) {
            return Err(Unavailable("it did not answer a moment ago".to_owned()));
        }
        let mut call = self.script.prepare_invoke();
        call.arg(now.as_microsecond()).arg(WINDOW);
        for (counter, weight) in claims {
            call.key(counter.key()).arg(counter.limit().0).arg(*weight);
        }
        let mut connection = self.connection.clone();
        let asked = call.invoke_async::<(usize, i64)>(&mut connection);
        let answer = within(self.patience, asked).await;
        *self.paused() = answer.is_err().then(|| Instant::now() + PAUSE);
        let (place, micros) = answer?;
        let Some((counter, _)) = place.checked_sub(1).and_then(|place| claims.get(place)) else {
            return Ok(Verdict::Passed);
        };
        let seconds = u64::try_from(micros).unwrap_or(0).div_ceil(1_000_000);
        Ok(Verdict::Refused(*counter, seconds.clamp(1, 60)))
    }
}
