//! What learning costs: a person who reviewed most of as many days as a model is fitted to. Pure: no database, so that the
//! figures are those of the learning itself; what is read from it is parsed, as whoever derives a day must.

use std::{collections::BTreeMap, time::Instant};

use dayloom_attribution::{Attributor, DAYS_AT_MOST, Example, Learned, Revision, Taught, Teacher, Weights};
use dayloom_domain::{derive, derive::Woven, people::Task, sample::Random};
use jiff::civil::{Date, Weekday};

use super::{MONDAY, TUNED, days::Generator, persona::Persona, reviewer, scope, weave};
use crate::bench::Figure;

/// How often each is done; the fastest counts.
const ROUNDS: usize = 5;
/// Days whose attribution is timed.
const TIMED: usize = 10;

/// A day that was reviewed.
struct Day {
    woven: Woven,
    examples: Vec<Example>,
}

/// Measures; takes a second or so.
pub fn learning() -> Vec<Figure> {
    let persona = Persona::new(TUNED[0].0, TUNED[0].1[0]);
    let tasks = persona.tasks(true);
    let mut making_ms = f64::INFINITY;
    let days = reviewed(&persona, &tasks, &mut making_ms);
    let kept: Vec<String> = days.iter().map(|day| text(&day.examples)).collect();
    let (read_ms, examples): (f64, Vec<Example>) =
        fastest(|| kept.iter().flat_map(|day| read::<Vec<Example>>(day)).collect());
    let weights = Weights::default();
    let (fit_ms, learned): (f64, Learned) = fastest(|| Learned::fit(&examples, &tasks, &scope(), &weights));
    let model = text(&learned);
    let (model_ms, learned) = fastest(|| read::<Learned>(&model));
    let dates: Vec<Date> = days.iter().map(|day| day.woven.date).collect();
    let taken_up_ms = |of: usize| {
        let took = fastest(|| {
            let said = kept[of..].iter().map(|day| read::<Vec<Example>>(day));
            let said: BTreeMap<Date, Vec<Example>> = dates[of..].iter().copied().zip(said).collect();
            let stood = read::<Vec<Example>>(&kept[of]);
            let revision = Revision::of(read(&model), dates[of], stood, dates.clone());
            text(&revision.made(&said, &tasks, &scope(), &weights))
        });
        assert_eq!(took.1, model, "the same reviews make the same model");
        took.0
    };
    let (newest_ms, week_ms) = (taken_up_ms(days.len() - 1), taken_up_ms(days.len() - 5));
    let attributor = || {
        Attributor::new(Vec::new(), tasks.clone())
            .within(scope())
            .with_learned(learned.clone())
    };
    let last = &days[days.len() - TIMED..];
    let lessons: Vec<String> = last
        .iter()
        .map(|day| text(&attributor().attribute_and_teach(&day.woven.spans).1))
        .collect();
    let week = &lessons[..7.min(lessons.len())];
    let (lessons_ms, taught) = fastest(|| week.iter().map(|day| read::<Taught>(day)).collect::<Vec<_>>());
    let (attributed_ms, _) = fastest(|| {
        last.iter()
            .map(|day| {
                attributor()
                    .after(&taught)
                    .attribute_with_grounds(&day.woven.spans)
            })
            .collect::<Vec<_>>()
    });
    let per_day = |ms: f64, days: &[Day]| ms / super::measure::count(days.len());
    vec![
        Figure::plain(
            "reviewed spans of 60 days",
            super::measure::count(examples.len()),
            "spans",
        ),
        Figure::plain("a day's reviews made examples", making_ms, "ms"),
        Figure::at_most(
            "a review of the newest day taken up, reading and writing included",
            newest_ms,
            "ms",
            5.0,
            "a few ms: <= 5",
        ),
        Figure::at_most(
            "one of a week ago, for each of the five days judged anew",
            week_ms / 5.0,
            "ms",
            5.0,
            "a few ms: <= 5",
        ),
        Figure::plain("60 days' examples read", read_ms, "ms"),
        Figure::plain("a model fitted to them from nothing", fit_ms, "ms"),
        Figure::plain("that model as text", super::measure::count(model.len()), "bytes"),
        Figure::plain("that model read", model_ms, "ms"),
        Figure::plain("what seven days teach read", lessons_ms, "ms"),
        Figure::at_most(
            "a day attributed by them, reading included",
            per_day(attributed_ms, last) + model_ms + lessons_ms,
            "ms",
            5.0,
            "a few ms: <= 5",
        ),
    ]
}

/// As many working days as a model is fitted to, each reviewed as the benchmark's person does; and how long it took to make
/// examples of one, at best.
fn reviewed(persona: &Persona, tasks: &[Task], making_ms: &mut f64) -> Vec<Day> {
    let (mut generator, mut random) = (Generator::new(persona), Random::new(persona.seed));
    let teacher = Teacher::new(tasks);
    let dates = MONDAY.series(jiff::Span::new().days(1));
    dates
        .filter(|date: &Date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
        .take(DAYS_AT_MOST)
        .map(|date| {
            let minutes = generator.day(date, true);
            let woven = weave(&minutes, date);
            let pins = reviewer::review(persona, date, &minutes, &mut random);
            let begun = Instant::now();
            let examples = derive::reviewed(&woven.spans, date, &pins)
                .into_iter()
                .filter_map(|(span, pin)| teacher.example(date, &span, pin))
                .collect();
            *making_ms = making_ms.min(begun.elapsed().as_secs_f64() * 1e3);
            Day { woven, examples }
        })
        .collect()
}

fn fastest<T>(work: impl Fn() -> T) -> (f64, T) {
    let timed = || {
        let begun = Instant::now();
        let done = work();
        (begun.elapsed().as_secs_f64() * 1e3, done)
    };
    let (mut best, mut done) = timed();
    for _ in 1..ROUNDS {
        let (ms, again) = timed();
        best = best.min(ms);
        done = again;
    }
    (best, done)
}

fn text(of: &impl serde::Serialize) -> String {
    serde_json::to_string(of).expect("plain data with text keys")
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("as it was written")
}
