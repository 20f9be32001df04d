//! The seam to language models: a prompt goes in, an answer or a typed failure comes out.
//!
//! [`Model`] is all the rest of Dayloom knows. Behind it are the adapters of [`connect`], which speak to Anthropic,
//! Gemini, Ollama and whatever speaks as OpenAI does. This crate must not know a database, a person, a clock or what
//! an answer is for; what may be sent and what it may cost is decided by its callers. Text of a prompt, of an answer
//! and of a key is never logged and never in an error.

mod adapter;
mod aloud;
mod answer;
mod elements;
mod failure;
mod place;
mod price;
mod quote;
mod seam;
mod settings;

pub use adapter::connect;
pub use answer::{items, object};
pub use dayloom_domain::redact::text as redact;
pub use elements::Elements;
pub use failure::Failure;
pub use price::Price;
pub use quote::quote;
pub use seam::{Answer, Heard, Identity, Model, Prompt, Purpose, Usage};
pub use settings::{Key, ModelSettings, Provider, SettingsError};
