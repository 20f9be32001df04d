//! What simpler attributors reach on the same days: how hard the days are, in figures that others know.
//!
//! Each answers for every span of the second week from the reviews of the first and never abstains unless it says so.

use std::collections::{BTreeMap, HashMap};

use dayloom_domain::day::{AnsweredBy, Attribution, Category, Span};

use super::days::Truth;

/// A reviewed span and what was said of it.
pub type Taught = (Span, Truth);

/// An answer with a confidence that means nothing.
pub fn answer(truth: Option<Truth>) -> Attribution {
    let (category, task_id) = match truth {
        None => return Attribution::nobody("a baseline abstains"),
        Some(Truth::Task(task)) => (Category::Productive, Some(task)),
        Some(Truth::Work) => (Category::Productive, None),
        Some(Truth::Personal) => (Category::Personal, None),
    };
    Attribution {
        category,
        task_id,
        project_id: None,
        confidence: 0.5,
        reason: "a baseline".to_owned(),
        answered_by: AnsweredBy::Learned,
    }
}

/// Words of everything in a signal.
fn tokens(span: &Span) -> Vec<String> {
    let signal = &span.signal;
    let texts = [
        Some(&signal.app),
        signal.title.as_ref(),
        signal.repo.as_ref(),
        signal.branch.as_ref(),
        signal.path.as_ref(),
        signal.host.as_ref(),
        signal.url_path.as_ref(),
    ];
    let mut words: Vec<String> = texts
        .into_iter()
        .flatten()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Multinomial naive Bayes over the words of a signal, with add-one smoothing.
pub struct NaiveBayes {
    words: HashMap<String, BTreeMap<Truth, f64>>,
    totals: BTreeMap<Truth, (f64, f64)>,
}

impl NaiveBayes {
    /// Counts.
    pub fn fit(taught: &[Taught]) -> Self {
        let mut model = Self {
            words: HashMap::new(),
            totals: BTreeMap::new(),
        };
        for (span, truth) in taught {
            let total = model.totals.entry(*truth).or_default();
            total.0 += 1.0;
            for word in tokens(span) {
                total.1 += 1.0;
                *model.words.entry(word).or_default().entry(*truth).or_default() += 1.0;
            }
        }
        model
    }

    /// Always answers.
    pub fn attribute(&self, spans: &[Span]) -> Vec<Attribution> {
        let vocabulary = super::measure::count(self.words.len());
        spans
            .iter()
            .map(|span| {
                let words = tokens(span);
                let log = |truth: &Truth, (documents, total): (f64, f64)| {
                    let of = |word: &String| {
                        let count = self
                            .words
                            .get(word)
                            .and_then(|by| by.get(truth))
                            .copied()
                            .unwrap_or(0.0);
                        ((count + 1.0) / (total + vocabulary)).ln()
                    };
                    documents.ln() + words.iter().map(of).sum::<f64>()
                };
                let scored = self
                    .totals
                    .iter()
                    .map(|(truth, total)| (*truth, log(truth, *total)));
                answer(scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(truth, _)| truth))
            })
            .collect()
    }
}

/// The five nearest reviewed spans by shared words, summed over a quarter of an hour around each span; abstains where
/// nothing is near.
pub fn nearest(taught: &[Taught], spans: &[Span]) -> Vec<Attribution> {
    let known: Vec<(Vec<String>, Truth)> = taught
        .iter()
        .map(|(span, truth)| (tokens(span), *truth))
        .collect();
    let votes: Vec<BTreeMap<Truth, f64>> = spans
        .iter()
        .map(|span| {
            let words = tokens(span);
            let mut near: Vec<(f64, Truth)> = known
                .iter()
                .map(|(other, truth)| {
                    let shared = super::measure::count(
                        other.iter().filter(|w| words.binary_search(w).is_ok()).count(),
                    );
                    let all = super::measure::count(other.len() + words.len()) - shared;
                    (shared / all.max(1.0), *truth)
                })
                .collect();
            near.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut votes = BTreeMap::new();
            for (likeness, truth) in near.into_iter().take(5).filter(|(likeness, _)| *likeness > 0.5) {
                *votes.entry(truth).or_default() += likeness;
            }
            votes
        })
        .collect();
    spans
        .iter()
        .map(|span| {
            let mut sum: BTreeMap<Truth, f64> = BTreeMap::new();
            for (other, votes) in spans.iter().zip(&votes) {
                let apart = (other.start.as_second() - span.start.as_second()).abs();
                if apart <= 450 {
                    for (truth, vote) in votes {
                        *sum.entry(*truth).or_default() +=
                            vote * (1.0 - super::measure::count(usize::try_from(apart).unwrap_or(0)) / 500.0);
                    }
                }
            }
            let all: f64 = sum.values().sum();
            let best = sum.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
            answer(best.filter(|(_, vote)| *vote > 0.5 * all).map(|(truth, _)| truth))
        })
        .collect()
}
