//! The mending of texts that are JSON by the grammar, but not by a strict reader. It only finds the ends of strings,
//! numbers and containers: grammar is left to the reader.

use super::MAX_DEPTH;

/// Replaces lone surrogate escapes by `\ufffd` and values no tree can hold by `null`; none if there was nothing to
/// replace.
pub(super) fn mend(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut changed = false;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < body.len() {
        let byte = body[at];
        match byte {
            b'"' => {
                let end = string_end(body, at);
                changed |= copy_string(&body[at..end], &mut out);
                at = end;
                continue;
            }
            b'{' | b'[' if depth >= MAX_DEPTH => {
                at = container_end(body, at);
                out.extend_from_slice(b"null");
                changed = true;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let len = body[at..]
                    .iter()
                    .take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                let end = at + len.count();
                let number = std::str::from_utf8(&body[at..end])
                    .ok()
                    .and_then(|n| n.parse::<f64>().ok());
                if number.is_some_and(f64::is_infinite) {
                    out.extend_from_slice(b"null");
                    changed = true;
                } else {
                    out.extend_from_slice(&body[at..end]);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        out.push(byte);
        at += 1;
    }
    changed.then_some(out)
}

/// The index after the closing quote of the string that opens at `start`.
fn string_end(body: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < body.len() {
        match body[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    body.len()
}

/// The index after the bracket that closes the one at `start`.
fn container_end(body: &[u8], start: usize) -> usize {
    let mut open = 0_usize;
    let mut at = start;
    while at < body.len() {
        match body[at] {
            b'"' => {
                at = string_end(body, at);
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return at;
        }
    }
    body.len()
}

/// Copies one string, quotes included, with its lone surrogates replaced; says whether there were any.
fn copy_string(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push(text[at]);
            at += 1;
            continue;
        }
        match escape(&text[at..]) {
            Some(0xD800..=0xDBFF) if matches!(text.get(at + 6..).and_then(escape), Some(0xDC00..=0xDFFF)) => {
                out.extend_from_slice(&text[at..at + 12]);
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                out.extend_from_slice(b"\\ufffd");
                changed = true;
                at += 6;
            }
            _ => {
                let end = (at + 2).min(text.len());
                out.extend_from_slice(&text[at..end]);
                at = end;
            }
        }
    }
    changed
}

/// The code unit of a `\uXXXX` escape that begins here.
fn escape(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}
