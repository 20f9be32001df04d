//! Minutes and counts of teams over HTTP: the flush, the cap, the activity (`contract/team.md` §4).

mod support;

use serde_json::{Value, json};
use support::{
    Person, World,
    cast::{Cast, cast},
    on_both_databases,
};

on_both_databases!(
    minutes_are_unioned,
    bad_minutes_are_refused_alone,
    a_cap_shows_the_earliest,
    activity_is_told_in_everyones_own_hours,
    sources_are_for_oneself_and_admins,
    who_leaves_keeps_their_past,
    a_range_has_an_end,
    counts_replace_their_day,
);

fn minute(workspace: &str, at: &str, kind: &str, source: &str) -> Value {
    json!({"at": at, "workspaces": [{"id": workspace, "kind": kind, "source": source}]})
}

async fn flush(world: &World, who: &Person, minutes: Vec<Value>) -> Value {
    let body = json!({ "minutes": minutes });
    world.team(who, "POST", "/active-minutes", body).await.expect(200)
}

async fn minutes_are_unioned(world: &World) {
    let ann = world.person("ann@example.org").await;
    let id = world.team_workspace(&ann, "Acme").await;
    let at = |minute: usize| format!("2026-11-21T09:{minute:02}:30Z");
    // Three windows and two machines tell one hour, each in its own order and cut, half of them twice.
    let all: Vec<Value> = (0..60)
        .map(|m| minute(&id, &at(m), "internal", "acme/app"))
        .collect();
    let mut accepted = 0;
    for (turn, cut) in [(0, 60), (7, 11), (31, 1), (0, 25), (13, 60)] {
        let mut own = all.clone();
        own.rotate_left(turn);
        for piece in own.chunks(cut) {
            let answer = flush(world, &ann, piece.to_vec()).await;
            accepted += answer["accepted"].as_u64().unwrap_or_default();
            let sum = ["accepted", "duplicates", "capped"].map(|k| answer[k].as_u64().unwrap_or_default());
            assert_eq!(
                sum.iter().sum::<u64>(),
                piece.len() as u64,
                "every item is counted once"
            );
        }
    }
    assert_eq!(accepted, 60);
    let answer = flush(world, &ann, vec![minute(&id, &at(0), "external", "other/x")]).await;
    let day = json!([{"workspace_id": id, "day": "2026-11-21", "internal": 60, "external": 0}]);
    assert_eq!(
        (&answer["duplicates"], &answer["days"]),
        (&json!(1), &day),
        "internal beats external"
    );
    // The server's own minute where none is said, and one item twice in one minute.
    let item = json!({"id": id, "kind": "external", "source": "_unknown"});
    let twice = vec![
        json!({"workspaces": [item, item]}),
        json!({"at": null, "workspaces": []}),
    ];
    let answer = flush(world, &ann, twice).await;
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(answer["days"][0]["external"], 1);
    assert_eq!(flush(world, &ann, vec![]).await["days"], json!([]));
}

