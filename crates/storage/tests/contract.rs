//! One suite for both databases: every public method is called, by the same functions, on SQLite and on Postgres.

#[path = "../../testkit/src/db.rs"]
mod db;

#[path = "contract/opening.rs"]
mod opening;
#[path = "contract/people.rs"]
mod people;
#[path = "contract/projects.rs"]
mod projects;
#[path = "contract/tasks.rs"]
mod tasks;
#[path = "contract/workspaces.rs"]
mod workspaces;
#[path = "contract/world.rs"]
mod world;

/// Each function once on SQLite and once on Postgres.
macro_rules! on_both {
    ($($module:ident :: $test:ident),+ $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let db = crate::db::TestDb::sqlite().await;
                crate::$module::$test(&db.store).await;
                db.store.close().await;
            }
        )+}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(db) = crate::db::TestDb::postgres().await else { return };
                crate::$module::$test(&db.store).await;
                db.store.close().await;
            }
        )+}
    };
}

on_both!(
    people::a_person_is_found_without_case,
    people::a_person_changes_what_they_name,
    people::a_person_made_twice_at_once_is_one,
    workspaces::slugs_are_made_and_kept_apart,
    workspaces::members_come_change_and_go,
    workspaces::an_owner_is_touched_by_owners_only,
    workspaces::of_two_owners_leaving_at_once_one_stays,
    projects::members_and_the_tracker_list,
    projects::settings_reach_devices_and_change_the_etag,
    projects::the_overview_counts_devices,
    tasks::keys_are_one_without_case,
    tasks::only_what_is_of_the_workspace_is_assigned,
    tasks::pages_hold_every_task_once,
    tasks::candidates_are_open_and_of_active_memberships,
    tasks::an_import_twice_changes_nothing,
);
