//! What to do next about uploading, as a pure state machine: what happened goes in, one piece of work comes out.
//!
//! It must not know a clock, a disk, a network or a source of randomness: all arrive as parameters. Events are rows
//! of the spool to it. Its promise: a row leaves only through [`Work::Settle`], either delivered, which the server
//! said, or refused, which the server said of this event alone.

use std::collections::VecDeque;

use rand::RngCore;

use super::backoff::Backoff;
use crate::spool::Settlement;

/// Milliseconds since some fixed instant, on a clock that only goes forward.
pub type Millis = u64;

/// `contract/tracker.md` §2.3: most events in a batch.
pub const MAX_BATCH: usize = 500;
/// `contract/tracker.md` §2.4: most batches of a device in a window.
const MAX_SENDS: usize = 30;
/// The window of §2.4 and a second more, for two clocks never agree.
const WINDOW_MS: Millis = 61_000;
/// Fewer events than this wait for company,
const SMALL_BATCH: usize = 10;
/// as long as the last batch was taken less than this ago: so quick sampling stays under 30 batches a minute.
pub const COMPANY_MS: Millis = 2_500;
/// Failures of one kind in a row after which a batch is taken to hold an event the server chokes on.
const STRIKES: u32 = 3;
/// Between tries with a refused token, or with a schema the server does not speak. Only a person can mend either.
const PERSON_MS: Millis = 15 * 60_000;
const SCHEMA_MS: Millis = 5 * 60_000;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Something new waits, or the time of the last [`Work::Rest`] has come.
    Wake,
    /// The network or the token may have changed: earlier failures say nothing any more.
    Fresh,
    /// The rows asked for by [`Work::Load`], oldest first; empty if there are none.
    Loaded(Vec<i64>),
    /// How the batch went.
    Answered(Answer),
    /// The spool has done what [`Work::Settle`] asked, or could not.
    Settled(bool),
    /// The device is enrolled again, or could not be.
    Enrolled(bool),
}

/// How a batch went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200, and the body accounts for every event; these were refused.
    Taken {
        /// Rows refused, each with the reason.
        refused: Vec<(i64, String)>,
    },
    /// 200 with a body that cannot be read or does not add up.
    Unclear,
    /// Another status.
    Refused {
        /// The status.
        status: u16,
        /// Seconds to wait, where the server named them.
        retry_after_s: Option<u64>,
    },
    /// No answer.
    Unreachable,
}

/// What to do next. There is one piece of work at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Look into the spool.
    Load(Load),
    /// Send these rows, as loaded.
    Send(Vec<i64>),
    /// Let go of rows, in one transaction.
    Settle(Settlement),
    /// Enrol this device again, into the same project.
    Enrol,
    /// Do nothing until the instant, or where there is none, until something new waits.
    Rest(Option<Millis>),
}

/// What to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// The oldest, at most `limit`, without these.
    Oldest {
        /// Most rows.
        limit: usize,
        /// Rows to pass over.
        skip: Vec<i64>,
    },
    /// This one, if it still waits.
    Row(i64),
}

/// How uploading goes, for status and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing stands in the way.
    Flowing,
    /// The server does not answer.
    Unreachable,
    /// The server answers with failures.
    Failing(u16),
    /// The server asks for patience.
    Limited,
    /// The token is refused.
    TokenRefused(u16),
    /// The server does not speak this schema.
    SchemaRefused,
    /// The device is not enrolled and could not be.
    NotEnrolled,
    /// The spool could not be written.
    SpoolFailed,
}

/// An event that failed on its own. It is put aside only if it fails again after the server took another one:
/// a server that fails for all is not the event's fault.
#[derive(Clone, Debug)]
struct Suspect {
    row: i64,
    another_was_taken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Resting,
    Loading { suspect: bool },
    Sending { rows: Vec<i64>, suspect: bool },
    Settling,
    Enrolling,
}

