//! What a day is answered from, read out of the store in one place: its spans, and the attributor with everything
//! that may speak for or against a task. The derivation, explanations, previews and replays all come through here,
//! so that they can never disagree.

use std::{
    collections::{BTreeSet, HashMap},
    sync::mpsc,
};

use dayloom_attribution::{Attributor, Learned, Scope};
use dayloom_domain::{
    DeveloperId, ProjectId, WorkspaceId, Zone,
    day::Span,
    decision::{SignalDigest, signal_digest},
    derive::{self, Evidence, Woven},
    event::Event,
    people::Task,
};
use dayloom_storage::{CandidateFilter, StorageError, Store};
use jiff::civil::Date;

use crate::{DeriveError, Lessons};

/// Weaves one local date out of what is stored now.
pub async fn woven(store: &Store, developer: DeveloperId, date: Date) -> Result<Woven, DeriveError> {
    let zones = store.events().zones(developer).await?;
    let (from, to) = derive::evidence_window_in(date, &zones);
    let zone = store
        .people()
        .by_id(developer)
        .await?
        .and_then(|person| person.timezone);
    let fallback = zone.unwrap_or_else(Zone::utc);
    // Off the threads that serve requests: telling what was in front takes a while, of a day sampled each second most.
    let (hand_over, pieces) = mpsc::channel::<Vec<Event>>();
    let woven = tokio::task::spawn_blocking(move || {
        let mut evidence = Evidence::default();
        for piece in pieces {
            evidence.take_in(&piece);
        }
        evidence.weave(date, &fallback)
    });
    store
        .events()
        .window_in_pieces(developer, from, to, |piece| {
            // Nobody takes it any more only where the weaving broke off, which is found below.
            let _ = hand_over.send(std::mem::take(piece));
        })
        .await?;
    drop(hand_over);
    woven.await.map_err(|_| DeriveError::Broken)
}

/// The attributor that answers for the spans of a day of a person as things stand now. Give it all of them, as what
/// stands before and after a span speaks too.
pub(crate) async fn attributor_for(
    store: &Store,
    developer: DeveloperId,
    woven: &Woven,
    lessons: &Lessons,
) -> Result<Attributor, StorageError> {
    let learned = learned(store, developer).await?;
    attributor_with(store, developer, woven, lessons, learned).await
}

/// The same, had this been learned of the person.
pub(crate) async fn attributor_with(
    store: &Store,
    developer: DeveloperId,
    woven: &Woven,
    lessons: &Lessons,
    learned: Learned,
) -> Result<Attributor, StorageError> {
    let spans = woven.spans.as_slice();
    // Who never reviewed anything has taught nothing either.
    let earlier = if learned.is_empty() {
        Vec::new()
    } else {
        lessons.for_date(store, developer, woven.date).await?
    };
    let rules = store.rules().list_for_attribution(developer).await?;
    let tasks = store.tasks().for_attribution(developer).await?;
    let mut signals: Vec<SignalDigest> = spans
        .iter()
        .map(|span| signal_digest(span.project_id, &span.signal))
        .collect();
    signals.sort_unstable();
    signals.dedup();
    let decisions = store.decisions().for_signals(developer, &signals).await?;
    let weighed = !learned.is_empty() || !decisions.is_empty();
    let projects = spans.iter().map(|span| span.project_id);
    let mut scope = scope(store, developer, projects, weighed).await?;
    if weighed {
        name_candidates(store, developer, &mut scope, &tasks, spans).await?;
    }
    Ok(Attributor::new(rules, tasks)
        .within(scope)
        .with_learned(learned)
        .after(&earlier)
        .with_decisions(decisions))
}

/// Whose time it is, and the workspaces of the projects it is of; these only where something is weighed, as nothing
/// else asks for them.
pub(crate) async fn scope(
    store: &Store,
    developer: DeveloperId,
    projects: impl Iterator<Item = ProjectId>,
    weighed: bool,
) -> Result<Scope, StorageError> {
    let mut scope = Scope {
        person: Some(developer),
        closed: store.closed_statuses().to_vec(),
        workspaces: HashMap::new(),
        candidates: HashMap::new(),
    };
    if weighed {
        for project in projects.collect::<BTreeSet<_>>() {
            if let Some(known) = store.projects().by_id(project).await? {
                scope.workspaces.insert(project, known.workspace_id);
            }
        }
    }
    Ok(scope)
}

/// Says which tasks are weighed where there are too many to weigh all: those last changed, or worked on before this day.
/// A day rests on the days before it and never on itself, so deriving it again changes nothing.
async fn name_candidates(
    store: &Store,
    developer: DeveloperId,
    scope: &mut Scope,
    tasks: &[Task],
    spans: &[Span],
) -> Result<(), StorageError> {
    let here: BTreeSet<WorkspaceId> = scope.workspaces.values().copied().collect();
    let begins = spans
        .iter()
        .map(|span| span.zone.start_of(span.zone.date_of(span.start)))
        .min();
    for workspace in scope.crowded(tasks).intersection(&here) {
        let filter = CandidateFilter {
            workspace: Some(*workspace),
            worked_before: begins,
            ..CandidateFilter::default()
        };
        let chosen = store.tasks().candidates(developer, &filter).await?;
        let ids = chosen.into_iter().map(|task| task.id).collect();
        scope.candidates.insert(*workspace, ids);
    }
    Ok(())
}

/// What was learned of a person; nothing where they never reviewed, or where the model was written by another release
/// and is fitted again with the next review.
async fn learned(store: &Store, developer: DeveloperId) -> Result<Learned, StorageError> {
    let stored = store.learned().model(developer).await?;
    let text = stored.and_then(|stored| stored.model);
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}
