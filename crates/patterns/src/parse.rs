//! Reads a pattern into a tree: the grammar of ECMA-262 for patterns without the flag `u`, Annex B included, which is what a
//! browser reads. Whether a pattern is valid is the engine's to say ([`crate::engine`]); here what is not understood is none.

mod units;

use crate::tree::{Node, Tree};

/// Reads a pattern. `None` where it is not understood.
pub fn parse(pattern: &str) -> Option<Tree> {
    let units: Vec<u16> = pattern.encode_utf16().collect();
    let (groups, named) = count_groups(&units);
    let mut reader = Reader {
        units: &units,
        at: 0,
        groups,
        named,
        next: 1,
        names: Vec::new(),
    };
    let root = reader.choice()?;
    (reader.at == units.len()).then_some(Tree {
        root,
        groups: groups + 1,
        names: reader.names,
    })
}

/// How many groups are remembered, and whether one of them has a name: both decide how escapes before them are read.
fn count_groups(units: &[u16]) -> (usize, bool) {
    let (mut groups, mut named, mut in_class, mut at) = (0, false, false, 0);
    let is = |at: usize, text: &str| {
        text.bytes()
            .enumerate()
            .all(|(i, byte)| units.get(at + i) == Some(&byte.into()))
    };
    while let Some(&unit) = units.get(at) {
        match u8::try_from(unit).unwrap_or_default() {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class && !is(at, "(?") => groups += 1,
            b'(' if !in_class && is(at, "(?<") && !is(at, "(?<=") && !is(at, "(?<!") => {
                (groups, named) = (groups + 1, true);
            }
            _ => {}
        }
        at += 1;
    }
    (groups, named)
}

struct Reader<'a> {
    units: &'a [u16],
    at: usize,
    groups: usize,
    named: bool,
    next: usize,
    names: Vec<(Vec<u16>, usize)>,
}

impl Reader<'_> {
    /// The next unit where it is ASCII; 0xFF for any other, none at the end.
    fn peek(&self) -> Option<u8> {
        let unit = self.units.get(self.at)?;
        Some(u8::try_from(*unit).ok().filter(u8::is_ascii).unwrap_or(0xFF))
    }

    fn take(&mut self) -> Option<u16> {
        let unit = *self.units.get(self.at)?;
        self.at += 1;
        Some(unit)
    }

    fn eat(&mut self, text: &str) -> bool {
        let all = text
            .bytes()
            .enumerate()
            .all(|(i, byte)| self.units.get(self.at + i) == Some(&u16::from(byte)));
        if all {
            self.at += text.len();
        }
        all
    }

    fn choice(&mut self) -> Option<Node> {
        let mut arms = vec![self.sequence()?];
        while self.eat("|") {
            arms.push(self.sequence()?);
        }
        if arms.len() == 1 {
            arms.pop()
        } else {
            Some(Node::Choice(arms))
        }
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut terms = Vec::new();
        while let Some(unit) = self.peek()
            && !matches!(unit, b'|' | b')')
        {
            let first = self.next;
            let term = self.term()?;
            terms.push(self.repeated(term, first)?);
        }
        if terms.len() == 1 {
            terms.pop()
        } else {
            Some(Node::Sequence(terms))
        }
    }

    fn term(&mut self) -> Option<Node> {
        let unit = self.take()?;
        Some(match u8::try_from(unit).unwrap_or_default() {
            b'^' => Node::Start,
            b'$' => Node::End,
            b'.' => Node::Dot,
            b'(' => return self.group(),
            b'[' => Node::Class(self.class()?),
            b'\\' => return self.escape(),
            b'*' | b'+' | b'?' => return None,
            b'{' if self.braces().is_some() => return None,
            _ => Node::Unit(unit),
        })
    }

    fn group(&mut self) -> Option<Node> {
        for (head, behind, negated) in [
            ("?=", false, false),
            ("?!", false, true),
            ("?<=", true, false),
            ("?<!", true, true),
        ] {
            if self.eat(head) {
                let inside = Box::new(self.inside()?);
                return Some(Node::Look {
                    behind,
                    negated,
                    inside,
                });
            }
        }
        if self.eat("?:") {
            return self.inside();
        }
        let number = self.next;
        self.next += 1;
        if self.eat("?<") {
            let name = self.name()?;
            self.names.push((name, number));
        } else if self.peek() == Some(b'?') {
            return None;
        }
        Some(Node::Capture(number, Box::new(self.inside()?)))
    }

    fn inside(&mut self) -> Option<Node> {
        let inside = self.choice()?;
        self.eat(")").then_some(inside)
    }

    /// A name up to its `>`, with escapes read.
    fn name(&mut self) -> Option<Vec<u16>> {
        let mut name = Vec::new();
        loop {
            let unit = self.take()?;
            match u8::try_from(unit).unwrap_or_default() {
                b'>' if name.is_empty() => return None,
                b'>' => return Some(name),
                b'\\' if self.eat("u{") => {
                    let mut value = 0u32;
                    while !self.eat("}") {
                        value = value.checked_mul(16)?.checked_add(self.hex()?)?;
                    }
                    let letter = char::from_u32(value)?;
                    name.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
                }
                b'\\' if self.eat("u") => name.push(self.hexes(4)?),
                b'\\' => return None,
                _ => name.push(unit),
            }
        }
    }

    /// The term with the quantifier behind it, if there is one. `first` is the number the term's first group would have.
    fn repeated(&mut self, term: Node, first: usize) -> Option<Node> {
        let Some((least, most)) = self.quantifier() else {
            return Some(term);
        };
        if least > most {
            return None;
        }
        let greedy = !self.eat("?");
        Some(Node::Repeat {
            inside: Box::new(term),
            least,
            most,
            greedy,
            groups: (first, self.next),
        })
    }

    fn quantifier(&mut self) -> Option<(u32, u32)> {
        let bounds = match self.peek()? {
            b'*' => (0, u32::MAX),
            b'+' => (1, u32::MAX),
            b'?' => (0, 1),
            b'{' => {
                self.at += 1;
                let bounds = self.braces();
                if bounds.is_none() {
                    self.at -= 1;
                }
                return bounds;
            }
            _ => return None,
        };
        self.at += 1;
        Some(bounds)
    }

    /// `n}`, `n,}` or `n,m}` behind a brace; anything else is text and is left alone.
    fn braces(&mut self) -> Option<(u32, u32)> {
        let start = self.at;
        let bounds = self.bounds();
        if bounds.is_none() {
            self.at = start;
        }
        bounds
    }

    fn bounds(&mut self) -> Option<(u32, u32)> {
        let least = self.number()?;
        let most = match (self.eat(","), self.peek()) {
            (false, _) => least,
            (true, Some(b'}')) => u32::MAX,
            (true, _) => self.number()?,
        };
        self.eat("}").then_some((least, most))
    }

    /// A number; one that is too large is the largest.
    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        let mut value = 0u32;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }
}
