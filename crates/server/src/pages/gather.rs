//! Gathers the facts of a page: the person, their devices, days, and the names and dyes of their tasks.

use std::collections::HashMap;

use dayloom_domain::{
    DeveloperId, TaskId, Zone,
    day::{Block, Category, Day},
    people::Developer,
    review::{EntryStatus, Pin},
};
use dayloom_pipeline::journal;
use dayloom_storage::{Journal, Store, StoredDay, StoredDays, TaskLabel, TimesheetRow};
use dayloom_views::{
    dye::Dyes,
    facts::{DayFacts, DayTotal, DeviceFact, JournalFact, TaskFact, Viewer},
    rows::Tasks,
    time::{MINUTE, add_days, monday},
    words::Locale,
};
use jiff::{Timestamp, civil::Date};

use super::{failure::PageError, shadows, visitor::Visitor};

/// Days read at once, so that a range of years is never in memory twice.
const AT_ONCE: i64 = 62;

/// Working hours of who named none.
const WORKING_HOURS: (i64, i64) = (9, 18);

/// The person's zone.
pub(super) fn zone_of(person: &Developer) -> Zone {
    person.timezone.clone().unwrap_or_else(Zone::utc)
}

/// Who looks.
pub(super) async fn viewer(store: &Store, visitor: Visitor, now: Timestamp) -> Result<Viewer, PageError> {
    let Visitor { person, csrf } = visitor;
    let zone = zone_of(&person);
    let (devices, people) = (store.devices(), store.people());
    let (devices, glance) = tokio::try_join!(devices.list(person.id), people.glance(person.id))?;
    let mut devices: Vec<DeviceFact> = devices
        .into_iter()
        .map(|d| DeviceFact {
            id: d.id,
            name: d.name.unwrap_or_else(|| d.platform.clone()),
            platform: d.platform,
            last_seen: d.last_seen_at,
            interval_s: d.config.sample_interval_s,
            paused: d.config.paused || d.paused_by_person || person.paused,
            paused_by_person: d.paused_by_person || person.paused,
        })
        .collect();
    devices.sort_by_key(|d| std::cmp::Reverse(d.last_seen));
    let name = person.name.filter(|n| !n.trim().is_empty());
    Ok(Viewer {
        name: name.unwrap_or(person.email),
        locale: Locale::of(person.locale.as_deref()),
        zone: zone.rules(),
        zone_name: zone.name().to_owned(),
        working_hours: working_hours(person.working_hours.as_ref()),
        now,
        csrf,
        unread: glance.unread,
        devices,
        team: glance.in_workspace,
    })
}

/// `HH:MM` and `HH:MM` as whole hours; what cannot be read or is no interval is the default.
fn working_hours(hours: Option<&(String, String)>) -> (i64, i64) {
    let read = |text: &str| -> Option<(i64, i64)> {
        let (hour, minute) = text.split_once(':')?;
        Some((hour.parse().ok()?, minute.parse().ok()?))
    };
    hours
        .and_then(|(from, to)| {
            let (from, to) = (read(from)?, read(to)?);
            let (from, to) = (from.0, to.0 + i64::from(to.1 > 0));
            (0 <= from && from < to && to <= 24).then_some((from, to))
        })
        .unwrap_or(WORKING_HOURS)
}

/// A day as stored, with the names of its tasks; an empty one where nothing was derived.
pub(super) struct Read {
    /// The day.
    pub facts: DayFacts,
    /// Its revision, 0 for none.
    pub revision: i64,
    /// Names.
    pub labels: HashMap<TaskId, TaskLabel>,
    /// When its journal was last changed, where the page shows one.
    pub journal: Option<Timestamp>,
}

impl Read {
    fn of(stored: StoredDay) -> Self {
        Self {
            facts: DayFacts {
                day: stored.day,
                dismissed: Vec::new(),
                private: Vec::new(),
                shadows: Vec::new(),
                pending: stored.pending,
                journal: None,
            },
            revision: stored.revision,
            labels: stored.tasks,
            journal: None,
        }
    }

