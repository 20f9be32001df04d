//! What a range of UTC days shows of a team: sets of minutes in, figures out, under the cap and in each member's own hours.

use std::collections::{BTreeMap, HashMap};

use dayloom_api::team::{Activity, ActivityDay, ActivityMember, ActivityTotals, Pair, SourceMinutes};
use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::MemberStatus,
    team::day::{LocalHours, MemberDay},
};
use dayloom_storage::team::{ActivityRows, Count, DayCounts, TeamPerson};
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
struct Hours<'a> {
    by_zone: HashMap<Option<&'a Zone>, HashMap<Date, LocalHours>>,
}

impl<'a> Hours<'a> {
    fn of(&mut self, zone: Option<&'a Zone>, day: Date) -> &LocalHours {
        let days = self.by_zone.entry(zone).or_default();
        days.entry(day).or_insert_with(|| match zone {
            Some(zone) => LocalHours::of(day, zone),
            None => LocalHours::of(day, &Zone::utc()),
        })
    }
}

/// The answer for a range. `rows` are those of the range.
pub(crate) fn compute(
    workspace: WorkspaceId,
    (from, to): (Date, Date),
    rows: &ActivityRows,
    looker: Looker,
) -> Activity {
    let mut days = by_person(rows);
    let mut hours = Hours {
        by_zone: HashMap::new(),
    };
    let mut totals = ActivityTotals::default();
    let mut members = Vec::new();
    for person in &rows.people {
        let own = days.remove(&person.developer_id).unwrap_or_default();
        if person.status != MemberStatus::Active && own.is_empty() {
            continue;
        }
        let sources = looker.sees_sources_of(person.developer_id);
        let shown = own
            .into_iter()
            .map(|(day, facts)| shown(day, &facts, rows.cap, sources, person, &mut hours))
            .filter(|day| *day != nothing(day.day, sources))
            .inspect(|day| add(&mut totals, day));
        let days: Vec<ActivityDay> = shown.collect();
        if person.status != MemberStatus::Active && days.is_empty() {
            continue;
        }
        members.push(ActivityMember {
            developer_id: person.developer_id.0,
            login: person.login.clone(),
            name: person.name.clone(),
            timezone: person.timezone.clone(),
            status: person.status,
            days,
        });
    }
    Activity {
        workspace_id: workspace.0,
        from,
        to,
        members,
        totals,
    }
}

/// What is known of a member's day.
#[derive(Default)]
struct Facts<'a> {
    minutes: Option<&'a MemberDay>,
    commits: Count,
    closed_issues: Count,
}

fn by_person(rows: &ActivityRows) -> HashMap<DeveloperId, BTreeMap<Date, Facts<'_>>> {
    let mut days: HashMap<DeveloperId, BTreeMap<Date, Facts<'_>>> = HashMap::new();
    for row in &rows.minutes {
        let own = days.entry(row.developer_id).or_default();
        own.entry(row.day).or_default().minutes = Some(&row.minutes);
    }
    let mut count = |counted: &[DayCounts], put: fn(&mut Facts<'_>, Count)| {
        for row in counted {
            let own = days.entry(row.developer_id).or_default();
            put(own.entry(row.day).or_default(), row.count);
        }
    };
    count(&rows.commits, |facts, count| facts.commits = count);
    count(&rows.closed_issues, |facts, count| facts.closed_issues = count);
    days
}

fn shown<'a>(
    day: Date,
    facts: &Facts<'_>,
    cap: u16,
    sources: bool,
    person: &'a TeamPerson,
    hours: &mut Hours<'a>,
) -> ActivityDay {
    let mut shown = nothing(day, sources);
    shown.commits = pair(facts.commits);
    shown.closed_issues = pair(facts.closed_issues);
    let Some(minutes) = facts.minutes else {
        return shown;
    };
    let seen = minutes.shown(cap);
    shown.internal = seen.internal;
    shown.external = seen.external;
    if sources {
        let each = seen.sources.into_iter();
        shown.sources = Some(
            each.map(|(source, minutes)| SourceMinutes { source, minutes })
                .collect(),
        );
    }
    shown.strip = minutes
        .strip(cap, hours.of(person.timezone.as_ref(), day))
        .map(|hour| Pair {
            internal: hour.internal,
            external: hour.external,
        });
    shown
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
