//! The sampler over sources that answer what a test says.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dayloom_domain::event::{InputCadence, System};

use super::*;
use crate::Exclusions;
use crate::slot::{Candidate, Slot};
use crate::source::*;

/// What all the sources of one test answer.
#[derive(Clone, Default)]
struct World(Arc<Mutex<Facts>>);

#[derive(Clone, Default)]
struct Facts {
    window: Option<Window>,
    idle: Duration,
    call: Option<String>,
    page: Option<Page>,
    shells: Vec<ShellState>,
    family: Vec<Process>,
    lost: bool,
    asked_for_page: u32,
}

macro_rules! answers {
    ($($trait:ident :: $name:ident ( $($arg:ident : $ty:ty),* ) -> $out:ty { $facts:ident => $body:expr })*) => { $(
        #[async_trait]
        impl $trait for World {
            async fn $name(&mut self, $($arg: $ty),*) -> Result<$out, Lost> {
                let mut guard = self.0.lock().unwrap();
                let $facts = &mut *guard;
                if $facts.lost { return Err(Lost("gone".to_owned())); }
                Ok($body)
            }
        }
    )* };
}

answers! {
    WindowSource::window(_now: Timestamp) -> Option<Window> { facts => facts.window.clone() }
    IdleSource::idle(_now: Timestamp) -> Duration { facts => facts.idle }
    InputCounter::take(_now: Timestamp) -> InputCadence { facts => InputCadence { key_events: 3, mouse_events: 1 } }
    SystemSource::system() -> System { facts => System { displays: Some(2), ..System::default() } }
    BrowserSource::page(_app: &str, _title: Option<&str>, _now: Timestamp) -> Option<Page> {
        facts => { facts.asked_for_page += 1; facts.page.clone() }
    }
    ShellSource::shells() -> Vec<ShellState> { facts => facts.shells.clone() }
    CallSource::call() -> Option<String> { facts => facts.call.clone() }
}

#[async_trait]
impl ProcessSource for World {
    async fn process(&mut self, pid: u32) -> Result<Option<Process>, Lost> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .family
            .iter()
            .find(|p| p.pid == pid)
            .cloned())
    }

    async fn family(&mut self, _pid: u32) -> Result<Vec<Process>, Lost> {
        Ok(self.0.lock().unwrap().family.clone())
    }
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

impl World {
    fn set(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.0.lock().unwrap());
    }

    fn platform(&self) -> Platform {
        macro_rules! slot {
            ($role:ident, $trait:ident) => {{
                let world = self.clone();
                Slot::new(
                    Role::$role,
                    vec![Candidate::new("world", move || {
                        let world = world.clone();
                        async move { Ok(Box::new(world) as Box<dyn $trait>) }
                    })],
                )
            }};
        }
        Platform {
            window: slot!(Window, WindowSource),
            idle: slot!(Idle, IdleSource),
            input: slot!(Input, InputCounter),
            system: slot!(System, SystemSource),
            browser: slot!(Browser, BrowserSource),
            shell: slot!(Shell, ShellSource),
            process: slot!(Process, ProcessSource),
            call: slot!(Call, CallSource),
            zone: || dayloom_domain::Zone::parse("Europe/Berlin").ok(),
            ..Platform::bare()
        }
    }

    fn sampler(&self) -> Sampler {
        Sampler::new(self.platform(), Policy::default())
    }
}

fn window(class: &str, title: &str) -> Option<Window> {
    Some(Window {
        class: class.to_owned(),
        title: Some(title.to_owned()),
        pid: Some(1),
        ..Window::default()
    })
}

async fn taken(sampler: &mut Sampler) -> Sample {
    match sampler.sample(now()).await {
        Outcome::Taken(sample) => *sample,
        Outcome::Withheld(reason) => panic!("withheld: {reason:?}"),
    }
}

#[tokio::test]
async fn a_plain_window_gives_a_plain_sample() {
    let world = World::default();
    world.set(|f| {
        f.window = window("Gimp", "picture.png – GIMP");
        f.idle = Duration::from_millis(4900);
    });
    let sample = taken(&mut world.sampler()).await;
    assert_eq!(sample.active_app.name, "Gimp");
    assert_eq!(sample.active_app.bundle_id, "Gimp");
    assert_eq!(sample.idle_s, Some(4));
    assert_eq!(
        sample.input_cadence,
        Some(InputCadence {
            key_events: 3,
            mouse_events: 1
        })
    );
    assert_eq!(sample.system.unwrap().displays, Some(2));
    assert_eq!(sample.tz.unwrap().name(), "Europe/Berlin");
    assert_eq!(sample.meeting, Some(Meeting::default()));
    assert_eq!(
        (sample.file_context, sample.dev_context, sample.browser),
        (None, None, None)
    );
}

