//! How far the weighing may be trusted for a person, found out on what they reviewed: each reviewed day is weighed by what
//! was known from the days before it, and what came out is compared with what the person said. A day so judged stays
//! as it was judged, whatever is reviewed after it.

use std::collections::{BTreeMap, HashSet};

use dayloom_domain::{ProjectId, people::Task};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Weights,
    calibrate::{Calibration, log_odds},
    earlier::Earlier,
    example::Example,
    learned::Learned,
    threads::{self, Scope},
    weigh::{self, Scene, State, Weigher},
};

/// What was computed for a reviewed span, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i16, bool, u32)", into = "(i16, bool, u32)")]
pub(crate) struct Judged {
    /// The log-odds of the computed probability, in thousandths.
    pub odds: i16,
    /// Whether the person said so too.
    pub right: bool,
    /// How long it went on.
    pub seconds: u32,
}

impl From<(i16, bool, u32)> for Judged {
    fn from((odds, right, seconds): (i16, bool, u32)) -> Self {
        Self { odds, right, seconds }
    }
}

impl From<Judged> for (i16, bool, u32) {
    fn from(judged: Judged) -> Self {
        (judged.odds, judged.right, judged.seconds)
    }
}

/// A judged day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JudgedDay {
    /// How many days it was weighed by.
    pub by: u32,
    /// What came out.
    pub spans: Vec<Judged>,
}

/// How far to trust a model whose newest days were judged so. A day says the more, the more days it was weighed by: those
/// that stand there now are many.
pub(crate) fn calibration(judged: &BTreeMap<Date, JudgedDay>) -> Calibration {
    let days: Vec<&JudgedDay> = judged.values().filter(|day| day.by > 0).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of days")]
    let count = days.len() as f64;
    let mean = days.iter().map(|day| f64::from(day.by)).sum::<f64>() / count;
    let spans = days.iter().flat_map(|day| {
        let says = f64::from(day.by) / mean;
        day.spans.iter().map(move |span| (span, says))
    });
    Calibration::fit(spans)
}

/// Judges the examples of one day, which was not summed up in the model; nothing comes out where the model is empty.
pub(crate) fn judge(
    learned: &Learned,
    examples: &[Example],
    tasks: &[Task],
    scope: &Scope,
    weights: &Weights,
) -> JudgedDay {
    if learned.is_empty() {
        return JudgedDay::default();
    }
    let mut examples: Vec<&Example> = examples.iter().collect();
    // In the order of time, and of all else where that is equal: the order they came in never shows.
    examples.sort_by(|a, b| (a.start, a.end).cmp(&(b.start, b.end)).then_with(|| a.cmp(b)));
    let scope = within(scope, &examples);
    let mut scenes: Vec<Scene> = examples.iter().map(|example| scene(example, &scope)).collect();
    Scene::follow_branches(&mut scenes);
    let threads = threads::of(tasks, &scope, learned, &scenes, &Earlier::default());
    let weigher = Weigher::new(weights, &threads, learned);
    let shares = weigher.weigh(&scenes).shares;
    let mut spans = Vec::new();
    for (example, shares) in examples.iter().zip(&shares) {
        let (state, probability) = weigh::best(shares);
        if matches!(state, State::Thread(at) if threads[at].task.is_none()) {
            continue;
        }
        #[expect(clippy::cast_possible_truncation, reason = "log-odds lie within ±12")]
        let odds = (log_odds(probability) * 1_000.0).round() as i16;
        spans.push(Judged {
            odds,
            right: weigher.label(state) == Some(example.label),
            seconds: u32::try_from(example.seconds).unwrap_or(0),
        });
    }
    JudgedDay {
        by: learned.days(),
        spans,
    }
}

/// The scope of a day alone: what other days were of says nothing of it.
fn within(scope: &Scope, examples: &[&Example]) -> Scope {
    let projects: HashSet<ProjectId> = examples.iter().map(|example| example.project_id).collect();
    let mut scope = scope.clone();
    scope.workspaces.retain(|project, _| projects.contains(project));
    scope
}

fn scene(example: &Example, scope: &Scope) -> Scene {
    #[expect(clippy::cast_precision_loss, reason = "a day has 86,400 seconds")]
    let seconds = example.seconds as f64;
    Scene {
        workspace: scope.workspaces.get(&example.project_id).copied(),
        time: (example.start.as_microsecond(), example.end.as_microsecond()),
        seconds,
        features: example.features.clone(),
        keys: example.keys.clone(),
        decided: None,
        said: None,
        same_branch: false,
    }
}
