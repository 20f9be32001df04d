//! A language model that is simulated: it answers about as well, and is as sure of itself, as models are found to be
//! that are asked about one line of a screen without an example.
//!
//! It reads a signal and a list of tasks. Where the signal speaks of the task (its key, words of its title) it mostly
//! finds it; where it does not, it guesses, mostly wrongly, or passes. What it says of its own confidence hardly
//! depends on whether it is right: published models that state their confidence tell right from wrong with an AUROC of
//! 0.52 to 0.61 and are too sure (Xiong et al., "Can LLMs Express Their Uncertainty?", 2023).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dayloom_domain::{
    EventId,
    day::{Category, Day, Signal, Span},
    decision::{CandidatesDigest, Decision, SignalDigest, signal_digest},
    people::Task,
    sample::Random,
};
use dayloom_pipeline::decide::{AT_ONCE, LEAST_MICROS, Shown, is_open, prompt_about};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    days::{Minute, Truth},
    persona::PERSON,
};

/// Percent right, and percent passed over, where the signal speaks of what it is about; the rest is wrong.
const TELLING: (i64, i64) = (76, 8);
/// The same where it does not.
const SILENT: (i64, i64) = (34, 30);
/// Tokens of an answer for one signal: an object of four short fields and a reason of a dozen words.
const ANSWER_TOKENS: f64 = 40.0;

/// A model that remembers what it was asked.
pub struct Simulated<'t> {
    tasks: &'t [Task],
    seed: u64,
    known: BTreeMap<SignalDigest, Decision>,
    /// Calls so far.
    pub calls: f64,
    /// Tokens so far, in and out.
    pub tokens: f64,
}

/// A signal that is asked about.
struct Question {
    signal: Signal,
    micros: i64,
    call_micros: i64,
    /// Minutes of each truth while it was in front.
    really: BTreeMap<Truth, usize>,
}

impl<'t> Simulated<'t> {
    /// Knows these tasks.
    pub fn new(tasks: &'t [Task], seed: u64) -> Self {
        Self {
            tasks,
            seed,
            known: BTreeMap::new(),
            calls: 0.0,
            tokens: 0.0,
        }
    }

    /// What it answered so far for the signals of these spans.
    pub fn answers(&self, spans: &[Span]) -> Vec<Decision> {
        let digests: BTreeSet<SignalDigest> = spans.iter().map(digest_of).collect();
        let known = digests.iter().filter_map(|digest| self.known.get(digest));
        known.cloned().collect()
    }

    /// Asks as the product does: about what a day leaves open and was never asked, many signals in a call. Returns whether
    /// there was anything to ask.
    pub fn ask(&mut self, day: &Day, minutes: &[Minute]) -> bool {
        let truth: HashMap<EventId, Truth> = minutes.iter().map(|m| (m.event.id, m.truth)).collect();
        let mut questions: BTreeMap<SignalDigest, Question> = BTreeMap::new();
        for shown in day.spans.iter().filter(|shown| is_open(&shown.attribution)) {
            let span = &shown.span;
            let digest = digest_of(span);
            if self.known.contains_key(&digest) {
                continue;
            }
            let question = questions.entry(digest).or_insert_with(|| Question {
                signal: Signal::clone(&span.signal),
                micros: 0,
                call_micros: 0,
                really: BTreeMap::new(),
            });
            question.micros += span.micros;
            question.call_micros += if span.in_call { span.micros } else { 0 };
            for id in &span.event_ids {
                *question.really.entry(truth[id]).or_default() += 1;
            }
        }
        questions.retain(|_, question| question.micros >= LEAST_MICROS);
        let mut questions: Vec<(SignalDigest, Question)> = questions.into_iter().collect();
        questions.sort_by_key(|(digest, question)| (-question.micros, *digest));
        for asked in questions.chunks(AT_ONCE) {
            self.call(asked);
        }
        !questions.is_empty()
    }

    fn call(&mut self, asked: &[(SignalDigest, Question)]) {
        let candidates: Vec<Task> = self.own().cloned().collect();
        let shown: Vec<Shown<'_>> = asked
            .iter()
            .map(|(_, question)| Shown {
                signal: &question.signal,
                micros: question.micros,
                in_call: question.call_micros * 2 > question.micros,
            })
            .collect();
        let prompt = prompt_about(&candidates, &shown).redacted();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand tokens")]
        let sent = prompt.estimated_tokens() as f64;
        self.calls += 1.0;
        self.tokens += sent + super::measure::count(asked.len()) * ANSWER_TOKENS;
        for (digest, question) in asked {
            // What it is asked about it sees once, in the sense it mostly has.
            let mostly = question.really.iter().max_by_key(|(_, count)| **count);
            if let Some((&truth, _)) = mostly {
                let decision = self.decide(*digest, &question.signal.line().to_lowercase(), truth);
                self.known.insert(*digest, decision);
            }
        }
    }

    /// The open tasks of the person, which are those that a model may name.
    fn own(&self) -> impl Iterator<Item = &'t Task> + use<'t> {
        self.tasks.iter().filter(|task| task.assignee_id == Some(PERSON))
    }

    /// The same for a signal whenever it is asked.
    fn decide(&self, signal: SignalDigest, line: &str, truth: Truth) -> Decision {
        let (high, low) = signal.0.as_u64_pair();
        let mut random = Random::new(self.seed ^ 0xA11 ^ high ^ low);
        let (right, passed) = if self.speaks(line, truth) { TELLING } else { SILENT };
        let drawn = random.between(0, 99);
        let said = if drawn < right {
            Some(truth)
        } else if drawn < right + passed {
            None
        } else {
            Some(self.mistaken(&mut random, truth))
        };
        let (category, task_id) = match said {
            Some(Truth::Task(task)) => (Category::Productive, Some(task)),
            Some(Truth::Work) => (Category::Productive, None),
            Some(Truth::Personal) => (Category::Personal, None),
            None => (Category::Neutral, None),
        };
        // A little surer when right.
        let sure: &[f64] = if said == Some(truth) {
            &[0.8, 0.9, 0.9, 0.95]
        } else {
            &[0.7, 0.8, 0.9, 0.95]
        };
        Decision {
            signal,
            candidates: CandidatesDigest(Uuid::nil()),
            category,
            task_id,
            confidence: *random.pick(sure),
            reason: String::new(),
            model: "simulated".to_owned(),
            decided_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Whether the line speaks of what it is about.
    fn speaks(&self, line: &str, truth: Truth) -> bool {
        match truth {
            Truth::Task(id) => {
                let Some(task) = self.tasks.iter().find(|task| task.id == id) else {
                    return false;
                };
                let key = task.key.as_deref().unwrap_or_default().to_lowercase();
                let title = task.title.to_lowercase();
                line.contains(&key)
                    || title
                        .split(' ')
                        .filter(|word| word.len() > 4 && line.contains(word))
                        .count()
                        > 1
            }
            Truth::Work => [
                "slack",
                "thunderbird",
                "calendar",
                "stand-up",
                "hr.acme",
                "hire.acme",
            ]
            .iter()
            .any(|w| line.contains(w)),
            Truth::Personal => true,
        }
    }

    fn mistaken(&self, random: &mut Random, truth: Truth) -> Truth {
        let own: Vec<&Task> = self.own().collect();
        loop {
            let said = if random.chance(20) {
                Truth::Work
            } else {
                Truth::Task(random.pick(&own).id)
            };
            if said != truth {
                return said;
            }
        }
    }
}

fn digest_of(span: &Span) -> SignalDigest {
    signal_digest(span.project_id, &span.signal)
}
