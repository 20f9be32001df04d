//! The team API's repository: settings, invites, roles, minutes, counts.

use dayloom_domain::{
    DeveloperId, WorkspaceId, Zone,
    people::{MemberStatus, Role},
    team::{
        classify::Kind,
        day::{Label, MemberDay, PackedDay},
    },
};
use dayloom_storage::{
    MemberError, MemberPatch, NewWorkspace, Store,
    team::{Count, Counted, CountedRow, Invite, ItemOutcome, Reported, TeamSpacePatch},
};
use jiff::{Timestamp, ToSpan, civil::date};

use crate::world::{minute, now, person, world};

fn invite(code: &str, minutes: i64) -> Invite {
    Invite {
        code: code.to_owned(),
        expires_at: minute(minutes),
    }
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

pub async fn a_workspace_has_bounds_and_patterns(store: &Store) {
    let w = world(store, "ada").await;
    let fresh = store.team().space(w.workspace, w.owner).await.unwrap().unwrap();
    assert_eq!(
        (fresh.idle_window_minutes, fresh.daily_cap_minutes, fresh.role),
        (5, 1_440, Role::Owner)
    );
    assert!(fresh.repo_patterns.is_empty() && fresh.app_allowlist.is_empty());
    let patch = TeamSpacePatch {
        name: Some("Weavers".to_owned()),
        idle_window_minutes: Some(3),
        repo_patterns: Some(vec!["z/*".to_owned(), "a/*".to_owned()]),
        ..TeamSpacePatch::default()
    };
    store.team().change(w.workspace, &patch).await.unwrap();
    let patch = TeamSpacePatch {
        daily_cap_minutes: Some(60),
        app_allowlist: Some(vec!["^Code$".to_owned()]),
        ..TeamSpacePatch::default()
    };
    store.team().change(w.workspace, &patch).await.unwrap();
    let changed = store.team().spaces(w.owner).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (
            changed[0].name.as_str(),
            changed[0].idle_window_minutes,
            changed[0].daily_cap_minutes
        ),
        ("Weavers", 3, 60)
    );
    assert_eq!(changed[0].repo_patterns, ["z/*", "a/*"]);
    assert_eq!(changed[0].app_allowlist, ["^Code$"]);
    let clear = TeamSpacePatch {
        app_allowlist: Some(Vec::new()),
        ..TeamSpacePatch::default()
    };
    store.team().change(w.workspace, &clear).await.unwrap();
    let cleared = store.team().space(w.workspace, w.owner).await.unwrap().unwrap();
    assert_eq!((cleared.app_allowlist.len(), cleared.repo_patterns.len()), (0, 2));

    let stranger = person(store, "eve").await;
    assert_eq!(store.team().space(w.workspace, stranger).await.unwrap(), None);
    assert!(store.team().set_login(stranger, Some("eve-gh")).await.unwrap());
    assert!(
        store.team().set_login(stranger, Some("eve-gh")).await.unwrap(),
        "again"
    );
    assert!(
        !store.team().set_login(w.owner, Some("EVE-gh")).await.unwrap(),
        "another's"
    );
    let eve = store.team().person(stranger).await.unwrap().unwrap();
    assert_eq!((eve.login.as_deref(), eve.timezone), (Some("eve-gh"), None));
    assert!(store.team().set_login(stranger, None).await.unwrap());
    assert!(
        store.team().set_login(w.owner, Some("EVE-gh")).await.unwrap(),
        "free again"
    );
    let nobody = DeveloperId(uuid::Uuid::new_v4());
    assert_eq!(store.team().person(nobody).await.unwrap(), None);
}

pub async fn a_workspace_comes_with_its_code_or_not_at_all(store: &Store) {
    let (ada, bob) = (person(store, "ada").await, person(store, "bob").await);
    let new = NewWorkspace {
        name: "Weavers".to_owned(),
        slug: None,
    };
    let make = async |owner, code| {
        store
            .team()
            .create(owner, &new, &invite(code, 60), now())
            .await
            .map(|made| made.id)
    };
    let made = make(ada, "first").await.unwrap();
    let live = store.team().invites(made, now()).await.unwrap();
    assert_eq!(
        live.iter()
            .map(|one| one.invite.code.as_str())
            .collect::<Vec<_>>(),
        ["first"]
    );
    assert_eq!(store.team().spaces(ada).await.unwrap()[0].role, Role::Owner);

    // A code that is there already fails the second half: nothing of the first is left.
    make(bob, "first").await.unwrap_err();
    assert_eq!(store.team().spaces(bob).await.unwrap(), []);
    let again = make(bob, "second").await.unwrap();
    assert_eq!(store.team().spaces(bob).await.unwrap()[0].id, again);
}

