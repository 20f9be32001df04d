//! A member's day in one workspace as a set of minutes: union is the only way to add, so that uploads in any order, cut in any
//! way, any number of times, give the same day (`contract/team.md` §4).

use std::cmp::Ordering;

use jiff::{SignedDuration, civil::Date};

use super::classify::{Kind, UNKNOWN, UNKNOWN_APP};
use crate::Zone;

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

    /// How many lie in one of the 96 quarters of an hour.
    fn in_quarter(&self, quarter: usize) -> u32 {
        let (word, shift) = (quarter * 15 / 64, quarter * 15 % 64);
        let mut bits = self.0[word] >> shift;
        if shift > 64 - 15 {
            bits |= self.0[word + 1] << (64 - shift);
        }
        (bits & 0x7fff).count_ones()
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// What a minute was: its kind and the source it is filed under. Of two reports of one minute the lesser stays: internal before
/// external, real repositories before `_app:…`, before `_app:unknown`, before `_unknown`, then by bytes of the lower-case text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Internal or external.
    pub kind: Kind,
    /// The source, 1 to 255 characters.
    pub source: String,
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
pub struct MemberDay {
    /// In the order of labels.
    labels: Vec<(Label, Minutes)>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Internal minutes.
    pub internal: u32,
    /// External minutes.
    pub external: u32,
    /// External minutes by source, most first, then by name.
    pub sources: Vec<(String, u32)>,
    /// Internal minutes by repository, in the same order.
    pub repos: Vec<(String, u32)>,
    /// The minutes that are shown.
    pub minutes: Minutes,
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

    /// Labels with their minutes, in order.
    pub fn labels(&self) -> impl Iterator<Item = (&Label, &Minutes)> {
        self.labels.iter().map(|(label, minutes)| (label, minutes))
    }

    /// What is shown under a cap: the earliest `cap` minutes of the day. A source is named by its least spelling among all
    /// stored minutes of the day, shown or not.
    pub fn shown(&self, cap: u16) -> Shown {
        let minutes = self.earliest(cap);
        let folded: Vec<String> = self
            .labels
            .iter()
            .map(|(label, _)| label.source.to_lowercase())
            .collect();
        let (internal, repos) = self.by_source(Kind::Internal, &minutes, &folded);
        let (external, sources) = self.by_source(Kind::External, &minutes, &folded);
        Shown {
            internal,
            external,
            sources,
            repos,
            minutes,
        }
    }

    /// Shown minutes of a kind, in all and by source. `folded` are the sources without case, in the order of the labels.
    fn by_source(&self, kind: Kind, shown: &Minutes, folded: &[String]) -> (u32, Vec<(String, u32)>) {
        let mut counts: Vec<(&str, u32)> = Vec::new();
        for ((label, held), name) in self.labels.iter().zip(folded) {
            if label.kind != kind {
                continue;
            }
            let count = held.and(shown).count();
            match counts.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += count,
                None => counts.push((name, count)),
            }
        }
        counts.retain(|(_, count)| *count > 0);
        let sum = counts.iter().map(|(_, count)| count).sum();
        let mut named: Vec<(String, u32)> = counts
            .into_iter()
            .map(|(name, count)| (self.spelling(name, folded), count))
            .collect();
        named.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        (sum, named)
    }

    /// The least spelling of a name by bytes, over both kinds.
    fn spelling(&self, name: &str, folded: &[String]) -> String {
        let all = self.labels.iter().zip(folded);
        let same = all.filter(|(_, other)| *other == name);
        let least = same.map(|((label, _), _)| label.source.as_str()).min();
        least.unwrap_or(name).to_owned()
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

    fn earliest(&self, cap: u16) -> Minutes {
        let mut all = self.of_kind(Kind::Internal);
        all.join(&self.of_kind(Kind::External));
        if all.count() <= u32::from(cap) {
            return all;
        }
        let mut earliest = Minutes::default();
        (0..MINUTES)
            .filter(|minute| all.has(*minute))
            .take(cap.into())
            .for_each(|minute| earliest.put(minute));
        earliest
    }

    /// The shown minutes at the member's own local hours; an hour may hold 120 where clocks go back.
    pub fn strip(&self, cap: u16, hours: &LocalHours) -> [Hour; 24] {
        let shown = self.earliest(cap);
        let internal = self.of_kind(Kind::Internal).and(&shown);
        let external = self.of_kind(Kind::External).and(&shown);
        let mut strip = [Hour::default(); 24];
        for (quarter, hour) in hours.0.iter().enumerate() {
            let hour = &mut strip[usize::from(*hour)];
            hour.internal += internal.in_quarter(quarter);
            hour.external += external.in_quarter(quarter);
        }
        strip
    }

    /// The day as bytes for storage: per label its kind, the length of its source, the source, and 184 bytes of minutes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.labels.len() * 210);
        for (label, minutes) in &self.labels {
            bytes.push(u8::from(label.kind == Kind::External));
            let length = u16::try_from(label.source.len()).expect("255 characters fit");
            bytes.extend(length.to_le_bytes());
            bytes.extend(label.source.as_bytes());
            minutes.0.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        }
        bytes
    }

    /// Reads what [`MemberDay::to_bytes`] wrote; `None` where it did not.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut day = Self::default();
        while let Some((kind, rest)) = bytes.split_first() {
            let kind = if *kind == 0 {
                Kind::Internal
            } else {
                Kind::External
            };
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let (source, mut rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
            let mut minutes = Minutes::default();
            for word in &mut minutes.0 {
                let (chunk, after) = rest.split_first_chunk::<8>()?;
                *word = u64::from_le_bytes(*chunk);
                rest = after;
            }
            let source = String::from_utf8(source.to_vec()).ok()?;
            day.labels.push((Label { kind, source }, minutes));
            bytes = rest;
        }
        Some(day)
    }
}

#[cfg(test)]
mod tests;
