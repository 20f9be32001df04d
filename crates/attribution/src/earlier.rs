//! What days show of themselves: weighed by what the person reviewed, a day says of its files, pages and words how
//! likely they stood beside each task; and that is some evidence for the days after it.
//!
//! Two things keep this from feeding on itself. What a day teaches is weighed without anything that other days taught,
//! so it is a function of that day's own evidence and of the reviews, whatever came before or after it and in whatever order
//! days are weighed. And time the person reviewed teaches through the review alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    by_token::ByToken,
    example::Label,
    smooth::Smoothed,
    weigh::{MODE_LABELS, Scene, Thread},
};

/// How many local dates before a day may teach it: a working week and the week-end before it.
pub const DAYS_BEFORE: i32 = 7;

/// A day teaches what it is likelier to have been than not: what is in doubt would teach doubt, at the cost of room.
const LIKELY: f64 = 0.5;

/// Weights are kept in hundredths: what is kept reads back as it was written.
const PARTS: f64 = 100.0;

/// What one day shows of itself, as it is kept: hashes and whole numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taught {
    /// What its time was likely given to, in order.
    labels: Vec<Label>,
    /// The weight of each.
    totals: Vec<u32>,
    /// For each token of the day, in order, the weight of each label by its place.
    rows: Vec<(u32, Vec<(u16, u32)>)>,
}

impl Taught {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// What these spans show, once weighed; those that are left out show nothing.
    pub(crate) fn of(
        scenes: &[Scene],
        shares: &[Smoothed],
        threads: &[Thread],
        left_out: impl Fn(usize) -> bool,
    ) -> Self {
        let mut totals: BTreeMap<Label, f64> = BTreeMap::new();
        let mut rows: BTreeMap<u32, BTreeMap<Label, f64>> = BTreeMap::new();
        for (at, (scene, share)) in scenes.iter().zip(shares).enumerate() {
            if left_out(at) {
                continue;
            }
            let weight = weight_of(scene);
            let on = share
                .thread
                .iter()
                .zip(threads)
                .filter_map(|(p, thread)| Some((Label::Task(thread.task?), *p)));
            let off = MODE_LABELS
                .iter()
                .map(|(mode, label)| (*label, share.mode[*mode]));
            for (label, p) in on.chain(off).filter(|(_, p)| *p >= LIKELY) {
                *totals.entry(label).or_default() += p * weight;
                for token in tokens_of(scene) {
                    *rows.entry(token).or_default().entry(label).or_default() += p * weight;
                }
            }
        }
        let labels: Vec<Label> = totals.keys().copied().collect();
        let place: HashMap<Label, u16> = labels.iter().copied().zip(0..).collect();
        Self {
            totals: totals.into_values().map(parts).collect(),
            rows: rows
                .into_iter()
                .map(|(token, by)| {
                    let by = by
                        .into_iter()
                        .map(|(label, weight)| (place[&label], parts(weight)));
                    (token, by.collect())
                })
                .collect(),
            labels,
        }
    }
}

/// Grows with the minutes, ever slower.
pub(crate) fn weight_of(scene: &Scene) -> f64 {
    (scene.seconds / 60.0).max(0.0).ln_1p()
}

/// The tokens of a span, the words of its branch left out: it stays in sight long after it was chosen.
pub(crate) fn tokens_of(scene: &Scene) -> impl Iterator<Item = u32> {
    let single = scene.features.single.iter().filter(|&&token| token != 0);
    single.chain(&scene.features.words).copied()
}

fn parts(weight: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a day has at most 86,400 seconds and as many spans"
    )]
    let parts = (weight * PARTS).round() as u32;
    parts
}

/// What several days taught together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier {
    /// In order.
    pub labels: Vec<Label>,
    /// The weight of each label.
    pub totals: Vec<f64>,
    /// For each token the weight of each label, by its place.
    pub rows: ByToken<Vec<(usize, f64)>>,
}

impl Earlier {
    /// Sums up, in whatever order.
    pub fn of(days: &[Taught]) -> Self {
        let labels: BTreeSet<Label> = days.iter().flat_map(|day| &day.labels).copied().collect();
        let labels: Vec<Label> = labels.into_iter().collect();
        let place: HashMap<Label, usize> = labels.iter().copied().zip(0..).collect();
        let mut totals = vec![0_u64; labels.len()];
        let mut rows: ByToken<Vec<(usize, u64)>> = ByToken::default();
        for day in days {
            for (label, total) in day.labels.iter().zip(&day.totals) {
                totals[place[label]] += u64::from(*total);
            }
            for (token, by) in &day.rows {
                let row = rows.entry(*token).or_default();
                for (at, weight) in by {
                    if let Some(label) = day.labels.get(usize::from(*at)) {
                        let (place, weight) = (place[label], u64::from(*weight));
                        match row.iter_mut().find(|(stood, _)| *stood == place) {
                            Some((_, sum)) => *sum += weight,
                            None => row.push((place, weight)),
                        }
                    }
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a few weeks of hundredths")]
        let whole = |parts: u64| parts as f64 / PARTS;
        Self {
            labels,
            totals: totals.into_iter().map(whole).collect(),
            rows: rows
                .into_iter()
                .map(|(token, mut by)| {
                    by.sort_unstable();
                    let by = by.into_iter().map(|(at, parts)| (at, whole(parts)));
                    (token, by.collect())
                })
                .collect(),
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}