pub async fn a_code_lets_many_in_until_it_ends(store: &Store) {
    let w = world(store, "ada").await;
    let (bob, eve) = (person(store, "bob").await, person(store, "eve").await);
    let join =
        |who, code: &'static str, at| async move { store.team().join(who, code, minute(at)).await.unwrap() };
    store
        .team()
        .invite(w.workspace, &invite("first", 60), now())
        .await
        .unwrap();
    assert_eq!(join(bob, "first", 1).await, Some(w.workspace));
    assert_eq!(join(eve, "first", 1).await, Some(w.workspace));
    assert_eq!(join(eve, "first", 2).await, Some(w.workspace), "already in");
    assert_eq!(join(w.owner, "first", 2).await, Some(w.workspace));
    let role = store
        .workspaces()
        .member(w.workspace, w.owner)
        .await
        .unwrap()
        .unwrap()
        .role;
    assert_eq!(role, Role::Owner, "who is in keeps their role");
    let listed = store.team().invites(w.workspace, minute(3)).await.unwrap();
    assert_eq!((listed.len(), listed[0].used), (1, 2));
    assert_eq!(listed[0].invite, invite("first", 60));
    assert!(
        store
            .team()
            .invites(w.workspace, minute(60))
            .await
            .unwrap()
            .is_empty()
    );

    let kim = person(store, "kim").await;
    assert_eq!(join(kim, "first", 60).await, None, "too late");
    assert_eq!(join(kim, "nonsense", 1).await, None);
    store
        .team()
        .invite(w.workspace, &invite("second", 600), minute(5))
        .await
        .unwrap();
    assert_eq!(join(kim, "first", 6).await, None, "ended by the next");
    assert!(
        store
            .team()
            .end_invite(w.workspace, "second", minute(7))
            .await
            .unwrap()
    );
    assert!(
        !store
            .team()
            .end_invite(w.workspace, "second", minute(7))
            .await
            .unwrap()
    );
    assert_eq!(join(kim, "second", 8).await, None);
    let other = world(store, "zoe").await;
    store
        .team()
        .invite(other.workspace, &invite("others", 600), now())
        .await
        .unwrap();
    assert!(
        !store
            .team()
            .end_invite(w.workspace, "others", minute(8))
            .await
            .unwrap()
    );
}

pub async fn who_was_put_out_needs_a_newer_code(store: &Store) {
    let w = world(store, "ada").await;
    let bob = person(store, "bob").await;
    let (spaces, team) = (store.workspaces(), store.team());
    team.invite(w.workspace, &invite("old", 6_000), now())
        .await
        .unwrap();
    assert!(team.join(bob, "old", minute(1)).await.unwrap().is_some());
    // Leaving by oneself, the same code readmits.
    spaces
        .remove_member(w.workspace, bob, bob, minute(2))
        .await
        .unwrap();
    assert!(team.join(bob, "old", minute(3)).await.unwrap().is_some());
    let member = spaces.member(w.workspace, bob).await.unwrap().unwrap();
    assert_eq!(
        (member.role, member.status),
        (Role::Developer, MemberStatus::Active)
    );
    // Removed by someone else it does not, whichever way they did it; nor once the person left again themselves.
    let removed = MemberPatch {
        role: None,
        status: Some(MemberStatus::Removed),
    };
    spaces
        .update_member(w.workspace, w.owner, bob, removed, minute(4))
        .await
        .unwrap();
    assert_eq!(team.join(bob, "old", minute(5)).await.unwrap(), None);
    team.invite(w.workspace, &invite("new", 6_000), minute(6))
        .await
        .unwrap();
    assert!(team.join(bob, "new", minute(7)).await.unwrap().is_some());
    spaces
        .remove_member(w.workspace, w.owner, bob, minute(8))
        .await
        .unwrap();
    assert_eq!(team.join(bob, "new", minute(9)).await.unwrap(), None);
    // Added again by an admin, an old code still does not readmit; one from after the removal does.
    let again = spaces.add_member(w.workspace, w.owner, "bob@example.org", Role::Manager, minute(10));
    assert_eq!(again.await.unwrap().role, Role::Manager);
    spaces
        .remove_member(w.workspace, bob, bob, minute(11))
        .await
        .unwrap();
    assert_eq!(team.join(bob, "new", minute(12)).await.unwrap(), None);
    team.invite(w.workspace, &invite("newer", 6_000), minute(12))
        .await
        .unwrap();
    assert!(team.join(bob, "newer", minute(12)).await.unwrap().is_some());
    let suspended = MemberPatch {
        role: None,
        status: Some(MemberStatus::Suspended),
    };
    spaces
        .update_member(w.workspace, w.owner, bob, suspended, minute(13))
        .await
        .unwrap();
    team.invite(w.workspace, &invite("newest", 6_000), minute(14))
        .await
        .unwrap();
    assert_eq!(
        team.join(bob, "newest", minute(15)).await.unwrap(),
        None,
        "no code lifts it"
    );
}

