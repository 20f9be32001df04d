//! The few reads of ActivityWatch's API (`/api/0`) that are needed, in shapes that old and new servers share.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::source::{Lost, Unavailable};

/// An answer later than this is none (`contract/team.md` §1).
const TIMEOUT: Duration = Duration::from_secs(if cfg!(test) { 10 } else { 2 });
/// Answers longer than this are not read.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// How long the list of buckets holds: watchers come and go seldom.
const BUCKETS_HOLD: SignedDuration = SignedDuration::from_secs(30);

/// A connection to the ActivityWatch server of this machine. Clones share it.
#[derive(Clone)]
pub struct ActivityWatch {
    shared: Arc<Shared>,
}

struct Shared {
    base: Url,
    hostname: String,
    http: reqwest::Client,
    buckets: Mutex<Option<(Timestamp, Vec<Bucket>)>>,
}

/// A bucket of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub id: String,
    pub kind: String,
    pub client: String,
}

/// An event as the server gives it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AwEvent {
    timestamp: String,
    #[serde(default)]
    duration: f64,
    #[serde(default)]
    pub data: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct RawBucket {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    hostname: Option<String>,
}

impl AwEvent {
    /// When it began. Servers write offsets and fractions in several ways, all of them ISO 8601.
    pub fn start(&self) -> Option<Timestamp> {
        self.timestamp.parse().ok()
    }

    /// When it ended.
    pub fn end(&self) -> Option<Timestamp> {
        let length = SignedDuration::try_from_secs_f64(self.duration.clamp(0.0, 1e9)).ok()?;
        self.start()?.checked_add(length).ok()
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.data
            .get(key)?
            .as_str()
            .map(str::to_owned)
            .filter(|t| !t.is_empty())
    }
}

impl ActivityWatch {
    /// For the server at `base`, such as `http://localhost:5600`; `hostname` is this machine's, as ActivityWatch's
    /// watchers name it. Nothing is connected yet. Refused unless the address is of this machine.
    pub fn new(base: &Url, hostname: &str) -> Result<Self, Unavailable> {
        let is_here = match base.host() {
            Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if !is_here || base.scheme() != "http" {
            return Err(Unavailable::new(
                "The ActivityWatch address is not of this machine.",
                "Set it to the local server, usually http://localhost:5600.",
            ));
        }
        let http = dayloom_http::client()
            .timeout(TIMEOUT)
            .no_proxy()
            // Only plain HTTP to this machine is spoken: no root certificates need to be held.
            .tls_certs_only([])
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(20))
            .build()
            .map_err(|_| Unavailable::new("The HTTP client could not be made.", "Start Dayloom again."))?;
        Ok(Self {
            shared: Arc::new(Shared {
                base: base.clone(),
                hostname: hostname.to_owned(),
                http,
                buckets: Mutex::new(None),
            }),
        })
    }

    /// Whether the server answers as ActivityWatch does, within 2 s (`contract/team.md` §1).
    pub async fn is_reachable(&self) -> bool {
        let info: Result<serde_json::Map<String, serde_json::Value>, Lost> = self.get(&["info"], &[]).await;
        info.is_ok()
    }

    /// Whether the server answers, and has a bucket of this kind for this host.
    pub(super) async fn check(&self, kind: &str, watcher: &str) -> Result<(), Unavailable> {
        let _: serde_json::Map<String, serde_json::Value> = self.get(&["info"], &[]).await.map_err(|_| {
            Unavailable::new(
                "No ActivityWatch server answers on this machine.",
                "Start ActivityWatch if you want it as a source; it is not needed where another source works.",
            )
        })?;
        let found = self.fetch_buckets().await.map_err(|lost| {
            Unavailable::new(
                lost.to_string(),
                "Update ActivityWatch, or turn it off as a source.",
            )
        })?;
        if found.iter().any(|b| b.kind == kind) {
            return Ok(());
        }
        Err(Unavailable::new(
            format!("ActivityWatch runs, but no watcher of this machine reports `{kind}`."),
            format!("Start {watcher}."),
        ))
    }

