//! A tree as a program: a list of operations, each of which costs one step. Repetitions are counted, never written out.

use crate::class::Class;
use crate::fold::canonical;
use crate::tree::{Node, Tree};

/// An operation. Those that take a unit take the one behind where `back` is set, as looking behind does.
#[derive(Clone, Debug)]
pub enum Op {
    /// A unit, in its canonical form.
    Unit { unit: u16, back: bool },
    /// Anything but the end of a line.
    Dot { back: bool },
    /// A unit of a set.
    Class { class: usize, back: bool },
    /// The beginning of the text.
    Start,
    /// The end of the text.
    End,
    /// The edge of a word, or with `true` anywhere else.
    Edge(bool),
    /// Goes on at the first, and at the second where that leads nowhere.
    Split { first: usize, second: usize },
    /// Goes on elsewhere.
    Jump(usize),
    /// Remembers the place.
    Save(usize),
    /// What a group holds.
    Back { group: usize, back: bool },
    /// Runs what follows up to [`Op::Accept`] by itself, and goes on at `end`.
    Look { negated: bool, end: usize },
    /// It is found.
    Accept,
    /// Sets a count to none.
    Enter { count: usize },
    /// Another turn, or on at `exit`.
    Loop {
        count: usize,
        least: u32,
        most: u32,
        greedy: bool,
        exit: usize,
    },
    /// Begins a turn: counts it, notes the place, and forgets the groups inside.
    Turn { count: usize, forget: (usize, usize) },
    /// Ends a turn: one that was not needed and took nothing leads nowhere.
    Again { count: usize, least: u32, start: usize },
}

/// A pattern as it is run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The operations, [`Op::Accept`] at the end.
    pub ops: Vec<Op>,
    /// The sets that operations name.
    pub classes: Vec<Class>,
    /// Places and counts that are kept while it runs: two for each group, then two for each repetition.
    pub slots: usize,
}

/// Makes the program. `None` where a name is no group's.
pub fn compile(tree: &Tree) -> Option<Program> {
    let mut writer = Writer {
        ops: Vec::new(),
        classes: Vec::new(),
        slots: 2 * tree.groups,
        tree,
    };
    writer.write(&tree.root, false)?;
    writer.ops.push(Op::Accept);
    Some(Program {
        ops: writer.ops,
        classes: writer.classes,
        slots: writer.slots,
    })
}

struct Writer<'a> {
    ops: Vec<Op>,
    classes: Vec<Class>,
    slots: usize,
    tree: &'a Tree,
}

impl Writer<'_> {
    fn write(&mut self, node: &Node, back: bool) -> Option<()> {
        match node {
            Node::Choice(arms) => return self.choice(arms, back),
            Node::Sequence(terms) if back => {
                for term in terms.iter().rev() {
                    self.write(term, back)?;
                }
            }
            Node::Sequence(terms) => {
                for term in terms {
                    self.write(term, back)?;
                }
            }
            Node::Unit(unit) => self.ops.push(Op::Unit {
                unit: canonical(*unit),
                back,
            }),
            Node::Dot => self.ops.push(Op::Dot { back }),
            Node::Class(class) => {
                self.ops.push(Op::Class {
                    class: self.classes.len(),
                    back,
                });
                self.classes.push(class.clone());
            }
            Node::Start => self.ops.push(Op::Start),
            Node::End => self.ops.push(Op::End),
            Node::Edge(nowhere) => self.ops.push(Op::Edge(*nowhere)),
            Node::Capture(group, inside) => {
                self.ops.push(Op::Save(2 * group + usize::from(back)));
                self.write(inside, back)?;
                self.ops.push(Op::Save(2 * group + usize::from(!back)));
            }
            Node::Back(group) => self.ops.push(Op::Back { group: *group, back }),
            Node::BackNamed(name) => {
                let named = self.tree.names.iter().find(|(known, _)| known == name)?;
                self.ops.push(Op::Back { group: named.1, back });
            }
            Node::Look {
                behind,
                negated,
                inside,
            } => {
                let look = self.ops.len();
                self.ops.push(Op::Look {
                    negated: *negated,
                    end: 0,
                });
                self.write(inside, *behind)?;
                self.ops.push(Op::Accept);
                self.ops[look] = Op::Look {
                    negated: *negated,
                    end: self.ops.len(),
                };
            }
            Node::Repeat {
                inside,
                least,
                most,
                greedy,
                groups,
            } => {
                return self.repeat(inside, (*least, *most, *greedy), *groups, back);
            }
        }
        Some(())
    }

    fn choice(&mut self, arms: &[Node], back: bool) -> Option<()> {
        let mut leave = Vec::new();
        for (at, arm) in arms.iter().enumerate() {
            let split = self.ops.len();
            if at + 1 == arms.len() {
                self.write(arm, back)?;
                break;
            }
            self.ops.push(Op::Jump(0));
            self.write(arm, back)?;
            leave.push(self.ops.len());
            self.ops.push(Op::Jump(0));
            self.ops[split] = Op::Split {
                first: split + 1,
                second: self.ops.len(),
            };
        }
        let end = self.ops.len();
        for at in leave {
            self.ops[at] = Op::Jump(end);
        }
        Some(())
    }

    fn repeat(
        &mut self,
        inside: &Node,
        (least, most, greedy): (u32, u32, bool),
        groups: (usize, usize),
        back: bool,
    ) -> Option<()> {
        let count = self.slots;
        self.slots += 2;
        self.ops.push(Op::Enter { count });
        let start = self.ops.len();
        self.ops.push(Op::Jump(0));
        let forget = (2 * groups.0, 2 * groups.1);
        self.ops.push(Op::Turn { count, forget });
        self.write(inside, back)?;
        self.ops.push(Op::Again { count, least, start });
        let exit = self.ops.len();
        self.ops[start] = Op::Loop {
            count,
            least,
            most,
            greedy,
            exit,
        };
        Some(())
    }
}