pub async fn admins_are_made_under_the_rules_of_owners(store: &Store) {
    let w = world(store, "ada").await;
    let (spaces, team) = (store.workspaces(), store.team());
    let mut member = Vec::new();
    for (name, role) in [("bob", Role::Admin), ("eve", Role::Manager)] {
        let email = format!("{name}@example.org");
        let added = spaces.add_member(w.workspace, w.owner, &email, role, now()).await;
        member.push(added.unwrap().developer_id);
    }
    let set = async |actor, who, admin| {
        store
            .team()
            .set_admin(w.workspace, actor, who, admin, minute(1))
            .await
    };
    assert!(matches!(
        set(member[0], w.owner, false).await,
        Err(MemberError::OwnerOnly)
    ));
    assert!(matches!(
        set(w.owner, w.owner, false).await,
        Err(MemberError::LastOwner)
    ));
    assert_eq!(
        set(w.owner, w.owner, true).await.unwrap().role,
        Role::Owner,
        "shows as wanted"
    );
    assert_eq!(
        set(w.owner, member[1], false).await.unwrap().role,
        Role::Manager,
        "shows as wanted"
    );
    assert_eq!(set(member[0], member[1], true).await.unwrap().role, Role::Admin);
    assert_eq!(
        set(member[0], member[0], false).await.unwrap().role,
        Role::Developer
    );
    let stranger = person(store, "kim").await;
    assert!(matches!(
        set(w.owner, stranger, true).await,
        Err(MemberError::NotFound)
    ));
    spaces
        .remove_member(w.workspace, w.owner, member[1], minute(2))
        .await
        .unwrap();
    assert!(matches!(
        set(w.owner, member[1], true).await,
        Err(MemberError::NotFound)
    ));
    let names: Vec<String> = team
        .members(w.workspace)
        .await
        .unwrap()
        .into_iter()
        .map(|m| m.email)
        .collect();
    assert_eq!(names, ["ada@example.org", "bob@example.org"]);
}

fn label(kind: Kind, source: &str) -> Label {
    Label {
        kind,
        source: source.to_owned(),
    }
}

fn report(workspace: WorkspaceId, at: Timestamp, kind: Kind, source: &str) -> Reported {
    Reported {
        workspace,
        at,
        label: label(kind, source),
    }
}

/// Two hundred reports over two days of half an hour each around midnight, many of them of one minute under several labels.
fn reports(workspace: WorkspaceId, midnight: Timestamp) -> Vec<Reported> {
    let labels = [
        (Kind::Internal, "acme/app"),
        (Kind::Internal, "Acme/App"),
        (Kind::External, "other/x"),
        (Kind::External, "_app:Slack"),
        (Kind::External, "_app:slack"),
        (Kind::External, "_unknown"),
    ];
    let mut state: u64 = 42;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    (0..200)
        .map(|_| {
            let minute = i64::try_from(next(60)).unwrap() - 30;
            let (kind, source) = labels[next(labels.len())];
            report(workspace, midnight + minute.minutes(), kind, source)
        })
        .collect()
}

