//! What is asked, what comes back, and the trait between.

use serde::{Deserialize, Serialize};

use crate::{Failure, Price};

/// Whoever hears an answer while it is written, piece by piece.
pub type Heard<'h> = &'h mut (dyn FnMut(&str) + Send);

/// A language model. Object safe: `Arc<dyn Model>` is what is handed around.
#[async_trait::async_trait]
pub trait Model: Send + Sync + std::fmt::Debug {
    /// Who this is.
    fn identity(&self) -> &Identity;

    /// What its tokens cost, where that is known: nothing for a local one.
    fn price(&self) -> Option<Price> {
        self.identity().local.then_some(Price::FREE)
    }

    /// Asks once, without trying again: only a call that is refused for its schema is made anew without. Ends within the
    /// model's time limit.
    async fn ask(&self, prompt: &Prompt) -> Result<Answer, Failure>;

    /// The same, told while it is written: the pieces handed on make up the answer's text. One that cannot tell it so
    /// hands on all at once. What was handed on before a failure was said all the same. The call ends when this is dropped.
    async fn ask_aloud(&self, prompt: &Prompt, heard: Heard<'_>) -> Result<Answer, Failure> {
        let answer = self.ask(prompt).await?;
        heard(&answer.text);
        Ok(answer)
    }
}

/// Which model it is, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The provider's word in the settings, such as `openai`.
    pub provider: String,
    /// The model's name, as the provider calls it.
    pub name: String,
    /// What is sent stays on this machine or in its own network; such a model costs nothing.
    pub local: bool,
}

/// What an answer is for; each purpose is counted on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Which task a signal belongs to.
    Attribution,
    /// The sentences of a day's journal.
    Journal,
    /// A question a person asked.
    Question,
}

/// A question to a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What the model is told to do. Nothing from outside stands here.
    pub system: String,
    /// What it is given. Text from outside stands here only as JSON strings (see [`crate::quote`]).
    pub user: String,
    /// JSON schema of the answer, where it must be JSON. Providers may ignore it: every answer is validated.
    pub schema: Option<serde_json::Value>,
    /// The longest answer, in tokens.
    pub max_output_tokens: u32,
}

impl Prompt {
    /// The prompt as it may be sent: secrets, mail addresses and query strings taken out.
    pub fn redacted(&self) -> Self {
        Self {
            user: crate::redact(&self.user),
            ..self.clone()
        }
    }

    /// What the model is told to do, word for word as it is sent: with the schema in words too, for providers that do not
    /// take one.
    pub fn instructions(&self) -> String {
        match &self.schema {
            None => self.system.clone(),
            Some(schema) => format!(
                "{}\n\nAnswer with one JSON object of this JSON schema and nothing else:\n{schema}",
                self.system
            ),
        }
    }

    /// About how many tokens it is: four bytes each, as the published rule of thumb has it for English. Used only
    /// where a provider does not count.
    pub fn estimated_tokens(&self) -> u64 {
        let schema = self.schema.as_ref().map_or(0, |schema| schema.to_string().len());
        (self.system.len() + self.user.len() + schema).div_ceil(4) as u64
    }
}

/// What a model said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its text.
    pub text: String,
    /// What it used.
    pub usage: Usage,
}

/// Tokens used: as the provider counted them, estimated where it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read.
    pub input_tokens: u64,
    /// Written, thinking included.
    pub output_tokens: u64,
}

impl Usage {
    /// Read and written.
    pub fn total(self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_redacted_and_still_json() {
        let title = crate::quote("mail to ann@example.org, \"password: x\"");
        let prompt = Prompt {
            purpose: Purpose::Attribution,
            system: String::new(),
            user: format!("{{\"title\":{title}}}"),
            schema: None,
            max_output_tokens: 1,
        };
        let sent: serde_json::Value = serde_json::from_str(&prompt.redacted().user).expect("JSON");
        assert_eq!(sent["title"], "mail to ***, \"password: ***\"");
    }
}
