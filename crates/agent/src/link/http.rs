//! The calls over HTTP, through the typed client. Must not know why they are made.

use std::time::Duration;

use dayloom_api::Stamp;
use dayloom_api::tracker::{self, EnrollRequest, EventBatch, batch::SCHEMA_VERSION};
use dayloom_client::{Client, ClientError, RawEvent};
use dayloom_domain::{DeviceId, ProjectId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{BatchAnswer, DeviceConfig, Link, LinkError, Project};
use crate::credentials::Credential;
use crate::uploader::Counts;

/// Only the id is wanted of a person; older servers tell other things besides than ours.
#[derive(Deserialize)]
struct Person {
    id: String,
}

/// A client for a credential. Nothing is sent yet.
pub fn connect(credential: &Credential) -> Result<Client, LinkError> {
    Ok(Client::new(&credential.server, Some(credential.token.reveal()))?)
}

impl Link for Client {
    async fn person(&self) -> Result<String, LinkError> {
        let person: Person = self.get("/developers/me", &[]).await?;
        Ok(person.id)
    }

    async fn projects(&self) -> Result<Vec<Project>, LinkError> {
        let projects = self.tracker_projects().await?;
        Ok(projects
            .into_iter()
            .map(|project| Project {
                id: project.id,
                name: project.name,
            })
            .collect())
    }

    async fn enroll(
        &self,
        device: DeviceId,
        project: ProjectId,
        name: &str,
        platform: &str,
    ) -> Result<DeviceConfig, LinkError> {
        let request = EnrollRequest {
            device_id: device,
            project_id: project,
            name: (!name.is_empty()).then(|| name.to_owned()),
            platform: platform.to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        Ok(Client::enroll(self, &request).await?.config.into())
    }

    async fn heartbeat(&self, device: DeviceId) -> Result<DeviceConfig, LinkError> {
        Ok(Client::heartbeat(self, device).await?.into())
    }

    async fn batch(
        &self,
        device: DeviceId,
        sent_at: Timestamp,
        events: Vec<String>,
    ) -> Result<BatchAnswer, LinkError> {
        let events: Result<Vec<RawEvent>, _> = events.into_iter().map(RawValue::from_string).collect();
        let batch = EventBatch {
            schema_version: SCHEMA_VERSION.to_owned(),
            device_id: device,
            sent_at: Stamp(sent_at),
            events: events.map_err(|_| LinkError::Unusable)?,
        };
        let answer = self.send_batch(&batch).await?;
        let count = |number: u64| i64::try_from(number).map_err(|_| LinkError::Undecodable);
        Ok(BatchAnswer {
            counts: Counts {
                accepted: count(answer.accepted)?,
                duplicates: count(answer.duplicates)?,
                rejected: answer
                    .rejected
                    .into_iter()
                    .map(|one| (one.event_id, one.reason))
                    .collect(),
            },
            server_seq: answer.server_seq,
            config_etag: answer.config_etag,
        })
    }
}

impl From<tracker::DeviceConfig> for DeviceConfig {
    fn from(config: tracker::DeviceConfig) -> Self {
        let screenshot_policy = match config.screenshot_policy {
            tracker::ScreenshotPolicy::Off => "off",
            tracker::ScreenshotPolicy::ActiveWindow => "active_window",
            tracker::ScreenshotPolicy::FullScreen => "full_screen",
        };
        Self {
            config_etag: config.config_etag,
            sample_interval_s: config.sample_interval_s,
            screenshot_policy: screenshot_policy.to_owned(),
            idle_threshold_s: config.idle_threshold_s,
            paused: config.paused,
            excluded_bundle_ids: config.excluded_bundle_ids,
        }
    }
}

impl From<ClientError> for LinkError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused {
                status,
                detail,
                retry_after,
            } => Self::Refused {
                status,
                detail,
                retry_after_s: retry_after.as_ref().map(Duration::as_secs),
            },
            ClientError::Unreachable(_) => Self::Unreachable,
            ClientError::Undecodable => Self::Undecodable,
            ClientError::Setup => Self::Unusable,
        }
    }
}
