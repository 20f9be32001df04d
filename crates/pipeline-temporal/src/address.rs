//! Where a Temporal server is, and connecting to it.

use std::time::Duration;

use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions, RetryOptions, TlsOptions};
use url::Url;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The namespace of an address that names none.
const NAMESPACE: &str = "default";

/// An address is none.
#[derive(Debug, thiserror::Error)]
#[error(
    "that is no address of a Temporal server; write it like http://127.0.0.1:7233 or https://HOST:7233/NAMESPACE"
)]
pub struct AddressError;

/// A Temporal server did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum TemporalError {
    /// It does not answer, or not as a Temporal server does.
    #[error("the Temporal server does not answer ({0}); check its address and that it runs")]
    Unreachable(String),
    /// It refused something, or the worker ended by itself.
    #[error("the Temporal server refused ({0}); check its namespace and its log")]
    Refused(String),
    /// The system gives no thread.
    #[error("the system gives no thread ({0}); end other programs, or raise its limits")]
    Thread(std::io::Error),
}

/// Where a Temporal server is: `http://HOST:PORT/NAMESPACE`, or `https://…` with TLS.
#[derive(Clone)]
pub struct Address {
    target: Url,
    namespace: String,
    api_key: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({self})")
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.target, self.namespace)
    }
}

impl Address {
    /// Reads an address. The path is the namespace, `default` without one; a key is sent where the server wants one.
    pub fn parse(text: &str, api_key: Option<&str>) -> Result<Self, AddressError> {
        let mut target = Url::parse(text).map_err(|_| AddressError)?;
        let namespace = target.path().trim_matches('/').to_owned();
        let plain = target.username().is_empty() && target.password().is_none() && target.query().is_none();
        let known = matches!(target.scheme(), "http" | "https") && target.host().is_some();
        if !known || !plain || namespace.contains('/') {
            return Err(AddressError);
        }
        target.set_path("/");
        if target.port().is_none() {
            target.set_port(Some(7233)).map_err(|()| AddressError)?;
        }
        let namespace = if namespace.is_empty() {
            NAMESPACE.to_owned()
        } else {
            namespace
        };
        Ok(Self {
            target,
            namespace,
            api_key: api_key.map(str::to_owned),
        })
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Connects, within five seconds or not at all. A connection that is lost later is made again by itself.
    pub(crate) async fn connect(&self) -> Result<Client, TemporalError> {
        let tls = (self.target.scheme() == "https").then(TlsOptions::default);
        let options = ConnectionOptions::new(self.target.clone())
            .identity(format!("dayloom@{}", std::process::id()))
            .maybe_tls_options(tls)
            .maybe_api_key(self.api_key.clone())
            .connect_timeout(PATIENCE)
            .retry_options(quickly())
            .dns_load_balancing(None)
            .build();
        let connecting = Connection::connect(options);
        let connection = tokio::time::timeout(PATIENCE, connecting)
            .await
            .map_err(|_| TemporalError::Unreachable("no answer within 5 s".to_owned()))?
            .map_err(|error| TemporalError::Unreachable(short(&error)))?;
        let options = ClientOptions::new(self.namespace.clone()).build();
        Client::new(connection, options).map_err(|error| TemporalError::Refused(short(&error)))
    }
}

/// Few retries: those who call keep what they could not say, and say it later.
fn quickly() -> RetryOptions {
    RetryOptions::builder()
        .max_retries(2)
        .max_elapsed_time(Some(PATIENCE))
        .build()
}

/// The first line of an error, not too long; a server's own answers can be pages.
pub(crate) fn short(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Address::parse(text, None).ok().map(|address| address.to_string())
    }

    #[test]
    fn an_address_names_server_and_namespace() {
        let shown = |text: &str| read(text).unwrap_or_default();
        assert_eq!(shown("http://127.0.0.1:7000"), "http://127.0.0.1:7000/default");
        assert_eq!(shown("http://temporal"), "http://temporal:7233/default");
        assert_eq!(
            shown("https://t.example.org:443/acme.x1/"),
            "https://t.example.org:7233/acme.x1"
        );
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "temporal:7233",
            "redis://x",
            "http://a/b/c",
            "http://ann:pw@x",
            "http://x?y=1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
