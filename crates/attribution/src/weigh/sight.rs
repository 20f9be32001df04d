//! What speaks for a state besides what was learned: a person's decision, keys and words of titles in sight, what a
//! language model said, and whose workspace the time is of.

use super::{DECIDED, FEW, Parts, Scene, State, Thread, Weigher};
use crate::keys::Place;

/// A word of a span that stands in the title of a task, and what it says for one.
type Telling = Vec<(u32, f64)>;

/// What does not change while a day is weighed, of one state for one span.
pub(super) struct Fixed {
    /// Beside all evidence: what a person decided, and what is barred.
    pub beside: f64,
    /// Evidence.
    pub evidence: f64,
}

impl Weigher<'_> {
    /// What does not change, for each state.
    pub(super) fn fixed(&self, scene: &Scene) -> Vec<Fixed> {
        let telling = self.telling(scene);
        self.states()
            .map(|state| {
                let parts = self.in_sight(scene, state, &telling);
                Fixed {
                    beside: self.barred(scene, state) + parts.decided,
                    evidence: parts.sum(),
                }
            })
            .collect()
    }

    /// What each kind of evidence says of a state, but what was learned.
    pub(super) fn in_sight(&self, scene: &Scene, state: State, telling: &[(u32, f64)]) -> Parts {
        let label = self.label(state);
        let decided = match scene.decided {
            Some(decided) if Some(decided) == label => DECIDED,
            _ => 0.0,
        };
        let model = match scene.said {
            Some((said, sure)) if Some(said) == label => self.model() * sure,
            _ => 0.0,
        };
        Parts {
            decided,
            key: self.of_keys(scene, state),
            learned: 0.0,
            words: self.of_title(state, telling),
            model,
        }
    }

    /// The weight of a language model's answer. Where nothing was reviewed it is most of what there is, and says the more
    /// the more tasks it chose from.
    fn model(&self) -> f64 {
        if !self.learned.is_empty() {
            return self.weights.model;
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of tasks")]
        let choice = (self.threads.len() as f64 / FEW).max(1.0).ln();
        self.weights.model_alone + choice
    }

    /// Time never lands on a task of another workspace only because it looks alike.
    fn barred(&self, scene: &Scene, state: State) -> f64 {
        let State::Thread(at) = state else { return 0.0 };
        let thread = &self.threads[at];
        match (scene.workspace, thread.workspace) {
            (Some(of_time), Some(of_task)) if of_time != of_task => {
                if scene.keys.iter().any(|key| Some(key.1) == thread.task) {
                    0.0
                } else {
                    -DECIDED
                }
            }
            _ => 0.0,
        }
    }

    /// Keys in sight. Those of somebody else's task speak for work without a task of one's own.
    fn of_keys(&self, scene: &Scene, state: State) -> f64 {
        let weights = self.weights;
        let seen = |thread: &Thread| scene.keys.iter().find(|key| Some(key.1) == thread.task);
        match state {
            State::Mode(1)
                if self
                    .threads
                    .iter()
                    .any(|thread| thread.foreign && seen(thread).is_some()) =>
            {
                weights.review
            }
            State::Mode(_) => 0.0,
            State::Thread(at) => {
                let thread = &self.threads[at];
                let Some(&(place, _)) = seen(thread) else {
                    return 0.0;
                };
                #[expect(clippy::cast_precision_loss, reason = "a handful of keys")]
                let sharing = (scene.keys.iter().filter(|key| key.0 == place).count() as f64).ln();
                let factor = if thread.foreign { weights.foreign } else { 1.0 }
                    * if thread.closed { weights.closed } else { 1.0 };
                // A branch outlives the work: time on it that the person gave to something else speaks against its key,
                // and where it goes on being checked out nobody chose it anew.
                let fades = match place {
                    Place::Branch => {
                        let (for_it, against) = self.reviewed(scene.features.branch(), state);
                        let held = (weights.fades + for_it).powi(2);
                        let again = if scene.same_branch { weights.again.1 } else { 1.0 };
                        again * held / (held + against.powi(2))
                    }
                    _ => 1.0,
                };
                (weights.keys[place as usize] - sharing).max(0.0) * factor * fades
            }
        }
    }

    /// The words of a span that stand in a title, each with its rarity.
    pub(super) fn telling(&self, scene: &Scene) -> Telling {
        let again = if scene.same_branch {
            self.weights.again.0
        } else {
            1.0
        };
        let words = &scene.features.words;
        let of_branch = scene.features.branch_words.iter();
        let of_branch = of_branch.filter(|word| !words.contains(word));
        let all = words.iter().map(|word| (*word, 1.0));
        all.chain(of_branch.map(|word| (*word, again)))
            .filter_map(|(word, factor)| Some((word, factor * self.rarity.get(&word)?)))
            .collect()
    }

    /// Words of a task's title in sight; those of somebody else's task as their key.
    fn of_title(&self, state: State, telling: &[(u32, f64)]) -> f64 {
        let of = |thread: &Thread| {
            let shared = telling.iter().filter(|(word, _)| thread.words.contains(word));
            self.weights.title * shared.map(|(_, rarity)| rarity).sum::<f64>()
        };
        match state {
            State::Thread(at) if self.threads[at].foreign => of(&self.threads[at]) * self.weights.foreign,
            State::Thread(at) => of(&self.threads[at]),
            State::Mode(1) => {
                let foreign = self.threads.iter().filter(|thread| thread.foreign);
                foreign.map(of).fold(0.0, f64::max)
            }
            State::Mode(_) => 0.0,
        }
    }
}
