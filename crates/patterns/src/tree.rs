//! A pattern as a tree: what [`crate::parse`] reads and [`crate::program`] is made from.

use crate::class::Class;

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
