//! One person's turn: everything unknown on their days, in as few calls as it takes, longest first.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use dayloom_domain::{DeveloperId, day::Day, decision::Decision, people::Task};
use dayloom_llm::{Failure, Prompt};
use dayloom_storage::{StorageError, Turn, WaitingDay};
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio_util::sync::CancellationToken;

use super::{
    due, prompt, steer,
    unknown::{self, Group, Question},
    verdict,
};
use crate::Stages;

/// Signals in one call at most: a first day of 480 different ones, in whatever pieces it comes and of up to two
/// workspaces, is then four calls.
pub const AT_ONCE: usize = 240;
/// The fewest signals a call is cut down to when calls fail.
const AT_LEAST: usize = 8;
/// Calls in one turn.
const CALLS: usize = 5;
/// Days in one turn: what may still be uploaded (`contract/tracker.md` §2.3).
const DAYS: usize = 32;

/// The first wait after a failure, doubling with each one after it.
const WAIT: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait after failures that cost nothing and end by themselves.
const WAIT_AT_MOST: SignedDuration = SignedDuration::from_mins(15);
/// The longest wait after calls that were paid for in vain: some fifteen a day, of a few signals each.
const WAIT_AT_MOST_PAID: SignedDuration = SignedDuration::from_hours(2);
/// The wait after failures that somebody has to mend.
const WAIT_FOR_HELP: SignedDuration = SignedDuration::from_mins(10);
/// The first wait for a signal that an answer passed over, four times as long with each one after it.
const MISSED: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait for such a signal.
const MISSED_AT_MOST: SignedDuration = SignedDuration::from_hours(6);

/// What became of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnOutcome {
    /// Asked, and so many signals are decided now.
    Asked(usize),
    /// A call failed after so many signals were decided; the turn comes again later.
    Failed(usize, Failure),
    /// The database failed, or somebody else has the turn now.
    Lost,
}

impl TurnOutcome {
    /// Signals decided.
    pub fn decided(&self) -> usize {
        match self {
            TurnOutcome::Asked(decided) | TurnOutcome::Failed(decided, _) => *decided,
            TurnOutcome::Lost => 0,
        }
    }
}

/// What one call asks.
pub(super) struct Batch {
    pub(super) tasks: Vec<Task>,
    pub(super) candidates: dayloom_domain::decision::CandidatesDigest,
    pub(super) questions: Vec<Question>,
}

impl Batch {
    /// Of its answers those that may have been steered by the text of another signal.
    fn apart(&self, verdicts: &[Option<Decision>]) -> Vec<bool> {
        let index = |decision: &Decision| {
            let named = decision.task_id?;
            self.tasks.iter().position(|task| task.id == named)
        };
        let named: Vec<Option<usize>> = verdicts
            .iter()
            .map(|verdict| verdict.as_ref().and_then(index))
            .collect();
        steer::apart(&self.tasks, &self.questions, &named)
    }

    /// What it sends, but for the redaction.
    pub(super) fn prompt(&self) -> Prompt {
        let shown: Vec<_> = self.questions.iter().map(Question::shown).collect();
        prompt::prompt_about(&self.tasks, &shown)
    }
}

/// Cuts groups into calls, leaving out what is to be left alone at `now`. After failures calls are smaller, so that one
/// signal that breaks a call does not hold up all others.
pub(super) fn batches(groups: Vec<Group>, failures: i64, now: Timestamp) -> Vec<Batch> {
    let halvings = u32::try_from(failures.clamp(0, 10)).unwrap_or(0);
    let at_once = (AT_ONCE >> halvings).max(AT_LEAST);
    let mut batches = Vec::new();
    for group in groups {
        let ready: Vec<Question> = group
            .questions
            .into_iter()
            .filter(|q| q.not_before.is_none_or(|not_before| not_before <= now))
            .collect();
        batches.extend(ready.chunks(at_once).map(|questions| Batch {
            tasks: group.tasks.clone(),
            candidates: group.candidates,
            questions: questions.to_vec(),
        }));
    }
    batches
}

