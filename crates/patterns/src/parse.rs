//! Reads a pattern into a tree: the grammar of ECMA-262 for patterns without the flag `u`, Annex B included, which is what a
//! browser reads. Whether a pattern is valid is the engine's to say ([`crate::engine`]); here what is not understood is none.

use crate::class::{Class, Short};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// One of several, the first that leads on.
    Choice(Vec<Node>),
    /// One after another.
    Sequence(Vec<Node>),
    /// A code unit.
    Unit(u16),
    /// Anything but the end of a line.
    Dot,
    /// A unit of a set.
    Class(Class),
    /// The beginning of the text.
    Start,
    /// The end of the text.
    End,
    /// The edge of a word, or with `true` anywhere else.
    Edge(bool),
    /// A group that is remembered under a number.
    Capture(usize, Box<Node>),
    /// What the group of a number holds.
    Back(usize),
    /// What the group of a name holds.
    BackNamed(Vec<u16>),
    /// A look ahead or behind that takes nothing.
    Look {
        /// Whether it reads backwards.
        behind: bool,
        /// Whether it must not succeed.
        negated: bool,
        /// What is looked for.
        inside: Box<Node>,
    },
    /// Something again and again.
    Repeat {
        /// What.
        inside: Box<Node>,
        /// Times at least.
        least: u32,
        /// Times at most; `u32::MAX` is without end.
        most: u32,
        /// Whether more is tried first.
        greedy: bool,
        /// Numbers of the groups inside, from the first up to the last but one.
        groups: (usize, usize),
    },
}

/// A whole pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// What it says.
    pub root: Node,
    /// Groups that are remembered, the whole match included.
    pub groups: usize,
    /// Names of groups, with their numbers.
    pub names: Vec<(Vec<u16>, usize)>,
}

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

/// What stands at one place of a set.
enum Member {
    Unit(u16),
    Short(Short, bool),
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

    fn escape(&mut self) -> Option<Node> {
        let unit = self.take()?;
        let byte = u8::try_from(unit).unwrap_or_default();
        if let Some((short, others)) = short(byte) {
            return Some(Node::Class(Class::of(short, others)));
        }
        match byte {
            b'b' => return Some(Node::Edge(false)),
            b'B' => return Some(Node::Edge(true)),
            b'k' if self.named => {
                return if self.eat("<") {
                    Some(Node::BackNamed(self.name()?))
                } else {
                    None
                };
            }
            b'1'..=b'9' => {
                let start = self.at;
                self.at -= 1;
                let number = self.number().unwrap_or(u32::MAX);
                if usize::try_from(number).is_ok_and(|number| number <= self.groups) {
                    return Some(Node::Back(usize::try_from(number).ok()?));
                }
                self.at = start;
            }
            _ => {}
        }
        Some(Node::Unit(self.character(unit, false)?))
    }

    /// The unit an escape stands for; its first unit is taken already.
    fn character(&mut self, unit: u16, in_class: bool) -> Option<u16> {
        let start = self.at;
        Some(match u8::try_from(unit).unwrap_or_default() {
            b't' => 0x09,
            b'n' => 0x0A,
            b'v' => 0x0B,
            b'f' => 0x0C,
            b'r' => 0x0D,
            b'c' => match self.peek() {
                Some(letter)
                    if letter.is_ascii_alphabetic()
                        || (in_class && (letter.is_ascii_digit() || letter == b'_')) =>
                {
                    self.take()? & 31
                }
                // The backslash stands for itself, and `c` is read again.
                _ => {
                    self.at = start - 1;
                    u16::from(b'\\')
                }
            },
            b'x' => self.hexes(2).unwrap_or_else(|| {
                self.at = start;
                unit
            }),
            b'u' => self.hexes(4).unwrap_or_else(|| {
                self.at = start;
                unit
            }),
            first @ b'0'..=b'7' => {
                let mut value = u16::from(first - b'0');
                for _ in 0..(if first <= b'3' { 2 } else { 1 }) {
                    match self.peek() {
                        Some(digit @ b'0'..=b'7') => value = value * 8 + u16::from(digit - b'0'),
                        _ => break,
                    }
                    self.at += 1;
                }
                value
            }
            _ => unit,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        char::from_u32(u32::from(self.take()?))?.to_digit(16)
    }

    fn hexes(&mut self, count: usize) -> Option<u16> {
        let mut value = 0;
        for _ in 0..count {
            value = value * 16 + self.hex()?;
        }
        u16::try_from(value).ok()
    }

    fn class(&mut self) -> Option<Class> {
        let mut class = Class::new(self.eat("^"));
        while !self.eat("]") {
            let first = self.member()?;
            let range = self.peek() == Some(b'-') && self.units.get(self.at + 1) != Some(&u16::from(b']'));
            if !range {
                put(&mut class, first);
                continue;
            }
            self.at += 1;
            match (first, self.member()?) {
                (Member::Unit(first), Member::Unit(last)) if first <= last => class.add(first, last),
                (Member::Unit(_), Member::Unit(_)) => return None,
                (first, last) => {
                    put(&mut class, first);
                    put(&mut class, Member::Unit(u16::from(b'-')));
                    put(&mut class, last);
                }
            }
        }
        class.settle();
        Some(class)
    }

    fn member(&mut self) -> Option<Member> {
        let unit = self.take()?;
        if unit != u16::from(b'\\') {
            return Some(Member::Unit(unit));
        }
        let unit = self.take()?;
        let byte = u8::try_from(unit).unwrap_or_default();
        if let Some((name, others)) = short(byte) {
            return Some(Member::Short(name, others));
        }
        let value = if byte == b'b' {
            8
        } else {
            self.character(unit, true)?
        };
        Some(Member::Unit(value))
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

fn short(byte: u8) -> Option<(Short, bool)> {
    let short = match byte.to_ascii_lowercase() {
        b'd' => Short::Digit,
        b's' => Short::Blank,
        b'w' => Short::Word,
        _ => return None,
    };
    Some((short, byte.is_ascii_uppercase()))
}

fn put(class: &mut Class, member: Member) {
    match member {
        Member::Unit(unit) => class.add(unit, unit),
        Member::Short(short, others) => class.add_short(short, others),
    }
}
