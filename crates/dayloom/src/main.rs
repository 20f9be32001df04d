//! `dayloom`, the program people run.

use std::process::ExitCode;

fn main() -> ExitCode {
    dayloom::main()
}
