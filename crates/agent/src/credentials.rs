//! Which token goes to which server. Must not know whether the server takes it.

use std::io;

use serde::{Deserialize, Serialize};

use crate::account::base_url;
use crate::settings::{AgentConfig, DEFAULT_SERVER};
use crate::{AgentError, Home, Secret, home};

/// A credential as a sign-in leaves it in home. Members as `contract/tracker.md` §5.1 names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// The token.
    pub token: Secret,
    /// The project chosen at sign-in, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The server the token is for; it is sent to no other.
    #[serde(rename = "apiBaseURL")]
    pub api_base_url: String,
}

/// A token and the one server it may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Base address, as [`base_url`] leaves it.
    pub server: String,
    /// The token.
    pub token: Secret,
    /// The project asked for, where one was.
    pub project: Option<String>,
}

impl Stored {
    /// The stored credential, if there is one.
    pub fn load(home: &Home) -> Result<Option<Self>, AgentError> {
        let path = home.credentials();
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| AgentError::Unreadable {
                    path,
                    what: "a credential",
                }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AgentError::Home { path, error }),
        }
    }

    /// Keeps the credential in home, readable by its owner only.
    pub fn save(&self, home: &Home) -> Result<(), AgentError> {
        let path = home.credentials();
        let bytes = serde_json::to_vec_pretty(self).expect("a credential is plain data");
        home::write_private(&path, &bytes, true).map_err(|error| AgentError::Home { path, error })
    }

    /// Forgets the credential. The device id and the spool stay.
    pub fn forget(home: &Home) -> Result<(), AgentError> {
        let path = home.credentials();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(AgentError::Home { path, error }),
            _ => Ok(()),
        }
    }
}

/// The credential to use: the token given on purpose, else the stored one, else the environment's.
pub fn resolve(config: &AgentConfig, stored: Option<Stored>) -> Result<Credential, AgentError> {
    let address = |text: &str| base_url(text).ok_or_else(|| AgentError::ServerAddress(text.to_owned()));
    let given = config.server.as_deref().map(address).transpose()?;
    let stored = match stored {
        Some(stored) => Some((address(&stored.api_base_url)?, stored)),
        None => None,
    };
    let fallback = || address(config.fallback_server.as_deref().unwrap_or(DEFAULT_SERVER));
    let project = config.project.clone();
    if let Some(token) = config.token.clone() {
        let server = match (given, stored) {
            (Some(given), _) => given,
            (None, Some((server, _))) if config.fallback_server.is_none() => server,
            _ => fallback()?,
        };
        return Ok(Credential {
            server,
            token,
            project,
        });
    }
    if let Some((server, stored)) = stored
        && given.as_ref().is_none_or(|given| *given == server)
    {
        let project = project.or(stored.project_id.filter(|id| !id.is_empty()));
        return Ok(Credential {
            server,
            token: stored.token,
            project,
        });
    }
    let token = config.fallback_token.clone().ok_or(AgentError::NotSignedIn)?;
    let server = given.map_or_else(fallback, Ok)?;
    Ok(Credential {
        server,
        token,
        project,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Option<Secret> {
        Secret::new(text)
    }

    fn stored() -> Option<Stored> {
        Some(Stored {
            token: secret("stored").unwrap(),
            project_id: Some("p".into()),
            api_base_url: "https://kept.example".into(),
        })
    }

    fn config() -> AgentConfig {
        AgentConfig::new("/nowhere")
    }

    #[test]
    fn the_order_is_given_stored_environment() {
        let all = AgentConfig {
            server: Some("http://given:1".into()),
            token: secret("given"),
            fallback_server: Some("http://env:1".into()),
            fallback_token: secret("env"),
            ..config()
        };
        let got = resolve(&all, stored()).unwrap();
        assert_eq!(
            (got.server.as_str(), got.token.reveal()),
            ("http://given:1/api/v1", "given")
        );

        let without = AgentConfig {
            server: None,
            token: None,
            ..all.clone()
        };
        let got = resolve(&without, stored()).unwrap();
        assert_eq!(
            (got.server.as_str(), got.token.reveal()),
            ("https://kept.example/api/v1", "stored")
        );
        assert_eq!(got.project.as_deref(), Some("p"));

        let got = resolve(&without, None).unwrap();
        assert_eq!(
            (got.server.as_str(), got.token.reveal()),
            ("http://env:1/api/v1", "env")
        );

        let bare = AgentConfig {
            fallback_token: secret("env"),
            ..config()
        };
        assert_eq!(resolve(&bare, None).unwrap().server, DEFAULT_SERVER);
        assert!(matches!(resolve(&config(), None), Err(AgentError::NotSignedIn)));
        let wrong = AgentConfig {
            server: Some("no address".into()),
            token: secret("given"),
            ..config()
        };
        assert!(matches!(resolve(&wrong, None), Err(AgentError::ServerAddress(_))));
    }

    #[test]
    fn a_stored_token_goes_to_no_other_server() {
        let elsewhere = AgentConfig {
            server: Some("http://other:1".into()),
            ..config()
        };
        assert!(matches!(
            resolve(&elsewhere, stored()),
            Err(AgentError::NotSignedIn)
        ));
        let env = AgentConfig {
            fallback_token: secret("env"),
            ..elsewhere
        };
        assert_eq!(resolve(&env, stored()).unwrap().token.reveal(), "env");
        let same = AgentConfig {
            server: Some("https://KEPT.example/api/v1/".into()),
            ..config()
        };
        assert_eq!(resolve(&same, stored()).unwrap().token.reveal(), "stored");
    }

    #[test]
    fn a_credential_is_kept_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path()).unwrap();
        assert_eq!(Stored::load(&home).unwrap(), None);
        let kept = stored().unwrap();
        kept.save(&home).unwrap();
        assert_eq!(Stored::load(&home).unwrap(), Some(kept));
        let text = std::fs::read_to_string(home.credentials()).unwrap();
        assert!(
            text.contains("apiBaseURL") && text.contains("projectId"),
            "{text}"
        );
        Stored::forget(&home).unwrap();
        Stored::forget(&home).unwrap();
        assert_eq!(Stored::load(&home).unwrap(), None);
        std::fs::write(home.credentials(), "{").unwrap();
        assert!(matches!(Stored::load(&home), Err(AgentError::Unreadable { .. })));
    }
}
