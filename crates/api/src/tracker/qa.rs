//! Questions of a person about their own time, on the wire (`contract/tracker.md` §2.6).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::journal::SentenceOut;
use crate::{
    Decode, Fields,
    decode::Fault,
    json::Json,
    rules::{integer, text_between},
};

/// The longest question, in characters.
const MAX_QUESTION: usize = 2_000;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QaRequest {
    /// 1 to 2,000 characters.
    #[schema(min_length = 1, max_length = 2000, example = "Where did the time go?")]
    pub question: String,
    /// Local days up to today, 1 to 90; 7 if left out. Days named in the question or by `start` and `end` go before it.
    #[schema(minimum = 1, maximum = 90)]
    pub days: Option<i64>,
    /// First local date.
    #[schema(value_type = Option<String>, format = Date)]
    pub start: Option<Date>,
    /// Last local date; today if left out while `start` is given.
    #[schema(value_type = Option<String>, format = Date)]
    pub end: Option<Date>,
}

impl Decode for QaRequest {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let question = fields.required("question", text_between(1, MAX_QUESTION));
        let days = fields.optional("days", integer(1, 90));
        let start = fields.optional("start", date);
        let end = fields.optional("end", date);
        Some(Self {
            question: question?,
            days: days?,
            start: start?,
            end: end?,
        })
    }
}

fn date(value: &Json<'_>) -> Result<Date, Fault> {
    let text = value.as_text().filter(|text| text.len() == 10);
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Fault::new("date_parsing", "Input should be a valid date such as 2026-11-19"))
}

/// What an answer is computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QaBasis {
    /// Days asked for.
    pub days: i64,
    /// First local date looked at.
    #[schema(value_type = String, format = Date)]
    pub start: Date,
    /// Last local date looked at.
    #[schema(value_type = String, format = Date)]
    pub end: Date,
    /// Journals of these days.
    pub journals_used: usize,
    /// Entries of these days; all of them, dismissed ones never.
    pub time_entries_used: usize,
    /// Their minutes.
    pub total_minutes: i64,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QaAnswer {
    /// The answer.
    pub answer: String,
    /// What it is computed from.
    #[serde(flatten)]
    pub basis: QaBasis,
    /// The answer sentence by sentence, each with the entries and days it speaks of.
    pub sentences: Vec<SentenceOut>,
    /// `facts` or `model`.
    #[schema(example = "facts")]
    pub answered_by: String,
    /// The model's name, where one phrased it.
    pub model: Option<String>,
    /// Why the facts answer by themselves, where a model was asked and did not; in a stream also why a model that had begun
    /// did not go on.
    pub note: Option<String>,
}
