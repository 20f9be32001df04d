//! What a range of UTC days shows of a team: sets of minutes in, figures out, under the cap and in each member's own hours.

use std::collections::HashMap;

use dayloom_api::team::{
    ActivityDay, ActivityMember, ActivityTotals, Pair, SourceMinutes, after_members, before_members,
};
use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::MemberStatus,
    team::day::{LocalHours, PackedDay},
};
use dayloom_storage::team::{ActivityRows, Count, TeamPerson};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};

use super::TeamError;

/// Days a range may have (`contract/team.md` §4).
const MOST_DAYS: i32 = 366;

/// The range asked for: the last seven UTC days where nothing is said, and at most 366.
pub(crate) fn range(from: Option<Date>, to: Option<Date>, now: Timestamp) -> Result<(Date, Date), TeamError> {
    let to = to.unwrap_or_else(|| TimeZone::UTC.to_datetime(now).date());
    let from = from.unwrap_or_else(|| to.saturating_sub(jiff::Span::new().days(6)));
    if from > to {
        return Err(TeamError::invalid("`from`: It must not be after `to`."));
    }
    if days_between(from, to) >= MOST_DAYS {
        return Err(TeamError::invalid("`from`: A range has at most 366 days."));
    }
    Ok((from, to))
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// Who looks: their own sources are shown to them, everyone's to admins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looker {
    /// The person.
    pub developer: DeveloperId,
    /// Whether they are an admin of the workspace.
    pub admin: bool,
}

impl Looker {
    /// Whether they see where this person was.
    pub(crate) fn sees_sources_of(self, person: DeveloperId) -> bool {
        self.admin || self.developer == person
    }
}

/// Local hours of UTC days, worked out once for each zone.
#[derive(Default)]
struct Hours(HashMap<Option<Zone>, HashMap<Date, LocalHours>>);

impl Hours {
    /// Those of a zone; none is UTC.
    fn of(&mut self, zone: Option<&Zone>) -> HoursOf<'_> {
        let days = self.0.entry(zone.cloned()).or_default();
        HoursOf(zone.cloned().unwrap_or_else(Zone::utc), days)
    }
}

struct HoursOf<'a>(Zone, &'a mut HashMap<Date, LocalHours>);

impl HoursOf<'_> {
    fn on(&mut self, day: Date) -> &LocalHours {
        self.1.entry(day).or_insert_with(|| LocalHours::of(day, &self.0))
    }
}

/// The answer for a range as text, piece by piece, each worked out when it is asked for: what waits to be told is bytes of
/// storage, a third of the text, and nobody who reads slowly holds more than two pieces beside it.
pub(crate) struct Answer {
    workspace: WorkspaceId,
    range: (Date, Date),
    looker: Looker,
    cap: u16,
    people: std::vec::IntoIter<(TeamPerson, Vec<Facts>)>,
    hours: Hours,
    totals: ActivityTotals,
    told: Told,
}

/// How far an answer is.
#[derive(PartialEq, Eq)]
enum Told {
    Nothing,
    Beginning,
    Members,
    All,
}

/// Bytes of a piece, about; the last member of it may go beyond.
const PIECE: usize = 128 * 1024;

impl Answer {
    /// The answer for a range. `rows` are those of the range.
    pub(crate) fn new(
        workspace: WorkspaceId,
        range: (Date, Date),
        rows: ActivityRows,
        looker: Looker,
    ) -> Self {
        let cap = rows.cap;
        Self {
            workspace,
            range,
            looker,
            cap,
            people: by_person(rows).into_iter(),
            hours: Hours::default(),
            totals: ActivityTotals::default(),
            told: Told::Nothing,
        }
    }

    /// The next piece of the text; `None` after the last.
    pub(crate) fn piece(&mut self) -> Option<Vec<u8>> {
        if self.told == Told::All {
            return None;
        }
        let mut text = Vec::with_capacity(PIECE + PIECE / 2);
        if self.told == Told::Nothing {
            text.extend(before_members(self.workspace.0, self.range.0, self.range.1));
            self.told = Told::Beginning;
        }
        while text.len() < PIECE {
            let Some((person, facts)) = self.people.next() else {
                text.extend(after_members(&self.totals));
                self.told = Told::All;
                break;
            };
            if let Some(member) = self.member(person, facts) {
                if self.told == Told::Members {
                    text.push(b',');
                }
                self.told = Told::Members;
                member.write(&mut text);
            }
        }
        Some(text)
    }

