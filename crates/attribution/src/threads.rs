//! The tasks that are weighed for a day: open ones of the person, those they reviewed time to, those whose key is in
//! sight and those a language model named.

use std::collections::{BTreeSet, HashMap, HashSet};

use dayloom_domain::{
    DeveloperId, ProjectId, TaskId, WorkspaceId,
    people::{CLOSED_STATUSES, Task},
};

use crate::{
    features::words_of,
    learned::{Label, Learned},
    weigh::{Scene, Thread},
};

/// The most open tasks that are weighed only for being open (`contract/tracker.md` §4.3).
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
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            person: None,
            closed: CLOSED_STATUSES.map(str::to_owned).to_vec(),
            workspaces: HashMap::new(),
        }
    }
}

impl Scope {
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
pub(crate) fn of(tasks: &[Task], scope: &Scope, learned: &Learned, scenes: &[Scene]) -> Vec<Thread> {
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
    let mut wanted: BTreeSet<TaskId> = seen
        .chain(said)
        .chain(decided)
        .chain(reviewed.iter().copied())
        .collect();
    let mut open: Vec<&Task> = tasks.iter().filter(|task| scope.is_candidate(task)).collect();
    open.sort_by_key(|task| (std::cmp::Reverse(task.updated_at), task.id));
    wanted.extend(open.iter().take(CANDIDATES_AT_MOST).map(|task| task.id));
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
