//! What the invented developer did: a day as scenes, and the samples a device would have taken of them.
//!
//! Pure: the same date and seed give the same day.

use dayloom_domain::{
    EventId, Zone,
    event::{ActiveApp, Browser, DevContext, FileContext, InputCadence, Meeting, System},
};
use dayloom_storage::NewEvent;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Weekday},
};

use super::{
    cast::{
        BROWSER, CALLS, CHANNELS, CHAT, DESIGN, EDITOR, MAIL, MEETINGS, MUSIC, ON_CALL, PRIVATE, PROJECTS,
        Program, TASKS, TERMINAL,
    },
    chance::Chance,
};

/// Which of the two devices sees a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The workstation at the desk.
    Desk,
    /// The laptop, for calls and for Fridays at home.
    Laptop,
}

/// Something the developer was on for a while.
#[derive(Clone, Debug)]
struct Scene {
    machine: Machine,
    seconds: i64,
    program: Program,
    title: String,
    file: Option<FileContext>,
    dev: Option<DevContext>,
    browser: Option<Browser>,
    in_call: bool,
    /// Away from the machine: what was last in front stays there, without input.
    away: bool,
}

/// A sample and the device that took it.
pub type Sampled = (Machine, NewEvent);

/// Seconds between samples.
const TICK: i64 = 60;
/// Idle threshold of both devices, the default of `contract/tracker.md` §2.2.
const IDLE: i64 = 300;

/// Samples of one local date up to `now`, in the order they were taken.
pub fn day(date: Date, today: Date, now: Timestamp, zone: &Zone, seed: u64) -> Vec<Sampled> {
    let mut chance =
        Chance::new(seed ^ (u64::from(date.day().unsigned_abs()) << 32) ^ days_since_epoch(date));
    let Some((start, scenes)) = plan(date, today, now, zone, &mut chance) else {
        return Vec::new();
    };
    samples(start, &scenes, now, zone, &mut chance)
}

fn days_since_epoch(date: Date) -> u64 {
    let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
    days.unsigned_abs()
}

/// When the day begins and what happens on it; none on most days of a weekend.
fn plan(
    date: Date,
    today: Date,
    now: Timestamp,
    zone: &Zone,
    chance: &mut Chance,
) -> Option<(Timestamp, Vec<Scene>)> {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let usual = zone.start_of(date) + SignedDuration::from_mins(chance.between(8 * 60 + 25, 9 * 60 + 20));
    if date == today {
        // Whoever looks at the demonstration early or on a Sunday shall see a day that has begun.
        let earliest = zone.start_of(date) + SignedDuration::from_secs(30);
        let begun = now - SignedDuration::from_mins(280);
        return Some((usual.min(begun).max(earliest), workday(date, chance)));
    }
    if !weekend {
        return Some((usual, workday(date, chance)));
    }
    if chance.percent(35) {
        return Some((usual + SignedDuration::from_hours(2), on_call_hour(chance)));
    }
    None
}

