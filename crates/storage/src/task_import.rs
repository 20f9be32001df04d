//! Importing tasks by key: the same rows twice change nothing (`contract/tracker.md` §9, §9.2).

/// One row. An empty or absent cell leaves the field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRow {
    /// Key; without one the row is rejected.
    pub key: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Assignee by e-mail.
    pub assignee: Option<String>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// Rows that made a task.
    pub created: u64,
    /// Rows that changed one.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows refused: number from 1 after the header, and the reason in words.
    pub rejected: Vec<(u64, String)>,
}
