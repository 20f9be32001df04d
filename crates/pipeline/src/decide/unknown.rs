//! Which signals of a person's days nobody could answer for and no model was asked about.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dayloom_domain::{
    DeveloperId, ProjectId, WorkspaceId, Zone,
    day::{AnsweredBy, Attribution, Day, Signal},
    decision::{CandidatesDigest, SignalDigest, candidates_digest, signal_digest},
    people::Task,
};
use dayloom_storage::{Asked, CandidateFilter, StorageError};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::prompt::Shown;
use crate::Stages;

/// Attention in microseconds a signal must have on the days in question to be asked about: the spans around a briefer
/// one answer.
pub const LEAST_MICROS: i64 = 30_000_000;

/// From this confidence on, what was learned needs no second opinion.
const SURE: f64 = 0.8;

/// On days so long ago a new set of candidates is no reason to ask again: new tasks were not worked on then.
const ASKED_AGAIN_DAYS: i32 = 2;

/// A signal to ask about.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) digest: SignalDigest,
    pub(super) project: ProjectId,
    pub(super) signal: Signal,
    /// Attention it had, in microseconds.
    pub(super) micros: i64,
    /// How much of it during calls.
    pub(super) call_micros: i64,
    /// The days it is on.
    pub(super) dates: BTreeSet<Date>,
    /// How often it was asked in vain.
    pub(super) attempts: i64,
    /// It is left alone before.
    pub(super) not_before: Option<Timestamp>,
}

/// The questions whose time may go to the same tasks: those of one workspace.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) tasks: Vec<Task>,
    pub(super) candidates: CandidatesDigest,
    /// Longest first.
    pub(super) questions: Vec<Question>,
}

/// What is unknown.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknown {
    /// With most time first.
    pub(super) groups: Vec<Group>,
    /// Signals whose project does not allow the model.
    pub(super) forbidden: usize,
}

impl Question {
    /// About a signal of no project in particular, with a microsecond of attention on no day.
    #[cfg(test)]
    pub(super) fn about(signal: Signal) -> Self {
        let project = ProjectId(uuid::Uuid::nil());
        Self {
            digest: signal_digest(project, &signal),
            project,
            signal,
            micros: 1,
            call_micros: 0,
            dates: BTreeSet::new(),
            attempts: 0,
            not_before: None,
        }
    }

    /// The signal as it is laid before a model.
    pub(super) fn shown(&self) -> Shown<'_> {
        Shown {
            signal: &self.signal,
            micros: self.micros,
            in_call: self.call_micros * 2 > self.micros,
        }
    }
}

/// Whether the evidence at hand leaves room for another opinion: only then a model is asked about a span.
pub fn is_open(answer: &Attribution) -> bool {
    match answer.answered_by {
        AnsweredBy::Review | AnsweredBy::Rule(_) | AnsweredBy::Key => false,
        AnsweredBy::Learned => answer.confidence < SURE,
        // What stands around a signal, or was said of others, is no word about it; one that was asked about is left
        // out by its digest.
        AnsweredBy::Model | AnsweredBy::Neighbours | AnsweredBy::Nobody => true,
    }
}

/// What is unknown on these days of a person; with `again` also what was asked before.
pub(super) async fn find(
    stages: &Stages,
    developer: DeveloperId,
    days: &[Day],
    again: bool,
) -> Result<Unknown, StorageError> {
    let mut by_project: BTreeMap<ProjectId, BTreeMap<SignalDigest, Question>> = BTreeMap::new();
    for day in days {
        for span in day.spans.iter().filter(|span| is_open(&span.attribution)) {
            let (project, signal) = (span.span.project_id, &span.span.signal);
            let digest = signal_digest(project, signal);
            let question = by_project
                .entry(project)
                .or_default()
                .entry(digest)
                .or_insert_with(|| Question {
                    digest,
                    project,
                    signal: Signal::clone(signal),
                    micros: 0,
                    call_micros: 0,
                    dates: BTreeSet::new(),
                    attempts: 0,
                    not_before: None,
                });
            question.micros += span.span.micros;
            if span.span.in_call {
                question.call_micros += span.span.micros;
            }
            question.dates.insert(day.date);
        }
    }
    let mut unknown = Unknown::default();
    let mut by_workspace: BTreeMap<WorkspaceId, Vec<Question>> = BTreeMap::new();
    for (project, questions) in by_project {
        let questions = questions.into_values().filter(|q| q.micros >= LEAST_MICROS);
        let found = stages.store().projects().by_id(project).await?;
        let allowed = found.filter(|project| project.models.allows(would_be_local(stages)));
        match allowed {
            Some(project) => by_workspace
                .entry(project.workspace_id)
                .or_default()
                .extend(questions),
            None => unknown.forbidden += questions.count(),
        }
    }
    let recent = recent_from(stages, developer).await?;
    for (workspace, questions) in by_workspace {
        // A task is told only to a model that its own project allows, whatever project the time was tracked into.
        let filter = CandidateFilter {
            workspace: Some(workspace),
            barred: stages
                .store()
                .projects()
                .barred_to(workspace, would_be_local(stages))
                .await?,
            worked_before: None,
        };
        let tasks = stages.store().tasks().candidates(developer, &filter).await?;
        let group = Group {
            candidates: candidates_digest(workspace, &tasks),
            tasks,
            questions,
        };
        let group = if again {
            group
        } else {
            not_asked(stages, developer, group, recent).await?
        };
        if !group.questions.is_empty() {
            unknown.groups.push(group);
        }
    }
    for group in &mut unknown.groups {
        group.questions.sort_by_key(|q| (-q.micros, q.digest));
    }
    unknown
        .groups
        .sort_by_key(|group| -group.questions.iter().map(|q| q.micros).sum::<i64>());
    Ok(unknown)
}

/// Whether the model is local; where there is none yet, what a hosted one would get is shown.
fn would_be_local(stages: &Stages) -> bool {
    stages.models().identity().is_some_and(|identity| identity.local)
}

/// The first date on which new candidates are a reason to ask again.
async fn recent_from(stages: &Stages, developer: DeveloperId) -> Result<Date, StorageError> {
    let person = stages.store().people().by_id(developer).await?;
    let zone = person.and_then(|p| p.timezone).unwrap_or_else(Zone::utc);
    let today = zone.date_of(stages.now());
    Ok(today.saturating_sub((ASKED_AGAIN_DAYS - 1).days()))
}

/// The group without what was answered, and with how often the rest was asked.
async fn not_asked(
    stages: &Stages,
    developer: DeveloperId,
    mut group: Group,
    recent: Date,
) -> Result<Group, StorageError> {
    let digests: Vec<SignalDigest> = group.questions.iter().map(|q| q.digest).collect();
    let decisions = stages.store().decisions();
    let asked = decisions.asked(developer, group.candidates, &digests).await?;
    let asked: HashMap<SignalDigest, Asked> = asked.into_iter().map(|a| (a.signal, a)).collect();
    let ever = decisions.for_signals(developer, &digests).await?;
    let ever: HashSet<SignalDigest> = ever.into_iter().map(|decision| decision.signal).collect();
    group.questions.retain_mut(|question| {
        if let Some(asked) = asked.get(&question.digest) {
            question.attempts = asked.attempts;
            question.not_before = asked.not_before;
            if asked.decided {
                return false;
            }
        }
        let is_recent = question.dates.last().is_some_and(|&last| last >= recent);
        is_recent || !ever.contains(&question.digest)
    });
    Ok(group)
}
