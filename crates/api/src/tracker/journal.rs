//! Journals on the wire. Reading and editing one is Dayloom's own; the timesheet shows its text
//! (`contract/tracker.md` §2.6).

use dayloom_domain::EntryId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decode, Fields, Patch, Stamp, rules::text};

/// The longest journal a person may write, in characters.
pub const MAX_JOURNAL: usize = 20_000;

/// The journal of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalOut {
    /// Its local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Its text; null where the person took it away.
    pub text: Option<String>,
    /// Its sentences with the entries each speaks of; none where the person wrote it.
    pub sentences: Vec<SentenceOut>,
    /// `facts` (composed), `model` (phrased by one and checked) or `person`.
    #[schema(example = "facts")]
    pub written_by: String,
    /// The model's name, where one phrased it.
    pub model: Option<String>,
    /// The person wrote it, and it stands.
    pub edited: bool,
    /// The day was over when it was written.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Why no language model phrased it, where its budget for the day was used up.
    pub note: Option<String>,
    /// End of its local day.
    pub logged_at: Stamp,
    /// As of when it speaks.
    pub updated_at: Stamp,
}

/// A sentence and what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentenceOut {
    /// The sentence.
    pub text: String,
    /// Entries of the timesheet.
    #[schema(value_type = Vec<Uuid>)]
    pub entries: Vec<EntryId>,
    /// Local dates.
    #[schema(value_type = Vec<String>)]
    pub days: Vec<Date>,
}

/// Body of `PATCH /tracker/journals/{date}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalChange {
    /// The person's own text, at most 20,000 characters, which then stands; an empty one takes the journal away for good.
    /// Null gives it back to be written from the facts.
    #[schema(max_length = 20000, value_type = Option<String>)]
    pub text: Option<String>,
}

impl Decode for JournalChange {
    fn decode(fields: &mut Fields<'_, '_>) -> Option<Self> {
        match fields.patch("text", text(MAX_JOURNAL))? {
            Patch::Set(text) => Some(Self { text: Some(text) }),
            Patch::Clear => Some(Self { text: None }),
            // Left out it is a fault, since nothing is asked then.
            Patch::Keep => {
                fields.required("text", text(MAX_JOURNAL))?;
                None
            }
        }
    }
}
