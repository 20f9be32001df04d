//! What must hold however a person reviews a day: any wishes in any order, any of them taken back at any time.

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    properties::{answers, check_sums, fallback},
    *,
};
use crate::{
    EntryId, ProjectId, ReviewId, TaskId,
    day::{Category, Day},
    review::{Change, EntryStatus, Pin, Planned, Review, ReviewAction, in_force, plan},
    sample::{Random, hostile},
};

fn id_of(name: &str) -> EntryId {
    EntryId(Uuid::from_u128(name.bytes().fold(7, |hash: u128, byte| {
        hash.wrapping_mul(0x0100_0000_01b3)
            .wrapping_add(u128::from(byte) + 1)
    })))
}

/// A day being reviewed, as a database would keep it.
struct Desk {
    woven: Woven,
    seed: u64,
    log: Vec<Review>,
}

impl Desk {
    fn pins(&self) -> Vec<Pin> {
        in_force(&self.log, &id_of)
    }

    fn day(&self, seed: u64) -> Day {
        assemble(self.woven.clone(), answers(&self.woven.spans, seed), &self.pins())
    }

    /// All entries of the day: those pinned, and the blocks nobody reviewed.
    fn sheet(&self) -> Vec<Pin> {
        let mut sheet = self.pins();
        let inferred = self
            .day(self.seed)
            .blocks
            .into_iter()
            .filter(|block| block.entry_id.is_none());
        sheet.extend(inferred.map(|block| Pin {
            entry_id: id_of(&block.external_ref),
            external_ref: block.external_ref,
            date: self.woven.date,
            start: block.start,
            end: block.end,
            project_id: block.project_id,
            status: EntryStatus::Inferred,
            task_id: block.task_id,
            category: block.category,
            description: None,
            hand: None,
        }));
        sheet.sort_by_key(|pin| (pin.start, pin.end));
        sheet
    }

    fn say(&mut self, planned: Planned) {
        let seq = i64::try_from(self.log.len()).expect("a short log");
        self.log.push(Review {
            id: ReviewId(Uuid::from_u128(seq.unsigned_abs().into())),
            seq,
            date: self.woven.date,
            action: planned.action,
            before: planned.before,
            after: planned.after,
            created_at: Timestamp::UNIX_EPOCH,
            undone_at: None,
        });
    }

    /// Wishes for something; whether it could be.
    fn wish(&mut self, random: &mut Random) -> bool {
        let sheet = self.sheet();
        if random.chance(15) {
            return self.enter(random, &sheet);
        }
        if sheet.is_empty() {
            return false;
        }
        let entry = random.pick(&sheet).clone();
        let task_id = random.chance(70).then(|| TaskId(Uuid::from_u128(9)));
        let answer = (task_id, Category::Productive);
        let moved = |random: &mut Random, at: Timestamp| at + random.between(-900, 900).seconds();
        let change = match random.between(0, 6) {
            0 => Change::Confirm,
            1 => Change::Dismiss,
            2 => Change::Correct {
                task_id: None,
                category: Category::Personal,
            },
            3 => Change::Correct {
                task_id,
                category: answer.1,
            },
            4 => Change::Edit {
                answer: random.chance(50).then_some(answer),
                start: Some(moved(random, entry.start)),
                end: Some(moved(random, entry.end)),
                description: None,
            },
            5 => Change::Split {
                at: vec![entry.start + random.between(1, 900).seconds()],
            },
            _ => {
                let at = sheet.iter().position(|pin| *pin == entry).unwrap_or(0);
                let with = sheet.get(at + 1).map(|pin| pin.entry_id);
                Change::Merge {
                    with: with.into_iter().collect(),
                    task_id,
                }
            }
        };
        let private = self
            .day(self.seed)
            .spans
            .iter()
            .filter(|s| s.attribution.category == Category::Personal)
            .map(|s| (s.span.start, s.span.end))
            .collect::<Vec<_>>();
        let private = |from, to| private.iter().any(|&(start, end)| start < to && from < end);
        let planned = plan(
            &sheet,
            entry.entry_id,
            &change,
            None,
            &|_, _| true,
            &private,
            &id_of,
        );
        planned.map(|planned| self.say(planned)).is_ok()
    }

