//! What tokens cost where it is known. A model that is not here has no price, and its cost is shown as unknown: a
//! wrong figure would be worse than none.
//!
//! List prices in US dollars for a million tokens, read and written, as the providers published them for these names;
//! without discounts for caches or batches.

use crate::{Identity, Usage};

/// The price of a million tokens in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
}

impl Price {
    /// Nothing.
    pub const FREE: Self = Self {
        input: 0.0,
        output: 0.0,
    };

    /// What so many tokens cost, in US dollars.
    pub fn of(self, usage: Usage) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 tokens")]
        let cost = |tokens: u64, price: f64| tokens as f64 * price / 1_000_000.0;
        cost(usage.input_tokens, self.input) + cost(usage.output_tokens, self.output)
    }
}

/// Provider, the beginning of a model's name up to a dash or its end, and the price.
const PRICES: &[(&str, &str, f64, f64)] = &[
    ("openai", "gpt-4o-mini", 0.15, 0.60),
    ("openai", "gpt-4o", 2.50, 10.00),
    ("openai", "gpt-4.1-nano", 0.10, 0.40),
    ("openai", "gpt-4.1-mini", 0.40, 1.60),
    ("openai", "gpt-4.1", 2.00, 8.00),
    ("openai", "gpt-5-nano", 0.05, 0.40),
    ("openai", "gpt-5-mini", 0.25, 2.00),
    ("anthropic", "claude-3-5-haiku", 0.80, 4.00),
    ("anthropic", "claude-haiku-4-5", 1.00, 5.00),
    ("anthropic", "claude-sonnet-4", 3.00, 15.00),
    ("gemini", "gemini-2.0-flash-lite", 0.075, 0.30),
    ("gemini", "gemini-2.0-flash", 0.10, 0.40),
    ("gemini", "gemini-2.5-flash-lite", 0.10, 0.40),
    ("gemini", "gemini-2.5-flash", 0.30, 2.50),
];

/// The price of a model asked at its provider's own address: nothing for a local one, none where it is not known.
/// `own_address` is false where another service speaks the provider's protocol: its prices are its own.
pub(crate) fn price_of(identity: &Identity, own_address: bool) -> Option<Price> {
    if identity.local {
        return Some(Price::FREE);
    }
    PRICES
        .iter()
        .filter(|(provider, ..)| own_address && *provider == identity.provider)
        .filter(|(_, model, ..)| is_version_of(&identity.name, model))
        .max_by_key(|(_, model, ..)| model.len())
        .map(|&(_, _, input, output)| Price { input, output })
}

/// The name itself, or the name with a date or number behind a dash.
fn is_version_of(name: &str, model: &str) -> bool {
    match name.strip_prefix(model) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('-')
            .is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'-')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(provider: &str, name: &str, local: bool, own: bool) -> Option<Price> {
        let identity = Identity {
            provider: provider.into(),
            name: name.into(),
            local,
        };
        price_of(&identity, own)
    }

    #[test]
    fn a_price_is_known_or_it_is_none() {
        let mini = price("openai", "gpt-4o-mini-2024-07-18", false, true).expect("known");
        assert_eq!((mini.input, mini.output), (0.15, 0.60));
        assert_eq!(price("openai", "gpt-4o-audio-preview", false, true), None);
        assert_eq!(
            price("openai", "gpt-4o-mini", false, false),
            None,
            "another's service"
        );
        assert_eq!(price("anthropic", "gpt-4o-mini", false, true), None);
        assert_eq!(price("ollama", "anything", true, true), Some(Price::FREE));
        let usage = Usage {
            input_tokens: 1_000_000,
            output_tokens: 500_000,
        };
        assert!((mini.of(usage) - 0.45).abs() < 1e-9);
    }
}