    fn nothing(date: Date, zone: &Zone, pending: bool) -> Self {
        Self::of(StoredDay {
            day: empty(date, zone),
            revision: 0,
            pending,
            tasks: HashMap::new(),
        })
    }
}

/// Reads every day from the first to the last.
pub(super) async fn days(
    store: &Store,
    developer: DeveloperId,
    (first, last): (Date, Date),
    fallback: &Zone,
) -> Result<Vec<Read>, PageError> {
    let mut reads = Vec::new();
    let mut start = first;
    while start <= last {
        let end = add_days(start, AT_ONCE - 1).min(last);
        let StoredDays { days, pending } = store.days().between(developer, start, end).await?;
        let mut days = days.into_iter().peekable();
        while start <= end {
            let stored = days.next_if(|stored| stored.day.date == start);
            let read = stored.map(Read::of);
            reads.push(read.unwrap_or_else(|| Read::nothing(start, fallback, pending.contains(&start))));
            start = add_days(start, 1);
        }
    }
    Ok(reads)
}

/// The journal of a day as it may be shown now; as of when it speaks is said while its day goes on.
pub(super) async fn journal(
    store: &Store,
    developer: DeveloperId,
    stored: Option<Journal>,
    now: Timestamp,
) -> Result<Option<JournalFact>, PageError> {
    let Some(stored) = stored else {
        return Ok(None);
    };
    if stored.edited && stored.text.is_empty() {
        // Taken away: said, so that it can be given back.
        return Ok(Some(JournalFact {
            sentences: Vec::new(),
            edited: true,
            model: None,
            over_budget: false,
            as_of: None,
        }));
    }
    let Some(journal) = journal::current(store, developer, stored).await? else {
        return Ok(None);
    };
    let composed = journal.written_by == journal::FACTS;
    let told = journal
        .sentences
        .into_iter()
        .map(|sentence| (sentence.text, sentence.entries));
    let goes_on = now <= journal.logged_at;
    Ok(Some(JournalFact {
        sentences: if journal.edited {
            vec![(journal.text, Vec::new())]
        } else {
            told.collect()
        },
        edited: journal.edited,
        model: (!composed && !journal.edited).then_some(journal.written_by),
        over_budget: composed
            && journal.held_back.as_deref() == Some(crate::endpoints::journals::OVER_BUDGET),
        as_of: (goes_on && !composed).then_some(journal.updated_at),
    }))
}

/// Adds what was dismissed on the days, and what was shadowed.
pub(super) async fn surroundings(
    store: &Store,
    developer: DeveloperId,
    reads: &mut [Read],
) -> Result<(), PageError> {
    dismissed(store, developer, reads).await?;
    for Read { facts, .. } in reads {
        facts.shadows = shadows::of_day(store, developer, &facts.day, &facts.dismissed).await?;
    }
    Ok(())
}

/// Adds what was dismissed on the days, and what the person called personal.
pub(super) async fn dismissed(
    store: &Store,
    developer: DeveloperId,
    reads: &mut [Read],
) -> Result<(), PageError> {
    let bounds = |read: &Read| {
        let Day { date, timezone, .. } = &read.facts.day;
        (timezone.start_of(*date), timezone.start_of(add_days(*date, 1)))
    };
    let all = reads.iter().map(bounds);
    let Some((from, to)) = all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return Ok(());
    };
    let pins = store.days().pins(developer, from, to).await?;
    for read in reads {
        let (from, to) = bounds(read);
        let of_day = pins.iter().filter(|pin| pin.meets(from, to));
        let (away, stand): (Vec<&Pin>, Vec<&Pin>) =
            of_day.partition(|pin| pin.status == EntryStatus::Dismissed);
        read.facts.dismissed = away.into_iter().map(|pin| gone(pin, from, to)).collect();
        let private = stand.into_iter().filter(|pin| pin.category == Category::Personal);
        read.facts.private = private.map(|pin| (pin.start, pin.end, pin.entry_id)).collect();
    }
    Ok(())
}

