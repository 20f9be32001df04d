//! What the reviews of one day add to a model: whole numbers, so that a day is taken out again without a trace.
//!
//! A weight is kept as it would be if it never faded, but grows with its date instead, from a fixed date on: a model is
//! faded as a whole, by one factor, when it is read.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::{Count, Entry, Sign};
use crate::{
    example::{Example, Label},
    features::GROUPS,
};

/// Days after which a review weighs half: long enough for tasks of a month, short enough to let finished ones go.
const HALF_LIFE_DAYS: f64 = 21.0;

/// As many days share a first date that weights grow from: in so many they grow to a million times what they were, which
/// leaves room in 64 bits for any number of reviews.
const EPOCH_DAYS: i32 = 420;

/// The number of a date.
fn number(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1))
        .map_or(0, |span| span.get_days())
}

/// The number of the date that weights grow from in a model whose newest date is this one.
pub(super) fn epoch(newest: Date) -> i32 {
    number(newest).div_euclid(EPOCH_DAYS) * EPOCH_DAYS
}

/// What a weight of this date is multiplied by.
pub(super) fn grown(date: Date, epoch: i32) -> f64 {
    2.0_f64.powf(f64::from(number(date) - epoch) / HALF_LIFE_DAYS)
}

/// What the reviews of one day add.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// In order.
    pub labels: Vec<Label>,
    /// In the order of tokens and labels.
    pub rows: Vec<Entry>,
    /// Weight of each label in each group of tokens.
    pub totals: Vec<[u64; GROUPS]>,
    /// Seconds and reviews of each label.
    pub lengths: Vec<(u64, u32)>,
    /// Reviews.
    pub reviews: u32,
}

/// What one review says of one token.
struct Opinion {
    token: u32,
    group: usize,
    label: u16,
    review: u128,
    seconds: i64,
    moved: bool,
}

impl Opinion {
    fn key(&self) -> (u32, usize, u16, u128) {
        (self.token, self.group, self.label, self.review)
    }

    /// Grows with the minutes, ever slower: a review is one opinion, however long it went on. In thousandths.
    fn weight(&self, grown: f64) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "a day has 86,400 seconds")]
        let minutes = self.seconds as f64 / 60.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 2^34: 8,000, and grown to a million times that"
        )]
        let weight = ((0.5 + minutes.max(0.0).ln_1p()) * grown * 1_000.0).round() as u64;
        weight
    }
}

impl Tally {
    /// Of the examples of one date, in any order.
    pub fn of(date: Date, examples: &[Example], epoch: i32) -> Self {
        let labels: BTreeSet<Label> = examples.iter().map(|example| example.label).collect();
        let labels: Vec<Label> = labels.into_iter().collect();
        let place: HashMap<Label, u16> = labels.iter().copied().zip(0..).collect();
        let mut tally = Self {
            totals: vec![[0; GROUPS]; labels.len()],
            lengths: vec![(0, 0); labels.len()],
            labels,
            ..Self::default()
        };
        let grown = grown(date, epoch);
        for opinion in opinions(examples, &place) {
            tally.take_in(&opinion, opinion.weight(grown));
        }
        let (mut seen, mut reviews) = (HashSet::new(), HashSet::new());
        for example in examples {
            let at = place[&example.label];
            let length = &mut tally.lengths[usize::from(at)];
            length.0 += u64::try_from(example.seconds).unwrap_or(0);
            length.1 += u32::from(seen.insert((at, example.review)));
            tally.reviews += u32::from(reviews.insert(example.review));
        }
        tally
    }

    fn take_in(&mut self, opinion: &Opinion, weight: u64) {
        let count = Count {
            weight,
            reviews: 1,
            moved: u32::from(opinion.moved),
        };
        match self.rows.last_mut() {
            Some(last) if (last.token, last.label) == (opinion.token, opinion.label) => {
                last.count.change(count, Sign::Add)
            }
            _ => self.rows.push(Entry {
                token: opinion.token,
                label: opinion.label,
                count,
            }),
        }
        if let Some(total) = self.totals[usize::from(opinion.label)].get_mut(opinion.group) {
            *total += weight;
        }
    }
}

/// What each review says of each token, in the order of tokens and labels.
fn opinions(examples: &[Example], place: &HashMap<Label, u16>) -> Vec<Opinion> {
    let mut all: Vec<Opinion> = Vec::new();
    for example in examples {
        let tokens = example.features.single.iter().copied().zip(0..GROUPS);
        let words = example.features.words.iter().map(|&word| (word, GROUPS));
        let tokens = tokens.filter(|&(token, _)| token != 0).chain(words);
        all.extend(tokens.map(|(token, group)| Opinion {
            token,
            group,
            label: place[&example.label],
            review: example.review.as_u128(),
            seconds: example.seconds,
            moved: example.moved,
        }));
    }
    all.sort_unstable_by_key(|opinion| (opinion.token, opinion.label, opinion.group, opinion.review));
    all.dedup_by(|next, kept| {
        let is_same = next.key() == kept.key();
        if is_same {
            kept.seconds += next.seconds;
            kept.moved |= next.moved;
        }
        is_same
    });
    all
}
