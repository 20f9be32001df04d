//! `dayloom-temporal`: the same program with the engine for many. Nobody need call it: `dayloom` hands on to it.

use std::process::ExitCode;

fn main() -> ExitCode {
    dayloom::main_with_temporal()
}
