//! The tokens of a day, each looked up once: what was reviewed with it, and what the days before showed beside it.

use super::{Scene, Weigher};
use crate::{by_token::ByToken, earlier::tokens_of};

/// What is known of a token before the day itself is looked at.
#[derive(Default)]
pub(super) struct Token {
    /// Its weight with each state that it stood with.
    pub with: Vec<(usize, f64)>,
    /// Its weight with anything.
    pub anywhere: f64,
}

/// The tokens of some spans.
pub(super) struct Lexicon {
    tokens: Vec<Token>,
    /// The places of the tokens of each span, in the order of [`tokens_of`].
    of: Vec<Vec<usize>>,
}

impl Lexicon {
    pub fn of(scenes: &[Scene], weigher: &Weigher<'_>) -> Self {
        let mut places: ByToken<usize> = ByToken::default();
        let mut tokens = Vec::new();
        let of = scenes.iter().map(|scene| {
            let place = |token| {
                *places.entry(token).or_insert_with(|| {
                    tokens.push(weigher.token(token));
                    tokens.len() - 1
                })
            };
            tokens_of(scene).map(place).collect()
        });
        let of = of.collect();
        Self { tokens, of }
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens of the span at this place.
    pub fn at(&self, scene: usize) -> Tokens<'_> {
        Tokens {
            lexicon: self,
            places: &self.of[scene],
        }
    }
}

/// The tokens of one span.
pub(super) struct Tokens<'l> {
    lexicon: &'l Lexicon,
    places: &'l [usize],
}

/// One of them.
pub(super) struct Known<'l> {
    /// Its place among the tokens of the day.
    pub at: usize,
    pub token: &'l Token,
}

impl<'l> Tokens<'l> {
    /// Each, in the order of [`tokens_of`].
    pub fn known(&self) -> impl Iterator<Item = Known<'l>> + use<'l> {
        let lexicon = self.lexicon;
        self.places.iter().map(|&at| Known {
            at,
            token: &lexicon.tokens[at],
        })
    }

    /// Their places among the tokens of the day.
    pub fn places(&self) -> &'l [usize] {
        self.places
    }
}

impl Weigher<'_> {
    fn token(&self, token: u32) -> Token {
        let mut known = Token::default();
        let mut put = |place: Option<usize>, weight: f64| {
            known.anywhere += weight;
            let Some(place) = place else { return };
            match known.with.iter_mut().find(|(stood, _)| *stood == place) {
                Some((_, sum)) => *sum += weight,
                None => known.with.push((place, weight)),
            }
        };
        for entry in self.learned.row(token) {
            put(self.states_of[usize::from(entry.label)], self.weight(entry));
        }
        let before = self.before.and_then(|before| before.rows.get(&token));
        for (label, weight) in before.into_iter().flatten() {
            put(self.places_before[*label], weight * self.heed);
        }
        known
    }
}
