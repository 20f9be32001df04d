//! What a day says of its own tokens, once weighed: a share of each span's time for each state. A span never hears
//! itself.

use super::{Scene, Weigher, lexicon::Lexicon};
use crate::{
    earlier::weight_of,
    smooth::{MODES, Smoothed},
};

/// A share so small that it is noise.
const FAINT: f64 = 0.03;

pub(super) struct Echo {
    /// For each token of the day, the weight of each state it stood with, and of all.
    rows: Vec<(Vec<(usize, f64)>, f64)>,
    /// What each span says, for each state, and its sum.
    own: Vec<(Vec<f64>, f64)>,
    totals: Vec<f64>,
    factor: f64,
}

/// What the others say to one span.
#[derive(Clone, Copy)]
pub(super) struct Own<'e> {
    echo: &'e Echo,
    own: &'e (Vec<f64>, f64),
}

impl Echo {
    pub fn of(scenes: &[Scene], shares: &[Smoothed], lexicon: &Lexicon, weigher: &Weigher<'_>) -> Self {
        let states = weigher.threads.len() + MODES - 1;
        let mut rows: Vec<(Vec<(usize, f64)>, f64)> = vec![(Vec::new(), 0.0); lexicon.len()];
        let mut totals = vec![0.0; states];
        let mut all = Vec::with_capacity(scenes.len());
        for (at, (scene, share)) in scenes.iter().zip(shares).enumerate() {
            let own = said(share, weigher, weight_of(scene));
            let sum: f64 = own.iter().sum();
            for place in lexicon.at(at).places() {
                let (row, row_sum) = &mut rows[*place];
                *row_sum += sum;
                for (state, p) in own.iter().enumerate().filter(|(_, p)| **p > 0.0) {
                    match row.iter_mut().find(|(stood, _)| *stood == state) {
                        Some((_, weight)) => *weight += p,
                        None => row.push((state, *p)),
                    }
                }
            }
            for (total, p) in totals.iter_mut().zip(&own) {
                *total += p;
            }
            all.push((own, sum));
        }
        Self {
            rows,
            own: all,
            totals,
            factor: weigher.weights.echo,
        }
    }

    /// To the span at this place.
    pub fn to(&self, at: usize) -> Own<'_> {
        Own {
            echo: self,
            own: &self.own[at],
        }
    }
}

/// What a span says of each state. What is unknown teaches nothing.
fn said(share: &Smoothed, weigher: &Weigher<'_>, weight: f64) -> Vec<f64> {
    let threads = share.thread.iter().zip(weigher.threads);
    let threads = threads.map(|(p, thread)| if thread.task.is_some() { *p } else { 0.0 });
    threads
        .chain(share.mode[1..].iter().copied())
        .map(|p| if p < FAINT { 0.0 } else { p * weight })
        .collect()
}

impl Own<'_> {
    /// Adds what the day says of each state.
    pub fn add_totals(&self, totals: &mut [f64]) {
        for ((total, day), own) in totals.iter_mut().zip(&self.echo.totals).zip(&self.own.0) {
            *total += (day - own).max(0.0) * self.echo.factor;
        }
    }

    /// Hands on what the day says of the token at this place, state by state; returns what it says of all together.
    pub fn of(&self, token: usize, mut put: impl FnMut(usize, f64)) -> f64 {
        let (row, sum) = &self.echo.rows[token];
        for (state, day) in row {
            put(*state, (day - self.own.0[*state]).max(0.0) * self.echo.factor);
        }
        (sum - self.own.1).max(0.0) * self.echo.factor
    }
}
