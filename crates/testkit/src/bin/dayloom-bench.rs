//! Runs measurements and prints their figures. What each must reach is printed beside it; the exit code is 1 if one does
//! not. `--json` prints an object a measurement instead. See `docs/performance.md`
//! and `docs/quality.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose output is its result"
)]

use std::process::ExitCode;

use dayloom_testkit::bench::{Report, agent, derive, ingest, pipeline, quality, server, team};

const USAGE: &str = "say what to measure: dayloom-bench [--json] derive|ingest|pipeline|quality|server|team[=hostile|month]|agent[=MINUTES] …";
/// How long the agent is watched if nothing else is said.
const MINUTES: u64 = 10;

#[expect(
    clippy::disallowed_methods,
    reason = "the measured server reads the same clock"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn measure(what: &str) -> Option<Report> {
    let (name, more) = what
        .split_once('=')
        .map_or((what, None), |(name, more)| (name, Some(more)));
    let figures = match (name, more) {
        ("derive", None) => derive::run(),
        ("ingest", None) => ingest::run(),
        ("pipeline", None) => pipeline::run(),
        ("quality", None) => {
            let (text, figures) = quality::report();
            // The tables are for a reader; on standard error they do not meet a program that reads the figures.
            eprintln!("{text}");
            figures
        }
        ("server", None) => server::run(now()),
        ("team", None) => team::run(),
        ("team", Some("hostile")) => team::hostile(),
        ("team", Some("month")) => team::month_only(),
        ("agent", None) => agent::run(MINUTES),
        ("agent", Some(minutes)) => agent::run(minutes.parse().ok().filter(|&n| n > 0)?),
        _ => return None,
    };
    Some(Report {
        benchmark: name.to_owned(),
        figures,
    })
}

fn main() -> ExitCode {
    let (flags, chosen): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let json = flags.iter().any(|flag| flag == "--json");
    if chosen.is_empty() || flags.len() > usize::from(json) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let mut missed = false;
    for what in &chosen {
        let Some(report) = measure(what) else {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        };
        missed |= report.figures.iter().any(|figure| figure.reached == Some(false));
        if json {
            println!(
                "{}",
                serde_json::to_string(&report).expect("figures are plain data with text keys")
            );
        } else {
            for figure in &report.figures {
                println!("{figure}");
            }
        }
    }
    if missed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
