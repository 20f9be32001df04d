//! The schema and its versions: an ordered list of steps, each with one text for both databases.
//!
//! A step is never changed after it was released; a change is a new step. Steps run in one transaction under a lock, so
//! that two programs starting at once do not both migrate.

mod day_spans;
mod dyes;
mod event_ids;
mod evidence;
mod held_back;
mod journals;
mod learned;
mod learned_anew;
mod logins;
mod models;
mod reviews;
mod tables;
mod taught;
mod team;

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::{
    Dialect, Migrate, StorageError,
    db::{Columns, row, run},
};

/// What a release adds: its version and its text for a dialect.
struct Step {
    version: i64,
    text: fn(Dialect) -> String,
}

const STEPS: &[Step] = &[
    Step {
        version: 1,
        text: tables::first,
    },
    Step {
        version: 2,
        text: reviews::text,
    },
    Step {
        version: 3,
        text: team::text,
    },
    Step {
        version: 4,
        text: models::text,
    },
    Step {
        version: 5,
        text: dyes::text,
    },
    Step {
        version: 6,
        text: event_ids::text,
    },
    Step {
        version: 7,
        text: journals::step,
    },
    Step {
        version: 8,
        text: learned::text,
    },
    Step {
        version: 9,
        text: logins::text,
    },
    Step {
        version: 10,
        text: evidence::text,
    },
    Step {
        version: 11,
        text: held_back::text,
    },
    Step {
        version: 12,
        text: taught::text,
    },
    Step {
        version: 13,
        text: day_spans::text,
    },
    Step {
        version: 14,
        text: learned_anew::text,
    },
];

/// The version this program works with.
pub(crate) const WANTED: i64 = STEPS[STEPS.len() - 1].version;

/// The key of the advisory lock on Postgres: any number nobody else in the database uses.
const LOCK: i64 = 0x6461_796c_6f6f_6d01;

/// Brings the schema up to date inside the transaction, or refuses.
pub(crate) async fn migrate(
    on: &DatabaseTransaction,
    dialect: Dialect,
    mode: Migrate,
) -> Result<(), StorageError> {
    if dialect == Dialect::Postgres {
        run(on, "SELECT pg_advisory_xact_lock($1)", vec![LOCK.into()]).await?;
    }
    let found = version(on, dialect).await?;
    if found > WANTED {
        return Err(StorageError::Newer { found, known: WANTED });
    }
    if found < WANTED && mode == Migrate::Refuse {
        return Err(StorageError::Older {
            found,
            wanted: WANTED,
        });
    }
    for step in STEPS.iter().filter(|step| step.version > found) {
        on.execute_unprepared(&(step.text)(dialect)).await?;
        run(
            on,
            "INSERT INTO dayloom_schema (version, applied_at) VALUES ($1, CURRENT_TIMESTAMP)",
            vec![step.version.into()],
        )
        .await?;
    }
    Ok(())
}

/// The version found, 0 for an empty database.
async fn version(on: &DatabaseTransaction, dialect: Dialect) -> Result<i64, StorageError> {
    let exists = match dialect {
        Dialect::Sqlite => {
            "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'dayloom_schema'"
        }
        Dialect::Postgres => {
            "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'dayloom_schema'"
        }
    };
    let found = row(on, exists, vec![])
        .await?
        .map(|r| r.col::<i64>("n"))
        .transpose()?;
    if found.unwrap_or_default() == 0 {
        return Ok(0);
    }
    let newest = row(
        on,
        "SELECT COALESCE(MAX(version), 0) AS n FROM dayloom_schema",
        vec![],
    )
    .await?;
    Ok(newest.map(|r| r.col::<i64>("n")).transpose()?.unwrap_or_default())
}
