//! What becomes of each event of a group, given how device, project, person and pauses stand inside the transaction.
//!
//! Pure: no SQL here. The two dialects fetch a [`Standing`] for each device, look up which of the [`unwanted`] events are
//! stored already, ask [`decide`], store what it picked, and ask for the outcomes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dayloom_domain::{DeveloperId, DeviceId, EventId, ProjectId, Zone, derive};
use jiff::{Timestamp, civil::Date};

use super::{Batch, IngestError, IngestOutcome, NewEvent, RejectReason, Submitted};

/// How a device stands at this moment.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) developer_id: DeveloperId,
    pub(super) project_id: ProjectId,
    pub(super) server_seq: i64,
    pub(super) sample_interval_s: u32,
    pub(super) idle_threshold_s: u32,
    pub(super) config_etag: String,
    /// Excluded applications, folded.
    pub(super) excluded: HashSet<String>,
    /// Project active and tracking, person an active member of it and of its workspace.
    pub(super) captures: bool,
    /// The person's zone, where an event names none.
    pub(super) zone: Zone,
    /// Every zone ever stored with an event of the person.
    pub(super) zones: BTreeSet<Zone>,
    /// Pauses of device, project and person, from the first instant to before the second.
    pub(super) pauses: Vec<(Timestamp, Option<Timestamp>)>,
}

/// An event to be stored, unless it is stored already.
pub(super) struct Candidate<'b> {
    pub(super) batch: usize,
    pub(super) event: &'b NewEvent,
    pub(super) developer_id: DeveloperId,
    pub(super) project_id: ProjectId,
    pub(super) device_id: DeviceId,
    pub(super) zone: &'b Zone,
    pub(super) idle_threshold_s: u32,
    pub(super) received_at: Timestamp,
}

/// What was decided about one batch.
struct Verdict<'s> {
    standing: &'s Standing,
    candidates: u64,
    twice: u64,
    rejected: Vec<(usize, RejectReason)>,
    highest: i64,
}

/// What was decided about a group.
pub(super) struct Decision<'b> {
    verdicts: Vec<Option<Verdict<'b>>>,
    /// Sorted by person and id, each once.
    pub(super) candidates: Vec<Candidate<'b>>,
}

/// The form in which applications are compared.
pub(super) fn fold(bundle_id: &str) -> String {
    bundle_id.to_lowercase()
}

/// Person and id of each event that would be refused for how its device stands now, unless it is stored already: what
/// was taken before stays taken. None, where nothing forbids to capture.
pub(super) fn unwanted(
    batches: &[&Batch],
    standings: &HashMap<DeviceId, Standing>,
) -> BTreeSet<(DeveloperId, EventId)> {
    let mut ids = BTreeSet::new();
    for batch in batches {
        let standing = standings.get(&batch.device_id);
        let Some(standing) = standing.filter(|s| s.developer_id == batch.developer_id) else {
            continue;
        };
        for submitted in &batch.events {
            if let Submitted::Event(event) = submitted
                && refusal(standing, event).is_some()
            {
                ids.insert((standing.developer_id, event.id));
            }
        }
    }
    ids
}

/// Judges every event of the group. `stored` are those of the [`unwanted`] that are stored already.
pub(super) fn decide<'b>(
    batches: &[&'b Batch],
    standings: &'b HashMap<DeviceId, Standing>,
    stored: HashSet<(DeveloperId, EventId)>,
) -> Decision<'b> {
    let mut seen = stored;
    let mut candidates = Vec::new();
    let mut verdicts = Vec::with_capacity(batches.len());
    for (index, batch) in batches.iter().enumerate() {
        let standing = standings
            .get(&batch.device_id)
            .filter(|s| s.developer_id == batch.developer_id);
        verdicts.push(standing.map(|standing| {
            let mut verdict = Verdict {
                standing,
                candidates: 0,
                twice: 0,
                rejected: Vec::new(),
                highest: standing.server_seq,
            };
            for (place, submitted) in batch.events.iter().enumerate() {
                let event = match submitted {
                    Submitted::Event(event) => event,
                    Submitted::Rejected(reason) => {
                        verdict.rejected.push((place, *reason));
                        continue;
                    }
                };
                verdict.highest = verdict.highest.max(event.client_seq);
                let key = (standing.developer_id, event.id);
                if seen.contains(&key) {
                    verdict.twice += 1;
                } else if let Some(reason) = refusal(standing, event) {
                    verdict.rejected.push((place, reason));
                } else {
                    seen.insert(key);
                    verdict.candidates += 1;
                    candidates.push(candidate(index, batch, standing, event));
                }
            }
            verdict
        }));
    }
    candidates.sort_unstable_by_key(|c| (c.developer_id, c.event.id));
    Decision { verdicts, candidates }
}

fn candidate<'b>(batch: usize, of: &'b Batch, standing: &'b Standing, event: &'b NewEvent) -> Candidate<'b> {
    Candidate {
        batch,
        event,
        developer_id: standing.developer_id,
        project_id: standing.project_id,
        device_id: of.device_id,
        zone: event.tz.as_ref().unwrap_or(&standing.zone),
        idle_threshold_s: standing.idle_threshold_s,
        received_at: of.now,
    }
}

