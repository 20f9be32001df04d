//! What a tick of team minutes asks: when somebody last touched the machine, and what was in front
//! (`contract/team.md` §1). It gives facts; what they are worth is decided elsewhere.

use jiff::{SignedDuration, Timestamp};

use super::client::{ActivityWatch, AwEvent};
use crate::source::Lost;

/// Events of an `afkstatus` bucket read: watchers alternate between here and away, so a few reach back far enough.
const AFK_EVENTS: u32 = 16;
/// Events of an `os.hid.input` bucket read: watchers merge seconds without input into one event.
const INPUT_EVENTS: u32 = 64;
/// A window that was last reported longer ago than this is no longer known to be in front.
const WINDOW_FRESH: SignedDuration = SignedDuration::from_secs(60);

/// The window ActivityWatch saw in front. One of the two is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontWindow {
    /// Name of the application; empty where the watcher could not tell.
    pub app: String,
    /// Title; stays on this machine.
    pub title: String,
}

impl ActivityWatch {
    /// The moment of the last input that the watchers of this host saw; `None` where none saw any. A bucket that cannot be
    /// read counts as having seen none, unless that holds for the list of buckets itself.
    pub async fn last_input(&self, now: Timestamp) -> Result<Option<Timestamp>, Lost> {
        let mut last = None;
        for bucket in self.buckets("afkstatus", now).await? {
            let events = self.events(&bucket, AFK_EVENTS, None).await.unwrap_or_default();
            let present = |event: &&AwEvent| event.text("status").as_deref() == Some("not-afk");
            last = last.max(events.iter().filter(present).filter_map(AwEvent::end).max());
        }
        for bucket in self.buckets("os.hid.input", now).await? {
            let events = self.events(&bucket, INPUT_EVENTS, None).await.unwrap_or_default();
            last = last.max(
                events
                    .iter()
                    .filter(|event| has_input(event))
                    .filter_map(AwEvent::end)
                    .max(),
            );
        }
        Ok(last)
    }

    /// The window in front by the newest event of this host's `currentwindow` buckets, unless that is stale.
    pub async fn front_window(&self, now: Timestamp) -> Result<Option<FrontWindow>, Lost> {
        let mut newest: Option<(Timestamp, AwEvent)> = None;
        for bucket in self.buckets("currentwindow", now).await? {
            for event in self.events(&bucket, 1, None).await? {
                if let Some(end) = event.end()
                    && newest.as_ref().is_none_or(|(best, _)| end > *best)
                {
                    newest = Some((end, event));
                }
            }
        }
        let fresh = newest.filter(|(end, _)| now.duration_since(*end) <= WINDOW_FRESH);
        let seen = fresh.map(|(_, event)| FrontWindow {
            app: event.text("app").unwrap_or_default(),
            title: event.text("title").unwrap_or_default(),
        });
        Ok(seen.filter(|front| !front.app.is_empty() || !front.title.is_empty()))
    }
}

/// Whether any figure of an input event is above zero: keys, clicks, movement or scrolling.
fn has_input(event: &AwEvent) -> bool {
    let above = |value: &serde_json::Value| value.as_f64().is_some_and(|figure| figure > 0.0);
    event.data.values().any(above)
}
