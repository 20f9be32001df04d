//! The idle monitors of GNOME and KDE on the session bus.

use std::time::Duration;

use async_trait::async_trait;
use dayloom_capture::{Candidate, IdleSource, Lost, Unavailable};
use jiff::Timestamp;
use zbus::Connection;

/// An answer later than this is none.
const PATIENCE: Duration = Duration::from_secs(2);

/// A method that answers with milliseconds since the last input.
#[derive(Clone, Copy)]
struct Monitor {
    /// A name on the bus that only this desktop has.
    mark: &'static str,
    service: &'static str,
    path: &'static str,
    interface: &'static str,
    method: &'static str,
    absent: &'static str,
}

const GNOME: Monitor = Monitor {
    mark: "org.gnome.Mutter.IdleMonitor",
    service: "org.gnome.Mutter.IdleMonitor",
    path: "/org/gnome/Mutter/IdleMonitor/Core",
    interface: "org.gnome.Mutter.IdleMonitor",
    method: "GetIdletime",
    absent: "GNOME's idle monitor is not on the session bus.",
};

/// The published interface counts seconds, KDE's milliseconds; so it is asked only where it is KDE's.
const KDE: Monitor = Monitor {
    mark: "org.kde.screensaver",
    service: "org.freedesktop.ScreenSaver",
    path: "/org/freedesktop/ScreenSaver",
    interface: "org.freedesktop.ScreenSaver",
    method: "GetSessionIdleTime",
    absent: "KDE's screen saver is not on the session bus.",
};

/// GNOME's idle monitor, on X11 and Wayland.
pub fn gnome() -> Candidate<dyn IdleSource> {
    Candidate::new("gnome", || start(GNOME))
}

/// KDE's screen saver, on X11 alone: under Wayland it answers zero whatever happens.
pub fn kde() -> Candidate<dyn IdleSource> {
    Candidate::new("kde", || async {
        if std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty()) {
            return Err(Unavailable::new(
                "Under Wayland KDE's screen saver does not know the idle time.",
                "Nothing needs to be done: Plasma tells it through ext-idle-notify-v1.",
            ));
        }
        start(KDE).await
    })
}

async fn start(monitor: Monitor) -> Result<Box<dyn IdleSource>, Unavailable> {
    let no_bus = || {
        Unavailable::new(
            "There is no session bus.",
            "Start Dayloom inside your desktop session, or set DBUS_SESSION_BUS_ADDRESS to its bus.",
        )
    };
    // Without an address zbus would look for a bus of launchd or of another session.
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() && std::env::var_os("XDG_RUNTIME_DIR").is_none()
    {
        return Err(no_bus());
    }
    open(zbus::connection::Builder::session(), monitor)
        .await
        .ok_or_else(no_bus)?
}

/// Finds the monitor on a bus; nothing where there is no bus.
async fn open(
    bus: zbus::connection::Builder<'_>,
    monitor: Monitor,
) -> Option<Result<Box<dyn IdleSource>, Unavailable>> {
    let opening = bus.method_timeout(PATIENCE).build();
    let connection = tokio::time::timeout(PATIENCE, opening).await.ok()?.ok()?;
    Some(find(connection, monitor).await)
}

async fn find(connection: Connection, monitor: Monitor) -> Result<Box<dyn IdleSource>, Unavailable> {
    if !has_owner(&connection, monitor.mark).await {
        return Err(Unavailable::new(
            monitor.absent,
            "Nothing needs to be done if another source of idle time works.",
        ));
    }
    let source = BusIdle { connection, monitor };
    match source.ask().await {
        Ok(_) => Ok(Box::new(source)),
        Err(lost) => Err(Unavailable::new(
            lost.to_string(),
            "It is tried again by itself every minute.",
        )),
    }
}

/// Whether a name is taken, without starting a service for it.
async fn has_owner(connection: &Connection, name: &str) -> bool {
    let bus = "org.freedesktop.DBus";
    let asked = connection
        .call_method(
            Some(bus),
            "/org/freedesktop/DBus",
            Some(bus),
            "NameHasOwner",
            &name,
        )
        .await;
    asked.is_ok_and(|answer| answer.body().deserialize::<bool>().unwrap_or(false))
}