    /// A member with the days that have anything on them; none of a former one without such a day.
    fn member(&mut self, person: TeamPerson, facts: Vec<Facts>) -> Option<ActivityMember> {
        let sources = self.looker.sees_sources_of(person.developer_id);
        let mut hours = self.hours.of(person.timezone.as_ref());
        let mut days = Vec::with_capacity(facts.len());
        for known in facts {
            let day = shown(&known, self.cap, sources, &mut hours);
            if day != nothing(day.day, sources) {
                add(&mut self.totals, &day);
                days.push(day);
            }
        }
        if person.status != MemberStatus::Active && days.is_empty() {
            return None;
        }
        Some(ActivityMember {
            developer_id: person.developer_id.0,
            login: person.login,
            name: person.name,
            timezone: person.timezone,
            status: person.status,
            days,
        })
    }
}

/// What is known of a member's day.
struct Facts {
    day: Date,
    minutes: Option<PackedDay>,
    commits: Count,
    closed_issues: Count,
}

impl Facts {
    fn of(day: Date) -> Self {
        Self {
            day,
            minutes: None,
            commits: Count::default(),
            closed_issues: Count::default(),
        }
    }
}

/// Everyone with their days, in order.
fn by_person(rows: ActivityRows) -> Vec<(TeamPerson, Vec<Facts>)> {
    let places: HashMap<DeveloperId, usize> = rows
        .people
        .iter()
        .enumerate()
        .map(|(place, person)| (person.developer_id, place))
        .collect();
    let mut people: Vec<(TeamPerson, Vec<Facts>)> = rows
        .people
        .into_iter()
        .map(|person| (person, Vec::new()))
        .collect();
    // Rows come by day, so that almost every one is its person's last.
    let mut put = |who: DeveloperId, day: Date, change: &mut dyn FnMut(&mut Facts)| {
        let Some(place) = places.get(&who) else { return };
        let days = &mut people[*place].1;
        let at = days.binary_search_by_key(&day, |facts| facts.day);
        let at = at.unwrap_or_else(|at| {
            days.insert(at, Facts::of(day));
            at
        });
        change(&mut days[at]);
    };
    for row in rows.minutes {
        let mut minutes = Some(row.minutes);
        put(row.developer_id, row.day, &mut |facts| {
            facts.minutes = minutes.take()
        });
    }
    for row in rows.commits {
        put(row.developer_id, row.day, &mut |facts| facts.commits = row.count);
    }
    for row in rows.closed_issues {
        put(row.developer_id, row.day, &mut |facts| {
            facts.closed_issues = row.count
        });
    }
    people
}

fn shown(facts: &Facts, cap: u16, sources: bool, hours: &mut HoursOf<'_>) -> ActivityDay {
    let mut told = nothing(facts.day, sources);
    told.commits = pair(facts.commits);
    told.closed_issues = pair(facts.closed_issues);
    let Some(minutes) = &facts.minutes else {
        return told;
    };
    let minutes = minutes.open();
    let seen = minutes.shown(cap);
    told.internal = seen.internal;
    told.external = seen.external;
    if sources {
        let each = seen.sources().into_iter().map(|(source, minutes)| SourceMinutes {
            source: source.to_owned(),
            minutes,
        });
        told.sources = Some(each.collect());
    }
    told.strip = seen.strip(hours.on(facts.day)).map(|hour| Pair {
        internal: hour.internal,
        external: hour.external,
    });
    told
}

/// A day without anything, which is left out of an answer.
fn nothing(day: Date, sources: bool) -> ActivityDay {
    ActivityDay {
        day,
        internal: 0,
        external: 0,
        sources: sources.then(Vec::new),
        strip: [Pair::default(); 24],
        commits: Pair::default(),
        closed_issues: Pair::default(),
    }
}

fn pair(count: Count) -> Pair {
    Pair {
        internal: count.internal,
        external: count.external,
    }
}

fn add(totals: &mut ActivityTotals, day: &ActivityDay) {
    totals.internal += day.internal;
    totals.external += day.external;
    totals.commits += day.commits;
    totals.closed_issues += day.closed_issues;
}

