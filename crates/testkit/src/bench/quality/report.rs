//! The report of the benchmark, and its figures beside what they must reach.

use std::{collections::BTreeMap, fmt::Write as _};

use dayloom_attribution::Weights;

use super::{Answers, HELD_BACK, HELD_BACK_LATER, Habits, Kind, TUNED, Tally, Weeks};
use crate::bench::Figure;

/// Working days that one persona and seed are tallied over.
const DAYS: f64 = 5.0;

/// The weeks of some people.
pub fn weeks(people: &[(Habits, [u64; 2])]) -> Vec<(&'static str, Vec<Weeks>)> {
    people
        .iter()
        .map(|(habits, seeds)| {
            (
                habits.name,
                seeds.iter().map(|seed| Weeks::of(*habits, *seed)).collect(),
            )
        })
        .collect()
}

/// One tally over several weeks.
pub fn together(weeks: &[Weeks], answers: Answers, weights: &Weights) -> Tally {
    let mut sum = Tally::default();
    for week in weeks {
        sum.merge(&week.tally(answers, weights));
    }
    sum
}

/// Everything in words and tables, and the figures that have an aim.
pub fn report() -> (String, Vec<Figure>) {
    let weights = Weights::default();
    let mut text = String::new();
    let mut figures = Vec::new();
    let mut held_back: BTreeMap<Answers, (Tally, f64)> = BTreeMap::new();
    for (name, people) in [
        ("looked at while tuning", &TUNED[..]),
        ("held back", &HELD_BACK[..]),
        ("held back later", &HELD_BACK_LATER[..]),
    ] {
        let weeks = weeks(people);
        let mut sums: Vec<(Answers, Tally)> = Vec::new();
        let _ = writeln!(text, "## People {name}\n");
        let _ = writeln!(
            text,
            "| person | who answers | right % | wrong % | unattributed % | ECE | work without a task found % | new tasks right % | private given to work % |"
        );
        let _ = writeln!(text, "|---|---|---|---|---|---|---|---|---|");
        for answers in Answers::ALL {
            let mut sum = Tally::default();
            for (person, weeks) in &weeks {
                let tally = together(weeks, answers, &weights);
                if matches!(answers, Answers::Dayloom | Answers::WithModel) {
                    line(&mut text, person, answers, &tally);
                }
                sum.merge(&tally);
            }
            line(&mut text, "all", answers, &sum);
            sums.push((answers, sum));
        }
        let people = weeks.iter().map(|(_, weeks)| weeks.len()).sum::<usize>();
        for (answers, sum) in &sums {
            match answers {
                Answers::Dayloom => details(&mut text, sum, "without a model"),
                Answers::WithModel => details(&mut text, sum, "with the simulated model"),
                Answers::Keys => hardness(&mut text, sum),
                Answers::Bayes | Answers::Nearest => {}
            }
            let days = super::measure::count(people) * DAYS;
            figures.extend(aims(name, *answers, sum, days));
            if name.starts_with("held back") {
                let all = held_back.entry(*answers).or_default();
                all.0.merge(sum);
                all.1 += days;
            }
        }
    }
    for (answers, (sum, days)) in &held_back {
        figures.extend(aims("all held back", *answers, sum, *days));
    }
    (text, figures)
}

fn line(text: &mut String, person: &str, answers: Answers, tally: &Tally) {
    let [right, wrong, none] = tally.shares();
    let percent = |(of, part): (f64, f64)| 100.0 * part / of.max(1.0);
    let name = match answers {
        Answers::Keys => "keys alone",
        Answers::Bayes => "naive Bayes",
        Answers::Nearest => "nearest, smoothed",
        Answers::Dayloom => "Dayloom, no model",
        Answers::WithModel => "Dayloom, simulated model",
    };
    let _ = writeln!(
        text,
        "| {person} | {name} | {right:.1} | {wrong:.1} | {none:.1} | {:.3} | {:.1} | {:.1} | {:.1} |",
        tally.ece(),
        percent(tally.chores),
        percent(tally.fresh),
        percent(tally.private),
    );
}

