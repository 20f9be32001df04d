//! Who answers for a span. What a rule says stands; everything else is evidence to be weighed together: task keys in
//! branch, address and title, what was learned from the person's reviews, words of task titles, what stands before
//! and after, and what a language model said. Pure: rules, tasks, a model and the spans of a day go in, one answer for
//! each span comes out, with a calibrated confidence and a reason a person can read; "nobody" is an answer.
//!
//! Until a person has reviewed anything (and no language model spoke), there is nothing to weigh by: then rules and
//! keys answer alone.
//!
//! This crate must not know a database, a clock or how spans came about. It cannot change time, and it names only tasks
//! it was given.

mod answer;
mod by_token;
mod calibrate;
mod earlier;
mod example;
mod explain;
mod features;
mod keys;
mod learned;
mod pattern;
mod reason;
mod smooth;
mod threads;
mod trust;
mod weigh;
mod weights;

use std::collections::{HashMap, HashSet};

use dayloom_domain::{
    ProjectId, RuleId, TaskId,
    day::{AnsweredBy, Attribution, Category, Signal, Span},
    decision::{Decision, SignalDigest},
    people::Task,
    rule::{Rule, RuleScope},
};
use jiff::Timestamp;

pub use earlier::{DAYS_BEFORE, Taught};
pub use example::{Example, Label, Teacher};
pub use explain::{
    Answered, DECIDES, EVIDENCE_AT_MOST, EvidenceItem, EvidenceKind, Explanation, Grounds, SHARES_AT_MOST,
    TEXT_AT_MOST,
};
pub use keys::{BRANCH_CONFIDENCE, TITLE_CONFIDENCE, URL_CONFIDENCE};
pub use learned::{DAYS_AT_MOST, DAYS_READ, Learned, Revision};
pub use pattern::{Matcher, PATTERN_AT_MOST, PatternError, compile};
pub use smooth::Pace;
pub use threads::{CANDIDATES_AT_MOST, Scope};
pub use weights::Weights;

/// Confidence of what a rule says: a person decided it.
pub const RULE_CONFIDENCE: f64 = 1.0;

/// The confidence a key alone needs: more likely right than not, by some.
const ENOUGH: f64 = 0.6;

/// What is left of a key's confidence where its task is assigned to somebody else: enough for a branch alone.
const FOREIGN: f64 = 0.7;

/// The same where its task is closed: a branch or an address still suffices, a title does not.
const CLOSED: f64 = 0.8;

