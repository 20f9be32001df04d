//! The program: the place that chooses a database, an engine and an operating system.
//!
//! It is built twice from these sources. `dayloom` is what people run. `dayloom-temporal` beside it has the engine for
//! many too, which would double the size of the first; who asks for that engine is handed on to it
//! (`docs/decisions/two-programs.md`).

mod boot;
mod cli;
mod clock;
mod commands;
mod companion;
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
mod stop;
#[cfg(feature = "temporal")]
mod temporal;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::{
    cli::{Cli, Cmd},
    failure::Outcome,
    home::Home,
    output::Output,
    settings::Settings,
    stop::Stop,
};

/// What every command is given.
pub(crate) struct Context {
    /// The home folder; it need not exist yet.
    pub home: Home,
    /// Settings in force.
    pub settings: Settings,
    /// The terminal.
    pub out: Output,
    /// What standard error shows of logs.
    pub loudness: logs::Loudness,
    /// Whether the program was told to stop.
    pub stop: Stop,
}

/// Runs the command of the command line, without the engine for many.
pub fn main() -> ExitCode {
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

/// The same with the engine for many.
#[cfg(feature = "temporal")]
pub fn main_with_temporal() -> ExitCode {
    engine::know(temporal::of);
    main()
}

fn run(cli: Cli, matches: &clap::ArgMatches, out: Output) -> Outcome {
    match cli.command {
        Cmd::Completions { shell } => return commands::papers::completions(shell, &out),
        Cmd::Man => return commands::papers::man(&out),
        _ => {}
    }
    let home = Home::find(cli.global.home)?;
    // Each new shell asks for its hook: it must not hear of settings that have nothing to do with it.
    if let Cmd::ShellInit { shell } = cli.command {
        return commands::papers::shell_init(shell, &home, &out);
    }
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
            stop: Stop::default(),
        },
    )
}
