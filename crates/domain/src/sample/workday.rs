//! A believable developer: mornings and afternoons at an editor on the branch of a task, with the terminal, the
//! issue in the browser, chat, a call, lunch, and now and then something private.

use jiff::{Timestamp, ToSpan, civil::Date, civil::Weekday};
use uuid::Uuid;

use super::{Random, bare};
use crate::{
    DeveloperId, DeviceId, EventId, ProjectId, Zone,
    event::{ActiveApp, Browser, DevContext, Event, FileContext, InputCadence, Meeting, System},
};

/// Whose evidence is generated, and how.
#[derive(Clone, Debug)]
pub struct Developer {
    /// The person.
    pub developer_id: DeveloperId,
    /// The project of all events.
    pub project_id: ProjectId,
    /// The device.
    pub device_id: DeviceId,
    /// Where they work.
    pub zone: Zone,
    /// Seconds between samples.
    pub interval_s: u32,
    /// Keys of tasks, in the order in which they are worked on.
    pub keys: Vec<String>,
    /// Repositories as `owner/name`; work on a task stays in one of them.
    pub repos: Vec<String>,
}

impl Default for Developer {
    fn default() -> Self {
        Self {
            developer_id: DeveloperId(Uuid::from_u128(1)),
            project_id: ProjectId(Uuid::from_u128(2)),
            device_id: DeviceId(Uuid::from_u128(3)),
            zone: Zone::parse("Europe/Berlin").unwrap_or_else(|_| Zone::utc()),
            interval_s: 60,
            keys: (1..=40).map(|n| format!("PROJ-{n}")).collect(),
            repos: vec![
                "acme/shop".to_owned(),
                "acme/pay".to_owned(),
                "acme/docs".to_owned(),
            ],
        }
    }
}

/// What the person is on for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scene {
    Editor,
    Terminal,
    Issue,
    Search,
    Chat,
    Call,
    Private,
}

/// The events of one working day, in order: 9 to about 18 o'clock with a lunch break.
pub fn workday(developer: &Developer, date: Date, seed: u64) -> Vec<Event> {
    let days = i64::from(
        date.since(Date::constant(2020, 1, 1))
            .map_or(0, |span| span.get_days()),
    );
    let mut random = Random::new(
        seed ^ u64::try_from(days)
            .unwrap_or(0)
            .wrapping_mul(0x5851_F42D_4C95_7F2D),
    );
    let first = developer.zone.start_of(date).as_second() + 9 * 3_600 + random.between(-1_200, 1_200);
    let last = first + 9 * 3_600 + random.between(-1_800, 2_400);
    let lunch = first + 3 * 3_600 + random.between(0, 2_400);
    let back = lunch + random.between(1_500, 3_000);
    let mut events = Vec::new();
    let (mut now, mut scene, mut scene_ends) = (first, Scene::Editor, first);
    let mut task = task_of(developer, days, &mut random);
    let mut seq = days * 1_000;
    while now < last {
        if now >= scene_ends {
            (scene, scene_ends) = next_scene(now, &mut random);
            if random.chance(6) {
                task = task_of(developer, days, &mut random);
            }
        }
        let away = (lunch..back).contains(&now);
        if !away {
            let ts = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
            let mut event = bare(EventId(random.uuid()), developer.device_id, ts);
            event.developer_id = developer.developer_id;
            event.project_id = developer.project_id;
            event.client_seq = seq;
            event.interval_s = developer.interval_s;
            event.tz = developer.zone.clone();
            event.idle_s = u32::try_from(random.between(0, 20)).ok();
            show(&mut event, scene, &task, &mut random);
            events.push(event);
            seq += 1;
        }
        now += i64::from(developer.interval_s);
    }
    events
}

