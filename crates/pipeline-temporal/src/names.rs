//! What workflows are called (`contract/tracker.md` §4.6): a second start under one name is a signal to the first.

use dayloom_domain::ProjectId;
use jiff::Timestamp;

use crate::QUEUE;

/// Deriving after ingest: one for each project and minute since 1970.
pub(crate) fn enrich(project: Option<ProjectId>, queue: &str, now: Timestamp) -> String {
    format!(
        "tracker-enrich-{}-{}",
        whose(project, queue),
        now.as_second() / 60
    )
}

/// Asking the language model: one for each project.
pub(crate) fn ask(project: Option<ProjectId>, queue: &str) -> String {
    format!("tracker-ask-{}", whose(project, queue))
}

/// Projects are told apart by their ids, everybody by who works for them: workers of a queue of their own serve a database of
/// their own, and must not be thought to be at work already.
fn whose(project: Option<ProjectId>, queue: &str) -> String {
    match project {
        Some(project) => project.to_string(),
        None if queue == QUEUE => "all".to_owned(),
        None => format!("all-{queue}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_of_one_project_and_minute() {
        let now: Timestamp = "2026-11-21T10:00:59Z".parse().expect("an instant");
        let project = ProjectId(uuid::Uuid::from_u128(7));
        for queue in [QUEUE, "another"] {
            assert_eq!(
                enrich(Some(project), queue, now),
                "tracker-enrich-00000000-0000-0000-0000-000000000007-29920920"
            );
            assert_eq!(
                ask(Some(project), queue),
                "tracker-ask-00000000-0000-0000-0000-000000000007"
            );
        }
    }

    #[test]
    fn everybody_is_everybody_of_one_queue() {
        let now: Timestamp = "2026-11-21T10:00:59Z".parse().expect("an instant");
        assert_eq!(enrich(None, QUEUE, now), "tracker-enrich-all-29920920");
        assert_eq!(
            enrich(None, "another", now),
            "tracker-enrich-all-another-29920920"
        );
        assert_eq!(ask(None, QUEUE), "tracker-ask-all");
        assert_eq!(ask(None, "another"), "tracker-ask-all-another");
    }
}
