//! A small question of the kind that is asked all day, to see whether a model answers in the form that is needed.

use dayloom_domain::day::Signal;
use dayloom_llm::Prompt;

use super::{
    prompt::{Shown, prompt_about},
    verdict,
};

/// The question: one signal, and no task to choose.
pub fn probe() -> Prompt {
    let signal = Signal {
        app: "firefox".to_owned(),
        title: Some("How refunds are retried".to_owned()),
        ..Signal::default()
    };
    let shown = Shown {
        signal: &signal,
        micros: 60_000_000,
        in_call: false,
    };
    prompt_about(&[], &[shown])
}

/// Whether a text is a sound answer to [`probe`].
pub fn answers_probe(text: &str) -> bool {
    verdict::answers_first(text, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_what_is_none() {
        assert!(probe().user.contains("How refunds are retried"));
        let answer = r#"{"answers":[{"index":0,"category":"productive","task":null,"confidence":0.5,"reason":"work"}]}"#;
        assert!(answers_probe(answer));
        for none in [
            "ok",
            "{}",
            "{\"answers\":[]}",
            "{\"answers\":[{\"index\":0}]}",
            "",
        ] {
            assert!(!answers_probe(none), "{none}");
        }
    }
}