/// What of a dismissed entry lies in a day, as a block that counts for nothing.
fn gone(pin: &Pin, from: Timestamp, to: Timestamp) -> Block {
    let (start, end) = (pin.start.max(from), pin.end.min(to));
    let micros = (end.as_microsecond() - start.as_microsecond()).max(0);
    Block {
        entry_id: Some(pin.entry_id),
        external_ref: pin.external_ref.clone(),
        start,
        end,
        micros,
        minutes: (micros + MINUTE / 2) / MINUTE,
        project_id: dayloom_domain::ProjectId(uuid::Uuid::nil()),
        task_id: pin.task_id,
        category: pin.category,
        confidence: 0.0,
        reason: String::new(),
        status: EntryStatus::Dismissed,
        event_ids: Vec::new(),
    }
}

fn empty(date: Date, zone: &Zone) -> Day {
    Day {
        date,
        timezone: zone.clone(),
        attention_micros: 0,
        attributed_micros: 0,
        unattributed_micros: 0,
        personal_micros: 0,
        spans: Vec::new(),
        blocks: Vec::new(),
        devices: Vec::new(),
    }
}

/// Names and dyes of the tasks of the days shown, in their order.
pub(super) async fn tasks(store: &Store, developer: DeveloperId, shown: &[Read]) -> Result<Tasks, PageError> {
    let in_order: Vec<TaskId> = shown
        .iter()
        .flat_map(|read| read.facts.day.blocks.iter().chain(&read.facts.dismissed))
        .filter_map(|block| block.task_id)
        .collect();
    let kept = store.dyes().of(developer, &in_order).await?;
    let dyes = Dyes::shown(&kept, in_order);
    let names = shown
        .iter()
        .flat_map(|read| &read.labels)
        .map(|(id, label)| TaskFact {
            id: *id,
            key: label.key.clone(),
            title: label.title.clone(),
            url: None,
        });
    Ok(Tasks::new(names, dyes))
}

/// The open tasks of a person, which they may give time to, those last touched first.
pub(super) async fn choices(store: &Store, developer: DeveloperId) -> Result<Vec<TaskFact>, PageError> {
    let open = store.tasks().assigned(developer, false).await?;
    let choice = |task: dayloom_domain::people::Task| TaskFact {
        id: task.id,
        key: task.key,
        title: task.title,
        url: None,
    };
    Ok(open.into_iter().map(choice).collect())
}

/// Totals of the days of a week by its entries; the day shown has its own, exact one.
pub(super) async fn week(
    store: &Store,
    developer: DeveloperId,
    shown: &Day,
) -> Result<Vec<DayTotal>, PageError> {
    let first = monday(shown.date);
    let rows: Vec<TimesheetRow> = store
        .days()
        .timesheet(developer, first, add_days(first, 6))
        .await?;
    let mut totals: Vec<DayTotal> = (0..7)
        .map(|n| add_days(first, n))
        .filter(|date| *date != shown.date)
        .map(|date| {
            let minutes: i64 = rows
                .iter()
                .filter(|row| row.entry_date == date)
                .map(|row| row.duration_minutes)
                .sum();
            DayTotal {
                date,
                micros: minutes * MINUTE,
            }
        })
        .collect();
    totals.push(DayTotal {
        date: shown.date,
        micros: shown.attention_micros,
    });
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_hours_are_whole_or_the_default() {
        let of = |a: &str, b: &str| working_hours(Some(&(a.to_owned(), b.to_owned())));
        assert_eq!(of("08:30", "17:15"), (8, 18));
        for (a, b) in [("18:00", "09:00"), ("x", "17:00"), ("09:00", "25:00")] {
            assert_eq!(of(a, b), WORKING_HOURS);
        }
    }
}