    fn enter(&mut self, random: &mut Random, sheet: &[Pin]) -> bool {
        let at = sheet.first().map_or(Timestamp::UNIX_EPOCH, |pin| {
            pin.start + random.between(-600, 3_600).seconds()
        });
        let end = at + random.between(0, 1_800).seconds();
        let taken = |pin: &Pin| pin.is_by_hand() && pin.start < end && at < pin.end;
        if sheet.iter().any(taken) {
            return false;
        }
        let external_ref = format!("manual:{}", random.uuid());
        let length = end.as_microsecond() - at.as_microsecond();
        self.say(Planned {
            action: ReviewAction::Enter,
            before: Vec::new(),
            after: vec![Pin {
                entry_id: id_of(&external_ref),
                external_ref,
                date: self.woven.date,
                start: at,
                end,
                project_id: ProjectId(Uuid::from_u128(2)),
                status: EntryStatus::Confirmed,
                task_id: Some(TaskId(Uuid::from_u128(9))),
                category: Category::Productive,
                description: None,
                hand: Some(if length == 0 { 60_000_000 } else { length }),
            }],
        });
        true
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let pins = self.pins();
        for pair in pins
            .iter()
            .filter(|pin| pin.claims())
            .collect::<Vec<_>>()
            .windows(2)
        {
            prop_assert!(pair[0].end <= pair[1].start, "two reviews claim one instant");
        }
        for seed in [self.seed, !self.seed] {
            let day = self.day(seed);
            check_sums(&day)?;
            for span in day.spans.windows(2) {
                prop_assert!(span[0].span.end <= span[1].span.start, "an instant counts twice");
            }
            for pin in &pins {
                let shown = day
                    .blocks
                    .iter()
                    .filter(|block| block.entry_id == Some(pin.entry_id));
                let shown: Vec<_> = shown.map(|block| (block.task_id, block.status)).collect();
                let expected = match (pin.status, pin.category) {
                    (EntryStatus::Dismissed, _) | (_, Category::Personal) => Vec::new(),
                    (status, _) => vec![(pin.task_id, status)],
                };
                prop_assert_eq!(shown, expected, "a replay lost a review");
                let inside = day.spans.iter().any(|s| {
                    s.span.start < pin.end
                        && pin.start < s.span.end
                        && s.span.pieces.iter().any(|p| p.0 < pin.end && pin.start < p.1)
                        && !s.span.event_ids.is_empty()
                });
                prop_assert!(
                    !inside || !(pin.is_by_hand() || pin.status == EntryStatus::Dismissed),
                    "time counts beside an entry made by hand, or although it was dismissed"
                );
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_reviews_keep_the_sums_and_none_is_lost(seed: u64, count in 4usize..60, wishes in 1usize..14) {
        let events = hostile(seed, count);
        let mut random = Random::new(!seed);
        for woven in weave_all(&events, &fallback()).into_values() {
            let mut desk = Desk { woven, seed, log: Vec::new() };
            for _ in 0..wishes {
                desk.wish(&mut random);
                if random.chance(20) && !desk.log.is_empty() {
                    let at = usize::try_from(random.between(0, 1_000)).unwrap_or(0) % desk.log.len();
                    desk.log[at].undone_at = Some(Timestamp::UNIX_EPOCH);
                }
                desk.check()?;
            }
        }
    }

    #[test]
    fn what_is_taken_back_last_leaves_the_day_as_it_was(seed: u64, count in 4usize..60) {
        let events = hostile(seed, count);
        let mut random = Random::new(!seed);
        for woven in weave_all(&events, &fallback()).into_values() {
            let mut desk = Desk { woven, seed, log: Vec::new() };
            let mut days = vec![desk.day(seed)];
            for _ in 0..6 {
                if desk.wish(&mut random) {
                    days.push(desk.day(seed));
                }
            }
            for at in (0..desk.log.len()).rev() {
                prop_assert_eq!(&desk.day(seed), &days[at + 1]);
                desk.log[at].undone_at = Some(Timestamp::UNIX_EPOCH);
                prop_assert_eq!(&desk.day(seed), &days[at]);
            }
        }
    }
}
