//! What of an answer can be believed. Each answer stands or falls on its own; what is not clearly an answer is none, and
//! its signal is asked again.

use std::collections::BTreeMap;

use dayloom_domain::{
    day::Category,
    decision::{CandidatesDigest, Decision, REASON_AT_MOST},
    people::Task,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{prompt::ANSWERS, unknown::Question};

/// What an answer was checked against.
pub(super) struct Asked<'a> {
    pub(super) tasks: &'a [Task],
    pub(super) candidates: CandidatesDigest,
    pub(super) questions: &'a [Question],
    pub(super) model: &'a str,
    pub(super) now: Timestamp,
}

/// One sound answer.
#[derive(Clone, Debug, PartialEq)]
struct Verdict {
    category: Category,
    task: Option<usize>,
    confidence: f64,
    reason: String,
}

/// For each question its decision, or none where the answer has no sound one. None at all if the text is no answer.
pub(super) fn read(text: &str, asked: &Asked<'_>) -> Option<Vec<Option<Decision>>> {
    let items = dayloom_llm::items(text, ANSWERS)?;
    let mut found: BTreeMap<usize, Option<Verdict>> = BTreeMap::new();
    for item in &items {
        let Some(index) = whole(&item["index"]).filter(|&index| index < asked.questions.len()) else {
            continue;
        };
        let verdict = sound(item, asked.tasks.len());
        found
            .entry(index)
            // Said twice and not the same: neither is believed.
            .and_modify(|earlier| {
                if *earlier != verdict {
                    *earlier = None;
                }
            })
            .or_insert(verdict);
    }
    let decisions = asked.questions.iter().enumerate().map(|(index, question)| {
        let verdict = found.remove(&index).flatten()?;
        let task = verdict.task.and_then(|task| asked.tasks.get(task));
        Some(Decision {
            signal: question.digest,
            candidates: asked.candidates,
            category: verdict.category,
            // Private time and time that may be private is nobody's task.
            task_id: task
                .filter(|_| verdict.category == Category::Productive)
                .map(|task| task.id),
            confidence: verdict.confidence,
            reason: verdict.reason,
            model: asked.model.to_owned(),
            decided_at: asked.now,
        })
    });
    Some(decisions.collect())
}

/// Whether a text holds a sound answer to the first of some signals, with so many tasks to choose from.
pub(super) fn answers_first(text: &str, tasks: usize) -> bool {
    let items = dayloom_llm::items(text, ANSWERS).unwrap_or_default();
    items
        .iter()
        .any(|item| whole(&item["index"]) == Some(0) && sound(item, tasks).is_some())
}

fn sound(item: &Value, tasks: usize) -> Option<Verdict> {
    let category = match item["category"].as_str()? {
        "productive" => Category::Productive,
        "neutral" => Category::Neutral,
        "personal" => Category::Personal,
        _ => return None,
    };
    let task = match item.get("task")? {
        Value::Null => None,
        named => Some(whole(named).filter(|&task| task < tasks)?),
    };
    let confidence = item["confidence"]
        .as_f64()
        .filter(|confidence| (0.0..=1.0).contains(confidence))?;
    let reason = item["reason"].as_str()?;
    let reason: String = reason
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(REASON_AT_MOST)
        .collect();
    Some(Verdict {
        category,
        task,
        confidence,
        reason: reason.trim().to_owned(),
    })
}

