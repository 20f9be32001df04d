//! How a call can fail. No message holds a credential, a query or a body.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

/// Why there is no answer to use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server answered with a refusal.
    #[error("the server answered {status}: {detail}")]
    Refused {
        /// The status.
        status: u16,
        /// The server's words; of a validation error, each field with what is wrong.
        detail: String,
        /// How long to wait, where the server said so.
        retry_after: Option<Duration>,
    },
    /// No answer came: no connection, no name, no time left.
    #[error("the server could not be reached ({0}); check its address and the network")]
    Unreachable(&'static str),
    /// The answer is not what this API answers.
    #[error("the server's answer could not be read; check that the address is that of a Dayloom server")]
    Undecodable,
    /// Address or credential cannot be used at all.
    #[error(
        "the server's address or the token cannot be used; give an http(s) address and the token as it was shown"
    )]
    Setup,
}

impl ClientError {
    pub(crate) fn unreachable(error: &reqwest::Error) -> Self {
        Self::Unreachable(if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else {
            "the connection broke off"
        })
    }

    /// The status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// The words of a refusal: its text, or each fault's place and message, or the status's own name.
pub(crate) fn detail(status: StatusCode, body: &[u8]) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    match body.as_ref().and_then(|body| body.get("detail")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(faults)) => faults.iter().map(fault).collect::<Vec<_>>().join("; "),
        _ => status.canonical_reason().unwrap_or("unknown status").to_owned(),
    }
}

fn fault(fault: &Value) -> String {
    let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    let place: Vec<String> = fault["loc"]
        .as_array()
        .into_iter()
        .flatten()
        .skip(1)
        .map(step)
        .collect();
    let msg = fault["msg"].as_str().unwrap_or("not valid");
    if place.is_empty() {
        msg.to_owned()
    } else {
        format!("{}: {msg}", place.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_servers_words() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        assert_eq!(
            detail(status, br#"{"detail":"Device not enrolled"}"#),
            "Device not enrolled"
        );
        let faults = br#"{"detail":[{"loc":["body","events",3,"ts"],"msg":"Field required"},{"loc":["body"],"msg":"x"}]}"#;
        assert_eq!(detail(status, faults), "events.3.ts: Field required; x");
        assert_eq!(
            detail(StatusCode::INTERNAL_SERVER_ERROR, b"Internal Server Error"),
            "Internal Server Error"
        );
    }
}
