//! From probabilities to an answer: the most probable label where its confidence suffices, who is to be thanked for
//! it, and why in words. And what each answer rests on: all that was weighed.

mod first;

use std::cell::{Cell, OnceCell};

use dayloom_domain::{
    TaskId,
    day::{AnsweredBy, Attribution, Category, Span},
    decision::signal_digest,
};

use crate::{
    Answered, Attributor, DECIDES, EvidenceItem, EvidenceKind, Grounds, Taught, calibrate,
    earlier::Earlier,
    example::{Label, features_of},
    keys::Keys,
    learned::Count,
    smooth::Smoothed,
    threads,
    weigh::{self, Scene, State, Thread, Weigher},
};

/// A weighed span with what it was weighed by.
pub(crate) struct Verdict<'v> {
    weigher: &'v Weigher<'v>,
    scene: &'v Scene,
    shares: &'v Smoothed,
    /// What was learned of its tokens.
    learned: &'v [f64],
    /// What is shown of the signal in a reason: only its branch, as a title or an address never is.
    span: &'v Span,
    /// The most probable state, and how probable it is.
    best: (State, f64),
    /// A rule answered, or a key where nothing was ever reviewed, whatever the weighing says.
    plain: Cell<bool>,
    /// What speaks for the most probable state, once that was asked for.
    cases: OnceCell<Vec<Case>>,
}

/// What speaks for a state, against the next best one.
struct Case {
    kind: EvidenceKind,
    weight: f64,
}

