//! The typed client of Dayloom's API, for the agent, the commands and the tests.
//!
//! One method an endpoint; answers are the types of `dayloom-api`. It never retries and never follows a redirect
//! (which would drop the credential): what to do about a failure is the caller's to decide. It must not know a spool.

mod account;
mod error;
mod retry;
mod reviews;
mod tasks;
mod team;
mod tokens;
mod tracker;
mod workspaces;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use url::{Host, Url};

pub use dayloom_api as api;
pub use error::ClientError;
pub use tracker::{DayRead, RawEvent};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole call may take; a batch of 500 on a slow line included.
const WHOLE: Duration = Duration::from_secs(60);

/// One person's access to one server. Cheap to clone; its `Debug` hides the credential.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<header::HeaderValue>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.base.host_str().unwrap_or_default();
        f.debug_struct("Client")
            .field("host", &host)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the server at `base`, given with or without `/api/v1`. Nothing is sent yet.
    pub fn new(base: &str, token: Option<&str>) -> Result<Self, ClientError> {
        let base = api_base(base)?;
        let mut http = dayloom_http::client()
            .user_agent(concat!("dayloom/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(WHOLE);
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        if base.scheme() == "http" {
            // The agent beside a local server need not hold the system's root certificates in memory.
            http = http.tls_certs_only([]);
        }
        let token = token.map(credential).transpose()?;
        Ok(Self {
            http: http.build().map_err(|_| ClientError::Setup)?,
            base,
            token,
        })
    }

    /// The same server for another person.
    pub fn with_token(&self, token: &str) -> Result<Self, ClientError> {
        Ok(Self {
            token: Some(credential(token)?),
            ..self.clone()
        })
    }

    /// Where the API is, ending in `/api/v1`.
    pub fn base(&self) -> &str {
        self.base.as_str()
    }

    /// GET of a path under `/api/v1`, such as `/workspaces`.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ClientError> {
        self.json(self.request(Method::GET, path, query)).await
    }

    /// POST with a JSON body.
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        self.json(self.request(Method::POST, path, &[]).json(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        self.json(self.request(Method::PUT, path, &[]).json(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        self.json(self.request(Method::PATCH, path, &[]).json(body)).await
    }

    /// DELETE, whose answer has no body.
    pub async fn delete(&self, path: &str) -> Result<(), ClientError> {
        self.answer(self.request(Method::DELETE, path, &[]))
            .await
            .map(drop)
    }

    /// A request that carries the credential, for what has no method here.
    pub fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.request_at(method, &format!("{}{path}", self.base), query)
    }

    fn request_at(&self, method: Method, url: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let mut request = self.http.request(method, url);
        if !query.is_empty() {
            request = request.query(query);
        }
        match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, token.clone()),
            None => request,
        }
    }

    /// Sends a request and reads its JSON answer.
    pub async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let body = self
            .answer(request)
            .await?
            .bytes()
            .await
            .map_err(|e| ClientError::unreachable(&e))?;
        serde_json::from_slice(&body).map_err(|_| ClientError::Undecodable)
    }

    /// Sends a request; every status but success is [`ClientError::Refused`].
    pub async fn answer(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let response = request.send().await.map_err(|e| ClientError::unreachable(&e))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let retry_after = retry::after(response.headers());
        let body = response.bytes().await.unwrap_or_default();
        Err(ClientError::Refused {
            status: status.as_u16(),
            detail: error::detail(status, &body),
            retry_after,
        })
    }
}

fn credential(token: &str) -> Result<header::HeaderValue, ClientError> {
    let mut value =
        header::HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| ClientError::Setup)?;
    value.set_sensitive(true);
    Ok(value)
}

fn api_base(base: &str) -> Result<Url, ClientError> {
    let base = base.trim_end_matches('/');
    let origin = base.strip_suffix("/api/v1").unwrap_or(base);
    let url: Url = format!("{origin}/api/v1")
        .parse()
        .map_err(|_| ClientError::Setup)?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err(ClientError::Setup)
    }
}

/// A proxy of the environment has no business between two programs of one machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_read_with_and_without_its_tail() {
        for given in [
            "http://127.0.0.1:8000",
            "http://127.0.0.1:8000/",
            "http://127.0.0.1:8000/api/v1/",
        ] {
            assert_eq!(api_base(given).unwrap().as_str(), "http://127.0.0.1:8000/api/v1");
        }
        for given in ["", "127.0.0.1:8000", "file:///etc", "ftp://example.org"] {
            assert!(api_base(given).is_err(), "{given}");
        }
    }

    #[test]
    fn the_credential_is_not_in_debug() {
        let client = Client::new("http://127.0.0.1:1", Some("aexy_secret")).unwrap();
        assert!(!format!("{client:?}").contains("secret"));
        assert!(Client::new("http://127.0.0.1:1", Some("a\nb")).is_err());
    }
}
