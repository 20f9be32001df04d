//! Undoing what a form of a team's page did: the notice and its button come with the page after the form, undo exactly that, once,
//! and are of no use to anyone but the admin whose session did it.

use dayloom_domain::{
    Clock, WorkspaceId,
    people::{MemberStatus, Role},
};
use dayloom_testkit::{Answer, TestApp, on_both};
use jiff::SignedDuration;

use crate::{
    desk::visit,
    team_pages::{Visitor, post, visitor},
};

/// A workspace with its page and who is in it.
struct Team<'a> {
    app: &'a TestApp,
    workspace: WorkspaceId,
    page: String,
}

impl Team<'_> {
    async fn send(&self, who: &Visitor, fields: &[(&str, &str)]) -> Answer {
        let sent = [&[("csrf", who.token.as_str())], fields].concat();
        post(self.app, who, &self.page, &sent).await
    }

    /// Sends a form and follows it to the page: what stands in the address, and the page.
    async fn done(&self, who: &Visitor, fields: &[(&str, &str)]) -> (Option<String>, String) {
        let answer = self.send(who, fields).await;
        assert_eq!(answer.status, 303, "{fields:?}: {}", answer.text);
        let to = answer.header("location").unwrap().to_owned();
        let to = to.split('#').next().unwrap_or_default();
        let sealed = to.split_once("&undo=").map(|(_, sealed)| sealed.to_owned());
        let page = visit(self.app, to, Some(&who.cookie)).await;
        assert_eq!(page.status, 200);
        let offered = page.text.contains("value=\"undo\"");
        assert_eq!(offered, sealed.is_some(), "{fields:?}");
        (sealed, page.text)
    }

    async fn standing(&self, who: &Visitor) -> (Role, MemberStatus) {
        let spaces = self.app.store.workspaces();
        let member = spaces
            .member(self.workspace, who.person.id)
            .await
            .unwrap()
            .unwrap();
        (member.role, member.status)
    }

    async fn code(&self) -> Option<(String, jiff::Timestamp)> {
        let team = self.app.store.team();
        let live = team.invites(self.workspace, self.app.clock.now()).await.unwrap();
        live.into_iter()
            .next()
            .map(|live| (live.invite.code, live.invite.expires_at))
    }
}

/// Lets every act have an instant of its own.
fn later(app: &TestApp) {
    app.clock.advance(SignedDuration::from_secs(1));
}

#[tokio::test]
async fn an_admin_undoes_what_was_done_to_a_member() {
    on_both(async |app| {
        let (team, [owner, admin, member]) = team(&app).await;
        let id = member.person.id.to_string();
        let remove = [("act", "remove"), ("member", id.as_str())];
        later(&app);
        let (sealed, page) = team.done(&admin, &remove).await;
        let sealed = sealed.unwrap();
        assert!(
            page.contains("was removed") && page.contains("member@example.org"),
            "{page}"
        );
        let gone = (Role::Manager, MemberStatus::Removed);
        assert_eq!(team.standing(&member).await, gone);
        later(&app);

        // Nobody gets in by it: not who is out, not by another's session, not by a text of their own making.
        let undo = [("act", "undo"), ("undo", sealed.as_str())];
        assert_eq!(team.send(&member, &undo).await.status, 404, "a former member");
        assert_eq!(team.send(&owner, &undo).await.status, 422, "another session");
        let mut forged = vec![
            sealed.replace("removed.", "role."),
            sealed.replace(&id, &owner.person.id.to_string()),
            format!("{sealed}0"),
            String::new(),
        ];
        let other = admin.person.client.create_team_workspace("Other").await.unwrap();
        forged.push(sealed[..sealed.len() - 1].to_owned());
        for forged in &forged {
            let undo = [("act", "undo"), ("undo", forged.as_str())];
            let refused = team.send(&admin, &undo).await;
            assert_eq!(refused.status, 422, "{forged}");
            assert!(
                refused.text.contains("can no longer be undone"),
                "{}",
                refused.text
            );
            let page = format!("{}?undo={forged}", team.page);
            let page = visit(&app, &page, Some(&admin.cookie)).await;
            assert!(!page.text.contains("value=\"undo\""), "{forged}");
        }
        let elsewhere = Team {
            app: &app,
            workspace: WorkspaceId(other.workspace.id),
            page: format!("/team/{}/activity", other.workspace.id),
        };
        assert_eq!(
            elsewhere.send(&admin, &undo).await.status,
            422,
            "another workspace"
        );
        let unsigned = [("act", "undo"), ("undo", sealed.as_str())];
        assert_eq!(
            post(&app, &admin, &team.page, &unsigned).await.status,
            403,
            "no token"
        );
        assert_eq!(team.standing(&member).await, gone);

        // The admin does, once; the role is the one of before.
        let (again, page) = team.done(&admin, &undo).await;
        assert_eq!(again, None);
        assert!(!page.contains("was removed"));
        assert_eq!(
            team.standing(&member).await,
            (Role::Manager, MemberStatus::Active)
        );
        assert_eq!(team.send(&admin, &undo).await.status, 422, "twice");
        let reloaded = format!("{}?undo={sealed}", team.page);
        let reloaded = visit(&app, &reloaded, Some(&admin.cookie)).await;
        assert!(
            !reloaded.text.contains("was removed"),
            "what no longer stands is not said"
        );

        // Roles the same way, and not once they were changed again.
        later(&app);
        let promote = [("act", "promote"), ("member", id.as_str())];
        let (sealed, page) = team.done(&admin, &promote).await;
        assert!(page.contains("is an admin now"));
        assert_eq!(team.standing(&member).await.0, Role::Admin);
        later(&app);
        let undo = [("act", "undo"), ("undo", sealed.as_deref().unwrap())];
        team.done(&admin, &undo).await;
        assert_eq!(
            team.standing(&member).await.0,
            Role::Manager,
            "not a plain developer"
        );
        later(&app);
        let (first, _) = team.done(&admin, &promote).await;
        later(&app);
        let demote = [("act", "demote"), ("member", id.as_str())];
        let (second, page) = team.done(&admin, &demote).await;
        assert!(page.contains("is a member now"));
        let undo = [("act", "undo"), ("undo", first.as_deref().unwrap())];
        assert_eq!(team.send(&admin, &undo).await.status, 422, "changed since");
        app.clock.advance(SignedDuration::from_mins(11));
        let undo = [("act", "undo"), ("undo", second.as_deref().unwrap())];
        assert_eq!(team.send(&admin, &undo).await.status, 422, "too late");
        assert_eq!(
            team.standing(&member).await,
            (Role::Developer, MemberStatus::Active)
        );
        // What changes nothing offers nothing; who left is out for the page.
        assert_eq!(team.done(&admin, &demote).await.0, None);
        let own = admin.person.id.to_string();
        let left = team.send(&admin, &[("act", "remove"), ("member", &own)]).await;
        assert_eq!((left.status, left.header("location")), (303, Some("/team")));
    })
    .await;
}