/// The state of uploading for one account.
#[derive(Clone, Debug)]
pub struct Machine {
    phase: Phase,
    health: Health,
    backoff: Backoff,
    not_before: Millis,
    sends: VecDeque<Millis>,
    last_taken: Option<Millis>,
    strikes: u32,
    /// Most rows of the next batch; smaller while an event that breaks batches is looked for.
    limit: usize,
    /// The last row of the smallest batch that failed: up to it the search goes on.
    search_until: Option<i64>,
    suspects: VecDeque<Suspect>,
    /// When an event that failed alone may be tried again, if nothing else waits.
    suspects_rest: Millis,
    enrolled_again: bool,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            phase: Phase::Resting,
            health: Health::Flowing,
            backoff: Backoff::default(),
            not_before: 0,
            sends: VecDeque::with_capacity(MAX_SENDS),
            last_taken: None,
            strikes: 0,
            limit: MAX_BATCH,
            search_until: None,
            suspects: VecDeque::new(),
            suspects_rest: 0,
            enrolled_again: false,
        }
    }
}

impl Machine {
    /// How it goes.
    pub fn health(&self) -> Health {
        self.health
    }

    /// Takes in what happened and says what to do. An input that does not answer the work asked for (a stray
    /// wake-up while a batch is on its way) must not be given.
    pub fn step(&mut self, now: Millis, input: Input, rng: &mut dyn RngCore) -> Work {
        match (std::mem::replace(&mut self.phase, Phase::Resting), input) {
            (_, Input::Fresh) => {
                self.backoff.reset();
                self.not_before = 0;
                self.look(now)
            }
            (Phase::Loading { suspect }, Input::Loaded(rows)) => self.loaded(now, rows, suspect),
            (Phase::Sending { rows, suspect }, Input::Answered(answer)) => {
                self.answered(now, rows, suspect, answer, rng)
            }
            (Phase::Settling, Input::Settled(done)) => self.settled(now, done, rng),
            (Phase::Enrolling, Input::Enrolled(done)) => {
                if done {
                    self.look(now)
                } else {
                    self.fail(now, Health::NotEnrolled, None, rng)
                }
            }
            _ => self.look(now),
        }
    }

    /// Loads the next batch, or rests as long as something forbids to send.
    fn look(&mut self, now: Millis) -> Work {
        while self.sends.front().is_some_and(|sent| sent + WINDOW_MS <= now) {
            self.sends.pop_front();
        }
        let window_opens = match self.sends.front() {
            Some(first) if self.sends.len() >= MAX_SENDS => first + WINDOW_MS,
            _ => 0,
        };
        let until = self.not_before.max(window_opens);
        if now < until {
            return self.rest(Some(until));
        }
        if let Some(suspect) = self.suspects.front().filter(|suspect| suspect.another_was_taken) {
            let row = suspect.row;
            self.phase = Phase::Loading { suspect: true };
            return Work::Load(Load::Row(row));
        }
        self.phase = Phase::Loading { suspect: false };
        let skip = self.suspects.iter().map(|suspect| suspect.row).collect();
        Work::Load(Load::Oldest {
            limit: self.limit,
            skip,
        })
    }

    fn loaded(&mut self, now: Millis, rows: Vec<i64>, suspect: bool) -> Work {
        if rows.is_empty() && suspect {
            self.suspects.pop_front();
            return self.look(now);
        }
        if rows.is_empty() {
            // Only suspects are left. One is tried again now and then: the server may have been mended.
            return match self.suspects.front().map(|suspect| suspect.row) {
                Some(_) if now < self.suspects_rest => self.rest(Some(self.suspects_rest)),
                Some(row) => {
                    self.phase = Phase::Loading { suspect: true };
                    Work::Load(Load::Row(row))
                }
                None => self.rest(None),
            };
        }
        let company = self.last_taken.map_or(0, |sent| sent + COMPANY_MS);
        if !suspect && self.search_until.is_none() && rows.len() < SMALL_BATCH && now < company {
            return self.rest(Some(company));
        }
        self.sends.push_back(now);
        self.phase = Phase::Sending {
            rows: rows.clone(),
            suspect,
        };
        Work::Send(rows)
    }

