//! Whether an address stays on this machine or in its own network.

use std::net::IpAddr;

use url::{Host, Url};

/// Loopback, private and link-local addresses; `localhost`, names of one label and those of `.local`, `.internal` and
/// `.localhost`, which no public name service knows (RFC 6761, RFC 6762, ICANN's reserved `.internal`).
pub(crate) fn is_local(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => is_local_ip(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_local_ip(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".localhost", ".local", ".internal"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        None => false,
    }
}

fn is_local_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_local_ip(IpAddr::V4(ip)),
            None => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_networks_are_local() {
        for (address, local) in [
            ("http://127.0.0.1:11434/v1/", true),
            ("http://[::1]:8000/", true),
            ("http://localhost:1234/", true),
            ("http://ollama:11434/", true),
            ("http://gpu.internal/", true),
            ("http://192.168.1.20:8000/", true),
            ("https://[::ffff:10.0.0.1]/", true),
            ("https://api.openai.com/v1/", false),
            ("https://8.8.8.8/", false),
            ("https://local.example.org/", false),
            ("https://localhost.example.org/", false),
        ] {
            assert_eq!(is_local(&Url::parse(address).expect("a URL")), local, "{address}");
        }
    }
}
