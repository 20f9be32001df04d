//! Time since the last input where X11 cannot tell it: Wayland's idle protocol, the monitors of GNOME and KDE on the
//! session bus, and the program `xprintidle`.

mod bus;
mod program;
mod wayland;
mod wayland_state;

use dayloom_capture::{Candidate, IdleSource};

/// The candidates after X11's own, best first.
pub fn candidates() -> Vec<Candidate<dyn IdleSource>> {
    vec![wayland::idle(), bus::gnome(), bus::kde(), program::idle()]
}