/// Answers for spans by one person's rules and tasks.
pub struct Attributor {
    rules: Vec<(Rule, Matcher)>,
    broken: Vec<(RuleId, PatternError)>,
    keys: keys::Keys,
    tasks: Vec<Task>,
    scope: Scope,
    learned: Learned,
    decisions: HashMap<SignalDigest, Decision>,
    earlier: earlier::Earlier,
    reviewed: Vec<(Timestamp, Timestamp)>,
    weights: Weights,
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
            tasks,
            scope: Scope::default(),
            learned: Learned::default(),
            decisions: HashMap::new(),
            earlier: earlier::Earlier::default(),
            reviewed: Vec::new(),
            weights: Weights::default(),
        }
    }

    /// Says whose time it is and what tasks it may go to.
    #[must_use]
    pub fn within(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// With what was learned from the person's reviews.
    #[must_use]
    pub fn with_learned(mut self, learned: Learned) -> Self {
        self.learned = learned;
        self
    }

    /// With what a language model answered for signals. Of several answers for one signal the newest counts.
    #[must_use]
    pub fn with_decisions(mut self, mut decisions: Vec<Decision>) -> Self {
        decisions.sort_by_key(|decision| (decision.decided_at, decision.candidates));
        self.decisions = decisions
            .into_iter()
            .map(|decision| (decision.signal, decision))
            .collect();
        self
    }

    /// With what the [`DAYS_BEFORE`] the one to be answered for taught, in any order.
    #[must_use]
    pub fn after(mut self, days: &[Taught]) -> Self {
        self.earlier = earlier::Earlier::of(days);
        self
    }

    /// With the time of the day that the person reviewed: it teaches the days after it through their word alone.
    #[must_use]
    pub fn with_reviewed(mut self, reviewed: Vec<(Timestamp, Timestamp)>) -> Self {
        self.reviewed = reviewed;
        self
    }

    /// With other weights than the usual ones: for measuring.
    #[must_use]
    pub fn with_weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Rules that were left out because their pattern does not compile.
    pub fn broken(&self) -> &[(RuleId, PatternError)] {
        &self.broken
    }

    /// One answer for each span, in their order. The spans are those of one day in the order of time: what stands
    /// before and after a span speaks too.
    pub fn attribute(&self, spans: &[Span]) -> Vec<Attribution> {
        if self.has_something_to_weigh_by() {
            return self.weighed(spans, false, |answers, _, _| answers);
        }
        let (distinct, of) = self.by_signal(spans);
        of.into_iter().map(|at| distinct[at].clone()).collect()
    }

    /// The same, with what the day teaches the days after it; nothing where the person never reviewed anything.
    pub fn attribute_and_teach(&self, spans: &[Span]) -> (Vec<Attribution>, Taught) {
        if self.has_something_to_weigh_by() {
            return self.weighed(spans, true, |answers, _, taught| (answers, taught));
        }
        (self.attribute(spans), Taught::default())
    }

    /// What rules and keys answer, once for each signal, and for each span the place of its answer.
    fn by_signal(&self, spans: &[Span]) -> (Vec<Attribution>, Vec<usize>) {
        let mut known: HashMap<(ProjectId, &Signal), usize> = HashMap::new();
        let (mut distinct, mut of) = (Vec::new(), Vec::with_capacity(spans.len()));
        for span in spans {
            let answer = || {
                distinct.push(self.answer(span.project_id, &span.signal));
                distinct.len() - 1
            };
            of.push(
                *known
                    .entry((span.project_id, &*span.signal))
                    .or_insert_with(answer),
            );
        }
        (distinct, of)
    }

    /// Reviews or a language model's answers.
    fn has_something_to_weigh_by(&self) -> bool {
        !self.learned.is_empty() || !self.decisions.is_empty()
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

    /// What the rules say, or the keys where no rule does.
    fn answer(&self, project: ProjectId, signal: &Signal) -> Attribution {
        self.by_rule(project, signal)
            .unwrap_or_else(|| self.by_key(project, signal).unwrap_or_else(|nobody| nobody))
    }

    /// What the keys say. The key of a task that is somebody else's or closed says less: there it takes the branch, as
    /// one reads much about what others do.
    fn by_key(&self, project: ProjectId, signal: &Signal) -> Result<Attribution, Attribution> {
        let found = self.keys.answer(project, signal)?;
        let task = self.tasks.iter().find(|task| Some(task.id) == found.task_id);
        let (factor, why) = match task {
            Some(task) if self.scope.is_foreign(task) => (FOREIGN, "assigned to somebody else"),
            Some(task) if self.scope.is_closed(task) => (CLOSED, "closed"),
            _ => return Ok(found),
        };
        let confidence = found.confidence * factor;
        if confidence < ENOUGH {
            let has_key =
                task.is_some_and(|task| task.key.as_deref().is_some_and(|key| !key.trim().is_empty()));
            let seen = if has_key {
                &*found.reason
            } else {
                "the page of a task"
            };
            return Err(Attribution::nobody(format!("{seen}, but that task is {why}")));
        }
        Ok(Attribution { confidence, ..found })
    }

    /// The first rule that catches the signal decides. Where it names no task, a task key may, unless the rule says
    /// that the time is personal.
    fn by_rule(&self, project: ProjectId, signal: &Signal) -> Option<Attribution> {
        let rule = self.caught_by(project, signal)?;
        let category = rule.category.unwrap_or(Category::Productive);
        let task_id = rule.task_id.filter(|_| category != Category::Personal);
        if task_id.is_none()
            && category != Category::Personal
            && let Ok(keyed) = self.by_key(project, signal)
        {
            return Some(Attribution {
                category,
                project_id: rule.project_id,
                ..keyed
            });
        }
        Some(Attribution {
            category,
            task_id,
            project_id: rule.project_id,
            confidence: RULE_CONFIDENCE,
            reason: reason::of_rule(rule),
            answered_by: AnsweredBy::Rule(rule.id),
        })
    }
}
