//! The days of a persona: one event a minute, and beside each the truth that the attributor never sees.
//!
//! A day is a run of episodes (a task, a chore, a review of a colleague's work, something private), an episode a run
//! of surfaces (editor, terminal, page, chat), each a few minutes long, with interruptions that are something else.

mod surfaces;

use dayloom_domain::{
    DeviceId, TaskId, Zone,
    event::{ActiveApp, Browser, Event, FileContext, Meeting},
    sample::{self, Random},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use uuid::Uuid;

use super::{
    persona::{PERSON, PROJECT, Persona, Work},
    words::FIELDS,
};
use surfaces::Seen;

/// What a minute really was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Work on a task.
    Task(TaskId),
    /// Work on none.
    Work,
    /// Private.
    Personal,
}

/// What went on in a minute, finer than its label: to tell where the attribution fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Work on a task of the person.
    Task,
    /// Reading and trying a colleague's work.
    Review,
    /// A colleague's question, in the same repositories as any other work.
    Helping,
    /// Mail, chat, the board.
    Chore,
    /// The daily meeting.
    Standup,
    /// A few minutes of something else in the middle of an hour.
    Interruption,
    /// A private hour.
    Private,
}

/// A minute: what was seen of it and what it was.
#[derive(Clone, Debug)]
pub struct Minute {
    /// The event.
    pub event: Event,
    /// Its label.
    pub truth: Truth,
    /// What went on.
    pub kind: Kind,
}

/// The zone of everything generated.
pub fn zone() -> Zone {
    Zone::parse("Europe/Berlin").expect("a known zone")
}

/// What an episode is about.
#[derive(Clone, Copy)]
enum About<'p> {
    Task(&'p Work),
    Review(&'p Work),
    Helping(usize),
    Chore,
    Standup,
    Private,
}

/// Makes one working day after another; what stays checked out goes over from day to day.
pub struct Generator<'p> {
    persona: &'p Persona,
    random: Random,
    checked_out: Vec<String>,
    seq: i64,
}

impl About<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::Task(_) => Kind::Task,
            Self::Review(_) => Kind::Review,
            Self::Helping(_) => Kind::Helping,
            Self::Chore => Kind::Chore,
            Self::Standup => Kind::Standup,
            Self::Private => Kind::Private,
        }
    }
}

impl<'p> Generator<'p> {
    /// Begins on the first day of the first week.
    pub fn new(persona: &'p Persona) -> Self {
        Self {
            persona,
            random: Random::new(persona.seed.wrapping_mul(0x9E37_79B9).wrapping_add(7)),
            checked_out: FIELDS.iter().map(|_| "main".to_owned()).collect(),
            seq: 0,
        }
    }

    /// The minutes of one day, in order.
    pub fn day(&mut self, date: Date, second_week: bool) -> Vec<Minute> {
        let midnight = zone().start_of(date);
        let mut now = 9 * 60 + self.random.between(-40, 40);
        let ends = now + 8 * 60 + self.random.between(0, 70);
        let (lunch, standup) = (
            now + 3 * 60 + self.random.between(0, 40),
            now + 30 + self.random.between(0, 30),
        );
        let (mut eaten, mut stood) = (false, false);
        let mut minutes = Vec::new();
        while now < ends {
            if !eaten && now >= lunch {
                eaten = true;
                now += self.random.between(30, 55);
            }
            let about = if !stood && now >= standup {
                stood = true;
                About::Standup
            } else {
                self.about(second_week)
            };
            let length = self.length(about).min(ends - now);
            self.episode(about, second_week, midnight, now, length, &mut minutes);
            now += length
                + if self.random.chance(12) {
                    self.random.between(2, 9)
                } else {
                    0
                };
        }
        minutes
    }

