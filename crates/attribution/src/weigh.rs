//! The weighing: for every span of a day, the probability of each task, of work without one, of private time, of
//! time the person would dismiss, and of something unknown; from all evidence together.
//!
//! Each kind of evidence says of each state how many times more probable it makes what was seen, as a logarithm. They
//! are added, tempered (they repeat each other), and smoothed over the day. Then the day is weighed once more with what it
//! taught itself: a file that stood only beside one task all day is some evidence for that task.

mod echo;
mod lexicon;
mod pace;
mod sight;
mod tokens;

use std::collections::HashMap;

use dayloom_domain::{TaskId, WorkspaceId};

use crate::{
    Weights,
    by_token::ByToken,
    earlier::Earlier,
    example::Label,
    features::{Features, SAME},
    keys::Place,
    learned::Learned,
    smooth::{self, MODES, ON, Pace, Seen, Smoothed},
};
use echo::Echo;
use lexicon::Lexicon;
use sight::Fixed;

/// The places of the modes that are labels.
pub(crate) const MODE_LABELS: [(usize, Label); MODES - 1] =
    [(1, Label::Work), (2, Label::Personal), (3, Label::Dismissed)];

/// A task as the weighing sees it.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// The task; the last thread has none and stands for whatever is unknown.
    pub task: Option<TaskId>,
    /// Hashed words of its title, each once.
    pub words: Vec<u32>,
    /// Its workspace.
    pub workspace: Option<WorkspaceId>,
    /// Open, and assigned to the person.
    pub candidate: bool,
    /// Assigned to somebody else and never given time: what is seen of it is a look at their work.
    pub foreign: bool,
    /// In a closed status.
    pub closed: bool,
}

/// A span as the weighing sees it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// The workspace the time is of, where it is known.
    pub workspace: Option<WorkspaceId>,
    /// First microsecond and the one after the last.
    pub time: (i64, i64),
    /// Attention, in seconds.
    pub seconds: f64,
    /// What was seen.
    pub features: Features,
    /// Keys in sight.
    pub keys: Vec<(Place, TaskId)>,
    /// What a person decided of it, by a rule or a review.
    pub decided: Option<Label>,
    /// What a language model said, and how sure it was.
    pub said: Option<(Label, f64)>,
    /// Whether its branch was in sight before, and no other of its repository since.
    pub same_branch: bool,
}

impl Scene {
    /// Finds out where a branch only goes on being checked out, in the spans of a day in the order of time.
    pub fn follow_branches(scenes: &mut [Self]) {
        let mut checked_out: HashMap<u32, u32> = HashMap::new();
        for scene in scenes {
            let branch = scene.features.branch();
            scene.same_branch =
                branch != 0 && checked_out.insert(scene.features.repo(), branch) == Some(branch);
        }
    }
}

/// A state that may be the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// The thread at this place.
    Thread(usize),
    /// The mode at this place, never [`ON`].
    Mode(usize),
}

/// What each kind of evidence says of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    pub decided: f64,
    pub key: f64,
    pub learned: f64,
    pub words: f64,
    pub model: f64,
}

impl Parts {
    fn sum(self) -> f64 {
        self.key + self.learned + self.words + self.model
    }
}

/// A weighed day.
pub(crate) struct Weighed {
    /// For each span, the probabilities.
    pub shares: Vec<Smoothed>,
    /// For each span and state, what was learned of its tokens, without what the day says itself.
    pub learned: Vec<Vec<f64>>,
}

/// Open tasks that a person has at a time without losing sight of them.
const FEW: f64 = 8.0;

/// What a person decided outweighs whatever smoothing could say.
const DECIDED: f64 = 30.0;

