//! How much each kind of evidence counts. One set for everyone, found on the generated people that
//! `docs/quality.md` tells of and never on those held back; what is particular to a person is in their model.

use crate::{features::GROUPS, smooth::Pace};

/// The numbers of the weighing. All are natural logarithms of how many times more probable something becomes,
/// unless they say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Of what was learned of a token, by its group: a factor on its logarithm.
    pub groups: [f64; GROUPS],
    /// How often a token of a group must have been reviewed to count half.
    pub caution: [f64; GROUPS],
    /// The same factor for all words of a signal together, and the caution for one.
    pub words: (f64, f64),
    /// Reviews that a label is thought to have had elsewhere, where nothing is known of it.
    pub smoothing: f64,
    /// Weight of all that a person does and never reviews, beside what they reviewed: without it, one review of one
    /// thing would say nothing, as everything reviewed would be that.
    pub elsewhere: f64,
    /// Of a key in the branch, on the task's own page, in an address and in a title: so much that one alone answers,
    /// whatever else was ever reviewed.
    pub keys: [f64; 4],
    /// Weight of reviews of a branch at which its key counts half.
    pub fades: f64,
    /// What is left of it where the task is assigned to somebody else, and where it is closed: factors.
    pub foreign: f64,
    /// See `foreign`.
    pub closed: f64,
    /// For work without a task, where somebody else's task is in sight.
    pub review: f64,
    /// Of a rare word that a task's title shares with what is in sight: a factor on the logarithm of its rarity.
    pub title: f64,
    /// Of a language model's answer that is sure of itself.
    pub model: f64,
    /// The same where nothing was reviewed.
    pub model_alone: f64,
    /// All evidence of a span together: a factor, as pieces of evidence repeat each other.
    pub temper: f64,
    /// The most that the evidence of one span may come to, either way.
    pub at_most: f64,
    /// Share that a task nobody reviewed has beside one with a review of weight 1, open and assigned to the person;
    /// and any other task in sight.
    pub fresh: (f64, f64),
    /// The same for whatever is not among the tasks.
    pub unknown: f64,
    /// How much of what the day itself shows is taken up while weighing it: a factor; 0 leaves it out.
    pub echo: f64,
    /// How long things last.
    pub pace: Pace,
    /// How long things last beside how long they last in reviews, which leave short ones out: a factor.
    pub lasting: f64,
    /// Below this confidence nobody answers.
    pub threshold: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            groups: [0.5, 0.6, 0.2, 0.27, 0.13, 0.2, 0.37, 0.2, 0.07],
            caution: [0.9, 1.65, 4.0, 1.0, 1.5, 3.3, 1.5, 2.0, 6.0],
            words: (0.6, 2.7),
            smoothing: 6.0,
            elsewhere: 100.0,
            keys: [6.0, 6.5, 6.0, 5.0],
            fades: 2.0,
            foreign: 0.3,
            closed: 0.5,
            review: 2.5,
            title: 1.0,
            model: 3.0,
            model_alone: 6.5,
            temper: 0.7,
            at_most: 9.0,
            fresh: (1.5, 0.3),
            unknown: 1.0,
            echo: 0.75,
            pace: Pace {
                stay: [1_200.0, 1_100.0, 220.0, 300.0, 40.0, 135.0],
                leave: [0.22, 0.18, 0.05, 0.02, 0.30, 0.05],
                comes_back: [0.33, 0.975],
            },
            lasting: 0.7,
            threshold: 0.72,
        }
    }
}
