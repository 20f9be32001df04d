//! Gathers the facts of a team's page from the same rows the API answers from.

use std::collections::{HashMap, HashSet};

use dayloom_api::team::TeamRole;
use dayloom_domain::{DeveloperId, Zone, people::MemberStatus, team::day::LocalHours};
use dayloom_storage::team::{ActivityRows, Count, DayCounts, TeamPerson};
use dayloom_views::team::{AdminFacts, Day, Figures, Member, TeamFacts, Tester, admin::MemberRow};
use jiff::{ToSpan, civil::Date};

use super::About;
use crate::{
    ApiError, ServerState,
    pages::failure::PageError,
    team::{TeamMember, activity::Looker, patterns},
};

/// Everything the page knows.
pub(super) async fn gather(
    state: &ServerState,
    inside: &TeamMember,
    about: About,
) -> Result<TeamFacts, PageError> {
    let team = state.store().team();
    let space = &inside.space;
    let rows = team.activity(space.id, about.from, about.to).await?;
    let looker = Looker {
        developer: inside.caller,
        admin: inside.is_admin(),
    };
    let spaces = team.spaces(inside.caller).await?;
    let admin = if inside.is_admin() {
        Some(admin(state, inside, &rows).await?)
    } else {
        None
    };
    let today = jiff::tz::TimeZone::UTC.to_datetime(state.now()).date();
    let last = team.last_counted(space.id, about.from, about.to).await?;
    let missing = last.map_or_else(Vec::new, |_| missing(&rows, about, today));
    let counted = last.and_then(|(at, by)| {
        let who = rows.people.iter().find(|person| person.developer_id == by)?;
        Some((at, called(who)))
    });
    // Sets of minutes of a year of a large team: other requests of this thread should not wait for them.
    let members = tokio::task::spawn_blocking(move || members(&rows, looker)).await;
    let members = members.map_err(|_| ApiError::internal("the figures of a team were cut off"))?;
    Ok(TeamFacts {
        workspace: space.id,
        name: space.name.clone(),
        others: spaces
            .into_iter()
            .filter(|other| other.id != space.id)
            .map(|other| (other.id, other.name))
            .collect(),
        from: about.from,
        to: about.to,
        today,
        members,
        only: about.member,
        counted,
        missing,
        tester: Tester::default(),
        admin,
    })
}

/// Days up to today of which commits or closed issues of a member with a GitHub login were not counted.
fn missing(rows: &ActivityRows, about: About, today: Date) -> Vec<(Date, String)> {
    let of = |counts: &[DayCounts]| -> HashSet<(Date, DeveloperId)> {
        counts.iter().map(|row| (row.day, row.developer_id)).collect()
    };
    let (commits, issues) = (of(&rows.commits), of(&rows.closed_issues));
    let present = rows.people.iter().filter(|p| p.status == MemberStatus::Active);
    let logins: Vec<(DeveloperId, &str)> = present
        .filter_map(|person| Some((person.developer_id, person.login.as_deref()?)))
        .collect();
    let days = about
        .from
        .series(1.day())
        .take_while(|day| *day <= about.to.min(today));
    let mut gaps = Vec::new();
    for day in days {
        let counted = |id: DeveloperId| commits.contains(&(day, id)) && issues.contains(&(day, id));
        let lacking = logins.iter().filter(|(id, _)| !counted(*id));
        gaps.extend(lacking.map(|(_, login)| (day, (*login).to_owned())));
    }
    gaps
}

/// The name a person goes by: their own, their GitHub login, or their address.
fn called(person: &TeamPerson) -> String {
    let name = person.name.as_deref().filter(|name| !name.trim().is_empty());
    let name = name.or(person.login.as_deref());
    name.unwrap_or(&person.email).to_owned()
}

