//! What tokens say: how much more probable they are beside each state than anywhere, by what was reviewed and, on a
//! second look, by what the day itself shows.

use std::collections::HashMap;

use super::{Scene, State, Thread, Weigher, index};
use crate::{
    earlier::{tokens_of, weight_of},
    features::{APP, BRANCH, GROUPS, HOUR, PLACE, SAME, TITLE},
    keys::Place,
    learned::{Count, Learned},
    smooth::{MODES, Smoothed},
};

impl Weigher<'_> {
    /// What was learned of the span's tokens, for each state: how many times more probable they are in it than
    /// anywhere, as a logarithm, cautious where a token was seen little.
    pub(super) fn learned(&self, scene: &Scene, echo: Option<(&Echo, usize)>) -> Vec<f64> {
        let features = &scene.features;
        let mut sums = Sums::new(self, echo);
        let named = self.named(scene);
        for (group, &token) in features.single.iter().enumerate() {
            if token != 0 {
                let again = if group == BRANCH && scene.same_branch {
                    self.weights.again.0
                } else {
                    1.0
                };
                sums.named = named.filter(|_| matches!(group, SAME | BRANCH | TITLE));
                sums.add(
                    token,
                    self.weights.groups[group] * again,
                    self.weights.caution[group],
                );
            }
        }
        sums.named = None;
        if !features.words.is_empty() {
            let (factor, caution) = self.weights.words;
            #[expect(clippy::cast_precision_loss, reason = "two dozen words")]
            let factor = factor / (features.words.len() as f64).sqrt();
            for &word in &features.words {
                sums.add(word, factor, caution);
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

    /// The weight of all reviews of a token that say this state, and of those that say another.
    pub(super) fn reviewed(&self, token: u32, state: State) -> (f64, f64) {
        let wanted = Some(index(self.threads.len(), state));
        let (mut for_it, mut against) = (0.0, 0.0);
        let mut count = |model: &Learned, places: &[Option<usize>], sign: f64| {
            for (label, count) in model.rows.get(&token).iter().flat_map(|row| &row.by) {
                let sum = if places[usize::from(*label)] == wanted {
                    &mut for_it
                } else {
                    &mut against
                };
                *sum += sign * f64::from(count.weight) / 1_000.0;
            }
        };
        count(self.learned, &self.states_of, 1.0);
        if let Some(without) = self.without {
            count(without, &self.without_states, -1.0);
        }
        (for_it.max(0.0), against.max(0.0))
    }

    /// The weight of each state in a group of tokens.
    pub(super) fn totals_of(&self, group: usize) -> Vec<f64> {
        let mut totals = vec![0.0; self.threads.len() + MODES - 1];
        let mut add = |model: &Learned, places: &[Option<usize>], sign: f64| {
            for (total, place) in model.totals.iter().zip(places) {
                if let Some(place) = place {
                    totals[*place] += sign * f64::from(total[group]) / 1_000.0;
                }
            }
        };
        add(self.learned, &self.states_of, 1.0);
        if let Some(without) = self.without {
            add(without, &self.without_states, -1.0);
        }
        totals.into_iter().map(|total| total.max(0.0)).collect()
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
        tokens
            .filter(|&token| token != 0)
            .find_map(|token| self.learned.rows.get(&token)?.by.get(&place).copied())
    }

    /// Whether the person gave time with what is most particular in the span, its file, page or branch, to another label.
    pub fn is_denied(&self, scene: &Scene, state: State) -> bool {
        let wanted = Some(index(self.threads.len(), state));
        let tokens = [SAME, PLACE, BRANCH].map(|group| scene.features.single[group]);
        let rows = tokens.iter().filter(|&&token| token != 0);
        rows.filter_map(|token| self.learned.rows.get(token))
            .flat_map(|row| row.by.keys())
            .any(|place| self.states_of.get(usize::from(*place)) != Some(&wanted))
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
    echo: Option<(&'s Echo, usize)>,
    /// Weight of each state, with what the day says.
    totals: Vec<f64>,
    all: f64,
    /// Reviews that each state is thought to have had elsewhere.
    smoothing: f64,
    /// What a token says of each state it never stood with.
    never: Vec<f64>,
    /// Weight of one token with each state, emptied again after each.
    with: Vec<f64>,
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
    fn new(weigher: &'s Weigher<'w>, echo: Option<(&'s Echo, usize)>) -> Self {
        let mut totals = weigher.totals.clone();
        let before = weigher.before.map_or(&[][..], |before| &before.totals);
        for (place, total) in weigher.places_before.iter().zip(before) {
            if let Some(place) = place {
                totals[*place] += total * weigher.heed;
            }
        }
        if let Some((echo, at)) = echo {
            for ((total, day), own) in totals.iter_mut().zip(&echo.totals).zip(&echo.own[at]) {
                *total += (day - own).max(0.0) * echo.factor;
            }
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
            out: vec![0.0; totals.len()],
            totals,
        }
    }

    fn add(&mut self, token: u32, factor: f64, caution: f64) {
        let mut anywhere = 0.0;
        let mut count = |model: &Learned, places: &[Option<usize>], sign: f64| {
            for (label, count) in model.rows.get(&token).iter().flat_map(|row| &row.by) {
                let weight = sign * f64::from(count.weight) / 1_000.0;
                anywhere += weight;
                if let Some(place) = places[usize::from(*label)] {
                    self.with[place] += weight;
                }
            }
        };
        count(self.weigher.learned, &self.weigher.states_of, 1.0);
        if let Some(without) = self.weigher.without {
            count(without, &self.weigher.without_states, -1.0);
        }
        let before = self.weigher.before.and_then(|before| before.rows.get(&token));
        for (label, weight) in before.into_iter().flatten() {
            let weight = weight * self.weigher.heed;
            anywhere += weight;
            if let Some(place) = self.weigher.places_before[*label] {
                self.with[place] += weight;
            }
        }
        if let Some((echo, at)) = self.echo
            && let Some((row, sum)) = echo.rows.get(&token)
        {
            anywhere += (sum - echo.own_sums[at]).max(0.0) * echo.factor;
            for ((with, day), own) in self.with.iter_mut().zip(row).zip(&echo.own[at]) {
                *with += (day - own).max(0.0) * echo.factor;
            }
        }
        if let Some(named) = self.named.filter(|_| anywhere > 0.01) {
            self.with[named] += self.weigher.weights.named;
            anywhere += self.weigher.weights.named;
        }
        if anywhere > 0.01 {
            let common = anywhere / self.all.max(anywhere);
            let smoothing = self.smoothing;
            let factor = factor * anywhere / (anywhere + caution);
            let (pooled, pooled_log) = self.pooled(common);
            for (at, with) in self.with.iter().enumerate() {
                let on = at < self.weigher.threads.len();
                let log = if *with > 0.001 {
                    let expected = smoothing * common * if on { pooled } else { 1.0 };
                    let said = if self.named == Some(at) {
                        self.weigher.weights.named
                    } else {
                        0.0
                    };
                    let share = (with + expected) / (self.totals[at] + said + smoothing);
                    (share / common).ln().clamp(-TOKEN_AT_MOST, TOKEN_AT_MOST)
                } else {
                    (self.never[at] + if on { pooled_log } else { 0.0 }).max(-TOKEN_AT_MOST)
                };
                self.out[at] += factor * log;
            }
        }
        self.with.fill(0.0);
    }
}

impl Sums<'_, '_> {
    /// How many times more probable the token is with a task, any of them, than anywhere, where it is less; and the
    /// logarithm of that. It is what a task is taken to be like that has few reviews of its own.
    fn pooled(&self, common: f64) -> (f64, f64) {
        let pool = self.weigher.weights.pool;
        let with: f64 = self.with[..self.weigher.threads.len()].iter().sum();
        let pooled = ((with + pool * common) / ((self.on + pool) * common)).min(1.0);
        (pooled, pooled.ln())
    }
}

/// What a day says of its own tokens, once weighed: a share of each span's time for each state.
pub(super) struct Echo {
    rows: HashMap<u32, (Vec<f64>, f64)>,
    own: Vec<Vec<f64>>,
    own_sums: Vec<f64>,
    totals: Vec<f64>,
    factor: f64,
}

/// A share so small that it is noise.
const FAINT: f64 = 0.03;

impl Echo {
    pub(super) fn of(scenes: &[Scene], shares: &[Smoothed], weigher: &Weigher<'_>) -> Self {
        let states = weigher.threads.len() + MODES - 1;
        let mut echo = Self {
            rows: HashMap::new(),
            own: Vec::with_capacity(scenes.len()),
            own_sums: Vec::with_capacity(scenes.len()),
            totals: vec![0.0; states],
            factor: weigher.weights.echo,
        };
        for (scene, share) in scenes.iter().zip(shares) {
            let weight = weight_of(scene);
            // What is unknown teaches nothing.
            let threads = share.thread.iter().zip(weigher.threads);
            let threads = threads.map(|(p, thread)| if thread.task.is_some() { *p } else { 0.0 });
            let own: Vec<f64> = threads
                .chain(share.mode[1..].iter().copied())
                .map(|p| if p < FAINT { 0.0 } else { p * weight })
                .collect();
            let sum: f64 = own.iter().sum();
            for token in tokens_of(scene) {
                let row = echo.rows.entry(token).or_insert_with(|| (vec![0.0; states], 0.0));
                row.1 += sum;
                for (sum, p) in row.0.iter_mut().zip(&own) {
                    *sum += p;
                }
            }
            for (sum, p) in echo.totals.iter_mut().zip(&own) {
                *sum += p;
            }
            echo.own.push(own);
            echo.own_sums.push(sum);
        }
        echo
    }
}
