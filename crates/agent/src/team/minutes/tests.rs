//! Minutes on a real file: kept once, bettered, settled by the server's word alone.

use super::*;

fn item(workspace: u128, kind: Kind, source: &str) -> MinuteInWorkspace {
    MinuteInWorkspace {
        id: Uuid::from_u128(workspace),
        kind,
        source: source.to_owned(),
    }
}

fn at(minute: i64) -> Timestamp {
    instant(30_000_000 + minute)
}

async fn fresh() -> (tempfile::TempDir, Minutes, MemberKey) {
    let dir = tempfile::tempdir().expect("a folder");
    let minutes = Minutes::open(&dir.path().join("minutes.db"))
        .await
        .expect("opened");
    let member = minutes
        .member("https://a", Uuid::from_u128(1))
        .await
        .expect("a member");
    (dir, minutes, member)
}

#[tokio::test]
async fn a_minute_is_kept_once_under_its_best_label_and_survives_a_restart() {
    let (dir, minutes, member) = fresh().await;
    let external = item(1, Kind::External, "_app:Slack");
    for items in [
        vec![external.clone(), item(2, Kind::External, "x/y")],
        vec![item(1, Kind::Internal, "acme/app")],
        vec![external],
    ] {
        minutes.keep(member, at(0), &items).await.expect("kept");
    }
    minutes.keep(member, at(1), &[]).await.expect("nothing to keep");
    drop(minutes);
    let minutes = Minutes::open(&dir.path().join("minutes.db"))
        .await
        .expect("opened");
    let waiting = minutes.oldest(member, 10).await.expect("read");
    assert_eq!(
        waiting,
        [WaitingMinute {
            at: at(0),
            workspaces: vec![
                item(1, Kind::Internal, "acme/app"),
                item(2, Kind::External, "x/y")
            ],
        }]
    );
    assert_eq!(minutes.waiting(member).await.expect("read"), (1, Some(at(0))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path().join("minutes.db"))
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "readable by its owner only");
    }
}

#[tokio::test]
async fn the_oldest_go_first_and_each_person_has_their_own() {
    let (_dir, minutes, member) = fresh().await;
    let other = minutes
        .member("https://a", Uuid::from_u128(2))
        .await
        .expect("a member");
    let elsewhere = minutes
        .member("https://b", Uuid::from_u128(1))
        .await
        .expect("a member");
    assert!(member != other && member != elsewhere);
    for minute in [5, 3, 4, 1, 2] {
        let both = [item(1, Kind::Internal, "a/b"), item(2, Kind::External, "a/b")];
        minutes.keep(member, at(minute), &both).await.expect("kept");
    }
    minutes
        .keep(other, at(0), &[item(1, Kind::Internal, "a/b")])
        .await
        .expect("kept");
    let oldest = minutes.oldest(member, 3).await.expect("read");
    let times: Vec<_> = oldest.iter().map(|m| (m.at, m.workspaces.len())).collect();
    assert_eq!(times, [(at(1), 2), (at(2), 2), (at(3), 2)]);
    assert_eq!(minutes.oldest(elsewhere, 3).await.expect("read"), []);
}

#[tokio::test]
async fn what_was_bettered_while_it_was_sent_is_sent_again() {
    let (_dir, minutes, member) = fresh().await;
    minutes
        .keep(member, at(0), &[item(1, Kind::External, "_unknown")])
        .await
        .expect("kept");
    minutes
        .keep(member, at(1), &[item(1, Kind::External, "_unknown")])
        .await
        .expect("kept");
    let sent = minutes.oldest(member, 10).await.expect("read");
    minutes
        .keep(member, at(1), &[item(1, Kind::Internal, "acme/app")])
        .await
        .expect("kept");
    let day: Date = "2027-01-15".parse().expect("a day");
    let total = DayTotal {
        workspace: Uuid::from_u128(1),
        internal: 0,
        external: 2,
    };
    minutes
        .settle(member, &sent, &[(day, total)])
        .await
        .expect("settled");
    let left = minutes.oldest(member, 10).await.expect("read");
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].at, left[0].workspaces[0].kind), (at(1), Kind::Internal));
    assert_eq!(minutes.totals(member, day).await.expect("read"), [total]);
    assert_eq!(
        minutes
            .totals(member, day.tomorrow().expect("a day"))
            .await
            .expect("read"),
        []
    );
}

#[tokio::test]
async fn minutes_wait_aside_until_they_can_be_filed() {
    let (_dir, minutes, _) = fresh().await;
    let minute = |n| Unfiled {
        at: at(n),
        repo: Some("acme/app".to_owned()),
        app: None,
        title: None,
    };
    for n in [2, 1, 1, 3] {
        minutes.put_aside("s", &minute(n)).await.expect("kept");
    }
    assert_eq!(
        minutes.aside("s").await.expect("read"),
        [minute(1), minute(2), minute(3)]
    );
    assert_eq!(minutes.aside("other").await.expect("read"), []);
    minutes.filed("s", at(2)).await.expect("let go");
    assert_eq!(minutes.aside("s").await.expect("read"), [minute(3)]);
    // As older versions wrote them, and of a server whose name begins alike.
    minutes.put_aside("s 0a1b", &minute(3)).await.expect("kept");
    minutes.put_aside("s 0a1b", &minute(4)).await.expect("kept");
    minutes.put_aside("s2", &minute(5)).await.expect("kept");
    assert_eq!(minutes.aside("s").await.expect("read"), [minute(3), minute(4)]);
    minutes.filed("s", at(9)).await.expect("let go");
    assert_eq!(minutes.aside("s").await.expect("read"), []);
    assert_eq!(minutes.aside("s2").await.expect("read"), [minute(5)]);
}
