//! Active minutes of which nobody could say yet which workspaces they belong to, because the server was never reached.
//! They keep what files them later; it stays on this machine.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::{Minutes, MinutesError, instant};

/// Rows of a server. Older versions wrote the server, a blank and a mark of the token.
const OF_SERVER: &str = "(session = ?1 OR substr(session, 1, length(?1) + 1) = ?1 || ' ')";

/// An active minute with what was in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfiled {
    /// The UTC minute.
    pub at: Timestamp,
    /// `owner/name` of the repository, where one was known.
    pub repo: Option<String>,
    /// Name of the application, where one was known.
    pub app: Option<String>,
    /// Title of its window.
    pub title: Option<String>,
}

impl Minutes {
    /// Keeps a minute aside for whoever the server says it is, since a token may be replaced before it is asked. Of two of one
    /// minute the first stays.
    pub async fn put_aside(&self, server: &str, minute: &Unfiled) -> Result<(), MinutesError> {
        let mut connection = self.connection().await?;
        sqlx::query(
            "INSERT INTO unfiled (session, at, repo, app, title) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (session, at) DO NOTHING",
        )
        .bind(server)
        .bind(minute.at.as_second().div_euclid(60))
        .bind(&minute.repo)
        .bind(&minute.app)
        .bind(&minute.title)
        .execute(&mut *connection)
        .await
        .map(drop)
        .map_err(|error| self.failed(error))
    }

    /// The minutes kept aside for a server, each once, oldest first.
    pub async fn aside(&self, server: &str) -> Result<Vec<Unfiled>, MinutesError> {
        let mut connection = self.connection().await?;
        let sql =
            format!("SELECT at, repo, app, title FROM unfiled WHERE {OF_SERVER} GROUP BY at ORDER BY at");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(server)
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.failed(error))?;
        let read = |row: sqlx::sqlite::SqliteRow| Unfiled {
            at: instant(row.get(0)),
            repo: row.get(1),
            app: row.get(2),
            title: row.get(3),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Lets go of the minutes kept aside for a server up to one, which have been filed.
    pub async fn filed(&self, server: &str, up_to: Timestamp) -> Result<(), MinutesError> {
        let mut connection = self.connection().await?;
        let mut tx = connection.begin().await.map_err(|error| self.failed(error))?;
        let sql = format!("DELETE FROM unfiled WHERE {OF_SERVER} AND at <= ?2");
        sqlx::query(AssertSqlSafe(sql))
            .bind(server)
            .bind(up_to.as_second().div_euclid(60))
            .execute(&mut *tx)
            .await
            .map_err(|error| self.failed(error))?;
        tx.commit().await.map_err(|error| self.failed(error))
    }
}