async fn bad_minutes_are_refused_alone(world: &World) {
    let ann = world.person("ann@example.org").await;
    let bob = world.person("bob@example.org").await;
    let id = world.team_workspace(&ann, "Acme").await;
    let foreign = world.team_workspace(&bob, "Other").await;
    use dayloom_domain::Clock;
    // Each call moves the clock on by a second first.
    let now = world
        .app
        .clock
        .now()
        .saturating_add(jiff::SignedDuration::from_secs(1))
        .unwrap_or_default();
    let off = |seconds: i64| {
        now.saturating_add(jiff::SignedDuration::from_secs(seconds))
            .unwrap_or_default()
            .to_string()
    };
    let item = |id: &str| json!({"id": id, "kind": "internal", "source": "acme/app"});
    let week = 7 * 24 * 3600;
    let minutes = vec![
        minute(&id, &off(300), "internal", "acme/app"),
        minute(&id, &off(301), "internal", "acme/app"),
        minute(&id, &off(-week), "internal", "acme/app"),
        minute(&id, &off(-week - 1), "internal", "acme/app"),
        minute(&id, "soon", "internal", "acme/app"),
        json!({"workspaces": [item(&id), item(&foreign), item("nonsense")]}),
        json!({"workspaces": [{"id": id, "kind": "idle", "source": "x"}]}),
        json!("minute"),
        minute(&id.to_uppercase(), &off(60), "internal", "acme/app"),
    ];
    let answer = flush(world, &ann, minutes).await;
    let expected = json!([
        {"index": 1, "reason": "at_out_of_range"},
        {"index": 3, "reason": "at_out_of_range"},
        {"index": 4, "reason": "invalid_at"},
        {"index": 5, "workspace_id": "nonsense", "reason": "unknown_workspace"},
        {"index": 5, "workspace_id": foreign, "reason": "unknown_workspace"},
        {"index": 6, "reason": "invalid_minute"},
        {"index": 7, "reason": "invalid_minute"},
    ]);
    assert_eq!((&answer["rejected"], &answer["accepted"]), (&expected, &json!(4)));
    assert_eq!(answer["days"].as_array().map(Vec::len), Some(2));
    // A membership that ended takes no more minutes.
    let row = format!("/workspaces/{foreign}/members");
    world
        .call(&bob, "POST", &row, json!({"email": "ann@example.org"}))
        .await
        .expect(201);
    assert_eq!(
        flush(world, &ann, vec![json!({"workspaces": [item(&foreign)]})]).await["accepted"],
        1
    );
    let row = format!("{row}/{}", ann.id);
    world.call(&bob, "DELETE", &row, Value::Null).await.expect(204);
    let answer = flush(world, &ann, vec![json!({"workspaces": [item(&foreign)]})]).await;
    assert_eq!(answer["rejected"][0]["reason"], "unknown_workspace");
    // The whole is refused for its zone, its length, its shape.
    for (body, field) in [
        (json!({"timezone": "Mars/Olympus", "minutes": []}), "`timezone`"),
        (json!({"timezone": "europe/kyiv", "minutes": []}), "`timezone`"),
        (json!({"minutes": vec![json!(null); 1_441]}), "`minutes`"),
        (json!({}), "`minutes`"),
        (json!([]), "The body"),
    ] {
        let said = world
            .team(&ann, "POST", "/active-minutes", body)
            .await
            .refused(422);
        assert!(said.starts_with(field), "{said}");
    }
}

async fn a_cap_shows_the_earliest(world: &World) {
    let ann = world.person("ann@example.org").await;
    let id = world.team_workspace(&ann, "Acme").await;
    let cap = async |minutes: u32| {
        let body = json!({"daily_cap_minutes": minutes});
        world
            .team(&ann, "PATCH", &format!("/workspaces/{id}"), body)
            .await
            .expect(200);
    };
    let activity = format!("/workspaces/{id}/activity?from=2026-11-21&to=2026-11-21");
    cap(2).await;
    let at = |m: usize| minute(&id, &format!("2026-11-21T08:{m:02}:00Z"), "internal", "acme/app");
    let answer = flush(world, &ann, vec![at(3), at(2), at(5)]).await;
    assert_eq!((&answer["accepted"], &answer["capped"]), (&json!(2), &json!(1)));
    let answer = flush(world, &ann, vec![at(1), at(3)]).await;
    assert_eq!((&answer["accepted"], &answer["capped"]), (&json!(1), &json!(1)));
    assert_eq!(answer["days"][0]["internal"], 2);
    let seen = world.team_get(&ann, &activity).await;
    assert_eq!(
        (
            &seen["totals"]["internal"],
            &seen["members"][0]["days"][0]["strip"][8]["internal"]
        ),
        (&json!(2), &json!(2))
    );
    cap(1_440).await;
    assert_eq!(
        world.team_get(&ann, &activity).await["totals"]["internal"],
        4,
        "nothing was lost"
    );
}