pub async fn a_flush_in_any_order_and_cut_gives_the_same_days(store: &Store) {
    let midnight: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    let days = (date(2026, 11, 20), date(2026, 11, 21));
    let mut shapes = Vec::new();
    for (round, cut) in [200, 1, 7, 64].into_iter().enumerate() {
        let w = world(store, &format!("ada{round}")).await;
        let mut all = reports(w.workspace, midnight);
        all.rotate_left(round * 37);
        if round % 2 == 1 {
            all.reverse();
        }
        let mut accepted = 0;
        for piece in all.chunks(cut).chain(all.chunks(90)) {
            let flushed = store.team().flush(w.owner, None, piece).await.unwrap().unwrap();
            assert_eq!(flushed.items.len(), piece.len());
            accepted += flushed
                .items
                .iter()
                .filter(|i| **i == ItemOutcome::Accepted)
                .count();
        }
        let kept = store.team().activity(w.workspace, days.0, days.1).await.unwrap();
        let minutes: Vec<(_, PackedDay)> = kept.minutes.into_iter().map(|d| (d.day, d.minutes)).collect();
        let shown: u32 = minutes
            .iter()
            .map(|(_, day)| day.open().shown(1_440).minutes.count())
            .sum();
        assert_eq!(
            usize::try_from(shown).unwrap(),
            accepted,
            "each minute is new once"
        );
        shapes.push(minutes);
    }
    assert_eq!(shapes[0].len(), 2);
    assert!(shapes.iter().all(|shape| *shape == shapes[0]));
}

pub async fn machines_that_flush_at_once_lose_nothing(store: &Store) {
    let w = world(store, "ada").await;
    let flushes = (0..8_i64).map(|machine| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut accepted = 0;
            for turn in 0..10 {
                // Each minute is told by two machines.
                let at = now() + (machine / 2 * 10 + turn).minutes();
                let source = format!("acme/{}", machine % 2);
                let items = [report(w.workspace, at, Kind::Internal, &source)];
                let flushed = store.team().flush(w.owner, None, &items).await.unwrap().unwrap();
                accepted += usize::from(flushed.items[0] == ItemOutcome::Accepted);
            }
            accepted
        })
    });
    let mut accepted = 0;
    for flush in flushes.collect::<Vec<_>>() {
        accepted += flush.await.unwrap();
    }
    assert_eq!(accepted, 40);
    let day = date(2026, 11, 21);
    let kept = store.team().activity(w.workspace, day, day).await.unwrap();
    let minutes = kept.minutes[0].minutes.open();
    let shown = minutes.shown(1_440);
    assert_eq!((shown.internal, shown.repos()), (40, vec![("acme/0", 40)]));
}

pub async fn a_cap_acts_on_what_is_shown(store: &Store) {
    let w = world(store, "ada").await;
    let cap = |minutes| TeamSpacePatch {
        daily_cap_minutes: Some(minutes),
        ..TeamSpacePatch::default()
    };
    store.team().change(w.workspace, &cap(10)).await.unwrap();
    let late: Vec<Reported> = (20..32)
        .map(|m| report(w.workspace, minute(m), Kind::External, "x/y"))
        .collect();
    let flushed = store.team().flush(w.owner, None, &late).await.unwrap().unwrap();
    let count =
        |flushed: &dayloom_storage::team::Flushed, what| flushed.items.iter().filter(|i| **i == what).count();
    assert_eq!(
        (
            count(&flushed, ItemOutcome::Accepted),
            count(&flushed, ItemOutcome::Capped)
        ),
        (10, 2)
    );
    let early = [report(w.workspace, now(), Kind::Internal, "acme/app")];
    let flushed = store.team().flush(w.owner, None, &early).await.unwrap().unwrap();
    assert_eq!(flushed.items, [ItemOutcome::Accepted]);
    assert_eq!((flushed.days[0].internal, flushed.days[0].external), (1, 9));
    let again = store.team().flush(w.owner, None, &late).await.unwrap().unwrap();
    assert_eq!(
        (
            count(&again, ItemOutcome::Duplicate),
            count(&again, ItemOutcome::Capped)
        ),
        (9, 3)
    );
    store.team().change(w.workspace, &cap(1_440)).await.unwrap();
    let day = date(2026, 11, 21);
    let kept = store.team().activity(w.workspace, day, day).await.unwrap();
    assert_eq!(
        kept.minutes[0].minutes.open().shown(kept.cap).minutes.count(),
        13,
        "nothing is lost"
    );
}

