//! What came out, minute by minute, against what it really was.

use std::collections::{BTreeMap, HashMap};

use dayloom_domain::{
    EventId,
    day::{Category, Day},
};

use super::days::{Kind, Minute, Truth};

/// An instant in seconds, what was true of it, and what was said of it.
type Moment = (i64, Truth, Option<Truth>);

/// Shares and sums of one or many days. Lengths are minutes of attention.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Minutes of work.
    pub work: f64,
    /// Of those, minutes whose task, or whose having none, was named rightly.
    pub right: f64,
    /// Of those, minutes for which something else was named.
    pub wrong: f64,
    /// Minutes of work on a task.
    pub on_task: f64,
    /// Of those, rightly named ones.
    pub on_task_right: f64,
    /// Minutes of work without a task, and of those the ones said to be so.
    pub chores: (f64, f64),
    /// Minutes of work on tasks nobody had reviewed, and of those the right ones.
    pub fresh: (f64, f64),
    /// Private minutes, and of those the ones given to work.
    pub private: (f64, f64),
    /// Changes of task, and of those the ones found within two minutes.
    pub switches: (f64, f64),
    /// Changes that were said and were none.
    pub invented: f64,
    /// Minutes, confidence and right minutes of answers, by tenths of confidence.
    pub bins: [(f64, f64, f64); 10],
    /// Minutes in which a key of the task itself was in sight, whatever was said.
    pub key_in_sight: f64,
    /// Minutes of answers for work, and right ones, by two-hundredths of confidence.
    pub fine: Vec<(f64, f64)>,
    /// Minutes of what the person would call work when reviewing every block, and of those the right and the wrong ones
    /// in that sense: short interruptions count as the block they are in.
    pub judged: [f64; 3],
    /// Of the wrong minutes: one task for another, a task for work without one or private time, and work without a
    /// task for a task.
    pub mistakes: [f64; 3],
    /// Of each kind of work, and whether it is on a task nobody had reviewed: minutes, right ones and wrong ones.
    pub kinds: BTreeMap<(Kind, bool), [f64; 3]>,
    /// Calls of a language model.
    pub calls: f64,
    /// Its tokens, in and out.
    pub tokens: f64,
}

impl Tally {
    /// Adds a day. `fresh` says whether nobody ever reviewed a task.
    pub fn add(
        &mut self,
        day: &Day,
        minutes: &[Minute],
        judgement: &[Truth],
        is_fresh: impl Fn(Truth) -> bool,
    ) {
        let truth: HashMap<EventId, (Truth, Truth, Kind)> = minutes
            .iter()
            .zip(judgement)
            .map(|(m, judged)| (m.event.id, (m.truth, *judged, m.kind)))
            .collect();
        let mut timeline: Vec<Moment> = Vec::new();
        for attributed in &day.spans {
            let answer = &attributed.attribution;
            let said = match (answer.task_id, answer.category) {
                (Some(task), _) => Some(Truth::Task(task)),
                (None, Category::Personal) => Some(Truth::Personal),
                (None, Category::Productive) => Some(Truth::Work),
                (None, Category::Neutral) => None,
            };
            for (piece, event) in attributed.span.pieces.iter().zip(&attributed.span.event_ids) {
                let minutes = piece.1.duration_since(piece.0).as_secs_f64() / 60.0;
                let (really, judged, kind) = truth[event];
                self.judge(minutes, judged, said);
                if really != Truth::Personal {
                    let of = self.kinds.entry((kind, is_fresh(really))).or_default();
                    of[0] += minutes;
                    match said {
                        Some(said) if said == really => of[1] += minutes,
                        Some(_) => of[2] += minutes,
                        None => {}
                    }
                }
                timeline.push((piece.0.as_second(), really, said));
                self.count(minutes, really, said, answer.confidence, is_fresh(really));
            }
        }
        self.switches(&timeline);
    }

