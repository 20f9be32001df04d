//! How well days are understood: generated weeks of several people, whose truth is known and never shown to the
//! attributor. A first week is reviewed in part, the second is attributed by what was learned, through the very code that
//! derives a stored day, and compared minute by minute. See `docs/quality.md`.
//!
//! People are made from habits ([`persona`]) and a seed. Those of [`TUNED`] may be looked at while the weights of the
//! attribution are chosen; those of [`HELD_BACK`] and [`HELD_BACK_LATER`] have other habits and other seeds, and are only ever reported.

mod baselines;
mod cast;
mod cost;
mod days;
mod measure;
mod model;
mod persona;
mod report;
mod reviewer;
mod words;

use std::collections::{HashMap, HashSet};

use dayloom_attribution::{Attributor, DAYS_BEFORE, Example, Learned, Scope, Taught, Teacher, Weights};
use dayloom_domain::{
    day::{Attribution, Day, Span},
    derive::{self, Woven},
    people::Task,
    sample::Random,
};
use jiff::{Timestamp, ToSpan, civil::Date};

pub use cast::{HELD_BACK, HELD_BACK_LATER, TUNED};
pub use cost::learning;
pub use days::{Kind, Truth};
pub use measure::Tally;
pub use persona::Habits;
pub use report::report;

use days::{Generator, Minute};
use persona::{PERSON, PROJECT, Persona, WORKSPACE};

/// The Monday of the first week.
const MONDAY: Date = Date::constant(2026, 3, 2);

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answers {
    /// Keys alone.
    Keys,
    /// Naive Bayes over words.
    Bayes,
    /// Nearest reviewed spans, smoothed.
    Nearest,
    /// Dayloom without a language model.
    Dayloom,
    /// Dayloom with the simulated language model.
    WithModel,
}

impl Answers {
    /// All, in the order of the report.
    pub const ALL: [Self; 5] = [
        Self::Keys,
        Self::Bayes,
        Self::Nearest,
        Self::Dayloom,
        Self::WithModel,
    ];
}

/// Two weeks of one person, generated, woven and reviewed.
pub struct Weeks {
    persona: Persona,
    /// Tasks as the tracker lists them in the second week.
    tasks: Vec<Task>,
    taught: Vec<baselines::Taught>,
    examples: Vec<Example>,
    /// The days of the first week, and the time of each that was reviewed.
    first: Vec<(Woven, Vec<(Timestamp, Timestamp)>)>,
    /// The days of the second week.
    later: Vec<(Woven, Vec<Minute>)>,
}

impl Weeks {
    /// Generates, weaves and reviews.
    pub fn of(habits: Habits, seed: u64) -> Self {
        let persona = Persona::new(habits, seed);
        let mut generator = Generator::new(&persona);
        let mut random = Random::new(seed ^ 0xBEEF);
        let teacher = Teacher::new(&persona.tasks(false));
        let (mut taught, mut examples, mut first) = (Vec::new(), Vec::new(), Vec::new());
        for day in 0..5 {
            let date = MONDAY.saturating_add(day.days());
            let minutes = generator.day(date, false);
            let woven = weave(&minutes, date);
            let pins = reviewer::review(&persona, date, &minutes, &mut random);
            for (span, pin) in derive::reviewed(&woven.spans, date, &pins) {
                examples.extend(teacher.example(date, &span, pin));
                taught.push((span, said(pin)));
            }
            first.push((woven, pins.iter().map(|pin| (pin.start, pin.end)).collect()));
        }
        let later = (7..12)
            .map(|day| {
                let date = MONDAY.saturating_add(day.days());
                let minutes = generator.day(date, true);
                (weave(&minutes, date), minutes)
            })
            .collect();
        let tasks = persona.tasks(true);
        Self {
            tasks,
            taught,
            examples,
            first,
            later,
            persona,
        }
    }

    /// What was learned from the first week.
    pub fn learned(&self, weights: &Weights) -> Learned {
        Learned::fit(&self.examples, &self.persona.tasks(false), &scope(), weights)
    }

    /// Attributes the second week and counts what came out.
    pub fn tally(&self, answers: Answers, weights: &Weights) -> Tally {
        let mut said = self.answers(answers, weights);
        let reviewed: HashSet<Truth> = self.taught.iter().map(|(_, truth)| *truth).collect();
        let mut tally = Tally::default();
        for (woven, minutes) in &self.later {
            let day = said.day(woven, minutes);
            tally.add(&day, minutes, &reviewer::judgement(minutes), |truth| {
                matches!(truth, Truth::Task(_)) && !reviewed.contains(&truth)
            });
            tally.key_in_sight += self.key_in_sight(minutes);
        }
        if let Some(model) = said.model() {
            tally.calls = model.calls;
            tally.tokens = model.tokens;
        }
        tally
    }

