//! Which other entries a correction speaks of: those of the last weeks that nobody reviewed and that were spent on the
//! same things. Nothing is changed here.

use std::collections::HashSet;

use dayloom_domain::{
    DeveloperId, EntryId, ProjectId, TaskId,
    day::{AnsweredBy, AttributedSpan, Block, Signal},
    review::EntryStatus,
};
use dayloom_storage::{StorageError, Store};
use jiff::{Timestamp, ToSpan, civil::Date};

/// Days a correction reaches back, the last one included (`contract/tracker.md` §9.3).
pub const SIMILAR_DAYS: i64 = 30;

/// An entry that a correction would move.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// The entry.
    pub entry: EntryId,
    /// Its local date.
    pub date: Date,
    /// First instant.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Whole minutes.
    pub minutes: i64,
    /// The task it has now.
    pub task_id: Option<TaskId>,
    /// How sure that is.
    pub confidence: f64,
}

/// What a person was on, as far as two days of it are the same work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Thing {
    /// A branch of a repository.
    Branch(ProjectId, String, String),
    /// A page.
    Page(ProjectId, String, String),
    /// A file.
    File(ProjectId, String),
    /// A window.
    Window(ProjectId, String, String),
}

fn thing(project: ProjectId, signal: &Signal) -> Option<Thing> {
    let signal = signal.clone();
    match signal {
        Signal {
            repo: Some(repo),
            branch: Some(branch),
            ..
        } => Some(Thing::Branch(project, repo, branch)),
        Signal {
            host: Some(host),
            url_path,
            ..
        } => Some(Thing::Page(project, host, url_path.unwrap_or_default())),
        Signal { path: Some(path), .. } => Some(Thing::File(project, path)),
        Signal {
            app,
            title: Some(title),
            ..
        } => Some(Thing::Window(project, app, title)),
        _ => None,
    }
}

/// The spans of a block, each with its weight.
fn spans<'s>(spans: &'s [AttributedSpan], block: &Block) -> impl Iterator<Item = &'s AttributedSpan> {
    let (start, end) = (block.start, block.end);
    spans
        .iter()
        .filter(move |span| start <= span.span.start && span.span.end <= end)
}

/// Unreviewed entries of the [`SIMILAR_DAYS`] up to `last` that correcting `entry` of `date` to `task` speaks of, by date
/// and start: more than half of their time was on what the entry was on, and no rule answered for it.
pub async fn similar(
    store: &Store,
    developer: DeveloperId,
    (entry, date): (EntryId, Date),
    task: TaskId,
    last: Date,
) -> Result<Vec<Similar>, StorageError> {
    let Some(own) = store.days().read(developer, date).await? else {
        return Ok(Vec::new());
    };
    let Some(block) = own.day.blocks.iter().find(|block| block.entry_id == Some(entry)) else {
        return Ok(Vec::new());
    };
    let things: HashSet<Thing> = spans(&own.day.spans, block)
        .filter_map(|span| thing(span.span.project_id, &span.span.signal))
        .collect();
    let first = last.saturating_sub((SIMILAR_DAYS - 1).days());
    let mut found = Vec::new();
    for (_, date) in store.days().known(Some(developer), first, last).await? {
        let Some(stored) = store.days().read(developer, date).await? else {
            continue;
        };
        for block in &stored.day.blocks {
            let Some(id) = block.entry_id.filter(|id| *id != entry) else {
                continue;
            };
            let open = block.status == EntryStatus::Inferred && block.task_id != Some(task);
            if open && is_like(&stored.day.spans, block, &things) {
                found.push(Similar {
                    entry: id,
                    date,
                    start: block.start,
                    end: block.end,
                    minutes: block.minutes,
                    task_id: block.task_id,
                    confidence: block.confidence,
                });
            }
        }
    }
    Ok(found)
}

fn is_like(all: &[AttributedSpan], block: &Block, things: &HashSet<Thing>) -> bool {
    let like = |span: &&AttributedSpan| {
        !matches!(span.attribution.answered_by, AnsweredBy::Rule(_))
            && thing(span.span.project_id, &span.span.signal).is_some_and(|thing| things.contains(&thing))
    };
    let alike: i64 = spans(all, block).filter(like).map(|span| span.span.micros).sum();
    alike * 2 > block.micros
}
