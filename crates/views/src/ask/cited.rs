//! What the sentences of an answer rest on: numbered, each with its days, its time and its blocks, each a link.

use std::collections::HashMap;

use dayloom_domain::{
    EntryId,
    facts::{Facts, Sentence, Work, text::cut},
};
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    range::dates,
    time::{clock, clock_end, duration, month, weekday_short},
    urls,
    words::{Words, counted, fill},
};

/// Blocks shown of a citation, the longest ones; of more, the rest is counted.
const SHOWN: usize = 4;

/// Longest name of a task beside a block, in characters.
const NAME_CHARS: usize = 60;

/// A block an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// `Tue 17, 09:59 – 11:27`; without the day where all are of one.
    pub when: String,
    /// Its row on its day.
    pub url: String,
    /// Its task, or that it has none; empty where all blocks are of one.
    pub name: String,
    /// Its minutes as a duration.
    pub time: String,
}

/// What one or more sentences rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    /// Its number, from 1.
    pub number: usize,
    /// `16 – 19 November 2026`.
    pub dates: String,
    /// The page of these days, or the row of the one block.
    pub url: String,
    /// All of it as a duration; empty where it is days alone.
    pub time: String,
    /// `PAY-398, 11 entries`.
    pub about: String,
    /// Its longest blocks, in the order of time; none where there is one.
    pub blocks: Vec<Block>,
    /// `7 more`; empty where none is left out.
    pub more: String,
}

/// Numbers citations as sentences come.
pub(super) struct Cites<'f> {
    facts: &'f Facts,
    works: HashMap<EntryId, &'f Work>,
    zone: TimeZone,
    words: &'static Words,
    /// What each number rests on: rows, or days alone.
    known: Vec<(Vec<&'f Work>, Vec<Date>)>,
}

/// Whether all are of one task, or of none.
fn is_same(works: &[&Work]) -> bool {
    let task = |work: &Work| work.task.as_ref().map(|task| task.id);
    works.windows(2).all(|two| task(two[0]) == task(two[1]))
}

impl<'f> Cites<'f> {
    pub(super) fn new(facts: &'f Facts, words: &'static Words) -> Self {
        Self {
            facts,
            works: facts.works.iter().map(|work| (work.entry_id, work)).collect(),
            zone: facts.zone.rules(),
            words,
            known: Vec::new(),
        }
    }

    /// The number of what a sentence rests on: sentences that rest on the same share one; none where it rests on nothing.
    pub(super) fn number(&mut self, sentence: &Sentence) -> Option<usize> {
        let mut works: Vec<&Work> = sentence
            .entries
            .iter()
            .filter_map(|id| self.works.get(id).copied())
            .collect();
        works.sort_by_key(|work| (work.date, work.interval, work.entry_id));
        works.dedup_by_key(|work| work.entry_id);
        let mut days: Vec<Date> = if works.is_empty() {
            sentence.days.clone()
        } else {
            works.iter().map(|work| work.date).collect()
        };
        days.sort_unstable();
        days.dedup();
        if days.is_empty() {
            return None;
        }
        let ids = |works: &[&Work]| works.iter().map(|work| work.entry_id).collect::<Vec<_>>();
        let wanted = ids(&works);
        let at = self
            .known
            .iter()
            .position(|(known, of)| ids(known) == wanted && *of == days);
        let at = at.unwrap_or_else(|| {
            self.known.push((works, days));
            self.known.len() - 1
        });
        Some(at + 1)
    }

    /// All of them, in the order of their numbers.
    pub(super) fn all(&self) -> Vec<Cite> {
        self.known
            .iter()
            .enumerate()
            .filter_map(|(at, (works, days))| self.cite(at + 1, works, days))
            .collect()
    }

    fn cite(&self, number: usize, works: &[&Work], days: &[Date]) -> Option<Cite> {
        let (first, last) = (*days.first()?, *days.last()?);
        let minutes = works.iter().map(|work| work.minutes).sum();
        let one_day = first == last;
        let whole = if one_day {
            urls::day(first)
        } else {
            urls::range(first, last)
        };
        let alone = if let [one] = works { Some(*one) } else { None };
        let mut longest: Vec<&Work> = works.to_vec();
        longest.sort_by_key(|work| std::cmp::Reverse(work.minutes));
        longest.truncate(SHOWN);
        longest.sort_by_key(|work| (work.date, work.interval, work.entry_id));
        let rest = works.len() - longest.len();
        Some(Cite {
            number,
            dates: if one_day {
                self.day(first)
            } else {
                dates(first, last, self.words)
            },
            url: alone.map_or(whole, |work| self.url(work)),
            time: if works.is_empty() {
                String::new()
            } else {
                duration(minutes, self.words)
            },
            about: self.about(works),
            blocks: if alone.is_some() {
                Vec::new()
            } else {
                let same = is_same(works);
                let block = |work: &&Work| self.block(work, one_day, same);
                longest.iter().map(block).collect()
            },
            more: if rest > 0 {
                fill(self.words.ask_more, "n", &rest.to_string())
            } else {
                String::new()
            },
        })
    }

    /// `PAY-398, 09:59 – 11:27` of one block, `PAY-398, 11 entries` of one task, `48 entries` of several.
    fn about(&self, works: &[&Work]) -> String {
        let Some(first) = works.first() else {
            return String::new();
        };
        let words = self.words;
        let entries = |n| counted(n, words.ask_entry, words.ask_entries, words);
        let many = match works.len() {
            1 => self.times(first).unwrap_or_else(|| entries(1)),
            n => entries(n),
        };
        if is_same(works) {
            format!("{}, {many}", self.name(first, false))
        } else {
            many
        }
    }

    fn block(&self, work: &Work, one_day: bool, same: bool) -> Block {
        let times = self.times(work);
        let when = match (one_day, times) {
            (true, Some(times)) => times,
            (true, None) => self.day(work.date),
            (false, Some(times)) => format!("{}, {times}", self.short_day(work.date)),
            (false, None) => self.short_day(work.date),
        };
        Block {
            when,
            url: self.url(work),
            name: if same {
                String::new()
            } else {
                self.name(work, true)
            },
            time: duration(work.minutes, self.words),
        }
    }

    /// The row of a block on its day; the day of minutes that stand nowhere in it.
    fn url(&self, work: &Work) -> String {
        match work.interval {
            Some((start, _)) => urls::block(work.date, &crate::rows::block_anchor(start)),
            None => urls::day(work.date),
        }
    }

    fn name(&self, work: &Work, whole: bool) -> String {
        let locale = self.words.locale;
        let name = work.task.as_ref().map(|task| {
            if whole {
                task.full_in(locale)
            } else {
                task.short_in(locale)
            }
        });
        name.map_or_else(
            || self.words.unattributed.to_owned(),
            |name| cut(&name, NAME_CHARS),
        )
    }

    fn times(&self, work: &Work) -> Option<String> {
        let (start, end) = work.interval?;
        let (from, to) = (clock(start, &self.zone), clock_end(end, work.date, &self.zone));
        Some(format!("{from} – {to}"))
    }

    /// `Tue 17 November`, with the year where it is not that of the days asked about.
    fn day(&self, date: Date) -> String {
        let text = format!("{} {}", self.short_day(date), month(date, self.words));
        if date.year() == self.facts.end.year() {
            text
        } else {
            format!("{text} {}", date.year())
        }
    }

    fn short_day(&self, date: Date) -> String {
        format!("{} {}", weekday_short(date, self.words), date.day())
    }
}