#[tokio::test]
async fn an_admin_undoes_what_was_done_to_the_invite() {
    on_both(async |app| {
        let (team, [_, admin, member]) = team(&app).await;
        let before = team.code().await.unwrap();
        later(&app);
        let (sealed, page) = team.done(&admin, &[("act", "end"), ("code", &before.0)]).await;
        let sealed = sealed.unwrap();
        assert!(page.contains("was withdrawn") && !sealed.contains(&before.0));
        assert_eq!(team.code().await, None);
        later(&app);
        let undo = [("act", "undo"), ("undo", sealed.as_str())];
        assert_eq!(
            team.send(&member, &undo).await.status,
            404,
            "a member invites nobody"
        );
        team.done(&admin, &undo).await;
        assert_eq!(team.code().await, Some(before.clone()), "the same code and end");

        later(&app);
        let (sealed, page) = team.done(&admin, &[("act", "invite")]).await;
        assert!(page.contains("was renewed"));
        let renewed = team.code().await.unwrap();
        assert_ne!(renewed, before);
        later(&app);
        let undo = [("act", "undo"), ("undo", sealed.as_deref().unwrap())];
        team.done(&admin, &undo).await;
        assert_eq!(team.code().await, Some(before.clone()));
        let stranger = app.person("stranger@example.org").await;
        let late = app
            .store
            .team()
            .join(stranger.id, &renewed.0, app.clock.now())
            .await;
        assert_eq!(late.unwrap(), None, "the one that took its place has ended");

        // One made since stays.
        later(&app);
        let (sealed, _) = team.done(&admin, &[("act", "end"), ("code", &before.0)]).await;
        later(&app);
        let (none, _) = team.done(&admin, &[("act", "invite")]).await;
        assert_eq!(none, None, "a first one is withdrawn where it stands");
        let made = team.code().await;
        let undo = [("act", "undo"), ("undo", sealed.as_deref().unwrap())];
        let refused = team.send(&admin, &undo).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("can no longer be undone"));
        assert_eq!(team.code().await, made);
    })
    .await;
}

async fn team(app: &TestApp) -> (Team<'_>, [Visitor; 3]) {
    let owner = visitor(app, "owner@example.org", 21).await;
    let made = owner.person.client.create_team_workspace("Acme").await.unwrap();
    let workspace = WorkspaceId(made.workspace.id);
    let admin = visitor(app, "admin@example.org", 22).await;
    let member = visitor(app, "member@example.org", 23).await;
    let (spaces, now) = (app.store.workspaces(), app.clock.now());
    for (email, role) in [
        ("admin@example.org", Role::Admin),
        ("member@example.org", Role::Manager),
    ] {
        let added = spaces.add_member(workspace, owner.person.id, email, role, now);
        added.await.unwrap();
    }
    let page = format!("/team/{workspace}/activity");
    let team = Team { app, workspace, page };
    (team, [owner, admin, member])
}
