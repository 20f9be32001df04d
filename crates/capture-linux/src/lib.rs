//! Sources of Linux: X11, Wayland's idle protocol, the session bus, `/proc` and `/sys`. They give raw facts and never decide; presence, privacy and meaning
//! belong to `dayloom-capture`. Nothing here contacts another machine.

#![cfg(target_os = "linux")]

mod idle;
mod memory;
mod own;
mod pages;
mod process;
mod system;
mod x11;

use std::path::PathBuf;

use dayloom_capture::activitywatch::{self, ActivityWatch};
use dayloom_capture::shell::{ShellNotes, notes_dir};
use dayloom_capture::{
    Candidate, IdleSource, InputCounter, Platform, ProcessSource, Role, ShellSource, Slot, SystemSource,
    WindowSource,
};
use url::Url;

pub use memory::share_heaps;
pub use own::OwnProcesses;
pub use pages::{give_back_program_pages, map_program_in_pieces};
pub use system::hostname;

/// Where the sources of this machine are found.
#[derive(Clone, Debug)]
pub struct Options {
    /// Dayloom's home, where the shell hook leaves its notes.
    pub home: PathBuf,
    /// Address of an ActivityWatch server to use where one runs, such as `http://localhost:5600`.
    pub activitywatch: Option<Url>,
    /// The X11 display; `None` takes `DISPLAY`.
    pub display: Option<String>,
}

/// The sources of this machine. Nothing is connected until the first sample.
pub fn platform(options: &Options) -> Platform {
    let x11 = x11_of(options);
    let home = std::env::home_dir();
    let config_home = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| home.as_ref().map(|h| h.join(".config")));
    let mut platform = Platform {
        home,
        config_home,
        ..Platform::bare()
    };

    let mut window = vec![x11::window(&x11)];
    let mut idle = vec![x11::idle(&x11)];
    idle.extend(idle::candidates());
    let mut input = vec![x11::input(&x11)];
    let mut browser = Vec::new();
    if let Some(url) = &options.activitywatch {
        let server = ActivityWatch::new(url, &hostname());
        window.push(activitywatch::window(server.clone()));
        idle.push(activitywatch::idle(server.clone()));
        input.push(activitywatch::input(server.clone()));
        browser.push(activitywatch::browser(server));
    }
    platform.window = Slot::<dyn WindowSource>::new(Role::Window, window);
    platform.idle = Slot::<dyn IdleSource>::new(Role::Idle, idle);
    platform.input = Slot::<dyn InputCounter>::new(Role::Input, input);
    platform.browser = Slot::new(Role::Browser, browser);
    platform.system = Slot::new(
        Role::System,
        vec![Candidate::new("linux", move || {
            let system = system::LinuxSystem::new(x11.clone());
            async move { Ok(Box::new(system) as Box<dyn SystemSource>) }
        })],
    );
    platform.process = Slot::new(
        Role::Process,
        vec![Candidate::new("proc", || async {
            Ok(Box::new(process::Processes) as Box<dyn ProcessSource>)
        })],
    );
    let notes = notes_dir(&options.home);
    platform.shell = Slot::new(
        Role::Shell,
        vec![Candidate::new("hook", move || {
            let started = ShellNotes::start(&notes, process::is_shell);
            async move { started.map(|notes| Box::new(notes) as Box<dyn ShellSource>) }
        })],
    );
    platform
}

/// Time since the last input by the system's own account, without ActivityWatch, and the window in focus: what a tick of
/// team minutes asks this machine. Nothing is connected until it is asked.
pub fn person(options: &Options) -> (Slot<dyn IdleSource>, Slot<dyn WindowSource>) {
    let x11 = x11_of(options);
    let mut idle = vec![x11::idle(&x11)];
    idle.extend(idle::candidates());
    (
        Slot::new(Role::Idle, idle),
        Slot::new(Role::Window, vec![x11::window(&x11)]),
    )
}

fn x11_of(options: &Options) -> x11::X11 {
    let display = options
        .display
        .clone()
        .or_else(|| std::env::var("DISPLAY").ok())
        .filter(|d| !d.is_empty());
    let is_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|d| !d.is_empty());
    x11::X11::new(display, is_wayland)
}
