//! What the tasks of a page are called, and the dyes they have.

use std::collections::HashMap;

use dayloom_domain::TaskId;

use crate::{dye::Dyes, facts::TaskFact};

/// Names and dyes of the person's tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    names: HashMap<TaskId, TaskFact>,
    /// Their dyes.
    pub dyes: Dyes,
}

impl Tasks {
    /// Puts names and dyes together.
    pub fn new(names: impl IntoIterator<Item = TaskFact>, dyes: Dyes) -> Self {
        Self {
            names: names.into_iter().map(|t| (t.id, t)).collect(),
            dyes,
        }
    }

    /// The task's key, or its title where it has none.
    pub fn short(&self, id: TaskId) -> String {
        self.names.get(&id).map_or_else(
            || "?".to_owned(),
            |t| t.key.clone().unwrap_or_else(|| t.title.clone()),
        )
    }

    /// The title where a key stands before it.
    pub fn rest(&self, id: TaskId) -> String {
        self.names
            .get(&id)
            .filter(|t| t.key.is_some())
            .map_or_else(String::new, |t| t.title.clone())
    }

    /// The task's address, if it is one a browser may open.
    pub fn url(&self, id: TaskId) -> Option<&str> {
        let url = self.names.get(&id)?.url.as_deref()?;
        (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
    }
}
