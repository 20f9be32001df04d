//! One workspace and everyone there can be around it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use serde_json::Value;

use super::{Person, World};

/// Everyone there can be: nobody in particular, an outsider, a member, an admin, a former admin, and the owner.
pub struct Cast {
    pub workspace: String,
    pub owner: Person,
    pub admin: Person,
    pub member: Person,
    pub former: Person,
    pub outsider: Person,
}

pub async fn cast(world: &World) -> Cast {
    let owner = world.person("owner@example.org").await;
    let workspace = world.team_workspace(&owner, "Acme").await;
    let admin = world
        .member(&owner, &workspace, "admin@example.org", "admin")
        .await;
    // A manager of the Tracker is a plain member here.
    let member = world
        .member(&owner, &workspace, "member@example.org", "manager")
        .await;
    let former = world
        .member(&owner, &workspace, "former@example.org", "admin")
        .await;
    let row = format!("/workspaces/{workspace}/members/{}", former.id);
    world.team(&owner, "DELETE", &row, Value::Null).await.expect(204);
    Cast {
        workspace,
        owner,
        admin,
        member,
        former,
        outsider: world.person("outsider@example.org").await,
    }
}
