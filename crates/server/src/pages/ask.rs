//! The page of questions. A plain form gets the page with the answer; a page that asks without leaving gets the same as
//! events: `begun` with what is looked through, each `sentence` as it stands in the answer, with what it is the first to
//! rest on, and `done` with the whole answer as it is drawn here.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_api::tracker::QaRequest;
use dayloom_domain::facts::Sentence;
use dayloom_llm::Failure;
use dayloom_pipeline::{
    Models,
    question::{self, Known, Reply},
};
use dayloom_views::{
    Template,
    ask::{Answer, AnswerFact, AnswerPart, AskPage, Asked, AskingPart, By, ModelFact, NoAnswer, SaidPart},
    facts::Viewer,
    words::Words,
};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::{
    failure::{PageError, show},
    gather, query,
    visitor::Visitor,
};
use crate::{
    ApiError, Caller, ServerState,
    endpoints::qa::{self, DAYS},
    telling::{self, Drawing, Part},
};

/// The longest question, in characters (`contract/tracker.md` §2.6).
const MAX_QUESTION: usize = 2_000;

/// Days that may be asked about by their number (`contract/tracker.md` §2.6).
const MOST_DAYS: i64 = 90;

/// The page before a question.
pub(super) async fn page(State(state): State<ServerState>, visitor: Visitor) -> Result<Response, PageError> {
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    let model = model(state.models());
    let asked = Asked {
        question: String::new(),
        days: DAYS,
        dates: (None, None),
    };
    Ok(show(&AskPage::new(&viewer, model.as_ref(), &asked, Ok(None))))
}

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    question: String,
    /// One of the questions to begin with, which goes before what was typed.
    #[serde(default)]
    suggestion: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    start: String,
    #[serde(default)]
    end: String,
}

impl Sent {
    /// What is shown in the form again.
    fn asked(&self) -> Asked {
        let question = if self.suggestion.trim().is_empty() {
            &self.question
        } else {
            &self.suggestion
        };
        let days = self.days.parse().unwrap_or(DAYS);
        Asked {
            question: question.replace('\0', "").trim().to_owned(),
            days: days.clamp(1, MOST_DAYS),
            dates: (date(&self.start).ok().flatten(), date(&self.end).ok().flatten()),
        }
    }

    /// What is asked, or why nothing can be.
    fn request(&self, asked: &Asked) -> Result<QaRequest, NoAnswer> {
        if asked.question.is_empty() {
            return Err(NoAnswer::Nothing);
        }
        if asked.question.chars().count() > MAX_QUESTION {
            return Err(NoAnswer::TooLong);
        }
        Ok(QaRequest {
            question: asked.question.clone(),
            days: Some(asked.days),
            start: date(&self.start)?,
            end: date(&self.end)?,
        })
    }
}

fn date(text: &str) -> Result<Option<Date>, NoAnswer> {
    match text.trim() {
        "" => Ok(None),
        text => query::parse(text).map(Some).map_err(|_| NoAnswer::Dates),
    }
}

/// Answers.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<Sent>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let caller = Caller {
        id: visitor.person.id,
    };
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    let (asked, model) = (form.asked(), model(state.models()));
    let known = match form.request(&asked) {
        Ok(request) => known(&state, caller, &request).await?,
        Err(why) => Err(why),
    };
    let known = match known {
        Ok(known) => known,
        Err(why) => {
            let page = AskPage::new(&viewer, model.as_ref(), &asked, Err(why));
            return Ok((status(why), show(&page)).into_response());
        }
    };
    if wants_events(&headers) {
        let asks = known.asks(state.models());
        let page = Page {
            viewer,
            model,
            asks,
            said: Vec::new(),
        };
        return Ok(telling::events(&state, known, page));
    }
    let (store, models) = (state.store(), state.models());
    let reply = question::reply_within(question::PATIENCE, store, models, &known, state.now()).await;
    let answer = answer(&viewer, model.as_ref(), &known, reply);
    Ok(show(&AskPage::new(
        &viewer,
        model.as_ref(),
        &asked,
        Ok(Some(answer)),
    )))
}

async fn known(
    state: &ServerState,
    caller: Caller,
    request: &QaRequest,
) -> Result<Result<Known, NoAnswer>, PageError> {
    match qa::known(state, caller, request).await {
        Ok(known) => Ok(Ok(known)),
        Err(ApiError::Invalid(_)) => Ok(Err(NoAnswer::Reversed)),
        Err(ApiError::Refused {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..
        }) => Ok(Err(NoAnswer::Forbidden)),
        Err(error) => Err(error.into()),
    }
}

fn status(why: NoAnswer) -> StatusCode {
    match why {
        NoAnswer::Forbidden => StatusCode::SERVICE_UNAVAILABLE,
        NoAnswer::Nothing | NoAnswer::TooLong | NoAnswer::Dates | NoAnswer::Reversed => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

fn model(models: &Models) -> Option<ModelFact> {
    models.identity().map(|identity| ModelFact {
        name: identity.name.clone(),
        provider: identity.provider.clone(),
        local: identity.local,
    })
}

fn answer(viewer: &Viewer, model: Option<&ModelFact>, known: &Known, reply: Reply) -> Answer {
    let by = match (&reply.model, reply.failure) {
        (Some(_), None) => By::Model,
        (Some(_), Some(failure)) => By::Unfinished {
            why: failure.to_string(),
        },
        (None, Some(failure)) => By::Instead {
            sent: was_sent(&failure),
            why: failure.to_string(),
        },
        (None, None) => By::Facts,
    };
    let fact = AnswerFact {
        sentences: reply.sentences,
        facts: &known.facts,
        journals: known.journals,
        given: known.given(),
        by,
    };
    Answer::new(viewer, model, fact)
}

/// Whether the question may have reached the model before it failed.
fn was_sent(failure: &Failure) -> bool {
    match failure {
        Failure::Refused { .. }
        | Failure::RateLimited { .. }
        | Failure::TooSlow
        | Failure::Undecodable
        | Failure::BrokenOff
        | Failure::Stopped => true,
        Failure::Unreachable
        | Failure::OverBudget
        | Failure::NotConfigured
        | Failure::NoLedger
        | Failure::Forbidden => false,
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

/// For a page that stays: parts of it, drawn by the templates of the page with the whole answer.
struct Page {
    viewer: Viewer,
    model: Option<ModelFact>,
    /// The model is asked.
    asks: bool,
    said: Vec<Sentence>,
}

impl Drawing for Page {
    fn begun(&mut self, known: &Known) -> Part {
        let model = self.model.as_ref().filter(|_| self.asks);
        let begun = AskingPart::new(&self.viewer, &known.facts, known.journals, model);
        Part::new("begun", &json!({ "html": drawn(&begun) }))
    }

    fn sentence(&mut self, known: &Known, sentence: Sentence) -> Part {
        self.said.push(sentence);
        let last = SaidPart::last_of(&self.said, &known.facts, &self.viewer);
        let (html, cite) = last.map_or_else(Default::default, |(said, cite)| {
            (drawn(&said), cite.as_ref().map(drawn).unwrap_or_default())
        });
        Part::new("sentence", &json!({ "html": html, "cite": cite }))
    }

    fn done(&mut self, known: &Known, reply: Reply) -> Part {
        let whole = AnswerPart {
            a: answer(&self.viewer, self.model.as_ref(), known, reply),
            w: Words::of(self.viewer.locale),
        };
        Part::new("done", &json!({ "html": drawn(&whole) }))
    }
}

fn drawn(part: &impl Template) -> String {
    part.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a template failed");
        String::new()
    })
}
