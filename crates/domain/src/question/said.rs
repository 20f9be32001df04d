//! What an answer says, sentence by sentence, in each language. Nothing is decided here.

use jiff::civil::Date;

use crate::{
    Locale,
    facts::{TaskSum, text::counted},
};

/// The language of an answer, and the day it is given on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tongue {
    pub(super) locale: Locale,
    pub(super) today: Date,
}

impl Tongue {
    /// One of two texts, by the language.
    pub(super) fn either(self, en: impl FnOnce() -> String, hi: impl FnOnce() -> String) -> String {
        match self.locale {
            Locale::En => en(),
            Locale::Hi => hi(),
        }
    }

    pub(super) fn time(self, minutes: i64) -> String {
        self.locale.duration(minutes)
    }

    pub(super) fn day(self, date: Date) -> String {
        self.locale.day_name(date, self.today)
    }

    pub(super) fn list(self, parts: &[String]) -> String {
        self.locale.list(parts)
    }

    /// Ends a sentence.
    pub(super) fn stop(self, text: &str) -> String {
        self.either(|| format!("{text}."), || format!("{text}।"))
    }

    /// `on Thursday 19 November`, `from Monday 16 November to Thursday 19 November`.
    pub(super) fn when(self, start: Date, end: Date) -> String {
        let (first, last) = (self.day(start), self.day(end));
        if start == end {
            return self.either(|| format!("on {first}"), || format!("{first} को"));
        }
        self.either(
            || format!("from {first} to {last}"),
            || format!("{first} से {last} तक"),
        )
    }

    /// `on 3 days`.
    pub(super) fn on_days(self, days: usize) -> String {
        let n = i64::try_from(days).unwrap_or(i64::MAX);
        self.either(
            || format!("on {}", counted(n, "day", "days")),
            || counted(n, "दिन", "दिनों") + " में",
        )
    }

    /// `2h on PAY-412 Retry refunds`.
    pub(super) fn task(self, task: &TaskSum) -> String {
        self.on(task.sum.minutes, &task.task.full_in(self.locale))
    }

    pub(super) fn on(self, minutes: i64, what: &str) -> String {
        let time = self.time(minutes);
        self.either(|| format!("{time} on {what}"), || format!("{what} पर {time}"))
    }

    pub(super) fn nothing(self, when: &str) -> String {
        self.either(
            || format!("Nothing was recorded {when}."),
            || format!("{when} कुछ दर्ज नहीं हुआ।"),
        )
    }

    pub(super) fn without_words(self, when: &str) -> String {
        self.either(
            || format!("Nothing recorded {when} has these words."),
            || format!("{when} दर्ज किसी बात में ये शब्द नहीं हैं।"),
        )
    }

    /// A total, on how many days unless it is one.
    pub(super) fn recorded(self, minutes: i64, when: &str, days: Option<usize>) -> String {
        let time = self.time(minutes);
        match (days, self.locale) {
            (None, Locale::En) => format!("{time} recorded {when}."),
            (None, Locale::Hi) => format!("{when} {time} दर्ज।"),
            (Some(days), Locale::En) => format!("{time} recorded {when}, {}.", self.on_days(days)),
            (Some(days), Locale::Hi) => format!("{when} {time} दर्ज, {}।", self.on_days(days)),
        }
    }

    pub(super) fn took(self, minutes: i64, when: &str, days: usize) -> String {
        let (time, days) = (self.time(minutes), self.on_days(days));
        self.either(
            || format!("{time} {when}, {days}."),
            || format!("{when} {time}, {days}।"),
        )
    }

    pub(super) fn other_tasks(self, minutes: i64, tasks: usize) -> String {
        let n = i64::try_from(tasks).unwrap_or(i64::MAX);
        let what = self.either(
            || counted(n, "other task", "other tasks"),
            || counted(n, "अन्य कार्य", "अन्य कार्यों"),
        );
        self.stop(&self.on(minutes, &what))
    }

    pub(super) fn without_task(self, minutes: i64) -> String {
        let time = self.time(minutes);
        self.either(
            || format!("{time} without a task"),
            || format!("बिना कार्य के {time}"),
        )
    }

    pub(super) fn without_task_yet(self, minutes: i64) -> String {
        let time = self.time(minutes);
        self.either(
            || format!("{time} without a task yet."),
            || format!("{time} का अभी कोई कार्य नहीं।"),
        )
    }

    pub(super) fn no_task_yet(self) -> String {
        self.either(|| "no task yet".to_owned(), || "अभी कोई कार्य नहीं".to_owned())
    }

    pub(super) fn none_done(self, when: &str) -> String {
        self.either(
            || format!("None of the tasks worked on {when} is marked as done."),
            || format!("{when} जिन कार्यों पर काम हुआ, उनमें से कोई पूरा नहीं माना गया है।"),
        )
    }

    pub(super) fn done(self, when: &str) -> String {
        self.either(
            || format!("Worked on {when}, and marked as done now:"),
            || format!("{when} जिन पर काम हुआ और जो अब पूरे माने गए हैं:"),
        )
    }