fn workday(date: Date, chance: &mut Chance) -> Vec<Scene> {
    let at_home = date.weekday() == Weekday::Friday;
    let machine = if at_home { Machine::Laptop } else { Machine::Desk };
    let turn = usize::try_from(days_since_epoch(date)).unwrap_or(0);
    let active = TASKS.len() - 2;
    let (first, second) = ((turn / 3) % active, (turn / 2 + 4) % active);
    let mut scenes = vec![mail(machine, chance), chat(machine, chance)];
    focus(first, machine, chance.between(38, 65), &mut scenes, chance);
    scenes.push(call(machine, "Stand-up", 14));
    focus(first, machine, chance.between(50, 85), &mut scenes, chance);
    scenes.push(away(&scenes, chance.between(6, 13)));
    review(second, machine, &mut scenes, chance);
    if chance.percent(70) {
        scenes.push(private(machine, chance));
    }
    scenes.push(chat(machine, chance));
    scenes.push(away(&scenes, chance.between(38, 58)));
    scenes.push(mail(machine, chance));
    if matches!(
        date.weekday(),
        Weekday::Monday | Weekday::Tuesday | Weekday::Thursday
    ) {
        let (title, minutes) = *chance.one(&MEETINGS);
        scenes.push(call(Machine::Laptop, title, minutes));
    }
    focus(second, machine, chance.between(60, 95), &mut scenes, chance);
    scenes.push(away(&scenes, chance.between(7, 18)));
    if chance.percent(30) {
        scenes.extend(on_call_hour(chance).into_iter().take(3));
    }
    if chance.percent(30) {
        scenes.push(page(
            machine,
            "https://www.figma.com/design/demo/Harbor",
            TASKS[DESIGN].title,
            16,
        ));
    }
    focus(first, machine, chance.between(35, 70), &mut scenes, chance);
    if chance.percent(40) {
        scenes.push(music(machine, chance));
    }
    scenes.push(chat(machine, chance));
    scenes
}

/// Work on a task: editor, terminal, pages, in turns.
fn focus(task: usize, machine: Machine, minutes: i64, scenes: &mut Vec<Scene>, chance: &mut Chance) {
    let mut left = minutes * 60;
    while left > 0 {
        let before = scenes.len();
        scenes.push(edit(task, machine, chance));
        if chance.percent(65) {
            scenes.push(command(task, machine, chance));
        }
        if chance.percent(35) {
            let (url, title) = *chance.one(PROJECTS[TASKS[task].project].pages);
            scenes.push(page(machine, url, title, chance.between(2, 6)));
        }
        if chance.percent(12) {
            scenes.push(chat(machine, chance));
        }
        left -= scenes[before..].iter().map(|s| s.seconds).sum::<i64>();
    }
}

fn edit(task: usize, machine: Machine, chance: &mut Chance) -> Scene {
    let task = &TASKS[task];
    let project = &PROJECTS[task.project];
    let file = *chance.one(project.files);
    let path = format!("{}/{file}", project.folder);
    let name = file.rsplit('/').next().unwrap_or(file);
    let folder = project.folder.rsplit('/').next().unwrap_or(project.folder);
    Scene {
        file: Some(FileContext {
            path: Some(path.clone()),
            repo: Some(project.repo.to_owned()),
            branch: Some(branch_of(task.branch)),
        }),
        dev: Some(DevContext {
            editor_file: Some(path),
            ..DevContext::default()
        }),
        ..scene(
            machine,
            EDITOR,
            format!("{name} - {folder} - Visual Studio Code"),
            chance.between(5, 15) * 60,
        )
    }
}

fn command(task: usize, machine: Machine, chance: &mut Chance) -> Scene {
    let task = &TASKS[task];
    let project = &PROJECTS[task.project];
    let command = *chance.one(project.commands);
    Scene {
        file: Some(FileContext {
            path: None,
            repo: Some(project.repo.to_owned()),
            branch: Some(branch_of(task.branch)),
        }),
        dev: Some(DevContext {
            terminal_cwd: Some(project.folder.to_owned()),
            last_command: Some(command.to_owned()),
            editor_file: None,
        }),
        ..scene(
            machine,
            TERMINAL,
            format!("{command} — {}", project.folder),
            chance.between(1, 4) * 60,
        )
    }
}

fn branch_of(branch: &str) -> String {
    if branch.is_empty() {
        "main".to_owned()
    } else {
        branch.to_owned()
    }
}

/// Reading a colleague's change.
fn review(task: usize, machine: Machine, scenes: &mut Vec<Scene>, chance: &mut Chance) {
    let task = &TASKS[task];
    let number = chance.between(300, 420);
    let url = format!(
        "https://github.com/{}/pull/{number}/files",
        PROJECTS[task.project].repo
    );
    let title = format!("{} {} by jonas · Pull Request #{number}", task.key, task.title);
    scenes.push(page(machine, &url, &title, chance.between(9, 22)));
}

