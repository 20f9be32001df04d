//! Answers read while they are written, over the provider's own stream. Some servers refuse to stream, or do so without
//! saying so: those are asked for the whole, as everybody else is.

use std::sync::{Arc, Mutex, PoisonError, atomic::Ordering};

use futures::StreamExt;
use genai::{
    adapter::AdapterKind,
    chat::{self, ChatStreamEvent, RawFrameRef},
};
use serde_json::Value;

use crate::{
    Answer, Failure, Heard, Prompt,
    adapter::{Adapter, answer, failure},
};

impl Adapter {
    /// Asks for a stream with the schema; refused for what it says, with the schema in words alone; and where nothing
    /// streams, for the whole.
    pub(crate) async fn in_pieces(&self, prompt: &Prompt, heard: Heard<'_>) -> Result<Answer, Failure> {
        if !self.at_once.load(Ordering::Relaxed) {
            let by_words = self.by_words.load(Ordering::Relaxed);
            let schema = prompt.schema.as_ref().filter(|_| !by_words);
            let mut streamed = self.stream(prompt, schema, &mut *heard).await;
            if schema.is_some() && matches!(streamed, Err(Failure::Refused { status: 400 | 422 })) {
                streamed = self.stream(prompt, None, &mut *heard).await;
                if matches!(streamed, Ok(Some(_))) {
                    self.by_words.store(true, Ordering::Relaxed);
                }
            }
            match streamed {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None)
                | Err(Failure::Refused {
                    status: 400 | 404 | 405 | 422 | 501,
                }) => {}
                Err(why) => return Err(why),
            }
        }
        let answer = self.in_some_form(prompt).await?;
        self.at_once.store(true, Ordering::Relaxed);
        heard(&answer.text);
        Ok(answer)
    }

    /// The answer as it is written; none if nothing came that is a stream. What ends without its end has broken off.
    async fn stream(
        &self,
        prompt: &Prompt,
        schema: Option<&Value>,
        heard: Heard<'_>,
    ) -> Result<Option<Answer>, Failure> {
        let (request, options) = self.request(prompt, schema);
        let counted = Arc::new(Mutex::new(None));
        let options = options.with_capture_usage(true).with_raw_frame_fn({
            let counted = Arc::clone(&counted);
            move |_, frame| {
                if let Some(usage) = beside_a_choice(&frame) {
                    *counted.lock().unwrap_or_else(PoisonError::into_inner) = Some(usage);
                }
            }
        });
        let call = self
            .client
            .exec_chat_stream(self.target.clone(), request, Some(&options));
        let mut events = call.await.map_err(|error| failure(&error))?.stream;
        let mut text = String::new();
        while let Some(event) = events.next().await {
            match event {
                Ok(ChatStreamEvent::Chunk(piece)) => {
                    heard(&piece.content);
                    text.push_str(&piece.content);
                }
                Ok(ChatStreamEvent::End(end)) => {
                    // Gemini's end has no mark of its own: without a reason to stop the line went dead.
                    let gemini = self.target.model.adapter_kind == AdapterKind::Gemini;
                    if gemini && end.captured_stop_reason.is_none() {
                        break;
                    }
                    let beside = counted.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let usage = end.captured_usage.or(beside).unwrap_or_default();
                    return answer(prompt, text, &usage).map(Some);
                }
                Ok(_) => {}
                Err(error) => {
                    let why = failure(&error);
                    let broken = !text.is_empty() && why != Failure::TooSlow;
                    return Err(if broken { Failure::BrokenOff } else { why });
                }
            }
        }
        if text.is_empty() {
            Ok(None)
        } else {
            Err(Failure::BrokenOff)
        }
    }
}

/// What was counted, told beside an empty choice as LiteLLM does: the library looks for it only where there is none.
fn beside_a_choice(frame: &RawFrameRef<'_>) -> Option<chat::Usage> {
    if !frame.data.contains("\"completion_tokens\"") {
        return None;
    }
    let told = frame.json()?;
    let tokens = |name: &str| i32::try_from(told["usage"][name].as_i64()?).ok();
    Some(chat::Usage {
        prompt_tokens: tokens("prompt_tokens"),
        completion_tokens: tokens("completion_tokens"),
        ..chat::Usage::default()
    })
}
