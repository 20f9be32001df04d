//! Answers from facts alone, in plain sentences, each with the rows and days it speaks of.

use jiff::{ToSpan, civil::Date};

use super::{Intent, Span, search, search::about};
use crate::facts::{
    Facts, Sentence, Sum, TaskSum, Work,
    table::Note,
    text::{clock, counted, cut, day_name, duration, list},
};

/// Tasks, days and findings told one by one before the rest is summed.
const TOLD: usize = 8;

/// How far back a stand-up looks for the last day with work.
pub const STANDUP_BACK: i64 = 7;

/// Answers a question from the facts of the days it is about.
pub fn answer(intent: &Intent, facts: &Facts, notes: &[Note], today: Date) -> Vec<Sentence> {
    let found = match intent {
        Intent::Standup => return standup(facts, notes, today),
        _ if facts.is_empty() && notes.is_empty() => return vec![nothing(facts, today)],
        Intent::Shipped => shipped(facts, today),
        Intent::HowLong(words) => how_long(facts, words, today),
        Intent::Longest => longest(facts, today),
        Intent::Hours => hours(facts, today),
        Intent::Calls => vec![calls(facts, today)],
        Intent::WhereTime => where_time(facts, today),
        Intent::Find(words) => find(facts, notes, words, today),
    };
    if found.is_empty() {
        where_time(facts, today)
    } else {
        found
    }
}

/// A draft: the last day with work before today, today, and what is marked as blocked.
pub fn standup(facts: &Facts, notes: &[Note], today: Date) -> Vec<Sentence> {
    let before = Span {
        start: today.saturating_sub(STANDUP_BACK.days()),
        end: today.saturating_sub(1.day()),
    };
    let last = facts
        .days
        .iter()
        .rev()
        .find(|day| before.start <= day.date && day.date <= before.end);
    let mut sentences = Vec::new();
    match last {
        Some(day) => {
            let yesterday = day.date == before.end;
            let head = if yesterday {
                "Yesterday".to_owned()
            } else {
                day_name(day.date, today)
            };
            sentences.extend(of_day(&head, &facts.within(day.date, day.date), notes));
        }
        None => sentences.push(Sentence::plain("Yesterday: nothing was recorded.")),
    }
    let now = facts.within(today, today);
    if now.is_empty() {
        sentences.push(Sentence::plain("Today: nothing recorded yet."));
    } else {
        sentences.extend(of_day("Today", &now, notes));
    }
    sentences.push(blockers(facts));
    sentences
}

fn of_day(head: &str, facts: &Facts, notes: &[Note]) -> Vec<Sentence> {
    let mut parts: Vec<String> = facts.tasks.iter().take(TOLD).map(task_part).collect();
    if !facts.no_task.entries.is_empty() {
        parts.push(format!("{} without a task", duration(facts.no_task.minutes)));
    }
    let mut sentences = vec![Sentence::about(
        format!("{head}: {}.", list(&parts)),
        &facts.total,
    )];
    for note in notes.iter().filter(|note| note.date == facts.start) {
        sentences.push(quoted(note));
    }
    sentences
}

fn quoted(note: &Note) -> Sentence {
    Sentence {
        text: format!(
            "My journal of {}: {}",
            note.date,
            cut(&crate::facts::text::clean(&note.text), 400)
        ),
        entries: Vec::new(),
        days: vec![note.date],
    }
}

fn blockers(facts: &Facts) -> Sentence {
    let blocked: Vec<&TaskSum> = facts.tasks.iter().filter(|task| task.task.is_blocked()).collect();
    let names: Vec<String> = blocked.iter().map(|task| task.task.full()).collect();
    if names.is_empty() {
        return Sentence::plain("Blockers: none of these tasks is marked as blocked.");
    }
    Sentence {
        text: format!("Blockers: {}.", list(&names)),
        entries: blocked
            .iter()
            .flat_map(|task| task.sum.entries.iter().copied())
            .collect(),
        days: Vec::new(),
    }
}

fn task_part(task: &TaskSum) -> String {
    format!("{} on {}", duration(task.sum.minutes), task.task.full())
}

/// `on Thursday 19 November`, `from Monday 16 November to Thursday 19 November`.
fn when(start: Date, end: Date, today: Date) -> String {
    if start == end {
        return format!("on {}", day_name(start, today));
    }
    format!("from {} to {}", day_name(start, today), day_name(end, today))
}

fn nothing(facts: &Facts, today: Date) -> Sentence {
    Sentence::plain(format!(
        "Nothing was recorded {}.",
        when(facts.start, facts.end, today)
    ))
}

