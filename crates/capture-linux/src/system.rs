//! Battery, network and name of this machine, as `/sys` and `/proc` tell them.

use std::fs;
use std::path::Path;

use async_trait::async_trait;
use dayloom_capture::{Lost, SystemSource};
use dayloom_domain::event::System;

use crate::x11::X11;

/// The state of this machine.
pub struct LinuxSystem {
    x11: X11,
}

impl LinuxSystem {
    pub fn new(x11: X11) -> Self {
        Self { x11 }
    }
}

#[async_trait]
impl SystemSource for LinuxSystem {
    async fn system(&mut self) -> Result<System, Lost> {
        let network = network(Path::new("/sys/class/net"), Path::new("/proc/net"));
        Ok(System {
            on_battery: on_battery(Path::new("/sys/class/power_supply")),
            displays: self.x11.displays().await.ok(),
            online: network.map(|kind| kind != "none"),
            network: network.map(str::to_owned),
        })
    }
}

/// This machine's name, as the kernel has it.
pub fn hostname() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

fn line(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// On battery if a battery of the machine discharges, or no mains is plugged in where there is a socket for one.
/// Batteries of mice and keyboards do not count. A machine without batteries is not on battery.
fn on_battery(supplies: &Path) -> Option<bool> {
    let mut has_battery = false;
    let mut discharges = false;
    let mut mains: Option<bool> = None;
    for entry in fs::read_dir(supplies).ok()?.flatten() {
        let read = |name: &str| line(&entry.path().join(name));
        if read("scope").is_some_and(|scope| scope == "Device") {
            continue;
        }
        match read("type").as_deref() {
            Some("Battery") => {
                has_battery = true;
                discharges |= read("status").is_some_and(|status| status == "Discharging");
            }
            Some("Mains" | "USB") => {
                let plugged = read("online").is_some_and(|online| online != "0");
                mains = Some(mains.unwrap_or(false) | plugged);
            }
            _ => {}
        }
    }
    Some(has_battery && (discharges || mains == Some(false)))
}

/// Kind of the interface that has a default route: `wifi`, `ethernet`, `cellular` or `other`; `none` without such a
/// route. Where a tunnel has it, the kind of what carries the tunnel is told.
fn network(interfaces: &Path, routes: &Path) -> Option<&'static str> {
    let v4 = fs::read_to_string(routes.join("route"));
    let v6 = fs::read_to_string(routes.join("ipv6_route"));
    if v4.is_err() && v6.is_err() {
        return None;
    }
    let mut names = default_routes_v4(&v4.unwrap_or_default());
    names.extend(default_routes_v6(&v6.unwrap_or_default()));
    if names.is_empty() {
        return Some("none");
    }
    names.sort();
    let kinds: Vec<_> = names
        .iter()
        .map(|(_, name)| kind(&interfaces.join(name)))
        .collect();
    let carrier = kinds.iter().find(|kind| **kind != "other").copied();
    carrier.or_else(|| physical(interfaces)).or(Some("other"))
}

/// The kind of an interface that is up and is hardware.
fn physical(interfaces: &Path) -> Option<&'static str> {
    let entries = fs::read_dir(interfaces).ok()?.flatten();
    let up = entries.filter(|e| line(&e.path().join("operstate")).is_some_and(|state| state == "up"));
    up.map(|e| kind(&e.path())).find(|kind| *kind != "other")
}

fn kind(interface: &Path) -> &'static str {
    let name = interface.file_name().unwrap_or_default().to_string_lossy();
    if interface.join("wireless").exists() || interface.join("phy80211").exists() {
        "wifi"
    } else if name.starts_with("wwan") || name.starts_with("wwp") {
        "cellular"
    } else if interface.join("device").exists() || name.starts_with("eth") || name.starts_with("en") {
        "ethernet"
    } else {
        "other"
    }
}

