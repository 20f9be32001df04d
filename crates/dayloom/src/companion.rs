//! Handing on to `dayloom-temporal`, the program beside this one that has the engine for many. Arguments, surroundings
//! and, where the system can, the process stay the same, so that nobody notices.

use std::{env, path::PathBuf, process::Command};

use crate::{
    cli::Cmd,
    engine,
    failure::{Failure, Outcome},
    settings::Settings,
};

const NAME: &str = "dayloom-temporal";

/// Becomes the companion where the command needs the engine for many and this program is without it. Returns if there is
/// no need.
pub fn hand_on(command: &Cmd, settings: &Settings) -> Outcome {
    if engine::is_known() || !needs_it(command, settings) {
        return Ok(());
    }
    let beside = beside_this()
        .filter(|path| path.exists())
        .ok_or_else(engine::not_here)?;
    let mut companion = Command::new(beside);
    companion.args(env::args_os().skip(1));
    Err(replaced_by(companion))
}

fn needs_it(command: &Cmd, settings: &Settings) -> bool {
    match command {
        Cmd::Worker => true,
        Cmd::Up | Cmd::Serve | Cmd::Demo { .. } | Cmd::Doctor => engine::is_for_many(settings),
        _ => false,
    }
}

fn beside_this() -> Option<PathBuf> {
    let this = env::current_exe().ok()?;
    // Where the program was called through a link, the companion is beside what the link points to.
    let this = this.canonicalize().unwrap_or(this);
    Some(this.with_file_name(format!("{NAME}{}", env::consts::EXE_SUFFIX)))
}

/// Only returns where it could not be replaced.
#[cfg(unix)]
fn replaced_by(mut companion: Command) -> Failure {
    use std::os::unix::process::CommandExt;
    let error = companion.exec();
    failed(&error)
}

#[cfg(not(unix))]
fn replaced_by(mut companion: Command) -> Failure {
    match companion.status() {
        Ok(ended) => std::process::exit(ended.code().unwrap_or(1)),
        Err(error) => failed(&error),
    }
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::failed(
        format!("{NAME} beside this program could not be started: {error}"),
        "Build both again with `cargo build --release`",
    )
}