    fn answered(
        &mut self,
        now: Millis,
        rows: Vec<i64>,
        suspect: bool,
        answer: Answer,
        rng: &mut dyn RngCore,
    ) -> Work {
        match answer {
            Answer::Taken { refused } => self.taken(now, rows, suspect, refused),
            Answer::Unclear => self.fail(now, Health::Failing(200), None, rng),
            Answer::Unreachable => self.fail(now, Health::Unreachable, None, rng),
            Answer::Refused {
                status,
                retry_after_s,
            } => match status {
                401 | 403 => self.wait_for_a_person(now, Health::TokenRefused(status), PERSON_MS),
                409 => self.wait_for_a_person(now, Health::SchemaRefused, SCHEMA_MS),
                404 if self.enrolled_again => {
                    self.enrolled_again = false;
                    self.fail(now, Health::NotEnrolled, retry_after_s, rng)
                }
                404 => {
                    self.enrolled_again = true;
                    self.phase = Phase::Enrolling;
                    Work::Enrol
                }
                // The reference names no time (§2.4) and counts refused calls too: ten seconds let its window pass.
                429 => self.fail(now, Health::Limited, Some(retry_after_s.unwrap_or(10)), rng),
                400 | 413 | 422 => self.blame(now, &rows, suspect, status, rng),
                500 if retry_after_s.is_none() => self.blame(now, &rows, suspect, status, rng),
                _ => self.fail(now, Health::Failing(status), retry_after_s, rng),
            },
        }
    }

    fn taken(&mut self, now: Millis, rows: Vec<i64>, suspect: bool, refused: Vec<(i64, String)>) -> Work {
        self.health = Health::Flowing;
        self.last_taken = Some(now);
        self.backoff.reset();
        self.not_before = 0;
        self.strikes = 0;
        self.enrolled_again = false;
        if suspect {
            self.suspects.pop_front();
        } else if self
            .search_until
            .is_some_and(|until| rows.last().is_some_and(|last| *last >= until))
        {
            self.search_until = None;
            self.limit = MAX_BATCH;
        }
        for other in &mut self.suspects {
            other.another_was_taken = true;
        }
        let delivered = rows
            .into_iter()
            .filter(|row| refused.iter().all(|(other, _)| other != row))
            .collect();
        self.phase = Phase::Settling;
        Work::Settle(Settlement { delivered, refused })
    }

    /// The server failed on what is in the batch, or so it seems: look for the one event that is to blame.
    fn blame(
        &mut self,
        now: Millis,
        rows: &[i64],
        suspect: bool,
        status: u16,
        rng: &mut dyn RngCore,
    ) -> Work {
        if suspect {
            return self.blame_suspect(now, status, rng);
        }
        self.strikes = self.strikes.saturating_add(1);
        if status == 500 && self.strikes < STRIKES {
            return self.fail(now, Health::Failing(status), None, rng);
        }
        self.health = Health::Failing(status);
        self.search_until = rows.last().copied();
        self.limit = (rows.len() / 2).max(1);
        if let [row] = rows {
            let wait = now + self.backoff.next(None, rng);
            self.suspects_rest = wait;
            if self.suspects.iter().any(|other| !other.another_was_taken) {
                self.not_before = wait;
            }
            self.suspects.push_back(Suspect {
                row: *row,
                another_was_taken: false,
            });
        }
        self.look(now)
    }

    fn blame_suspect(&mut self, now: Millis, status: u16, rng: &mut dyn RngCore) -> Work {
        let Some(suspect) = self.suspects.pop_front() else {
            return self.look(now);
        };
        if suspect.another_was_taken {
            if status >= 500 {
                // The server may have begun to fail for all just now: the others need new proof.
                for other in &mut self.suspects {
                    other.another_was_taken = false;
                }
            }
            let reason = format!("the server answers {status} to this event alone");
            self.phase = Phase::Settling;
            return Work::Settle(Settlement {
                delivered: vec![],
                refused: vec![(suspect.row, reason)],
            });
        }
        self.health = Health::Failing(status);
        self.suspects_rest = now + self.backoff.next(None, rng);
        self.suspects.push_back(suspect);
        self.look(now)
    }

    fn settled(&mut self, now: Millis, done: bool, rng: &mut dyn RngCore) -> Work {
        if done {
            return self.look(now);
        }
        self.fail(now, Health::SpoolFailed, None, rng)
    }

    fn fail(&mut self, now: Millis, health: Health, named_s: Option<u64>, rng: &mut dyn RngCore) -> Work {
        self.health = health;
        self.not_before = now + self.backoff.next(named_s, rng);
        self.rest(Some(self.not_before))
    }

    fn wait_for_a_person(&mut self, now: Millis, health: Health, wait: Millis) -> Work {
        self.health = health;
        self.not_before = now + wait;
        self.rest(Some(self.not_before))
    }

    fn rest(&mut self, until: Option<Millis>) -> Work {
        self.phase = Phase::Resting;
        Work::Rest(until)
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
