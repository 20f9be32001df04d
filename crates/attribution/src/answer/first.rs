//! What keys say alone while a person reviewed nothing, or little: all that is weighed beside them is learned from reviews.

use dayloom_domain::day::{Attribution, Span};

use super::Verdict;
use crate::{Attributor, URL_CONFIDENCE, example::Label};

/// Until so many reviews, those of some two days, a key is not doubted for what is around it.
const FEW_REVIEWS: u32 = 20;

impl Attributor {
    /// What the key of a branch says of somebody's time who never reviewed anything: all there is to hold against it is a
    /// language model's word, and they chose the branch themselves. Pages and titles also show what others do: they are weighed.
    pub(super) fn by_first_key(&self, span: &Span) -> Option<Attribution> {
        if !self.learned.is_empty() {
            return None;
        }
        let keyed = self.by_key(span.project_id, &span.signal).ok();
        keyed.filter(|keyed| keyed.confidence > URL_CONFIDENCE)
    }

    /// Whether a key answers alone where all that was weighed leaves doubt. What a language model says of other time takes no
    /// key away from somebody who never reviewed anything. Nor do a person's first reviews of other time: until there are
    /// [`FEW_REVIEWS`], what is around a span is known too little to speak against a key that is the most likely anyway.
    pub(super) fn is_left_to(&self, keyed: &Attribution, verdict: &Verdict<'_>) -> bool {
        let said = verdict.scene.said.map(|(label, _)| label);
        if self.learned.is_empty() {
            return said.is_none();
        }
        let state = verdict.best.0;
        let label = verdict.weigher.label(state);
        self.learned.reviews() < FEW_REVIEWS
            && keyed.task_id.map(Label::Task) == label
            && said.is_none_or(|said| Some(said) == label)
            && !verdict.weigher.is_denied(verdict.scene, state)
    }
}
