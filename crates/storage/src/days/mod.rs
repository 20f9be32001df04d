//! Derived days: the queue of dirty ones, the days themselves, and their rows in the timesheet.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use dayloom_domain::{
    DeveloperId, EntryId, ProjectId, TaskId, WorkspaceId, Zone,
    day::Day,
    facts::Work,
    review::{EntryStatus, Pin},
};
use jiff::{Timestamp, civil::Date};

mod beside;
mod content;
mod evidence;
mod queue;
mod read;
mod sweep;
mod taught;
mod timesheet;
mod works;
mod write;

pub(crate) use content::one as stored_day;
pub use queue::REST;
pub(crate) use queue::mark;
pub(crate) use write::entry_id;

use crate::{StorageError, error::retried, reviews, store::Inner};

/// A dirty day taken from the queue under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whose day.
    pub developer_id: DeveloperId,
    /// Which local date.
    pub date: Date,
    /// Grows with every mark; the day is clean only if it did not grow since it was taken.
    pub generation: i64,
    /// Failed attempts so far.
    pub attempts: i64,
    /// The lease: only its holder can finish, fail or give back.
    pub lease: uuid::Uuid,
}

/// What writing a day did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The day's revision now.
    pub revision: i64,
    /// Whether the content differed from what was stored.
    pub changed: bool,
    /// When the day is due again, because it was marked while it was derived.
    pub due_again: Option<Timestamp>,
}

/// What a task is called, for those allowed to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLabel {
    /// Key.
    pub key: Option<String>,
    /// Title.
    pub title: String,
}

/// A day as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDay {
    /// The day; every block carries its entry's id.
    pub day: Day,
    /// Grows when the content changes, from 1.
    pub revision: i64,
    /// Evidence is stored that this day does not yet contain.
    pub pending: bool,
    /// Names of the tasks in it that are of workspaces the person is active in.
    pub tasks: HashMap<TaskId, TaskLabel>,
}

/// Days of a range as stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredDays {
    /// Those that were derived, by date.
    pub days: Vec<StoredDay>,
    /// The dates for which evidence is stored that no day contains yet, derived before or not.
    pub pending: BTreeSet<Date>,
}

/// A derived day as it is handed over to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Derived<'d> {
    /// The day.
    pub day: &'d Day,
    /// What its answers were computed from, as text that only whoever derives days reads; none where nobody worked
    /// it out.
    pub evidence: Option<&'d str>,
    /// What it teaches the days after it.
    pub lesson: Lesson<'d>,
}

/// What a day teaches the days after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lesson<'d> {
    /// As text that only whoever derives days reads; none where it teaches nothing.
    pub text: Option<&'d str>,
    /// How many dates after it are answered for by it: those of them that were derived, or wait for it, are marked
    /// where the text is another one than before.
    pub days: i32,
}

impl<'d> From<&'d Day> for Derived<'d> {
    fn from(day: &'d Day) -> Self {
        Self {
            day,
            evidence: None,
            lesson: Lesson::default(),
        }
    }
}

/// A day as stored, with what its answers were computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidencedDay {
    /// The day as it was derived.
    pub day: Day,
    /// The text that was handed over with it; none if there was none, as with days of older releases.
    pub evidence: Option<String>,
    /// Evidence is stored that this day does not yet contain.
    pub pending: bool,
}

/// A row of the timesheet (`contract/tracker.md` §2.6).
#[derive(Clone, Debug, PartialEq)]
pub struct TimesheetRow {
    /// The entry.
    pub id: EntryId,
    /// Its local date.
    pub entry_date: Date,
    /// First instant.
    pub started_at: Option<Timestamp>,
    /// First instant after it.
    pub ended_at: Option<Timestamp>,
    /// Minutes.
    pub duration_minutes: i64,
    /// Task, if any.
    pub task_id: Option<TaskId>,
    /// The task's title where the person may see it.
    pub task_title: Option<String>,
    /// Reason in words; never a raw title or address.
    pub description: Option<String>,
    /// Confidence from 0 to 1.
    pub confidence_score: Option<f64>,
    /// Where it stands; none for one made by hand.
    pub attribution_status: Option<EntryStatus>,
    /// `inferred`; `web` or `api` of one made by hand.
    pub source: String,
}