impl Attributor {
    /// Weighs the spans and hands the answers on, with what they rest on, and what the day teaches if that is asked for.
    pub(crate) fn weighed<T>(
        &self,
        spans: &[Span],
        teach: bool,
        then: impl FnOnce(Vec<Attribution>, &[Verdict<'_>], Taught) -> T,
    ) -> T {
        let ruled: Vec<Option<Attribution>> = spans
            .iter()
            .map(|span| self.by_rule(span.project_id, &span.signal))
            .collect();
        let mut scenes: Vec<Scene> = spans
            .iter()
            .zip(&ruled)
            .map(|(span, ruled)| self.scene(span, ruled.as_ref()))
            .collect();
        Scene::follow_branches(&mut scenes);
        let threads = threads::of(&self.tasks, &self.scope, &self.learned, &scenes, &self.earlier);
        let weigher = Weigher::new(&self.weights, &threads, &self.learned).after(&self.earlier);
        let weighed = weigher.weigh(&scenes);
        let taught = if teach {
            self.taught(spans, &scenes, (&threads, &weighed.shares))
        } else {
            Taught::default()
        };
        let plain: Vec<Option<Attribution>> = ruled
            .into_iter()
            .zip(spans)
            .map(|(ruled, span)| ruled.or_else(|| self.by_first_key(span)))
            .collect();
        let verdicts: Vec<Verdict<'_>> = spans
            .iter()
            .zip(&scenes)
            .zip(weighed.shares.iter().zip(&weighed.learned))
            .zip(&plain)
            .map(|(((span, scene), (shares, learned)), plain)| Verdict {
                weigher: &weigher,
                scene,
                shares,
                learned,
                span,
                best: weigh::best(shares),
                plain: Cell::new(plain.is_some()),
                cases: OnceCell::new(),
            })
            .collect();
        let answers = plain
            .into_iter()
            .zip(&verdicts)
            .map(|(plain, verdict)| plain.unwrap_or_else(|| self.answer_of(verdict)))
            .collect();
        then(answers, &verdicts, taught)
    }

    /// What the day shows of itself, the days before left out: where they said nothing, it is what was weighed already.
    /// Where nothing was ever reviewed a day would teach the next only what it guessed.
    fn taught(&self, spans: &[Span], scenes: &[Scene], weighed: (&[Thread], &[Smoothed])) -> Taught {
        if self.learned.is_empty() {
            return Taught::default();
        }
        let is_reviewed = |at: usize| {
            let span = &spans[at];
            let mut reviewed = self.reviewed.iter();
            reviewed.any(|(start, end)| *start < span.end && span.start < *end)
        };
        if self.earlier.is_empty() {
            return Taught::of(scenes, weighed.1, weighed.0, is_reviewed);
        }
        let threads = threads::of(
            &self.tasks,
            &self.scope,
            &self.learned,
            scenes,
            &Earlier::default(),
        );
        let weigher = Weigher::new(&self.weights, &threads, &self.learned);
        Taught::of(scenes, &weigher.weigh(scenes).shares, &threads, is_reviewed)
    }

    fn scene(&self, span: &Span, ruled: Option<&Attribution>) -> Scene {
        let decided = ruled.and_then(|ruled| match (ruled.task_id, ruled.category) {
            (Some(task), _) => Some(Label::Task(task)),
            (None, Category::Personal) => Some(Label::Personal),
            (None, Category::Productive) => Some(Label::Work),
            (None, Category::Neutral) => None,
        });
        #[expect(clippy::cast_precision_loss, reason = "a day has 2^37 microseconds")]
        let seconds = span.micros as f64 / 1e6;
        Scene {
            workspace: self.scope.workspaces.get(&span.project_id).copied(),
            time: (span.start.as_microsecond(), span.end.as_microsecond()),
            seconds,
            features: features_of(span),
            keys: self.keys.in_sight(span.project_id, &span.signal),
            decided,
            said: self.said(span),
            same_branch: false,
        }
    }

    /// What a language model said of a span, where it said anything.
    fn said(&self, span: &Span) -> Option<(Label, f64)> {
        if self.decisions.is_empty() {
            return None;
        }
        let decision = self
            .decisions
            .get(&signal_digest(span.project_id, &span.signal))?;
        let label = match (decision.task_id, decision.category) {
            (_, Category::Personal) => Label::Personal,
            (Some(task), _) => Label::Task(task),
            (None, Category::Productive) => Label::Work,
            (None, Category::Neutral) => return None,
        };
        Some((label, decision.confidence.clamp(0.0, 1.0)))
    }

    fn answer_of(&self, verdict: &Verdict<'_>) -> Attribution {
        let weighed = self.weighed_answer_of(verdict);
        if weighed.answered_by != AnsweredBy::Nobody {
            return weighed;
        }
        let keyed = self.by_key(verdict.span.project_id, &verdict.span.signal).ok();
        let Some(keyed) = keyed.filter(|keyed| self.is_left_to(keyed, verdict)) else {
            return weighed;
        };
        verdict.plain.set(true);
        keyed
    }

    fn weighed_answer_of(&self, verdict: &Verdict<'_>) -> Attribution {
        let (state, probability) = verdict.best;
        let confidence = round(self.learned.calibration.believe(probability));
        let Some(label) = verdict.weigher.label(state) else {
            return Attribution::nobody("nothing in sight tells what this was for");
        };
        let (without, with) = self.weights.threshold;
        if confidence < if self.decisions.is_empty() { without } else { with } {
            return Attribution::nobody(match label {
                Label::Task(task) if self.is_elsewhere(task, verdict) => {
                    "not sure enough; a task of another workspace is the most likely".to_owned()
                }
                Label::Task(task) => format!("not sure enough; {} is the most likely", self.keys.name(task)),
                Label::Work | Label::Personal | Label::Dismissed => {
                    "not sure enough whether a task is behind this".to_owned()
                }
            });
        }
        let (answered_by, reason) = self.thanks(verdict, state, label);
        let (category, task_id) = match label {
            Label::Task(task) => (Category::Productive, Some(task)),
            Label::Work => (Category::Productive, None),
            Label::Personal => (Category::Personal, None),
            Label::Dismissed => return Attribution::nobody(reason),
        };
        Attribution {
            category,
            task_id,
            project_id: None,
            confidence,
            reason,
            answered_by,
        }
    }

    /// Who is to be thanked most for an answer, and in what words.
    fn thanks(&self, verdict: &Verdict<'_>, state: State, label: Label) -> (AnsweredBy, String) {
        let strongest = verdict
            .cases()
            .first()
            .map_or(EvidenceKind::Neighbours, |case| case.kind);
        let reason = self.words(verdict, state, label, strongest);
        let answered_by = match strongest {
            EvidenceKind::Key => AnsweredBy::Key,
            EvidenceKind::Learned | EvidenceKind::Words => AnsweredBy::Learned,
            EvidenceKind::Model => AnsweredBy::Model,
            EvidenceKind::Neighbours | EvidenceKind::Rule | EvidenceKind::Review => AnsweredBy::Neighbours,
        };
        (answered_by, reason)
    }

    /// A kind of evidence in words. They go into the timesheet: a branch and a key are named, a title or an address
    /// never.
    fn words(&self, verdict: &Verdict<'_>, state: State, label: Label, kind: EvidenceKind) -> String {
        let name = match label {
            Label::Task(task) => self.keys.name(task).to_owned(),
            Label::Work => "work without a task".to_owned(),
            Label::Personal => "private time".to_owned(),
            Label::Dismissed => "time you dismissed".to_owned(),
        };
        match kind {
            EvidenceKind::Key => match label {
                Label::Task(task) => Keys::sighting(&name, task, &verdict.scene.keys, &verdict.span.signal),
                _ => "the key of a colleague's task".to_owned(),
            },
            EvidenceKind::Learned => match verdict.weigher.told(verdict.scene, state) {
                Some(count) => told(label, &name, count),
                None if verdict.weigher.is_taught(verdict.scene, state) => {
                    format!("like earlier time that went to {name}")
                }
                None => format!("much like what you reviewed as {name}"),
            },
            EvidenceKind::Words => format!("words of {name} in sight"),
            EvidenceKind::Model => format!("the language model takes it for {name}"),
            EvidenceKind::Neighbours | EvidenceKind::Rule | EvidenceKind::Review => match label {
                // What stands around it may stand there for the same key: then the key is what tells people more.
                Label::Task(task) if verdict.scene.keys.iter().any(|(_, seen)| *seen == task) => {
                    let sighting = Keys::sighting(&name, task, &verdict.scene.keys, &verdict.span.signal);
                    format!("{sighting}, as before and after it")
                }
                _ => format!("before and after it: {name}"),
            },
        }
    }

    /// Whether a task is of another workspace than the time, whose readers may know nothing of it.
    fn is_elsewhere(&self, task: TaskId, verdict: &Verdict<'_>) -> bool {
        let of_task = self.tasks.iter().find(|known| known.id == task);
        matches!((verdict.scene.workspace, of_task), (Some(here), Some(task)) if task.workspace_id != here)
    }

    /// The answers of [`Attributor::attribute`] for the same spans, each with what it was computed from.
    pub fn attribute_with_grounds(&self, spans: &[Span]) -> Answered {
        if self.has_something_to_weigh_by() {
            return self.weighed(spans, true, |answers, verdicts, taught| Answered {
                grounds: answers
                    .iter()
                    .zip(verdicts)
                    .map(|(answer, verdict)| self.grounds(answer, verdict))
                    .collect(),
                of: (0..answers.len()).collect(),
                answers,
                taught,
            });
        }
        let (distinct, of) = self.by_signal(spans);
        Answered {
            answers: of.iter().map(|&at| distinct[at].clone()).collect(),
            grounds: distinct.iter().map(plain).collect(),
            of,
            taught: Taught::default(),
        }
    }

    fn grounds(&self, answer: &Attribution, verdict: &Verdict<'_>) -> Grounds {
        if verdict.plain.get() {
            return plain(answer);
        }
        let (state, probability) = verdict.best;
        let label = verdict.weigher.label(state);
        let item = |case: &Case| EvidenceItem {
            kind: case.kind,
            text: label.map_or_else(
                || "nothing known".to_owned(),
                |label| self.words(verdict, state, label, case.kind),
            ),
            weight: round(case.weight),
        };
        let confidence = round(self.learned.calibration.believe(probability));
        Grounds::new(
            verdict.cases().iter().map(item).collect(),
            verdict.candidates(state, probability, confidence),
        )
    }
}

impl Verdict<'_> {
    /// What speaks for the most probable state against the next best one, the weightiest first; what hardly says
    /// anything is left out.
    fn cases(&self) -> &[Case] {
        self.cases.get_or_init(|| self.weigh_cases(self.best.0))
    }

    fn weigh_cases(&self, state: State) -> Vec<Case> {
        let share = |of: State| match of {
            State::Thread(at) => self.shares.thread[at],
            State::Mode(mode) => self.shares.mode[mode],
        };
        let rival = self
            .weigher
            .states()
            .filter(|other| *other != state)
            .max_by(|a, b| share(*a).total_cmp(&share(*b)))
            .unwrap_or(state);
        let [for_it, for_rival] = self.weigher.parts(self.scene, self.learned, [state, rival]);
        let temper = self.weigher.temper();
        let own = [
            (EvidenceKind::Key, for_it.key - for_rival.key),
            (EvidenceKind::Learned, for_it.learned - for_rival.learned),
            (EvidenceKind::Words, for_it.words - for_rival.words),
            (EvidenceKind::Model, for_it.model - for_rival.model),
        ]
        .map(|(kind, weight)| (kind, weight * temper));
        let all = calibrate::log_odds(share(state)) - calibrate::log_odds(share(rival));
        let around = all - own.iter().map(|(_, weight)| weight).sum::<f64>();
        let mut cases: Vec<Case> = own
            .into_iter()
            .chain(std::iter::once((EvidenceKind::Neighbours, around)))
            .filter(|(_, weight)| weight.abs() >= 0.1)
            .map(|(kind, weight)| Case { kind, weight })
            .collect();
        cases.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.kind.cmp(&b.kind)));
        cases
    }

    /// The tasks by their share, calibrated as the answer is; those with hardly any are left out.
    fn candidates(&self, best: State, probability: f64, confidence: f64) -> Vec<(TaskId, f64)> {
        let rest = (1.0 - confidence) / (1.0 - probability).max(1e-9);
        let mut candidates: Vec<(TaskId, f64)> = self
            .shares
            .thread
            .iter()
            .enumerate()
            .filter_map(|(at, share)| {
                let Some(Label::Task(task)) = self.weigher.label(State::Thread(at)) else {
                    return None;
                };
                let share = if State::Thread(at) == best {
                    confidence
                } else {
                    share * rest
                };
                (share >= 0.01).then(|| (task, round(share)))
            })
            .collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        candidates
    }
}

