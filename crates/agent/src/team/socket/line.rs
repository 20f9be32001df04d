//! Lines of bounded length from a stream.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Bytes a message may have.
pub const MOST: usize = 1 << 20;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line longer than [`MOST`], which was skipped.
    TooLong,
    /// The stream ended.
    End,
}

/// Reads lines; may be dropped while it waits without losing anything.
pub struct Lines<R> {
    reader: R,
    held: Vec<u8>,
    too_long: bool,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// Reads from a stream.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            held: Vec::new(),
            too_long: false,
        }
    }

    /// The next line. A last line without an end is a line.
    pub async fn next(&mut self) -> io::Result<Line> {
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                let last = std::mem::take(&mut self.held);
                let too_long = std::mem::take(&mut self.too_long);
                return Ok(match (too_long, last.is_empty()) {
                    (true, _) => Line::TooLong,
                    (false, true) => Line::End,
                    (false, false) => Line::Whole(last),
                });
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(chunk.len());
            if self.held.len() + taken > MOST {
                self.too_long = true;
                self.held = Vec::new();
            } else if !self.too_long {
                self.held.extend_from_slice(&chunk[..taken]);
            }
            self.reader.consume(end.map_or(taken, |end| end + 1));
            if end.is_none() {
                continue;
            }
            if std::mem::take(&mut self.too_long) {
                return Ok(Line::TooLong);
            }
            let mut line = std::mem::take(&mut self.held);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Line::Whole(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_that_is_too_long_costs_no_memory_and_no_other_line() {
        let text = [b"one\r\n".to_vec(), vec![b'x'; 3 * MOST], b"\ntwo\nlast".to_vec()].concat();
        let mut lines = Lines::new(tokio::io::BufReader::new(text.as_slice()));
        assert_eq!(lines.next().await.expect("read"), Line::Whole(b"one".to_vec()));
        assert_eq!(lines.next().await.expect("read"), Line::TooLong);
        assert_eq!(lines.next().await.expect("read"), Line::Whole(b"two".to_vec()));
        assert_eq!(lines.next().await.expect("read"), Line::Whole(b"last".to_vec()));
        assert_eq!(lines.next().await.expect("read"), Line::End);
    }
}
