//! The tasks that are weighed for a day: open ones of the person, those they reviewed time to, those whose key is in
//! sight and those a language model named.

use std::collections::{BTreeSet, HashMap, HashSet};

use dayloom_domain::{
    DeveloperId, ProjectId, TaskId, WorkspaceId,
    people::{CLOSED_STATUSES, Task},
};

use crate::{
    earlier::Earlier,
    example::Label,
    features::words_of,
    learned::Learned,
    weigh::{Scene, Thread},
};

/// The most open tasks of a workspace that are weighed only for being open (`contract/tracker.md` §4.3).
pub const CANDIDATES_AT_MOST: usize = 25;

/// Whose time it is, and what tasks it may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The person; where it is not said, every open task counts as theirs.
    pub person: Option<DeveloperId>,
    /// Statuses that close a task, compared without case.
    pub closed: Vec<String>,
    /// The workspaces of the projects the time is of. Tasks of another workspace are named only by a key or a rule.
    pub workspaces: HashMap<ProjectId, WorkspaceId>,
    /// The candidates of workspaces that have more than [`CANDIDATES_AT_MOST`]: which of them were worked on lately is
    /// not for this crate to know. Of a workspace that is not named the most recently changed are taken.
    pub candidates: HashMap<WorkspaceId, HashSet<TaskId>>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            person: None,
            closed: CLOSED_STATUSES.map(str::to_owned).to_vec(),
            workspaces: HashMap::new(),
            candidates: HashMap::new(),
        }
    }
}

impl Scope {
    /// Workspaces in which the person has more open tasks than are weighed.
    pub fn crowded(&self, tasks: &[Task]) -> BTreeSet<WorkspaceId> {
        let mut open: HashMap<WorkspaceId, usize> = HashMap::new();
        for task in tasks.iter().filter(|task| self.is_candidate(task)) {
            *open.entry(task.workspace_id).or_default() += 1;
        }
        let crowded = open.into_iter().filter(|(_, count)| *count > CANDIDATES_AT_MOST);
        crowded.map(|(workspace, _)| workspace).collect()
    }

    /// The open tasks that are weighed only for being open: of each workspace its own.
    fn weighed<'t>(&self, tasks: &'t [Task]) -> impl Iterator<Item = TaskId> + use<'t> {
        let here: HashSet<WorkspaceId> = self.workspaces.values().copied().collect();
        let is_here = |task: &Task| here.is_empty() || here.contains(&task.workspace_id);
        let mut open: Vec<&Task> = tasks
            .iter()
            .filter(|task| is_here(task) && self.is_candidate(task))
            .collect();
        open.sort_by_key(|task| (std::cmp::Reverse(task.updated_at), task.id));
        let mut taken: HashMap<WorkspaceId, usize> = HashMap::new();
        open.retain(|task| match self.candidates.get(&task.workspace_id) {
            Some(chosen) => chosen.contains(&task.id),
            None => {
                let taken = taken.entry(task.workspace_id).or_default();
                *taken += 1;
                *taken <= CANDIDATES_AT_MOST
            }
        });
        open.into_iter().map(|task| task.id)
    }

    /// Open, and assigned to the person.
    fn is_candidate(&self, task: &Task) -> bool {
        self.person.is_none_or(|person| task.assignee_id == Some(person)) && !self.is_closed(task)
    }

    /// Assigned to somebody else.
    pub(crate) fn is_foreign(&self, task: &Task) -> bool {
        self.person
            .is_some_and(|person| task.assignee_id.is_some_and(|assignee| assignee != person))
    }

    /// In a status that closes it.
    pub(crate) fn is_closed(&self, task: &Task) -> bool {
        let status = task.status.to_lowercase();
        self.closed.iter().any(|closed| closed.to_lowercase() == status)
    }
}

