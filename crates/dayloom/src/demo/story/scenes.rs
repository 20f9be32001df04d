//! What happens on a day of the invented developer, scene by scene.

use dayloom_domain::event::{Browser, DevContext, FileContext};
use jiff::civil::{Date, Weekday};

use super::days_since_epoch;
use crate::demo::{
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
pub(super) struct Scene {
    pub machine: Machine,
    pub seconds: i64,
    pub program: Program,
    pub title: String,
    pub file: Option<FileContext>,
    pub dev: Option<DevContext>,
    pub browser: Option<Browser>,
    pub in_call: bool,
    /// Away from the machine: what was last in front stays there, without input.
    pub away: bool,
}

/// A day at work.
pub(super) fn workday(date: Date, chance: &mut Chance) -> Vec<Scene> {
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

/// An hour of looking after what is running.
pub(super) fn on_call_hour(chance: &mut Chance) -> Vec<Scene> {
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
