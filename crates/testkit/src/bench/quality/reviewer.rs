//! The person who reviews: most blocks of a day, now and then wrongly.
//!
//! A block is reviewed as the product lets one review: the person cuts what is mixed where the work changed, and does
//! not trouble about what took under five minutes in between. So short interruptions carry the label of the work
//! around them, as in life.

use dayloom_domain::{
    EntryId,
    day::Category,
    review::{EntryStatus, Pin},
    sample::Random,
};
use jiff::{SignedDuration, civil::Date};

use super::{
    days::{Minute, Truth},
    persona::{PROJECT, Persona},
};

/// Percent of blocks that are reviewed.
pub const REVIEWED: i64 = 70;
/// Percent of reviews that name the wrong thing.
pub const SLIPS: i64 = 2;
/// Minutes below which nobody cuts a block.
const NOT_WORTH_CUTTING: usize = 5;

/// The reviews of one day.
pub fn review(persona: &Persona, date: Date, minutes: &[Minute], random: &mut Random) -> Vec<Pin> {
    let mut pins = Vec::new();
    for (from, to, truth) in blocks(minutes) {
        if !random.chance(REVIEWED) {
            continue;
        }
        let said = if random.chance(SLIPS) {
            slip(persona, truth, random)
        } else {
            truth
        };
        let (first, last) = (&minutes[from].event, &minutes[to - 1].event);
        let (task_id, category) = match said {
            Truth::Task(task) => (Some(task), Category::Productive),
            Truth::Work => (None, Category::Productive),
            Truth::Personal => (None, Category::Personal),
        };
        pins.push(Pin {
            entry_id: EntryId(random.uuid()),
            external_ref: format!("tracker:{}", first.id),
            date,
            start: first.ts,
            end: last
                .ts
                .saturating_add(SignedDuration::from_secs(60))
                .unwrap_or(last.ts),
            project_id: PROJECT,
            status: EntryStatus::Corrected,
            task_id,
            category,
            description: None,
            hand: None,
        });
    }
    pins
}

/// What the person would say of each minute, were they to review every block and never slip.
pub fn judgement(minutes: &[Minute]) -> Vec<Truth> {
    let mut said: Vec<Truth> = minutes.iter().map(|minute| minute.truth).collect();
    for (from, to, truth) in blocks(minutes) {
        said[from..to].fill(truth);
    }
    said
}

/// Something else that the person works on.
fn slip(persona: &Persona, truth: Truth, random: &mut Random) -> Truth {
    loop {
        let other = Truth::Task(random.pick(&persona.first).task.id);
        if other != truth {
            return other;
        }
    }
}

/// Runs of one label, by their places; shorter ones belong to what was before them. A break of ten minutes cuts.
fn blocks(minutes: &[Minute]) -> Vec<(usize, usize, Truth)> {
    let mut runs: Vec<(usize, usize, Truth)> = Vec::new();
    for (at, minute) in minutes.iter().enumerate() {
        let goes_on = at > 0
            && minute.event.ts.duration_since(minutes[at - 1].event.ts) <= SignedDuration::from_mins(10);
        match runs.last_mut() {
            Some(run) if goes_on && run.2 == minute.truth => run.1 = at + 1,
            _ => runs.push((at, at + 1, minute.truth)),
        }
    }
    let mut blocks: Vec<(usize, usize, Truth)> = Vec::new();
    for run in runs {
        let touches = |block: &(usize, usize, Truth)| {
            let gap = minutes[run.0]
                .event
                .ts
                .duration_since(minutes[block.1 - 1].event.ts);
            gap <= SignedDuration::from_mins(10)
        };
        match blocks.last_mut() {
            Some(block) if touches(block) && (run.2 == block.2 || run.1 - run.0 < NOT_WORTH_CUTTING) => {
                block.1 = run.1;
            }
            _ => blocks.push(run),
        }
    }
    blocks
}