/// Half an hour from 09:00 on of the day before the clock's, told by a member in Kyiv and by an admin in Kolkata.
async fn nine_in_the_morning(world: &World, cast: &Cast) {
    for (who, zone, first, source) in [
        (&cast.member, "Europe/Kyiv", "2026-11-20T07:00:00Z", "acme/app"),
        (&cast.admin, "Asia/Kolkata", "2026-11-20T03:30:00Z", "acme/web"),
    ] {
        let start: jiff::Timestamp = first.parse().unwrap_or_default();
        let told = |m: i64| {
            let at = start
                .saturating_add(jiff::SignedDuration::from_mins(m))
                .unwrap_or_default();
            let kind = if m < 20 { "internal" } else { "external" };
            minute(&cast.workspace, &at.to_string(), kind, source)
        };
        let body = json!({"timezone": zone, "minutes": (0..30).map(told).collect::<Vec<_>>()});
        world.team(who, "POST", "/active-minutes", body).await.expect(200);
    }
}

async fn named(world: &World, who: &Person, name: &str) {
    world
        .call(who, "PATCH", "/developers/me", json!({ "name": name }))
        .await
        .expect(200);
}

async fn activity_is_told_in_everyones_own_hours(world: &World) {
    let cast = cast(world).await;
    let id = &cast.workspace;
    named(world, &cast.member, "zoe").await;
    named(world, &cast.admin, "Abe").await;
    nine_in_the_morning(world, &cast).await;
    let seen = world
        .team_get(&cast.admin, &format!("/workspaces/{id}/activity"))
        .await;
    let range = (&seen["from"], &seen["to"], &seen["workspace_id"]);
    assert_eq!(range, (&json!("2026-11-15"), &json!("2026-11-21"), &json!(id)));
    let members = seen["members"].as_array().cloned().unwrap_or_default();
    let names: Vec<&Value> = members.iter().map(|m| &m["name"]).collect();
    assert_eq!(
        names,
        [&json!("Abe"), &Value::Null, &json!("zoe")],
        "by name; who was never active is listed"
    );
    for member in [&members[0], &members[2]] {
        let day = &member["days"][0];
        let sums = (&day["day"], &day["internal"], &day["external"]);
        assert_eq!(sums, (&json!("2026-11-20"), &json!(20), &json!(10)));
        assert_eq!(
            day["strip"][9],
            json!({"internal": 20, "external": 10}),
            "{member}"
        );
        assert_eq!(day["strip"].as_array().map(Vec::len), Some(24));
        assert_eq!(
            member["days"].as_array().map(Vec::len),
            Some(1),
            "empty days are left out"
        );
    }
    let none = json!({"internal": 0, "external": 0});
    let totals = json!({"internal": 40, "external": 20, "commits": none, "closed_issues": none});
    assert_eq!(seen["totals"], totals);
}

async fn sources_are_for_oneself_and_admins(world: &World) {
    let cast = cast(world).await;
    let path = format!("/workspaces/{}/activity", cast.workspace);
    nine_in_the_morning(world, &cast).await;
    let source = |seen: &Value, who: &Person| {
        let members = seen["members"].as_array().cloned().unwrap_or_default();
        let own = members.into_iter().find(|m| m["developer_id"] == json!(who.id));
        own.and_then(|own| own["days"][0].get("sources").cloned())
    };
    let seen = world.team_get(&cast.member, &path).await;
    assert_eq!(
        source(&seen, &cast.admin),
        None,
        "where a colleague was is not everyone's business"
    );
    assert_eq!(
        source(&seen, &cast.member),
        Some(json!([{"source": "acme/app", "minutes": 10}]))
    );
    let seen = world.team_get(&cast.owner, &path).await;
    assert_eq!(
        source(&seen, &cast.admin),
        Some(json!([{"source": "acme/web", "minutes": 10}]))
    );
}

