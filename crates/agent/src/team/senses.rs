//! What a tick asks this machine: ActivityWatch, the system's idle time, the window in front, the local time.
//!
//! It brings facts; the rules of `dayloom_domain::team` decide. Must not know which operating system it runs on.

use std::sync::Arc;
use std::time::Duration;

use dayloom_capture::activitywatch::ActivityWatch;
use dayloom_capture::activitywatch::program::ProcessTable;
use dayloom_capture::recognise::{Kind, recognise};
use dayloom_capture::source::Window;
use dayloom_capture::{Exclusions, IdleSource, Slot, WindowSource};
use dayloom_domain::Zone;
use dayloom_domain::team::tick::Platform;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

/// Everything ActivityWatch is asked in a tick must be answered within this, or counts as not said.
const AW_PATIENCE: Duration = Duration::from_secs(6);
/// A window ActivityWatch named is taken as still in front for at most this long (`contract/team.md` §1).
const WINDOW_HOLDS: SignedDuration = SignedDuration::from_secs(60);

/// The sources of one machine, as the binary puts them together for its operating system.
pub struct Senses {
    /// Which system; the rules weigh its idle time by it.
    pub platform: Platform,
    /// This machine's name, as ActivityWatch's watchers write it.
    pub hostname: String,
    /// Time since the last input by the system's own account.
    pub idle: Slot<dyn IdleSource>,
    /// The window in front by Dayloom's own capture.
    pub window: Slot<dyn WindowSource>,
    /// Windows that are nobody's business.
    pub exclusions: Exclusions,
    /// The zone of this machine, where it has an IANA name.
    pub zone: fn() -> Option<Zone>,
    /// The time of day here.
    pub local_time: fn(Timestamp) -> Time,
    /// Processes of this person, for starting and stopping ActivityWatch.
    pub processes: Arc<dyn ProcessTable>,
}

/// The window in front. Only a name of an application ever leaves the machine, and only where an allowlist needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontApp {
    /// Name of the application.
    pub app: String,
    /// Title, for allowlists alone.
    pub title: String,
}

/// What the machine said in one tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// ActivityWatch answered.
    pub aw_reachable: bool,
    /// Age of the last input ActivityWatch saw.
    pub aw_input_age: Option<SignedDuration>,
    /// Time since the last input by the system's own account; none where the system gives none.
    pub os_idle: Option<SignedDuration>,
    /// The window in front.
    pub window: Option<FrontApp>,
    /// Local time of day.
    pub local_time: Time,
}

/// Asks ActivityWatch for the ticks of one collector. Another address makes another one.
pub struct AwSense {
    server: Option<ActivityWatch>,
    window: Option<(Timestamp, Option<FrontApp>)>,
}

impl AwSense {
    /// For the server at `url`, or for none.
    pub fn new(url: Option<&url::Url>, hostname: &str) -> Self {
        Self {
            server: url.and_then(|url| ActivityWatch::new(url, hostname).ok()),
            window: None,
        }
    }

    /// Whether it answers, and the moment of the last input it saw.
    async fn input(&self, now: Timestamp) -> (bool, Option<Timestamp>) {
        let Some(server) = &self.server else {
            return (false, None);
        };
        if !server.is_reachable().await {
            return (false, None);
        }
        let asked = tokio::time::timeout(AW_PATIENCE, server.last_input(now)).await;
        (true, asked.ok().and_then(Result::ok).flatten())
    }

    async fn window(&mut self, now: Timestamp) -> Option<FrontApp> {
        let server = self.server.as_ref()?;
        let asked = tokio::time::timeout(AW_PATIENCE, server.front_window(now)).await;
        match asked {
            Ok(Ok(front)) => {
                let front = front.map(|front| FrontApp {
                    app: front.app,
                    title: front.title,
                });
                self.window = Some((now, front.clone()));
                front
            }
            // Slow or torn: what it last said holds for a while.
            _ => self
                .window
                .as_ref()
                .filter(|(at, _)| now.duration_since(*at).abs() <= WINDOW_HOLDS)
                .and_then(|(_, front)| front.clone()),
        }
    }
}

impl Senses {
    /// Gathers what a tick at `now` is decided from.
    pub async fn look(&mut self, aw: &mut AwSense, now: Timestamp) -> Facts {
        let input = aw.input(now);
        let idle = os_idle(&mut self.idle, now);
        let ((aw_reachable, last_input), os_idle) = tokio::join!(input, idle);
        let window = self.front(aw, aw_reachable, now).await;
        Facts {
            aw_reachable,
            aw_input_age: last_input.map(|at| now.duration_since(at)),
            os_idle,
            window,
            local_time: (self.local_time)(now),
        }
    }

    /// The window by our own capture where that runs, else by ActivityWatch.
    async fn front(&mut self, aw: &mut AwSense, aw_reachable: bool, now: Timestamp) -> Option<FrontApp> {
        let own = match self.window.get().await {
            Some(source) => {
                let answer = source.window(now).await;
                self.window.settle(answer)
            }
            None => None,
        };
        let front = match own {
            Some(Some(window)) => Some(FrontApp {
                app: if window.class.is_empty() {
                    window.instance
                } else {
                    window.class
                },
                title: window.title.unwrap_or_default(),
            }),
            _ if aw_reachable => aw.window(now).await,
            _ => None,
        };
        front.filter(|front| !is_withheld(&self.exclusions, front))
    }
}

/// Whether a window is none of anybody's business: its application or title is excluded, or it is a browser's private one.
fn is_withheld(exclusions: &Exclusions, front: &FrontApp) -> bool {
    let window = Window {
        class: front.app.clone(),
        title: Some(front.title.clone()),
        ..Window::default()
    };
    let (name, kind) = recognise(&window);
    exclusions
        .verdict(&window, &name, kind == Kind::Browser)
        .is_some()
}

async fn os_idle(slot: &mut Slot<dyn IdleSource>, now: Timestamp) -> Option<SignedDuration> {
    let answer = slot.get().await?.idle(now).await;
    let idle = slot.settle(answer)?;
    SignedDuration::try_from(idle).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_excluded_or_private_is_no_window_at_all() {
        let exclusions = Exclusions::new(&["KeePassXC"], &["payroll"]).expect("patterns");
        for (app, title, withheld) in [
            ("keepassxc", "vault", true),
            ("Code", "Payroll 2027.xlsx", true),
            ("firefox", "Doctor — Mozilla Firefox Private Browsing", true),
            ("firefox", "Doctor — Mozilla Firefox", false),
            ("Code", "main.rs", false),
            ("", "main.rs", false),
        ] {
            let front = FrontApp {
                app: app.to_owned(),
                title: title.to_owned(),
            };
            assert_eq!(is_withheld(&exclusions, &front), withheld, "{app} {title}");
        }
    }
}
