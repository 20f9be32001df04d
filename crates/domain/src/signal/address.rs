//! Host and path of an address. Query and fragment are dropped (they hold sessions, searches and positions), and
//! with them user name, password and port.

/// The host in lower case and the path without its last slash, for `http` and `https`. Other schemes name no
/// place on the web.
pub fn host_and_path(url: &str) -> Option<(String, String)> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let place = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let path = path.trim_end_matches('/');
    (!host.is_empty()).then(|| {
        (
            host,
            if path.is_empty() {
                String::new()
            } else {
                format!("/{path}")
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_and_path_remain() {
        for (url, host, path) in [
            (
                "https://github.com/acme/shop/pull/12?tab=files#diff",
                "github.com",
                "/acme/shop/pull/12",
            ),
            ("HTTPS://User:pw@Example.ORG.:8443/", "example.org", ""),
            ("http://localhost:3000", "localhost", ""),
            ("http://[::1]:80/x/", "::1", "/x"),
            ("https://example.org?q=secret", "example.org", ""),
        ] {
            assert_eq!(
                host_and_path(url),
                Some((host.to_owned(), path.to_owned())),
                "{url}"
            );
        }
        for url in [
            "about:blank",
            "file:///home/me/a.html",
            "https://",
            "chrome://settings",
            "",
            "no address",
        ] {
            assert_eq!(host_and_path(url), None, "{url}");
        }
    }
}
