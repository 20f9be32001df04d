//! The team API over HTTP: every row of `contract/team.md` §4, with every refusal.

mod support;

use serde_json::{Value, json};
use support::{
    Person, World,
    cast::{Cast, cast},
    on_both_databases,
};

on_both_databases!(
    everyone_gets_what_the_contract_grants,
    checks_come_in_their_order,
    a_workspace_is_made_and_changed,
    patterns_are_checked_and_named,
    the_live_tester_says_what_the_collector_would,
    a_code_lets_people_in,
    roles_are_those_of_the_tracker,
    a_github_login_is_one_persons,
    a_slow_pattern_is_taken_and_named,
);

const TEAM: &str = "/api/team";

/// Method, path below the workspace, body; what a member gets, and what an admin gets.
fn rows(cast: &Cast) -> Vec<(&'static str, String, Value, u16, u16)> {
    let row = |who: &Person| format!("/members/{}", who.id);
    vec![
        ("PATCH", String::new(), json!({"name": "Acme"}), 403, 200),
        (
            "PUT",
            "/repo-patterns".into(),
            json!({"repo_patterns": ["acme/*"]}),
            403,
            200,
        ),
        (
            "PUT",
            "/app-allowlist".into(),
            json!({"app_allowlist": ["^Code$"]}),
            403,
            200,
        ),
        ("POST", "/classify".into(), json!({"repo": "acme/app"}), 200, 200),
        ("POST", "/invites".into(), json!({}), 403, 201),
        ("GET", "/invites".into(), Value::Null, 403, 200),
        (
            "DELETE",
            "/invites/0123456789abcdef".into(),
            Value::Null,
            403,
            404,
        ),
        ("GET", "/members".into(), Value::Null, 200, 200),
        ("PATCH", row(&cast.owner), json!({"role": "member"}), 403, 403),
        ("PATCH", row(&cast.member), json!({"role": "member"}), 403, 200),
        ("DELETE", row(&cast.owner), Value::Null, 403, 403),
        ("DELETE", row(&cast.outsider), Value::Null, 403, 404),
        ("POST", "/commits".into(), json!({"days": []}), 403, 200),
        ("POST", "/closed-issues".into(), json!({"days": []}), 403, 200),
        ("GET", "/activity".into(), Value::Null, 200, 200),
    ]
}

async fn everyone_gets_what_the_contract_grants(world: &World) {
    let cast = cast(world).await;
    let unknown = uuid::Uuid::new_v4();
    for (method, below, body, member, admin) in rows(&cast) {
        let path = format!("/workspaces/{}{below}", cast.workspace);
        let elsewhere = format!("/workspaces/{unknown}{below}");
        let bytes = body.to_string().into_bytes();
        let nobody = world
            .send(
                None,
                method,
                &format!("{TEAM}{path}"),
                Some("application/json"),
                bytes,
            )
            .await;
        nobody.refused(401);
        let absent = world.team(&cast.admin, method, &elsewhere, body.clone()).await;
        let absent = absent.refused(404);
        for stranger in [&cast.outsider, &cast.former] {
            let refused = world
                .team(stranger, method, &path, body.clone())
                .await
                .refused(404);
            assert_eq!(refused, absent, "unknown and foreign are one answer");
        }
        for bad in ["nonsense", "%ff", "0"] {
            let path = format!("/workspaces/{bad}{below}");
            assert_eq!(
                world
                    .team(&cast.admin, method, &path, body.clone())
                    .await
                    .refused(404),
                absent
            );
        }
        world
            .team(&cast.member, method, &path, body.clone())
            .await
            .expect(member);
        world.team(&cast.admin, method, &path, body).await.expect(admin);
    }
    for (method, path) in [
        ("GET", "/me"),
        ("GET", "/workspaces"),
        ("POST", "/active-minutes"),
        ("POST", "/workspaces/join"),
    ] {
        let answer = world
            .send(None, method, &format!("{TEAM}{path}"), None, Vec::new())
            .await;
        answer.refused(401);
    }
    assert_eq!(world.team_get(&cast.former, "/workspaces").await, json!([]));
    assert_eq!(
        world.team_get(&cast.outsider, "/me").await["workspaces"],
        json!([])
    );
    // A member leaves by themselves.
    let row = format!("/workspaces/{}/members/{}", cast.workspace, cast.member.id);
    world
        .team(&cast.member, "DELETE", &row, Value::Null)
        .await
        .expect(204);
    world
        .team(&cast.member, "DELETE", &row, Value::Null)
        .await
        .refused(404);
}

