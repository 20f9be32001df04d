//! How far the weighing may be trusted for a person, found out on what they reviewed: each reviewed day is weighed by
//! a model that does not know it, and what came out is compared with what the person said.

use dayloom_domain::people::Task;
use jiff::civil::Date;

use crate::{
    Weights,
    calibrate::{Calibration, Outcome},
    earlier::Earlier,
    learned::{Example, Learned},
    threads::{self, Scope},
    weigh::{self, Scene, State, Weigher},
};

/// The most days looked at: the newest say most, and a correction must not take seconds.
const DAYS: usize = 14;

/// Minutes of one day are not independent opinions: one in this many counts.
const MINUTES_PER_OPINION: f64 = 20.0;

/// The calibration that fits these examples, which stand in the order of time.
pub(crate) fn judge(
    learned: &Learned,
    examples: &[&Example],
    tasks: &[Task],
    scope: &Scope,
    weights: &Weights,
) -> Calibration {
    let mut days: Vec<Date> = examples.iter().map(|example| example.date).collect();
    days.dedup();
    // With one day alone there is nothing to weigh it by.
    if days.len() < 2 {
        return Calibration::default();
    }
    let newest = days.last().copied();
    let mut outcomes = Vec::new();
    for day in days.iter().rev().take(DAYS) {
        let of_day: Vec<&Example> = examples
            .iter()
            .copied()
            .filter(|example| example.date == *day)
            .collect();
        let without = Learned::count(&of_day, newest);
        let mut scenes: Vec<Scene> = of_day.iter().map(|example| scene(example, scope)).collect();
        Scene::follow_branches(&mut scenes);
        let threads = threads::of(tasks, scope, learned, &scenes, &Earlier::default());
        let weigher = Weigher::new(weights, &threads, learned, Some(&without));
        for ((example, scene), shares) in of_day.iter().zip(&scenes).zip(weigher.weigh(&scenes).shares) {
            let (state, probability) = weigh::best(&shares);
            if matches!(state, State::Thread(at) if threads[at].task.is_none()) {
                continue;
            }
            outcomes.push(Outcome {
                probability,
                right: weigher.label(state) == Some(example.label),
                weight: scene.seconds / 60.0 / MINUTES_PER_OPINION,
            });
        }
    }
    Calibration::fit(&outcomes)
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
