//! Questions of the caller about their own time, at once or as a stream (`contract/tracker.md` §2.6).

use axum::{Json, extract::State, response::Response};
use dayloom_api::{
    Refusal,
    tracker::{QaAnswer, QaBasis, QaRequest},
};
use dayloom_domain::{facts::Sentence, question::Span};
use dayloom_pipeline::question::{self, Known, Question, Reply};

use super::{InputRefusals, Refusals, journals::sentence};
use crate::{
    ApiError, Call, Caller, ServerState,
    telling::{self, Drawing, Part},
};

/// Days where nobody names any (`contract/tracker.md` §2.6).
pub(crate) const DAYS: i64 = 7;

/// The published text (`contract/tracker.md` §2.6).
const FORBIDDEN: &str = "AI gateway not configured";

/// Answers a question from the caller's own days. Facts are computed first; a language model may only phrase them.
/// Without a model, or where it fails, the facts answer by themselves. Time of a project that allows no answers is left
/// out.
#[utoipa::path(post, path = "/tracker/qa", tag = "tracker", request_body = QaRequest,
    responses((status = 200, body = QaAnswer),
        (status = 503, body = Refusal, description = "Every project of the caller allows no answers."),
        Refusals, InputRefusals))]
pub async fn ask(
    State(state): State<ServerState>,
    Call {
        caller, body: asked, ..
    }: Call<(), QaRequest>,
) -> Result<Json<QaAnswer>, ApiError> {
    let known = known(&state, caller, &asked).await?;
    let (store, models) = (state.store(), state.models());
    let reply = question::reply_within(question::PATIENCE, store, models, &known, state.now()).await;
    Ok(Json(answer(basis(&known, &asked), reply)))
}

/// The same as a stream of events: `facts` at once; each `sentence` as soon as it has been checked, while a language model
/// still writes the next; and `done` with the whole answer, which begins with these sentences. A model that fails after
/// something it said stands is not made up for: the answer is what stands, and its `note` says why there is no more.
/// Whoever closes the stream ends the model's call.
#[utoipa::path(post, path = "/tracker/qa:stream", tag = "tracker", request_body = QaRequest,
    responses((status = 200, body = String, content_type = "text/event-stream",
        description = "Events `facts`, `sentence` and `done`, each with JSON."),
        (status = 503, body = Refusal, description = "Every project of the caller allows no answers."),
        Refusals, InputRefusals))]
pub async fn stream(
    State(state): State<ServerState>,
    Call {
        caller, body: asked, ..
    }: Call<(), QaRequest>,
) -> Result<Response, ApiError> {
    let known = known(&state, caller, &asked).await?;
    Ok(telling::events(&state, known, Plainly { asked }))
}

/// For programs: the fields of the whole answer.
struct Plainly {
    asked: QaRequest,
}

impl Drawing for Plainly {
    fn begun(&mut self, known: &Known) -> Part {
        Part::new("facts", &basis(known, &self.asked))
    }

    fn sentence(&mut self, _: &Known, told: Sentence) -> Part {
        Part::new("sentence", &sentence(told))
    }

    fn done(&mut self, known: &Known, reply: Reply) -> Part {
        Part::new("done", &answer(basis(known, &self.asked), reply))
    }
}

/// What is known about a question. 503 where every project allows no answers, 422 where the range is reversed.
pub(crate) async fn known(state: &ServerState, caller: Caller, asked: &QaRequest) -> Result<Known, ApiError> {
    let now = state.now();
    let span = match (asked.start, asked.end) {
        (None, None) => None,
        (start, end) => {
            let today = question::zone_of(state.store(), caller.id).await?.date_of(now);
            let end = end.unwrap_or(today);
            let start = start.unwrap_or_else(|| Span::last(asked.days.unwrap_or(DAYS), end).start);
            if start > end {
                let msg = "start must be <= end";
                return Err(ApiError::invalid_field("start", msg, start.to_string()));
            }
            Some(Span { start, end })
        }
    };
    let question = Question {
        developer: caller.id,
        text: &asked.question,
        span,
        days: asked.days.unwrap_or(DAYS),
    };
    let known = question::gather(state.store(), &question, now).await?;
    if known.is_forbidden() {
        return Err(ApiError::unavailable(FORBIDDEN));
    }
    Ok(known)
}

fn basis(known: &Known, asked: &QaRequest) -> QaBasis {
    QaBasis {
        days: asked.days.unwrap_or(DAYS),
        start: known.span.start,
        end: known.span.end,
        journals_used: known.journals,
        time_entries_used: known.facts.works.len(),
        total_minutes: known.facts.total.minutes,
    }
}

fn answer(basis: QaBasis, reply: Reply) -> QaAnswer {
    let texts: Vec<&str> = reply
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    QaAnswer {
        answer: texts.join("\n"),
        basis,
        answered_by: if reply.model.is_some() { "model" } else { "facts" }.to_owned(),
        model: reply.model,
        note: reply.failure.map(|failure| failure.to_string()),
        sentences: reply.sentences.into_iter().map(sentence).collect(),
    }
}