fn on_call_hour(chance: &mut Chance) -> Vec<Scene> {
    let machine = Machine::Laptop;
    let mut scenes = vec![
        page(
            machine,
            "https://grafana.northwind.example/d/uploads",
            "Uploads - Dashboards - Grafana",
            chance.between(6, 14),
        ),
        command(ON_CALL, machine, chance),
        page(
            machine,
            "https://grafana.northwind.example/d/errors",
            "Errors - Dashboards - Grafana",
            chance.between(3, 9),
        ),
        chat(machine, chance),
    ];
    scenes.push(command(ON_CALL, machine, chance));
    scenes
}

fn scene(machine: Machine, program: Program, title: String, seconds: i64) -> Scene {
    Scene {
        machine,
        seconds,
        program,
        title,
        file: None,
        dev: None,
        browser: None,
        in_call: false,
        away: false,
    }
}

fn page(machine: Machine, url: &str, title: &str, minutes: i64) -> Scene {
    Scene {
        browser: Some(Browser {
            url: Some(url.to_owned()),
            title: Some(title.to_owned()),
        }),
        ..scene(
            machine,
            BROWSER,
            format!("{title} — Mozilla Firefox"),
            minutes * 60,
        )
    }
}

fn mail(machine: Machine, chance: &mut Chance) -> Scene {
    let unread = chance.between(1, 9);
    scene(
        machine,
        MAIL,
        format!("Inbox ({unread}) - Mozilla Thunderbird"),
        chance.between(4, 11) * 60,
    )
}

fn chat(machine: Machine, chance: &mut Chance) -> Scene {
    let channel = *chance.one(&CHANNELS);
    scene(
        machine,
        CHAT,
        format!("{channel} (Channel) - Northwind - Slack"),
        chance.between(2, 7) * 60,
    )
}

fn call(machine: Machine, title: &str, minutes: i64) -> Scene {
    Scene {
        in_call: true,
        ..scene(machine, CALLS, format!("{title} - Zoom Meeting"), minutes * 60)
    }
}

fn private(machine: Machine, chance: &mut Chance) -> Scene {
    let (url, title) = *chance.one(&PRIVATE);
    page(machine, url, title, chance.between(5, 14))
}

fn music(machine: Machine, chance: &mut Chance) -> Scene {
    scene(machine, MUSIC, "Spotify".to_owned(), chance.between(1, 3) * 60)
}

fn away(scenes: &[Scene], minutes: i64) -> Scene {
    let mut last = scenes
        .last()
        .cloned()
        .unwrap_or_else(|| scene(Machine::Desk, MAIL, String::new(), 0));
    last.seconds = minutes * 60;
    last.in_call = false;
    last.away = true;
    last
}

/// What the agents of both devices would have sent: a sample a minute of the scene at hand, none above the idle
/// threshold. During a call on the laptop the workstation still answers until it is idle.
fn samples(
    start: Timestamp,
    scenes: &[Scene],
    now: Timestamp,
    zone: &Zone,
    chance: &mut Chance,
) -> Vec<Sampled> {
    let mut taken = Vec::new();
    let mut sequence = 0;
    let (mut scene_start, mut tick) = (0, 0);
    let mut previous: Option<&Scene> = None;
    for scene in scenes {
        while tick < scene_start + scene.seconds {
            let ts = start + SignedDuration::from_secs(tick);
            if ts > now {
                return taken;
            }
            let into = tick - scene_start;
            let idle = if scene.away {
                into
            } else {
                chance.between(0, if scene.in_call { 200 } else { 25 })
            };
            if idle <= IDLE {
                sequence += 1;
                taken.push((scene.machine, sample(scene, ts, idle, sequence, zone, chance)));
            }
            let left_behind =
                previous.filter(|p| scene.in_call && p.machine != scene.machine && into + 15 <= IDLE);
            if let Some(behind) = left_behind {
                sequence += 1;
                taken.push((
                    behind.machine,
                    sample(behind, ts, into + 15, sequence, zone, chance),
                ));
            }
            tick += TICK;
        }
        scene_start += scene.seconds;
        if !scene.away {
            previous = Some(scene);
        }
    }
    taken
}

