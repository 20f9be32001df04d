//! Answers from facts alone, in plain sentences of the reader's language, each with the rows and days it speaks of.

use jiff::{ToSpan, civil::Date};

use super::{Intent, Span, said::Tongue, search, search::about};
use crate::{
    Locale,
    facts::{
        Facts, Sentence, Sum, TaskSum, Work,
        table::Note,
        text::{clean, clock, cut},
    },
};

/// Tasks, days and findings told one by one before the rest is summed.
const TOLD: usize = 8;

/// How far back a stand-up looks for the last day with work.
pub const STANDUP_BACK: i64 = 7;

/// Answers a question from the facts of the days it is about.
pub fn answer(intent: &Intent, facts: &Facts, notes: &[Note], today: Date, locale: Locale) -> Vec<Sentence> {
    let tongue = Tongue { locale, today };
    let found = match intent {
        Intent::Standup => return standup(facts, notes, tongue),
        _ if facts.is_empty() && notes.is_empty() => return vec![nothing(facts, tongue)],
        Intent::Shipped => shipped(facts, tongue),
        Intent::HowLong(words) => how_long(facts, words, tongue),
        Intent::Longest => longest(facts, tongue),
        Intent::Hours => hours(facts, tongue),
        Intent::Calls => vec![calls(facts, tongue)],
        Intent::WhereTime => where_time(facts, tongue),
        Intent::Find(words) => find(facts, notes, words, tongue),
    };
    if found.is_empty() {
        where_time(facts, tongue)
    } else {
        found
    }
}

/// A draft: the last day with work before today, today, and what is marked as blocked.
fn standup(facts: &Facts, notes: &[Note], tongue: Tongue) -> Vec<Sentence> {
    let before = Span {
        start: tongue.today.saturating_sub(STANDUP_BACK.days()),
        end: tongue.today.saturating_sub(1.day()),
    };
    let last = facts
        .days
        .iter()
        .rev()
        .find(|day| before.start <= day.date && day.date <= before.end);
    let mut sentences = Vec::new();
    match last {
        Some(day) => {
            let head = if day.date == before.end {
                tongue.yesterday()
            } else {
                tongue.day(day.date)
            };
            sentences.extend(of_day(&head, &facts.within(day.date, day.date), notes, tongue));
        }
        None => sentences.push(Sentence::plain(tongue.nothing_yesterday())),
    }
    let now = facts.within(tongue.today, tongue.today);
    if now.is_empty() {
        sentences.push(Sentence::plain(tongue.nothing_today()));
    } else {
        sentences.extend(of_day(&tongue.today(), &now, notes, tongue));
    }
    sentences.push(blockers(facts, tongue));
    sentences
}

fn of_day(head: &str, facts: &Facts, notes: &[Note], tongue: Tongue) -> Vec<Sentence> {
    let told = facts.tasks.iter().take(TOLD);
    let mut parts: Vec<String> = told.map(|task| tongue.task(task)).collect();
    if !facts.no_task.entries.is_empty() {
        parts.push(tongue.without_task(facts.no_task.minutes));
    }
    let text = tongue.stop(&format!("{head}: {}", tongue.list(&parts)));
    let mut sentences = vec![Sentence::about(text, &facts.total)];
    let of_this = notes.iter().filter(|note| note.date == facts.start);
    sentences.extend(of_this.map(|note| quoted(note, tongue)));
    sentences
}

fn quoted(note: &Note, tongue: Tongue) -> Sentence {
    Sentence {
        text: tongue.journal(note.date, &cut(&clean(&note.text), 400)),
        entries: Vec::new(),
        days: vec![note.date],
    }
}

fn blockers(facts: &Facts, tongue: Tongue) -> Sentence {
    let blocked: Vec<&TaskSum> = facts.tasks.iter().filter(|task| task.task.is_blocked()).collect();
    let names = blocked.iter().map(|task| task.task.full_in(tongue.locale));
    Sentence {
        text: tongue.blockers(&names.collect::<Vec<_>>()),
        entries: blocked
            .iter()
            .flat_map(|task| task.sum.entries.iter().copied())
            .collect(),
        days: Vec::new(),
    }
}

fn when(facts: &Facts, tongue: Tongue) -> String {
    tongue.when(facts.start, facts.end)
}

fn nothing(facts: &Facts, tongue: Tongue) -> Sentence {
    Sentence::plain(tongue.nothing(&when(facts, tongue)))
}

/// What each of these tasks took, one sentence each.
fn each(tasks: &[TaskSum], tongue: Tongue) -> impl Iterator<Item = Sentence> {
    tasks
        .iter()
        .map(move |task| Sentence::about(tongue.stop(&tongue.task(task)), &task.sum))
}

