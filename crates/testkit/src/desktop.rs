//! A desktop of a test's own: an X server without a screen, a window manager, windows that do as they are told.
//!
//! Everything it starts is ended when it is dropped. It knows nothing of Dayloom.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::needs;

/// How long anything on the desktop may take before the test has failed: far above what it needs, because machines differ.
const PATIENCE: Duration = Duration::from_secs(180);
/// After this a window manager is asked again for what it has not done.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// An X server with a window manager, on a display of its own.
pub struct Desktop {
    display: String,
    server: Child,
    manager: Child,
    /// While it is stopped: nobody else is to be given its number.
    kept: Option<File>,
}

impl Desktop {
    /// Starts one, or says that the test is skipped and gives `None` where `Xvfb`, `openbox` or `xdotool` is not
    /// installed. With `DAYLOOM_TEST_ALL=1` that is a failure.
    pub fn start() -> Option<Self> {
        if !needs::installed(&["Xvfb", "openbox", "xdotool"], "xvfb openbox xdotool xterm") {
            return None;
        }
        let (server, display) = start_server(None, &numbers());
        let manager = start_manager(&display);
        let desktop = Self {
            display,
            server,
            manager,
            kept: None,
        };
        desktop.wait_for("the window manager", || desktop.has_manager());
        Some(desktop)
    }

    /// The display, such as `:5`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// A command that runs on this desktop.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env_remove("XAUTHORITY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Runs xdotool and waits for it.
    pub fn xdotool(&self, arguments: &[&str]) {
        let status = self
            .command("xdotool")
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .expect("xdotool runs");
        assert!(status.success(), "xdotool {arguments:?}");
    }

    /// Opens a window of this class and title, and waits until it has the focus.
    pub fn open(&self, class: &str, title: &str) -> TestWindow {
        let window = TestWindow::open(&self.display, class, title);
        self.focus(&window);
        window
    }

    /// Gives a window the focus and waits until it has it.
    pub fn focus(&self, window: &TestWindow) {
        let mut asked: Option<Instant> = None;
        self.wait_for("the focus", || {
            // The window manager may not know the window yet, and then forgets that it was asked.
            if asked.is_none_or(|at| at.elapsed() > ASK_AGAIN) {
                window.ask_for_focus();
                asked = Some(Instant::now());
            }
            window.active() == Some(window.id)
        });
    }

    /// Kills the server and starts another one on the same display, with a window manager.
    pub fn restart(&mut self) {
        self.stop();
        let kept = self.kept.take().unwrap_or_else(numbers);
        let (server, display) = start_server(Some(&self.display), &kept);
        drop(kept);
        assert_eq!(display, self.display);
        self.server = server;
        self.manager = start_manager(&self.display);
        self.wait_for("the window manager", || self.has_manager());
    }

    /// Kills the server, as when a session ends. Until it is started again no other test is given the number of its
    /// display: each waits that starts a desktop.
    pub fn stop(&mut self) {
        if self.kept.is_none() {
            self.kept = Some(numbers());
        }
        self.end();
    }

    fn end(&mut self) {
        end(&mut self.manager);
        end(&mut self.server);
    }