pub async fn minutes_go_where_the_person_is(store: &Store) {
    let (mine, theirs) = (world(store, "ada").await, world(store, "zoe").await);
    let second = world(store, "ada").await;
    let left = world(store, "kim").await;
    let email = "ada@example.org";
    let spaces = store.workspaces();
    spaces
        .add_member(left.workspace, left.owner, email, Role::Developer, now())
        .await
        .unwrap();
    let there = [report(left.workspace, now(), Kind::Internal, "kim/app")];
    store.team().flush(mine.owner, None, &there).await.unwrap();
    spaces
        .remove_member(left.workspace, left.owner, mine.owner, minute(1))
        .await
        .unwrap();
    let items: Vec<Reported> = [mine.workspace, theirs.workspace, second.workspace, left.workspace]
        .map(|workspace| report(workspace, now(), Kind::Internal, "acme/app"))
        .into();
    let kyiv = zone("Europe/Kyiv");
    let flushed = store
        .team()
        .flush(mine.owner, Some(&kyiv), &items)
        .await
        .unwrap()
        .unwrap();
    use ItemOutcome::{Accepted, UnknownWorkspace};
    assert_eq!(
        flushed.items,
        [Accepted, UnknownWorkspace, Accepted, UnknownWorkspace]
    );
    assert_eq!(flushed.days.len(), 2);
    let day = date(2026, 11, 21);
    assert!(
        store
            .team()
            .activity(theirs.workspace, day, day)
            .await
            .unwrap()
            .minutes
            .is_empty()
    );
    let past = store.team().activity(left.workspace, day, day).await.unwrap();
    let former = past.people.iter().find(|p| p.developer_id == mine.owner).unwrap();
    assert_eq!(
        (former.status, former.timezone.as_ref()),
        (MemberStatus::Removed, Some(&kyiv)),
        "on every membership, former ones too"
    );
    assert_eq!(past.minutes.len(), 1);

    // A zone stays until another is sent, and is taken over by a membership made later.
    store.team().flush(mine.owner, None, &[]).await.unwrap();
    let third = world(store, "ada").await;
    let members = store.team().members(third.workspace).await.unwrap();
    assert_eq!(members[0].timezone, Some(kyiv));
    let kolkata = zone("Asia/Calcutta");
    store.team().flush(mine.owner, Some(&kolkata), &[]).await.unwrap();
    let me = store.team().person(mine.owner).await.unwrap().unwrap();
    assert_eq!(me.timezone.unwrap().name(), "Asia/Calcutta");
    let nobody = DeveloperId(uuid::Uuid::new_v4());
    assert_eq!(store.team().flush(nobody, None, &items).await.unwrap(), None);
}

