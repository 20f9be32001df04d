//! The socket on Unix: a file that only its owner may open, and a look at who is at the other end all the same.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::process::getuid;
use tokio::net::{UnixListener, UnixStream};

/// A connection.
pub type Stream = UnixStream;

/// Takes connections of this person.
pub struct Listener(UnixListener);

impl Listener {
    /// Takes the address. Whoever calls holds the lock of the home, so a socket that is there is one left behind.
    pub fn bind(address: &Path) -> io::Result<Self> {
        let folder = address.parent().ok_or(io::ErrorKind::InvalidInput)?;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let found = std::fs::symlink_metadata(folder)?;
        if !found.is_dir() || found.uid() != getuid().as_raw() {
            // In a folder of somebody else's they could put a socket of theirs in our place.
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        match std::fs::remove_file(address) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(address)?;
        std::fs::set_permissions(address, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self(listener))
    }

    /// The next connection of this person; those of others are closed without a word.
    pub async fn accept(&mut self) -> io::Result<Stream> {
        loop {
            let (stream, _) = self.0.accept().await?;
            let peer = stream.peer_cred().map(|peer| peer.uid());
            if peer
                .as_ref()
                .is_ok_and(|peer| is_welcome(*peer, getuid().as_raw()))
            {
                return Ok(stream);
            }
            tracing::warn!("another user tried to connect to the local socket");
        }
    }
}

/// Only the person the agent runs as: not even the superuser has business here.
pub fn is_welcome(peer: u32, me: u32) -> bool {
    peer == me
}

/// Connects to the agent, if it is this person's.
pub async fn connect(address: &Path) -> io::Result<Stream> {
    let stream = UnixStream::connect(address).await?;
    if is_welcome(stream.peer_cred()?.uid(), getuid().as_raw()) {
        Ok(stream)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Takes the socket away.
pub fn remove(address: &Path) {
    if let Err(error) = std::fs::remove_file(address) {
        tracing::debug!(%error, "the local socket could not be removed");
    }
}
