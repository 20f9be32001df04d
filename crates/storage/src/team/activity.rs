//! The rows of a team's activity over a range of UTC days. What of them is shown is for the caller to compute: days are kept
//! as sets of minutes, and cap and zone act on what is shown alone.

mod days;

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::{MemberStatus, Role},
    team::day::{MemberDay, PackedDay},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::QueryResult;

use super::{Counted, Team, cap, members::named};
use crate::{
    StorageError,
    db::{Columns, day, id, row, rows},
};

/// Two figures: in the workspace's repositories, and in all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// In the workspace's repositories.
    pub internal: u32,
    /// In all others.
    pub external: u32,
}

/// Someone who is or was in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamPerson {
    /// The person.
    pub developer_id: DeveloperId,
    /// Their address.
    pub email: String,
    /// Their GitHub login, where it is known.
    pub login: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Role; of a former member the last one.
    pub role: Role,
    /// Standing.
    pub status: MemberStatus,
    /// The zone their collector sent last.
    pub timezone: Option<Zone>,
}

/// The minutes of a person on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayMinutes {
    /// The person.
    pub developer_id: DeveloperId,
    /// The UTC day.
    pub day: Date,
    /// The minutes.
    pub minutes: PackedDay,
}

/// The counts of a person on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCounts {
    /// The person.
    pub developer_id: DeveloperId,
    /// The UTC day.
    pub day: Date,
    /// The counts.
    pub count: Count,
}

/// Everything a range shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityRows {
    /// Minutes of a UTC day that are shown.
    pub cap: u16,
    /// Everyone who is or was in the workspace, by name, then by id.
    pub people: Vec<TeamPerson>,
    /// Minutes, by day.
    pub minutes: Vec<DayMinutes>,
    /// Commits, by day.
    pub commits: Vec<DayCounts>,
    /// Closed issues, by day.
    pub closed_issues: Vec<DayCounts>,
}

impl Team<'_> {
    /// The rows of all UTC days from the first to the last.
    pub async fn activity(
        &self,
        workspace: WorkspaceId,
        from: Date,
        to: Date,
    ) -> Result<ActivityRows, StorageError> {
        let range = (workspace, from, to);
        let of = &self.0.backend;
        let head = async {
            let sql = "SELECT daily_cap_minutes FROM workspaces WHERE id = $1";
            let settings = row(&self.0.read, sql, vec![id(workspace)]).await?;
            Ok((settings, self.everyone(workspace).await?))
        };
        let counts = async {
            let commits = days::counts(of, Counted::Commits, range).await?;
            Ok((commits, days::counts(of, Counted::ClosedIssues, range).await?))
        };
        // Beside each other, on three connections: of a large team each takes some milliseconds.
        let ((settings, people), minutes, (commits, closed_issues)) =
            tokio::try_join!(head, days::minutes(of, range), counts)?;
        let Some(settings) = settings else {
            return Ok(ActivityRows::default());
        };
        Ok(ActivityRows {
            cap: cap(&settings)?,
            people,
            minutes,
            commits,
            closed_issues,
        })
    }

    /// Everyone who is or was in a workspace, by name, then by id.
    async fn everyone(&self, workspace: WorkspaceId) -> Result<Vec<TeamPerson>, StorageError> {
        let sql = "SELECT m.developer_id, d.email, d.github_login, d.name, m.role, m.status, m.timezone
                   FROM workspace_members m JOIN developers d ON d.id = m.developer_id WHERE m.workspace_id = $1";
        let people = rows(&self.0.read, sql, vec![id(workspace)]).await?;
        let mut people: Vec<TeamPerson> = people.iter().map(person).collect::<Result<_, _>>()?;
        people.sort_by_cached_key(|p| {
            (
                named(p.name.as_deref(), p.login.as_deref(), &p.email),
                p.developer_id,
            )
        });
        Ok(people)
    }

    /// When and by whom anything of a range of days was counted last.
    pub async fn last_counted(
        &self,
        workspace: WorkspaceId,
        from: Date,
        to: Date,
    ) -> Result<Option<(Timestamp, DeveloperId)>, StorageError> {
        let mut last = None;
        for what in [Counted::Commits, Counted::ClosedIssues] {
            let sql = format!(
                "SELECT counted_at, counted_by FROM {} WHERE workspace_id = $1 AND day BETWEEN $2 AND $3
                 ORDER BY counted_at DESC, counted_by DESC LIMIT 1",
                what.table()
            );
            let values = vec![id(workspace), day(from), day(to)];
            if let Some(row) = row(&self.0.read, &sql, values).await? {
                last = last.max(Some((row.at("counted_at")?, row.id("counted_by")?)));
            }
        }
        Ok(last)
    }
}

fn person(row: &QueryResult) -> Result<TeamPerson, StorageError> {
    Ok(TeamPerson {
        developer_id: row.id("developer_id")?,
        email: row.col("email")?,
        login: row.col("github_login")?,
        name: row.col("name")?,
        role: row.word("role")?,
        status: row.word("status")?,
        timezone: row.zone_opt("timezone")?,
    })
}

/// The set of minutes of a row.
pub(super) fn minutes(row: &QueryResult) -> Result<MemberDay, StorageError> {
    let bytes: Vec<u8> = row.col("minutes")?;
    MemberDay::from_bytes(&bytes).ok_or(StorageError::Unreadable("minutes"))
}