async fn checks_come_in_their_order(world: &World) {
    let cast = cast(world).await;
    let target = format!("{TEAM}/workspaces/{}/repo-patterns", cast.workspace);
    let send = async |who: Option<&Person>, body: &str, kind: &'static str| {
        let body = body.as_bytes().to_vec();
        world.send(who, "PUT", &target, Some(kind), body).await
    };
    let json = "application/json";
    send(None, "{", json).await.refused(401);
    assert_eq!(
        send(Some(&cast.outsider), "{", json).await.refused(422),
        "The body is not JSON."
    );
    send(Some(&cast.outsider), "{}", json).await.refused(404);
    send(Some(&cast.outsider), "", json).await.refused(404);
    send(Some(&cast.member), "{}", json).await.refused(403);
    let said = send(Some(&cast.admin), "{}", json).await.refused(422);
    assert_eq!(said, "`repo_patterns`: Field required.");
    let said = send(Some(&cast.admin), r#"{"repo_patterns": []}"#, "text/plain").await;
    assert!(said.refused(422).starts_with("The body: "));
    send(Some(&cast.admin), "[]", json).await.refused(422);
    let query = format!("/workspaces/{}/activity?from=soon", cast.workspace);
    world
        .team(&cast.outsider, "GET", &query, Value::Null)
        .await
        .refused(404);
    let said = world
        .team(&cast.member, "GET", &query, Value::Null)
        .await
        .refused(422);
    assert_eq!(said, "`from`: Input should be a date as YYYY-MM-DD.");
    // Without a body an invite takes its default.
    let invites = format!("/workspaces/{}/invites", cast.workspace);
    world
        .team(&cast.admin, "POST", &invites, Value::Null)
        .await
        .expect(201);
}

async fn a_workspace_is_made_and_changed(world: &World) {
    let ann = world.person("ann@example.org").await;
    let me = world.team_get(&ann, "/me").await;
    let nothing = json!({
        "id": ann.id, "login": null, "name": null, "email": "ann@example.org", "timezone": null, "idle_window_minutes": 5,
        "workspaces": [],
    });
    assert_eq!(me, nothing);
    let made = world
        .team(&ann, "POST", "/workspaces", json!({"name": " Acme "}))
        .await
        .expect(201);
    let id = support::id(&made);
    let fresh = json!({
        "id": id, "name": "Acme", "role": "admin", "repo_patterns": [], "app_allowlist": [], "idle_window_minutes": 5,
        "daily_cap_minutes": 1440,
    });
    let mut with_invite = fresh.clone();
    with_invite["invite"] = made["invite"].clone();
    assert_eq!(made, with_invite);
    assert_eq!(made["invite"]["code"].as_str().map(str::len), Some(32));
    assert_eq!(world.team_get(&ann, "/workspaces").await, json!([fresh]));
    // It is a workspace of the Tracker too.
    let tracker = world.get(&ann, "/workspaces").await.expect(200);
    assert_eq!(
        (&tracker[0]["id"], &tracker[0]["role"]),
        (&json!(id), &json!("owner"))
    );
    let path = format!("/workspaces/{id}");
    let change = json!({"idle_window_minutes": 3, "daily_cap_minutes": null});
    let changed = world.team(&ann, "PATCH", &path, change).await.expect(200);
    assert_eq!(
        (&changed["idle_window_minutes"], &changed["daily_cap_minutes"]),
        (&json!(3), &json!(1440))
    );
    world.team_workspace(&ann, "Other").await;
    let me = world.team_get(&ann, "/me").await;
    assert_eq!(
        (
            &me["idle_window_minutes"],
            me["workspaces"].as_array().map(Vec::len)
        ),
        (&json!(3), Some(2))
    );
    for (body, said) in [
        (
            json!({"idle_window_minutes": 16}),
            "`idle_window_minutes`: Input should be less than or equal to 15.",
        ),
        (
            json!({"daily_cap_minutes": 0}),
            "`daily_cap_minutes`: Input should be greater than or equal to 1.",
        ),
        (
            json!({"name": ""}),
            "`name`: String should have at least 1 character.",
        ),
    ] {
        assert_eq!(world.team(&ann, "PATCH", &path, body).await.refused(422), said);
    }
    for body in [
        json!({}),
        json!({"name": 7}),
        json!({"name": "x".repeat(256)}),
        json!([]),
    ] {
        world.team(&ann, "POST", "/workspaces", body).await.refused(422);
    }
}

