//! How a model is chosen, and what is wrong with a choice.

use std::time::Duration;

use url::Url;

use crate::place;

/// A key, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// Whose protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// OpenAI, and everything that speaks like it: vLLM, LM Studio, llama.cpp, OpenRouter, DeepSeek, LiteLLM.
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google's Gemini.
    Gemini,
    /// Ollama, at its OpenAI-compatible address: only there it takes a schema.
    Ollama,
}

impl Provider {
    /// The provider of that word in the settings.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Ollama]
            .into_iter()
            .find(|provider| provider.word() == word)
    }

    /// Its word in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// Where it answers unless another address is set.
    fn own_address(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1/",
            Self::Anthropic => "https://api.anthropic.com/v1/",
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta/",
            Self::Ollama => "http://127.0.0.1:11434/v1/",
        }
    }
}

/// A model as chosen.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// Whose protocol.
    pub provider: Provider,
    /// Its address, if it is not the provider's own.
    pub base_url: Option<String>,
    /// The model's name.
    pub name: Option<String>,
    /// The key; a model in one's own network may need none.
    pub key: Option<Key>,
    /// How long an answer may take, from the first byte sent to the last one read.
    pub timeout: Duration,
}

/// What is wrong with a choice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No name.
    #[error("no model is named; set DAYLOOM_MODEL_NAME")]
    Name,
    /// The address is none.
    #[error(
        "the model's address is not an http or https URL; set DAYLOOM_MODEL_BASE_URL like http://127.0.0.1:8000/v1"
    )]
    Address,
    /// A provider outside one's own network wants a key.
    #[error("the model's provider wants a key; set DAYLOOM_MODEL_API_KEY")]
    Key,
    /// The key would go over an open line.
    #[error(
        "the model's address is outside your network and not https; the key and your titles would be readable on the way"
    )]
    Open,
    /// No HTTP client could be made.
    #[error("no HTTP client can be made; look at the system's certificates")]
    Client,
}

impl ModelSettings {
    /// The address with a path that ends in a slash, as paths are joined to it. An Ollama named by its root alone is
    /// spoken to at `/v1/`.
    pub(crate) fn address(&self) -> Result<Url, SettingsError> {
        let text = self.base_url.as_deref().unwrap_or(self.provider.own_address());
        let mut url = Url::parse(text.trim()).map_err(|_| SettingsError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(SettingsError::Address);
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        let path = if self.provider == Provider::Ollama && path.is_empty() {
            "/v1".to_owned()
        } else {
            path
        };
        url.set_path(&format!("{path}/"));
        Ok(url)
    }

    /// Checks the choice without asking anybody: name, address and key.
    pub fn check(&self) -> Result<(), SettingsError> {
        let address = self.address()?;
        if self.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            return Err(SettingsError::Name);
        }
        if !place::is_local(&address) {
            if address.scheme() != "https" {
                return Err(SettingsError::Open);
            }
            if self.key.is_none() {
                return Err(SettingsError::Key);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(provider: Provider, base_url: Option<&str>) -> ModelSettings {
        ModelSettings {
            provider,
            base_url: base_url.map(Into::into),
            name: Some("m".into()),
            key: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let mut settings = chosen(Provider::OpenAi, None);
        settings.key = Some(Key::new("sk-very-secret"));
        assert!(!format!("{settings:?}").contains("very"));
    }

    #[test]
    fn addresses_are_completed() {
        for (provider, given, address) in [
            (Provider::Ollama, None, "http://127.0.0.1:11434/v1/"),
            (Provider::Ollama, Some("http://gpu:11434"), "http://gpu:11434/v1/"),
            (
                Provider::OpenAi,
                Some("http://localhost:8000/v1"),
                "http://localhost:8000/v1/",
            ),
            (
                Provider::OpenAi,
                Some("https://openrouter.ai/api/v1/"),
                "https://openrouter.ai/api/v1/",
            ),
            (Provider::Anthropic, None, "https://api.anthropic.com/v1/"),
        ] {
            let found = chosen(provider, given).address().expect("an address");
            assert_eq!(found.as_str(), address);
        }
        for wrong in ["", "ftp://x/", "localhost:8000", "/v1"] {
            assert_eq!(
                chosen(Provider::OpenAi, Some(wrong)).check(),
                Err(SettingsError::Address),
                "{wrong}"
            );
        }
    }

    #[test]
    fn outside_the_own_network_a_key_and_https_are_wanted() {
        assert_eq!(chosen(Provider::Ollama, None).check(), Ok(()));
        assert_eq!(chosen(Provider::OpenAi, None).check(), Err(SettingsError::Key));
        assert_eq!(
            chosen(Provider::OpenAi, Some("http://api.example.org/v1")).check(),
            Err(SettingsError::Open)
        );
        let nameless = ModelSettings {
            name: Some(" ".into()),
            ..chosen(Provider::Ollama, None)
        };
        assert_eq!(nameless.check(), Err(SettingsError::Name));
    }
}
