//! How a command reaches the server: through the running agent, which knows who is signed in, or by itself.

use std::sync::Arc;

use dayloom_agent::team::socket::Client;
use dayloom_agent::team::socket::protocol::method;
use dayloom_agent::team::{CountOf, TeamLink};
use dayloom_api::team::{
    ChangedAllowlist, Counted, CountsAnswer, CreatedTeamWorkspace, Me, TeamMember, TeamWorkspace,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{link, refused, said};
use crate::{Context, failure::Outcome, settings::table::TOKEN};

/// One of the two.
pub enum Way {
    /// Over the local socket.
    Agent(Box<Client>),
    /// With the sign-in of this home, or the token that was given.
    Server(Arc<dyn TeamLink>),
}

impl Way {
    /// The agent where one runs, unless a token was named on purpose.
    pub async fn of(cx: &Context) -> Outcome<Self> {
        if !cx.settings.is_given(&TOKEN)
            && let Ok(agent) = Client::connect(cx.home.dir()).await
        {
            return Ok(Self::Agent(Box::new(agent)));
        }
        Ok(Self::Server(link(cx)?))
    }

    /// The person and their workspaces.
    pub async fn me(&mut self) -> Outcome<Me> {
        match self {
            Self::Agent(agent) => call(agent, method::TEAM_ME, &json!({})).await,
            Self::Server(link) => link.me().await.map_err(|error| said(&error)),
        }
    }

    /// Makes a workspace.
    pub async fn create(&mut self, name: &str) -> Outcome<CreatedTeamWorkspace> {
        match self {
            Self::Agent(agent) => call(agent, method::TEAM_CREATE, &json!({"name": name})).await,
            Self::Server(link) => link.create(name).await.map_err(|error| said(&error)),
        }
    }

    /// Joins a workspace.
    pub async fn join(&mut self, code: &str) -> Outcome<TeamWorkspace> {
        match self {
            Self::Agent(agent) => call(agent, method::TEAM_JOIN, &json!({"code": code})).await,
            Self::Server(link) => link.join(code).await.map_err(|error| said(&error)),
        }
    }

    /// Active members of a workspace.
    pub async fn members(&mut self, workspace: uuid::Uuid) -> Outcome<Vec<TeamMember>> {
        match self {
            Self::Agent(agent) => call(agent, method::TEAM_MEMBERS, &json!({ "workspace": workspace })).await,
            Self::Server(link) => link.members(workspace).await.map_err(|error| said(&error)),
        }
    }

    /// Stores counts, each row in place of its member-day.
    pub async fn post_counts(
        &mut self,
        workspace: uuid::Uuid,
        what: CountOf,
        days: Vec<Counted>,
    ) -> Outcome<CountsAnswer> {
        match self {
            Self::Agent(agent) => {
                let counts = json!({ "workspace": workspace, "what": what, "days": days });
                call(agent, method::TEAM_COUNTS, &counts).await
            }
            Self::Server(link) => {
                let posted = link.post_counts(workspace, what, days).await;
                posted.map_err(|error| said(&error))
            }
        }
    }

    /// Replaces an allowlist.
    pub async fn set_allowlist(
        &mut self,
        workspace: uuid::Uuid,
        patterns: &[String],
    ) -> Outcome<ChangedAllowlist> {
        match self {
            Self::Agent(agent) => {
                let set = json!({"workspace": workspace, "patterns": patterns});
                call(agent, method::TEAM_ALLOWLIST, &set).await
            }
            Self::Server(link) => link
                .set_allowlist(workspace, patterns)
                .await
                .map_err(|error| said(&error)),
        }
    }
}

/// A call to the agent, its refusal as a person reads it.
pub async fn call<T: DeserializeOwned>(
    agent: &mut Client,
    method: &str,
    params: &impl Serialize,
) -> Outcome<T> {
    agent.call(method, params).await.map_err(|error| refused(&error))
}

/// Tells a running agent to look at the server anew. That none runs is no matter.
pub async fn nudge(cx: &Context) {
    if let Ok(mut agent) = Client::connect(cx.home.dir()).await {
        let _: Result<Value, _> = agent.call(method::TEAM_REFRESH, &json!({})).await;
    }
}
