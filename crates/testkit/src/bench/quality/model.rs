//! A language model that is simulated: it answers about as well, and is as sure of itself, as models are found to be
//! that are asked about one line of a screen without an example.
//!
//! It reads a signal and a list of tasks. Where the signal speaks of the task (its key, words of its title) it mostly
//! finds it; where it does not, it guesses, mostly wrongly, or passes. What it says of its own confidence hardly
//! depends on whether it is right: published models that state their confidence tell right from wrong with an AUROC of
//! 0.52 to 0.61 and are too sure (Xiong et al., "Can LLMs Express Their Uncertainty?", 2023).

use std::collections::{BTreeMap, HashMap, HashSet};

use dayloom_domain::{
    EventId,
    day::{Category, Span},
    decision::{CandidatesDigest, Decision, SignalDigest, signal_digest},
    people::Task,
    sample::Random,
};
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
/// Signals asked in one call.
const PER_CALL: usize = 60;
/// Tokens of the instructions, of a task and of a signal in a question, and of one answer.
const TOKENS: [f64; 4] = [350.0, 22.0, 45.0, 32.0];

/// A model that remembers what it was asked.
pub struct Simulated<'t> {
    tasks: &'t [Task],
    random: Random,
    known: HashMap<SignalDigest, Decision>,
    /// Calls so far.
    pub calls: f64,
    /// Tokens so far, in and out.
    pub tokens: f64,
}

impl<'t> Simulated<'t> {
    /// Knows these tasks.
    pub fn new(tasks: &'t [Task], seed: u64) -> Self {
        Self {
            tasks,
            random: Random::new(seed ^ 0xA11),
            known: HashMap::new(),
            calls: 0.0,
            tokens: 0.0,
        }
    }

    /// The answers for the signals of a day; only unknown ones are asked about.
    pub fn asked(&mut self, spans: &[Span], minutes: &[Minute]) -> Vec<Decision> {
        let truth: HashMap<EventId, Truth> = minutes.iter().map(|m| (m.event.id, m.truth)).collect();
        let mut really: BTreeMap<SignalDigest, (String, BTreeMap<Truth, usize>)> = BTreeMap::new();
        for span in spans {
            let digest = signal_digest(span.project_id, &span.signal);
            let entry = really
                .entry(digest)
                .or_insert_with(|| (span.signal.line(), BTreeMap::new()));
            for id in &span.event_ids {
                *entry.1.entry(truth[id]).or_default() += 1;
            }
        }
        let digests: HashSet<SignalDigest> = really.keys().copied().collect();
        let unknown: Vec<_> = really
            .into_iter()
            .filter(|(digest, _)| !self.known.contains_key(digest))
            .collect();
        let calls = super::measure::count(unknown.len().div_ceil(PER_CALL));
        let [instructions, task, signal, answer] = TOKENS;
        self.calls += calls;
        self.tokens +=
            calls * (instructions + task * 25.0) + super::measure::count(unknown.len()) * (signal + answer);
        for (digest, (line, counts)) in unknown {
            // What it is asked about it sees once, in the sense it mostly has.
            let Some((&truth, _)) = counts.iter().max_by_key(|(_, count)| **count) else {
                continue;
            };
            let decision = self.decide(digest, &line.to_lowercase(), truth);
            self.known.insert(digest, decision);
        }
        let mut answers: Vec<Decision> = self
            .known
            .values()
            .filter(|known| digests.contains(&known.signal))
            .cloned()
            .collect();
        answers.sort_by_key(|answer| answer.signal);
        answers
    }

    fn decide(&mut self, signal: SignalDigest, line: &str, truth: Truth) -> Decision {
        let (right, passed) = if self.speaks(line, truth) { TELLING } else { SILENT };
        let drawn = self.random.between(0, 99);
        let said = if drawn < right {
            Some(truth)
        } else if drawn < right + passed {
            None
        } else {
            Some(self.mistaken(truth))
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
            confidence: *self.random.pick(sure),
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

    fn mistaken(&mut self, truth: Truth) -> Truth {
        loop {
            let own: Vec<&Task> = self
                .tasks
                .iter()
                .filter(|task| task.assignee_id == Some(PERSON))
                .collect();
            let said = if self.random.chance(20) {
                Truth::Work
            } else {
                Truth::Task(self.random.pick(&own).id)
            };
            if said != truth {
                return said;
            }
        }
    }
}
