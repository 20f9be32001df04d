//! A member's day in one workspace as a set of minutes: union is the only way to add, so that uploads in any order, cut in any
//! way, any number of times, give the same day (`contract/team.md` §4).

use std::{cmp::Ordering, collections::BTreeMap};

use jiff::{SignedDuration, Timestamp};

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

    /// How many lie in `from..until`, at most 64 minutes.
    fn between(&self, from: u16, until: u16) -> u32 {
        (from..until)
            .filter(|minute| self.has(*minute))
            .count()
            .try_into()
            .unwrap_or(u32::MAX)
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
    labels: BTreeMap<Label, Minutes>,
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

impl MemberDay {
    /// Adds a minute; false where it was there before, under whatever label.
    ///
    /// # Panics
    /// Where `minute` is not below [`MINUTES`].
    pub fn add(&mut self, minute: u16, label: Label) -> bool {
        assert!(minute < MINUTES, "a day has {MINUTES} minutes");
        let held = self
            .labels
            .iter()
            .find(|(_, minutes)| minutes.has(minute))
            .map(|(held, _)| held.clone());
        if let Some(held) = &held {
            if *held <= label {
                return false;
            }
            self.remove(minute, held);
        }
        self.labels.entry(label).or_default().put(minute);
        held.is_none()
    }

    fn remove(&mut self, minute: u16, label: &Label) {
        if let Some(minutes) = self.labels.get_mut(label) {
            minutes.take(minute);
            if minutes.count() == 0 {
                self.labels.remove(label);
            }
        }
    }

    /// Labels with their minutes, in order; for storage.
    pub fn labels(&self) -> impl Iterator<Item = (&Label, &Minutes)> {
        self.labels.iter()
    }

    /// What is shown under a cap: the earliest `cap` minutes of the day.
    pub fn shown(&self, cap: u16) -> Shown {
        let minutes = self.earliest(cap);
        let (mut internal, mut external) = (0, 0);
        let mut sources: BTreeMap<String, (String, u32)> = BTreeMap::new();
        for (label, held) in &self.labels {
            let count = held.and(&minutes).count();
            match label.kind {
                Kind::Internal => internal += count,
                Kind::External => {
                    external += count;
                    // Labels stand in order of their spelling, so the first of a name is the least.
                    let named = sources.entry(label.source.to_lowercase());
                    named.or_insert_with(|| (label.source.clone(), 0)).1 += count;
                }
            }
        }
        let mut sources: Vec<_> = sources.into_values().filter(|(_, count)| *count > 0).collect();
        sources.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Shown {
            internal,
            external,
            sources,
            minutes,
        }
    }

    fn all(&self) -> Minutes {
        let mut all = Minutes::default();
        self.labels.values().for_each(|minutes| all.join(minutes));
        all
    }

    fn earliest(&self, cap: u16) -> Minutes {
        let all = self.all();
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

    /// The shown minutes at the member's own local hours. Daylight saving is that of the minute, so an hour may hold 120 where
    /// clocks go back; offsets of every zone change at quarters of an hour.
    pub fn strip(&self, cap: u16, midnight: Timestamp, zone: &Zone) -> [Hour; 24] {
        let mut strip = [Hour::default(); 24];
        let shown = self.earliest(cap);
        let rules = zone.rules();
        for (label, held) in &self.labels {
            let held = held.and(&shown);
            for quarter in (0..MINUTES).step_by(15) {
                let count = held.between(quarter, quarter + 15);
                if count > 0 {
                    let local = rules.to_datetime(midnight + SignedDuration::from_mins(quarter.into()));
                    let hour = &mut strip[usize::try_from(local.hour()).unwrap_or_default()];
                    match label.kind {
                        Kind::Internal => hour.internal += count,
                        Kind::External => hour.external += count,
                    }
                }
            }
        }
        strip
    }

    /// The day as bytes for storage: per label its kind, the length of its source, the source, and 180 bytes of minutes.
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
            day.labels.insert(
                Label {
                    kind,
                    source: String::from_utf8(source.to_vec()).ok()?,
                },
                minutes,
            );
            bytes = rest;
        }
        Some(day)
    }
}

#[cfg(test)]
mod tests;
