//! What the engine does not judge: how large a pattern grows when its repetitions are written out, and syntax newer than
//! ES2023, which the engine would take and a member's browser might not.
//!
//! It reads only as much of a pattern as that needs; whether the pattern is valid is the engine's to say.

use std::collections::BTreeSet;

use crate::BadPattern;

/// Bytes of program a single character takes, counted high.
const BYTES_OF_AN_ATOM: u64 = 8;

/// Bytes of program a pattern may take (`contract/team.md` §5).
const MOST_BYTES: u64 = 1 << 20;

/// Refuses patterns that grow past the limit or use newer syntax.
pub fn check(pattern: &str) -> Result<(), BadPattern> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader {
        letters: &letters,
        at: 0,
        names: BTreeSet::new(),
    };
    let atoms = reader.alternatives(0)?;
    if atoms.saturating_mul(BYTES_OF_AN_ATOM) > MOST_BYTES {
        Err(BadPattern::Size)
    } else {
        Ok(())
    }
}

/// Groups inside groups that are followed; no deeper pattern of 200 characters makes sense.
const MOST_DEPTH: usize = 100;

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
    names: BTreeSet<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn ahead(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(i, c)| self.letters.get(self.at + i) == Some(&c))
    }

    /// Atoms of a sequence up to its closing parenthesis or the end, with repetitions written out.
    fn alternatives(&mut self, depth: usize) -> Result<u64, BadPattern> {
        if depth > MOST_DEPTH {
            return Err(BadPattern::Size);
        }
        let mut total: u64 = 0;
        while let Some(letter) = self.peek() {
            if letter == ')' && depth > 0 {
                break;
            }
            let atom = self.atom(letter, depth)?;
            total = total.saturating_add(atom.saturating_mul(self.repetitions()));
        }
        Ok(total)
    }

    fn atom(&mut self, letter: char, depth: usize) -> Result<u64, BadPattern> {
        self.at += 1;
        match letter {
            '\\' => self.at += 1,
            '[' => self.class(),
            '(' => {
                self.group_head()?;
                let inside = self.alternatives(depth + 1)?;
                self.at += 1;
                return Ok(inside.saturating_add(1));
            }
            _ => {}
        }
        Ok(1)
    }

    fn class(&mut self) {
        while let Some(letter) = self.peek() {
            self.at += 1;
            match letter {
                '\\' => self.at += 1,
                ']' => break,
                _ => {}
            }
        }
    }

    /// What follows an opening parenthesis, which takes no room itself: a name given twice and flags inside a pattern are newer than ES2023.
    fn group_head(&mut self) -> Result<(), BadPattern> {
        if let Some(head) = ["?:", "?=", "?!", "?<=", "?<!"]
            .iter()
            .find(|head| self.ahead(head))
        {
            self.at += head.len();
        } else if self.ahead("?<") {
            self.at += 2;
            let name: String = self.letters[self.at..]
                .iter()
                .take_while(|c| **c != '>')
                .collect();
            self.at += name.chars().count();
            if !self.names.insert(name) {
                return Err(BadPattern::Newer("two groups have one name"));
            }
        } else if self.ahead("?")
            && self
                .letters
                .get(self.at + 1)
                .is_some_and(|c| matches!(c, 'i' | 'm' | 's' | '-'))
        {
            return Err(BadPattern::Newer("flags inside a pattern"));
        }
        Ok(())
    }

    /// How often the atom just read is written out by the quantifier behind it.
    fn repetitions(&mut self) -> u64 {
        match self.peek() {
            Some('*' | '+' | '?') => {
                self.at += 1;
                1
            }
            Some('{') => self.braces().unwrap_or(1),
            _ => 1,
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else is literal text and is left alone.
    fn braces(&mut self) -> Option<u64> {
        let close = self.letters[self.at..].iter().position(|c| *c == '}')? + self.at;
        let inside: String = self.letters[self.at + 1..close].iter().collect();
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        let least = number(least)?;
        if !most.is_empty() && number(most).is_none() {
            return None;
        }
        self.at = close + 1;
        Some(number(most).unwrap_or(least).max(1))
    }
}
