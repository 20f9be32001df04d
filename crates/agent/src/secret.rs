//! A token that never shows itself in logs. Must not know what the token opens.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A bearer token. `Debug` hides it; there is no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a token, without the blanks around it; nothing where nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Sixteen hex digits that tell two tokens apart and give neither away.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_hides_itself() {
        let token = Secret::new(" aexy_0123 \n").expect("a token");
        assert_eq!(token.reveal(), "aexy_0123");
        assert!(!format!("{token:?}").contains("0123"));
        assert_eq!(token.fingerprint().len(), 16);
        assert_ne!(
            token.fingerprint(),
            Secret::new("other").expect("a token").fingerprint()
        );
        assert_eq!(Secret::new("  "), None);
    }
}
