//! People: one row each, found by id or by e-mail without regard to case.

use dayloom_domain::{DeveloperId, Zone, people::Developer};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    StorageError,
    db::{Columns, at, fresh_id, id, json, row, run},
    devices, pauses,
    store::Inner,
};

const COLUMNS: &str =
    "id, email, name, avatar_url, timezone, working_hours, locale, paused, created_at, updated_at";

/// What a person may change about themselves; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeveloperPatch {
    /// Name.
    pub name: Option<String>,
    /// Zone.
    pub timezone: Option<Zone>,
    /// Working hours as `HH:MM`, start and end.
    pub working_hours: Option<(String, String)>,
    /// Language of pages.
    pub locale: Option<String>,
}

/// What every page says of the person who looks besides their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Notifications they have not read.
    pub unread: i64,
    /// Whether they are an active member of any workspace.
    pub in_workspace: bool,
}

/// The repository of people.
#[derive(Clone, Copy)]
pub struct People<'a>(pub(crate) &'a Inner);

impl People<'_> {
    /// The person of that id.
    pub async fn by_id(&self, id: DeveloperId) -> Result<Option<Developer>, StorageError> {
        find(&self.0.read, id).await
    }
    /// The person of that e-mail address, compared without case.
    pub async fn by_email(&self, email: &str) -> Result<Option<Developer>, StorageError> {
        find_by_email(&self.0.read, email).await
    }
    /// What a page says of a person besides their account; nothing of someone unknown.
    pub async fn glance(&self, id: DeveloperId) -> Result<Glance, StorageError> {
        let sql = "SELECT (SELECT COUNT(*) FROM notifications WHERE recipient_id = $1 AND NOT is_read) AS unread,
                (SELECT COUNT(*) FROM workspace_members WHERE developer_id = $1 AND status = 'active') AS workspaces";
        let found = row(&self.0.read, sql, vec![crate::db::id(id)]).await?;
        let count = |name| found.as_ref().map_or(Ok(0), |row| row.col::<i64>(name));
        Ok(Glance {
            unread: count("unread")?,
            in_workspace: count("workspaces")? > 0,
        })
    }
    /// The person of that address, made if unknown. `name` is used only for a new person.
    pub async fn create_or_get(
        &self,
        email: &str,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<Developer, StorageError> {
        if let Some(person) = find_by_email(&self.0.read, email).await? {
            return Ok(person);
        }
        let transaction = self.0.begin().await?;
        let person = ensure(&transaction, email, name, now).await?;
        transaction.commit().await?;
        Ok(person)
    }
    /// Changes what the patch names. `None` if there is no such person.
    pub async fn update(
        &self,
        id: DeveloperId,
        patch: &DeveloperPatch,
        now: Timestamp,
    ) -> Result<Option<Developer>, StorageError> {
        let transaction = self.0.begin().await?;
        let sql = self
            .0
            .locking(&format!("SELECT {COLUMNS} FROM developers WHERE id = $1"));
        let Some(old) = row(&transaction, &sql, vec![crate::db::id(id)])
            .await?
            .as_ref()
            .map(read)
            .transpose()?
        else {
            return Ok(None);
        };
        let mut person = old.clone();
        person.name = patch.name.clone().or(person.name);
        person.timezone = patch.timezone.clone().or(person.timezone);
        person.working_hours = patch.working_hours.clone().or(person.working_hours);
        person.locale = patch.locale.clone().or(person.locale);
        if person != old {
            person.updated_at = now;
            let zone = person.timezone.as_ref().map(|zone| zone.name().to_owned());
            let hours = serde_json::to_value(&person.working_hours).unwrap_or_default();
            run(
                &transaction,
                "UPDATE developers SET name = $2, timezone = $3, working_hours = $4, locale = $5, updated_at = $6
                 WHERE id = $1",
                vec![
                    crate::db::id(id),
                    person.name.clone().into(),
                    zone.into(),
                    json(hours),
                    person.locale.clone().into(),
                    at(now),
                ],
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(Some(person))
    }
    /// Pauses or resumes capture on all of a person's devices, from `now`. `None` if there is no such person.
    pub async fn set_paused(
        &self,
        id: DeveloperId,
        paused: bool,
        now: Timestamp,
    ) -> Result<Option<Developer>, StorageError> {
        let transaction = self.0.begin().await?;
        let changed = run(
            &transaction,
            "UPDATE developers SET paused = $2, updated_at = $3 WHERE id = $1",
            vec![crate::db::id(id), paused.into(), at(now)],
        )
        .await?;
        if changed == 0 {
            return Ok(None);
        }
        pauses::set(&transaction, id.0, paused, now).await?;
        devices::refresh_of_person(self.0, &transaction, id).await?;
        let person = find(&transaction, id).await?;
        transaction.commit().await?;
        Ok(person)
    }
}

fn read(row: &QueryResult) -> Result<Developer, StorageError> {
    Ok(Developer {
        id: row.id("id")?,
        email: row.col("email")?,
        name: row.col("name")?,
        avatar_url: row.col("avatar_url")?,
        timezone: row.zone_opt("timezone")?,
        working_hours: serde_json::from_value(row.json("working_hours")?)
            .map_err(|_| StorageError::Unreadable("working_hours"))?,
        locale: row.col("locale")?,
        paused: row.col("paused")?,
        created_at: row.at("created_at")?,
        updated_at: row.at("updated_at")?,
    })
}

/// The form in which addresses are compared.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

pub(crate) async fn find<C: ConnectionTrait>(
    on: &C,
    developer: DeveloperId,
) -> Result<Option<Developer>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM developers WHERE id = $1");
    row(on, &sql, vec![id(developer)])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

pub(crate) async fn find_by_email<C: ConnectionTrait>(
    on: &C,
    email: &str,
) -> Result<Option<Developer>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM developers WHERE email_folded = $1");
    row(on, &sql, vec![fold(email).into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Finds or makes a person inside a transaction. A simultaneous maker of the same person is waited for.
pub(crate) async fn ensure<C: ConnectionTrait>(
    on: &C,
    email: &str,
    name: Option<&str>,
    now: Timestamp,
) -> Result<Developer, StorageError> {
    run(
        on,
        "INSERT INTO developers (id, email, email_folded, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (email_folded) DO NOTHING",
        vec![
            id(fresh_id()),
            email.trim().into(),
            fold(email).into(),
            name.map(str::to_owned).into(),
            at(now),
        ],
    )
    .await?;
    find_by_email(on, email)
        .await?
        .ok_or(StorageError::Unreadable("developers"))
}
