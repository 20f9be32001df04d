//! All the sources of one machine, bundled: what the binary builds for its operating system and hands to the
//! [`Sampler`](crate::Sampler).

use std::path::PathBuf;

use dayloom_domain::Zone;

use crate::slot::Slot;
use crate::source::{
    BrowserSource, CallSource, IdleSource, InputCounter, ProcessSource, Role, ShellSource, SystemSource,
    WindowSource,
};

/// The sources of a machine, each with its candidates in order.
pub struct Platform {
    /// Window in focus.
    pub window: Slot<dyn WindowSource>,
    /// Time since the last input.
    pub idle: Slot<dyn IdleSource>,
    /// Counts of input.
    pub input: Slot<dyn InputCounter>,
    /// State of the machine.
    pub system: Slot<dyn SystemSource>,
    /// Page in the browser.
    pub browser: Slot<dyn BrowserSource>,
    /// Shells with the hook.
    pub shell: Slot<dyn ShellSource>,
    /// Processes.
    pub process: Slot<dyn ProcessSource>,
    /// Calls.
    pub call: Slot<dyn CallSource>,
    /// The zone the machine is in now, where it can be told.
    pub zone: fn() -> Option<Zone>,
    /// The person's home folder, for `~` in titles.
    pub home: Option<PathBuf>,
    /// Where programs keep their settings (`~/.config` on Linux), for the folders an editor has open.
    pub config_home: Option<PathBuf>,
}

impl Platform {
    /// A machine without any source.
    pub fn bare() -> Self {
        Self {
            window: Slot::new(Role::Window, Vec::new()),
            idle: Slot::new(Role::Idle, Vec::new()),
            input: Slot::new(Role::Input, Vec::new()),
            system: Slot::new(Role::System, Vec::new()),
            browser: Slot::new(Role::Browser, Vec::new()),
            shell: Slot::new(Role::Shell, Vec::new()),
            process: Slot::new(Role::Process, Vec::new()),
            call: Slot::new(Role::Call, Vec::new()),
            zone: system_zone,
            home: None,
            config_home: None,
        }
    }
}

/// The zone of the system (`TZ`, else `/etc/localtime` or its like), if it has an IANA name.
pub fn system_zone() -> Option<Zone> {
    let zone = jiff::tz::TimeZone::try_system().ok()?;
    Zone::parse(zone.iana_name()?).ok()
}
