//! Development tasks that need more than a shell line. `cargo xtask tidy` checks the conventions of the
//! repository; the same checks run as a test. Must not know any crate of the product.

mod tidy;

use std::{path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo xtask tidy";

#[expect(clippy::print_stderr, reason = "this is the program's output")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some("tidy") || arguments.next().is_some() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match tidy::check(repository()) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in &findings {
                eprintln!("{finding}");
            }
            eprintln!("{} to mend", findings.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("tidy could not read the repository: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository this program was built in.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
}
