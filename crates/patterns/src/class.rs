//! Sets of code units: what stands between brackets, and the short names for digits, blanks and letters of words.

use crate::fold::any_case;

/// A short name of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// `\d`
    Digit,
    /// `\s`
    Blank,
    /// `\w`
    Word,
}

const DIGITS: &[(u16, u16)] = &[(0x30, 0x39)];
const WORDS: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
/// White space and line ends of ECMA-262.
const BLANKS: &[(u16, u16)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];

impl Short {
    fn ranges(self) -> &'static [(u16, u16)] {
        match self {
            Short::Digit => DIGITS,
            Short::Blank => BLANKS,
            Short::Word => WORDS,
        }
    }
}

/// Whether a unit belongs to words, for `\b`.
pub fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a unit ends a line: `.` is everything else.
pub fn is_line_end(unit: u16) -> bool {
    matches!(unit, 0x0A | 0x0D | 0x2028 | 0x2029)
}

/// A set of code units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    negated: bool,
    ranges: Vec<(u16, u16)>,
}

impl Class {
    /// An empty set, or with `negated` everything.
    pub fn new(negated: bool) -> Self {
        let ranges = Vec::new();
        Self { negated, ranges }
    }

    /// The set of a short name, or all that is not in it.
    pub fn of(short: Short, others: bool) -> Self {
        let mut class = Self::new(false);
        class.add_short(short, others);
        class.settle();
        class
    }

    /// Adds the units from the first to the last.
    pub fn add(&mut self, first: u16, last: u16) {
        self.ranges.push((first, last));
    }

    /// Adds the set of a short name, or all that is not in it.
    pub fn add_short(&mut self, short: Short, others: bool) {
        if !others {
            self.ranges.extend_from_slice(short.ranges());
            return;
        }
        let mut next = 0;
        for &(first, last) in short.ranges() {
            if next < first {
                self.add(next, first - 1);
            }
            next = last.saturating_add(1);
        }
        self.add(next, u16::MAX);
    }

    /// Puts the ranges in order and together, so that a unit is found by halving.
    pub fn settle(&mut self) {
        self.ranges.sort_unstable();
        let mut settled: Vec<(u16, u16)> = Vec::with_capacity(self.ranges.len());
        for &(first, last) in &self.ranges {
            match settled.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => settled.push((first, last)),
            }
        }
        self.ranges = settled;
    }

    /// Whether a canonical unit is in the set in any case.
    pub fn holds(&self, canonical: u16) -> bool {
        any_case(canonical, |unit| self.has(unit)) != self.negated
    }

    fn has(&self, unit: u16) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= unit);
        after > 0 && unit <= self.ranges[after - 1].1
    }
}
