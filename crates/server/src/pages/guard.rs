//! Against DNS rebinding: a page is shown only under a name that is this server's own. A foreign name that was made
//! to point at this machine is refused before anything is read.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use dayloom_views::state::Trouble;

use super::failure::PageError;
use crate::ServerState;

/// Refuses a `Host` that is neither this machine, an address, nor the public name that was configured.
pub(super) async fn host_is_ours(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let public = state
        .settings()
        .public_url
        .as_deref()
        .and_then(|url| url.parse::<Uri>().ok());
    let public = public.as_ref().and_then(Uri::host);
    match authority(request.headers(), request.uri()) {
        Some(authority) if is_ours(&authority, public) => next.run(request).await,
        _ => PageError(Trouble::ForeignName).into_response(),
    }
}

fn authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    match headers.get(header::HOST) {
        Some(host) => host.to_str().ok()?.parse().ok(),
        None => uri.authority().cloned(),
    }
}

/// An address cannot be rebound; a name can, unless it is `localhost` or the one that was configured.
fn is_ours(authority: &Authority, public: Option<&str>) -> bool {
    let host = authority.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok()
        || public.is_some_and(|public| public.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_addresses_and_the_public_name_are_ours() {
        let ours = |text: &str| is_ours(&text.parse().unwrap(), Some("days.example.org"));
        for text in [
            "localhost:8000",
            "127.0.0.1:8000",
            "[::1]:8000",
            "LOCALHOST",
            "days.example.org",
        ] {
            assert!(ours(text), "{text}");
        }
        for text in [
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "days.example.org.evil",
        ] {
            assert!(!ours(text), "{text}");
        }
    }
}
