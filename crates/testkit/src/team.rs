//! A team of six in six time zones with a day of minutes, for pages to show.

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::Role,
    team::{classify::Kind, day::Label},
};
use dayloom_storage::{
    DeveloperPatch, NewWorkspace, Store,
    team::{Count, Counted, CountedRow, Invite, Reported, TeamSpacePatch},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

/// Minutes of a local day, from and until, internal or not, and where.
type Stint = (i64, i64, Kind, &'static str);

/// A person: name, address, login, zone, the day, commits and issues.
type Cast = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [Stint],
    [(u32, u32); 2],
);

const IN: Kind = Kind::Internal;
const OUT: Kind = Kind::External;

/// Everyone but the owner.
const CAST: [Cast; 5] = [
    (
        "Edward Fitzwilliam-Ashdown",
        "edward@example.org",
        "efa",
        "Europe/London",
        &[
            (475, 630, IN, "acme/gateway"),
            (630, 704, OUT, "openssl/openssl"),
            (720, 745, IN, "acme/gateway"),
            (840, 1010, IN, "acme/gateway"),
            (1010, 1042, OUT, "_app:Outlook"),
        ],
        [(3, 4), (0, 2)],
    ),
    (
        "Jordan Lee",
        "jordan@example.org",
        "jlee-acme",
        "America/Los_Angeles",
        &[(545, 573, IN, "acme/infra")],
        [(1, 0), (0, 0)],
    ),
    (
        "Olena Kovalchuk",
        "olena@example.org",
        "okovalchuk",
        "Europe/Kyiv",
        &[
            (520, 690, IN, "acme/payments"),
            (690, 727, OUT, "_app:Slack"),
            (800, 1000, IN, "acme/payments"),
            (1000, 1016, OUT, "okovalchuk/dotfiles"),
        ],
        [(9, 1), (2, 0)],
    ),
    (
        "प्रिया वेंकटरामन",
        "priya@example.org",
        "priyav",
        "Asia/Kolkata",
        &[
            (540, 700, IN, "acme/payments"),
            (700, 722, OUT, "_app:Figma"),
            (780, 1000, IN, "acme/payments"),
            (1000, 1100, IN, "acme/ledger"),
        ],
        [(12, 0), (4, 0)],
    ),
    (
        "Sam Okonkwo-Bergström",
        "sam@example.org",
        "sokb",
        "Asia/Kathmandu",
        &[],
        [(0, 0), (0, 0)],
    ),
];

/// The owner's own day.
const OWN: &[Stint] = &[
    (520, 700, IN, "acme/payments"),
    (720, 840, IN, "acme/infra"),
    (840, 879, OUT, "_app:Meet"),
    (900, 1020, IN, "acme/payments"),
];

/// Makes a workspace the team's: its name, patterns and invite, its members, and their minutes of a local date. The members
/// in the order of the cast.
pub async fn seed(
    store: &Store,
    owner: DeveloperId,
    workspace: WorkspaceId,
    date: Date,
    now: Timestamp,
) -> anyhow::Result<Vec<DeveloperId>> {
    let text = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let patch = TeamSpacePatch {
        name: Some("Acme Payments".to_owned()),
        daily_cap_minutes: Some(720),
        repo_patterns: text(&["acme/**", "acme-labs/{pay,ledger}-*"]),
        app_allowlist: text(&["cursor|code", "terminal|kitty", "meet"]),
        ..TeamSpacePatch::default()
    };
    store.team().change(workspace, &patch).await?;
    let invite = Invite {
        code: "4f1c0f6b8a9e4d02b7c35e9a1d2f6a80".to_owned(),
        expires_at: now.saturating_add(SignedDuration::from_hours(24 * 5))?,
    };
    store.team().invite(workspace, &invite, now).await?;
    spend(store, owner, workspace, "Europe/Berlin", &[date], OWN).await?;
    let mut people = Vec::new();
    for (name, email, login, zone, stints, counts) in CAST {
        let person = store.people().create_or_get(email, None, now).await?.id;
        let patch = DeveloperPatch {
            name: Some(name.to_owned()),
            ..DeveloperPatch::default()
        };
        store.people().update(person, &patch, now).await?;
        store.team().set_login(person, Some(login)).await?;
        let workspaces = store.workspaces();
        workspaces
            .add_member(workspace, owner, email, Role::Developer, now)
            .await?;
        spend(store, person, workspace, zone, &[date], stints).await?;
        for (what, (internal, external)) in [Counted::Commits, Counted::ClosedIssues].into_iter().zip(counts)
        {
            let row = CountedRow {
                developer_id: person,
                day: date,
                count: Count { internal, external },
            };
            store.team().count(workspace, what, owner, &[row], now).await?;
        }
        people.push(person);
    }
    Ok(people)
}

/// Members of a crowd.
const CROWD: usize = 200;

/// A team of two hundred with three days of minutes up to a local date, and its owner, who spent none.
pub async fn crowd(store: &Store, date: Date, now: Timestamp) -> anyhow::Result<DeveloperId> {
    let email = "crowd@example.org";
    let owner = store.people().create_or_get(email, None, now).await?.id;
    let new = NewWorkspace {
        name: "Everybody there is".to_owned(),
        slug: None,
    };
    let workspace = store.workspaces().create(owner, &new, now).await?.id;
    for ((name, email, login, zone, stints, _), n) in CAST.iter().cycle().zip(1..CROWD) {
        let email = format!("{n}.{email}");
        let person = store.people().create_or_get(&email, None, now).await?.id;
        let patch = DeveloperPatch {
            name: Some(format!("{name} {n}")),
            ..DeveloperPatch::default()
        };
        store.people().update(person, &patch, now).await?;
        let login = format!("{login}-{n}");
        store.team().set_login(person, Some(&login)).await?;
        let workspaces = store.workspaces();
        workspaces
            .add_member(workspace, owner, &email, Role::Developer, now)
            .await?;
        let days: Vec<Date> = date.checked_sub(2.days())?.series(1.day()).take(3).collect();
        spend(store, person, workspace, zone, &days, stints).await?;
    }
    Ok(owner)
}

async fn spend(
    store: &Store,
    person: DeveloperId,
    workspace: WorkspaceId,
    zone: &str,
    dates: &[Date],
    stints: &[Stint],
) -> anyhow::Result<()> {
    let zone = Zone::parse(zone)?;
    let mut items = Vec::new();
    let all = dates
        .iter()
        .flat_map(|date| stints.iter().map(|stint| (zone.start_of(*date), stint)));
    for (midnight, (from, until, kind, source)) in all {
        for minute in *from..*until {
            items.push(Reported {
                workspace,
                at: midnight.saturating_add(SignedDuration::from_mins(minute))?,
                label: Label {
                    kind: *kind,
                    source: (*source).to_owned(),
                },
            });
        }
    }
    store.team().flush(person, Some(&zone), &items).await?;
    Ok(())
}