    pub(super) fn calls(self, minutes: i64, when: &str, days: Option<usize>) -> String {
        let time = self.time(minutes);
        match (minutes, days, self.locale) {
            (0, _, Locale::En) => format!("No time in calls was recorded {when}."),
            (0, _, Locale::Hi) => format!("{when} कॉल में कोई समय दर्ज नहीं हुआ।"),
            (_, None, Locale::En) => format!("{time} in calls {when}."),
            (_, None, Locale::Hi) => format!("{when} कॉल में {time}।"),
            (_, Some(days), Locale::En) => format!("{time} in calls {when}, {}.", self.on_days(days)),
            (_, Some(days), Locale::Hi) => format!("{when} कॉल में {time}, {}।", self.on_days(days)),
        }
    }

    /// The longest stretch, of a task by its name or of none.
    pub(super) fn longest(self, minutes: i64, task: Option<&str>) -> String {
        let time = self.time(minutes);
        match (task, self.locale) {
            (Some(task), Locale::En) => format!("The longest stretch was {time} on {task}"),
            (None, Locale::En) => format!("The longest stretch was {time} without a task yet"),
            (Some(task), Locale::Hi) => format!("सबसे लंबा टुकड़ा {task} पर {time} का था"),
            (None, Locale::Hi) => format!("सबसे लंबा टुकड़ा अभी बिना कार्य के {time} का था"),
        }
    }

    /// A day and the times of it.
    pub(super) fn between(self, day: &str, from: &str, to: &str) -> String {
        self.either(
            || format!("{day} from {from} to {to}."),
            || format!("{day}, {from} से {to} तक।"),
        )
    }

    pub(super) fn hours(self, day: &str, from: &str, to: &str, minutes: i64) -> String {
        let time = self.time(minutes);
        self.either(
            || format!("{day}: from {from} to {to}, {time} recorded."),
            || format!("{day}: {from} से {to} तक, {time} दर्ज।"),
        )
    }

    pub(super) fn found(self, blocks: usize, minutes: i64) -> String {
        let (n, time) = (i64::try_from(blocks).unwrap_or(i64::MAX), self.time(minutes));
        self.either(
            || format!("Found {}, {time}:", counted(n, "block", "blocks")),
            || format!("{} मिले, {time}:", counted(n, "खंड", "खंड")),
        )
    }

    pub(super) fn by_project(self, parts: &str) -> String {
        self.either(
            || format!("By project: {parts}."),
            || format!("प्रोजेक्ट के अनुसार: {parts}।"),
        )
    }

    /// Some days one by one; with `last` they are not all.
    pub(super) fn by_day(self, last: bool, parts: &str) -> String {
        let head = match (last, self.locale) {
            (true, Locale::En) => "The last days",
            (false, Locale::En) => "By day",
            (true, Locale::Hi) => "पिछले दिन",
            (false, Locale::Hi) => "दिन के अनुसार",
        };
        self.stop(&format!("{head}: {parts}"))
    }

    pub(super) fn journal(self, date: Date, text: &str) -> String {
        self.either(
            || format!("My journal of {date}: {text}"),
            || format!("मेरी {date} की डायरी: {text}"),
        )
    }

    pub(super) fn yesterday(self) -> String {
        self.either(|| "Yesterday".to_owned(), || "कल".to_owned())
    }

    pub(super) fn nothing_yesterday(self) -> String {
        self.either(
            || "Yesterday: nothing was recorded.".to_owned(),
            || "कल: कुछ दर्ज नहीं हुआ।".to_owned(),
        )
    }

    pub(super) fn today(self) -> String {
        self.either(|| "Today".to_owned(), || "आज".to_owned())
    }

    pub(super) fn nothing_today(self) -> String {
        self.either(
            || "Today: nothing recorded yet.".to_owned(),
            || "आज: अभी तक कुछ दर्ज नहीं हुआ।".to_owned(),
        )
    }

    pub(super) fn blockers(self, names: &[String]) -> String {
        if names.is_empty() {
            return self.either(
                || "Blockers: none of these tasks is marked as blocked.".to_owned(),
                || "रुकावटें: इनमें से कोई कार्य रुका हुआ नहीं माना गया है।".to_owned(),
            );
        }
        let names = self.list(names);
        self.either(|| format!("Blockers: {names}."), || format!("रुकावटें: {names}।"))
    }
}

/// Says that projects were left out because they allow no answers.
pub fn left_out(projects: usize, locale: Locale) -> Option<String> {
    let text = match (projects, locale) {
        (0, _) => return None,
        (1, Locale::En) => "1 project is left out: it allows no answers.".to_owned(),
        (n, Locale::En) => format!("{n} projects are left out: they allow no answers."),
        (1, Locale::Hi) => "1 प्रोजेक्ट छोड़ा गया है: वह उत्तरों की अनुमति नहीं देता।".to_owned(),
        (n, Locale::Hi) => format!("{n} प्रोजेक्ट छोड़े गए हैं: वे उत्तरों की अनुमति नहीं देते।"),
    };
    Some(text)
}
