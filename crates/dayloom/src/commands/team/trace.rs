//! `dayloom team trace`: the rules of team minutes over a written trace.

use std::io::BufRead;

use dayloom_agent::team::Tracer;
use serde::Serialize;
use serde_json::json;

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
    let mut refused = Vec::new();
    for (at, line) in lines.lines().enumerate() {
        let line = line.map_err(unread)?;
        if line.trim().is_empty() {
            continue;
        }
        match tracer.line(&line) {
            Ok(Some(tick)) => answer(out, &tick)?,
            Ok(None) => {}
            // One answer a line: a line that cannot be judged says so in its place, and the rest are judged.
            Err(error) => {
                refused.push(at + 1);
                answer(out, &json!({ "error": error.to_string() }))?;
            }
        }
    }
    match refused.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(Failure::failed(
            format!(
                "{} lines of the trace are refused, line {first} first",
                refused.len()
            ),
            "Mend what stands as `error` in the answers, and run again",
        )),
    }
}

fn answer(out: &Output, answer: &impl Serialize) -> Outcome {
    let mut line = serde_json::to_vec(answer).expect("an answer is plain data");
    line.push(b'\n');
    out.raw(&line)
}
