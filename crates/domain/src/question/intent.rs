//! What a question asks for, by simple rules; what none of them knows is searched for.

use super::{
    hindi,
    search::{is_common, words},
};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A stand-up: yesterday, today, blockers.
    Standup,
    /// What was finished.
    Shipped,
    /// How much time these words took.
    HowLong(Vec<String>),
    /// The longest stretch.
    Longest,
    /// When work began and ended.
    Hours,
    /// How much of it was in calls.
    Calls,
    /// Where the time went.
    WhereTime,
    /// Anything with these words in it.
    Find(Vec<String>),
}

const STANDUP: [&str; 3] = ["standup", "stand-up", "scrum"];
const SHIPPED: [&str; 9] = [
    "ship",
    "shipped",
    "finish",
    "finished",
    "done",
    "complete",
    "completed",
    "deliver",
    "delivered",
];
const CALLS: [&str; 4] = ["call", "calls", "meeting", "meetings"];
const BEGAN: [&str; 6] = ["start", "started", "begin", "began", "stop", "stopped"];

/// Words that only ask, so that nothing is searched for them.
const ASKING: [&str; 34] = [
    "time",
    "times",
    "day",
    "days",
    "week",
    "month",
    "today",
    "yesterday",
    "go",
    "went",
    "gone",
    "spend",
    "spent",
    "long",
    "much",
    "many",
    "hours",
    "hour",
    "minutes",
    "worked",
    "work",
    "working",
    "do",
    "did",
    "doing",
    "happened",
    "summary",
    "summarize",
    "summarise",
    "overview",
    "total",
    "totals",
    "tasks",
    "projects",
];

/// Words that only say by what the time is to be told apart, where nothing else is asked for.
const APART: [&str; 9] = [
    "each", "every", "per", "all", "which", "took", "most", "task", "project",
];

/// Reads a question.
pub fn intent(question: &str) -> Intent {
    let words = words(question);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let pair = |a: &str, b: &str| words.windows(2).any(|two| two[0] == a && two[1] == b);
    let subject: Vec<String> = words
        .iter()
        .filter(|word| !is_common(word) && !ASKING.contains(&word.as_str()) && !is_day(word))
        .filter(|word| !hindi::only_asks(word))
        .cloned()
        .collect();
    let subject = if subject.iter().all(|word| APART.contains(&word.as_str())) {
        Vec::new()
    } else {
        subject
    };
    if let Some(intent) = hindi::intent(&words, &subject) {
        return intent;
    }
    if has(&STANDUP) || pair("stand", "up") {
        return Intent::Standup;
    }
    if has(&SHIPPED) {
        return Intent::Shipped;
    }
    if has(&["longest"]) {
        return Intent::Longest;
    }
    if has(&["when"]) && has(&BEGAN) && subject.iter().all(|word| BEGAN.contains(&word.as_str())) {
        return Intent::Hours;
    }
    if has(&CALLS) && subject.iter().all(|word| CALLS.contains(&word.as_str())) {
        return Intent::Calls;
    }
    let asks_how_long =
        (pair("how", "long") || pair("how", "much") || pair("how", "many") || pair("time", "on"))
            && !subject.is_empty();
    if asks_how_long {
        return Intent::HowLong(subject);
    }
    if subject.is_empty() {
        return Intent::WhereTime;
    }
    Intent::Find(subject)
}

fn is_day(word: &str) -> bool {
    word.ends_with("day")
        || hindi::weekday(word).is_some()
        || (word.len() == 10 && word.parse::<jiff::civil::Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_understood_by_their_words() {
        let some = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let cases = [
            ("Draft my standup", Intent::Standup),
            ("Write my stand-up", Intent::Standup),
            ("What did I ship this week?", Intent::Shipped),
            ("What was finished?", Intent::Shipped),
            ("Where did the time go?", Intent::WhereTime),
            ("What did I do yesterday?", Intent::WhereTime),
            ("How many hours did I work last week?", Intent::WhereTime),
            ("How long did I work on each task this week?", Intent::WhereTime),
            ("how much time per project", Intent::WhereTime),
            ("Which task took most of my time?", Intent::WhereTime),
            (
                "How long did I spend on PAY-412?",
                Intent::HowLong(some(&["pay-412"])),
            ),
            (
                "how much time on the ledger on Tuesday",
                Intent::HowLong(some(&["ledger"])),
            ),
            ("What was my longest stretch of focus?", Intent::Longest),
            ("When did I start on Monday?", Intent::Hours),
            ("How long was I in meetings this week?", Intent::Calls),
            ("webhook signer", Intent::Find(some(&["webhook", "signer"]))),
            ("", Intent::WhereTime),
            ("???", Intent::WhereTime),
        ];
        for (question, expected) in cases {
            assert_eq!(intent(question), expected, "{question}");
        }
    }
}