/// Days of which counts are taken: from 1970 to the day after today, since a client's day may begin before the server's.
pub(crate) fn is_countable(day: Date, now: Timestamp) -> bool {
    let tomorrow = TimeZone::UTC
        .to_datetime(now)
        .date()
        .saturating_add(jiff::Span::new().days(1));
    (date(1970, 1, 1)..=tomorrow).contains(&day)
}

#[cfg(test)]
mod tests {
    use dayloom_api::team::Activity;
    use dayloom_domain::{
        people::Role,
        team::{
            classify::Kind,
            day::{Label, MemberDay},
        },
    };
    use dayloom_storage::team::{DayCounts, DayMinutes};
    use uuid::Uuid;

    use super::*;

    const DAYS: i8 = 30;

    fn id(n: u128) -> DeveloperId {
        DeveloperId(Uuid::from_u128(n))
    }

    fn person(n: u128, status: MemberStatus) -> TeamPerson {
        TeamPerson {
            developer_id: id(n),
            email: format!("{n}@example.org"),
            login: None,
            name: Some(format!("\"{n}\" Ж")),
            role: Role::Developer,
            status,
            timezone: Zone::parse("Asia/Kolkata").ok().filter(|_| n.is_multiple_of(2)),
        }
    }

    /// The first hour of the day, a third of it outside.
    fn an_hour() -> PackedDay {
        let mut day = MemberDay::default();
        for minute in 0..60 {
            let kind = if minute < 40 {
                Kind::Internal
            } else {
                Kind::External
            };
            let source = "acme/app".to_owned();
            day.add(minute, Label { kind, source });
        }
        PackedDay::new(day.to_bytes()).expect("a day")
    }

    fn month(people: u128) -> ActivityRows {
        let mut rows = ActivityRows {
            cap: 1_440,
            ..ActivityRows::default()
        };
        rows.people.push(person(0, MemberStatus::Removed));
        rows.people
            .extend((1..=people).map(|n| person(n, MemberStatus::Active)));
        for day in (1..=DAYS).map(|day| date(2026, 11, day)) {
            for n in 1..=people {
                let (developer_id, minutes) = (id(n), an_hour());
                rows.minutes.push(DayMinutes {
                    developer_id,
                    day,
                    minutes,
                });
            }
        }
        rows.commits.push(DayCounts {
            developer_id: id(1),
            day: date(2026, 10, 31),
            count: Count {
                internal: 3,
                external: 4,
            },
        });
        rows
    }

    #[test]
    fn a_large_team_is_told_piece_by_piece() {
        let looker = Looker {
            developer: id(1),
            admin: false,
        };
        let range = (date(2026, 10, 31), date(2026, 11, 30));
        let mut answer = Answer::new(WorkspaceId(Uuid::nil()), range, month(60), looker);
        let pieces: Vec<Vec<u8>> = std::iter::from_fn(|| answer.piece()).collect();
        assert!(pieces.len() > 5, "{}", pieces.len());
        assert!(pieces.iter().all(|piece| piece.len() < PIECE * 2));
        let told: Activity = serde_json::from_slice(&pieces.concat()).expect("the answer of the contract");
        assert_eq!((told.from, told.to), range);
        assert_eq!(told.members.len(), 60, "who left and has no day is left out");
        assert!(told.members.iter().skip(1).all(|m| m.days.len() == 30));
        assert_eq!(
            (told.totals.internal, told.totals.external),
            (60 * 30 * 40, 60 * 30 * 20)
        );
        let first = &told.members[0];
        assert_eq!((first.days.len(), first.days[0].commits.external), (31, 4));
        assert_eq!(first.days[1].sources.as_ref().map(Vec::len), Some(1));
        assert_eq!(told.members[1].days[0].sources, None);
        assert_eq!(first.days[1].strip[0].internal, 40, "UTC");
        let half = |hour: usize| told.members[1].days[0].strip[hour];
        assert_eq!(
            (half(5).internal, half(6).internal, half(6).external),
            (30, 10, 20)
        );
    }

    #[test]
    fn nobody_is_an_answer_too() {
        let looker = Looker {
            developer: id(1),
            admin: true,
        };
        let day = date(2026, 11, 21);
        let rows = ActivityRows::default();
        let mut answer = Answer::new(WorkspaceId(Uuid::nil()), (day, day), rows, looker);
        let text = answer.piece().expect("one piece");
        let told: Activity = serde_json::from_slice(&text).expect("the answer of the contract");
        assert!(told.members.is_empty() && answer.piece().is_none());
    }
}