async fn who_leaves_keeps_their_past(world: &World) {
    let cast = cast(world).await;
    let id = &cast.workspace;
    let path = format!("/workspaces/{id}/activity");
    nine_in_the_morning(world, &cast).await;
    let row = format!("/workspaces/{id}/members/{}", cast.member.id);
    world
        .team(&cast.owner, "DELETE", &row, Value::Null)
        .await
        .expect(204);
    let seen = world.team_get(&cast.owner, &path).await;
    let members = seen["members"].as_array().cloned().unwrap_or_default();
    let standing: Vec<_> = members
        .iter()
        .map(|m| m["status"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(standing, ["active", "removed", "active"]);
    assert_eq!(seen["totals"]["internal"], 40);
    let later = world
        .team_get(&cast.owner, &format!("{path}?from=2026-11-21&to=2026-11-21"))
        .await;
    assert_eq!(
        later["members"].as_array().map(Vec::len),
        Some(2),
        "former members only with a day"
    );
}

async fn a_range_has_an_end(world: &World) {
    let cast = cast(world).await;
    let path = format!("/workspaces/{}/activity", cast.workspace);
    for (query, field) in [
        ("from=2026-11-22&to=2026-11-21", "`from`"),
        ("from=2025-11-20&to=2026-11-21", "`from`"),
        ("to=never", "`to`"),
    ] {
        let path = format!("{path}?{query}");
        let said = world
            .team(&cast.admin, "GET", &path, Value::Null)
            .await
            .refused(422);
        assert!(said.starts_with(field), "{said}");
    }
    world
        .team_get(&cast.admin, &format!("{path}?from=2025-11-21&to=2026-11-21"))
        .await;
}

async fn counts_replace_their_day(world: &World) {
    let cast = cast(world).await;
    let id = &cast.workspace;
    let row = |who: &str, day: &str, internal: i64, external: i64| json!({"developer_id": who, "day": day, "internal": internal, "external": external});
    let rows = json!({"days": [
        row(&cast.member.id, "2026-11-20", 3, 4), row(&cast.outsider.id, "2026-11-20", 1, 1),
        row(&cast.former.id, "2026-11-20", 0, 2), row(&cast.member.id, "2026-11-23", 1, 1),
        row(&cast.member.id, "yesterday", 1, 1), row(&cast.member.id, "2026-11-20", -1, 0), row("nobody", "2026-11-20", 1, 1),
    ]});
    let path = format!("/workspaces/{id}/commits");
    let answer = world.team(&cast.admin, "POST", &path, rows).await.expect(200);
    let expected = json!({"stored": 2, "rejected": [
        {"index": 1, "reason": "unknown_member"}, {"index": 3, "reason": "day_out_of_range"},
        {"index": 4, "reason": "invalid_day"}, {"index": 5, "reason": "invalid_count"}, {"index": 6, "reason": "unknown_member"},
    ]});
    assert_eq!(answer, expected);
    let again = json!({"days": [row(&cast.member.id, "2026-11-20", 1, 0)]});
    assert_eq!(
        world.team(&cast.admin, "POST", &path, again).await.expect(200)["stored"],
        1
    );
    let issues =
        json!({"days": [row(&cast.member.id, "2026-11-19", 2, 1), row(&cast.member.id, "2026-11-18", 0, 0)]});
    let path = format!("/workspaces/{id}/closed-issues");
    world.team(&cast.admin, "POST", &path, issues).await.expect(200);
    let seen = world
        .team_get(&cast.owner, &format!("/workspaces/{id}/activity"))
        .await;
    assert_eq!(
        seen["totals"],
        json!({
            "internal": 0, "external": 0, "commits": {"internal": 1, "external": 2}, "closed_issues": {"internal": 2, "external": 1},
        })
    );
    let members = seen["members"].as_array().cloned().unwrap_or_default();
    let own = members
        .iter()
        .find(|m| m["developer_id"] == json!(cast.member.id))
        .cloned()
        .unwrap_or_default();
    let days: Vec<&Value> = own["days"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|d| &d["day"])
        .collect();
    assert_eq!(
        days,
        ["2026-11-19", "2026-11-20"],
        "a day counted as nothing is left out"
    );
    for body in [
        json!({}),
        json!({"days": 7}),
        json!({"days": vec![Value::Null; 10_001]}),
    ] {
        world.team(&cast.admin, "POST", &path, body).await.refused(422);
    }
}
