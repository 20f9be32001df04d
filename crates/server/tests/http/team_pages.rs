//! The pages of a team as everyone there can be: outsider, former member, member, admin. Every form, with a session and a token of
//! its own: only what the contract grants, and nothing is changed by a refusal.

use dayloom_domain::{WorkspaceId, people::Role};
use dayloom_storage::team::{TeamMember, TeamSpace};
use dayloom_testkit::{Answer, Person, TestApp, on_both};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;

use crate::desk::{csrf, signed_in, visit};

pub struct Visitor {
    pub email: &'static str,
    pub person: Person,
    pub cookie: String,
    pub token: String,
}

/// Fields of a form, and the statuses a member and a former member get for it.
type Form<'f> = (&'f [(&'f str, &'f str)], u16, u16);

pub async fn visitor(app: &TestApp, email: &'static str, random: u8) -> Visitor {
    let person = app.person(email).await;
    let cookie = signed_in(app, &person, random).await;
    let token = csrf(&visit(app, "/team", Some(&cookie)).await.text);
    Visitor {
        email,
        person,
        cookie,
        token,
    }
}

pub async fn post(app: &TestApp, visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    let request = app
        .request(Method::POST, path, None)
        .header("cookie", &visitor.cookie)
        .header("origin", &app.url)
        .header("content-type", "application/x-www-form-urlencoded");
    app.send(request.body(body.join("&"))).await
}

/// Everything of a workspace that a form may change.
async fn standing(
    app: &TestApp,
    workspace: WorkspaceId,
    owner: &Person,
) -> (TeamSpace, Vec<TeamMember>, usize) {
    let team = app.store.team();
    let now = dayloom_domain::Clock::now(&*app.clock);
    let space = team.space(workspace, owner.id).await.unwrap().unwrap();
    let members = team.members(workspace).await.unwrap();
    let invites = team.invites(workspace, now).await.unwrap().len();
    (space, members, invites)
}