/// What a day is weighed by.
pub(crate) struct Weigher<'w> {
    weights: &'w Weights,
    threads: &'w [Thread],
    learned: &'w Learned,
    /// What its weights are multiplied by.
    faded: f64,
    /// The state that each label of the model is, by its place there.
    states_of: Vec<Option<usize>>,
    rarity: ByToken<f64>,
    totals: Vec<f64>,
    /// What the days before showed, and the state that each of its labels is.
    before: Option<&'w Earlier>,
    /// What their weight is multiplied by.
    heed: f64,
    places_before: Vec<Option<usize>>,
    pace: Pace,
}

impl<'w> Weigher<'w> {
    /// For these threads, the last of which is the unknown one.
    pub fn new(weights: &'w Weights, threads: &'w [Thread], learned: &'w Learned) -> Self {
        let place = |label: &Label| Some(index(threads.len(), state_of(threads, *label)?));
        let mut titles: ByToken<f64> = ByToken::default();
        for word in threads.iter().flat_map(|thread| &thread.words) {
            *titles.entry(*word).or_default() += 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of tasks")]
        let count = threads.len() as f64;
        let mut weigher = Self {
            weights,
            threads,
            learned,
            faded: learned.faded(),
            states_of: learned.labels.iter().map(place).collect(),
            rarity: titles
                .into_iter()
                .map(|(word, titles)| (word, (count / titles).ln().max(0.0)))
                .collect(),
            totals: Vec::new(),
            before: None,
            heed: 0.0,
            places_before: Vec::new(),
            pace: pace::of(weights, learned),
        };
        weigher.totals = weigher.totals_of(SAME);
        weigher
    }

    /// With what the days before showed.
    pub fn after(mut self, before: &'w Earlier) -> Self {
        let place = |label: &Label| Some(index(self.threads.len(), state_of(self.threads, *label)?));
        self.places_before = before.labels.iter().map(place).collect();
        let reviewed: f64 = self.totals.iter().sum();
        // What was weighed by little is little to go by.
        self.heed = self.weights.before * reviewed / (reviewed + self.weights.elsewhere);
        self.before = Some(before);
        self
    }

    /// What is left of evidence where pieces repeat each other.
    pub fn temper(&self) -> f64 {
        self.weights.temper
    }

    /// Every state: the threads, then the modes.
    pub fn states(&self) -> impl Iterator<Item = State> + use<> {
        (0..self.threads.len())
            .map(State::Thread)
            .chain((1..MODES).map(State::Mode))
    }

    /// Weighs the spans of a day, which stand in the order of time.
    pub fn weigh(&self, scenes: &[Scene]) -> Weighed {
        let prior = self.prior(scenes);
        let fixed: Vec<Vec<Fixed>> = scenes.iter().map(|scene| self.fixed(scene)).collect();
        let lexicon = Lexicon::of(scenes, self);
        let of_tokens = |at: usize, own| self.learned(&scenes[at], &lexicon.at(at), own);
        let learned: Vec<Vec<f64>> = (0..scenes.len()).map(|at| of_tokens(at, None)).collect();
        let seen = self.seen(scenes, &fixed, learned.iter());
        let mut shares = smooth::smooth(&seen, &prior, &self.pace);
        if self.weights.echo > 0.0 {
            let echo = Echo::of(scenes, &shares, &lexicon, self);
            let learned = (0..scenes.len()).map(|at| of_tokens(at, Some(echo.to(at))));
            let seen = self.seen(scenes, &fixed, learned);
            shares = smooth::smooth(&seen, &prior, &self.pace);
        }
        Weighed { shares, learned }
    }

    /// The share of each thread where nothing is known of a span. Tasks nobody ever reviewed share what is theirs: a long
    /// list of open tasks makes none of the others less probable.
    fn prior(&self, scenes: &[Scene]) -> Vec<f64> {
        let weights = self.weights;
        let open = self.threads.iter().filter(|thread| thread.candidate).count();
        #[expect(clippy::cast_precision_loss, reason = "a handful of tasks")]
        let crowd = (FEW / open.max(1) as f64).min(1.0);
        let raw: Vec<f64> = self
            .threads
            .iter()
            .enumerate()
            .map(|(at, thread)| match thread.task {
                None => weights.unknown,
                Some(task) => {
                    let in_sight = scenes
                        .iter()
                        .any(|scene| scene.keys.iter().any(|key| key.1 == task));
                    let own = if thread.candidate {
                        weights.fresh.0 * crowd
                    } else {
                        weights.fresh.1
                    };
                    let known = self.totals[at] * if thread.closed { 0.2 } else { 1.0 };
                    let sight = if in_sight && !thread.foreign {
                        2.0 * weights.fresh.0
                    } else {
                        0.0
                    };
                    own + known.sqrt() + sight
                }
            })
            .collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|share| share / sum).collect()
    }

