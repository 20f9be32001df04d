//! The language model a server has, if any, as everyone in the pipeline and the server asks it: only what the project
//! allows is sent, redacted, within the person's budget of the day, and each call is in the ledger.

use std::sync::Arc;

use dayloom_domain::{
    DeveloperId, ProjectId, Zone,
    people::{ModelPolicy, Project},
};
use dayloom_llm::{Answer, Failure, Heard, Identity, Model, Prompt, Purpose, Usage};
use dayloom_storage::{StorageError, Store, UsageAdded};
use jiff::{Timestamp, ToSpan, civil::Date};
use tokio_util::sync::CancellationToken;

/// The model of a server, or none. Cheap to clone.
#[derive(Clone, Default)]
pub struct Models(Option<Arc<Inner>>);

struct Inner {
    store: Store,
    model: Arc<dyn Model>,
    budget: Option<u64>,
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Models").field(&self.identity()).finish()
    }
}

/// How much of the day's tokens is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Tokens a person may use in a local day; without a limit, none.
    pub tokens: Option<u64>,
    /// Tokens used today.
    pub used: u64,
    /// When the next local day begins, and with it a new budget.
    pub renewed_at: Timestamp,
}

impl Budget {
    /// Nothing is asked any more today.
    pub fn is_used_up(&self) -> bool {
        self.tokens.is_some_and(|tokens| self.used >= tokens)
    }
}

/// Whoever hears an answer while it is written.
pub(crate) struct Listener<'l> {
    /// Is told each piece.
    pub(crate) heard: Heard<'l>,
    /// Nobody listens any more; the call ends.
    pub(crate) gone: &'l CancellationToken,
}

impl Models {
    /// No model: rules, keys and what was learned do the work.
    pub fn none() -> Self {
        Self(None)
    }

    /// This model, its calls written to the ledger of this database. `budget` is how many tokens, read and written, a
    /// person may use in a local day; without it there is no limit.
    pub fn new(store: Store, model: Arc<dyn Model>, budget: Option<u64>) -> Self {
        Self(Some(Arc::new(Inner { store, model, budget })))
    }

    /// Who would be asked, if anybody.
    pub fn identity(&self) -> Option<&Identity> {
        self.0.as_ref().map(|inner| inner.model.identity())
    }

    /// Whether there is a model at all.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Whether this model may see time of a project with that policy.
    pub fn allowed_by(&self, policy: ModelPolicy) -> bool {
        self.identity()
            .is_some_and(|identity| policy.allows(identity.local))
    }

    /// Asks. With a project, that project must allow the model; without one, every project the person tracks into must:
    /// what is asked may then hold something of each. Everything of the prompt that comes from outside is redacted
    /// once more.
    ///
    /// # Errors
    ///
    /// [`Failure::NotConfigured`] without a model, [`Failure::Forbidden`] and [`Failure::OverBudget`] before anything
    /// is sent, [`Failure::NoLedger`] if the database fails, and whatever the model's own failure is.
    pub async fn ask(
        &self,
        developer: DeveloperId,
        project: Option<ProjectId>,
        prompt: &Prompt,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        self.called(developer, project, prompt, now, None).await
    }

    /// Asks with somebody to listen while the answer is written. What was said before a failure, or before nobody listened
    /// any more, is in the ledger.
    ///
    /// # Errors
    ///
    /// Those of [`Models::ask`], and [`Failure::Stopped`].
    pub(crate) async fn ask_aloud(
        &self,
        developer: DeveloperId,
        project: Option<ProjectId>,
        prompt: &Prompt,
        now: Timestamp,
        listener: Listener<'_>,
    ) -> Result<Answer, Failure> {
        self.called(developer, project, prompt, now, Some(listener)).await
    }

    async fn called(
        &self,
        developer: DeveloperId,
        project: Option<ProjectId>,
        prompt: &Prompt,
        now: Timestamp,
        listener: Option<Listener<'_>>,
    ) -> Result<Answer, Failure> {
        let inner = self.0.as_deref().ok_or(Failure::NotConfigured)?;
        if !inner.may_see(developer, project).await? {
            return Err(Failure::Forbidden);
        }
        let today = inner.today(developer, now).await.map_err(no_ledger)?;
        let budget = inner.budget_of(developer, &today).await.map_err(no_ledger)?;
        if budget.is_used_up() {
            metrics::counter!("dayloom_model_calls_total", "purpose" => word(prompt.purpose), "outcome" => "over_budget")
                .increment(1);
            return Err(Failure::OverBudget);
        }
        let prompt = prompt.redacted();
        let sent = inner.enter_sent(developer, &today, &prompt).await;
        sent.map_err(no_ledger)?;
        let mut spoken = 0;
        let result = match listener {
            None => inner.model.ask(&prompt).await,
            Some(Listener { heard, gone }) => {
                let mut counting = |piece: &str| {
                    spoken += piece.len();
                    heard(piece);
                };
                tokio::select! {
                    result = inner.model.ask_aloud(&prompt, &mut counting) => result,
                    () = gone.cancelled() => Err(Failure::Stopped),
                }
            }
        };
        let outcome = result.as_ref().map_or_else(Failure::word, |_| "answered");
        metrics::counter!("dayloom_model_calls_total", "purpose" => word(prompt.purpose), "outcome" => outcome)
            .increment(1);
        if let Err(error) = inner.settle(developer, &today, &prompt, &result, spoken).await {
            tracing::warn!(%error, "a call of the language model stands in the ledger as it was estimated");
        }
        result
    }

