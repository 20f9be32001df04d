//! The only place that writes to a terminal: facts to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// How this run prints.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Facts as JSON.
    pub json: bool,
    /// Hints are left out; errors stay.
    pub quiet: bool,
    color_out: bool,
    color_err: bool,
}

impl Output {
    /// Decides on colour once; `NO_COLOR` counts when it is set and not empty.
    pub fn new(json: bool, quiet: bool, color: Color) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let decide = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        Self {
            json,
            quiet,
            color_out: decide(io::stdout().is_terminal()),
            color_err: decide(io::stderr().is_terminal()),
        }
    }

    /// Whether standard error takes colour.
    pub fn colored_errors(&self) -> bool {
        self.color_err
    }

    /// One line of facts.
    pub fn line(&self, text: impl std::fmt::Display) -> Outcome {
        self.line_read(text).map(drop)
    }

    /// One line of facts; false where nobody reads any more, so that who has no end of lines may end.
    pub fn line_read(&self, text: impl std::fmt::Display) -> Outcome<bool> {
        written(writeln!(io::stdout().lock(), "{text}").and_then(|()| io::stdout().flush()))
    }

    /// Bytes as they are, for completions and manual pages.
    pub fn raw(&self, bytes: &[u8]) -> Outcome {
        let mut out = io::stdout().lock();
        written(out.write_all(bytes).and_then(|()| out.flush())).map(drop)
    }

    /// Facts as indented JSON.
    pub fn json(&self, value: &impl Serialize) -> Outcome {
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| Failure::failed(format!("The answer cannot be written as JSON: {e}"), REPORT))?;
        self.line(text)
    }

    /// Facts as JSON where asked for, else as the lines given.
    pub fn facts(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Outcome {
        if self.json {
            return self.json(value);
        }
        let text = text();
        if text.is_empty() {
            Ok(())
        } else {
            self.line(text.trim_end_matches('\n'))
        }
    }

    /// A hint on standard error. A closed standard error is no reason to fail.
    pub fn hint(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// An error on standard error, also when quiet.
    pub fn failure(&self, failure: &Failure) {
        let head = if self.color_err {
            "\u{1b}[1;31merror:\u{1b}[0m"
        } else {
            "error:"
        };
        let _ = writeln!(io::stderr().lock(), "{head} {failure}");
    }

    /// Text set in bold where standard output takes colour.
    pub fn strong(&self, text: &str) -> String {
        if self.color_out {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

const REPORT: &str = "This is a fault of Dayloom: please report it";

/// Whether it was read; a reader that went away has what it wanted (`dayloom config | head -1`).
fn written(result: io::Result<()>) -> Outcome<bool> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Failure::failed(
            format!("Standard output cannot be written: {e}"),
            "Check where it is redirected to",
        )),
        Ok(()) => Ok(true),
    }
}

/// Rows set in columns, two spaces between them; numbers (columns named in `right`) to the right.
pub fn columns(rows: &[Vec<String>], right: &[usize]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|r| r.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (index, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[index].saturating_sub(cell.chars().count()));
            if index > 0 {
                line.push_str("  ");
            }
            if right.contains(&index) {
                line.push_str(&gap);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&gap);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Text made safe for a terminal: control characters become spaces, so that a window title moves no cursor.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The first `limit` characters, with an ellipsis where something is cut.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Seconds as `8h 43m` to the nearest minute, below a minute as `12s`.
pub fn duration(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a length of time in seconds is far below 2^63"
    )]
    let whole = seconds.round() as i64;
    if whole < 60 {
        return format!("{whole}s");
    }
    let minutes = (whole + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m}m"),
        (h, m) => format!("{h}h {m:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![
            vec!["a".into(), "5".into(), "x".into()],
            vec!["bcd".into(), "120".into(), "y".into()],
        ];
        assert_eq!(columns(&rows, &[1]), "a      5  x\nbcd  120  y\n");
    }

    #[test]
    fn a_title_cannot_move_the_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\nc"), "a [2Jb c");
    }

    #[test]
    fn durations_read_like_the_pages() {
        assert_eq!(duration(31_380.4), "8h 43m");
        assert_eq!(duration(59.4), "59s");
        assert_eq!(duration(300.0), "5m");
    }
}