/// Metric and interface of each default route that is up.
fn default_routes_v4(table: &str) -> Vec<(u32, String)> {
    const UP: u32 = 1;
    let rows = table
        .lines()
        .skip(1)
        .map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    rows.filter(|f| f.len() >= 8 && f[1] == "00000000" && f[7] == "00000000")
        .filter(|f| u32::from_str_radix(f[3], 16).is_ok_and(|flags| flags & UP != 0))
        .map(|f| (f[6].parse().unwrap_or(u32::MAX), f[0].to_owned()))
        .collect()
}

fn default_routes_v6(table: &str) -> Vec<(u32, String)> {
    const UP: u32 = 1;
    const REJECT: u32 = 0x200;
    let rows = table
        .lines()
        .map(|row| row.split_ascii_whitespace().collect::<Vec<_>>());
    rows.filter(|f| f.len() >= 10 && f[1] == "00" && f[0].bytes().all(|b| b == b'0') && f[9] != "lo")
        .filter(|f| u32::from_str_radix(f[8], 16).is_ok_and(|flags| flags & UP != 0 && flags & REJECT == 0))
        .map(|f| (u32::from_str_radix(f[5], 16).unwrap_or(u32::MAX), f[9].to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_battery_is_told_from_a_mouse() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path();
        assert_eq!(on_battery(&root.join("none")), None);
        assert_eq!(on_battery(root), Some(false));
        put(root, "mouse/type", "Battery\n");
        put(root, "mouse/scope", "Device\n");
        put(root, "mouse/status", "Discharging\n");
        assert_eq!(on_battery(root), Some(false));
        put(root, "BAT0/type", "Battery\n");
        put(root, "BAT0/status", "Not charging\n");
        put(root, "AC/type", "Mains\n");
        put(root, "AC/online", "1\n");
        assert_eq!(on_battery(root), Some(false));
        put(root, "AC/online", "0\n");
        assert_eq!(on_battery(root), Some(true));
        put(root, "AC/online", "1\n");
        put(root, "BAT0/status", "Discharging\n");
        assert_eq!(on_battery(root), Some(true), "a charger too weak");
    }

    const HEAD: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";

    #[test]
    fn the_network_is_that_of_the_default_route() {
        let temp = tempfile::tempdir().unwrap();
        let (net, proc) = (temp.path().join("net"), temp.path().join("proc"));
        assert_eq!(network(&net, &proc), None);
        put(
            &proc,
            "route",
            &format!("{HEAD}eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"),
        );
        assert_eq!(network(&net, &proc), Some("none"));
        put(&net, "wlan0/wireless/x", "");
        put(&net, "wlan0/operstate", "up\n");
        put(&net, "eth0/device/x", "");
        let eth = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
        let wifi = "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t90\t00000000\t0\t0\t0\n";
        put(&proc, "route", &format!("{HEAD}{eth}"));
        assert_eq!(network(&net, &proc), Some("ethernet"));
        put(&proc, "route", &format!("{HEAD}{eth}{wifi}"));
        assert_eq!(network(&net, &proc), Some("wifi"), "the lower metric");
        put(
            &proc,
            "route",
            &format!("{HEAD}tun0\t00000000\t0\t0003\t0\t0\t1\t00000000\t0\t0\t0\n"),
        );
        assert_eq!(network(&net, &proc), Some("wifi"), "what carries the tunnel");
        put(&proc, "route", HEAD);
        let none = "0".repeat(32);
        put(
            &proc,
            "ipv6_route",
            &format!("{none} 00 {none} 00 {none} ffffffff 00000001 00000000 00200200 lo\n"),
        );
        assert_eq!(network(&net, &proc), Some("none"));
        put(
            &proc,
            "ipv6_route",
            &format!("{none} 00 {none} 00 {none} 00000400 00000001 00000000 00450003 eth0\n"),
        );
        assert_eq!(network(&net, &proc), Some("ethernet"));
    }

    #[test]
    fn this_machine_has_a_name() {
        assert!(!hostname().is_empty());
    }
}