fn where_time(facts: &Facts, today: Date) -> Vec<Sentence> {
    if facts.is_empty() {
        return vec![nothing(facts, today)];
    }
    let time = duration(facts.total.minutes);
    let when = when(facts.start, facts.end, today);
    let whole = match facts.days.as_slice() {
        [_] if facts.start == facts.end => format!("{time} recorded {when}."),
        days => {
            let n = i64::try_from(days.len()).unwrap_or(i64::MAX);
            format!("{time} recorded {when}, on {}.", counted(n, "day", "days"))
        }
    };
    let mut sentences = vec![Sentence::about(whole, &facts.total)];
    let (told, rest) = facts.tasks.split_at(facts.tasks.len().min(TOLD));
    sentences.extend(
        told.iter()
            .map(|task| Sentence::about(format!("{}.", task_part(task)), &task.sum)),
    );
    if !rest.is_empty() {
        let n = i64::try_from(rest.len()).unwrap_or(i64::MAX);
        let minutes = rest.iter().map(|task| task.sum.minutes).sum();
        sentences.push(Sentence {
            text: format!(
                "{} on {}.",
                duration(minutes),
                counted(n, "other task", "other tasks")
            ),
            entries: rest
                .iter()
                .flat_map(|task| task.sum.entries.iter().copied())
                .collect(),
            days: Vec::new(),
        });
    }
    if !facts.no_task.entries.is_empty() {
        let text = format!("{} without a task yet.", duration(facts.no_task.minutes));
        sentences.push(Sentence::about(text, &facts.no_task));
    }
    if facts.projects.len() > 1 {
        let parts: Vec<String> = facts
            .projects
            .iter()
            .map(|p| format!("{} {}", p.name, duration(p.sum.minutes)))
            .collect();
        sentences.push(Sentence::about(
            format!("By project: {}.", list(&parts)),
            &facts.total,
        ));
    }
    sentences
}

fn shipped(facts: &Facts, today: Date) -> Vec<Sentence> {
    let done: Vec<&TaskSum> = facts.tasks.iter().filter(|task| task.task.closed).collect();
    let when = when(facts.start, facts.end, today);
    if done.is_empty() {
        let mut sentences = vec![Sentence::plain(format!(
            "None of the tasks worked on {when} is marked as done."
        ))];
        sentences.extend(where_time(facts, today));
        return sentences;
    }
    let mut sentences = vec![Sentence::plain(format!(
        "Worked on {when}, and marked as done now:"
    ))];
    sentences.extend(done.into_iter().map(|task| {
        Sentence::about(
            format!("{}, {}.", task.task.full(), duration(task.sum.minutes)),
            &task.sum,
        )
    }));
    sentences
}

fn how_long(facts: &Facts, words: &[String], today: Date) -> Vec<Sentence> {
    let found = about(facts, words);
    if found.is_empty() {
        let text = format!(
            "Nothing recorded {} has these words.",
            when(facts.start, facts.end, today)
        );
        return std::iter::once(Sentence::plain(text))
            .chain(where_time(facts, today))
            .collect();
    }
    let ids: Vec<_> = found.iter().map(|work| work.entry_id).collect();
    let about = facts.only(|work| ids.contains(&work.entry_id));
    let n = i64::try_from(about.days.len()).unwrap_or(i64::MAX);
    let whole = format!(
        "{} {}, on {}.",
        duration(about.total.minutes),
        when(facts.start, facts.end, today),
        counted(n, "day", "days")
    );
    let mut sentences = vec![Sentence::about(whole, &about.total)];
    sentences.extend(
        about
            .tasks
            .iter()
            .take(TOLD)
            .map(|task| Sentence::about(format!("{}.", task_part(task)), &task.sum)),
    );
    sentences.extend(by_day(&about, today));
    sentences
}

fn by_day(facts: &Facts, today: Date) -> Option<Sentence> {
    if facts.days.len() < 2 {
        return None;
    }
    let told = facts.days.iter().rev().take(TOLD).rev();
    let parts: Vec<String> = told
        .map(|day| format!("{} {}", day_name(day.date, today), duration(day.sum.minutes)))
        .collect();
    let head = if facts.days.len() > TOLD {
        "The last days"
    } else {
        "By day"
    };
    Some(Sentence::about(
        format!("{head}: {}.", list(&parts)),
        &facts.total,
    ))
}

fn longest(facts: &Facts, today: Date) -> Vec<Sentence> {
    let told = facts
        .longest
        .as_ref()
        .and_then(|work| Some((work, work.interval?)));
    told.map(|(work, interval)| {
        let on = work
            .task
            .as_ref()
            .map_or_else(|| "without a task yet".to_owned(), |t| format!("on {}", t.full()));
        stretch(
            &format!("The longest stretch was {} {on}", duration(work.minutes)),
            work,
            interval,
            facts,
            today,
        )
    })
    .into_iter()
    .collect()
}

fn calls(facts: &Facts, today: Date) -> Sentence {
    let when = when(facts.start, facts.end, today);
    if facts.calls.minutes == 0 {
        return Sentence::plain(format!("No time in calls was recorded {when}."));
    }
    let n = i64::try_from(facts.calls.days.len()).unwrap_or(i64::MAX);
    let time = duration(facts.calls.minutes);
    let text = if facts.start == facts.end {
        format!("{time} in calls {when}.")
    } else {
        format!("{time} in calls {when}, on {}.", counted(n, "day", "days"))
    };
    Sentence::about(text, &facts.calls)
}

