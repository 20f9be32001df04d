//! The typed client on the team API.

use dayloom_api::{
    Stamp,
    team::{
        Classify, Counted, Flush, FlushMinute, MinuteInWorkspace, NewInvite, TeamRole, TeamWorkspaceChange,
    },
};
use dayloom_domain::{Clock, team::classify::Kind};
use dayloom_testkit::TestApp;
use jiff::civil::date;

#[tokio::test]
async fn a_team_by_the_client_alone() {
    let app = TestApp::sqlite().await;
    let (ann, bob) = (
        app.person("ann@example.org").await,
        app.person("bob@example.org").await,
    );
    let made = ann.client.create_team_workspace("Weavers").await.unwrap();
    let workspace = made.workspace.id.into();
    let change = TeamWorkspaceChange {
        daily_cap_minutes: Some(600),
        ..TeamWorkspaceChange::default()
    };
    let client = &ann.client;
    client.change_team_workspace(workspace, &change).await.unwrap();
    let repos = ["acme/*".to_owned()];
    client.set_repo_patterns(workspace, &repos).await.unwrap();
    let apps = ["^Code$".to_owned()];
    let changed = client.set_app_allowlist(workspace, &apps).await.unwrap();
    assert_eq!(
        (
            changed.workspace.repo_patterns.as_slice(),
            changed.workspace.app_allowlist.as_slice()
        ),
        (&repos[..], &apps[..])
    );
    assert_eq!(client.team_workspaces().await.unwrap(), [changed.workspace]);
    let minute = Classify {
        repo: Some("acme/loom".to_owned()),
        app: Some("Code".to_owned()),
        ..Classify::default()
    };
    let said = client.classify(workspace, &minute).await.unwrap();
    assert_eq!(said.kind, Kind::Internal);

    let invite = client
        .create_invite(workspace, &NewInvite { expires_in_s: 600 })
        .await
        .unwrap();
    assert_ne!(invite.code, made.invite.code);
    assert_eq!(client.invites(workspace).await.unwrap()[0].code, invite.code);
    let joined = bob.client.join_workspace(&invite.code).await.unwrap();
    assert_eq!(joined.id, made.workspace.id);
    client.delete_invite(workspace, &invite.code).await.unwrap();
    assert!(bob.client.join_workspace(&invite.code).await.is_err());

    assert_eq!(client.team_members(workspace).await.unwrap().len(), 2);
    let up = client
        .change_team_member(workspace, bob.id, TeamRole::Admin)
        .await;
    assert_eq!(up.unwrap().role, TeamRole::Admin);
    let flush = Flush {
        timezone: Some("Europe/Kyiv".to_owned()),
        minutes: vec![FlushMinute {
            at: Some(Stamp(app.clock.now())),
            workspaces: vec![MinuteInWorkspace {
                id: made.workspace.id,
                kind: Kind::Internal,
                source: "acme/loom".to_owned(),
            }],
        }],
    };
    assert_eq!(bob.client.send_minutes(&flush).await.unwrap().accepted, 1);
    assert_eq!(bob.client.team_me().await.unwrap().workspaces.len(), 1);
    let day = date(2026, 11, 21);
    let counts = vec![Counted {
        developer_id: bob.id.0,
        day,
        internal: 2,
        external: 0,
    }];
    let stored = client.send_commits(workspace, counts.clone()).await.unwrap();
    assert_eq!(stored.stored, 1);
    let stored = client.send_closed_issues(workspace, counts).await.unwrap();
    assert_eq!(stored.stored, 1);
    let activity = client.team_activity(workspace, day, day).await.unwrap();
    assert_eq!(activity.members.len(), 2);
    let of_bob = activity.members.iter().find(|one| !one.days.is_empty()).unwrap();
    assert_eq!(of_bob.days[0].internal, 1);

    client.remove_team_member(workspace, bob.id).await.unwrap();
    assert_eq!(client.team_members(workspace).await.unwrap().len(), 1);
}
