//! Counts of commits and closed issues, each replacing what stood for its member and day.

use std::collections::{HashMap, HashSet};

use dayloom_domain::{DeveloperId, WorkspaceId};
use jiff::{Timestamp, civil::Date};

use super::{Count, Team};
use crate::{
    StorageError,
    db::{Columns, at, day, id, rows, run},
};

/// Rows of one statement: eight values each stay far below what either database takes.
const ROWS: usize = 500;

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Commits, by author and author date.
    Commits,
    /// Closed issues, by assignee and the day they were closed.
    ClosedIssues,
}

impl Counted {
    pub(super) fn table(self) -> &'static str {
        match self {
            Counted::Commits => "daily_commits",
            Counted::ClosedIssues => "daily_closed_issues",
        }
    }
}

/// The counts of one member on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRow {
    /// The member, present or former.
    pub developer_id: DeveloperId,
    /// The UTC day.
    pub day: Date,
    /// The counts.
    pub count: Count,
}

impl Team<'_> {
    /// Replaces member-days; the last row of one counts. Says for each row whether it stands: one of a person who never was
    /// in the workspace does not.
    pub async fn count(
        &self,
        workspace: WorkspaceId,
        what: Counted,
        by: DeveloperId,
        counted: &[CountedRow],
        now: Timestamp,
    ) -> Result<Vec<bool>, StorageError> {
        let sql = "SELECT developer_id FROM workspace_members WHERE workspace_id = $1";
        let known = rows(&self.0.read, sql, vec![id(workspace)]).await?;
        let known: HashSet<DeveloperId> = known
            .iter()
            .map(|row| row.id("developer_id"))
            .collect::<Result<_, _>>()?;
        let mut last: HashMap<(Date, DeveloperId), Count> = HashMap::new();
        let mut stands = Vec::with_capacity(counted.len());
        for row in counted {
            stands.push(known.contains(&row.developer_id));
            if known.contains(&row.developer_id) {
                last.insert((row.day, row.developer_id), row.count);
            }
        }
        // In the order of the key, so that two admins who count at once never wait for each other in a circle.
        let mut last: Vec<_> = last.into_iter().collect();
        last.sort_unstable_by_key(|(key, _)| *key);
        let transaction = self.0.begin().await?;
        for chunk in last.chunks(ROWS) {
            let mut sql = format!(
                "INSERT INTO {} (workspace_id, counted_by, counted_at, day, developer_id, internal, external) VALUES ",
                what.table()
            );
            let mut values = vec![id(workspace), id(by), at(now)];
            for (n, ((date, developer), count)) in chunk.iter().enumerate() {
                let first = 4 + 4 * n;
                let comma = if n == 0 { "" } else { ", " };
                sql.push_str(&format!(
                    "{comma}($1, $2, $3, ${first}, ${}, ${}, ${})",
                    first + 1,
                    first + 2,
                    first + 3
                ));
                values.extend([
                    day(*date),
                    id(*developer),
                    i64::from(count.internal).into(),
                    i64::from(count.external).into(),
                ]);
            }
            sql.push_str(
                " ON CONFLICT (workspace_id, day, developer_id) DO UPDATE SET internal = excluded.internal,
                 external = excluded.external, counted_at = excluded.counted_at, counted_by = excluded.counted_by",
            );
            run(&transaction, &sql, values).await?;
        }
        transaction.commit().await?;
        Ok(stands)
    }
}
