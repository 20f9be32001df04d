//! A member's day in one workspace as a set of minutes: union is the only way to add, so that uploads in any order, cut in any
//! way, any number of times, give the same day (`contract/team.md` §4).

mod packed;

use std::{borrow::Cow, cmp::Ordering};

use jiff::{SignedDuration, civil::Date};

use super::classify::{Kind, UNKNOWN, UNKNOWN_APP};
use crate::Zone;

pub use packed::PackedDay;

/// Minutes of a UTC day.
pub const MINUTES: u16 = 1_440;

const WORDS: usize = (MINUTES as usize).div_ceil(64);

/// A set of minutes of a UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minutes([u64; WORDS]);

impl Default for Minutes {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl Minutes {
    /// Whether a minute is in the set.
    pub fn has(&self, minute: u16) -> bool {
        self.0[usize::from(minute / 64)] >> (minute % 64) & 1 == 1
    }

    fn put(&mut self, minute: u16) {
        self.0[usize::from(minute / 64)] |= 1 << (minute % 64);
    }

    fn take(&mut self, minute: u16) {
        self.0[usize::from(minute / 64)] &= !(1 << (minute % 64));
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    fn join(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Those of one of the 96 quarters of an hour, a bit each.
    fn quarter(&self, quarter: usize) -> u16 {
        let (word, shift) = (quarter * 15 / 64, quarter * 15 % 64);
        let mut bits = self.0[word] >> shift;
        if shift > 64 - 15 {
            bits |= self.0[word + 1] << (64 - shift);
        }
        u16::try_from(bits & 0x7fff).unwrap_or_default()
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// What a minute was: its kind and the source it is filed under. Of two reports of one minute the lesser stays: internal before
/// external, real repositories before `_app:…`, before `_app:unknown`, before `_unknown`, then by bytes of the lower-case text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label<S = String> {
    /// Internal or external.
    pub kind: Kind,
    /// The source, 1 to 255 characters.
    pub source: S,
}

impl Label {
    fn rank(&self) -> u8 {
        match self.source.to_lowercase().as_str() {
            UNKNOWN => 3,
            UNKNOWN_APP => 2,
            app if app.starts_with("_app:") => 1,
            _ => 0,
        }
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |l: &Label| (l.kind, l.rank(), l.source.to_lowercase());
        key(self)
            .cmp(&key(other))
            .then_with(|| self.source.cmp(&other.source))
    }
}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The day of one member in one workspace. No minute is under two labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberDay<S = String> {
    /// In the order of labels.
    labels: Vec<(Label<S>, Minutes)>,
}

/// What adding a minute did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The minute was not there before.
    New,
    /// It was there under a greater label.
    Relabelled,
    /// Nothing changed.
    Known,
}

/// What a page or an answer shows of a day: its earliest minutes up to the cap.
#[derive(Clone, Debug)]
pub struct Shown<'a, S = String> {
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
    /// The minutes that are shown.
    pub minutes: Minutes,
    /// Those of them that are internal.
    inside: Minutes,
    /// The whole day.
    day: &'a MemberDay<S>,
}

/// Minutes of one local hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
}

/// At which local hour each quarter of an hour of a UTC day lies. Offsets of every zone change at quarters of an hour, so this
/// is exact; it is the same for all members of one zone.
#[derive(Clone, Debug)]
pub struct LocalHours([u8; QUARTERS]);

/// Quarters of an hour in a UTC day.
const QUARTERS: usize = 96;

impl LocalHours {
    /// The local hours of a UTC day in a zone. Daylight saving is that of the minute.
    pub fn of(day: Date, zone: &Zone) -> Self {
        let rules = zone.rules();
        let midnight = Zone::utc().start_of(day);
        let next = midnight.saturating_add(SignedDuration::from_hours(24));
        let next = next.unwrap_or(midnight);
        let change = rules.following(midnight).next();
        if change.is_none_or(|change| change.timestamp() >= next) {
            // Clocks stand still all day, as they do on all days of a year but two.
            let offset = rules.to_offset(midnight).seconds();
            return Self(std::array::from_fn(|quarter| {
                let seconds = offset + i32::try_from(quarter).unwrap_or_default() * 900;
                u8::try_from(seconds.div_euclid(3_600).rem_euclid(24)).unwrap_or_default()
            }));
        }
        Self(std::array::from_fn(|quarter| {
            let minutes = i64::try_from(quarter * 15).unwrap_or_default();
            let at = midnight
                .saturating_add(SignedDuration::from_mins(minutes))
                .unwrap_or(midnight);
            u8::try_from(rules.to_datetime(at).hour()).unwrap_or_default()
        }))
    }
}

impl MemberDay {
    /// Adds a minute: the lesser of two labels of one minute stays.
    ///
    /// # Panics
    /// Where `minute` is not below [`MINUTES`].
    pub fn add(&mut self, minute: u16, label: Label) -> Added {
        assert!(minute < MINUTES, "a day has {MINUTES} minutes");
        let held = self.labels.iter().position(|(_, minutes)| minutes.has(minute));
        if let Some(at) = held {
            if self.labels[at].0 <= label {
                return Added::Known;
            }
            self.labels[at].1.take(minute);
            if self.labels[at].1.is_empty() {
                self.labels.remove(at);
            }
        }
        let at = match self.labels.iter().position(|(other, _)| *other == label) {
            Some(at) => at,
            None => {
                let at = self.labels.partition_point(|(other, _)| *other < label);
                self.labels.insert(at, (label, Minutes::default()));
                at
            }
        };
        self.labels[at].1.put(minute);
        if held.is_some() {
            Added::Relabelled
        } else {
            Added::New
        }
    }
}

impl<S: AsRef<str>> MemberDay<S> {
    /// Labels with their minutes, in order.
    pub fn labels(&self) -> impl Iterator<Item = (&Label<S>, &Minutes)> {
        self.labels.iter().map(|(label, minutes)| (label, minutes))
    }