/// The threads of a day, in the order of task ids, and the unknown one last.
pub(crate) fn of(
    tasks: &[Task],
    scope: &Scope,
    learned: &Learned,
    scenes: &[Scene],
    earlier: &Earlier,
) -> Vec<Thread> {
    let reviewed: HashSet<TaskId> = learned.tasks().collect();
    let seen = scenes.iter().flat_map(|scene| &scene.keys).map(|key| key.1);
    let said = scenes.iter().filter_map(|scene| match scene.said {
        Some((Label::Task(task), _)) => Some(task),
        _ => None,
    });
    let decided = scenes.iter().filter_map(|scene| match scene.decided {
        Some(Label::Task(task)) => Some(task),
        _ => None,
    });
    let worked_on = earlier.labels.iter().filter_map(|label| match label {
        Label::Task(task) => Some(*task),
        _ => None,
    });
    let mut wanted: BTreeSet<TaskId> = seen
        .chain(worked_on)
        .chain(said)
        .chain(decided)
        .chain(reviewed.iter().copied())
        .collect();
    wanted.extend(scope.weighed(tasks));
    let mut chosen: Vec<&Task> = tasks.iter().filter(|task| wanted.contains(&task.id)).collect();
    chosen.sort_by_key(|task| task.id);
    let mut threads: Vec<Thread> = chosen
        .into_iter()
        .map(|task| {
            let mut words = words_of(&task.title);
            words.sort_unstable();
            words.dedup();
            Thread {
                task: Some(task.id),
                words,
                workspace: Some(task.workspace_id),
                candidate: scope.is_candidate(task),
                foreign: scope.is_foreign(task) && !reviewed.contains(&task.id),
                closed: scope.is_closed(task),
            }
        })
        .collect();
    threads.push(Thread {
        task: None,
        words: Vec::new(),
        workspace: None,
        candidate: false,
        foreign: false,
        closed: false,
    });
    threads
}

#[cfg(test)]
mod tests {
    use dayloom_domain::sample;
    use jiff::{SignedDuration, Timestamp};
    use uuid::Uuid;

    use super::*;

    const PERSON: DeveloperId = DeveloperId(Uuid::from_u128(1));
    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));
    const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(3));

    fn task(n: u128, workspace: WorkspaceId, changed_h: i64) -> Task {
        Task {
            workspace_id: workspace,
            assignee_id: Some(PERSON),
            updated_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(changed_h),
            ..sample::task(n, None, &format!("task {n}"))
        }
    }

    fn scope() -> Scope {
        Scope {
            person: Some(PERSON),
            workspaces: HashMap::from([(ProjectId(Uuid::from_u128(4)), HERE)]),
            ..Scope::default()
        }
    }

    fn chosen(tasks: &[Task], scope: &Scope) -> Vec<TaskId> {
        let threads = of(tasks, scope, &Learned::default(), &[], &Earlier::default());
        threads.into_iter().filter_map(|thread| thread.task).collect()
    }

    #[test]
    fn fresher_tasks_elsewhere_take_no_place_here() {
        let mut tasks: Vec<Task> = (10..40).map(|n| task(n, ELSEWHERE, 100)).collect();
        let own = task(1, HERE, 1);
        tasks.push(own.clone());
        assert_eq!(chosen(&tasks, &scope()), [own.id]);
        let nowhere = Scope {
            workspaces: HashMap::new(),
            ..scope()
        };
        assert_eq!(chosen(&tasks, &nowhere).len(), 26, "25 of each");
    }

    #[test]
    fn of_many_the_freshest_are_weighed_unless_it_is_said_which() {
        let tasks: Vec<Task> = (1_u8..=30).map(|n| task(n.into(), HERE, n.into())).collect();
        assert!(!chosen(&tasks, &scope()).contains(&tasks[4].id));
        assert_eq!(scope().crowded(&tasks), BTreeSet::from([HERE]));
        assert_eq!(scope().crowded(&tasks[..25]), BTreeSet::new());
        let said = Scope {
            candidates: HashMap::from([(HERE, HashSet::from([tasks[0].id]))]),
            ..scope()
        };
        assert_eq!(chosen(&tasks, &said), [tasks[0].id]);
    }
}