    fn seen(
        &self,
        scenes: &[Scene],
        fixed: &[Vec<Fixed>],
        learned: impl Iterator<Item = impl AsRef<[f64]>>,
    ) -> Vec<Seen> {
        let (threads, most) = (self.threads.len(), self.weights.at_most);
        let mut before: Option<(i64, i64)> = None;
        scenes
            .iter()
            .zip(fixed)
            .zip(learned)
            .map(|((scene, fixed), learned)| {
                let middle = |time: (i64, i64)| (time.0 + time.1) / 2;
                let after = before.map_or(0, |before| middle(scene.time) - middle(before));
                before = Some(scene.time);
                let mut logs = fixed.iter().zip(learned.as_ref()).map(|(fixed, learned)| {
                    let evidence = (fixed.evidence + learned) * self.weights.temper;
                    fixed.beside + evidence.clamp(-most, most)
                });
                let thread = logs.by_ref().take(threads).collect();
                let mut mode = [0.0; MODES];
                for (value, log) in mode[1..].iter_mut().zip(logs) {
                    *value = log;
                }
                #[expect(clippy::cast_precision_loss, reason = "a day has 2^37 microseconds")]
                let after = after as f64 / 1e6;
                Seen { thread, mode, after }
            })
            .collect()
    }

    /// What each kind of evidence says of these states for a span, of whose tokens this was learned.
    pub fn parts<const N: usize>(&self, scene: &Scene, learned: &[f64], states: [State; N]) -> [Parts; N] {
        let telling = self.telling(scene);
        states.map(|state| Parts {
            learned: learned[index(self.threads.len(), state)],
            ..self.in_sight(scene, state, &telling)
        })
    }

    /// The label a state stands for; none for the unknown.
    pub fn label(&self, state: State) -> Option<Label> {
        match state {
            State::Thread(at) => self.threads[at].task.map(Label::Task),
            State::Mode(mode) => MODE_LABELS
                .iter()
                .find(|(place, _)| *place == mode)
                .map(|(_, label)| *label),
        }
    }
}

/// The place of a state where the threads come first and then the modes.
fn index(threads: usize, state: State) -> usize {
    match state {
        State::Thread(at) => at,
        State::Mode(mode) => threads + mode - 1,
    }
}

fn state_of(threads: &[Thread], label: Label) -> Option<State> {
    match label {
        Label::Task(task) => threads
            .iter()
            .position(|thread| thread.task == Some(task))
            .map(State::Thread),
        other => MODE_LABELS
            .iter()
            .find(|(_, label)| *label == other)
            .map(|(mode, _)| State::Mode(*mode)),
    }
}

/// The most probable state of a span and its probability; of equal ones the first.
pub(crate) fn best(shares: &Smoothed) -> (State, f64) {
    let threads = shares
        .thread
        .iter()
        .copied()
        .enumerate()
        .map(|(at, p)| (State::Thread(at), p));
    let modes = shares
        .mode
        .iter()
        .copied()
        .enumerate()
        .skip(ON + 1)
        .map(|(at, p)| (State::Mode(at), p));
    threads.chain(modes).fold(
        (State::Mode(1), -1.0),
        |best, next| if next.1 > best.1 { next } else { best },
    )
}
