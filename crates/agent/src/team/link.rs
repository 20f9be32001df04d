//! What the collector asks of the server, and who it asks for. Must not know how the calls travel.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use dayloom_api::developers::DeveloperChange;
use dayloom_api::team::{
    ChangedAllowlist, Counted, CountsAnswer, CreatedTeamWorkspace, Flush, FlushAnswer, Me, TeamMember,
    TeamWorkspace,
};
use dayloom_client::{Client, ClientError};
use dayloom_domain::WorkspaceId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::minutes::MemberKey;
use crate::account::server_key;
use crate::credentials::Credential;
use crate::{AgentError, Home, home};

/// The calls of one person to one server (`contract/team.md` §4).
#[async_trait]
pub trait TeamLink: Send + Sync {
    /// `GET /me`.
    async fn me(&self) -> Result<Me, ClientError>;
    /// `POST /active-minutes`.
    async fn flush(&self, flush: &Flush) -> Result<FlushAnswer, ClientError>;
    /// `POST /workspaces`.
    async fn create(&self, name: &str) -> Result<CreatedTeamWorkspace, ClientError>;
    /// `POST /workspaces/join`.
    async fn join(&self, code: &str) -> Result<TeamWorkspace, ClientError>;
    /// `PUT /workspaces/{id}/app-allowlist`.
    async fn set_allowlist(
        &self,
        workspace: Uuid,
        patterns: &[String],
    ) -> Result<ChangedAllowlist, ClientError>;
    /// `GET /workspaces/{id}/members`.
    async fn members(&self, workspace: Uuid) -> Result<Vec<TeamMember>, ClientError>;
    /// `POST /workspaces/{id}/commits` or `…/closed-issues`.
    async fn post_counts(
        &self,
        workspace: Uuid,
        what: CountOf,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, ClientError>;
    /// Says which GitHub login is the person's, or with an empty text none; answered as [`TeamLink::me`] is.
    async fn set_github_login(&self, login: &str) -> Result<Me, ClientError>;
}

/// What an admin's client counts on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum CountOf {
    /// Commits, by author and author date.
    Commits,
    /// Closed issues, by assignee and the day they were closed.
    ClosedIssues,
}

#[async_trait]
impl TeamLink for Client {
    async fn me(&self) -> Result<Me, ClientError> {
        self.team_me().await
    }

    async fn flush(&self, flush: &Flush) -> Result<FlushAnswer, ClientError> {
        self.send_minutes(flush).await
    }

    async fn create(&self, name: &str) -> Result<CreatedTeamWorkspace, ClientError> {
        self.create_team_workspace(name).await
    }

    async fn join(&self, code: &str) -> Result<TeamWorkspace, ClientError> {
        self.join_workspace(code).await
    }

    async fn set_allowlist(
        &self,
        workspace: Uuid,
        patterns: &[String],
    ) -> Result<ChangedAllowlist, ClientError> {
        self.set_app_allowlist(WorkspaceId(workspace), patterns).await
    }

    async fn members(&self, workspace: Uuid) -> Result<Vec<TeamMember>, ClientError> {
        self.team_members(WorkspaceId(workspace)).await
    }

    async fn post_counts(
        &self,
        workspace: Uuid,
        what: CountOf,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, ClientError> {
        match what {
            CountOf::Commits => self.send_commits(WorkspaceId(workspace), days).await,
            CountOf::ClosedIssues => self.send_closed_issues(WorkspaceId(workspace), days).await,
        }
    }

    async fn set_github_login(&self, login: &str) -> Result<Me, ClientError> {
        let change = DeveloperChange {
            github_login: Some(login.to_owned()),
            ..DeveloperChange::default()
        };
        self.change_me(&change).await?;
        self.team_me().await
    }
}

/// Makes the calls of a credential possible.
pub type TeamConnect = Box<dyn Fn(&Credential) -> Result<Arc<dyn TeamLink>, ClientError> + Send + Sync>;

/// The typed client as a link.
pub fn team_connect(credential: &Credential) -> Result<Arc<dyn TeamLink>, ClientError> {
    let client = Client::new(&credential.server, Some(credential.token.reveal()))?;
    Ok(Arc::new(client))
}

/// Who is signed in, as the server last said.
#[derive(Clone, Debug)]
pub struct Member {
    /// Where their minutes wait.
    pub key: MemberKey,
    /// The person and their workspaces.
    pub me: Me,
}

/// A sign-in: a server, a token, and the person behind it once that is known.
pub struct Session {
    /// The server as [`server_key`] names it.
    pub server: String,
    /// Tells this sign-in from others without giving the token away.
    pub mark: String,
    /// The calls.
    pub link: Arc<dyn TeamLink>,
    member: Mutex<Option<Member>>,
}

/// The person of the last sign-in, kept in home so that a start without network knows the workspaces.
#[derive(Serialize, Deserialize)]
struct Remembered {
    mark: String,
    me: Me,
}

impl Session {
    /// A session of a credential; nothing is sent yet.
    pub fn new(credential: &Credential, link: Arc<dyn TeamLink>) -> Self {
        let server = server_key(&credential.server);
        let mark = format!("{server} {}", credential.token.fingerprint());
        Self {
            server,
            mark,
            link,
            member: Mutex::new(None),
        }
    }

    /// The person, where they are known.
    pub fn member(&self) -> Option<Member> {
        self.member.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The server said who it is.
    pub fn know(&self, member: Member) {
        *self.member.lock().unwrap_or_else(PoisonError::into_inner) = Some(member);
    }

    /// The person this home remembers of this very sign-in.
    pub fn remembered(&self, home: &Home) -> Option<Me> {
        let bytes = std::fs::read(home.team_member()).ok()?;
        let kept: Remembered = serde_json::from_slice(&bytes).ok()?;
        (kept.mark == self.mark).then_some(kept.me)
    }

    /// Remembers the person.
    pub fn remember(&self, home: &Home, me: &Me) -> Result<(), AgentError> {
        let kept = Remembered {
            mark: self.mark.clone(),
            me: me.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&kept).expect("a person is plain data");
        let path = home.team_member();
        home::write_private(&path, &bytes, true).map_err(|error| AgentError::Home { path, error })
    }
}
