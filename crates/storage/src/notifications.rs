//! Notifications of a person, one of a type for each local day at most, and which types a person wants
//! (`contract/tracker.md` §3, §5.7).

use dayloom_domain::{DeveloperId, NotificationId};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    StorageError,
    db::{Columns, at, day, fresh_id, id, json, row, rows, run},
    error::retried,
    store::Inner,
};

/// A notification.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Id.
    pub id: NotificationId,
    /// Type, such as `tracker.insight.after_hours`.
    pub event_type: String,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// What it rests on.
    pub context: serde_json::Value,
    /// The local date it speaks of.
    pub date: Date,
    /// Whether it was read.
    pub is_read: bool,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A notification to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    /// For whom.
    pub recipient_id: DeveloperId,
    /// Type.
    pub event_type: &'static str,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// What it rests on.
    pub context: serde_json::Value,
    /// The local date it speaks of.
    pub date: Date,
}

/// By which ways a person wants notifications of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// The type.
    pub event_type: String,
    /// In the list and the bell.
    pub in_app: bool,
    /// By e-mail.
    pub email: bool,
    /// In Slack.
    pub slack: bool,
    /// As web push.
    pub web_push: bool,
}

impl Preference {
    /// What holds until a person says otherwise: in the application, and nowhere else (`contract/tracker.md` §4.5).
    pub fn unsaid(event_type: &str) -> Self {
        Self {
            event_type: event_type.to_owned(),
            in_app: true,
            email: false,
            slack: false,
            web_push: false,
        }
    }
}

/// What to change; `None` leaves a way as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreferencePatch {
    /// In the list and the bell.
    pub in_app: Option<bool>,
    /// By e-mail.
    pub email: Option<bool>,
    /// In Slack.
    pub slack: Option<bool>,
    /// As web push.
    pub web_push: Option<bool>,
}

/// The repository of notifications. Every method speaks of one person's own.
#[derive(Clone, Copy)]
pub struct Notifications<'a>(pub(crate) &'a Inner);

const COLUMNS: &str = "id, event_type, title, body, context, local_date, is_read, read_at, created_at";

