//! What a page is told: plain facts, gathered by whoever asks for the page.

use dayloom_domain::{
    DeviceId, EntryId, TaskId,
    day::{Block, Day},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::words::Locale;

/// Who looks, and when.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Name to show.
    pub name: String,
    /// Language of the page.
    pub locale: Locale,
    /// The person's zone; days and times of a day follow the day's own.
    pub zone: TimeZone,
    /// IANA name of that zone.
    pub zone_name: String,
    /// Working hours as whole hours of the day, start before end.
    pub working_hours: (i64, i64),
    /// The instant now.
    pub now: Timestamp,
    /// Proves that a form was made by us; empty where the page has no form.
    pub csrf: String,
    /// Notifications that were not read.
    pub unread: i64,
    /// Devices of the person, the one seen last first.
    pub devices: Vec<DeviceFact>,
    /// The person is in a workspace, whose activity the top bar leads to.
    pub team: bool,
}

impl TaskFact {
    /// Key and title, or the title alone.
    pub fn full(&self) -> String {
        match &self.key {
            Some(key) => format!("{key} {}", self.title),
            None => self.title.clone(),
        }
    }
}

impl Viewer {
    /// Today's date where the person is.
    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    /// Name of a device; nothing where none saw it, as of time entered by hand.
    pub fn device_name(&self, id: DeviceId) -> &str {
        if id.0.is_nil() {
            return "";
        }
        self.devices
            .iter()
            .find(|d| d.id == id)
            .map_or("?", |d| d.name.as_str())
    }
}

/// A device of the person.
#[derive(Clone, Debug)]
pub struct DeviceFact {
    /// Id.
    pub id: DeviceId,
    /// Name, or its platform.
    pub name: String,
    /// Platform, such as `linux`.
    pub platform: String,
    /// Last heard of.
    pub last_seen: Option<Timestamp>,
    /// Seconds between its samples.
    pub interval_s: u32,
    /// Paused, by the person or the project.
    pub paused: bool,
    /// Paused by the person, so that the person can resume it here.
    pub paused_by_person: bool,
}

/// A task's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFact {
    /// Id.
    pub id: TaskId,
    /// Key such as `PROJ-12`.
    pub key: Option<String>,
    /// Title.
    pub title: String,
    /// Where the task lives, http or https.
    pub url: Option<String>,
}

/// Time a device proved that another device's attention covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The device that did not count.
    pub device_id: DeviceId,
    /// What was on it.
    pub app: String,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
}

/// The journal of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFact {
    /// Its sentences and the entries each speaks of. The person's own text is one without entries; where they took the
    /// journal away there is none.
    pub sentences: Vec<(String, Vec<EntryId>)>,
    /// The person wrote it.
    pub edited: bool,
    /// The model that phrased it, if one did.
    pub model: Option<String>,
    /// None did, because the day's budget for one was used up.
    pub over_budget: bool,
    /// As of when it speaks, while its day may still go on.
    pub as_of: Option<Timestamp>,
}

/// A derived day with what stands around it.
#[derive(Clone, Debug)]
pub struct DayFacts {
    /// The day. Its zone rules all times shown.
    pub day: Day,
    /// Reviewed away; shown, never counted.
    pub dismissed: Vec<Block>,
    /// What the person called personal: first instant, first after it, and the entry that says so. It is drawn as
    /// personal time is; known so that it can be taken back.
    pub private: Vec<(jiff::Timestamp, jiff::Timestamp, EntryId)>,
    /// What other devices saw meanwhile. Empty on pages of a range.
    pub shadows: Vec<Shadow>,
    /// Evidence is stored that the day does not contain yet.
    pub pending: bool,
    /// What is told of the day, if anything is. Left out on pages of a range.
    pub journal: Option<JournalFact>,
}

/// Total of one day of the week strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The date.
    pub date: Date,
    /// Attention, in microseconds.
    pub micros: i64,
}
