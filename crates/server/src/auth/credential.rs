//! Session tokens (HS256 JWT) and API tokens: made, hashed, checked. None is ever logged.

use dayloom_domain::DeveloperId;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{ApiError, Secret, ServerState};

/// How API tokens begin.
pub const API_TOKEN_PREFIX: &str = "aexy_";

/// How long a session token lives unless said otherwise: 10,080 minutes (`contract/tracker.md` §1.1).
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: serde_json::Number,
    #[serde(default, rename = "type")]
    kind: serde_json::Value,
}

/// The session token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the session token could not be signed; check that the server's secret is set")]
pub struct Unsigned;

/// Signs a session token for a person, good until `now + life`.
pub fn mint(
    secret: &Secret,
    id: DeveloperId,
    now: Timestamp,
    life: SignedDuration,
) -> Result<String, Unsigned> {
    let exp = now.checked_add(life).map_err(|_| Unsigned)?.as_second();
    let claims = Claims {
        sub: id.to_string(),
        exp: exp.into(),
        kind: "access".into(),
    };
    let key = EncodingKey::from_secret(secret.bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| Unsigned)
}

/// A fresh API token from 128 random bits; shown once, then only its [`Hash`] is kept.
pub fn new_api_token(random: [u8; 16]) -> String {
    format!("{API_TOKEN_PREFIX}{}", hex::encode(random))
}

/// SHA-256 of a credential in lower-case hex: what is stored instead of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash(String);

impl Hash {
    /// The hash of a whole credential.
    pub fn of(credential: &str) -> Self {
        Self(hex::encode(Sha256::digest(credential.as_bytes())))
    }

    /// Its 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(super) async fn authenticate(credential: &str, state: &ServerState) -> Result<DeveloperId, ApiError> {
    if credential.starts_with(API_TOKEN_PREFIX) {
        let owner = state
            .store()
            .tokens()
            .authenticate(Hash::of(credential).as_str(), state.now())
            .await?;
        return owner.ok_or_else(|| ApiError::unauthorized("Invalid or expired API token"));
    }
    verify(&state.settings().secret, credential, state.now())
        .ok_or_else(|| ApiError::unauthorized("Invalid token"))
}

/// Checks signature and `exp` against our own clock, and takes `sub`.
fn verify(secret: &Secret, token: &str, now: Timestamp) -> Option<DeveloperId> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "sub"]);
    let key = DecodingKey::from_secret(secret.bytes());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
        .ok()?
        .claims;
    let ends = claims.exp.as_f64()?;
    #[expect(clippy::cast_precision_loss, reason = "unix seconds are exact in a double")]
    let live = ends > now.as_second() as f64;
    claims.sub.parse().ok().filter(|_| live)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_session_token_holds_until_it_ends() {
        let secret = Secret::new("s");
        let id: DeveloperId = "0B7A1F7E-5C3B-4B62-9F4E-6A2A86F9A001".parse().unwrap();
        let token = mint(&secret, id, at(1_000), SignedDuration::from_secs(60)).unwrap();
        assert_eq!(verify(&secret, &token, at(1_059)), Some(id));
        assert_eq!(verify(&secret, &token, at(1_060)), None);
        assert_eq!(verify(&Secret::new("t"), &token, at(1_000)), None);
        assert_eq!(verify(&secret, "not.a.token", at(1_000)), None);
    }

    #[test]
    fn a_token_of_another_algorithm_is_refused() {
        let claims =
            serde_json::json!({"sub": "0b7a1f7e-5c3b-4b62-9f4e-6a2a86f9a001", "exp": 9_999_999_999_i64});
        let key = EncodingKey::from_secret(b"s");
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &key).unwrap();
        assert_eq!(verify(&Secret::new("s"), &token, at(0)), None);
        let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwYjdhMWY3ZS01YzNiLTRiNjItOWY0ZS02YTJhODZmOWEwMDEifQ.";
        assert_eq!(verify(&Secret::new("s"), none, at(0)), None);
    }

    #[test]
    fn an_api_token_is_a_prefix_and_32_digits() {
        let token = new_api_token([0xab; 16]);
        assert_eq!(token, "aexy_abababababababababababababababab");
        assert_eq!(
            Hash::of("abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