    /// The buckets of this host and kind.
    pub(super) async fn buckets(&self, kind: &str, now: Timestamp) -> Result<Vec<Bucket>, Lost> {
        let mut held = self.shared.buckets.lock().await;
        let is_fresh = held
            .as_ref()
            .is_some_and(|(at, list)| now.duration_since(*at).abs() < BUCKETS_HOLD && !list.is_empty());
        if !is_fresh {
            *held = Some((now, self.fetch_buckets().await?));
        }
        let all = held.as_ref().map(|(_, list)| list.as_slice()).unwrap_or_default();
        Ok(all.iter().filter(|b| b.kind == kind).cloned().collect())
    }

    /// The newest events of a bucket, newest first, `since` an instant if one is given.
    pub(super) async fn events(
        &self,
        bucket: &Bucket,
        limit: u32,
        since: Option<Timestamp>,
    ) -> Result<Vec<AwEvent>, Lost> {
        let mut query = vec![("limit", limit.to_string())];
        if let Some(since) = since {
            query.push(("start", since.to_string()));
        }
        let answer = self.get(&["buckets", &bucket.id, "events"], &query).await;
        if answer.is_err() {
            // Perhaps the bucket has gone: look again before the next read.
            *self.shared.buckets.lock().await = None;
        }
        answer
    }

    async fn fetch_buckets(&self) -> Result<Vec<Bucket>, Lost> {
        let raw: HashMap<String, RawBucket> = self.get(&["buckets", ""], &[]).await?;
        let mut list: Vec<Bucket> = raw
            .into_iter()
            .filter(|(_, bucket)| self.is_of_this_host(bucket))
            .map(|(id, bucket)| Bucket {
                id,
                kind: bucket.kind,
                client: bucket.client.unwrap_or_default(),
            })
            .collect();
        list.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(list)
    }

    /// Browser watchers cannot tell their host and write `unknown`; as the server is of this machine, so are they.
    fn is_of_this_host(&self, bucket: &RawBucket) -> bool {
        let name = bucket.hostname.as_deref().unwrap_or_default();
        let is_unnamed = name.is_empty() || name == "unknown" || name == "!local";
        is_same_host(name, &self.shared.hostname) || (is_unnamed && bucket.kind == "web.tab.current")
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<T, Lost> {
        let mut url = self.shared.base.clone();
        url.path_segments_mut()
            .map_err(|()| Lost("the ActivityWatch address has no path".to_owned()))?
            .pop_if_empty()
            .extend(["api", "0"].iter().chain(path));
        let silent = |_| Lost("ActivityWatch does not answer".to_owned());
        let mut answer = self
            .shared
            .http
            .get(url)
            .query(query)
            .send()
            .await
            .map_err(silent)?;
        if !answer.status().is_success() {
            return Err(Lost(format!(
                "ActivityWatch answered {}",
                answer.status().as_u16()
            )));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(silent)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Lost("ActivityWatch answered with too much".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body)
            .map_err(|_| Lost("ActivityWatch answered with something else".to_owned()))
    }
}

/// Whether two names are of one machine: case does not count, and one may carry a domain that the other leaves out, as
/// where a watcher writes `loom.local` and the kernel says `loom`.
fn is_same_host(a: &str, b: &str) -> bool {
    let short = |name: &str, other: &str| {
        name.split_once('.')
            .is_some_and(|(first, _)| first.eq_ignore_ascii_case(other))
            && !other.contains('.')
    };
    !a.is_empty() && (a.eq_ignore_ascii_case(b) || short(a, b) || short(b, a))
}

#[cfg(test)]
mod tests {
    use super::is_same_host;

    #[test]
    fn a_machine_is_known_with_and_without_its_domain() {
        for (a, b, same) in [
            ("loom", "LOOM", true),
            ("loom.local", "loom", true),
            ("loom", "Loom.example.org", true),
            ("loom.a", "loom.b", false),
            ("loom2", "loom", false),
            ("", "", false),
            ("", "loom", false),
        ] {
            assert_eq!(is_same_host(a, b), same, "{a} {b}");
        }
    }
}
