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
    /// Reviews that a label is thought to have had elsewhere, where nothing is known of it; less while little was reviewed.
    pub smoothing: f64,
    /// Weight of all that a person does and never reviews, beside what they reviewed: without it, one review of one
    /// thing would say nothing, as everything reviewed would be that.
    pub elsewhere: f64,
    /// Of a key in the branch, on the task's own page, in an address and in a title: so much that one alone answers,
    /// whatever else was ever reviewed.
    pub keys: [f64; 4],
    /// Weight of reviews of a branch elsewhere at which its key counts half, one piece much more and many pieces hardly at
    /// all; reviews that agree with it hold against them.
    pub fades: f64,
    /// Weight of reviews that a branch is worth which names a task, beside those a person gave: one that contradicts
    /// it does not silence it, many do.
    pub named: f64,
    /// What is left of what a branch says where it stood there before: a factor for its words and what was said of it, and
    /// one for a key. It was chosen once, for whatever came first; seeing it again says little.
    pub again: (f64, f64),
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
    /// For a task nobody reviewed, where the file in front was never reviewed either.
    pub novel: f64,
    /// Reviews that what is known of all tasks together is worth for each of them, where it speaks against tasks: what
    /// was only ever seen without a task is hardly seen with one that has few reviews.
    pub pool: f64,
    /// Share of whatever is not among the tasks, on the scale of `fresh`.
    pub unknown: f64,
    /// How much of what the day itself shows is taken up while weighing it: a factor; 0 leaves it out.
    pub echo: f64,
    /// How much of what the days before showed of themselves is taken up: a factor, less while little was reviewed.
    pub before: f64,
    /// How long things last.
    pub pace: Pace,
    /// How long things last beside how long they last in reviews, which leave short ones out: a factor.
    pub lasting: f64,
    /// Below this confidence nobody answers: without a language model's answers, and with them. They are where less than one minute
    /// in twenty comes out wrong on generated people.
    pub threshold: (f64, f64),
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            groups: [0.6, 0.46, 0.05, 0.16, 0.036, 0.11, 0.48, 0.59, 0.05],
            caution: [1.05, 1.53, 4.0, 1.0, 1.5, 4.5, 1.5, 2.0, 4.4],
            words: (0.25, 3.6),
            smoothing: 80.0,
            elsewhere: 180.0,
            keys: [6.0, 6.5, 6.0, 5.0],
            fades: 6.0,
            named: 4.0,
            again: (0.3, 0.4),
            foreign: 0.3,
            closed: 0.5,
            review: 2.5,
            title: 1.0,
            model: 3.0,
            model_alone: 6.5,
            temper: 0.7,
            at_most: 9.0,
            fresh: (3.0, 0.3),
            novel: 0.65,
            pool: 30.0,
            unknown: 1.0,
            echo: 1.5,
            before: 2.5,
            pace: Pace {
                stay: [2_100.0, 1_400.0, 150.0, 300.0, 22.0, 30.0],
                leave: [0.13, 0.45, 0.04, 0.02, 0.3, 0.06],
                comes_back: [0.15, 0.98],
            },
            lasting: 0.7,
            threshold: (0.76, 0.68),
        }
    }
}