impl Stages {
    /// Asks for the person whose turn it is and ends the turn. The lease is kept up as long as the model thinks. Once
    /// `stop` is cancelled, no further call is begun.
    pub async fn ask(&self, turn: &Turn, lease: Duration, stop: &CancellationToken) -> TurnOutcome {
        let result = tokio::select! {
            result = self.ask_turn(turn, stop) => result,
            never = self.keep_turn(turn, lease) => match never {},
        };
        match result {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(developer = %turn.developer_id, %error,
                    "a language model could not be asked for a person; their turn comes again");
                TurnOutcome::Lost
            }
        }
    }

    async fn keep_turn(&self, turn: &Turn, lease: Duration) -> Infallible {
        loop {
            tokio::time::sleep(lease / 3).await;
            let until = self.now().saturating_add(lease).unwrap_or(Timestamp::MAX);
            match self.store().decisions().renew_turn(turn, until).await {
                Ok(true) => {}
                Ok(false) => std::future::pending().await,
                Err(error) => tracing::warn!(%error, "a turn could not be renewed; trying again"),
            }
        }
    }

    async fn ask_turn(&self, turn: &Turn, stop: &CancellationToken) -> Result<TurnOutcome, StorageError> {
        let developer = turn.developer_id;
        let (days, gone) = self.waiting_days(developer).await?;
        let found = unknown::find(self, developer, &days, false).await?;
        let mut batches = batches(found.groups, turn.attempts, self.now());
        // While a day goes on, each call is weighed against what may still come.
        let over = days.iter().any(|day| due::end_of(day) <= self.now());
        batches.truncate(if over { CALLS } else { 1 });
        let mut so_far = SoFar::default();
        for batch in batches.iter().take_while(|_| !stop.is_cancelled()) {
            match self.ask_batch(developer, batch).await? {
                Ok(decided) => {
                    let dates = dates_of(&batch.questions);
                    self.store().decisions().count_ask(developer, &dates).await?;
                    so_far.decided += decided;
                }
                Err(failure) => {
                    so_far.failure = Some(failure);
                    break;
                }
            }
        }
        self.end(turn, &days, &gone, so_far).await
    }

    /// The stored days of a person whose time to be asked about has come, and the dates of those that are no longer
    /// there.
    async fn waiting_days(&self, developer: DeveloperId) -> Result<(Vec<Day>, Vec<Date>), StorageError> {
        let (mut days, mut gone) = (Vec::new(), Vec::new());
        let waiting = self.store().decisions().waiting(developer).await?;
        let now = self.now();
        let due = |noted: &WaitingDay| noted.due_at.is_some_and(|due| due <= now);
        for noted in waiting.into_iter().filter(due).take(DAYS) {
            match self.store().days().read(developer, noted.date).await? {
                Some(stored) => days.push(stored.day),
                None => gone.push(noted.date),
            }
        }
        Ok((days, gone))
    }

    /// One call. Returns how many questions it decided. Its answers are kept, and the days they touch marked, before the
    /// next call: whoever vanishes after it leaves nothing to be asked twice.
    async fn ask_batch(
        &self,
        developer: DeveloperId,
        batch: &Batch,
    ) -> Result<Result<usize, Failure>, StorageError> {
        let Some(first) = batch.questions.first() else {
            return Ok(Ok(0));
        };
        let asking = batch.prompt();
        let answer = self
            .models()
            .ask(developer, Some(first.project), &asking, self.now())
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(failure)),
        };
        let now = self.now();
        let asked = verdict::Asked {
            tasks: &batch.tasks,
            candidates: batch.candidates,
            questions: &batch.questions,
            model: self.models().identity().map_or("", |identity| &identity.name),
            now,
        };
        let Some(verdicts) = verdict::read(&answer.text, &asked) else {
            metrics::counter!("dayloom_model_answers_unusable_total").increment(1);
            return Ok(Err(Failure::Undecodable));
        };
        let mut decided = Vec::new();
        let mut missed = Vec::new();
        let mut decisions = Vec::new();
        let mut steered = Vec::new();
        let apart = batch.apart(&verdicts);
        for ((question, verdict), apart) in batch.questions.iter().zip(verdicts).zip(apart) {
            match verdict {
                // It stays unknown, and is asked about without those that are decided now.
                Some(_) if apart => steered.push((question.digest, again_after(question, now))),
                Some(decision) => {
                    decisions.push(decision);
                    decided.push(question.clone());
                }
                None => missed.push((question.digest, again_after(question, now))),
            }
        }
        if decided.is_empty() {
            // Nothing would be different the next time: it waits longer and longer.
            missed.append(&mut steered);
        }
        let (store, touched) = (self.store().decisions(), dates_of(&decided));
        store.save(developer, &decisions, &touched, now).await?;
        store.miss(developer, batch.candidates, &missed).await?;
        metrics::counter!("dayloom_model_decisions_total").increment(decisions.len() as u64);
        Ok(Ok(decided.len()))
    }

    /// Notes what is still unknown, and ends the turn.
    async fn end(
        &self,
        turn: &Turn,
        days: &[Day],
        gone: &[Date],
        so_far: SoFar,
    ) -> Result<TurnOutcome, StorageError> {
        let (developer, now) = (turn.developer_id, self.now());
        let decisions = self.store().decisions();
        for &date in gone {
            decisions.note(developer, date, None, None, now).await?;
        }
        let after = match so_far.failure {
            Some(_) => due::After::Failing,
            None => due::After::Asking,
        };
        for day in days {
            // It may have been derived again since, by what was answered first.
            let stored = self.store().days().read(developer, day.date).await?;
            let day = stored.as_ref().map_or(day, |stored| &stored.day);
            due::note(self, developer, day, after).await?;
        }
        let not_before = match &so_far.failure {
            None => now,
            Some(failure) => {
                let wait = self.wait_after(developer, failure, turn.attempts).await?;
                tracing::info!(%developer, failure = failure.word(), seconds = wait.as_secs(),
                    "the language model gave no answer; it is asked again later, and the time stays unattributed");
                now.saturating_add(wait).unwrap_or(Timestamp::MAX)
            }
        };
        let ended = decisions
            .end_turn(turn, so_far.failure.is_some(), not_before)
            .await?;
        Ok(match so_far.failure {
            _ if !ended => TurnOutcome::Lost,
            Some(failure) => TurnOutcome::Failed(so_far.decided, failure),
            None => TurnOutcome::Asked(so_far.decided),
        })
    }

    /// How long a person's turn waits after a failure.
    async fn wait_after(
        &self,
        developer: DeveloperId,
        failure: &Failure,
        attempts: i64,
    ) -> Result<SignedDuration, StorageError> {
        let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
        let at_most = match failure {
            Failure::TooSlow | Failure::Undecodable => WAIT_AT_MOST_PAID,
            _ => WAIT_AT_MOST,
        };
        let grown = (WAIT * 2_i32.saturating_pow(doublings)).min(at_most);
        Ok(match failure {
            Failure::RateLimited {
                retry_after: Some(wanted),
            } => SignedDuration::try_from(*wanted)
                .unwrap_or(WAIT_AT_MOST)
                .max(grown),
            Failure::OverBudget => {
                let now = self.now();
                let budget = self.models().budget(developer, now).await?;
                budget.map_or(WAIT_FOR_HELP, |budget| budget.renewed_at.duration_since(now))
            }
            failure if failure.is_retryable() => grown,
            _ => grown.max(WAIT_FOR_HELP),
        })
    }
}

/// What a turn has done.
#[derive(Default)]
struct SoFar {
    decided: usize,
    failure: Option<Failure>,
}

/// The days some questions are of, each once.
fn dates_of(questions: &[Question]) -> Vec<Date> {
    let dates: BTreeSet<Date> = questions.iter().flat_map(|q| q.dates.iter().copied()).collect();
    dates.into_iter().collect()
}

/// When a signal that was passed over is asked again.
fn again_after(question: &Question, now: Timestamp) -> Timestamp {
    let times = u32::try_from(question.attempts.clamp(0, 10)).unwrap_or(0);
    let wait = (MISSED * 4_i32.saturating_pow(times)).min(MISSED_AT_MOST);
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
