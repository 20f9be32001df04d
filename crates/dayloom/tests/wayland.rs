//! A real Wayland session, with a real X server inside it: what cannot be seen there is said, not guessed.
#![cfg(target_os = "linux")]

mod program;

use dayloom_testkit::Wayland;
use program::Program;
use serde_json::Value;

#[test]
fn a_wayland_session_is_refused_by_whatever_it_is_known() {
    let Some(session) = Wayland::start() else { return };
    let folder = session.folder().to_str().unwrap();
    let wayland = ("WAYLAND_DISPLAY", session.display());
    let x = ("DISPLAY", session.x_display());
    for variables in [&[wayland][..], &[x], &[wayland, x]] {
        let home = Program::new();
        let more = [("XDG_RUNTIME_DIR", folder), ("DAYLOOM_ACTIVITYWATCH", "off")];
        let doctor = home.run_with(&["doctor", "--json"], &[&more, variables].concat());
        assert_eq!(doctor.code, 1, "{}", doctor.err);
        let findings: Vec<Value> = serde_json::from_str(&doctor.out).unwrap();
        let state = |name: &str| findings.iter().find(|f| f["name"] == name).unwrap();
        assert_eq!(state("window (x11)")["state"], "fails", "{variables:?}");
        for name in ["window (x11)", "idle (x11)", "input (x11)"] {
            let found = state(name);
            let detail = found["detail"].as_str().unwrap();
            assert!(detail.contains("Wayland session"), "{variables:?}: {found}");
            assert!(found["mend"].as_str().unwrap().contains("aw-awatcher"), "{found}");
        }
    }
}
