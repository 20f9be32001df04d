//! The derivation of a developer-year, how its cost grows with its length, one late event, and what learning costs. Pure:
//! no database, so that the figure is that of the rules themselves.

use std::time::Instant;

use dayloom_attribution::Attributor;
use dayloom_domain::{
    ProjectId, RuleId, Zone,
    day::{Category, Day},
    derive,
    event::Event,
    rule::{Rule, RuleField, RuleMatch, RuleScope},
    sample::{self, Developer},
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{Figure, quality};

/// The first day of the generated year.
const FROM: Date = Date::constant(2026, 1, 1);

/// Measures; takes a few seconds.
pub fn run() -> Vec<Figure> {
    let developer = Developer::default();
    let year = sample::year(&developer, FROM, 365, 1);
    let half = sample::year(&developer, FROM, 182, 1);
    let attributor = attributor(&developer);
    let (mut whole_s, mut half_s, mut days) = (f64::INFINITY, f64::INFINITY, Vec::new());
    // In turn, so that whatever else uses the machine weighs on both.
    for _ in 0..8 {
        half_s = half_s.min(timed(|| all(&half, &developer.zone, &attributor)).0);
        let (seconds, got) = timed(|| all(&year, &developer.zone, &attributor));
        whole_s = whole_s.min(seconds);
        days = got;
    }
    let per_event = |seconds: f64, events: &[Event]| seconds * 1e6 / count(events);
    let growth = per_event(whole_s, &year) / per_event(half_s, &half);
    let mut figures = vec![
        Figure::at_least(
            "samples of the developer-year",
            count(&year),
            "samples",
            120_000.0,
            ">= 120,000",
        ),
        Figure::plain("days derived", count(&days), "days"),
        Figure::at_most(
            "a developer-year derived from scratch",
            whole_s * 1e3,
            "ms",
            1_000.0,
            "<= 1,000 ms",
        ),
        Figure::plain("for each sample", per_event(whole_s, &year), "us"),
        Figure::at_most(
            "cost for each sample, year to half-year",
            growth,
            "ratio",
            1.25,
            "linear: <= 1.25",
        ),
        Figure::at_most(
            "one late event: its day again (median)",
            late_ms(&year, &developer, &attributor),
            "ms",
            5.0,
            "<= 5 ms",
        ),
    ];
    figures.extend(quality::learning());
    figures
}

/// The whole way from events to days.
fn all(events: &[Event], zone: &Zone, attributor: &Attributor) -> Vec<Day> {
    derive::weave_all(events, zone)
        .into_values()
        .map(|woven| {
            let answered = attributor.attribute_with_grounds(&woven.spans);
            derive::assemble(woven, answered.answers, &[])
        })
        .collect()
}

/// The median time to derive one day again from its window, over days spread through the year.
fn late_ms(year: &[Event], developer: &Developer, attributor: &Attributor) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    for late in year.iter().step_by(year.len() / 200) {
        let date = developer.zone.date_of(late.ts);
        let (from, to) = derive::evidence_window(date);
        let window: Vec<Event> = year
            .iter()
            .filter(|event| (from..to).contains(&event.ts))
            .cloned()
            .collect();
        let started = Instant::now();
        let woven = derive::weave(&window, date, &developer.zone);
        let answered = attributor.attribute_with_grounds(&woven.spans);
        let day = derive::assemble(woven, answered.answers, &[]);
        times.push(started.elapsed().as_secs_f64() * 1e3);
        assert!(day.attention_micros > 0, "the day of a sample has attention");
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// How long the work took, in seconds, and what it gave.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let got = work();
    (started.elapsed().as_secs_f64(), got)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count<T>(of: &[T]) -> f64 {
    of.len() as f64
}

/// Tasks for every key, ten rules that look at every field, one of them personal.
fn attributor(developer: &Developer) -> Attributor {
    let tasks = developer.keys.iter().zip(1..);
    let tasks = tasks.map(|(key, n)| sample::task(n, Some(key), &format!("Task {key}")));
    let patterns = [
        (
            RuleField::Host,
            RuleMatch::Glob,
            "*.bank.example",
            Category::Personal,
        ),
        (
            RuleField::Host,
            RuleMatch::Glob,
            "bank.example",
            Category::Personal,
        ),
        (
            RuleField::Title,
            RuleMatch::Contains,
            "holiday",
            Category::Personal,
        ),
        (
            RuleField::Title,
            RuleMatch::Regex,
            r"^invoice \d+",
            Category::Productive,
        ),
        (RuleField::App, RuleMatch::Glob, "zoom", Category::Productive),
        (
            RuleField::Repo,
            RuleMatch::Glob,
            "acme/docs",
            Category::Productive,
        ),
        (
            RuleField::Branch,
            RuleMatch::Glob,
            "release/*",
            Category::Productive,
        ),
        (
            RuleField::Path,
            RuleMatch::Glob,
            "**/private/**",
            Category::Personal,
        ),
        (
            RuleField::Url,
            RuleMatch::Glob,
            "news.example/**",
            Category::Personal,
        ),
        (
            RuleField::App,
            RuleMatch::Regex,
            "^(steam|games)$",
            Category::Personal,
        ),
    ];
    let rules = patterns
        .into_iter()
        .zip(1u128..)
        .map(|((field, matching, pattern, category), n)| Rule {
            id: RuleId(Uuid::from_u128(n)),
            scope: RuleScope::Personal,
            developer_id: developer.developer_id,
            scope_project_id: None::<ProjectId>,
            field,
            matching,
            pattern: pattern.to_owned(),
            task_id: None,
            project_id: None,
            category: Some(category),
            position: 0,
        });
    Attributor::new(rules.collect(), tasks.collect())
}