async fn patterns_are_checked_and_named(world: &World) {
    let ann = world.person("ann@example.org").await;
    let id = world.team_workspace(&ann, "Acme").await;
    let put = async |what: &str, list: Value| {
        let field = what.replace('-', "_");
        world
            .team(
                &ann,
                "PUT",
                &format!("/workspaces/{id}/{what}"),
                json!({ field: list }),
            )
            .await
    };
    let repos = json!(["zeta/*", "acme/{app,web}", "**"]);
    assert_eq!(
        put("repo-patterns", repos.clone()).await.expect(200)["repo_patterns"],
        repos
    );
    let apps = json!(["^Code$", r"\.tsx", "(?<=Visual )Studio"]);
    assert_eq!(
        put("app-allowlist", apps.clone()).await.expect(200)["app_allowlist"],
        apps
    );
    for (what, list, index) in [
        ("repo-patterns", json!(["a/*", ""]), 1),
        ("repo-patterns", json!(["a/*", "b/*", "x".repeat(201)]), 2),
        ("repo-patterns", json!(["{a,{b,c}}/x"]), 0),
        ("repo-patterns", json!([7]), 0),
        ("app-allowlist", json!(["a", "["]), 1),
        ("app-allowlist", json!(["(?:a{1000}){1000}"]), 0),
        ("app-allowlist", json!(["(?i:a)"]), 0),
        ("app-allowlist", json!(["a\u{0}b"]), 0),
        ("app-allowlist", json!([null]), 0),
    ] {
        let refusal = put(what, list.clone()).await.expect(422);
        assert_eq!(refusal["index"], index, "{list}");
        let (detail, reason) = (
            refusal["detail"].as_str().unwrap_or_default(),
            refusal["reason"].as_str(),
        );
        assert!(
            reason.is_some_and(|reason| !reason.is_empty() && detail.contains(reason)),
            "{refusal}"
        );
        assert!(
            detail.starts_with(&format!("`{}[{index}]`", what.replace('-', "_"))),
            "{detail}"
        );
    }
    put("repo-patterns", json!(vec!["a/*"; 201])).await.refused(422);
    put("app-allowlist", json!(vec!["a"; 51])).await.refused(422);
    let kept = &world.team_get(&ann, "/workspaces").await[0];
    assert_eq!(
        (&kept["repo_patterns"], &kept["app_allowlist"]),
        (&repos, &apps),
        "a refused list changes nothing"
    );
    assert_eq!(
        put("app-allowlist", json!([])).await.expect(200)["app_allowlist"],
        json!([])
    );
}