    fn about(&mut self, second_week: bool) -> About<'p> {
        let (persona, habits) = (self.persona, self.persona.habits);
        let kind = self.random.between(0, 99);
        if kind < habits.private {
            About::Private
        } else if kind < habits.private + habits.reviews {
            About::Review(self.random.pick(&persona.colleagues))
        } else if kind < habits.private + habits.reviews + habits.chores {
            if self.random.chance(habits.helping) {
                About::Helping(*self.random.pick(&persona.fields))
            } else {
                About::Chore
            }
        } else if second_week && self.random.chance(18) {
            About::Task(self.random.pick(&persona.fresh))
        } else {
            // Some tasks get more of a week than others.
            let (one, other) = (self.random.pick(&persona.first), self.random.pick(&persona.first));
            About::Task(if one.task.id < other.task.id { one } else { other })
        }
    }

    fn length(&mut self, about: About<'_>) -> i64 {
        let mean = match about {
            About::Task(_) => self.persona.habits.episode,
            About::Review(_) | About::Helping(_) => 16,
            About::Chore => 11,
            About::Standup => 15,
            About::Private => 9,
        };
        // The product of two even spreads has the long tail that work has.
        (mean * self.random.between(30, 180) * self.random.between(30, 180) / 10_500).max(3)
    }

    fn episode(
        &mut self,
        about: About<'p>,
        second_week: bool,
        midnight: Timestamp,
        from: i64,
        length: i64,
        out: &mut Vec<Minute>,
    ) {
        self.check_out(about);
        let mut at = from;
        while at < from + length {
            let stays = 1 + self.random.between(0, 3) * self.random.between(0, 2);
            let stays = stays.min(from + length - at);
            let cut_in = match about {
                About::Task(_) | About::Review(_) | About::Helping(_) => {
                    self.random.chance(self.persona.habits.interruptions)
                }
                _ => false,
            };
            let (seen, truth) = if cut_in && self.random.chance(25) {
                (self.private(), Truth::Personal)
            } else if cut_in {
                (self.chore(), Truth::Work)
            } else {
                self.surface(about, second_week)
            };
            let stays = if cut_in { stays.min(3) } else { stays };
            let kind = if cut_in { Kind::Interruption } else { about.kind() };
            for minute in at..at + stays {
                out.push(self.minute(&seen, (truth, kind), midnight, minute));
            }
            at += stays;
        }
    }

    /// Whoever changes the task within a repository mostly changes the branch too.
    fn check_out(&mut self, about: About<'_>) {
        let habits = self.persona.habits;
        match about {
            About::Task(work) if !self.random.chance(habits.stale_branches) => {
                self.checked_out[work.field].clone_from(&work.branch);
            }
            About::Review(work) if self.random.chance(20) => {
                self.checked_out[work.field].clone_from(&work.branch);
            }
            _ => {}
        }
    }

    fn surface(&mut self, about: About<'p>, second_week: bool) -> (Seen, Truth) {
        let kind = self.random.between(0, 99);
        let own = self.persona.habits.own_issue;
        match about {
            About::Task(work) => {
                let seen = match kind {
                    k if k < own => self.issue(work),
                    k if k < own + 4 => self.misled(),
                    k if k < own + 50 => self.editor(work, second_week),
                    k if k < own + 67 => self.terminal(work.field),
                    k if k < own + 81 => self.research(work),
                    k if k < own + 85 => self.design_call(work),
                    _ => self.channel(work.field),
                };
                (seen, Truth::Task(work.task.id))
            }
            About::Review(work) => {
                let seen = match kind {
                    0..=64 => self.issue(work),
                    65..=79 => self.editor(work, second_week),
                    80..=89 => self.terminal(work.field),
                    _ => self.channel(work.field),
                };
                (seen, Truth::Work)
            }
            About::Helping(field) => {
                let seen = match kind {
                    0..=39 => self.shared_file(field),
                    40..=59 => self.terminal(field),
                    60..=79 => self.channel(field),
                    _ => self.plain_page(),
                };
                (seen, Truth::Work)
            }
            About::Chore => (self.chore(), Truth::Work),
            About::Standup => {
                let title = if kind < 50 { "Stand-up" } else { "Meeting" };
                (
                    Seen {
                        call: true,
                        ..Seen::window("Zoom", title)
                    },
                    Truth::Work,
                )
            }
            About::Private => (self.private(), Truth::Personal),
        }
    }

    fn minute(
        &mut self,
        seen: &Seen,
        (truth, kind): (Truth, Kind),
        midnight: Timestamp,
        minute: i64,
    ) -> Minute {
        self.seq += 1;
        let ts = midnight.saturating_add(minute.minutes()).unwrap_or(midnight);
        let mut event = sample::bare(self.random.uuid().into(), DeviceId(Uuid::from_u128(0xE)), ts);
        event.developer_id = PERSON;
        event.project_id = PROJECT;
        event.client_seq = self.seq;
        event.tz = zone();
        event.idle_s = Some(u32::try_from(self.random.between(0, 30)).unwrap_or(0));
        event.active_app = ActiveApp {
            name: seen.app.to_owned(),
            bundle_id: seen.app.to_lowercase(),
            window_title: Some(seen.title.clone()),
        };
        event.file_context = (seen.path.is_some() || seen.repo.is_some()).then(|| FileContext {
            path: seen.path.clone(),
            repo: seen.repo.clone(),
            branch: seen.branch.clone(),
        });
        event.browser = seen.url.clone().map(|url| Browser {
            url: Some(url),
            title: Some(seen.title.clone()),
        });
        event.meeting = seen.call.then(|| Meeting {
            in_call: true,
            call_app: Some(seen.app.to_owned()),
            calendar_event_id: None,
        });
        Minute { event, truth, kind }
    }
}