async fn admin(
    state: &ServerState,
    inside: &TeamMember,
    rows: &ActivityRows,
) -> Result<AdminFacts, PageError> {
    let space = &inside.space;
    let invites = state.store().team().invites(space.id, state.now()).await?;
    let slow = patterns::slow(&space.app_allowlist).await?;
    let active = rows.people.iter().filter(|p| p.status == MemberStatus::Active);
    Ok(AdminFacts {
        repo_patterns: space.repo_patterns.clone(),
        app_allowlist: space.app_allowlist.clone(),
        idle: space.idle_window_minutes,
        cap: space.daily_cap_minutes.into(),
        invite: invites
            .into_iter()
            .next()
            .map(|live| (live.invite.code, live.invite.expires_at, live.used)),
        members: active
            .map(|person| MemberRow {
                id: person.developer_id,
                name: called(person),
                admin: TeamRole::of(person.role) == TeamRole::Admin,
                own: person.developer_id == inside.caller,
            })
            .collect(),
        slow,
        refused: None,
        done: None,
    })
}

/// Active members, and former ones with a day in the range.
fn members(rows: &ActivityRows, looker: Looker) -> Vec<Member> {
    let mut days: HashMap<DeveloperId, Vec<Day>> = HashMap::new();
    let zones: HashMap<DeveloperId, &TeamPerson> = rows.people.iter().map(|p| (p.developer_id, p)).collect();
    let utc = Zone::utc();
    let mut hours: HashMap<(&str, Date), LocalHours> = HashMap::new();
    for row in &rows.minutes {
        let Some(person) = zones.get(&row.developer_id) else {
            continue;
        };
        let zone = person.timezone.as_ref().unwrap_or(&utc);
        let local = hours
            .entry((zone.name(), row.day))
            .or_insert_with(|| LocalHours::of(row.day, zone));
        let figures = figures(row, rows.cap, local, looker.sees_sources_of(row.developer_id));
        put(&mut days, row.developer_id, row.day, &figures);
    }
    let pair = |count: Count| (count.internal, count.external);
    for row in &rows.commits {
        let commits = pair(row.count);
        put(
            &mut days,
            row.developer_id,
            row.day,
            &Figures {
                commits,
                ..Figures::default()
            },
        );
    }
    for row in &rows.closed_issues {
        let issues = pair(row.count);
        put(
            &mut days,
            row.developer_id,
            row.day,
            &Figures {
                issues,
                ..Figures::default()
            },
        );
    }
    rows.people
        .iter()
        .filter_map(|person| {
            let mut own = days.remove(&person.developer_id).unwrap_or_default();
            own.retain(|day| day.figures != Figures::default());
            own.sort_by_key(|day| day.day);
            let former = person.status != MemberStatus::Active;
            let zone = person.timezone.as_ref().unwrap_or(&utc);
            (!former || !own.is_empty()).then(|| Member {
                id: person.developer_id,
                name: called(person),
                login: person.login.clone().filter(|login| *login != called(person)),
                zone_name: zone.name().to_owned(),
                zone: zone.rules(),
                former,
                open: looker.sees_sources_of(person.developer_id),
                days: own,
            })
        })
        .collect()
}

fn figures(row: &dayloom_storage::team::DayMinutes, cap: u16, hours: &LocalHours, open: bool) -> Figures {
    let minutes = row.minutes.open();
    let shown = minutes.shown(cap);
    let named = |figures: &[(&str, u32)]| -> Vec<(String, u32)> {
        let seen = figures.iter().filter(|_| open);
        seen.map(|(name, minutes)| ((*name).to_owned(), *minutes))
            .collect()
    };
    Figures {
        minutes: (shown.internal, shown.external),
        strip: shown.strip(hours).map(|hour| (hour.internal, hour.external)),
        repos: named(&shown.repos()),
        sources: named(&shown.sources()),
        ..Figures::default()
    }
}

fn put(days: &mut HashMap<DeveloperId, Vec<Day>>, who: DeveloperId, day: Date, figures: &Figures) {
    let own = days.entry(who).or_default();
    match own.iter_mut().find(|known| known.day == day) {
        Some(known) => known.figures.add(figures),
        None => own.push(Day {
            day,
            figures: figures.clone(),
        }),
    }
}
