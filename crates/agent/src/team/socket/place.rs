//! Where the socket of a home is.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Bytes the path of a Unix socket may have; the least of the systems there are (macOS) has room for 104.
const MOST_PATH: usize = 100;

/// The address of a home's socket: a file in the home on Unix, unless its path would be too long for one; then a file in a
/// folder of this person's own among the temporary ones. On Windows the name of a pipe.
///
/// The same home gives the same address to everyone who asks; the agent writes it into `agent.socket` of the home, too.
pub fn address(home: &Path) -> PathBuf {
    let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    if cfg!(windows) {
        return PathBuf::from(format!(r"\\.\pipe\dayloom-{}", mark(&home)));
    }
    let inside = home.join("agent.sock");
    if inside.as_os_str().len() <= MOST_PATH {
        return inside;
    }
    short(&home)
}

#[cfg(unix)]
fn short(home: &Path) -> PathBuf {
    let me = rustix::process::getuid().as_raw();
    PathBuf::from(format!("/tmp/dayloom-{me}")).join(format!("{}.sock", mark(home)))
}

#[cfg(not(unix))]
fn short(home: &Path) -> PathBuf {
    home.join("agent.sock")
}

/// Sixteen hex digits that tell two homes apart.
fn mark(home: &Path) -> String {
    let digest = Sha256::digest(home.as_os_str().as_encoded_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_long_home_has_a_short_socket_of_its_own() {
        assert_eq!(
            address(Path::new("/nowhere/home")),
            Path::new("/nowhere/home/agent.sock")
        );
        let long = |end: char| address(Path::new(&format!("/{}{end}", "x".repeat(200))));
        assert!(long('a').as_os_str().len() <= MOST_PATH);
        assert_ne!(long('a'), long('b'));
    }
}
