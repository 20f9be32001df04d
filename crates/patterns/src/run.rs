//! Runs a program over a text and counts what it does: each operation, each place it comes back to and each unit it compares is a
//! step, so that a limit in steps is a limit in time, whatever the pattern. Nothing here calls itself but for looking ahead or
//! behind, whose depth the pattern bounds.

use crate::class::{is_line_end, is_word};
use crate::fold::canonical;
use crate::program::{Op, Program};

/// Places to come back to that may be kept, 12 bytes each; a search that wants more has passed its limit.
const MOST_KEPT: usize = 1 << 19;

/// Units compared at once that are as much work as a step.
const UNITS_A_STEP: usize = 8;

/// A slot that holds no place.
const NOWHERE: u32 = u32::MAX;

/// A text as programs read it: code units in their canonical form.
#[derive(Debug)]
pub struct Text(Vec<u16>);

impl Text {
    /// Of a text.
    pub fn new(text: &str) -> Self {
        Self(text.encode_utf16().map(canonical).collect())
    }

    /// Code units.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The pattern is in the text.
    Yes,
    /// It is not.
    No,
    /// The limit came first.
    Exceeded,
}

/// Looks for a pattern in a text with at most `limit` steps; says what came of it, and how many steps it took.
pub fn search(program: &Program, text: &Text, limit: u32) -> (Found, u32) {
    let mut run = Run {
        program,
        text: &text.0,
        slots: vec![NOWHERE; program.slots],
        kept: Vec::new(),
        left: limit,
    };
    let found = run.anywhere();
    (found.unwrap_or(Found::Exceeded), limit - run.left)
}

/// The limit came.
struct Exceeded;

/// What to do when nothing leads on.
#[derive(Clone, Copy)]
enum Kept {
    /// Go on at an operation, from a place.
    Place { op: u32, at: u32 },
    /// Put a slot back.
    Slot { slot: u32, was: u32 },
}

struct Run<'a> {
    program: &'a Program,
    text: &'a [u16],
    slots: Vec<u32>,
    kept: Vec<Kept>,
    left: u32,
}

