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
        field(out, br#"{"day":"#, &self.day);
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