fn where_time(facts: &Facts, tongue: Tongue) -> Vec<Sentence> {
    if facts.is_empty() {
        return vec![nothing(facts, tongue)];
    }
    let one = facts.days.len() == 1 && facts.start == facts.end;
    let days = (!one).then_some(facts.days.len());
    let whole = tongue.recorded(facts.total.minutes, &when(facts, tongue), days);
    let mut sentences = vec![Sentence::about(whole, &facts.total)];
    let (told, rest) = facts.tasks.split_at(facts.tasks.len().min(TOLD));
    sentences.extend(each(told, tongue));
    if !rest.is_empty() {
        let minutes = rest.iter().map(|task| task.sum.minutes).sum();
        sentences.push(Sentence {
            text: tongue.other_tasks(minutes, rest.len()),
            entries: rest
                .iter()
                .flat_map(|task| task.sum.entries.iter().copied())
                .collect(),
            days: Vec::new(),
        });
    }
    if !facts.no_task.entries.is_empty() {
        let text = tongue.without_task_yet(facts.no_task.minutes);
        sentences.push(Sentence::about(text, &facts.no_task));
    }
    if facts.projects.len() > 1 {
        let parts: Vec<String> = facts
            .projects
            .iter()
            .map(|p| format!("{} {}", p.name, tongue.time(p.sum.minutes)))
            .collect();
        let text = tongue.by_project(&tongue.list(&parts));
        sentences.push(Sentence::about(text, &facts.total));
    }
    sentences
}

fn shipped(facts: &Facts, tongue: Tongue) -> Vec<Sentence> {
    let done: Vec<&TaskSum> = facts.tasks.iter().filter(|task| task.task.closed).collect();
    let when = when(facts, tongue);
    if done.is_empty() {
        let mut sentences = vec![Sentence::plain(tongue.none_done(&when))];
        sentences.extend(where_time(facts, tongue));
        return sentences;
    }
    let mut sentences = vec![Sentence::plain(tongue.done(&when))];
    sentences.extend(done.into_iter().map(|task| {
        let (name, time) = (task.task.full_in(tongue.locale), tongue.time(task.sum.minutes));
        Sentence::about(tongue.stop(&format!("{name}, {time}")), &task.sum)
    }));
    sentences
}

/// Says that nothing has the words, and where the time went instead.
fn without_words(facts: &Facts, tongue: Tongue) -> Vec<Sentence> {
    let none = Sentence::plain(tongue.without_words(&when(facts, tongue)));
    std::iter::once(none).chain(where_time(facts, tongue)).collect()
}

fn how_long(facts: &Facts, words: &[String], tongue: Tongue) -> Vec<Sentence> {
    let found = about(facts, words);
    if found.is_empty() {
        return without_words(facts, tongue);
    }
    let ids: Vec<_> = found.iter().map(|work| work.entry_id).collect();
    let about = facts.only(|work| ids.contains(&work.entry_id));
    let whole = tongue.took(about.total.minutes, &when(facts, tongue), about.days.len());
    let mut sentences = vec![Sentence::about(whole, &about.total)];
    let told = &about.tasks[..about.tasks.len().min(TOLD)];
    sentences.extend(each(told, tongue));
    sentences.extend(by_day(&about, tongue));
    sentences
}

fn by_day(facts: &Facts, tongue: Tongue) -> Option<Sentence> {
    if facts.days.len() < 2 {
        return None;
    }
    let told = facts.days.iter().rev().take(TOLD).rev();
    let parts: Vec<String> = told
        .map(|day| format!("{} {}", tongue.day(day.date), tongue.time(day.sum.minutes)))
        .collect();
    let text = tongue.by_day(facts.days.len() > TOLD, &tongue.list(&parts));
    Some(Sentence::about(text, &facts.total))
}

fn longest(facts: &Facts, tongue: Tongue) -> Vec<Sentence> {
    let told = facts
        .longest
        .as_ref()
        .and_then(|work| Some((work, work.interval?)));
    let told = told.map(|(work, interval)| {
        let name = work.task.as_ref().map(|task| task.full_in(tongue.locale));
        let head = tongue.longest(work.minutes, name.as_deref());
        stretch(&head, work, interval, facts, tongue)
    });
    told.into_iter().collect()
}

fn calls(facts: &Facts, tongue: Tongue) -> Sentence {
    let days = (facts.start != facts.end).then_some(facts.calls.days.len());
    let text = tongue.calls(facts.calls.minutes, &when(facts, tongue), days);
    if facts.calls.minutes == 0 {
        return Sentence::plain(text);
    }
    Sentence::about(text, &facts.calls)
}

fn stretch(
    head: &str,
    work: &Work,
    (start, end): (jiff::Timestamp, jiff::Timestamp),
    facts: &Facts,
    tongue: Tongue,
) -> Sentence {
    let zone = facts.zone.rules();
    let (from, to) = (clock(start, &zone), clock(end, &zone));
    let times = tongue.between(&tongue.day(work.date), &from, &to);
    Sentence {
        text: format!("{head}, {times}"),
        entries: vec![work.entry_id],
        days: vec![work.date],
    }
}

