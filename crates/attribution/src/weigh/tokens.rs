//! What tokens say: how much more probable they are beside each state than anywhere, by what was reviewed and, on a
//! second look, by what the day itself shows.

use super::{
    Scene, State, Thread, Weigher,
    echo::Own,
    index,
    lexicon::{Known, Tokens},
};
use crate::{
    earlier::tokens_of,
    features::{APP, BRANCH, GROUPS, HOUR, PLACE, SAME, TITLE},
    keys::Place,
    learned::{Count, Entry},
    smooth::MODES,
};

impl Weigher<'_> {
    /// What was learned of the tokens of the span at this place, for each state: how many times more probable they are in
    /// it than anywhere, as a logarithm, cautious where a token was seen little.
    pub(super) fn learned(&self, scene: &Scene, tokens: &Tokens<'_>, echo: Option<Own<'_>>) -> Vec<f64> {
        let features = &scene.features;
        let mut sums = Sums::new(self, echo);
        let named = self.named(scene);
        let mut known = tokens.known();
        let groups = (0..GROUPS).filter(|group| features.single[*group] != 0);
        for (group, known) in groups.zip(&mut known) {
            let again = if group == BRANCH && scene.same_branch {
                self.weights.again.0
            } else {
                1.0
            };
            sums.named = named.filter(|_| matches!(group, SAME | BRANCH | TITLE));
            sums.add(
                known,
                self.weights.groups[group] * again,
                self.weights.caution[group],
            );
        }
        sums.named = None;
        if !features.words.is_empty() {
            let (factor, caution) = self.weights.words;
            #[expect(clippy::cast_precision_loss, reason = "two dozen words")]
            let factor = factor / (features.words.len() as f64).sqrt();
            for known in known {
                sums.add(known, factor, caution);
            }
        }
        self.novelty(features.file(), &mut sums.out);
        sums.out
    }

    /// A file nobody reviewed goes with a task nobody reviewed.
    fn novelty(&self, file: u32, out: &mut [f64]) {
        let unknown = State::Thread(self.threads.len() - 1);
        if file == 0 || self.reviewed(file, unknown) != (0.0, 0.0) {
            return;
        }
        for (at, thread) in self.threads.iter().enumerate() {
            if thread.candidate && self.totals[at] < HARDLY {
                out[at] += self.weights.novel;
            }
        }
    }

    /// The place of the one task of the person's own that the branch names.
    fn named(&self, scene: &Scene) -> Option<usize> {
        let mut named = scene.keys.iter().filter(|key| key.0 == Place::Branch);
        let (Some(key), None) = (named.next(), named.next()) else {
            return None;
        };
        let own = |thread: &Thread| thread.task == Some(key.1) && !thread.foreign && !thread.closed;
        self.threads.iter().position(own)
    }

    /// What is left of the weight of a row.
    pub(super) fn weight(&self, entry: &Entry) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a sum of reviews far below 2^52")]
        let weight = entry.count.weight as f64;
        weight * self.faded
    }

    /// The weight of all reviews of a token that say this state, and of those that say another.
    pub(super) fn reviewed(&self, token: u32, state: State) -> (f64, f64) {
        let wanted = Some(index(self.threads.len(), state));
        let (mut for_it, mut against) = (0.0, 0.0);
        for entry in self.learned.row(token) {
            let sum = if self.states_of[usize::from(entry.label)] == wanted {
                &mut for_it
            } else {
                &mut against
            };
            *sum += self.weight(entry);
        }
        (for_it, against)
    }

    /// The weight of each state in a group of tokens.
    pub(super) fn totals_of(&self, group: usize) -> Vec<f64> {
        let mut totals = vec![0.0; self.threads.len() + MODES - 1];
        for (total, place) in self.learned.totals(group).zip(&self.states_of) {
            if let Some(place) = place {
                totals[*place] += total;
            }
        }
        totals
    }

    /// How often the person put time with one of the span's tokens to this label, by the most particular token that
    /// they ever did: reviews, and those of them that changed something.
    pub fn told(&self, scene: &Scene, state: State) -> Option<Count> {
        let wanted = Some(index(self.threads.len(), state));
        let place = self.states_of.iter().position(|place| *place == wanted)?;
        let place = u16::try_from(place).ok()?;
        let tokens = (0..GROUPS)
            .filter(|group| !matches!(*group, APP | HOUR))
            .map(|group| scene.features.single[group]);
        tokens.filter(|&token| token != 0).find_map(|token| {
            let mut row = self.learned.row(token).iter();
            row.find(|entry| entry.label == place).map(|entry| entry.count)
        })
    }

    /// Whether the person gave time with what is most particular in the span, its file, page or branch, to another label.
    pub fn is_denied(&self, scene: &Scene, state: State) -> bool {
        let wanted = Some(index(self.threads.len(), state));
        let tokens = [SAME, PLACE, BRANCH].map(|group| scene.features.single[group]);
        let rows = tokens.iter().filter(|&&token| token != 0);
        rows.flat_map(|token| self.learned.row(*token))
            .any(|entry| self.states_of[usize::from(entry.label)] != wanted)
    }
}

impl Weigher<'_> {
    /// Whether the days before showed one of the span's tokens beside this state.
    pub fn is_taught(&self, scene: &Scene, state: State) -> bool {
        let wanted = Some(index(self.threads.len(), state));
        let says = |token: u32| {
            let row = self.before.and_then(|before| before.rows.get(&token));
            row.into_iter()
                .flatten()
                .any(|(label, _)| self.places_before[*label] == wanted)
        };
        tokens_of(scene).any(says)
    }
}