fn stretch(
    head: &str,
    work: &Work,
    (start, end): (jiff::Timestamp, jiff::Timestamp),
    facts: &Facts,
    today: Date,
) -> Sentence {
    let zone = facts.zone.rules();
    let (from, to) = (clock(start, &zone), clock(end, &zone));
    Sentence {
        text: format!("{head}, {} from {from} to {to}.", day_name(work.date, today)),
        entries: vec![work.entry_id],
        days: vec![work.date],
    }
}

fn hours(facts: &Facts, today: Date) -> Vec<Sentence> {
    let zone = facts.zone.rules();
    facts
        .days
        .iter()
        .rev()
        .filter_map(|day| Some((day, day.bounds?)))
        .take(TOLD)
        .map(|(day, (first, last))| {
            let text = format!(
                "{}: from {} to {}, {} recorded.",
                day_name(day.date, today),
                clock(first, &zone),
                clock(last, &zone),
                duration(day.sum.minutes)
            );
            Sentence::about(text, &day.sum)
        })
        .collect()
}

fn find(facts: &Facts, notes: &[Note], words: &[String], today: Date) -> Vec<Sentence> {
    let found = search(facts, notes, words);
    if found.works.is_empty() && found.notes.is_empty() {
        let text = format!(
            "Nothing recorded {} has these words.",
            when(facts.start, facts.end, today)
        );
        return std::iter::once(Sentence::plain(text))
            .chain(where_time(facts, today))
            .collect();
    }
    let mut sentences = Vec::new();
    if !found.works.is_empty() {
        let n = i64::try_from(found.works.len()).unwrap_or(i64::MAX);
        let sum = Sum {
            minutes: found.works.iter().map(|work| work.minutes).sum(),
            entries: found.works.iter().map(|work| work.entry_id).collect(),
            days: Vec::new(),
        };
        let text = format!(
            "Found {}, {}:",
            counted(n, "block", "blocks"),
            duration(sum.minutes)
        );
        sentences.push(Sentence::about(text, &sum));
    }
    for work in found.works.iter().rev().take(TOLD) {
        let name = work
            .task
            .as_ref()
            .map_or_else(|| "no task yet".to_owned(), |task| task.full());
        let head = format!("{}, {name}", duration(work.minutes));
        sentences.push(match work.interval {
            Some(interval) => stretch(&head, work, interval, facts, today),
            None => Sentence {
                text: format!("{head}, {}.", day_name(work.date, today)),
                entries: vec![work.entry_id],
                days: vec![work.date],
            },
        });
    }
    sentences.extend(found.notes.iter().rev().take(TOLD).map(quoted));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Zone,
        facts::samples::{DAY, work},
        question::intent,
    };

    fn week() -> Facts {
        let day = |back: i64| DAY.saturating_sub(back.days());
        let mut works = crate::facts::samples::thursday().works;
        works.extend([
            work(day(1), 540, 120, Some(2), 0),
            work(day(1), 700, 30, None, 0),
            work(day(3), 600, 61, Some(1), 0),
        ]);
        works[0].project = Some("Docs".to_owned());
        Facts::of(works, day(6), DAY, Zone::parse("Europe/Berlin").unwrap())
    }

    fn said(question: &str, facts: &Facts) -> String {
        let notes = [Note {
            date: DAY.saturating_sub(1.day()),
            text: "Met the auditors.".to_owned(),
        }];
        let sentences = answer(&intent(question), facts, &notes, DAY);
        sentences
            .iter()
            .map(|s| s.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn facts_alone_answer_readably() {
        let week = week();
        let questions = [
            "Where did the time go?",
            "How long on PAY-412?",
            "What did I ship?",
            "Draft my standup",
            "What was my longest stretch?",
            "When did I start?",
            "How long was I in calls?",
            "auditors",
            "kubernetes",
        ];
        let all: Vec<String> = questions
            .iter()
            .map(|q| format!("> {q}\n{}", said(q, &week)))
            .collect();
        insta::assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let nothing = Facts::of(Vec::new(), DAY, DAY, Zone::utc());
        let text = answer(&intent("Where did the time go?"), &nothing, &[], DAY);
        assert_eq!(text[0].text, "Nothing was recorded on Thursday 19 November.");
        assert_eq!(standup(&nothing, &[], DAY).len(), 3);
    }

    #[test]
    fn no_row_is_left_out_of_the_total_however_many_there_are() {
        let rows = (0..900).map(|n| work(DAY, n, 1, Some(1), 0)).collect();
        let facts = Facts::of(rows, DAY, DAY, Zone::utc());
        assert!(said("Where did the time go?", &facts).starts_with("15h recorded on Thursday 19 November."));
    }
}