fn refusal(standing: &Standing, event: &NewEvent) -> Option<RejectReason> {
    if !standing.captures {
        return Some(RejectReason::CaptureDisabled);
    }
    let paused =
        |(from, to): &(Timestamp, Option<Timestamp>)| *from <= event.ts && to.is_none_or(|to| event.ts < to);
    if standing.pauses.iter().any(paused) {
        return Some(RejectReason::Paused);
    }
    if !standing.excluded.is_empty() && standing.excluded.contains(&fold(&event.active_app.bundle_id)) {
        return Some(RejectReason::ExcludedApp);
    }
    None
}

impl Decision<'_> {
    /// What a device has seen now: its highest `client_seq` and the latest arrival, by device id.
    pub(super) fn seen(&self, batches: &[&Batch]) -> BTreeMap<DeviceId, (i64, Timestamp)> {
        let mut seen: BTreeMap<DeviceId, (i64, Timestamp)> = BTreeMap::new();
        for (verdict, batch) in self.verdicts.iter().zip(batches) {
            if let Some(verdict) = verdict {
                let entry = seen
                    .entry(batch.device_id)
                    .or_insert((verdict.highest, batch.now));
                entry.0 = entry.0.max(verdict.highest);
                entry.1 = entry.1.max(batch.now);
            }
        }
        seen
    }

    /// Zones now stored with an event of a person that were not before. `fresh` tells which candidates were stored.
    pub(super) fn new_zones(
        &self,
        standings: &HashMap<DeviceId, Standing>,
        fresh: &[bool],
    ) -> BTreeSet<(DeveloperId, Zone)> {
        let mut zones = BTreeSet::new();
        let mut last: Option<(DeveloperId, &Zone)> = None;
        for (candidate, _) in self.candidates.iter().zip(fresh).filter(|(_, fresh)| **fresh) {
            let this = (candidate.developer_id, candidate.zone);
            if last == Some(this) {
                continue;
            }
            last = Some(this);
            let known = standings
                .get(&candidate.device_id)
                .is_some_and(|s| s.zones.contains(candidate.zone));
            if !known {
                zones.insert((candidate.developer_id, candidate.zone.clone()));
            }
        }
        zones
    }

    /// The local dates that the stored events can change, with the project and the arrival to mark them for.
    pub(super) fn dirty(
        &self,
        standings: &HashMap<DeviceId, Standing>,
        fresh: &[bool],
    ) -> BTreeMap<(DeveloperId, Date), (ProjectId, Timestamp)> {
        let mut by_person: BTreeMap<DeveloperId, Person> = BTreeMap::new();
        for (candidate, _) in self.candidates.iter().zip(fresh).filter(|(_, fresh)| **fresh) {
            let person = by_person.entry(candidate.developer_id).or_insert_with(|| Person {
                project_id: candidate.project_id,
                received_at: candidate.received_at,
                zones: standings
                    .get(&candidate.device_id)
                    .map(|s| s.zones.clone())
                    .unwrap_or_default(),
                reaches: Vec::new(),
            });
            if !person.zones.contains(candidate.zone) {
                person.zones.insert(candidate.zone.clone());
            }
            person.received_at = person.received_at.max(candidate.received_at);
            person
                .reaches
                .push(derive::touched(candidate.event.ts, candidate.event.idle_s));
        }
        let mut dirty = BTreeMap::new();
        for (developer, person) in by_person {
            let (project, at) = (person.project_id, person.received_at);
            for (from, to) in merged(person.reaches) {
                for date in derive::dates(from, to, &person.zones) {
                    dirty.insert((developer, date), (project, at));
                }
            }
        }
        dirty
    }

    /// The answer to each batch.
    pub(super) fn outcomes(self, fresh: &[bool]) -> Vec<Result<IngestOutcome, IngestError>> {
        let mut accepted = vec![0_u64; self.verdicts.len()];
        for (candidate, _) in self.candidates.iter().zip(fresh).filter(|(_, fresh)| **fresh) {
            accepted[candidate.batch] += 1;
        }
        let answers = self.verdicts.into_iter().zip(accepted);
        answers
            .map(|(verdict, accepted)| {
                let verdict = verdict.ok_or(IngestError::NotEnrolled)?;
                Ok(IngestOutcome {
                    project_id: verdict.standing.project_id,
                    accepted,
                    duplicates: verdict.candidates - accepted + verdict.twice,
                    rejected: verdict.rejected,
                    server_seq: verdict.highest,
                    sample_interval_s: verdict.standing.sample_interval_s,
                    config_etag: verdict.standing.config_etag.clone(),
                })
            })
            .collect()
    }
}

/// A person's share of the group.
struct Person {
    project_id: ProjectId,
    received_at: Timestamp,
    zones: BTreeSet<Zone>,
    reaches: Vec<(Timestamp, Timestamp)>,
}

/// Overlapping reaches as one: few look-ups of local dates instead of one for each event.
fn merged(mut reaches: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    reaches.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in reaches {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}
