//! `dayloom team trace`: the rules of team minutes over a written trace.

use std::io::BufRead;

use dayloom_agent::team::Tracer;

use crate::{
    failure::{Failure, Outcome},
    output::Output,
};

/// Judges a written trace line by line, without clock or network (`contract/team.md` §6). Each answer is printed before the
/// next line is read, so that a program can hold a conversation.
pub fn trace(file: &str, out: &Output) -> Outcome {
    let unread = |error: std::io::Error| {
        Failure::failed(
            format!("The trace {file} cannot be read: {error}"),
            "Give a file, or - for standard input",
        )
    };
    let lines: Box<dyn BufRead> = if file == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::io::BufReader::new(
            std::fs::File::open(file).map_err(unread)?,
        ))
    };
    let mut tracer = Tracer::default();
    for (at, line) in lines.lines().enumerate() {
        let line = line.map_err(unread)?;
        if line.trim().is_empty() {
            continue;
        }
        let refused = |error| {
            Failure::failed(
                format!("Line {} of the trace is refused: {error}", at + 1),
                "Mend it and run again",
            )
        };
        if let Some(tick) = tracer.line(&line).map_err(refused)? {
            let mut answer = serde_json::to_vec(&tick).expect("a tick is plain data");
            answer.push(b'\n');
            out.raw(&answer)?;
        }
    }
    Ok(())
}
