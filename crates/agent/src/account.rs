//! Whose evidence a spooled event is. Must not know tokens: a person outlives them.

use dayloom_domain::{DeviceId, ProjectId};
use serde::{Deserialize, Serialize};

/// The account an event was captured for. What is spooled for one never goes to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Base address of the server, as [`base_url`] leaves it.
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
}