fn hours(facts: &Facts, tongue: Tongue) -> Vec<Sentence> {
    let zone = facts.zone.rules();
    facts
        .days
        .iter()
        .rev()
        .filter_map(|day| Some((day, day.bounds?)))
        .take(TOLD)
        .map(|(day, (first, last))| {
            let (from, to) = (clock(first, &zone), clock(last, &zone));
            let text = tongue.hours(&tongue.day(day.date), &from, &to, day.sum.minutes);
            Sentence::about(text, &day.sum)
        })
        .collect()
}

fn find(facts: &Facts, notes: &[Note], words: &[String], tongue: Tongue) -> Vec<Sentence> {
    let found = search(facts, notes, words);
    if found.works.is_empty() && found.notes.is_empty() {
        return without_words(facts, tongue);
    }
    let mut sentences = Vec::new();
    if !found.works.is_empty() {
        let sum = Sum {
            minutes: found.works.iter().map(|work| work.minutes).sum(),
            entries: found.works.iter().map(|work| work.entry_id).collect(),
            days: Vec::new(),
        };
        sentences.push(Sentence::about(
            tongue.found(found.works.len(), sum.minutes),
            &sum,
        ));
    }
    for work in found.works.iter().rev().take(TOLD) {
        let named = work.task.as_ref().map(|task| task.full_in(tongue.locale));
        let name = named.unwrap_or_else(|| tongue.no_task_yet());
        let head = format!("{}, {name}", tongue.time(work.minutes));
        sentences.push(match work.interval {
            Some(interval) => stretch(&head, work, interval, facts, tongue),
            None => Sentence {
                text: tongue.stop(&format!("{head}, {}", tongue.day(work.date))),
                entries: vec![work.entry_id],
                days: vec![work.date],
            },
        });
    }
    let notes = found.notes.iter().rev().take(TOLD);
    sentences.extend(notes.map(|note| quoted(note, tongue)));
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
        said_in(question, facts, Locale::En)
    }

    fn said_in(question: &str, facts: &Facts, locale: Locale) -> String {
        let notes = [Note {
            date: DAY.saturating_sub(1.day()),
            text: "Met the auditors.".to_owned(),
        }];
        let sentences = answer(&intent(question), facts, &notes, DAY, locale);
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
    fn facts_alone_answer_in_hindi() {
        let week = week();
        let questions = [
            "समय कहाँ गया?",
            "PAY-412 पर कितना समय लगा?",
            "क्या पूरा हुआ?",
            "मेरा स्टैंड-अप लिखें",
            "सबसे लंबा टुकड़ा कौन-सा था?",
            "मैंने कब शुरू किया?",
            "कॉल में कितना समय गया?",
            "auditors",
            "refunds",
            "kubernetes",
        ];
        let all: Vec<String> = questions
            .iter()
            .map(|q| format!("> {q}\n{}", said_in(q, &week, Locale::Hi)))
            .collect();
        insta::assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn both_languages_speak_of_the_same_rows() {
        let (week, nothing) = (week(), Facts::of(Vec::new(), DAY, DAY, Zone::utc()));
        let notes = [Note {
            date: DAY,
            text: "Met the auditors.".to_owned(),
        }];
        for facts in [&week, &nothing] {
            for question in [
                "",
                "standup",
                "shipped",
                "longest",
                "when did I start",
                "calls",
                "how long on refunds",
                "x",
            ] {
                let rests_on = |locale: Locale| -> Vec<_> {
                    let told = answer(&intent(question), facts, &notes, DAY, locale);
                    told.into_iter().map(|s| (s.entries, s.days)).collect()
                };
                assert_eq!(rests_on(Locale::En), rests_on(Locale::Hi), "{question}");
            }
        }
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let nothing = Facts::of(Vec::new(), DAY, DAY, Zone::utc());
        let text = answer(&intent("Where did the time go?"), &nothing, &[], DAY, Locale::En);
        assert_eq!(text[0].text, "Nothing was recorded on Thursday 19 November.");
        assert_eq!(
            said_in("समय कहाँ गया?", &nothing, Locale::Hi),
            "गुरुवार 19 नवंबर को कुछ दर्ज नहीं हुआ।"
        );
        assert_eq!(answer(&Intent::Standup, &nothing, &[], DAY, Locale::Hi).len(), 3);
    }

    #[test]
    fn no_row_is_left_out_of_the_total_however_many_there_are() {
        let rows = (0..900).map(|n| work(DAY, n, 1, Some(1), 0)).collect();
        let facts = Facts::of(rows, DAY, DAY, Zone::utc());
        assert!(said("Where did the time go?", &facts).starts_with("15h recorded on Thursday 19 November."));
    }
}