#[tokio::test]
async fn every_form_gives_each_what_the_contract_grants() {
    on_both(async |app| {
        let owner = app.person("owner@example.org").await;
        let made = owner.client.create_team_workspace("Acme").await.unwrap();
        let workspace = WorkspaceId(made.workspace.id);
        let now = dayloom_domain::Clock::now(&*app.clock);
        let outsider = visitor(&app, "outsider@example.org", 11).await;
        let former = visitor(&app, "former@example.org", 12).await;
        let member = visitor(&app, "member@example.org", 13).await;
        let admin = visitor(&app, "admin@example.org", 14).await;
        let other = app.person("other@example.org").await;
        let spaces = app.store.workspaces();
        for (email, role) in [
            ("former@example.org", Role::Admin),
            ("member@example.org", Role::Developer),
            ("admin@example.org", Role::Admin),
            ("other@example.org", Role::Developer),
        ] {
            spaces
                .add_member(workspace, owner.id, email, role, now)
                .await
                .unwrap();
        }
        spaces
            .remove_member(workspace, owner.id, former.person.id, now)
            .await
            .unwrap();

        let page = format!("/team/{workspace}/activity");
        for path in [
            page.clone(),
            format!("{page}.csv"),
            format!("{page}?from=2026-11-01&to=2026-11-21"),
        ] {
            for (who, status) in [(&outsider, 404), (&former, 404), (&member, 200), (&admin, 200)] {
                assert_eq!(
                    visit(&app, &path, Some(&who.cookie)).await.status,
                    status,
                    "{path} of {}",
                    who.email
                );
            }
            assert_eq!(visit(&app, &path, None).await.status, 401);
        }
        let told = visit(&app, &page, Some(&member.cookie)).await.text;
        for word in [made.invite.code.as_str(), "value=\"apps\"", "value=\"remove\""] {
            assert!(!told.contains(word), "a member is not shown {word}");
        }

        for (query, words) in [
            ("from=2025-01-01&to=2026-11-21", "at most 366 days"),
            ("from=2026-11-21&to=2026-11-20", "after the last"),
            ("to=soon", "Invalid date"),
        ] {
            let answer = visit(&app, &format!("{page}?{query}"), Some(&member.cookie)).await;
            assert_eq!(answer.status, 400, "{query}");
            assert!(
                answer.text.contains(words) && answer.text.contains("href=\"/team\""),
                "{}",
                answer.text
            );
        }

        let (other, code) = (other.id.to_string(), made.invite.code.clone());
        let forms: &[Form] = &[
            (
                &[("act", "test"), ("repo", "acme/app"), ("app", "Cursor")],
                200,
                200,
            ),
            (&[("act", "name"), ("name", "Weavers")], 404, 303),
            (&[("act", "repos"), ("list", "acme/*")], 404, 303),
            (&[("act", "apps"), ("list", "^Code$")], 404, 303),
            (&[("act", "apps"), ("list", "(")], 404, 422),
            (&[("act", "bounds"), ("idle", "3"), ("cap", "60")], 404, 303),
            (&[("act", "end"), ("code", &code)], 404, 303),
            (&[("act", "invite")], 404, 303),
            (&[("act", "promote"), ("member", &other)], 404, 303),
            (&[("act", "demote"), ("member", &other)], 404, 303),
            (&[("act", "remove"), ("member", &other)], 404, 303),
            (&[("act", "nonsense")], 404, 422),
            (&[("act", "undo"), ("undo", "removed.x.-.0.y")], 404, 422),
            (&[], 404, 422),
        ];
        for (fields, of_member, of_admin) in forms {
            let before = standing(&app, workspace, &owner).await;
            for (who, status) in [(&outsider, 404), (&former, 404), (&member, *of_member)] {
                let sent = [&[("csrf", who.token.as_str())], *fields].concat();
                let answer = post(&app, who, &page, &sent).await;
                assert_eq!(answer.status, status, "{fields:?} of {}", who.email);
                let forged = post(&app, who, &page, fields).await;
                assert_ne!(forged.status / 100, 2, "{fields:?} without a token");
                assert_ne!(forged.status, 303, "{fields:?} without a token");
            }
            let after = standing(&app, workspace, &owner).await;
            assert_eq!(after, before, "{fields:?} changed something");
            let forged = post(&app, &admin, &page, fields).await;
            assert_eq!(forged.status, 403, "{fields:?} of an admin without a token");
            let stolen = [&[("csrf", member.token.as_str())], *fields].concat();
            assert_eq!(post(&app, &admin, &page, &stolen).await.status, 403, "{fields:?}");
            assert_eq!(standing(&app, workspace, &owner).await, before);
            let sent = [&[("csrf", admin.token.as_str())], *fields].concat();
            assert_eq!(
                post(&app, &admin, &page, &sent).await.status,
                *of_admin,
                "{fields:?}"
            );
        }
        let (space, ..) = standing(&app, workspace, &owner).await;
        assert_eq!((space.name.as_str(), space.daily_cap_minutes), ("Weavers", 60));

        // Everyone may leave; nobody removes themselves from where they are not.
        let own = member.person.id.to_string();
        let leave = [
            ("csrf", member.token.as_str()),
            ("act", "remove"),
            ("member", &own),
        ];
        assert_eq!(post(&app, &member, &page, &leave).await.status, 303);
        assert_eq!(post(&app, &member, &page, &leave).await.status, 404);

        // The forms outside of any workspace are everyone's with a session.
        for who in [&outsider, &former] {
            let bad = [("csrf", who.token.as_str()), ("code", &code)];
            assert_eq!(
                post(&app, who, "/team/join", &bad).await.status,
                422,
                "an ended code"
            );
            assert_eq!(
                post(&app, who, "/team/join", &[("code", &code)]).await.status,
                403
            );
            let new = [("csrf", who.token.as_str()), ("name", "Mine")];
            assert_eq!(post(&app, who, "/team", &new[1..]).await.status, 403);
            assert_eq!(post(&app, who, "/team", &new).await.status, 303);
        }
    })
    .await;
}
