//! Runs a measurement and prints its figures: `dayloom-bench derive`, `ingest`, `server`. What each must reach is printed beside it;
//! the exit code is 1 if one does not. See `docs/performance.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose output is its result"
)]

use std::process::ExitCode;

use dayloom_testkit::bench::{Figure, derive, ingest, server};

#[expect(
    clippy::disallowed_methods,
    reason = "the measured server reads the same clock"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn main() -> ExitCode {
    let chosen = std::env::args().nth(1).unwrap_or_default();
    let figures: Vec<Figure> = match chosen.as_str() {
        "derive" => derive::run(),
        "ingest" => ingest::run(),
        "server" => server::run(now()),
        _ => {
            eprintln!("say what to measure: dayloom-bench derive|ingest|server");
            return ExitCode::from(2);
        }
    };
    for figure in &figures {
        println!("{figure}");
    }
    if figures.iter().any(|figure| figure.reached == Some(false)) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
