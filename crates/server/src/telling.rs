//! An answer as a stream of events: what it is about at once, each sentence as soon as it was checked, the whole at the
//! end. How each is drawn is its reader's matter and not known here. A reader who goes away ends the model's call.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use dayloom_domain::facts::Sentence;
use dayloom_pipeline::question::{self, Known, Reply, Told};
use futures::stream::{self, StreamExt};
use serde::Serialize;

use crate::ServerState;

/// How often a waiting stream says that it lives.
const ALIVE: Duration = Duration::from_secs(10);

/// How one reader is told.
pub(crate) trait Drawing: Send + 'static {
    /// What is known before anything is said.
    fn begun(&mut self, known: &Known) -> Part;

    /// The next sentence.
    fn sentence(&mut self, known: &Known, sentence: Sentence) -> Part;

    /// The whole answer.
    fn done(&mut self, known: &Known, reply: Reply) -> Part;
}

/// An event: its name and its data as JSON.
pub(crate) struct Part {
    name: &'static str,
    data: String,
}

impl Part {
    /// An event of that name.
    pub(crate) fn new(name: &'static str, data: &impl Serialize) -> Self {
        let data = serde_json::to_string(data).unwrap_or_else(|error| {
            tracing::error!(%error, "a part of an answer could not be written");
            "{}".to_owned()
        });
        Self { name, data }
    }

    fn event(self) -> Result<Event, Infallible> {
        Ok(Event::default().event(self.name).data(self.data))
    }
}

/// The answer to what is known, as events.
pub(crate) fn events(state: &ServerState, known: Known, mut drawing: impl Drawing) -> Response {
    let known = Arc::new(known);
    let begun = drawing.begun(&known);
    let telling = question::aloud(state.store(), state.models(), Arc::clone(&known), state.now());
    let rest = stream::unfold((telling, drawing), move |(mut telling, mut drawing)| {
        let known = Arc::clone(&known);
        async move {
            let part = match telling.next().await? {
                Told::Sentence(sentence) => drawing.sentence(&known, sentence),
                Told::Done(reply) => drawing.done(&known, reply),
            };
            Some((part.event(), (telling, drawing)))
        }
    });
    Sse::new(stream::iter([begun.event()]).chain(rest))
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response()
}
