//! A real X server, a real window manager, real windows and keys.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use dayloom_capture::{Availability, Outcome, Platform, Policy, Role, Sample, Sampler, Window, Withheld};
use dayloom_capture_linux::{Options, platform};
use dayloom_testkit::{Desktop, needs};
use jiff::Timestamp;

fn sources(desktop: &Desktop, home: &Path) -> Platform {
    platform(&Options {
        home: home.to_path_buf(),
        activitywatch: None,
        display: Some(desktop.display().to_owned()),
    })
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().expect("an instant")
}

async fn seen(platform: &mut Platform) -> Option<Window> {
    platform
        .window
        .get()
        .await
        .expect("X11 works")
        .window(now())
        .await
        .expect("X11 answers")
}

fn title(window: &Option<Window>) -> &str {
    window.as_ref().and_then(|w| w.title.as_deref()).unwrap_or("none")
}

async fn taken(sampler: &mut Sampler) -> Sample {
    match sampler.sample(now()).await {
        Outcome::Taken(sample) => *sample,
        Outcome::Withheld(reason) => panic!("withheld: {reason:?}"),
    }
}

#[tokio::test]
async fn the_window_in_focus_is_followed_through_switching_renaming_and_closing() {
    let Some(desktop) = Desktop::start() else { return };
    let home = tempfile::tempdir().unwrap();
    let mut platform = sources(&desktop, home.path());
    assert_eq!(seen(&mut platform).await, None, "an empty desktop");

    let first = desktop.open("Code", "● main.rs - loom - Visual Studio Code");
    let window = seen(&mut platform).await.unwrap();
    assert_eq!(
        (window.class.as_str(), window.instance.as_str()),
        ("Code", "code")
    );
    assert_eq!(
        window.title.as_deref(),
        Some("● main.rs - loom - Visual Studio Code")
    );
    assert_eq!(
        window.pid,
        Some(std::process::id()),
        "the server knows whose window it is"
    );

    let second = desktop.open("firefox", "Über 語 — Mozilla Firefox");
    assert_eq!(title(&seen(&mut platform).await), "Über 語 — Mozilla Firefox");
    second.rename("Other — Mozilla Firefox");
    assert_eq!(title(&seen(&mut platform).await), "Other — Mozilla Firefox");
    second.rename_old(b"caf\xe9");
    assert_eq!(title(&seen(&mut platform).await), "café", "a title in Latin-1");
    second.rename(&"語".repeat(5000));
    assert!(title(&seen(&mut platform).await).starts_with('語'));
    desktop.focus(&first);
    assert_eq!(seen(&mut platform).await.unwrap().class, "Code");

    drop(first);
    drop(second);
    for round in 0..30 {
        let window = desktop.open("Fleeting", &format!("number {round}"));
        drop(window);
        // Whatever the window manager has got to by now, an answer comes.
        seen(&mut platform).await;
    }
}

#[tokio::test]
async fn keys_clicks_and_movements_are_counted_and_idle_time_is_measured() {
    let Some(desktop) = Desktop::start() else { return };
    let home = tempfile::tempdir().unwrap();
    let mut platform = sources(&desktop, home.path());
    let window = desktop.open("Pad", "pad");
    let source = platform.input.get().await.expect("X11 counts");
    source.take(now()).await.unwrap();
    desktop.xdotool(&["key", "a", "b", "c", "Return", "shift+d"]);
    desktop.xdotool(&["click", "1"]);
    desktop.xdotool(&["mousemove", "300", "200"]);
    let counts = source.take(now()).await.unwrap();
    assert_eq!(counts.key_events, 6, "five keys and one shift");
    assert_eq!(counts.mouse_events, 2, "one click, and the pointer is elsewhere");
    let again = source.take(now()).await.unwrap();
    assert_eq!((again.key_events, again.mouse_events), (0, 0));

    let idle = platform.idle.get().await.expect("X11 tells idle time");
    tokio::time::sleep(Duration::from_millis(700)).await;
    let before = idle.idle(now()).await.unwrap();
    assert!(before >= Duration::from_millis(700));
    let mut after = before;
    // On a slow machine more time may pass between a key and the look than before it.
    for _ in 0..50 {
        desktop.xdotool(&["key", "x"]);
        after = after.min(idle.idle(now()).await.unwrap());
        if after < before {
            break;
        }
    }
    assert!(after < before);
    drop(window);
}

