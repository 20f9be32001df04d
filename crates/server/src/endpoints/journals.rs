//! The journal of a day: read and edited by its person alone.

use axum::{Json, extract::State};
use dayloom_api::{
    Refusal, Stamp,
    tracker::{JournalChange, JournalOut, SentenceOut},
};
use dayloom_domain::facts::Sentence;
use dayloom_llm::Failure;
use dayloom_pipeline::journal;
use dayloom_storage::Journal;

use super::{InputRefusals, Refusals, timesheet::date};
use crate::{ApiError, ApiPath, Call, Caller, ServerState};

/// How a journal says that the day's budget of the language model kept it from being phrased.
pub(crate) const OVER_BUDGET: &str = "over_budget";

const NONE: &str = "There is no journal of this day";

fn out(journal: Journal) -> JournalOut {
    let composed = journal.written_by == journal::FACTS;
    let model = (!journal.edited && !composed).then(|| journal.written_by.clone());
    JournalOut {
        date: journal.date,
        text: Some(journal.text).filter(|text| !text.is_empty()),
        sentences: journal.sentences.into_iter().map(sentence).collect(),
        written_by: match (&model, journal.edited) {
            (_, true) => "person",
            (Some(_), false) => "model",
            (None, false) => journal::FACTS,
        }
        .to_owned(),
        model,
        edited: journal.edited,
        is_final: journal.is_final,
        note: journal
            .held_back
            .filter(|word| word == OVER_BUDGET)
            .map(|_| Failure::OverBudget.to_string()),
        logged_at: Stamp(journal.logged_at),
        updated_at: Stamp(journal.updated_at),
    }
}

pub(super) fn sentence(sentence: Sentence) -> SentenceOut {
    SentenceOut {
        text: sentence.text,
        entries: sentence.entries,
        days: sentence.days,
    }
}

/// The journal of a local date, composed now where it was not written yet. One whose day has changed since it was written
/// is shown as the day stands.
#[utoipa::path(get, path = "/tracker/journals/{date}", tag = "tracker",
    params(("date" = String, Path, format = Date, description = "Local date of the caller, `YYYY-MM-DD`.")),
    responses((status = 200, body = JournalOut), (status = 400, body = Refusal, description = "Not a date."), Refusals))]
pub async fn read(
    State(state): State<ServerState>,
    caller: Caller,
    ApiPath(day): ApiPath<String>,
) -> Result<Json<JournalOut>, ApiError> {
    let date = date(&day)?;
    let (store, models) = (state.store(), state.models());
    let stored = journal::read(store, models, caller.id, date, state.now()).await?;
    let stored = stored.ok_or_else(|| ApiError::not_found(NONE))?;
    if stored.edited {
        return Ok(Json(out(stored)));
    }
    let current = journal::current(store, caller.id, stored).await?;
    Ok(Json(out(current.ok_or_else(|| ApiError::not_found(NONE))?)))
}

/// Puts the caller's own text in place of the journal, for good; null gives it back to be written from the facts.
#[utoipa::path(patch, path = "/tracker/journals/{date}", tag = "tracker",
    params(("date" = String, Path, format = Date, description = "Local date of the caller, `YYYY-MM-DD`.")),
    request_body = JournalChange,
    responses((status = 200, body = JournalOut), (status = 400, body = Refusal, description = "Not a date."), Refusals,
        InputRefusals))]
pub async fn change(
    State(state): State<ServerState>,
    ApiPath(day): ApiPath<String>,
    Call {
        caller, body: change, ..
    }: Call<(), JournalChange>,
) -> Result<Json<JournalOut>, ApiError> {
    let date = date(&day)?;
    edit(&state, caller, date, change.text.as_deref()).await?;
    let stored = state.store().journals().read(caller.id, date).await?;
    Ok(Json(out(stored.ok_or_else(|| ApiError::not_found(NONE))?)))
}

/// Stores the person's text, or gives the journal back. 404 where the day has nothing to write about.
pub(crate) async fn edit(
    state: &ServerState,
    caller: Caller,
    date: jiff::civil::Date,
    text: Option<&str>,
) -> Result<(), ApiError> {
    let (store, models, now) = (state.store(), state.models(), state.now());
    let journals = store.journals();
    let standing = journal::read(store, models, caller.id, date, now).await?;
    if standing.is_none() {
        return Err(ApiError::not_found(NONE));
    }
    let found = match text {
        Some(text) => journals.edit(caller.id, date, text.trim(), now).await?,
        None => {
            journals.give_back(caller.id, date, now).await?;
            journal::compose_now(store, models, caller.id, date, now).await?;
            journals.read(caller.id, date).await?.is_some()
        }
    };
    if found {
        Ok(())
    } else {
        Err(ApiError::not_found(NONE))
    }
}