/// How hard the days are.
fn hardness(text: &mut String, tally: &Tally) {
    let percent = |part: f64| 100.0 * part / tally.work.max(1.0);
    let _ = writeln!(
        text,
        "\nOf {:.0} hours of work: a key of the task itself in sight {:.1} %, work without any task {:.1} %, \
         tasks nobody had reviewed {:.1} %; {:.0} changes of task.",
        tally.work / 60.0,
        percent(tally.key_in_sight),
        percent(tally.chores.0),
        percent(tally.fresh.0),
        tally.switches.0,
    );
}

fn details(text: &mut String, tally: &Tally, who: &str) {
    let _ = writeln!(text, "\nConfidence and truth {who}, by tenths of confidence:\n");
    let _ = writeln!(
        text,
        "| said | hours | mean confidence | right |\n|---|---|---|---|"
    );
    for (at, (minutes, confidence, right)) in tally.bins.iter().enumerate().filter(|(_, bin)| bin.0 > 0.0) {
        let _ = writeln!(
            text,
            "| {:.1}–{:.1} | {:.1} | {:.3} | {:.3} |",
            super::measure::count(at) / 10.0,
            super::measure::count(at + 1) / 10.0,
            minutes / 60.0,
            confidence / minutes,
            right / minutes
        );
    }
    let _ = writeln!(
        text,
        "\nWere the threshold chosen in hindsight so that 5 % of work time is wrong, {:.1} % would be right.",
        tally.right_where_wrong_is(0.05)
    );
    let [work, right, wrong] = tally.judged;
    let _ = writeln!(
        text,
        "\nJudged as the person reviews, who does not cut a block for less than five minutes: {:.1} % right, {:.1} % wrong.",
        100.0 * right / work.max(1.0),
        100.0 * wrong / work.max(1.0)
    );
    let part = |minutes: f64| 100.0 * minutes / tally.work.max(1.0);
    let [task, none, given] = tally.mistakes.map(part);
    let _ = writeln!(
        text,
        "\nOf what is wrong: another task {task:.1} %, a task taken for none {none:.1} %, none taken for a task {given:.1} % of work time."
    );
    kinds(text, tally);
    let (real, found) = tally.switches;
    let _ = writeln!(
        text,
        "\nChanges of task found within two minutes: {found:.0} of {real:.0}; {:.0} said that were none.",
        tally.invented
    );
}

/// Where the time goes that is not right.
fn kinds(text: &mut String, tally: &Tally) {
    let _ = writeln!(
        text,
        "\n| what it was | % of work | right % of it | wrong % of it |\n|---|---|---|---|"
    );
    for ((kind, fresh), [minutes, right, wrong]) in &tally.kinds {
        let name = match (kind, fresh) {
            (Kind::Task, false) => "a task that was reviewed",
            (Kind::Task, true) => "a task nobody had reviewed",
            (Kind::Review, _) => "review of a colleague's work",
            (Kind::Helping, _) => "a colleague's question",
            (Kind::Chore, _) => "mail, chat and the like",
            (Kind::Standup, _) => "the daily meeting",
            (Kind::Interruption, _) => "a few minutes of those in between",
            (Kind::Private, _) => continue,
        };
        let _ = writeln!(
            text,
            "| {name} | {:.1} | {:.1} | {:.1} |",
            100.0 * minutes / tally.work.max(1.0),
            100.0 * right / minutes.max(1.0),
            100.0 * wrong / minutes.max(1.0)
        );
    }
}

fn aims(people: &str, answers: Answers, tally: &Tally, days: f64) -> Vec<Figure> {
    let [right, wrong, _] = tally.shares();
    let name = |what: &str| format!("{people}: {what}");
    match answers {
        Answers::Dayloom => vec![
            Figure::at_least(name("right, no model"), right, "%", 75.0, ">= 75 %"),
            Figure::at_most(name("wrong, no model"), wrong, "%", 5.0, "<= 5 %"),
            Figure::at_most(name("ECE, no model"), tally.ece(), "", 0.05, "<= 0.05"),
        ],
        Answers::WithModel => vec![
            Figure::at_least(name("right, simulated model"), right, "%", 85.0, ">= 85 %"),
            Figure::at_most(name("wrong, simulated model"), wrong, "%", 5.0, "<= 5 %"),
            Figure::plain(name("calls for each day"), tally.calls / days, "calls"),
            Figure::plain(name("tokens for each day"), tally.tokens / days, "tokens"),
        ],
        Answers::Keys | Answers::Bayes | Answers::Nearest => Vec::new(),
    }
}
