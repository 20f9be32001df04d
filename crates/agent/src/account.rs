//! Whose evidence a spooled event is. Must not know tokens: a person outlives them.

use dayloom_domain::{DeviceId, ProjectId};
use serde::{Deserialize, Serialize};

/// The account an event was captured for. What is spooled for one never goes to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// The server, as [`server_key`] names it.
    pub server: String,
    /// The developer's id, or a fingerprint of the token where the server does not tell.
    pub person: String,
    /// This device.
    pub device_id: DeviceId,
    /// The project the device is enrolled into.
    pub project_id: ProjectId,
}

/// The base address two spellings of one server share: lower-case host, no trailing slash, ending in `/api/v1`
/// (`contract/tracker.md` §0). Nothing where the text is no http address.
pub fn base_url(text: &str) -> Option<String> {
    let mut url = url::Url::parse(text.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    let path = if path.ends_with("/api/v1") {
        path
    } else {
        format!("{path}/api/v1")
    };
    url.set_path(&path);
    Some(url.to_string())
}

/// What tells one server from another: its base address; for a server on this machine without the port, for that may
/// be another at every start, and the ids of person, project and device tell two of those apart.
pub fn server_key(base: &str) -> String {
    let Ok(mut url) = url::Url::parse(base) else {
        return base.to_owned();
    };
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    // Both succeed on an http address with a host, which is all there is here.
    if local && url.set_port(None).is_ok() && url.set_host(Some("localhost")).is_ok() {
        return url.to_string();
    }
    base.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_server_are_one() {
        let want = Some("http://localhost:8000/api/v1".to_owned());
        for text in [
            "http://localhost:8000",
            "http://LOCALHOST:8000/",
            "http://localhost:8000/api/v1",
            " http://localhost:8000/api/v1/ ",
            "http://localhost:8000/api/v1?x=1#y",
        ] {
            assert_eq!(base_url(text), want, "{text}");
        }
        assert_eq!(
            base_url("https://x.example:443/t").as_deref(),
            Some("https://x.example/t/api/v1")
        );
        for text in ["", "localhost:8000", "ftp://x", "mailto:a@b"] {
            assert_eq!(base_url(text), None, "{text}");
        }
    }

    #[test]
    fn a_local_server_is_the_same_on_any_port() {
        let want = "http://localhost/api/v1";
        for base in [
            "http://127.0.0.1:8000/api/v1",
            "http://localhost:9/api/v1",
            "http://[::1]:7/api/v1",
        ] {
            assert_eq!(server_key(base), want);
        }
        for base in ["https://x.example:8443/api/v1", "http://10.0.0.1:8000/api/v1"] {
            assert_eq!(server_key(base), base);
        }
    }
}