impl Run<'_> {
    fn anywhere(&mut self) -> Result<Found, Exceeded> {
        for start in 0..=self.text.len() {
            if self.from(0, start)? {
                return Ok(Found::Yes);
            }
        }
        Ok(Found::No)
    }

    fn spend(&mut self, steps: usize) -> Result<(), Exceeded> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exceeded)
            }
        }
    }

    fn keep(&mut self, kept: Kept) -> Result<(), Exceeded> {
        if self.kept.len() >= MOST_KEPT {
            return Err(Exceeded);
        }
        self.kept.push(kept);
        Ok(())
    }

    fn set(&mut self, slot: usize, value: u32) -> Result<(), Exceeded> {
        let was = std::mem::replace(&mut self.slots[slot], value);
        self.keep(Kept::Slot {
            slot: small(slot),
            was,
        })
    }

    /// Runs from an operation and a place on. Where it fails, everything is as it was.
    fn from(&mut self, op: usize, at: usize) -> Result<bool, Exceeded> {
        let floor = self.kept.len();
        let (mut op, mut at) = (op, at);
        loop {
            self.spend(1)?;
            let next = match self.program.ops[op] {
                Op::Accept => return Ok(true),
                Op::Look { negated, end } => self.look(op, at, negated)?.then_some((end, at)),
                ref other => self.step(other, op, at)?,
            };
            match next {
                Some(next) => (op, at) = next,
                None => match self.back(floor)? {
                    Some(place) => (op, at) = place,
                    None => return Ok(false),
                },
            }
        }
    }

    /// The last place above `floor` to go on from, with every slot as it was there.
    fn back(&mut self, floor: usize) -> Result<Option<(usize, usize)>, Exceeded> {
        while self.kept.len() > floor {
            self.spend(1)?;
            match self.kept.pop() {
                Some(Kept::Slot { slot, was }) => self.slots[slot as usize] = was,
                Some(Kept::Place { op, at }) => return Ok(Some((op as usize, at as usize))),
                None => break,
            }
        }
        Ok(None)
    }

    /// Whether looking ahead or behind lets the pattern go on. What it remembered stays, the places it kept do not.
    fn look(&mut self, op: usize, at: usize, negated: bool) -> Result<bool, Exceeded> {
        let floor = self.kept.len();
        if !self.from(op + 1, at)? {
            return Ok(negated);
        }
        self.spend(self.kept.len() - floor)?;
        if negated {
            while self.kept.len() > floor {
                if let Some(Kept::Slot { slot, was }) = self.kept.pop() {
                    self.slots[slot as usize] = was;
                }
            }
            return Ok(false);
        }
        let mut free = floor;
        for from in floor..self.kept.len() {
            if matches!(self.kept[from], Kept::Slot { .. }) {
                self.kept[free] = self.kept[from];
                free += 1;
            }
        }
        self.kept.truncate(free);
        Ok(true)
    }

    /// One operation: where it leads, or nowhere.
    fn step(&mut self, this: &Op, op: usize, at: usize) -> Result<Option<(usize, usize)>, Exceeded> {
        let next = op + 1;
        Ok(match *this {
            Op::Unit { unit, back } => self.one(at, back, |found| found == unit).map(|at| (next, at)),
            Op::Dot { back } => self
                .one(at, back, |found| !is_line_end(found))
                .map(|at| (next, at)),
            Op::Class { class, back } => {
                let class = &self.program.classes[class];
                self.one(at, back, |found| class.holds(found))
                    .map(|at| (next, at))
            }
            Op::Start => (at == 0).then_some((next, at)),
            Op::End => (at == self.text.len()).then_some((next, at)),
            Op::Edge(nowhere) => {
                let before = at > 0 && is_word(self.text[at - 1]);
                let after = self.text.get(at).is_some_and(|unit| is_word(*unit));
                ((before != after) != nowhere).then_some((next, at))
            }
            Op::Split { first, second } => {
                self.keep(Kept::Place {
                    op: small(second),
                    at: small(at),
                })?;
                Some((first, at))
            }
            Op::Jump(to) => Some((to, at)),
            Op::Save(slot) => {
                self.set(slot, small(at))?;
                Some((next, at))
            }
            Op::Back { group, back } => self.same(group, at, back)?.map(|at| (next, at)),
            Op::Enter { count } => {
                self.set(count, 0)?;
                Some((next, at))
            }
            Op::Loop {
                count,
                least,
                most,
                greedy,
                exit,
            } => {
                let turns = self.slots[count];
                let (more, less) = ((next, at), (exit, at));
                let free = turns >= least && turns < most;
                let (first, second) = if turns < least || (free && greedy) {
                    (more, less)
                } else {
                    (less, more)
                };
                if free {
                    self.keep(Kept::Place {
                        op: small(second.0),
                        at: small(at),
                    })?;
                }
                Some(first)
            }
            Op::Turn {
                count,
                forget: (first, last),
            } => {
                self.spend(last - first)?;
                self.set(count, self.slots[count].saturating_add(1))?;
                self.set(count + 1, small(at))?;
                for slot in first..last {
                    self.set(slot, NOWHERE)?;
                }
                Some((next, at))
            }
            Op::Again { count, least, start } => {
                let idle = self.slots[count] > least && self.slots[count + 1] == small(at);
                (!idle).then_some((start, at))
            }
            Op::Look { .. } | Op::Accept => None,
        })
    }

    /// The place behind the next unit, or before the last one, where that is right.
    fn one(&self, at: usize, back: bool, right: impl Fn(u16) -> bool) -> Option<usize> {
        let place = if back { at.checked_sub(1)? } else { at };
        let unit = *self.text.get(place)?;
        right(unit).then_some(if back { place } else { place + 1 })
    }

    /// The place behind a repetition of what a group holds, or before it. A group that holds nothing is everywhere.
    fn same(&mut self, group: usize, at: usize, back: bool) -> Result<Option<usize>, Exceeded> {
        let (first, last) = (self.slots[2 * group], self.slots[2 * group + 1]);
        if first == NOWHERE || last == NOWHERE {
            return Ok(Some(at));
        }
        let held = first as usize..last as usize;
        let length = held.len();
        self.spend(length / UNITS_A_STEP)?;
        let there = if back {
            at.checked_sub(length).map(|from| from..at)
        } else {
            Some(at..at + length)
        };
        let there = there.filter(|there| there.end <= self.text.len());
        let same = there.filter(|there| self.text[there.clone()] == self.text[held]);
        Ok(same.map(|there| if back { there.start } else { there.end }))
    }
}

/// A place, an operation or a slot: of a pattern of 200 characters and a text of 1,024 none is large.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NOWHERE)
}
