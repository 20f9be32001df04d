//! What a day is answered from, read out of the store in one place: its spans, and the attributor with everything
//! that may speak for or against a task. The derivation, explanations, previews and replays all come through here,
//! so that they can never disagree.

use dayloom_attribution::Attributor;
use dayloom_domain::{
    DeveloperId, Zone,
    day::Span,
    derive::{self, Woven},
};
use dayloom_storage::{StorageError, Store};
use jiff::civil::Date;

use crate::DeriveError;

/// Weaves one local date out of what is stored now.
pub async fn woven(store: &Store, developer: DeveloperId, date: Date) -> Result<Woven, DeriveError> {
    let zones = store.events().zones(developer).await?;
    let (from, to) = derive::evidence_window_in(date, &zones);
    let events = store.events().window(developer, from, to).await?;
    let zone = store
        .people()
        .by_id(developer)
        .await?
        .and_then(|person| person.timezone);
    let fallback = zone.unwrap_or_else(Zone::utc);
    // Off the threads that serve requests: a day sampled each second takes a while.
    tokio::task::spawn_blocking(move || derive::weave(&events, date, &fallback))
        .await
        .map_err(|_| DeriveError::Broken)
}

/// The attributor that answers for these spans of a person as things stand now. It is good for the whole day they
/// are of: give it all spans of the day, as what stands before and after a span speaks too.
pub async fn attributor_for(
    store: &Store,
    developer: DeveloperId,
    _spans: &[Span],
) -> Result<Attributor, StorageError> {
    let rules = store.rules().list_for_attribution(developer).await?;
    let tasks = store.tasks().for_attribution(developer).await?;
    Ok(Attributor::new(rules, tasks))
}
