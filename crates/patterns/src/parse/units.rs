//! What a single code unit of the text may be: escapes, and sets in brackets.

use super::Reader;
use crate::{
    class::{Class, Short},
    tree::Node,
};

/// What stands at one place of a set.
enum Member {
    Unit(u16),
    Short(Short, bool),
}

impl Reader<'_> {
    /// What is behind a backslash, outside of a set.
    pub(super) fn escape(&mut self) -> Option<Node> {
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

    pub(super) fn hex(&mut self) -> Option<u32> {
        char::from_u32(u32::from(self.take()?))?.to_digit(16)
    }

    pub(super) fn hexes(&mut self, count: usize) -> Option<u16> {
        let mut value = 0;
        for _ in 0..count {
            value = value * 16 + self.hex()?;
        }
        u16::try_from(value).ok()
    }

    /// A set behind its opening bracket.
    pub(super) fn class(&mut self) -> Option<Class> {
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
