//! Active minutes of which nobody could say yet which workspaces they belong to, because the server was never reached.
//! They keep what files them later; it stays on this machine.

use jiff::Timestamp;
use sqlx::{Connection, Row};

use super::{Minutes, MinutesError, instant};

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
    /// Keeps a minute aside for a session, which a server and a token name. Of two of one minute the first stays.
    pub async fn put_aside(&self, session: &str, minute: &Unfiled) -> Result<(), MinutesError> {
        let mut connection = self.connection.lock().await;
        sqlx::query(
            "INSERT INTO unfiled (session, at, repo, app, title) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (session, at) DO NOTHING",
        )
        .bind(session)
        .bind(minute.at.as_second().div_euclid(60))
        .bind(&minute.repo)
        .bind(&minute.app)
        .bind(&minute.title)
        .execute(&mut *connection)
        .await
        .map(drop)
        .map_err(|error| self.failed(error))
    }

    /// The minutes kept aside for a session, oldest first.
    pub async fn aside(&self, session: &str) -> Result<Vec<Unfiled>, MinutesError> {
        let mut connection = self.connection.lock().await;
        let rows = sqlx::query("SELECT at, repo, app, title FROM unfiled WHERE session = ?1 ORDER BY at")
            .bind(session)
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

    /// Lets go of the minutes kept aside for a session up to one, which have been filed.
    pub async fn filed(&self, session: &str, up_to: Timestamp) -> Result<(), MinutesError> {
        let mut connection = self.connection.lock().await;
        let mut tx = connection.begin().await.map_err(|error| self.failed(error))?;
        sqlx::query("DELETE FROM unfiled WHERE session = ?1 AND at <= ?2")
            .bind(session)
            .bind(up_to.as_second().div_euclid(60))
            .execute(&mut *tx)
            .await
            .map_err(|error| self.failed(error))?;
        tx.commit().await.map_err(|error| self.failed(error))
    }
}