fn sample(
    scene: &Scene,
    ts: Timestamp,
    idle: i64,
    sequence: i64,
    zone: &Zone,
    chance: &mut Chance,
) -> NewEvent {
    let busy = idle < TICK;
    let count = |busy: bool, number: i64| if busy { number.unsigned_abs() } else { 0 };
    NewEvent {
        id: EventId(chance.id()),
        client_seq: sequence,
        ts,
        interval_s: TICK.unsigned_abs().try_into().unwrap_or(60),
        tz: Some(zone.clone()),
        idle_s: u32::try_from(idle).ok(),
        active_app: ActiveApp {
            name: scene.program.0.to_owned(),
            bundle_id: scene.program.1.to_owned(),
            window_title: Some(scene.title.clone()),
        },
        file_context: scene.file.clone(),
        dev_context: scene.dev.clone(),
        browser: scene.browser.clone(),
        input_cadence: Some(InputCadence {
            key_events: count(busy, chance.between(5, 160)),
            mouse_events: count(busy, chance.between(2, 60)),
        }),
        meeting: scene.in_call.then(|| Meeting {
            in_call: true,
            call_app: Some("Zoom".to_owned()),
            calendar_event_id: None,
        }),
        system: Some(System {
            on_battery: Some(false),
            displays: Some(if scene.machine == Machine::Desk { 2 } else { 1 }),
            online: Some(true),
            network: Some(
                if scene.machine == Machine::Desk {
                    "ethernet"
                } else {
                    "wifi"
                }
                .to_owned(),
            ),
        }),
        evidence_ref: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> (Zone, Date, Timestamp) {
        let zone = Zone::parse("Europe/Berlin").expect("known");
        let today = jiff::civil::date(2026, 11, 20);
        (
            zone.clone(),
            today,
            zone.start_of(today) + SignedDuration::from_hours(15),
        )
    }

    #[test]
    fn a_month_is_believable_and_repeats() {
        let (zone, today, now) = month();
        let mut events = 0;
        for back in 0..30 {
            let date = today - jiff::Span::new().days(back);
            let once = day(date, today, now, &zone, 1);
            assert_eq!(once, day(date, today, now, &zone, 1), "{date}");
            let workday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            assert!(!workday || once.len() > 200, "{date} has {} samples", once.len());
            assert!(
                once.iter()
                    .all(|(_, e)| zone.date_of(e.ts) == date && e.ts <= now),
                "{date}"
            );
            assert!(
                once.iter()
                    .all(|(_, e)| e.idle_s.is_some_and(|s| i64::from(s) <= IDLE))
            );
            events += once.len();
        }
        assert!((6_000..15_000).contains(&events), "{events} samples");
    }

    #[test]
    fn today_has_begun_at_any_hour() {
        let (zone, _, _) = month();
        for hour in [1, 5, 9, 13, 23] {
            let sunday = jiff::civil::date(2026, 11, 22);
            let now = zone.start_of(sunday) + SignedDuration::from_hours(hour);
            assert!(
                day(sunday, sunday, now, &zone, 1).len() >= 30,
                "at {hour} o'clock"
            );
        }
    }

    #[test]
    fn two_devices_see_one_moment() {
        let (zone, today, now) = month();
        let all: Vec<_> = (0..30)
            .flat_map(|b| day(today - jiff::Span::new().days(b), today, now, &zone, 1))
            .collect();
        let both = all
            .windows(2)
            .filter(|w| w[0].0 != w[1].0 && w[0].1.ts == w[1].1.ts)
            .count();
        assert!(both > 5, "{both}");
    }
}
