//! The team API (`contract/team.md` §4). It lies beside `/api/v1`, under `/api/team`.

use dayloom_api::team::{
    Activity, ChangedAllowlist, Classified, Classify, Counted, Counts, CountsAnswer, CreatedTeamWorkspace,
    Flush, FlushAnswer, Invite, Join, ListedInvite, Me, NewInvite, NewTeamWorkspace, TeamMember,
    TeamMemberChange, TeamRole, TeamWorkspace, TeamWorkspaceChange,
};
use dayloom_domain::{DeveloperId, WorkspaceId};
use jiff::civil::Date;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{Client, ClientError};

impl Client {
    /// The caller, the idle window in force for them, and their workspaces.
    pub async fn team_me(&self) -> Result<Me, ClientError> {
        self.json(self.team(Method::GET, "/me")).await
    }

    /// Sends minutes. A refusal of the whole names its field: where that is `timezone`, send again without it.
    pub async fn send_minutes(&self, flush: &Flush) -> Result<FlushAnswer, ClientError> {
        self.json(self.team(Method::POST, "/active-minutes").json(flush))
            .await
    }

    /// Makes a workspace with its first invite; the caller becomes its owner.
    pub async fn create_team_workspace(&self, name: &str) -> Result<CreatedTeamWorkspace, ClientError> {
        let name = name.to_owned();
        let request = self
            .team(Method::POST, "/workspaces")
            .json(&NewTeamWorkspace { name });
        self.json(request).await
    }

    /// The caller's workspaces, oldest first.
    pub async fn team_workspaces(&self) -> Result<Vec<TeamWorkspace>, ClientError> {
        self.json(self.team(Method::GET, "/workspaces")).await
    }

    /// Changes a workspace's name, idle window or cap.
    pub async fn change_team_workspace(
        &self,
        workspace: WorkspaceId,
        change: &TeamWorkspaceChange,
    ) -> Result<TeamWorkspace, ClientError> {
        let path = format!("/workspaces/{workspace}");
        self.json(self.team(Method::PATCH, &path).json(change)).await
    }

    /// Replaces the globs of a workspace's repositories. A bad one refuses all and is named.
    pub async fn set_repo_patterns(
        &self,
        workspace: WorkspaceId,
        patterns: &[String],
    ) -> Result<TeamWorkspace, ClientError> {
        let path = format!("/workspaces/{workspace}/repo-patterns");
        let body = json!({ "repo_patterns": patterns });
        self.json(self.team(Method::PUT, &path).json(&body)).await
    }

    /// Replaces the allowlist of applications; none lets every application count. A bad pattern refuses all and is named.
    pub async fn set_app_allowlist(
        &self,
        workspace: WorkspaceId,
        patterns: &[String],
    ) -> Result<ChangedAllowlist, ClientError> {
        let path = format!("/workspaces/{workspace}/app-allowlist");
        let body = json!({ "app_allowlist": patterns });
        self.json(self.team(Method::PUT, &path).json(&body)).await
    }

    /// What a minute would be. Nothing is stored or logged.
    pub async fn classify(
        &self,
        workspace: WorkspaceId,
        minute: &Classify,
    ) -> Result<Classified, ClientError> {
        let path = format!("/workspaces/{workspace}/classify");
        self.json(self.team(Method::POST, &path).json(minute)).await
    }

    /// Makes a new invite; former ones end.
    pub async fn create_invite(
        &self,
        workspace: WorkspaceId,
        invite: &NewInvite,
    ) -> Result<Invite, ClientError> {
        let path = format!("/workspaces/{workspace}/invites");
        self.json(self.team(Method::POST, &path).json(invite)).await
    }

    /// Live invites of a workspace.
    pub async fn invites(&self, workspace: WorkspaceId) -> Result<Vec<ListedInvite>, ClientError> {
        self.json(self.team(Method::GET, &format!("/workspaces/{workspace}/invites")))
            .await
    }

    /// Ends an invite.
    pub async fn delete_invite(&self, workspace: WorkspaceId, code: &str) -> Result<(), ClientError> {
        let code: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
        let path = format!("/workspaces/{workspace}/invites/{code}");
        self.answer(self.team(Method::DELETE, &path)).await.map(drop)
    }

    /// Joins the workspace a code belongs to.
    pub async fn join_workspace(&self, code: &str) -> Result<TeamWorkspace, ClientError> {
        let code = code.to_owned();
        self.json(self.team(Method::POST, "/workspaces/join").json(&Join { code }))
            .await
    }

    /// Active members of a workspace.
    pub async fn team_members(&self, workspace: WorkspaceId) -> Result<Vec<TeamMember>, ClientError> {
        self.json(self.team(Method::GET, &format!("/workspaces/{workspace}/members")))
            .await
    }

    /// Makes a member an admin, or an admin a member.
    pub async fn change_team_member(
        &self,
        workspace: WorkspaceId,
        member: DeveloperId,
        role: TeamRole,
    ) -> Result<TeamMember, ClientError> {
        let path = format!("/workspaces/{workspace}/members/{member}");
        self.json(self.team(Method::PATCH, &path).json(&TeamMemberChange { role }))
            .await
    }

    /// Ends a membership: an admin that of anyone, everyone their own.
    pub async fn remove_team_member(
        &self,
        workspace: WorkspaceId,
        member: DeveloperId,
    ) -> Result<(), ClientError> {
        let path = format!("/workspaces/{workspace}/members/{member}");
        self.answer(self.team(Method::DELETE, &path)).await.map(drop)
    }

    /// Replaces counts of commits of member-days.
    pub async fn send_commits(
        &self,
        workspace: WorkspaceId,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, ClientError> {
        let path = format!("/workspaces/{workspace}/commits");
        self.json(self.team(Method::POST, &path).json(&Counts { days }))
            .await
    }

    /// Replaces counts of closed issues of member-days.
    pub async fn send_closed_issues(
        &self,
        workspace: WorkspaceId,
        days: Vec<Counted>,
    ) -> Result<CountsAnswer, ClientError> {
        let path = format!("/workspaces/{workspace}/closed-issues");
        self.json(self.team(Method::POST, &path).json(&Counts { days }))
            .await
    }

    /// The activity of a team on all UTC days from the first to the last.
    pub async fn team_activity(
        &self,
        workspace: WorkspaceId,
        from: Date,
        to: Date,
    ) -> Result<Activity, ClientError> {
        let path = format!("/workspaces/{workspace}/activity?from={from}&to={to}");
        self.json(self.team(Method::GET, &path)).await
    }

    /// A request under `/api/team` that carries the credential.
    fn team(&self, method: Method, path: &str) -> RequestBuilder {
        let origin = self.base.as_str().trim_end_matches("/api/v1");
        self.request_at(method, &format!("{origin}/api/team{path}"), &[])
    }
}
