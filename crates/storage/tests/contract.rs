//! One suite for both databases: every public method is called, by the same functions, on SQLite and on Postgres.

#![expect(clippy::unwrap_used, reason = "the whole file is tests")]

#[path = "../../testkit/src/db.rs"]
mod db;
#[path = "../../testkit/src/needs.rs"]
#[allow(dead_code, reason = "not every test file needs all kinds of things")]
mod needs;

#[path = "contract/coverage.rs"]
mod coverage;
#[path = "contract/days.rs"]
mod days;
#[path = "contract/decisions.rs"]
mod decisions;
#[path = "contract/devices.rs"]
mod devices;
#[path = "contract/dyes.rs"]
mod dyes;
#[path = "contract/forgetting.rs"]
mod forgetting;
#[path = "contract/ingest.rs"]
mod ingest;
#[path = "contract/journals.rs"]
mod journals;
#[path = "contract/keys.rs"]
mod keys;
#[path = "contract/learned.rs"]
mod learned;
#[path = "contract/names.rs"]
mod names;
#[path = "contract/notifications.rs"]
mod notifications;
#[path = "contract/opening.rs"]
mod opening;
#[path = "contract/people.rs"]
mod people;
#[path = "contract/projects.rs"]
mod projects;
#[path = "contract/queue.rs"]
mod queue;
#[path = "contract/reviews.rs"]
mod reviews;
#[path = "contract/rules.rs"]
mod rules;
#[path = "contract/targets.rs"]
mod targets;
#[path = "contract/tasks.rs"]
mod tasks;
#[path = "contract/team.rs"]
mod team;
#[path = "contract/team_undo.rs"]
mod team_undo;
#[path = "contract/upgrade.rs"]
mod upgrade;
#[path = "contract/waiting.rs"]
mod waiting;
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
    people::a_glance_counts_what_is_the_persons_own,
    workspaces::slugs_are_made_and_kept_apart,
    workspaces::members_come_change_and_go,
    workspaces::who_is_removed_is_in_no_project_any_more,
    workspaces::an_owner_is_touched_by_owners_only,
    workspaces::of_two_owners_leaving_at_once_one_stays,
    team::a_workspace_has_bounds_and_patterns,
    team::a_workspace_comes_with_its_code_or_not_at_all,
    team::a_code_lets_many_in_until_it_ends,
    team::who_was_put_out_needs_a_newer_code,
    team::admins_are_made_under_the_rules_of_owners,
    team_undo::an_act_on_a_member_is_taken_back_while_it_stands,
    team_undo::a_withdrawn_code_comes_back_as_it_was,
    team::a_flush_in_any_order_and_cut_gives_the_same_days,
    team::machines_that_flush_at_once_lose_nothing,
    team::a_cap_acts_on_what_is_shown,
    team::minutes_go_where_the_person_is,
    team::days_of_many_come_back_each_as_it_was_kept,
    team::counts_replace_their_day,
    projects::projects_are_listed_by_name,
    projects::members_come_from_the_workspace,
    projects::settings_reach_devices_and_change_the_etag,
    projects::the_overview_counts_devices,
    tasks::keys_are_one_without_case,
    tasks::only_what_is_of_the_workspace_is_assigned,
    tasks::pages_hold_every_task_once,
    tasks::candidates_are_open_and_of_active_memberships,
    tasks::tasks_of_barred_projects_take_no_place,
    tasks::an_import_twice_changes_nothing,
    rules::rules_come_in_order_and_change,
    rules::no_two_rules_share_a_position,
    rules::foreign_targets_are_refused,
    devices::enrolling_checks_in_order,
    devices::binding_again_takes_the_whole_config,
    devices::a_released_device_is_nobodys,
    devices::who_may_not_release_a_device_ends_no_pause_of_it,
    devices::enrolled_by_two_at_once_it_is_one_persons,
    keys::tokens_are_found_by_hash_until_they_end,
    keys::sessions_and_links,
    keys::a_link_opens_once,
    keys::a_secret_is_made_once,
    ingest::a_batch_is_accounted_for,
    ingest::an_id_is_one_event_of_a_person,
    ingest::the_same_batch_many_times_at_once,
    ingest::pauses_hold_by_the_time_of_the_event,
    ingest::exclusions_and_lost_membership,
    ingest::what_was_taken_before_stays_taken,
    ingest::what_was_in_force_is_stored,
    ingest::every_field_comes_back,
    ingest::a_window_comes_in_pieces,
    ingest::months_far_apart,
    ingest::a_stranger_is_not_enrolled,
    decisions::a_question_is_answered_once,
    decisions::an_answer_marks_the_days_it_touches,
    decisions::a_vain_question_waits,
    decisions::people_take_turns,
    decisions::of_many_takers_each_turn_is_ones,
    decisions::the_next_turn_is_the_first_that_comes,
    decisions::who_is_asked_for_in_vain_is_known,
    decisions::days_derived_before_are_noted_later,
    decisions::what_was_used_adds_up,
    projects::models_allowed_stay_with_the_project,
    tasks::what_closes_a_task_can_be_said,
    tasks::candidates_of_one_workspace,
    tasks::what_was_worked_on_is_a_candidate_before_what_was_changed,
    learned::a_model_is_kept_only_of_the_newest_examples,
    learned::taking_examples_away_makes_a_fit_due,
    queue::the_sweep_marks_what_nobody_marked,
    queue::ingest_marks_the_days_it_touches,
    queue::two_takers_never_share_a_day,
    queue::a_project_takes_the_days_of_its_people,
    queue::a_day_marked_meanwhile_stays_dirty,
    queue::a_lost_lease_writes_nothing,
    queue::a_clock_that_was_set_back_holds_no_day_up,
    queue::failures_wait_and_projects_take_turns,
    days::a_day_is_written_as_a_difference,
    days::a_long_day_reads_as_it_was_written,
    days::days_of_a_range_are_read_together,
    days::a_review_claims_its_interval,
    days::a_reviewed_entry_stands,
    targets::the_nearest_target_holds,
    targets::targets_set_at_once_are_one,
    reviews::every_wish_is_kept_and_can_be_taken_back,
    reviews::entries_made_by_hand_stand_in_the_timesheet,
    reviews::what_another_tab_did_is_seen,
    reviews::reviews_at_once_are_all_kept,
    reviews::a_seized_day_is_lost_to_its_taker,
    days::titles_are_shown_to_members_only,
    days::what_a_day_was_computed_from_goes_with_it,
    days::what_a_day_teaches_marks_the_days_after_it,
    reviews::what_would_be_in_force_is_what_then_is,
    days::an_entry_that_moves_leaves_its_old_day,
    dyes::a_task_keeps_the_dye_of_its_first_attribution,
    journals::a_days_journal_is_one_and_stays_on_its_day,
    journals::what_a_person_wrote_stands,
    journals::what_is_due_is_found_page_by_page,
    journals::time_comes_with_its_names_and_without_what_was_dismissed,
    journals::days_are_measured_once_for_each_revision,
    notifications::one_of_a_type_and_day,
    notifications::pages_and_polls_are_newest_first,
    notifications::a_type_that_is_turned_off_makes_none,
);
