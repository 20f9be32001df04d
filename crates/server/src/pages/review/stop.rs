//! Why a word was not taken: for a reason a person can read, or because something failed.

use axum::http::StatusCode;
use dayloom_domain::review::ChangeError;
use dayloom_storage::{ReviewError, StorageError};
use dayloom_views::{day::Refusal, state::Trouble};

use crate::{ApiError, pages::failure::PageError};

pub(super) enum Stop {
    Refused(Refusal),
    Failed(PageError),
}

impl Stop {
    /// What the API refuses, as this; its failures as they are.
    pub(super) fn of(error: ApiError, refusal: Refusal) -> Self {
        match error {
            ApiError::Refused { status, .. } if status == StatusCode::UNAUTHORIZED => {
                Self::Failed(PageError(Trouble::SignedOut))
            }
            failed @ ApiError::Internal(_) => Self::Failed(failed.into()),
            ApiError::Refused { .. } | ApiError::Shown(..) | ApiError::Invalid(_) => Self::Refused(refusal),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PageError> for Stop {
    fn from(error: PageError) -> Self {
        Self::Failed(error)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ReviewError> for Stop {
    fn from(error: ReviewError) -> Self {
        let change = match error {
            ReviewError::Storage(error) => return error.into(),
            ReviewError::Change(change) => change,
        };
        Self::Refused(match change {
            ChangeError::Gone | ChangeError::Seen(_) => Refusal::Gone,
            ChangeError::Reversed => Refusal::Reversed,
            ChangeError::OtherDay => Refusal::OtherDay,
            ChangeError::ByHand => Refusal::ByHand,
            ChangeError::NotInside(_) => Refusal::NotInside,
            ChangeError::NotNeighbours => Refusal::NotNeighbours,
        })
    }
}
