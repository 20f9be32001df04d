//! Looking at a Temporal server for `dayloom doctor`: does it answer, and does anybody work there.

use temporalio_client::{
    grpc::WorkflowService,
    tonic::{Code, IntoRequest},
};
use temporalio_common::protos::temporal::api::{
    enums::v1::TaskQueueType, taskqueue::v1::TaskQueue, workflowservice::v1::DescribeTaskQueueRequest,
};

use crate::{Address, TemporalError, address::short};

/// How a Temporal server is for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Workers seen polling for activities lately.
    pub workers: usize,
}

/// Looks at the server and the task queue.
pub async fn look(address: &Address, queue: &str) -> Result<Health, TemporalError> {
    let mut client = address.connect().await?;
    let request = DescribeTaskQueueRequest {
        namespace: address.namespace().to_owned(),
        task_queue: Some(TaskQueue {
            name: queue.to_owned(),
            ..TaskQueue::default()
        }),
        task_queue_type: TaskQueueType::Activity.into(),
        ..DescribeTaskQueueRequest::default()
    };
    match WorkflowService::describe_task_queue(&mut client, request.into_request()).await {
        Ok(found) => Ok(Health {
            workers: found.into_inner().pollers.len(),
        }),
        Err(status) if status.code() == Code::NotFound => Err(TemporalError::Refused(format!(
            "it has no namespace `{}`",
            address.namespace()
        ))),
        Err(status) => Err(TemporalError::Refused(short(&status.message()))),
    }
}
