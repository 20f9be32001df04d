//! The one binary: the place that chooses a database, an engine and an operating system.

mod boot;
mod cli;
mod clock;
mod commands;
mod demo;
mod documented;
mod engine;
mod failure;
mod home;
mod logs;
mod model;
mod output;
mod page;
mod remote;
mod settings;
mod shelf;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::{
    cli::{Cli, Cmd},
    failure::Outcome,
    home::Home,
    output::Output,
    settings::Settings,
};

/// What every command is given.
pub struct Context {
    /// The home folder; it need not exist yet.
    pub home: Home,
    /// Settings in force.
    pub settings: Settings,
    /// The terminal.
    pub out: Output,
    /// What standard error shows of logs.
    pub loudness: logs::Loudness,
}

fn main() -> ExitCode {
    home::close_to_others();
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        // Help and version go to standard output with 0, wrong usage to standard error with 2.
        Err(error) => error.exit(),
    };
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let out = Output::new(cli.global.json, cli.global.quiet, cli.global.color);
    match run(cli, &matches, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(cli: Cli, matches: &clap::ArgMatches, out: Output) -> Outcome {
    match cli.command {
        Cmd::Completions { shell } => return commands::papers::completions(shell, &out),
        Cmd::Man => return commands::papers::man(&out),
        _ => {}
    }
    let home = Home::find(cli.global.home)?;
    let settings = Settings::read(&home, matches)?;
    let loudness = logs::Loudness {
        quiet: cli.global.quiet,
        verbose: cli.global.verbose,
        color: out.colored_errors(),
    };
    commands::run(
        cli.command,
        Context {
            home,
            settings,
            out,
            loudness,
        },
    )
}
