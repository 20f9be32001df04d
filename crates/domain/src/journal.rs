//! The journal of a day, composed from its facts: three to six factual sentences in the first person, each with the
//! rows of the timesheet it speaks of (`contract/tracker.md` §4.5). No title of a window and no address is in it.

use crate::facts::{
    Facts, Sentence, TaskSum,
    text::{clock, counted, duration, list},
};

/// How many sentences a journal has at least; one with fewer left is composed instead.
pub const FEWEST: usize = 3;

/// How many it has at most.
pub const MOST: usize = 6;

/// Tasks named beside the largest one.
const ALSO: usize = 3;

/// The journal of a day; nothing for a day without time.
pub fn compose(facts: &Facts) -> Vec<Sentence> {
    let Some(day) = facts.days.last() else {
        return Vec::new();
    };
    let zone = facts.zone.rules();
    let time = duration(facts.total.minutes);
    let whole = match day.bounds {
        Some((first, last)) => {
            format!(
                "I worked {time} between {} and {}.",
                clock(first, &zone),
                clock(last, &zone)
            )
        }
        None => format!("I worked {time}."),
    };
    let mut sentences = vec![Sentence::about(whole, &facts.total)];
    sentences.extend(largest(facts));
    sentences.extend(others(facts));
    sentences.extend(longest(facts));
    if facts.calls.minutes > 0 {
        let text = format!("{} of it I was in calls.", duration(facts.calls.minutes));
        sentences.push(Sentence::about(text, &facts.calls));
    }
    sentences.push(left(facts));
    sentences.truncate(MOST);
    sentences
}

fn largest(facts: &Facts) -> Option<Sentence> {
    let TaskSum { task, sum } = facts.tasks.first()?;
    let (time, name) = (duration(sum.minutes), task.full());
    let text = if sum.minutes == facts.total.minutes {
        format!("All of it went to {name}.")
    } else if sum.minutes * 2 > facts.total.minutes {
        format!("Most of it, {time}, went to {name}.")
    } else {
        format!("The largest part, {time}, went to {name}.")
    };
    Some(Sentence::about(text, sum))
}

fn others(facts: &Facts) -> Option<Sentence> {
    let rest = facts.tasks.get(1..).filter(|rest| !rest.is_empty())?;
    let (named, more) = rest.split_at(rest.len().min(ALSO));
    let mut parts: Vec<String> = named
        .iter()
        .map(|task| format!("{} on {}", duration(task.sum.minutes), task.task.short()))
        .collect();
    if !more.is_empty() {
        let minutes = more.iter().map(|task| task.sum.minutes).sum();
        let more = i64::try_from(more.len()).unwrap_or(i64::MAX);
        parts.push(format!(
            "{} on {}",
            duration(minutes),
            counted(more, "other task", "other tasks")
        ));
    }
    Some(Sentence {
        text: format!("I also spent {}.", list(&parts)),
        entries: rest
            .iter()
            .flat_map(|task| task.sum.entries.iter().copied())
            .collect(),
        days: facts.total.days.clone(),
    })
}

fn longest(facts: &Facts) -> Option<Sentence> {
    let work = facts.longest.as_ref()?;
    let (start, end) = work.interval?;
    let zone = facts.zone.rules();
    let on = work.task.as_ref().map_or_else(
        || "without a task yet".to_owned(),
        |task| format!("on {}", task.short()),
    );
    Some(Sentence {
        text: format!(
            "My longest stretch was {} {on}, from {} to {}.",
            duration(work.minutes),
            clock(start, &zone),
            clock(end, &zone)
        ),
        entries: vec![work.entry_id],
        days: vec![work.date],
    })
}

/// What nobody has answered for yet; said in any case.
fn left(facts: &Facts) -> Sentence {
    let sum = &facts.no_task;
    let blocks = i64::try_from(sum.entries.len()).unwrap_or(i64::MAX);
    if facts.tasks.is_empty() {
        return Sentence::about("None of it has a task yet.".to_owned(), sum);
    }
    if blocks == 0 {
        return Sentence::about("All of it has a task.".to_owned(), &facts.total);
    }
    let has = if blocks == 1 { "has" } else { "have" };
    let text = format!(
        "{}, {}, {has} no task yet.",
        counted(blocks, "block", "blocks"),
        duration(sum.minutes)
    );
    Sentence::about(text, sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{check::check, samples, table};

    fn text(facts: &Facts) -> String {
        compose(facts)
            .iter()
            .map(|sentence| sentence.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_day_reads_as_its_person_would_tell_it() {
        insta::assert_snapshot!(text(&samples::thursday()), @r"
        I worked 6h 45m between 08:40 and 18:10.
        Most of it, 3h 50m, went to PAY-412 Idempotent refunds.
        I also spent 1h 15m on PAY-398, 40m on Tidy the wiki, 20m on OPS-9 and 20m on 2 other tasks.
        My longest stretch was 2h 10m on PAY-412, from 09:00 to 11:10.
        35m of it I was in calls.
        2 blocks, 20m, have no task yet.
        ");
    }

    #[test]
    fn one_block_and_none_are_told_in_the_singular() {
        insta::assert_snapshot!(text(&samples::of(&[(9 * 60, 45, Some(1), 0)])), @r"
        I worked 45m between 09:00 and 09:45.
        All of it went to PAY-412 Idempotent refunds.
        My longest stretch was 45m on PAY-412, from 09:00 to 09:45.
        All of it has a task.
        ");
        insta::assert_snapshot!(text(&samples::of(&[(9 * 60, 61, None, 0)])), @r"
        I worked 1h 1m between 09:00 and 10:01.
        My longest stretch was 1h 1m without a task yet, from 09:00 to 10:01.
        None of it has a task yet.
        ");
        let one_left = samples::of(&[(9 * 60, 60, Some(1), 0), (10 * 60, 1, None, 0)]);
        assert!(text(&one_left).ends_with("1 block, 1m, has no task yet."));
        assert_eq!(compose(&samples::of(&[])), []);
    }

    #[test]
    fn every_sentence_has_the_blocks_it_speaks_of() {
        for facts in [samples::thursday(), samples::of(&[(0, 5, None, 0)])] {
            let sentences = compose(&facts);
            assert!((FEWEST..=MOST).contains(&sentences.len()));
            assert!(sentences.iter().all(|sentence| !sentence.entries.is_empty()));
        }
    }

    #[test]
    fn what_we_write_ourselves_stands_up_to_our_own_check() {
        let facts = samples::thursday();
        let table = table::of_day(&facts);
        for sentence in compose(&facts) {
            // Sums of several tasks and words such as "other tasks" are ours alone.
            if sentence.text.contains("other tasks") {
                continue;
            }
            let stands = (0..table.len()).any(|row| {
                check(
                    &crate::facts::check::Claim {
                        text: sentence.text.clone(),
                        rows: vec![row],
                    },
                    &table,
                )
                .is_ok()
            });
            assert!(
                stands || !sentence.text.contains(char::is_numeric),
                "{}",
                sentence.text
            );
        }
    }
}