/// The working days of `days` calendar days from a date on, in order. 365 days make some 130,000 events at the
/// default interval.
pub fn year(developer: &Developer, from: Date, days: i64, seed: u64) -> Vec<Event> {
    (0..days)
        .filter_map(|n| from.checked_add(n.days()).ok())
        .filter(|date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
        .flat_map(|date| workday(developer, date, seed))
        .collect()
}

/// A task and its repository; the pool moves on with the weeks.
fn task_of(developer: &Developer, days: i64, random: &mut Random) -> (String, String) {
    let keys = i64::try_from(developer.keys.len()).unwrap_or(1).max(1);
    let at = (days / 4 + random.between(0, 2)).rem_euclid(keys);
    let at = usize::try_from(at).unwrap_or(0);
    let key = developer.keys.get(at).cloned().unwrap_or_default();
    let repo = developer
        .repos
        .get(at % developer.repos.len().max(1))
        .cloned()
        .unwrap_or_default();
    (key, repo)
}

fn next_scene(now: i64, random: &mut Random) -> (Scene, i64) {
    let (scene, minutes) = match random.between(0, 99) {
        0..=44 => (Scene::Editor, random.between(4, 35)),
        45..=59 => (Scene::Terminal, random.between(1, 6)),
        60..=71 => (Scene::Issue, random.between(1, 6)),
        72..=79 => (Scene::Search, random.between(1, 5)),
        80..=92 => (Scene::Chat, random.between(1, 4)),
        93..=96 => (Scene::Call, random.between(10, 45)),
        _ => (Scene::Private, random.between(1, 5)),
    };
    (scene, now + minutes * 60)
}

fn show(event: &mut Event, scene: Scene, (key, repo): &(String, String), random: &mut Random) {
    let name = repo.rsplit('/').next().unwrap_or_default();
    let branch = format!("feature/{key}");
    let file =
        ["main.rs", "lib.rs", "cart.rs", "README.md"][usize::try_from(random.between(0, 9) / 3).unwrap_or(0)];
    let in_repo = |path: String| FileContext {
        path: Some(path),
        repo: Some(repo.clone()),
        branch: Some(branch.clone()),
    };
    let app = |app: &str, class: &str, title: String| ActiveApp {
        name: app.to_owned(),
        bundle_id: class.to_owned(),
        window_title: Some(title),
    };
    let page = |url: &str, title: &str| {
        Some(Browser {
            url: Some(url.to_owned()),
            title: Some(title.to_owned()),
        })
    };
    event.active_app = match scene {
        Scene::Editor => {
            event.file_context = Some(in_repo(format!("/home/dev/{name}/src/{file}")));
            let unsaved = if random.chance(40) { "● " } else { "" };
            app(
                "Code",
                "code",
                format!("{unsaved}{file} - {name} - Visual Studio Code"),
            )
        }
        Scene::Terminal => {
            event.file_context = Some(in_repo(format!("/home/dev/{name}")));
            event.dev_context = Some(DevContext {
                terminal_cwd: Some(format!("/home/dev/{name}")),
                last_command: Some("cargo test".to_owned()),
                editor_file: None,
            });
            app("Terminal", "gnome-terminal", format!("dev@desk: ~/{name}"))
        }
        Scene::Issue => {
            let title = format!("{key}: as a customer I can pay later");
            event.browser = page(&format!("https://tracker.example/browse/{key}"), &title);
            app("Firefox", "firefox", format!("{title} — Mozilla Firefox"))
        }
        Scene::Search => {
            event.browser = page(
                "https://docs.example/std/iter?search=fold",
                "Iterator in std::iter",
            );
            app(
                "Firefox",
                "firefox",
                "Iterator in std::iter — Mozilla Firefox".to_owned(),
            )
        }
        Scene::Chat => app(
            "Slack",
            "slack",
            format!("({}) general - acme - Slack", random.between(1, 9)),
        ),
        Scene::Call => {
            event.meeting = Some(Meeting {
                in_call: true,
                call_app: Some("zoom".to_owned()),
                ..Meeting::default()
            });
            app("zoom", "zoom", "Team weekly".to_owned())
        }
        Scene::Private => {
            event.browser = page("https://bank.example/accounts", "Accounts");
            app("Firefox", "firefox", "Accounts — Mozilla Firefox".to_owned())
        }
    };
    measure(event, random);
}

/// What the machine itself reports.
fn measure(event: &mut Event, random: &mut Random) {
    event.input_cadence = Some(InputCadence {
        key_events: u64::try_from(random.between(0, 220)).unwrap_or(0),
        mouse_events: u64::try_from(random.between(0, 90)).unwrap_or(0),
    });
    event.system = Some(System {
        on_battery: Some(false),
        displays: Some(2),
        online: Some(true),
        network: None,
    });
}