/// What the person said of time like this.
fn told(label: Label, name: &str, count: Count) -> String {
    match label {
        Label::Task(_) if count.moved > 0 => format!("you moved {} like this to {name}", count.moved),
        Label::Task(_) => format!("you confirmed {} like this as {name}", count.reviews),
        Label::Work => format!("you called {} like this work without a task", count.reviews),
        Label::Personal => format!("you called {} like this private", count.reviews),
        Label::Dismissed => format!("you dismissed {} like this", count.reviews),
    }
}

/// The grounds of an answer by rule or key alone.
fn plain(answer: &Attribution) -> Grounds {
    let evidence = match answer.answered_by {
        AnsweredBy::Rule(_) => Some((EvidenceKind::Rule, DECIDES)),
        AnsweredBy::Key => Some((EvidenceKind::Key, round(calibrate::log_odds(answer.confidence)))),
        _ => None,
    };
    let item = |(kind, weight)| EvidenceItem {
        kind,
        text: answer.reason.clone(),
        weight,
    };
    let candidate = answer.task_id.map(|task| (task, answer.confidence));
    Grounds::new(
        evidence.map(item).into_iter().collect(),
        candidate.into_iter().collect(),
    )
}

/// To the thousandth, so that adding in floating point never shows.
fn round(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
