//! A member's day as bytes, as storage keeps it: one label after another, each its kind, its source and its minutes.
//!
//! It must not know what is shown of a day.

use super::{Label, MemberDay, Minutes, WORDS};
use crate::team::classify::Kind;

/// The bit of the first byte that says external.
const EXTERNAL: u8 = 1;
/// The bit of the first byte that says that empty words of minutes are left out: three bytes name those that are there.
/// Days written by early versions have all words.
const SPARSE: u8 = 2;
/// Every word of a set of minutes.
const ALL: u32 = (1 << WORDS) - 1;

/// The bytes of a day that are known to be one. It weighs a fraction of the day itself, so a long range of a large team is
/// held like this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedDay(Box<[u8]>);

impl PackedDay {
    /// Takes what [`MemberDay::to_bytes`] wrote; `None` where it did not.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        Labels(&bytes)
            .all(|label| label.is_some())
            .then(|| Self(bytes.into()))
    }

    /// The day, its sources still in these bytes.
    pub fn open(&self) -> MemberDay<&str> {
        MemberDay {
            labels: Labels(&self.0).flatten().map(Packed::open).collect(),
        }
    }
}

impl MemberDay {
    /// The day as bytes for storage.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.labels.len() * 96);
        for (label, minutes) in &self.labels {
            let kind = if label.kind == Kind::External { EXTERNAL } else { 0 };
            bytes.push(kind | SPARSE);
            let length = u16::try_from(label.source.len()).expect("255 characters fit");
            bytes.extend(length.to_le_bytes());
            bytes.extend(label.source.as_bytes());
            let held = (0..WORDS).filter(|at| minutes.0[*at] != 0);
            let mask = held.fold(0_u32, |mask, at| mask | 1 << at);
            bytes.extend(&mask.to_le_bytes()[..3]);
            let words = minutes.0.iter().filter(|word| **word != 0);
            words.for_each(|word| bytes.extend(word.to_le_bytes()));
        }
        bytes
    }

    /// Reads what [`MemberDay::to_bytes`] wrote; `None` where it did not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let owned = |label: Packed<'_>| {
            let (Label { kind, source }, minutes) = label.open();
            let source = source.to_owned();
            (Label { kind, source }, minutes)
        };
        let labels = Labels(bytes).map(|label| label.map(owned));
        Some(Self {
            labels: labels.collect::<Option<_>>()?,
        })
    }
}

/// One label with its minutes, as it stands in the bytes.
struct Packed<'a> {
    kind: Kind,
    source: &'a str,
    /// The words that are there.
    mask: u32,
    /// As many words as the mask names.
    words: &'a [u8],
}

impl<'a> Packed<'a> {
    fn open(self) -> (Label<&'a str>, Minutes) {
        let mut minutes = Minutes::default();
        let mut named = self.mask;
        for word in self.words.as_chunks::<8>().0 {
            minutes.0[named.trailing_zeros() as usize] = u64::from_le_bytes(*word);
            named &= named - 1;
        }
        let (kind, source) = (self.kind, self.source);
        (Label { kind, source }, minutes)
    }
}

/// The labels in some bytes. After one that cannot be read there is no other.
struct Labels<'a>(&'a [u8]);

impl<'a> Iterator for Labels<'a> {
    type Item = Option<Packed<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_none() {
            self.0 = &[];
        }
        Some(read)
    }
}

impl<'a> Labels<'a> {
    fn read(&mut self) -> Option<Packed<'a>> {
        let (flags, rest) = self.0.split_first()?;
        if *flags > EXTERNAL | SPARSE {
            return None;
        }
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (source, mut rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        let mut mask = ALL;
        if flags & SPARSE != 0 {
            let (named, after) = rest.split_first_chunk::<3>()?;
            mask = u32::from_le_bytes([named[0], named[1], named[2], 0]);
            rest = after;
        }
        if mask > ALL {
            return None;
        }
        let (words, rest) = rest.split_at_checked(mask.count_ones() as usize * 8)?;
        self.0 = rest;
        let kind = if flags & EXTERNAL == 0 {
            Kind::Internal
        } else {
            Kind::External
        };
        Some(Packed {
            kind,
            source: std::str::from_utf8(source).ok()?,
            mask,
            words,
        })
    }
}