/// A whole number that is not negative, also where it is written `3.0`.
fn whole(value: &Value) -> Option<usize> {
    let number = match value.as_u64() {
        Some(number) => number,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole, positive and small"
        )]
        None => value
            .as_f64()
            .filter(|n| n.fract() == 0.0 && (0.0..1e6).contains(n))? as u64,
    };
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use dayloom_domain::{TaskId, day::Signal, sample};
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn tasks(count: u128) -> Vec<Task> {
        (0..count).map(|n| sample::task(n, None, "t")).collect()
    }

    fn questions(count: usize) -> Vec<Question> {
        let question = |n: usize| {
            Question::about(Signal {
                app: n.to_string(),
                ..Signal::default()
            })
        };
        (0..count).map(question).collect()
    }

    fn judged(text: &str) -> Option<Vec<Option<Decision>>> {
        let (tasks, questions) = (tasks(2), questions(3));
        let asked = Asked {
            tasks: &tasks,
            candidates: CandidatesDigest(Uuid::nil()),
            questions: &questions,
            model: "m",
            now: Timestamp::UNIX_EPOCH,
        };
        read(text, &asked)
    }

    /// Which questions an answer with this item for question 1 decides.
    fn decides(item: Value) -> Vec<bool> {
        let text = json!({"answers": [item]}).to_string();
        judged(&text)
            .expect("an answer")
            .iter()
            .map(Option::is_some)
            .collect()
    }

    fn good() -> Value {
        json!({"index": 1, "category": "productive", "task": 0, "confidence": 0.8, "reason": "the branch"})
    }

    fn with(key: &str, value: Value) -> Value {
        let mut item = good();
        item[key] = value;
        item
    }

    #[test]
    fn a_sound_answer_decides_its_signal_and_no_other() {
        assert_eq!(decides(good()), [false, true, false]);
        assert_eq!(decides(with("task", Value::Null)), [false, true, false]);
        assert_eq!(decides(with("index", json!(1.0))), [false, true, false]);
    }

    #[test]
    fn unsound_answers_decide_nothing() {
        for item in [
            with("index", json!(3)),
            with("index", json!(-1)),
            with("index", json!("1")),
            with("index", json!([1])),
            with("category", json!("work")),
            with("category", json!(["productive"])),
            with("task", json!(2)),
            with("task", json!("0")),
            with("task", json!("PROJ-1")),
            with("task", json!({"index": 0})),
            with("confidence", json!(85)),
            with("confidence", json!(-0.1)),
            with("confidence", json!("0.8")),
            with("confidence", Value::Null),
            with("reason", json!(["a", "b"])),
            json!({"index": 1}),
            json!("productive"),
            json!([1, 0]),
        ] {
            assert_eq!(decides(item.clone()), [false; 3], "{item}");
        }
        for text in ["", "I cannot help", "{}", "{\"answers\":{}}", "[1,2]", "null"] {
            assert_eq!(judged(text), None, "{text}");
        }
    }

    #[test]
    fn what_stood_before_a_nan_counts() {
        let text = format!(
            "{{\"answers\":[{},{{\"index\":0,\"category\":\"neutral\",\"task\":null,\"confidence\":NaN}}]}}",
            good()
        );
        let decided: Vec<bool> = judged(&text)
            .expect("some of it")
            .iter()
            .map(Option::is_some)
            .collect();
        assert_eq!(decided, [false, true, false]);
    }

    #[test]
    fn contradictions_are_not_believed() {
        let same = json!({"answers": [good(), good()]}).to_string();
        assert!(judged(&same).expect("an answer")[1].is_some());
        let other = json!({"answers": [good(), with("task", json!(1))]}).to_string();
        assert!(judged(&other).expect("an answer")[1].is_none());
    }

    #[test]
    fn private_time_is_nobodys_task() {
        for category in ["personal", "neutral"] {
            let text = json!({"answers": [with("category", json!(category))]}).to_string();
            let decisions = judged(&text).expect("an answer");
            assert_eq!(decisions[1].as_ref().map(|d| d.task_id), Some(None));
        }
    }

    proptest! {
        #[test]
        fn any_answer_names_only_what_was_offered(
            index in prop_oneof![Just(json!(0)), Just(json!(7)), Just(json!("x")), any::<i64>().prop_map(|n| json!(n))],
            task in prop_oneof![Just(Value::Null), any::<i64>().prop_map(|n| json!(n)), any::<f64>().prop_map(|n| json!(n))],
            confidence in any::<f64>(),
            reason in ".{0,300}",
        ) {
            let item = json!({"index": index, "category": "productive", "task": task, "confidence": confidence, "reason": reason});
            let text = json!({"answers": [item]}).to_string();
            let offered: Vec<TaskId> = tasks(2).iter().map(|t| t.id).collect();
            for decision in judged(&text).into_iter().flatten().flatten() {
                prop_assert!(decision.task_id.is_none_or(|id| offered.contains(&id)));
                prop_assert!((0.0..=1.0).contains(&decision.confidence));
                prop_assert!(decision.reason.chars().count() <= REASON_AT_MOST);
            }
        }
    }
}