#[tokio::test]
async fn no_focus_is_unknown_and_idle_is_strictly_above_the_threshold() {
    let world = World::default();
    world.set(|f| f.idle = Duration::from_millis(300_900));
    let mut sampler = world.sampler();
    let sample = taken(&mut sampler).await;
    assert_eq!(
        (
            sample.active_app.name.as_str(),
            sample.active_app.bundle_id.as_str()
        ),
        ("Unknown", "unknown")
    );
    world.set(|f| f.idle = Duration::from_secs(301));
    assert_eq!(sampler.sample(now()).await, Outcome::Withheld(Withheld::Idle));
    world.set(|f| f.call = Some("Zoom".to_owned()));
    let sample = taken(&mut sampler).await;
    assert_eq!(
        sample.meeting.unwrap().call_app.as_deref(),
        Some("Zoom"),
        "in a call a person is there"
    );
    assert_eq!(sample.idle_s, Some(301));
    assert_eq!(sampler.withheld().of(Withheld::Idle), 1);
}

#[tokio::test]
async fn exclusions_stand_before_every_other_look() {
    let world = World::default();
    world.set(|f| f.window = window("firefox", "Payroll — Mozilla Firefox"));
    let mut sampler = world.sampler();
    let exclusions = Exclusions::new(&["keepassxc"], &["payroll"]).unwrap();
    sampler.set_policy(Policy {
        exclusions,
        ..Policy::default()
    });
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::ExcludedTitle)
    );
    world.set(|f| f.window = window("firefox", "Bank — Mozilla Firefox Private Browsing"));
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::PrivateWindow)
    );
    world.set(|f| f.window = window("KeePassXC", "x"));
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::ExcludedApp)
    );
    assert_eq!(
        world.0.lock().unwrap().asked_for_page,
        0,
        "nothing about an excluded window is looked up"
    );
    world.set(|f| {
        f.window = window("firefox", "Figures — Mozilla Firefox");
        f.page = Some(Page {
            url: Some("https://h/payroll/3".to_owned()),
            ..Page::default()
        });
    });
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::ExcludedTitle),
        "by the address"
    );
    world.set(|f| {
        f.page = Some(Page {
            private: true,
            ..Page::default()
        })
    });
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::PrivateWindow),
        "as the browser says"
    );
    assert_eq!(sampler.withheld().of(Withheld::ExcludedTitle), 2);
    assert_eq!(sampler.withheld().of(Withheld::PrivateWindow), 2);
}

#[tokio::test]
async fn a_browser_has_its_page() {
    let world = World::default();
    world.set(|f| f.window = window("firefox", "Docs — Mozilla Firefox"));
    let mut sampler = world.sampler();
    let plain = taken(&mut sampler).await.browser.unwrap();
    assert_eq!(
        plain,
        Browser {
            url: None,
            title: Some("Docs — Mozilla Firefox".to_owned())
        }
    );
    let page = Page {
        url: Some("https://h/docs".to_owned()),
        title: Some("Docs".to_owned()),
        private: false,
    };
    world.set(|f| f.page = Some(page));
    let full = taken(&mut sampler).await.browser.unwrap();
    assert_eq!(
        full,
        Browser {
            url: Some("https://h/docs".to_owned()),
            title: Some("Docs".to_owned())
        }
    );
}

fn project(dir: &Path) -> PathBuf {
    let root = dir.join("loom");
    std::fs::create_dir_all(root.join(".git/objects")).unwrap();
    std::fs::create_dir_all(root.join(".git/refs")).unwrap();
    std::fs::create_dir_all(root.join("src")).unwrap();
    std::fs::write(root.join(".git/HEAD"), "ref: refs/heads/feature/PROJ-12\n").unwrap();
    std::fs::write(
        root.join(".git/config"),
        "[remote \"origin\"]\n\turl = git@h:team/loom.git\n",
    )
    .unwrap();
    std::fs::write(root.join("src/main.rs"), "").unwrap();
    root
}

#[tokio::test]
async fn a_terminal_has_its_directory_and_teaches_the_editor_where_projects_are() {
    let temp = tempfile::tempdir().unwrap();
    let root = project(temp.path());
    let world = World::default();
    let shell = Process {
        pid: 2,
        name: "bash".to_owned(),
        cwd: Some(root.join("src")),
        tty: 5,
        foreground: true,
        ..Process::default()
    };
    world.set(|f| {
        f.window = window("XTerm", "me@host: ~");
        f.family = vec![
            Process {
                pid: 1,
                name: "xterm".to_owned(),
                ..Process::default()
            },
            shell,
        ];
        f.shells = vec![ShellState {
            pid: 2,
            cwd: root.join("src"),
            last_command: Some("make".to_owned()),
            at: now(),
        }];
    });
    let mut sampler = world.sampler();
    let sample = taken(&mut sampler).await;
    let dev = sample.dev_context.unwrap();
    assert_eq!(dev.terminal_cwd.as_deref(), root.join("src").to_str());
    assert_eq!(dev.last_command.as_deref(), Some("make"));
    let file = sample.file_context.unwrap();
    assert_eq!(
        (file.repo.as_deref(), file.branch.as_deref()),
        (Some("team/loom"), Some("feature/PROJ-12"))
    );

    world.set(|f| {
        f.window = window("Code", "● main.rs - loom - Visual Studio Code");
        f.family = Vec::new();
    });
    let sample = taken(&mut sampler).await;
    assert_eq!(sample.active_app.name, "Visual Studio Code");
    let file = sample.file_context.unwrap();
    assert_eq!(file.path.as_deref(), root.join("src/main.rs").to_str());
    assert_eq!(file.repo.as_deref(), Some("team/loom"));
    assert_eq!(
        sample.dev_context.unwrap().editor_file.as_deref(),
        root.join("src/main.rs").to_str()
    );

    world.set(|f| f.window = window("Code", "main.rs - loom [SSH: far] - Visual Studio Code"));
    assert_eq!(
        taken(&mut sampler).await.file_context,
        None,
        "another machine's files are not looked for here"
    );
}