async fn the_live_tester_says_what_the_collector_would(world: &World) {
    let ann = world.person("ann@example.org").await;
    let id = world.team_workspace(&ann, "Acme").await;
    let path = format!("/workspaces/{id}/classify");
    let ask = async |body: Value| world.team(&ann, "POST", &path, body).await.expect(200);
    let unknown =
        json!({"kind": "external", "source": "_unknown", "repo_pattern": null, "app_pattern": null});
    assert_eq!(ask(json!({})).await, unknown);
    let list = json!({"repo_patterns": ["acme/*"]});
    world
        .team(&ann, "PUT", &format!("/workspaces/{id}/repo-patterns"), list)
        .await
        .expect(200);
    let list = json!({"app_allowlist": ["^Cursor$", r"\.rs$"]});
    world
        .team(&ann, "PUT", &format!("/workspaces/{id}/app-allowlist"), list)
        .await
        .expect(200);
    for (body, kind, source, repo, app) in [
        (
            json!({"repo": "ACME/app", "app": "cursor"}),
            "internal",
            "ACME/app",
            json!("acme/*"),
            json!("^Cursor$"),
        ),
        (
            json!({"remote": "git@github.com:acme/app.git", "app": "Vim", "title": "main.rs"}),
            "internal",
            "acme/app",
            json!("acme/*"),
            json!(r"\.rs$"),
        ),
        (
            json!({"repo": "acme/app", "app": "Slack"}),
            "external",
            "_app:Slack",
            json!("acme/*"),
            Value::Null,
        ),
        (
            json!({"repo": "acme/app"}),
            "external",
            "_app:unknown",
            json!("acme/*"),
            Value::Null,
        ),
        (
            json!({"repo": "other/x", "app": "Cursor"}),
            "external",
            "other/x",
            Value::Null,
            json!("^Cursor$"),
        ),
        (
            json!({"remote": "/srv/git/app", "app": "Slack"}),
            "external",
            "_app:Slack",
            Value::Null,
            Value::Null,
        ),
        (
            json!({"title": "main.rs"}),
            "external",
            "_app:unknown",
            Value::Null,
            json!(r"\.rs$"),
        ),
    ] {
        let expected = json!({"kind": kind, "source": source, "repo_pattern": repo, "app_pattern": app});
        assert_eq!(ask(body.clone()).await, expected, "{body}");
    }
    // Slow on purpose: it counts as not matching, is named, and the next question is answered as ever.
    let list = json!({"app_allowlist": ["^(a+)+$", "Cursor"]});
    world
        .team(&ann, "PUT", &format!("/workspaces/{id}/app-allowlist"), list)
        .await
        .expect(200);
    let hostile = json!({"repo": "acme/app", "app": "Cursor", "title": "a".repeat(500) + "!"});
    let said = ask(hostile).await;
    assert_eq!(
        (&said["kind"], &said["exceeded"]),
        (&json!("internal"), &json!(["^(a+)+$"]))
    );
    world
        .team(&ann, "POST", &path, json!({"repo": 7}))
        .await
        .refused(422);
    world
        .team(&ann, "POST", &path, json!({"remote": "x".repeat(2_049)}))
        .await
        .refused(422);
}

async fn a_code_lets_people_in(world: &World) {
    let cast = cast(world).await;
    let invites = format!("/workspaces/{}/invites", cast.workspace);
    let invite = async |body: Value| {
        let made = world.team(&cast.admin, "POST", &invites, body).await.expect(201);
        made["code"].as_str().unwrap_or_default().to_owned()
    };
    let join = async |who: &Person, code: &str| {
        world
            .team(who, "POST", "/workspaces/join", json!({ "code": code }))
            .await
    };
    let first = invite(json!({"expires_in_s": 60})).await;
    let joined = join(&cast.outsider, &first).await.expect(200);
    assert_eq!(
        (&joined["id"], &joined["role"]),
        (&json!(cast.workspace), &json!("member"))
    );
    assert_eq!(
        join(&cast.owner, &first).await.expect(200)["role"],
        "admin",
        "who is in keeps their role"
    );
    let listed = world.team_get(&cast.admin, &invites).await;
    assert_eq!(
        (&listed[0]["code"], &listed[0]["used"]),
        (&json!(first), &json!(1))
    );
    world.app.clock.advance(jiff::SignedDuration::from_secs(60));
    let kim = world.person("kim@example.org").await;
    let expired = join(&kim, &first).await.refused(404);
    assert_eq!(world.team_get(&cast.admin, &invites).await, json!([]));
    let second = invite(json!({})).await;
    let third = invite(json!({"expires_in_s": null})).await;
    for code in [second.as_str(), "", "nonsense", "\u{1F9F5}", &"x".repeat(10_000)] {
        assert_eq!(join(&kim, code).await.refused(404), expired, "one answer for all");
    }
    // Removed by an admin, a code from before does not readmit; a newer one does.
    assert_eq!(
        join(&cast.former, &third).await.expect(200)["role"],
        "member",
        "removed before it was made"
    );
    let row = format!("/workspaces/{}/members/{}", cast.workspace, cast.former.id);
    world
        .team(&cast.admin, "DELETE", &row, Value::Null)
        .await
        .expect(204);
    assert_eq!(join(&cast.former, &third).await.refused(404), expired);
    let ended = format!("{invites}/{third}");
    world
        .team(&cast.admin, "DELETE", &ended, Value::Null)
        .await
        .expect(204);
    world
        .team(&cast.admin, "DELETE", &ended, Value::Null)
        .await
        .refused(404);
    world
        .team(&cast.admin, "DELETE", &format!("{invites}/%00"), Value::Null)
        .await
        .refused(404);
    join(&kim, &third).await.refused(404);
    for body in [json!({}), json!({"code": 7}), json!({"code": null})] {
        world
            .team(&kim, "POST", "/workspaces/join", body)
            .await
            .refused(422);
    }
    for seconds in [json!(59), json!(2_592_001), json!("soon")] {
        world
            .team(&cast.admin, "POST", &invites, json!({"expires_in_s": seconds}))
            .await
            .refused(422);
    }
}