impl Notifications<'_> {
    /// Makes a notification. False, making none, where the person has one of that type and local day already, or wants
    /// none of that type.
    pub async fn create(&self, new: &NewNotification, now: Timestamp) -> Result<bool, StorageError> {
        let made = run(
            &self.0.write,
            "INSERT INTO notifications (id, recipient_id, event_type, title, body, context, local_date, created_at)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM notification_preferences p
                 WHERE p.developer_id = $2 AND p.event_type = $3 AND NOT p.in_app)
             ON CONFLICT (recipient_id, event_type, local_date) DO NOTHING",
            vec![
                id(fresh_id()),
                id(new.recipient_id),
                new.event_type.into(),
                new.title.clone().into(),
                new.body.clone().into(),
                json(new.context.clone()),
                day(new.date),
                at(now),
            ],
        )
        .await?;
        Ok(made > 0)
    }
    /// A page of notifications, newest first: `limit` of them after `skip`.
    pub async fn page(
        &self,
        recipient: DeveloperId,
        unread_only: bool,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<Notification>, StorageError> {
        let unread = if unread_only { "AND NOT is_read" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM notifications WHERE recipient_id = $1 {unread}
             ORDER BY created_at DESC, id LIMIT $2 OFFSET $3"
        );
        let values = vec![id(recipient), i64::from(limit).into(), i64::from(skip).into()];
        rows(&self.0.read, &sql, values).await?.iter().map(read).collect()
    }
    /// How many there are, and how many of them are unread.
    pub async fn counts(&self, recipient: DeveloperId) -> Result<(i64, i64), StorageError> {
        let sql = "SELECT COUNT(*) AS n, COUNT(CASE WHEN NOT is_read THEN 1 END) AS unread
                   FROM notifications WHERE recipient_id = $1";
        let Some(found) = row(&self.0.read, sql, vec![id(recipient)]).await? else {
            return Ok((0, 0));
        };
        Ok((found.col("n")?, found.col("unread")?))
    }
    /// Those made after an instant, newest first, `limit` at most.
    pub async fn since(
        &self,
        recipient: DeveloperId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notification>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notifications WHERE recipient_id = $1 AND created_at > $2
             ORDER BY created_at DESC, id LIMIT $3"
        );
        let values = vec![id(recipient), at(since), i64::from(limit).into()];
        rows(&self.0.read, &sql, values).await?.iter().map(read).collect()
    }
    /// Marks one as read. `None` if the person has no such notification; reading twice keeps the first time.
    pub async fn mark_read(
        &self,
        recipient: DeveloperId,
        notification: NotificationId,
        now: Timestamp,
    ) -> Result<Option<Notification>, StorageError> {
        run(
            &self.0.write,
            "UPDATE notifications SET is_read = TRUE, read_at = $3 WHERE recipient_id = $1 AND id = $2 AND NOT is_read",
            vec![id(recipient), id(notification), at(now)],
        )
        .await?;
        let sql = format!("SELECT {COLUMNS} FROM notifications WHERE recipient_id = $1 AND id = $2");
        row(&self.0.write, &sql, vec![id(recipient), id(notification)])
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }
    /// Marks all as read; how many were not.
    pub async fn mark_all_read(&self, recipient: DeveloperId, now: Timestamp) -> Result<u64, StorageError> {
        let sql =
            "UPDATE notifications SET is_read = TRUE, read_at = $2 WHERE recipient_id = $1 AND NOT is_read";
        retried(|| run(&self.0.write, sql, vec![id(recipient), at(now)])).await
    }
    /// What the person said about types, by type; of all others [`Preference::unsaid`] holds.
    pub async fn preferences(&self, developer: DeveloperId) -> Result<Vec<Preference>, StorageError> {
        let sql = "SELECT event_type, in_app, email, slack, web_push FROM notification_preferences
                   WHERE developer_id = $1 ORDER BY event_type";
        rows(&self.0.read, sql, vec![id(developer)])
            .await?
            .iter()
            .map(preference)
            .collect()
    }
    /// Changes what the patch names, from what holds.
    pub async fn set_preference(
        &self,
        developer: DeveloperId,
        event_type: &str,
        patch: PreferencePatch,
        now: Timestamp,
    ) -> Result<Preference, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self.0.locking(
            "SELECT event_type, in_app, email, slack, web_push FROM notification_preferences
             WHERE developer_id = $1 AND event_type = $2",
        );
        let held = row(&transaction, &sql, vec![id(developer), event_type.into()]).await?;
        let old = held.as_ref().map(preference).transpose()?;
        let mut new = old.unwrap_or_else(|| Preference::unsaid(event_type));
        new.in_app = patch.in_app.unwrap_or(new.in_app);
        new.email = patch.email.unwrap_or(new.email);
        new.slack = patch.slack.unwrap_or(new.slack);
        new.web_push = patch.web_push.unwrap_or(new.web_push);
        store(&transaction, developer, &new, now).await?;
        transaction.commit().await?;
        Ok(new)
    }
}

async fn store<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
    new: &Preference,
    now: Timestamp,
) -> Result<(), StorageError> {
    run(
        on,
        "INSERT INTO notification_preferences (developer_id, event_type, in_app, email, slack, web_push, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (developer_id, event_type)
         DO UPDATE SET in_app = excluded.in_app, email = excluded.email, slack = excluded.slack,
             web_push = excluded.web_push, updated_at = excluded.updated_at",
        vec![
            id(developer),
            new.event_type.clone().into(),
            new.in_app.into(),
            new.email.into(),
            new.slack.into(),
            new.web_push.into(),
            at(now),
        ],
    )
    .await?;
    Ok(())
}

fn read(row: &QueryResult) -> Result<Notification, StorageError> {
    Ok(Notification {
        id: row.id("id")?,
        event_type: row.col("event_type")?,
        title: row.col("title")?,
        body: row.col("body")?,
        context: row.json("context")?,
        date: row.day("local_date")?,
        is_read: row.col("is_read")?,
        read_at: row.at_opt("read_at")?,
        created_at: row.at("created_at")?,
    })
}

fn preference(row: &QueryResult) -> Result<Preference, StorageError> {
    Ok(Preference {
        event_type: row.col("event_type")?,
        in_app: row.col("in_app")?,
        email: row.col("email")?,
        slack: row.col("slack")?,
        web_push: row.col("web_push")?,
    })
}
