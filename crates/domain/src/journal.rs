//! The journal of a day, composed from its facts: three to six factual sentences in the first person, each with the
//! rows of the timesheet it speaks of (`contract/tracker.md` §4.5). No title of a window and no address is in it.

use crate::{
    Locale,
    facts::{
        Facts, Sentence, TaskSum,
        text::{clock, counted},
    },
};

/// How many sentences a journal has at least; one with fewer left is composed instead.
pub const FEWEST: usize = 3;

/// How many it has at most.
pub const MOST: usize = 6;

/// Tasks named beside the largest one.
const ALSO: usize = 3;

/// The journal of a day in the language of its person; nothing for a day without time.
pub fn compose(facts: &Facts, locale: Locale) -> Vec<Sentence> {
    if facts.days.is_empty() {
        return Vec::new();
    }
    let teller = Teller { facts, locale };
    let mut sentences = vec![teller.whole()];
    sentences.extend(teller.largest());
    sentences.extend(teller.others());
    sentences.extend(teller.longest());
    sentences.extend(teller.calls());
    sentences.push(teller.left());
    sentences.truncate(MOST);
    sentences
}

/// Tells the facts of a day in a language.
struct Teller<'f> {
    facts: &'f Facts,
    locale: Locale,
}

impl Teller<'_> {
    fn time(&self, minutes: i64) -> String {
        self.locale.duration(minutes)
    }

    /// One of two texts, by the language.
    fn either(&self, en: impl FnOnce() -> String, hi: impl FnOnce() -> String) -> String {
        match self.locale {
            Locale::En => en(),
            Locale::Hi => hi(),
        }
    }

    fn whole(&self) -> Sentence {
        let (facts, zone) = (self.facts, self.facts.zone.rules());
        let time = self.time(facts.total.minutes);
        let bounds = facts.days.last().and_then(|day| day.bounds);
        let bounds = bounds.map(|(first, last)| (clock(first, &zone), clock(last, &zone)));
        let text = match (bounds, self.locale) {
            (Some((first, last)), Locale::En) => format!("I worked {time} between {first} and {last}."),
            (Some((first, last)), Locale::Hi) => format!("मैंने {first} और {last} के बीच {time} काम किया।"),
            (None, Locale::En) => format!("I worked {time}."),
            (None, Locale::Hi) => format!("मैंने {time} काम किया।"),
        };
        Sentence::about(text, &facts.total)
    }

    fn largest(&self) -> Option<Sentence> {
        let TaskSum { task, sum } = self.facts.tasks.first()?;
        let (time, name) = (self.time(sum.minutes), task.full_in(self.locale));
        let total = self.facts.total.minutes;
        // Not where something stands beside it that is too short for a minute of its own.
        let alone = self.facts.tasks.len() == 1 && self.facts.no_task.entries.is_empty();
        let text = if alone && sum.minutes == total {
            self.either(
                || format!("All of it went to {name}."),
                || format!("सारा समय {name} पर गया।"),
            )
        } else if sum.minutes * 2 > total {
            self.either(
                || format!("Most of it, {time}, went to {name}."),
                || format!("इसका अधिकतर हिस्सा, {time}, {name} पर गया।"),
            )
        } else {
            self.either(
                || format!("The largest part, {time}, went to {name}."),
                || format!("सबसे बड़ा हिस्सा, {time}, {name} पर गया।"),
            )
        };
        Some(Sentence::about(text, sum))
    }

    fn others(&self) -> Option<Sentence> {
        let rest = self.facts.tasks.get(1..).filter(|rest| !rest.is_empty())?;
        let (named, more) = rest.split_at(rest.len().min(ALSO));
        let on = |minutes: i64, what: &str| {
            let time = self.time(minutes);
            self.either(|| format!("{time} on {what}"), || format!("{what} पर {time}"))
        };
        let mut parts: Vec<String> = named
            .iter()
            .map(|task| on(task.sum.minutes, &task.task.short_in(self.locale)))
            .collect();
        if !more.is_empty() {
            let minutes = more.iter().map(|task| task.sum.minutes).sum();
            let n = i64::try_from(more.len()).unwrap_or(i64::MAX);
            let what = self.either(
                || counted(n, "other task", "other tasks"),
                || counted(n, "अन्य कार्य", "अन्य कार्यों"),
            );
            parts.push(on(minutes, &what));
        }
        let parts = self.locale.list(&parts);
        Some(Sentence {
            text: self.either(
                || format!("I also spent {parts}."),
                || format!("इसके अलावा: {parts}।"),
            ),
            entries: rest
                .iter()
                .flat_map(|task| task.sum.entries.iter().copied())
                .collect(),
            days: self.facts.total.days.clone(),
        })
    }

    fn longest(&self) -> Option<Sentence> {
        let work = self.facts.longest.as_ref()?;
        let (start, end) = work.interval?;
        let zone = self.facts.zone.rules();
        let (from, to) = (clock(start, &zone), clock(end, &zone));
        let time = self.time(work.minutes);
        let name = work.task.as_ref().map(|task| task.short_in(self.locale));
        let text = match (name, self.locale) {
            (Some(name), Locale::En) => {
                format!("My longest stretch was {time} on {name}, from {from} to {to}.")
            }
            (None, Locale::En) => {
                format!("My longest stretch was {time} without a task yet, from {from} to {to}.")
            }
            (Some(name), Locale::Hi) => {
                format!("मेरा सबसे लंबा टुकड़ा {name} पर {time} का था, {from} से {to} तक।")
            }
            (None, Locale::Hi) => {
                format!("मेरा सबसे लंबा टुकड़ा {time} का था, अभी बिना कार्य के, {from} से {to} तक।")
            }
        };
        Some(Sentence {
            text,
            entries: vec![work.entry_id],
            days: vec![work.date],
        })
    }

    fn calls(&self) -> Option<Sentence> {
        let calls = &self.facts.calls;
        let time = self.time(calls.minutes);
        let text = self.either(
            || format!("{time} of it I was in calls."),
            || format!("इसमें से {time} कॉल में गए।"),
        );
        (calls.minutes > 0).then(|| Sentence::about(text, calls))
    }

    /// What nobody has answered for yet; said in any case.
    fn left(&self) -> Sentence {
        let (facts, sum) = (self.facts, &self.facts.no_task);
        if facts.tasks.is_empty() {
            let text = self.either(
                || "None of it has a task yet.".to_owned(),
                || "इसमें से किसी का अभी कोई कार्य नहीं।".to_owned(),
            );
            return Sentence::about(text, sum);
        }
        let blocks = i64::try_from(sum.entries.len()).unwrap_or(i64::MAX);
        if blocks == 0 {
            let text = self.either(
                || "All of it has a task.".to_owned(),
                || "सबका कार्य है।".to_owned(),
            );
            return Sentence::about(text, &facts.total);
        }
        let time = self.time(sum.minutes);
        let has = if blocks == 1 { "has" } else { "have" };
        let text = self.either(
            || {
                format!(
                    "{}, {time}, {has} no task yet.",
                    counted(blocks, "block", "blocks")
                )
            },
            || format!("{}, {time}, का अभी कोई कार्य नहीं।", counted(blocks, "खंड", "खंडों")),
        );
        Sentence::about(text, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{check::check, samples, table};

    fn text(facts: &Facts) -> String {
        text_in(facts, Locale::En)
    }

    fn text_in(facts: &Facts, locale: Locale) -> String {
        compose(facts, locale)
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
    fn the_same_day_is_told_in_hindi() {
        insta::assert_snapshot!(text_in(&samples::thursday(), Locale::Hi), @r"
        मैंने 08:40 और 18:10 के बीच 6घं 45मि काम किया।
        इसका अधिकतर हिस्सा, 3घं 50मि, PAY-412 Idempotent refunds पर गया।
        इसके अलावा: PAY-398 पर 1घं 15मि, Tidy the wiki पर 40मि, OPS-9 पर 20मि और 2 अन्य कार्यों पर 20मि।
        मेरा सबसे लंबा टुकड़ा PAY-412 पर 2घं 10मि का था, 09:00 से 11:10 तक।
        इसमें से 35मि कॉल में गए।
        2 खंडों, 20मि, का अभी कोई कार्य नहीं।
        ");
        insta::assert_snapshot!(text_in(&samples::of(&[(9 * 60, 61, None, 0)]), Locale::Hi), @r"
        मैंने 09:00 और 10:01 के बीच 1घं 1मि काम किया।
        मेरा सबसे लंबा टुकड़ा 1घं 1मि का था, अभी बिना कार्य के, 09:00 से 10:01 तक।
        इसमें से किसी का अभी कोई कार्य नहीं।
        ");
        for facts in [samples::thursday(), samples::of(&[(540, 45, Some(1), 0)])] {
            let (en, hi) = (compose(&facts, Locale::En), compose(&facts, Locale::Hi));
            let rests_on =
                |told: Vec<Sentence>| -> Vec<_> { told.into_iter().map(|s| (s.entries, s.days)).collect() };
            assert_eq!(rests_on(en), rests_on(hi), "each speaks of the same rows");
        }
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
        // Beside what is too short for a minute it is not all.
        let a_moment_left = text(&samples::of(&[(9 * 60, 60, Some(1), 0), (10 * 60, 0, None, 0)]));
        assert!(
            a_moment_left.contains("Most of it, 1h, went to"),
            "{a_moment_left}"
        );
        assert_eq!(compose(&samples::of(&[]), Locale::En), []);
    }

    #[test]
    fn every_sentence_has_the_blocks_it_speaks_of() {
        for facts in [samples::thursday(), samples::of(&[(0, 5, None, 0)])] {
            let sentences = compose(&facts, Locale::En);
            assert!((FEWEST..=MOST).contains(&sentences.len()));
            assert!(sentences.iter().all(|sentence| !sentence.entries.is_empty()));
        }
    }

    #[test]
    fn what_we_write_ourselves_stands_up_to_our_own_check() {
        let facts = samples::thursday();
        let table = table::of_day(&facts);
        for sentence in compose(&facts, Locale::En) {
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