/// The sum over the tokens of a span, for each state.
struct Sums<'s, 'w> {
    weigher: &'s Weigher<'w>,
    echo: Option<Own<'s>>,
    /// Weight of each state, with what the day says.
    totals: Vec<f64>,
    all: f64,
    /// Reviews that each state is thought to have had elsewhere.
    smoothing: f64,
    /// What a token says of each state it never stood with.
    never: Vec<f64>,
    /// Weight of one token with each state, emptied again after each.
    with: Vec<f64>,
    /// The states it has a weight with.
    touched: Vec<usize>,
    out: Vec<f64>,
    /// Weight of all tasks together.
    on: f64,
    /// The place of the task that the branch names, while tokens are added that the branch says something of.
    named: Option<usize>,
}

/// The least of what is thought to have been reviewed elsewhere.
const LEAST_SMOOTHING: f64 = 4.0;

/// A weight of reviews so small that there was none.
const HARDLY: f64 = 0.5;

/// No token says more than this, either way.
const TOKEN_AT_MOST: f64 = 4.0;

impl<'s, 'w> Sums<'s, 'w> {
    fn new(weigher: &'s Weigher<'w>, echo: Option<Own<'s>>) -> Self {
        let mut totals = weigher.totals.clone();
        let before = weigher.before.map_or(&[][..], |before| &before.totals);
        for (place, total) in weigher.places_before.iter().zip(before) {
            if let Some(place) = place {
                totals[*place] += total * weigher.heed;
            }
        }
        if let Some(echo) = &echo {
            echo.add_totals(&mut totals);
        }
        let reviewed: f64 = totals.iter().sum();
        let elsewhere = weigher.weights.elsewhere;
        // Where little was reviewed, little is known to be missing from it either.
        let smoothing = (weigher.weights.smoothing * reviewed / (reviewed + elsewhere)).max(LEAST_SMOOTHING);
        let never = totals
            .iter()
            .map(|total| (smoothing / (total + smoothing)).ln().max(-TOKEN_AT_MOST))
            .collect();
        Self {
            weigher,
            echo,
            on: totals[..weigher.threads.len()].iter().sum(),
            named: None,
            smoothing,
            all: reviewed + elsewhere,
            never,
            with: vec![0.0; totals.len()],
            touched: Vec::new(),
            out: vec![0.0; totals.len()],
            totals,
        }
    }

    fn add(&mut self, known: Known<'_>, factor: f64, caution: f64) {
        let mut anywhere = known.token.anywhere;
        for (place, weight) in &known.token.with {
            self.put(*place, *weight);
        }
        if let Some(echo) = self.echo {
            anywhere += echo.of(known.at, |place, weight| self.put(place, weight));
        }
        if let Some(named) = self.named.filter(|_| anywhere > 0.01) {
            self.put(named, self.weigher.weights.named);
            anywhere += self.weigher.weights.named;
        }
        if anywhere > 0.01 {
            self.say(anywhere, factor * anywhere / (anywhere + caution));
        }
        for place in self.touched.drain(..) {
            self.with[place] = 0.0;
        }
    }

    fn put(&mut self, place: usize, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        if self.with[place] == 0.0 {
            self.touched.push(place);
        }
        self.with[place] += weight;
    }

    /// Adds what a token says that stood `anywhere` so often.
    fn say(&mut self, anywhere: f64, factor: f64) {
        let common = anywhere / self.all.max(anywhere);
        let (pooled, pooled_log) = self.pooled(common);
        let threads = self.weigher.threads.len();
        let never = |never: f64, pooled_log: f64| (never + pooled_log).max(-TOKEN_AT_MOST);
        let (on, off) = self.out.split_at_mut(threads);
        for (out, alone) in on.iter_mut().zip(&self.never) {
            *out += factor * never(*alone, pooled_log);
        }
        for (out, alone) in off.iter_mut().zip(&self.never[threads..]) {
            *out += factor * never(*alone, 0.0);
        }
        for &at in &self.touched {
            let (with, on) = (self.with[at], at < threads);
            if with <= 0.001 {
                continue;
            }
            let expected = self.smoothing * common * if on { pooled } else { 1.0 };
            let said = if self.named == Some(at) {
                self.weigher.weights.named
            } else {
                0.0
            };
            let share = (with + expected) / (self.totals[at] + said + self.smoothing);
            let log = (share / common).ln().clamp(-TOKEN_AT_MOST, TOKEN_AT_MOST);
            self.out[at] += factor * (log - never(self.never[at], if on { pooled_log } else { 0.0 }));
        }
    }
}

impl Sums<'_, '_> {
    /// How many times more probable the token is with a task, any of them, than anywhere, where it is less; and the
    /// logarithm of that. It is what a task is taken to be like that has few reviews of its own.
    fn pooled(&self, common: f64) -> (f64, f64) {
        let pool = self.weigher.weights.pool;
        let threads = self.weigher.threads.len();
        let of_tasks = self.touched.iter().filter(|at| **at < threads);
        let with: f64 = of_tasks.map(|at| self.with[*at]).sum();
        let pooled = ((with + pool * common) / ((self.on + pool) * common)).min(1.0);
        (pooled, pooled.ln())
    }
}
