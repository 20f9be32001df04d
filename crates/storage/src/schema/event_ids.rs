//! What each event costs beside its own row.
//!
//! On SQLite the index of event ids becomes a table of its own, so that ids can be filed in order behind the events
//! (see `ingest/arrivals.rs`). Postgres has such a table from the first; there, events and ids of a person who goes
//! are removed by a trigger, because a foreign key looks the person up for every row that comes. That the person is
//! there is known: the ingest holds the lock of the device, whose own foreign key says so.

use crate::Dialect;

/// The text of this step.
pub(super) fn text(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => SQLITE.to_owned(),
        Dialect::Postgres => POSTGRES.to_owned(),
    }
}

const SQLITE: &str = "
CREATE TABLE tracker_event_ids (
    developer_id BLOB NOT NULL REFERENCES developers (id) ON DELETE CASCADE, event_id BLOB NOT NULL,
    PRIMARY KEY (developer_id, event_id)
) WITHOUT ROWID;
INSERT INTO tracker_event_ids (developer_id, event_id) SELECT developer_id, id FROM tracker_events ORDER BY 1, 2;
DROP INDEX tracker_events_identity;
CREATE TABLE tracker_event_arrivals (seq INTEGER PRIMARY KEY AUTOINCREMENT, ids BLOB NOT NULL);
";

const POSTGRES: &str = "
ALTER TABLE tracker_events DROP CONSTRAINT tracker_events_developer_id_fkey;
ALTER TABLE tracker_event_ids DROP CONSTRAINT tracker_event_ids_developer_id_fkey;
CREATE FUNCTION tracker_forget_developer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tracker_events WHERE developer_id = OLD.id;
    DELETE FROM tracker_event_ids WHERE developer_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER tracker_forget_developer AFTER DELETE ON developers
    FOR EACH ROW EXECUTE FUNCTION tracker_forget_developer();
";
