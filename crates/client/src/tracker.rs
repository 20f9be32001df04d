//! What a device and its person call (`contract/tracker.md` §2.1 to §2.6, §9).

use dayloom_api::tracker::{
    BatchAnswer, CandidateTask, DayAnswer, DeviceConfig, EnrollRequest, Enrolled, EventBatch, PresignRequest,
    Presigned, SyncStatus, Timesheet, TrackerProject,
};
use dayloom_domain::DeviceId;
use jiff::civil::Date;
use reqwest::{Method, StatusCode, header};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Client, ClientError};

/// An event kept as its JSON text, sent as it is.
pub type RawEvent = Box<RawValue>;

/// A day, or the news that it is as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum DayRead {
    /// The day, with the tag to ask again with.
    Day(Box<DayAnswer>, Option<String>),
    /// It is what the tag stands for.
    Unchanged,
}

impl Client {
    /// Projects a device can be enrolled into.
    pub async fn tracker_projects(&self) -> Result<Vec<TrackerProject>, ClientError> {
        self.get("/tracker/projects", &[]).await
    }

    /// Enrols a device, or binds it to another project.
    pub async fn enroll(&self, request: &EnrollRequest) -> Result<Enrolled, ClientError> {
        self.post("/tracker/devices:enroll", request).await
    }

    /// Sends a batch. Only exactly 200 means that its events were taken; any other success is not this API's.
    pub async fn send_batch<E: Serialize>(&self, batch: &EventBatch<E>) -> Result<BatchAnswer, ClientError> {
        let request = self
            .request(Method::POST, "/tracker/events:batch", &[])
            .json(batch);
        let response = self.answer(request).await?;
        if response.status() != StatusCode::OK {
            return Err(ClientError::Undecodable);
        }
        let body = response.bytes().await.map_err(|e| ClientError::unreachable(&e))?;
        serde_json::from_slice(&body).map_err(|_| ClientError::Undecodable)
    }

    /// Says the device is there, and reads its config.
    pub async fn heartbeat(&self, device: DeviceId) -> Result<DeviceConfig, ClientError> {
        let device = device.to_string();
        self.json(self.request(
            Method::POST,
            "/tracker/devices:heartbeat",
            &[("device_id", &device)],
        ))
        .await
    }

    /// How far the server has the device's events.
    pub async fn sync_status(&self, device: DeviceId) -> Result<SyncStatus, ClientError> {
        self.get("/tracker/sync/status", &[("device_id", &device.to_string())])
            .await
    }

    /// Where to upload a screenshot.
    pub async fn presign(&self, device: DeviceId, upload: &PresignRequest) -> Result<Presigned, ClientError> {
        let device = device.to_string();
        let request = self.request(
            Method::POST,
            "/tracker/evidence:presign",
            &[("device_id", &device)],
        );
        self.json(request.json(upload)).await
    }

    /// The timesheet of a range of dates.
    pub async fn timesheet(&self, start: Date, end: Date) -> Result<Timesheet, ClientError> {
        let (start, end) = (start.to_string(), end.to_string());
        self.get("/tracker/timesheet", &[("start", &start), ("end", &end)])
            .await
    }

    /// The caller's open tasks.
    pub async fn candidate_tasks(&self) -> Result<Vec<CandidateTask>, ClientError> {
        self.get("/tracker/candidate-tasks", &[]).await
    }

    /// The derived day of a local date.
    pub async fn day(&self, date: Date) -> Result<DayAnswer, ClientError> {
        self.get(&format!("/tracker/days/{date}"), &[]).await
    }

    /// The derived day, unless it is still what `tag` stands for.
    pub async fn day_unless(&self, date: Date, tag: &str) -> Result<DayRead, ClientError> {
        let request = self.request(Method::GET, &format!("/tracker/days/{date}"), &[]);
        let response = self.answer(request.header(header::IF_NONE_MATCH, tag)).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(DayRead::Unchanged);
        }
        let tag = response
            .headers()
            .get(header::ETAG)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned);
        let body = response.bytes().await.map_err(|e| ClientError::unreachable(&e))?;
        let day = serde_json::from_slice(&body).map_err(|_| ClientError::Undecodable)?;
        Ok(DayRead::Day(Box::new(day), tag))
    }
}