    /// Waits until something holds; fails the test by its name if it does not come about.
    pub fn wait_for(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn has_manager(&self) -> bool {
        let Ok((connection, screen)) = RustConnection::connect(Some(&self.display)) else {
            return false;
        };
        let root = connection.setup().roots[screen].root;
        read_window(&connection, root, b"_NET_SUPPORTING_WM_CHECK").is_some()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ends a child; that it may have ended already is no matter.
pub(crate) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// The right to take a display's number, of all tests on this machine one at a time: until it is dropped.
pub(crate) fn numbers() -> File {
    let user = std::env::var("USER").unwrap_or_default();
    let path = std::env::temp_dir().join(format!("dayloom-test-displays-{user}.lock"));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    let file = file.expect("a file in the temporary folder");
    file.lock().expect("a lock");
    file
}

/// Starts Xvfb on the display, or on a free one which it names itself.
fn start_server(display: Option<&str>, _numbers: &File) -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(display)
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1024x768x24",
            "-nolisten",
            "tcp",
            "-noreset",
            "-ac",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("its output is piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("Xvfb names its display");
    assert!(!line.trim().is_empty(), "Xvfb did not start");
    (server, format!(":{}", line.trim()))
}

fn start_manager(display: &str) -> Child {
    Command::new("openbox")
        .env("DISPLAY", display)
        .env_remove("XAUTHORITY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("openbox starts")
}

/// A window that a test holds. It closes when dropped.
pub struct TestWindow {
    connection: RustConnection,
    root: Window,
    id: Window,
}

impl TestWindow {
    fn open(display: &str, class: &str, title: &str) -> Self {
        let (connection, screen) = RustConnection::connect(Some(display)).expect("the desktop runs");
        let root = connection.setup().roots[screen].root;
        let id = connection.generate_id().expect("an id");
        let options = CreateWindowAux::new().background_pixel(0x00ff_ffff);
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                id,
                root,
                40,
                40,
                400,
                300,
                0,
                WindowClass::INPUT_OUTPUT,
                0,
                &options,
            )
            .expect("a window");
        let both = format!("{}\0{class}\0", class.to_lowercase());
        connection
            .change_property8(
                PropMode::REPLACE,
                id,
                AtomEnum::WM_CLASS,
                AtomEnum::STRING,
                both.as_bytes(),
            )
            .expect("a class");
        let window = Self { connection, root, id };
        window.rename(title);
        window.connection.map_window(id).expect("shown");
        window.connection.flush().expect("sent");
        window
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Gives it another title, and waits until the server has it.
    pub fn rename(&self, title: &str) {
        let name = atom(&self.connection, b"_NET_WM_NAME");
        let utf8 = atom(&self.connection, b"UTF8_STRING");
        self.connection
            .change_property8(PropMode::REPLACE, self.id, name, utf8, title.as_bytes())
            .expect("sent")
            .check()
            .expect("a title");
    }

    /// Sets a text property of an old kind, as very old programs do.
    pub fn rename_old(&self, latin1: &[u8]) {
        let name = atom(&self.connection, b"_NET_WM_NAME");
        self.connection.delete_property(self.id, name).expect("sent");
        self.connection
            .change_property8(
                PropMode::REPLACE,
                self.id,
                AtomEnum::WM_NAME,
                AtomEnum::STRING,
                latin1,
            )
            .expect("sent")
            .check()
            .expect("a title");
    }

    /// Asks the window manager for the focus, as a task bar does.
    fn ask_for_focus(&self) {
        let kind = atom(&self.connection, b"_NET_ACTIVE_WINDOW");
        let from_task_bar = [2, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, self.id, kind, from_task_bar);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection
            .send_event(false, self.root, mask, message)
            .expect("sent")
            .check()
            .expect("taken");
    }

    fn active(&self) -> Option<Window> {
        read_window(&self.connection, self.root, b"_NET_ACTIVE_WINDOW")
    }
}

impl Drop for TestWindow {
    fn drop(&mut self) {
        // The server may have gone before the window.
        let _ = self.connection.destroy_window(self.id);
        let _ = self.connection.flush();
    }
}

fn atom(connection: &RustConnection, name: &[u8]) -> u32 {
    connection
        .intern_atom(false, name)
        .expect("sent")
        .reply()
        .expect("a name")
        .atom
}

fn read_window(connection: &RustConnection, root: Window, property: &[u8]) -> Option<Window> {
    let property = atom(connection, property);
    let reply = connection
        .get_property(false, root, property, AtomEnum::WINDOW, 0, 1)
        .ok()?
        .reply()
        .ok()?;
    reply.value32()?.next()
}
