//! The language model of the settings: read, checked, connected, and asked whether it is there.

use std::time::Duration;

use dayloom_llm::{Failure as NoAnswer, Key, ModelSettings, Provider, SettingsError};
use dayloom_pipeline::{
    Models,
    decide::{answers_probe, probe},
};
use dayloom_storage::Store;

use crate::{
    boot::capital,
    failure::{Failure, Outcome},
    settings::{
        Settings,
        table::{
            MODEL_API_KEY, MODEL_BASE_URL, MODEL_DAILY_BUDGET, MODEL_NAME, MODEL_PROVIDER, MODEL_TIMEOUT,
        },
    },
};

/// How long an answer may take where nothing is said.
const TIMEOUT_S: u64 = 60;

/// The model of the settings, checked, or none.
pub fn chosen(settings: &Settings) -> Outcome<Option<ModelSettings>> {
    let Some(provider) = settings.text(&MODEL_PROVIDER).and_then(Provider::of_word) else {
        return Ok(None);
    };
    let timeout = settings.int(&MODEL_TIMEOUT).and_then(|s| u64::try_from(s).ok());
    let text = |setting| settings.text(setting).map(str::to_owned);
    let chosen = ModelSettings {
        provider,
        base_url: text(&MODEL_BASE_URL),
        name: text(&MODEL_NAME),
        key: settings.text(&MODEL_API_KEY).map(Key::new),
        timeout: Duration::from_secs(timeout.unwrap_or(TIMEOUT_S)),
    };
    chosen.check().map_err(|error| wrong(&error))?;
    Ok(Some(chosen))
}

/// What a server asks, with its ledger in this database.
pub fn models(settings: &Settings, store: &Store) -> Outcome<Models> {
    let Some(chosen) = chosen(settings)? else {
        return Ok(Models::none());
    };
    let model = dayloom_llm::connect(&chosen).map_err(|error| wrong(&error))?;
    let budget = settings
        .int(&MODEL_DAILY_BUDGET)
        .and_then(|b| u64::try_from(b).ok());
    Ok(Models::new(store.clone(), model, budget))
}

/// How a model answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// It runs on this machine or in its network.
    pub local: bool,
    /// In the form that is needed.
    pub usable: bool,
}

/// Asks the model a small question of the kind that is asked all day.
pub async fn answers(chosen: &ModelSettings) -> Outcome<Answers> {
    let model = dayloom_llm::connect(chosen).map_err(|error| wrong(&error))?;
    let local = model.identity().local;
    let usable = match model.ask(&probe()).await {
        Ok(answer) => answers_probe(&answer.text),
        // It is there, and says nothing that can be read.
        Err(NoAnswer::Undecodable) => false,
        Err(failure) => {
            let (what, todo) = parts(&failure.to_string());
            return Err(Failure::unreachable(what, todo));
        }
    };
    Ok(Answers { local, usable })
}

fn wrong(error: &SettingsError) -> Failure {
    let (what, todo) = parts(&error.to_string());
    Failure::usage(what, todo)
}

/// What happened and what to do, apart by a semicolon.
fn parts(text: &str) -> (String, String) {
    let (what, todo) = text.split_once("; ").unwrap_or((text, "Look at the log"));
    (capital(what), capital(todo))
}