#[tokio::test]
async fn a_person_tries_thirty_codes_a_minute() {
    let world = World {
        app: dayloom_testkit::TestApp::sqlite().await,
    };
    let (eve, kim) = (
        world.person("eve@example.org").await,
        world.person("kim@example.org").await,
    );
    let join = async |who: &Person| {
        world
            .team(who, "POST", "/workspaces/join", json!({"code": "guess"}))
            .await
    };
    for _ in 0..30 {
        join(&eve).await.refused(404);
    }
    assert!(join(&eve).await.refused(429).contains("`code`"));
    join(&kim).await.refused(404);
    world.app.clock.advance(jiff::SignedDuration::from_secs(30));
    join(&eve).await.refused(404);
}

async fn roles_are_those_of_the_tracker(world: &World) {
    let cast = cast(world).await;
    let row = |who: &Person| format!("/workspaces/{}/members/{}", cast.workspace, who.id);
    let patch = async |actor: &Person, who: &Person, role: &str| {
        world
            .team(actor, "PATCH", &row(who), json!({ "role": role }))
            .await
    };
    patch(&cast.owner, &cast.owner, "member").await.refused(409);
    world
        .team(&cast.owner, "DELETE", &row(&cast.owner), Value::Null)
        .await
        .refused(409);
    patch(&cast.admin, &cast.owner, "member").await.refused(403);
    world
        .team(&cast.admin, "DELETE", &row(&cast.owner), Value::Null)
        .await
        .refused(403);
    patch(&cast.admin, &cast.outsider, "admin").await.refused(404);
    patch(&cast.admin, &cast.member, "owner").await.refused(422);
    assert_eq!(
        patch(&cast.admin, &cast.member, "admin").await.expect(200)["role"],
        "admin"
    );
    let members = world
        .get(&cast.owner, &format!("/workspaces/{}/members", cast.workspace))
        .await
        .expect(200);
    let shown = |members: &Value, who: &Person| {
        let rows = members.as_array().cloned().unwrap_or_default();
        rows.into_iter()
            .find(|row| row["developer_id"] == json!(who.id))
            .map(|row| row["role"].clone())
    };
    assert_eq!(
        shown(&members, &cast.member),
        Some(json!("admin")),
        "the Tracker sees it too"
    );
    assert_eq!(shown(&members, &cast.owner), Some(json!("owner")));
    let owner = json!({"role": "owner"});
    world
        .call(&cast.owner, "PATCH", &row(&cast.admin), owner)
        .await
        .expect(200);
    let team = world
        .team_get(&cast.owner, &format!("/workspaces/{}/members", cast.workspace))
        .await;
    assert_eq!(
        shown(&team, &cast.admin),
        Some(json!("admin")),
        "owners show as admins"
    );
    assert_eq!(team.as_array().map(Vec::len), Some(3), "active ones only");
    patch(&cast.owner, &cast.owner, "member").await.expect(200);
    patch(&cast.admin, &cast.admin, "member").await.refused(409);
    assert_eq!(
        patch(&cast.admin, &cast.owner, "admin").await.expect(200)["role"],
        "admin"
    );
}