    /// What is left of the day's tokens; none without a model.
    pub async fn budget(
        &self,
        developer: DeveloperId,
        now: Timestamp,
    ) -> Result<Option<Budget>, StorageError> {
        let Some(inner) = self.0.as_deref() else {
            return Ok(None);
        };
        let today = inner.today(developer, now).await?;
        inner.budget_of(developer, &today).await.map(Some)
    }
}

/// A person's local day.
struct Today {
    date: Date,
    ends_at: Timestamp,
}

impl Inner {
    async fn may_see(&self, developer: DeveloperId, project: Option<ProjectId>) -> Result<bool, Failure> {
        let projects: Vec<Project> = match project {
            Some(project) => {
                let found = self.store.projects().by_id(project).await;
                let Some(found) = found.map_err(no_ledger)? else {
                    return Ok(false);
                };
                vec![found]
            }
            None => self
                .store
                .projects()
                .tracker_projects_for(developer)
                .await
                .map_err(no_ledger)?,
        };
        let local = self.model.identity().local;
        Ok(projects.iter().all(|project| project.models.allows(local)))
    }

    async fn today(&self, developer: DeveloperId, now: Timestamp) -> Result<Today, StorageError> {
        let person = self.store.people().by_id(developer).await?;
        let zone = person.and_then(|p| p.timezone).unwrap_or_else(Zone::utc);
        let date = zone.date_of(now);
        let ends_at = zone.start_of(date.saturating_add(1.day()));
        Ok(Today { date, ends_at })
    }

    async fn budget_of(&self, developer: DeveloperId, today: &Today) -> Result<Budget, StorageError> {
        let used = self.store.usage().tokens_on(developer, today.date).await?;
        Ok(Budget {
            tokens: self.budget,
            used: u64::try_from(used).unwrap_or_default(),
            renewed_at: today.ends_at,
        })
    }

    /// Writes down a call that is about to be made, with what it sends: who vanishes while the model thinks has asked all
    /// the same, and the budget must know.
    async fn enter_sent(
        &self,
        developer: DeveloperId,
        today: &Today,
        prompt: &Prompt,
    ) -> Result<(), StorageError> {
        let sent = UsageAdded {
            calls: 1,
            input_tokens: tokens(prompt.estimated_tokens()),
            output_tokens: 0,
            cost_usd: self.model.price().map(|_| 0.0),
        };
        self.add(developer, today, prompt, sent).await
    }

    /// Puts what a call really used in place of the estimate. One that broke off after it was sent is counted with what
    /// it read and the bytes it had `spoken`: the provider may charge for it, and else a model that never answers in time
    /// could be asked without end.
    async fn settle(
        &self,
        developer: DeveloperId,
        today: &Today,
        prompt: &Prompt,
        result: &Result<Answer, Failure>,
        spoken: usize,
    ) -> Result<(), StorageError> {
        let sent = |why: &Failure| {
            use Failure::{BrokenOff, Stopped, TooSlow, Undecodable};
            spoken > 0 || matches!(why, TooSlow | Undecodable | BrokenOff | Stopped)
        };
        let used = match result {
            Ok(answer) => answer.usage,
            Err(why) if sent(why) => Usage {
                input_tokens: prompt.estimated_tokens(),
                output_tokens: spoken.div_ceil(4) as u64,
            },
            Err(_) => Usage::default(),
        };
        metrics::counter!("dayloom_model_tokens_total", "purpose" => word(prompt.purpose))
            .increment(used.total());
        let settled = UsageAdded {
            calls: 0,
            input_tokens: tokens(used.input_tokens) - tokens(prompt.estimated_tokens()),
            output_tokens: tokens(used.output_tokens),
            cost_usd: self.model.price().map(|price| price.of(used)),
        };
        self.add(developer, today, prompt, settled).await
    }

    async fn add(
        &self,
        developer: DeveloperId,
        today: &Today,
        prompt: &Prompt,
        added: UsageAdded,
    ) -> Result<(), StorageError> {
        let (purpose, name) = (word(prompt.purpose), &self.model.identity().name);
        let usage = self.store.usage();
        usage.add(developer, today.date, purpose, name, added).await
    }
}

fn tokens(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The purpose as it stands in the ledger.
pub(crate) fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Attribution => "attribution",
        Purpose::Journal => "journal",
        Purpose::Question => "question",
    }
}

fn no_ledger(error: StorageError) -> Failure {
    tracing::warn!(%error, "what a language model may be asked could not be read");
    Failure::NoLedger
}
