//! What a language model answered for a signal, kept so that it is asked once: evidence beside all other.
//!
//! An answer is keyed by person, signal and the set of tasks it could choose from (`contract/tracker.md` §4.3). This
//! module must not know how a model is asked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    ProjectId, TaskId, WorkspaceId,
    day::{Category, Signal},
    people::Task,
};

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(digest: $name) -> Self {
                digest.0
            }
        }
    )+};
}

digests! {
    /// Stands for one signal in time of one project.
    SignalDigest,
    /// Stands for a set of tasks to choose from.
    CandidatesDigest,
}

/// What a model answered for one signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The signal.
    pub signal: SignalDigest,
    /// What it could choose from.
    pub candidates: CandidatesDigest,
    /// Kind of time.
    pub category: Category,
    /// One of the candidates, or none; none wherever the category is personal.
    pub task_id: Option<TaskId>,
    /// As the model said it, from 0 to 1: not calibrated.
    pub confidence: f64,
    /// Why, in the model's words, at most [`REASON_AT_MOST`] characters without control characters. It may hold words
    /// of a title: for the person alone, never in an entry's description.
    pub reason: String,
    /// The model's name.
    pub model: String,
    /// When it was asked.
    pub decided_at: Timestamp,
}

/// Characters of a reason.
pub const REASON_AT_MOST: usize = 200;

/// The digest of a signal in time of a project: 128 bits of SHA-256.
pub fn signal_digest(project: ProjectId, signal: &Signal) -> SignalDigest {
    let mut hash = Sha256::new();
    hash.update(project.0.as_bytes());
    let fields = [
        Some(signal.app.as_str()),
        signal.bundle_id.as_deref(),
        signal.title.as_deref(),
        signal.repo.as_deref(),
        signal.branch.as_deref(),
        signal.path.as_deref(),
        signal.host.as_deref(),
        signal.url_path.as_deref(),
    ];
    for field in fields {
        part(&mut hash, field);
    }
    SignalDigest(finish(hash))
}

/// The digest of the tasks of a workspace that may be chosen, in whatever order. What a model reads of a task counts:
/// a new title is a new question.
pub fn candidates_digest(workspace: WorkspaceId, tasks: &[Task]) -> CandidatesDigest {
    let mut sorted: Vec<&Task> = tasks.iter().collect();
    sorted.sort_by_key(|task| task.id);
    let mut hash = Sha256::new();
    hash.update(workspace.0.as_bytes());
    for task in sorted {
        hash.update(task.id.0.as_bytes());
        part(&mut hash, task.key.as_deref());
        part(&mut hash, Some(&task.title));
    }
    CandidatesDigest(finish(hash))
}

/// A text with its length before it, so that two fields never run into each other.
fn part(hash: &mut Sha256, text: Option<&str>) {
    match text {
        None => hash.update([0]),
        Some(text) => {
            hash.update([1]);
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
}

fn finish(hash: Sha256) -> Uuid {
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(title: Option<&str>, path: Option<&str>) -> Signal {
        Signal {
            app: "code".into(),
            title: title.map(Into::into),
            path: path.map(Into::into),
            ..Signal::default()
        }
    }

    #[test]
    fn a_digest_tells_signals_and_projects_apart() {
        let one = ProjectId(Uuid::from_u128(1));
        let two = ProjectId(Uuid::from_u128(2));
        let a = signal_digest(one, &signal(Some("ab"), None));
        assert_eq!(a, signal_digest(one, &signal(Some("ab"), None)));
        for other in [
            signal_digest(two, &signal(Some("ab"), None)),
            signal_digest(one, &signal(None, Some("ab"))),
            signal_digest(one, &signal(Some("a"), Some("b"))),
            signal_digest(one, &signal(Some("ab"), Some(""))),
        ] {
            assert_ne!(a, other);
        }
    }

    #[test]
    fn candidates_are_a_set() {
        let task = |n: u128, title: &str| crate::sample::task(n, None, title);
        let space = WorkspaceId(Uuid::nil());
        let (a, b) = (task(1, "a"), task(2, "b"));
        let both = candidates_digest(space, &[a.clone(), b.clone()]);
        assert_eq!(both, candidates_digest(space, &[b, a.clone()]));
        assert_ne!(both, candidates_digest(space, std::slice::from_ref(&a)));
        assert_ne!(both, candidates_digest(space, &[a, task(2, "c")]));
    }
}