async fn a_github_login_is_one_persons(world: &World) {
    let cast = cast(world).await;
    let say = async |who: &Person, login: Value| {
        world
            .call(who, "PATCH", "/developers/me", json!({"github_login": login}))
            .await
    };
    for bad in ["-ada", "ada-", "a--b", "a b", "ada!", &"a".repeat(40)] {
        say(&cast.member, json!(bad)).await.expect(422);
    }
    say(&cast.member, json!(7)).await.expect(422);
    let told = say(&cast.member, json!("Ada-Gh")).await.expect(200);
    assert_eq!(told["github_login"], "Ada-Gh");
    say(&cast.member, json!("Ada-Gh")).await.expect(200);
    say(&cast.member, Value::Null).await.expect(200);
    say(&cast.admin, json!("ada-gh")).await.refused(409);
    assert_eq!(world.team_get(&cast.member, "/me").await["login"], "Ada-Gh");
    let path = format!("/workspaces/{}/members", cast.workspace);
    let members = world.team_get(&cast.admin, &path).await;
    let members = members.as_array().expect("a list");
    let row = members
        .iter()
        .find(|row| row["developer_id"] == cast.member.id.as_str());
    assert_eq!(row.expect("the member")["login"], "Ada-Gh");
    let told = say(&cast.member, json!("")).await.expect(200);
    assert_eq!(told["github_login"], Value::Null);
    say(&cast.admin, json!("ada-gh")).await.expect(200);
}

async fn a_slow_pattern_is_taken_and_named(world: &World) {
    let cast = cast(world).await;
    let path = format!("/workspaces/{}/app-allowlist", cast.workspace);
    let put = async |list: Value| {
        world
            .team(&cast.admin, "PUT", &path, json!({"app_allowlist": list}))
            .await
            .expect(200)
    };
    let told = put(json!(["^Code$", "^(a+)+$"])).await;
    assert_eq!(told["app_allowlist"], json!(["^Code$", "^(a+)+$"]), "it stands");
    assert_eq!(told["slow"], json!(["^(a+)+$"]));
    let told = put(json!(["^Code$", r"\.tsx|(\w)\1"])).await;
    assert_eq!(told.get("slow"), None, "{told}");
    // What keeps an engine busy for ever costs the live tester a bounded number of steps.
    let endless = "(?:(?=(?:(?=(?:(?=a+)a)+)a)+)a)+!";
    put(json!([endless])).await;
    let classify = format!("/workspaces/{}/classify", cast.workspace);
    let asked = json!({"repo": "acme/app", "app": "Code", "title": "a".repeat(1_024)});
    let told = world
        .team(&cast.member, "POST", &classify, asked)
        .await
        .expect(200);
    assert_eq!(
        (&told["kind"], &told["exceeded"]),
        (&json!("external"), &json!([endless]))
    );
    // A title counts where nobody knows the app.
    put(json!([r"\.tsx$"])).await;
    let globs = format!("/workspaces/{}/repo-patterns", cast.workspace);
    let set = json!({"repo_patterns": ["acme/*"]});
    world.team(&cast.admin, "PUT", &globs, set).await.expect(200);
    let asked = json!({"repo": "acme/app", "title": "page.tsx"});
    let told = world
        .team(&cast.member, "POST", &classify, asked)
        .await
        .expect(200);
    assert_eq!(
        (&told["kind"], &told["source"]),
        (&json!("internal"), &json!("acme/app"))
    );
    let asked = json!({"repo": "acme/app", "title": "notes"});
    let told = world
        .team(&cast.member, "POST", &classify, asked)
        .await
        .expect(200);
    assert_eq!(
        (&told["kind"], &told["source"]),
        (&json!("external"), &json!("_app:unknown"))
    );
}