    fn answers<'w>(&'w self, answers: Answers, weights: &'w Weights) -> Box<dyn Answering + 'w> {
        let attributor = || {
            Attributor::new(Vec::new(), self.tasks.clone())
                .within(scope())
                .with_weights(weights.clone())
        };
        match answers {
            Answers::Keys => Box::new(Plain(move |spans: &[Span]| attributor().attribute(spans))),
            Answers::Bayes => {
                let bayes = baselines::NaiveBayes::fit(&self.taught);
                Box::new(Plain(move |spans: &[Span]| bayes.attribute(spans)))
            }
            Answers::Nearest => Box::new(Plain(|spans: &[Span]| baselines::nearest(&self.taught, spans))),
            Answers::Dayloom | Answers::WithModel => {
                let learned = self.learned(weights);
                let model = (answers == Answers::WithModel)
                    .then(|| model::Simulated::new(&self.tasks, self.persona.seed));
                Box::new(Product {
                    taught: self.taught_by_the_first_week(&learned, weights),
                    attributor: Box::new(move || attributor().with_learned(learned.clone())),
                    model,
                })
            }
        }
    }

    /// What the days of the first week teach once they were reviewed.
    fn taught_by_the_first_week(&self, learned: &Learned, weights: &Weights) -> Vec<(Date, Taught)> {
        let taught = |(woven, reviewed): &(Woven, Vec<(Timestamp, Timestamp)>)| {
            let attributor = Attributor::new(Vec::new(), self.persona.tasks(false))
                .within(scope())
                .with_weights(weights.clone())
                .with_learned(learned.clone())
                .with_reviewed(reviewed.clone());
            (woven.date, attributor.attribute_and_teach(&woven.spans).1)
        };
        self.first.iter().map(taught).collect()
    }

    /// Minutes in which a key of the task worked on stands in branch, address or title.
    fn key_in_sight(&self, minutes: &[Minute]) -> f64 {
        let keys: HashMap<Truth, String> = self
            .tasks
            .iter()
            .filter_map(|task| Some((Truth::Task(task.id), task.key.as_ref()?.to_lowercase())))
            .collect();
        let seen = |minute: &&Minute| {
            let Some(key) = keys.get(&minute.truth) else {
                return false;
            };
            let event = &minute.event;
            let branch = event
                .file_context
                .as_ref()
                .and_then(|file| file.branch.as_deref());
            let url = event.browser.as_ref().and_then(|page| page.url.as_deref());
            [branch, url, event.active_app.window_title.as_deref()]
                .into_iter()
                .flatten()
                .any(|text| text.to_lowercase().contains(key.as_str()))
        };
        measure::count(minutes.iter().filter(seen).count())
    }
}

/// Who answers, day after day.
trait Answering {
    /// The day as it is answered for.
    fn day(&mut self, woven: &Woven, minutes: &[Minute]) -> Day;

    /// The model asked, if one is.
    fn model(&self) -> Option<&model::Simulated<'_>> {
        None
    }
}

/// Somebody who looks at each day alone.
struct Plain<A>(A);

impl<A: Fn(&[Span]) -> Vec<Attribution>> Answering for Plain<A> {
    fn day(&mut self, woven: &Woven, _: &[Minute]) -> Day {
        derive::assemble(woven.clone(), (self.0)(&woven.spans), &[])
    }
}

/// Dayloom as the pipeline runs it: each day is taught by the days before it, and a model, where there is one, is asked
/// about what the day leaves open until nothing is.
struct Product<'w> {
    attributor: Box<dyn Fn() -> Attributor + 'w>,
    taught: Vec<(Date, Taught)>,
    model: Option<model::Simulated<'w>>,
}

impl Answering for Product<'_> {
    fn day(&mut self, woven: &Woven, minutes: &[Minute]) -> Day {
        let first = woven.date.saturating_sub(DAYS_BEFORE.days());
        let before: Vec<Taught> = self
            .taught
            .iter()
            .filter(|(date, _)| (first..woven.date).contains(date))
            .map(|(_, taught)| taught.clone())
            .collect();
        loop {
            let decisions = self.model.as_ref().map(|model| model.answers(&woven.spans));
            let attributor = (self.attributor)()
                .after(&before)
                .with_decisions(decisions.unwrap_or_default());
            let (said, taught) = attributor.attribute_and_teach(&woven.spans);
            let day = derive::assemble(woven.clone(), said, &[]);
            if !self.model.as_mut().is_some_and(|model| model.ask(&day, minutes)) {
                self.taught.push((woven.date, taught));
                return day;
            }
        }
    }

    fn model(&self) -> Option<&model::Simulated<'_>> {
        self.model.as_ref()
    }
}

fn scope() -> Scope {
    Scope {
        person: Some(PERSON),
        workspaces: HashMap::from([(PROJECT, WORKSPACE)]),
        ..Scope::default()
    }
}

fn weave(minutes: &[Minute], date: Date) -> Woven {
    let events: Vec<_> = minutes.iter().map(|minute| minute.event.clone()).collect();
    derive::weave(&events, date, &days::zone())
}

fn said(pin: &dayloom_domain::review::Pin) -> Truth {
    match (pin.task_id, pin.category) {
        (Some(task), _) => Truth::Task(task),
        (None, dayloom_domain::day::Category::Personal) => Truth::Personal,
        (None, _) => Truth::Work,
    }
}
