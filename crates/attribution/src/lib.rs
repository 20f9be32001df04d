//! Who answers for a span: the rules people wrote, then task keys in branch, address and title. Pure: rules and
//! tasks go in, one answer for each span comes out, each with a reason a person can read.
//!
//! This crate must not know a database, a clock or how spans came about. It sees signals and never lengths, so it
//! cannot change time; and it names only tasks it was given.

mod explain;
mod keys;
mod pattern;
mod reason;

use std::collections::{HashMap, HashSet};

use dayloom_domain::{
    ProjectId, RuleId, TaskId,
    day::{AnsweredBy, Attribution, Category, Signal, Span},
    people::Task,
    rule::{Rule, RuleScope},
};

pub use explain::{DECIDES, EvidenceItem, EvidenceKind, Explanation};
pub use keys::{BRANCH_CONFIDENCE, TITLE_CONFIDENCE, URL_CONFIDENCE};
pub use pattern::{Matcher, PATTERN_AT_MOST, PatternError, compile};

/// Confidence of what a rule says: a person decided it.
pub const RULE_CONFIDENCE: f64 = 1.0;

/// Answers for spans by one person's rules and tasks.
pub struct Attributor {
    rules: Vec<(Rule, Matcher)>,
    broken: Vec<(RuleId, PatternError)>,
    keys: keys::Keys,
}

impl Attributor {
    /// Takes the rules in any order and evaluates personal before project ones, each by position, then id. A rule
    /// whose pattern does not compile, or whose task is not among `tasks`, never answers.
    pub fn new(mut rules: Vec<Rule>, tasks: Vec<Task>) -> Self {
        rules.sort_by_key(|rule| (rule.scope == RuleScope::Project, rule.position, rule.id));
        let known: HashSet<TaskId> = tasks.iter().map(|task| task.id).collect();
        rules.retain(|rule| rule.task_id.is_none_or(|task| known.contains(&task)));
        let (mut compiled, mut broken) = (Vec::with_capacity(rules.len()), Vec::new());
        for rule in rules {
            match compile(&rule) {
                Ok(matcher) => compiled.push((rule, matcher)),
                Err(error) => broken.push((rule.id, error)),
            }
        }
        Self {
            rules: compiled,
            broken,
            keys: keys::Keys::new(&tasks),
        }
    }

    /// Rules that were left out because their pattern does not compile.
    pub fn broken(&self) -> &[(RuleId, PatternError)] {
        &self.broken
    }

    /// One answer for each span, in their order. Equal signals of one project get equal answers.
    pub fn attribute(&self, spans: &[Span]) -> Vec<Attribution> {
        let mut known: HashMap<(ProjectId, &Signal), Attribution> = HashMap::new();
        spans
            .iter()
            .map(|span| {
                known
                    .entry((span.project_id, &span.signal))
                    .or_insert_with(|| self.answer(span.project_id, &span.signal))
                    .clone()
            })
            .collect()
    }

    /// Why one of these spans has its answer; `None` if there is no span at this place. The answer is that of
    /// [`Attributor::attribute`] for the same spans.
    pub fn explain(&self, spans: &[Span], at: usize) -> Option<Explanation> {
        let span = spans.get(at)?;
        let answer = self.answer(span.project_id, &span.signal);
        let evidence = match answer.answered_by {
            AnsweredBy::Rule(_) => Some((EvidenceKind::Rule, DECIDES)),
            AnsweredBy::Key => Some((EvidenceKind::Key, log_odds(answer.confidence))),
            _ => None,
        };
        let item = |(kind, weight)| EvidenceItem {
            kind,
            text: answer.reason.clone(),
            weight,
        };
        Some(Explanation {
            reason: answer.reason.clone(),
            answered_by: answer.answered_by,
            confidence: answer.confidence,
            evidence: evidence.map(item).into_iter().collect(),
            candidates: answer
                .task_id
                .map(|task| (task, answer.confidence))
                .into_iter()
                .collect(),
        })
    }

    /// The first rule that catches this signal in time of this project.
    pub fn caught_by(&self, project: ProjectId, signal: &Signal) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|(rule, matcher)| {
                (rule.scope == RuleScope::Personal || rule.scope_project_id == Some(project))
                    && matcher.is_match(signal)
            })
            .map(|(rule, _)| rule)
    }

    /// The first rule that catches the signal decides. Where it names no task, a task key may, unless the rule says
    /// that the time is personal.
    fn answer(&self, project: ProjectId, signal: &Signal) -> Attribution {
        let by_key = || self.keys.answer(project, signal);
        let Some(rule) = self.caught_by(project, signal) else {
            return by_key().unwrap_or_else(|nobody| nobody);
        };
        let category = rule.category.unwrap_or(Category::Productive);
        let task_id = rule.task_id.filter(|_| category != Category::Personal);
        if task_id.is_none()
            && category != Category::Personal
            && let Ok(keyed) = by_key()
        {
            return Attribution {
                category,
                project_id: rule.project_id,
                ..keyed
            };
        }
        Attribution {
            category,
            task_id,
            project_id: rule.project_id,
            confidence: RULE_CONFIDENCE,
            reason: reason::of_rule(rule),
            answered_by: AnsweredBy::Rule(rule.id),
        }
    }
}

/// A probability as a log-odds.
fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln().clamp(-DECIDES, DECIDES)
}