    fn count(&mut self, minutes: f64, really: Truth, said: Option<Truth>, confidence: f64, fresh: bool) {
        let right = said == Some(really);
        if said.is_some() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a tenth of 0 to 1"
            )]
            let bin = &mut self.bins[((confidence * 10.0) as usize).min(9)];
            bin.0 += minutes;
            bin.1 += minutes * confidence;
            bin.2 += if right { minutes } else { 0.0 };
        }
        let won = if right { minutes } else { 0.0 };
        if really == Truth::Personal {
            self.private.0 += minutes;
            if matches!(said, Some(Truth::Task(_) | Truth::Work)) {
                self.private.1 += minutes;
            }
            return;
        }
        self.work += minutes;
        self.right += won;
        if said.is_some() {
            self.fine.resize(200, (0.0, 0.0));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 200")]
            let bin = &mut self.fine[((confidence * 200.0) as usize).min(199)];
            bin.0 += minutes;
            bin.1 += won;
            if !right {
                self.wrong += minutes;
                let kind = match (really, said) {
                    (Truth::Task(_), Some(Truth::Task(_))) => 0,
                    (Truth::Task(_), _) => 1,
                    _ => 2,
                };
                self.mistakes[kind] += minutes;
            }
        }
        if really == Truth::Work {
            self.chores.0 += minutes;
            self.chores.1 += won;
        } else {
            self.on_task += minutes;
            self.on_task_right += won;
            if fresh {
                self.fresh.0 += minutes;
                self.fresh.1 += won;
            }
        }
    }

    fn judge(&mut self, minutes: f64, judged: Truth, said: Option<Truth>) {
        if judged != Truth::Personal {
            self.judged[0] += minutes;
            match said {
                Some(said) if said == judged => self.judged[1] += minutes,
                Some(_) => self.judged[2] += minutes,
                None => {}
            }
        }
    }

    /// A change is from one task to another, whatever of other kinds stands between.
    fn switches(&mut self, timeline: &[Moment]) {
        let changes = |of: &dyn Fn(&Moment) -> Option<Truth>| -> Vec<(i64, Truth)> {
            let mut last = None;
            let mut found = Vec::new();
            for entry in timeline {
                if let Some(truth @ Truth::Task(_)) = of(entry) {
                    if last.is_some_and(|last| last != truth) {
                        found.push((entry.0, truth));
                    }
                    last = Some(truth);
                }
            }
            found
        };
        let (real, said) = (changes(&|entry| Some(entry.1)), changes(&|entry| entry.2));
        let near = |a: &(i64, Truth), b: &(i64, Truth)| a.1 == b.1 && (a.0 - b.0).abs() <= 120;
        self.switches.0 += count(real.len());
        self.switches.1 += count(real.iter().filter(|a| said.iter().any(|b| near(a, b))).count());
        self.invented += count(said.iter().filter(|a| !real.iter().any(|b| near(a, b))).count());
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: &Self) {
        self.work += other.work;
        self.right += other.right;
        self.wrong += other.wrong;
        self.on_task += other.on_task;
        self.on_task_right += other.on_task_right;
        self.invented += other.invented;
        self.key_in_sight += other.key_in_sight;
        self.calls += other.calls;
        self.tokens += other.tokens;
        for (mine, theirs) in [
            (&mut self.chores, other.chores),
            (&mut self.fresh, other.fresh),
            (&mut self.private, other.private),
            (&mut self.switches, other.switches),
        ] {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
        for (kind, theirs) in &other.kinds {
            let mine = self.kinds.entry(*kind).or_default();
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        for (mine, theirs) in self.judged.iter_mut().zip(other.judged) {
            *mine += theirs;
        }
        for (mine, theirs) in self.mistakes.iter_mut().zip(other.mistakes) {
            *mine += theirs;
        }
        self.fine.resize(200, (0.0, 0.0));
        for (mine, theirs) in self.fine.iter_mut().zip(&other.fine) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
        for (mine, theirs) in self.bins.iter_mut().zip(other.bins) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
            mine.2 += theirs.2;
        }
    }

    /// Percent of work time rightly named, wrongly named, and left to nobody.
    pub fn shares(&self) -> [f64; 3] {
        let percent = |part: f64| 100.0 * part / self.work.max(1.0);
        [
            percent(self.right),
            percent(self.wrong),
            percent(self.work - self.right - self.wrong),
        ]
    }

    /// Percent of work time that would be right if only answers above some confidence stood, chosen so that this part of
    /// it is wrong.
    pub fn right_where_wrong_is(&self, part: f64) -> f64 {
        let (mut right, mut wrong) = (0.0, 0.0);
        for (minutes, won) in self.fine.iter().rev() {
            let lost = minutes - won;
            let room = part * self.work - wrong;
            if lost > room {
                right += won * room / lost;
                break;
            }
            right += won;
            wrong += lost;
        }
        100.0 * right / self.work.max(1.0)
    }

    /// Expected calibration error: how far confidence and truth are apart, weighted by time.
    pub fn ece(&self) -> f64 {
        let all: f64 = self.bins.iter().map(|bin| bin.0).sum();
        self.bins.iter().map(|bin| (bin.1 - bin.2).abs()).sum::<f64>() / all.max(1.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn count(of: usize) -> f64 {
    of as f64
}
