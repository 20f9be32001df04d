//! The text of an activity, member by member. A month of a large team is five megabytes of small numbers, a year a hundred:
//! so it is never whole in memory, and what repeats is not looked at letter by letter as a general serializer must.
//!
//! The text is the one that [`Activity`](super::Activity) serializes to; a property test says so.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{ActivityDay, ActivityMember, ActivityTotals, Pair};

/// The text before the first member.
pub fn before_members(workspace: Uuid, from: Date, to: Date) -> Vec<u8> {
    format!(r#"{{"workspace_id":"{workspace}","from":"{from}","to":"{to}","members":["#).into_bytes()
}

/// The text after the last member.
pub fn after_members(totals: &ActivityTotals) -> Vec<u8> {
    let mut out = br#"],"totals":"#.to_vec();
    any(&mut out, totals);
    out.push(b'}');
    out
}

impl ActivityMember {
    /// Adds the text of a member, without what parts members.
    pub fn write(&self, out: &mut Vec<u8>) {
        field(out, br#"{"developer_id":"#, &self.developer_id);
        field(out, br#","login":"#, &self.login);
        field(out, br#","name":"#, &self.name);
        field(out, br#","timezone":"#, &self.timezone);
        field(out, br#","status":"#, &self.status);
        out.extend(br#","days":["#);
        for (n, day) in self.days.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            day.write(out);
        }
        out.extend(b"]}");
    }
}

impl ActivityDay {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(br#"{"day":"#);
        date(out, self.day);
        number(out, br#","internal":"#, self.internal);
        number(out, br#","external":"#, self.external);
        if let Some(sources) = &self.sources {
            out.extend(br#","sources":["#);
            for (n, source) in sources.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                field(out, br#"{"source":"#, &source.source);
                number(out, br#","minutes":"#, source.minutes);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.extend(br#","strip":["#);
        for (hour, pair) in self.strip.iter().enumerate() {
            if hour > 0 {
                out.push(b',');
            }
            pair.write(out);
        }
        out.extend(br#"],"commits":"#);
        self.commits.write(out);
        out.extend(br#","closed_issues":"#);
        self.closed_issues.write(out);
        out.push(b'}');
    }
}

impl Pair {
    fn write(self, out: &mut Vec<u8>) {
        // Two hours in three of a day are like this.
        if self == Self::default() {
            out.extend(br#"{"internal":0,"external":0}"#);
            return;
        }
        number(out, br#"{"internal":"#, self.internal);
        number(out, br#","external":"#, self.external);
        out.push(b'}');
    }
}

/// A date without the way over a formatter, which takes longer than the strip of its day.
fn date(out: &mut Vec<u8>, day: Date) {
    let (Ok(year @ 0..10_000), month, date) = (u16::try_from(day.year()), day.month(), day.day()) else {
        return any(out, &day);
    };
    let two = |n: u16| [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8];
    let ([c, d], [y, z]) = (two(year / 100), two(year));
    let ([m, n], [k, l]) = (two(month.unsigned_abs().into()), two(date.unsigned_abs().into()));
    out.extend([b'"', c, d, y, z, b'-', m, n, b'-', k, l, b'"']);
}

fn number(out: &mut Vec<u8>, key: &[u8], number: u32) {
    out.extend(key);
    out.extend(itoa::Buffer::new().format(number).as_bytes());
}

fn field<T: Serialize>(out: &mut Vec<u8>, key: &[u8], value: &T) {
    out.extend(key);
    any(out, value);
}

fn any<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("plain data with text keys, into memory");
}
