//! The other end: how commands of this binary speak with the agent.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader, ReadHalf, WriteHalf};

use super::line::{Line, Lines};
use super::place::address;
use super::rpc::{Reply, RpcError};
use super::system::{Stream, connect};

/// An answer later than this is none: starting a program or asking a far server takes seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No agent of this home runs.
    #[error("no agent runs in this home; start it with `dayloom up` or `dayloom agent`")]
    NotRunning,
    /// The connection broke, or what came is no answer.
    #[error("the agent does not answer; start it again")]
    Broken,
    /// The agent refused.
    #[error(transparent)]
    Refused(RpcError),
}

impl From<io::Error> for ClientError {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

/// A connection to the agent of a home.
pub struct Client {
    lines: Lines<BufReader<ReadHalf<Stream>>>,
    out: WriteHalf<Stream>,
    calls: u64,
    told: VecDeque<(String, Value)>,
}

impl Client {
    /// Connects to the agent of a home, if one runs.
    pub async fn connect(home: &Path) -> Result<Self, ClientError> {
        let stream = connect(&address(home))
            .await
            .map_err(|_| ClientError::NotRunning)?;
        let (read, out) = tokio::io::split(stream);
        Ok(Self {
            lines: Lines::new(BufReader::new(read)),
            out,
            calls: 0,
            told: VecDeque::new(),
        })
    }

    /// Calls and waits for the answer; what is told meanwhile is kept for [`Client::next`].
    pub async fn call<T: DeserializeOwned>(
        &mut self,
        method: &str,
        params: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.calls += 1;
        let id = self.calls;
        let mut line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string();
        line.push('\n');
        self.out.write_all(line.as_bytes()).await?;
        self.out.flush().await?;
        let answered = tokio::time::timeout(PATIENCE, self.answer(id)).await;
        answered.map_err(|_| ClientError::Broken)?
    }

    async fn answer<T: DeserializeOwned>(&mut self, id: u64) -> Result<T, ClientError> {
        loop {
            let reply = self.reply().await?;
            if let (Some(method), None) = (reply.method, &reply.id) {
                self.told.push_back((method, reply.params.unwrap_or_default()));
                continue;
            }
            if reply.id != Some(json!(id)) {
                continue;
            }
            return match (reply.result, reply.error) {
                (_, Some(error)) => Err(ClientError::Refused(error)),
                (Some(result), None) => serde_json::from_str(result.get()).map_err(|_| ClientError::Broken),
                // A null answer leaves nothing in the field.
                (None, None) => serde_json::from_value(Value::Null).map_err(|_| ClientError::Broken),
            };
        }
    }

    /// What the agent tells next: the name and its params.
    pub async fn next(&mut self) -> Result<(String, Value), ClientError> {
        loop {
            if let Some(told) = self.told.pop_front() {
                return Ok(told);
            }
            let reply = self.reply().await?;
            if let (Some(method), None) = (reply.method, reply.id) {
                return Ok((method, reply.params.unwrap_or_default()));
            }
        }
    }

    async fn reply(&mut self) -> Result<Reply, ClientError> {
        match self.lines.next().await? {
            Line::Whole(line) => serde_json::from_slice(&line).map_err(|_| ClientError::Broken),
            Line::TooLong | Line::End => Err(ClientError::Broken),
        }
    }
}
