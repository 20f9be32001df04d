//! Opens the page in the person's browser, signed in through a link that works once.
//!
//! The link never stands in an argument list, where every user of the machine could read it: the browser is given a
//! file that only its owner can read, and the file leads on.

use std::process::{Command, Stdio};

use dayloom_domain::{Clock, DeveloperId};
use dayloom_storage::Store;

use crate::{boot, clock::SystemClock, failure::Outcome, home::Home};

/// Makes a link that works once, for two minutes.
pub async fn link(store: &Store, person: DeveloperId, origin: &str) -> Outcome<String> {
    let path = dayloom_server::pages::one_time_link(store, person, rand::random(), SystemClock.now());
    Ok(format!("{origin}{}", path.await.map_err(boot::database)?))
}

/// Whether there is a desktop to open a page on.
pub fn has_desktop() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

/// Leaves the link in a private file and hands the file to the desktop. False if nothing could open it.
pub fn show(home: &Home, link: &str) -> Outcome<bool> {
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0;url={link}\"><title>Dayloom</title>\
         <p><a href=\"{link}\">Open Dayloom</a>"
    );
    let path = home.write("open.html", html.as_bytes())?;
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("explorer", &[])
    } else {
        ("xdg-open", &[])
    };
    let started = Command::new(program)
        .args(before)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Ok(started.is_ok())
}