pub async fn days_of_many_come_back_each_as_it_was_kept(store: &Store) {
    let w = world(store, "ada").await;
    let spaces = store.workspaces();
    let mut people = vec![w.owner];
    for name in ["bob", "eve", "kim", "zoe"] {
        let email = format!("{name}@example.org");
        let added = spaces.add_member(w.workspace, w.owner, &email, Role::Developer, now());
        people.push(added.await.unwrap().developer_id);
    }
    let first = date(2026, 11, 20);
    let days: Vec<_> = first.series(1.day()).take(3).collect();
    let mut kept: Vec<(_, DeveloperId, MemberDay)> = Vec::new();
    let mut counted = Vec::new();
    for (who, n) in people.iter().zip(0_u32..) {
        for (day, turn) in days.iter().zip(0_u32..) {
            // All day and now and then, under labels of one letter and of 255: every byte there is stands in some of them.
            let every = [1, 7, 64, 3, 450][usize::try_from(n + turn).unwrap() % 5];
            let sources = ["x/y".to_owned(), "ÿ".repeat(255), format!("_app:{n}, {turn}")];
            let mut expected = MemberDay::default();
            let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
            let minutes: Vec<u16> = (0..1_440).filter(|minute| minute % every == 0).collect();
            let reported: Vec<Reported> = minutes
                .iter()
                .map(|&minute| {
                    let kind = [Kind::Internal, Kind::External][usize::from(minute / 64 % 2)];
                    let source = &sources[usize::from(minute / 5 % 3)];
                    expected.add(minute, label(kind, source));
                    report(w.workspace, midnight + i64::from(minute).minutes(), kind, source)
                })
                .collect();
            store.team().flush(*who, None, &reported).await.unwrap();
            kept.push((*day, *who, expected));
            let count = Count {
                internal: n * 1_000_000,
                external: turn,
            };
            counted.push(CountedRow {
                developer_id: *who,
                day: *day,
                count,
            });
        }
    }
    let team = store.team();
    team.count(w.workspace, Counted::ClosedIssues, w.owner, &counted, now())
        .await
        .unwrap();
    let mut seen = team.activity(w.workspace, first, days[2]).await.unwrap();
    assert!(
        seen.minutes.is_sorted_by_key(|row| row.day) && seen.closed_issues.is_sorted_by_key(|row| row.day)
    );
    assert!(seen.commits.is_empty());
    kept.sort_by_key(|(day, who, _)| (*day, *who));
    seen.minutes.sort_by_key(|row| (row.day, row.developer_id));
    let rows: Vec<_> = seen
        .minutes
        .iter()
        .map(|row| (row.day, row.developer_id))
        .collect();
    assert_eq!(
        rows,
        kept.iter().map(|(day, who, _)| (*day, *who)).collect::<Vec<_>>()
    );
    for (row, (.., expected)) in seen.minutes.iter().zip(&kept) {
        assert_eq!(Some(&row.minutes), PackedDay::new(expected.to_bytes()).as_ref());
    }
    counted.sort_by_key(|row| (row.day, row.developer_id));
    seen.closed_issues.sort_by_key(|row| (row.day, row.developer_id));
    let counts: Vec<_> = seen
        .closed_issues
        .iter()
        .map(|row| (row.day, row.developer_id, row.count))
        .collect();
    assert_eq!(
        counts,
        counted
            .iter()
            .map(|row| (row.day, row.developer_id, row.count))
            .collect::<Vec<_>>()
    );
}

pub async fn counts_replace_their_day(store: &Store) {
    let w = world(store, "ada").await;
    let stranger = person(store, "eve").await;
    let (day, other) = (date(2026, 11, 20), date(2026, 11, 21));
    let row = |developer_id, day, internal, external| CountedRow {
        developer_id,
        day,
        count: Count { internal, external },
    };
    let count = |what, rows: Vec<CountedRow>, at| async move {
        store
            .team()
            .count(w.workspace, what, w.owner, &rows, minute(at))
            .await
            .unwrap()
    };
    let rows = vec![
        row(w.owner, day, 1, 1),
        row(stranger, day, 9, 9),
        row(w.owner, day, 3, 4),
    ];
    assert_eq!(count(Counted::Commits, rows, 0).await, [true, false, true]);
    count(Counted::ClosedIssues, vec![row(w.owner, other, 2, 0)], 1).await;
    let seen = store.team().activity(w.workspace, day, other).await.unwrap();
    assert_eq!(seen.commits.len(), 1);
    assert_eq!((seen.commits[0].day, seen.commits[0].count.external), (day, 4));
    assert_eq!(seen.closed_issues[0].count.internal, 2);
    let last = store.team().last_counted(w.workspace, day, other).await.unwrap();
    assert_eq!(last, Some((minute(1), w.owner)));
    let none = store
        .team()
        .last_counted(w.workspace, date(2026, 1, 1), date(2026, 1, 2))
        .await
        .unwrap();
    assert_eq!(none, None);
    count(Counted::Commits, vec![row(w.owner, day, 0, 0)], 2).await;
    let seen = store.team().activity(w.workspace, day, day).await.unwrap();
    assert_eq!(seen.commits[0].count, Count::default());
    assert!(seen.closed_issues.is_empty());
    assert!(count(Counted::Commits, Vec::new(), 3).await.is_empty());
}