/// The repository of days.
#[derive(Clone, Copy)]
pub struct Days<'a>(pub(crate) &'a Inner, pub(crate) &'a [String]);

impl Days<'_> {
    /// Marks local dates of a person as dirty.
    pub async fn mark(
        &self,
        developer: DeveloperId,
        dates: &[Date],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        retried(|| async {
            let transaction = self.0.begin().await?;
            queue::mark(&transaction, developer, dates, now).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
    /// Marks every local date of the person that was derived or waits for it, between the two dates inclusive. Returns how
    /// many.
    pub async fn mark_range(
        &self,
        developer: DeveloperId,
        from: Date,
        to: Date,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        retried(|| queue::mark_range(&self.0.write, developer, from, to, now)).await
    }
    /// Takes up to `limit` due days for `lease`, projects in turn, longest waiting first. Days under a lease that has
    /// not run out are left alone; any number of takers never get the same day.
    pub async fn take(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Taken>, StorageError> {
        queue::take(self.0, None, now, lease, limit).await
    }
    /// The same among the days of people who have a device in that project.
    pub async fn take_of_project(
        &self,
        project: ProjectId,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Taken>, StorageError> {
        queue::take(self.0, Some(project), now, lease, limit).await
    }
    /// Holds a taken day until `until`, for work that takes longer than its lease. False if the lease was lost.
    pub async fn renew(&self, taken: &Taken, until: Timestamp) -> Result<bool, StorageError> {
        queue::renew(&self.0.write, taken, until).await
    }
    /// Lets go of a taken day that was not begun; it is due at once, and no attempt is counted. False if the lease was
    /// lost.
    pub async fn give_back(&self, taken: &Taken) -> Result<bool, StorageError> {
        queue::give_back(&self.0.write, taken).await
    }
    /// Writes the derived day and cleans the mark in one transaction. `None`, writing nothing, if the lease was lost.
    /// If the day was marked again since it was taken, it stays dirty, and is due again after a rest of [`REST`].
    pub async fn finish(
        &self,
        taken: &Taken,
        derived: impl Into<Derived<'_>>,
        now: Timestamp,
    ) -> Result<Option<Written>, StorageError> {
        let derived = derived.into();
        let laid = content::Laid::out(derived.day)?;
        retried(|| async {
            let transaction = self.0.begin().await?;
            let Some(again) = queue::hold(self.0, &transaction, taken).await? else {
                return Ok(None);
            };
            let mut written = write::write(&transaction, taken.developer_id, derived, &laid, now).await?;
            written.due_again = queue::clean(&transaction, taken, again, now).await?;
            transaction.commit().await?;
            Ok(Some(written))
        })
        .await
    }
    /// Gives a day back after a failure; it is due again at `retry_at`. False if the lease was lost.
    pub async fn fail(&self, taken: &Taken, retry_at: Timestamp) -> Result<bool, StorageError> {
        queue::fail(&self.0.write, taken, retry_at).await
    }
    /// When the next waiting day is due: now or earlier if some are waiting, `None` if nothing is dirty.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StorageError> {
        queue::next_due(&self.0.read).await
    }
    /// How many days are dirty, of everyone: a figure for the operator.
    pub async fn backlog(&self) -> Result<i64, StorageError> {
        queue::backlog(&self.0.read).await
    }
    /// Whether evidence is stored that the derived day does not contain.
    pub async fn pending(&self, developer: DeveloperId, date: Date) -> Result<bool, StorageError> {
        read::pending(&self.0.read, developer, date).await
    }
    /// Writes the difference between the stored day and this one; entries keep their ids by `external_task_ref`.
    /// Reviewed entries change nothing but their minutes and the events they rest on. Only what the day shows counts
    /// as a difference: its evidence is kept as it comes.
    pub async fn write(
        &self,
        developer: DeveloperId,
        derived: impl Into<Derived<'_>>,
        now: Timestamp,
    ) -> Result<Written, StorageError> {
        let derived = derived.into();
        let laid = content::Laid::out(derived.day)?;
        retried(|| async {
            let transaction = self.0.begin().await?;
            let written = write::write(&transaction, developer, derived, &laid, now).await?;
            transaction.commit().await?;
            Ok(written)
        })
        .await
    }
    /// The stored day. `None` if it was never derived; see [`Days::pending`].
    pub async fn read(&self, developer: DeveloperId, date: Date) -> Result<Option<StoredDay>, StorageError> {
        let mut found = read::between(&self.0.read, developer, date, date).await?;
        Ok(found.days.pop())
    }
    /// The stored days of the local dates `start` to `end` inclusive, with as many queries as for one.
    pub async fn between(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<StoredDays, StorageError> {
        read::between(&self.0.read, developer, start, end).await
    }
    /// The stored day with what its answers were computed from, both of one derivation. For the person alone. `None` if
    /// it was never derived.
    pub async fn evidenced(
        &self,
        developer: DeveloperId,
        date: Date,
    ) -> Result<Option<EvidencedDay>, StorageError> {
        evidence::day(&self.0.read, developer, date).await
    }
    /// What the days between the two dates inclusive teach those after them, oldest first; days that teach nothing are
    /// left out.
    pub async fn taught(
        &self,
        developer: DeveloperId,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, String)>, StorageError> {
        taught::between(&self.0.read, developer, from, to).await
    }
    /// What is in force of the person's reviews and overlaps `[from, to)`, by start.
    pub async fn pins(
        &self,
        developer: DeveloperId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Pin>, StorageError> {
        reviews::pins(&self.0.read, developer, from, to).await
    }
    /// Rows of the timesheet of the local dates `start` to `end` inclusive, dismissed and personal ones left out, by
    /// date and start.
    pub async fn timesheet(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<TimesheetRow>, StorageError> {
        timesheet::between(&self.0.read, developer, None, start, end).await
    }
    /// The same of what the person tracked into one workspace, as its managers may see it: a task of another workspace
    /// is left out, with the reason that could name it.
    pub async fn timesheet_in(
        &self,
        workspace: WorkspaceId,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<TimesheetRow>, StorageError> {
        timesheet::between(&self.0.read, developer, Some(workspace), start, end).await
    }
    /// The person's time of the local dates `start` to `end` inclusive, entered by hand included, with the names of tasks
    /// and projects of workspaces the person is active in. Dismissed and personal time is left out.
    pub async fn works(
        &self,
        developer: DeveloperId,
        start: Date,
        end: Date,
    ) -> Result<Vec<Work>, StorageError> {
        works::between(&self.0.read, developer, (start, end), self.1).await
    }
    /// The zone of the person's newest derived day.
    pub async fn last_zone(&self, developer: DeveloperId) -> Result<Option<Zone>, StorageError> {
        works::last_zone(&self.0.read, developer).await
    }
    /// Marks days whose stored events are not what their derivation counted and that nobody marked, of people whose
    /// devices were heard of since `seen_since`, among the dates wholly after `from` in every zone. Returns how many:
    /// more than none means that something outside of Dayloom changed the database.
    pub async fn sweep(
        &self,
        from: Timestamp,
        seen_since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        sweep::sweep(self.0, from, seen_since, now).await
    }
    /// Rows of the person's entries with these ids, whatever their status, by date and start; unknown and foreign ones
    /// are left out.
    pub async fn entries(
        &self,
        developer: DeveloperId,
        ids: &[EntryId],
    ) -> Result<Vec<TimesheetRow>, StorageError> {
        timesheet::by_ids(&self.0.read, developer, ids).await
    }
    /// Takes one dirty day for `lease`, even from another taker, who then writes nothing. `None` if it is not dirty.
    pub async fn seize(
        &self,
        developer: DeveloperId,
        date: Date,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Taken>, StorageError> {
        queue::seize(&self.0.write, developer, date, now, lease).await
    }
    /// The local dates between the two inclusive that were derived or wait for it, of this person or of everyone, by
    /// person and date.
    pub async fn known(
        &self,
        developer: Option<DeveloperId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<(DeveloperId, Date)>, StorageError> {
        read::known(&self.0.read, developer, from, to).await
    }
}