    /// What is shown under a cap: the earliest `cap` minutes of the day.
    pub fn shown(&self, cap: u16) -> Shown<'_, S> {
        let (minutes, inside) = self.earliest(cap);
        let internal = inside.count();
        Shown {
            internal,
            external: minutes.count() - internal,
            minutes,
            inside,
            day: self,
        }
    }

    fn of_kind(&self, kind: Kind) -> Minutes {
        let mut all = Minutes::default();
        for (label, minutes) in &self.labels {
            if label.kind == kind {
                all.join(minutes);
            }
        }
        all
    }

    /// The earliest minutes up to the cap, and those of them that are internal.
    fn earliest(&self, cap: u16) -> (Minutes, Minutes) {
        let inside = self.of_kind(Kind::Internal);
        let mut all = self.of_kind(Kind::External);
        all.join(&inside);
        if all.count() <= u32::from(cap) {
            return (all, inside);
        }
        let mut earliest = Minutes::default();
        (0..MINUTES)
            .filter(|minute| all.has(*minute))
            .take(cap.into())
            .for_each(|minute| earliest.put(minute));
        let inside = inside.and(&earliest);
        (earliest, inside)
    }
}

impl<'a, S: AsRef<str>> Shown<'a, S> {
    /// External minutes by source, most first, then by name. A source is named by its least spelling among all stored minutes
    /// of the day, shown or not.
    pub fn sources(&self) -> Vec<(&'a str, u32)> {
        self.of_kind(Kind::External)
    }

    /// Internal minutes by repository, in the same order, named in the same way.
    pub fn repos(&self) -> Vec<(&'a str, u32)> {
        self.of_kind(Kind::Internal)
    }

    fn of_kind(&self, kind: Kind) -> Vec<(&'a str, u32)> {
        let labels = &self.day.labels;
        let mut counts: Vec<(Cow<'a, str>, u32)> = Vec::with_capacity(labels.len());
        for (label, held) in labels.iter().filter(|(label, _)| label.kind == kind) {
            let count = held.and(&self.minutes).count();
            if count == 0 {
                continue;
            }
            let name = folded(label.source.as_ref());
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += count,
                None => counts.push((name, count)),
            }
        }
        let mut named: Vec<(&str, u32)> = counts
            .into_iter()
            .map(|(name, count)| (self.spelling(&name), count))
            .collect();
        named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        named
    }

    /// The least spelling of a name by bytes, over both kinds.
    fn spelling(&self, name: &str) -> &'a str {
        let all = self.day.labels.iter().map(|(label, _)| label.source.as_ref());
        let least = all.filter(|source| folded(source) == name).min();
        least.expect("the name is that of a label")
    }

    /// The shown minutes at the member's own local hours; an hour may hold 120 where clocks go back.
    pub fn strip(&self, hours: &LocalHours) -> [Hour; 24] {
        let mut strip = [Hour::default(); 24];
        for (quarter, hour) in hours.0.iter().enumerate() {
            let all = self.minutes.quarter(quarter);
            if all != 0 {
                let inside = self.inside.quarter(quarter).count_ones();
                let hour = &mut strip[usize::from(*hour)];
                hour.internal += inside;
                hour.external += all.count_ones() - inside;
            }
        }
        strip
    }
}

/// A source without case; one that has none is not copied.
fn folded(source: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if source.bytes().all(plain) {
        Cow::Borrowed(source)
    } else {
        Cow::Owned(source.to_lowercase())
    }
}

#[cfg(test)]
mod tests;
