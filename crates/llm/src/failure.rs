//! Why there is no answer. No text of the provider is in it: such texts repeat the prompt.

use std::time::Duration;

/// Why a model gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing answers at the model's address.
    #[error("the language model is not reachable; check its address and whether it runs")]
    Unreachable,
    /// It answered with an HTTP status that is no success.
    #[error("the language model refused with status {status}; check its name and key")]
    Refused {
        /// The status.
        status: u16,
    },
    /// Too many requests.
    #[error("the language model takes no more requests for now; it is asked again later")]
    RateLimited {
        /// How long it wants to be left alone, where it said so.
        retry_after: Option<Duration>,
    },
    /// The answer did not come, or not whole, within the time limit.
    #[error("the language model took too long; give it more time or choose a faster one")]
    TooSlow,
    /// What came is no answer.
    #[error("the language model's answer cannot be read; if that goes on, choose another model")]
    Undecodable,
    /// It began to answer and stopped in the middle.
    #[error("the language model stopped in the middle of its answer; ask again")]
    BrokenOff,
    /// Whoever asked went away before it had answered.
    #[error("nobody waited for the language model's answer; ask again")]
    Stopped,
    /// The person's tokens of the day are used up; it asks again tomorrow.
    #[error("the day's budget for the language model is used up; it goes on tomorrow, or raise the budget")]
    OverBudget,
    /// No model is set up.
    #[error("no language model is set up; choose one with DAYLOOM_MODEL_PROVIDER")]
    NotConfigured,
    /// What was used so far, or what is allowed, cannot be read; nothing was sent.
    #[error("the ledger of the language model cannot be read; look at the database")]
    NoLedger,
    /// The project does not allow this model.
    #[error("the project does not allow this language model; an administrator can change that")]
    Forbidden,
}

impl Failure {
    /// Whether asking the same again in a while may go better without anybody changing a setting.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable
            | Self::RateLimited { .. }
            | Self::TooSlow
            | Self::Undecodable
            | Self::BrokenOff
            | Self::Stopped
            | Self::NoLedger => true,
            Self::Refused { status } => *status >= 500 || matches!(status, 408 | 409 | 425),
            Self::OverBudget | Self::NotConfigured | Self::Forbidden => false,
        }
    }

    /// One word for counters and logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused { .. } => "refused",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooSlow => "too_slow",
            Self::Undecodable => "undecodable",
            Self::BrokenOff => "broken_off",
            Self::Stopped => "stopped",
            Self::OverBudget => "over_budget",
            Self::NotConfigured => "not_configured",
            Self::NoLedger => "no_ledger",
            Self::Forbidden => "forbidden",
        }
    }
}