struct BusIdle {
    connection: Connection,
    monitor: Monitor,
}

impl BusIdle {
    async fn ask(&self) -> Result<Duration, Lost> {
        let Monitor {
            service,
            path,
            interface,
            method,
            ..
        } = self.monitor;
        let asking = self
            .connection
            .call_method(Some(service), path, Some(interface), method, &());
        let answer = match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(answer)) => answer,
            _ => return Err(Lost("the idle monitor does not answer".to_owned())),
        };
        let body = answer.body();
        let milliseconds: Option<u64> = match body.signature().to_string().as_str() {
            "t" => body.deserialize().ok(),
            "u" => body.deserialize::<u32>().ok().map(u64::from),
            _ => None,
        };
        milliseconds
            .map(Duration::from_millis)
            .ok_or_else(|| Lost("the idle monitor answers with something else".to_owned()))
    }
}

#[async_trait]
impl IdleSource for BusIdle {
    async fn idle(&mut self, _now: Timestamp) -> Result<Duration, Lost> {
        self.ask().await
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use dayloom_testkit::needs;

    use super::*;

    struct Bus {
        daemon: Child,
        address: String,
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ = self.daemon.kill();
            let _ = self.daemon.wait();
        }
    }

    /// A bus of the test's own.
    fn bus() -> Option<Bus> {
        if !needs::installed(&["dbus-daemon"], "dbus-daemon") {
            return None;
        }
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it is installed");
        let mut address = String::new();
        let stdout = daemon.stdout.take().expect("its output is piped");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("it names its address");
        Some(Bus {
            daemon,
            address: address.trim().to_owned(),
        })
    }

    struct Gnome;

    #[zbus::interface(name = "org.gnome.Mutter.IdleMonitor")]
    impl Gnome {
        #[zbus(name = "GetIdletime")]
        fn idle(&self) -> u64 {
            1_500
        }
    }

    struct Kde;

    #[zbus::interface(name = "org.freedesktop.ScreenSaver")]
    impl Kde {
        #[zbus(name = "GetSessionIdleTime")]
        fn idle(&self) -> u32 {
            2_500
        }
    }

    fn to(bus: &Bus) -> zbus::connection::Builder<'_> {
        zbus::connection::Builder::address(bus.address.as_str())
    }

    #[tokio::test]
    async fn each_desktop_tells_its_idle_time_until_it_ends() {
        let Some(bus) = bus() else { return };
        for monitor in [GNOME, KDE] {
            let refused = open(to(&bus), monitor)
                .await
                .expect("a bus")
                .err()
                .expect("no desktop yet");
            assert_eq!(refused.reason, monitor.absent);
        }
        let gnome = to(&bus).serve_at(GNOME.path, Gnome).name(GNOME.mark);
        let gnome = gnome.build().await.expect("on the bus");
        let kde = to(&bus).serve_at(KDE.path, Kde).name(KDE.service).name(KDE.mark);
        let kde = kde.build().await.expect("on the bus");
        for (monitor, milliseconds) in [(GNOME, 1_500), (KDE, 2_500)] {
            let mut source = open(to(&bus), monitor).await.expect("a bus").expect("a desktop");
            let idle = source.idle(Timestamp::UNIX_EPOCH).await;
            assert_eq!(idle, Ok(Duration::from_millis(milliseconds)));
        }
        let mut source = open(to(&bus), GNOME).await.expect("a bus").expect("a desktop");
        gnome.close().await.expect("it ends");
        kde.close().await.expect("it ends");
        assert!(source.idle(Timestamp::UNIX_EPOCH).await.is_err());
    }

    #[tokio::test]
    async fn a_bus_that_is_not_there_is_not_waited_for() {
        let nowhere = zbus::connection::Builder::address("unix:path=/nonexistent/bus");
        assert!(open(nowhere, GNOME).await.is_none());
    }
}