#[tokio::test]
async fn a_server_that_restarts_is_found_again() {
    let Some(mut desktop) = Desktop::start() else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let mut sampler = Sampler::new(sources(&desktop, home.path()), Policy::default());
    let window = desktop.open("Gimp", "before");
    assert_eq!(
        taken(&mut sampler).await.active_app.window_title.as_deref(),
        Some("before")
    );
    desktop.stop();
    drop(window);
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::PresenceUnknown)
    );
    let report = sampler.doctor().await;
    let line = report.iter().find(|l| l.role == Role::Window).unwrap();
    assert!(
        matches!(&line.availability, Availability::Unavailable(why) if why.reason.contains("does not run"))
    );
    desktop.restart();
    let _window = desktop.open("Gimp", "after");
    let mut fresh = Sampler::new(sources(&desktop, home.path()), Policy::default());
    assert_eq!(
        taken(&mut fresh).await.active_app.window_title.as_deref(),
        Some("after")
    );
}

#[tokio::test]
async fn a_connection_broken_between_two_samples_is_made_anew_by_the_next() {
    let Some(mut desktop) = Desktop::start() else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let mut sampler = Sampler::new(sources(&desktop, home.path()), Policy::default());
    let window = desktop.open("Gimp", "before");
    taken(&mut sampler).await;
    drop(window);
    desktop.restart();
    let _window = desktop.open("Gimp", "after");
    // The sample that finds the connection broken may be lost; the next is not.
    sampler.sample(now()).await;
    let sample = taken(&mut sampler).await;
    assert_eq!(sample.active_app.window_title.as_deref(), Some("after"));
    assert!(sample.input_cadence.is_some());
}

struct Terminal(Child);

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_real_terminal_gives_directory_repository_branch_and_the_machines_state() {
    if !needs::installed(&["xterm"], "xterm") {
        return;
    }
    let Some(desktop) = Desktop::start() else { return };
    let home = tempfile::tempdir().unwrap();
    let root = home.path().canonicalize().unwrap().join("loom");
    std::fs::create_dir_all(root.join("src")).unwrap();
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git")
            .current_dir(&root)
            .args(args)
            .status()
            .unwrap();
        assert!(done.success());
    };
    git(&["init", "-q", "-b", "feature/PROJ-12"]);
    git(&["remote", "add", "origin", "git@example.com:team/loom.git"]);
    let terminal = desktop
        .command("xterm")
        .args(["-T", "work", "-e", "bash", "--norc", "--noprofile"])
        .current_dir(root.join("src"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _terminal = Terminal(terminal.unwrap());
    let mut sampler = Sampler::new(sources(&desktop, home.path()), Policy::default());
    let mut sample = taken(&mut sampler).await;
    for _ in 0..2_400 {
        if sample
            .dev_context
            .as_ref()
            .is_some_and(|d| d.terminal_cwd.is_some())
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        sample = taken(&mut sampler).await;
    }
    assert_eq!(sample.active_app.name, "xterm");
    assert_eq!(sample.active_app.bundle_id, "XTerm");
    assert_eq!(
        sample.dev_context.unwrap().terminal_cwd.as_deref(),
        root.join("src").to_str()
    );
    let file = sample.file_context.unwrap();
    assert_eq!(
        (file.repo.as_deref(), file.branch.as_deref()),
        (Some("team/loom"), Some("feature/PROJ-12"))
    );
    let system = sample.system.unwrap();
    assert_eq!(system.displays, Some(1));
    assert!(system.network.is_some());
    assert!(sample.idle_s.is_some());
}

#[tokio::test]
async fn without_a_display_every_refusal_has_a_reason_and_a_remedy() {
    let home = tempfile::tempdir().unwrap();
    let mut sampler = Sampler::new(
        platform(&Options {
            home: home.path().to_path_buf(),
            activitywatch: None,
            display: Some(":4294".to_owned()),
        }),
        Policy::default(),
    );
    let report = sampler.doctor().await;
    for role in [Role::Window, Role::Idle, Role::Input, Role::Shell] {
        let line = report.iter().find(|l| l.role == role).unwrap();
        match &line.availability {
            Availability::Unavailable(why) => assert!(!why.reason.is_empty() && !why.mend.is_empty()),
            other => panic!("{role:?}: {other:?}"),
        }
    }
    for role in [Role::System, Role::Process] {
        let line = report.iter().find(|l| l.role == role).unwrap();
        assert_eq!(line.availability, Availability::Working);
    }
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::PresenceUnknown)
    );
}