#[tokio::test]
async fn a_terminals_title_shows_no_secret_of_the_command_in_it() {
    let world = World::default();
    let mut sampler = world.sampler();
    for (title, seen) in [
        ("mysql -phunter2 shop", "mysql -p*** shop"),
        (
            "me@host: login --password hunter2",
            "me@host: login --password ***",
        ),
        ("me@host: ~/work/loom", "me@host: ~/work/loom"),
        (
            "main.rs + (~/w/loom/src) - NVIM",
            "main.rs + (~/w/loom/src) - NVIM",
        ),
    ] {
        world.set(|f| f.window = window("kitty", title));
        let sample = taken(&mut sampler).await;
        assert_eq!(sample.active_app.window_title.as_deref(), Some(seen));
    }
}

#[tokio::test]
async fn without_a_desktop_a_shell_in_use_is_enough_and_nothing_is_claimed_without_one() {
    let temp = tempfile::tempdir().unwrap();
    let root = project(temp.path());
    let world = World::default();
    world.set(|f| {
        f.shells = vec![ShellState {
            pid: 2,
            cwd: root.clone(),
            last_command: Some("cargo test".to_owned()),
            at: "2026-11-21T09:58:00Z".parse().unwrap(),
        }];
    });
    let platform = Platform {
        shell: world.platform().shell,
        ..Platform::bare()
    };
    let mut sampler = Sampler::new(platform, Policy::default());
    let sample = taken(&mut sampler).await;
    assert_eq!(sample.active_app.name, "Terminal");
    assert_eq!(sample.idle_s, Some(120));
    assert_eq!(
        sample.dev_context.unwrap().last_command.as_deref(),
        Some("cargo test")
    );
    assert_eq!(sample.file_context.unwrap().repo.as_deref(), Some("team/loom"));
    let later = "2026-11-21T10:10:00Z".parse().unwrap();
    assert_eq!(sampler.sample(later).await, Outcome::Withheld(Withheld::Idle));
    let mut nothing = Sampler::new(Platform::bare(), Policy::default());
    assert_eq!(
        nothing.sample(now()).await,
        Outcome::Withheld(Withheld::PresenceUnknown)
    );
    let idle_only = Platform {
        idle: World::default().platform().idle,
        ..Platform::bare()
    };
    assert_eq!(
        Sampler::new(idle_only, Policy::default()).sample(now()).await,
        Outcome::Withheld(Withheld::NothingSeen)
    );
}

#[tokio::test]
async fn candidates_are_tried_in_order_every_refusal_is_kept_and_a_loss_is_made_good() {
    let world = World::default();
    let refused = Candidate::new("first", || async {
        Err::<Box<dyn IdleSource>, _>(Unavailable::new("There is none.", "Get one."))
    });
    let second = world.clone();
    let second = Candidate::new("second", move || {
        let world = second.clone();
        async move { Ok(Box::new(world) as Box<dyn IdleSource>) }
    });
    let third = Candidate::new("third", || async {
        Err::<Box<dyn IdleSource>, _>(Unavailable::new("Never asked.", ""))
    });
    let platform = Platform {
        idle: Slot::new(Role::Idle, vec![refused, second, third]),
        ..world.platform()
    };
    let mut sampler = Sampler::new(platform, Policy::default());
    let lines: Vec<_> = sampler
        .doctor()
        .await
        .into_iter()
        .filter(|l| l.role == Role::Idle)
        .collect();
    assert_eq!(
        lines[0].availability,
        Availability::Unavailable(Unavailable::new("There is none.", "Get one."))
    );
    assert_eq!(
        (lines[1].availability.clone(), lines[1].in_use),
        (Availability::Working, true)
    );
    assert_eq!(
        (lines[2].availability.clone(), lines[2].in_use),
        (Availability::NotNeeded, false)
    );

    world.set(|f| f.lost = true);
    assert_eq!(
        sampler.sample(now()).await,
        Outcome::Withheld(Withheld::PresenceUnknown)
    );
    world.set(|f| f.lost = false);
    taken(&mut sampler).await;
}
