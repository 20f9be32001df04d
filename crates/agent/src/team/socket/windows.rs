//! The socket on Windows: a named pipe whose access list names its owner alone.

use std::io;
use std::path::Path;

use interprocess::local_socket::tokio::{Listener as Pipe, Stream as PipeStream, prelude::*};
use interprocess::local_socket::{GenericFilePath, ListenerOptions};
use interprocess::os::windows::local_socket::ListenerOptionsExt;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use widestring::u16cstr;

/// A connection.
pub type Stream = PipeStream;

/// Takes connections of this person.
pub struct Listener(Pipe);

impl Listener {
    /// Takes the address.
    pub fn bind(address: &Path) -> io::Result<Self> {
        // Protected from inheritance; everything to the owner, nothing to anybody else, nothing from the network.
        let access = SecurityDescriptor::deserialize(u16cstr!("D:P(D;;GA;;;NU)(A;;GA;;;OW)"))?;
        let name = address.to_path_buf().to_fs_name::<GenericFilePath>()?;
        let options = ListenerOptions::new().name(name).security_descriptor(access);
        options.create_tokio().map(Self)
    }

    /// The next connection.
    pub async fn accept(&mut self) -> io::Result<Stream> {
        self.0.accept().await
    }
}

/// Connects to the agent.
pub async fn connect(address: &Path) -> io::Result<Stream> {
    let name = address.to_path_buf().to_fs_name::<GenericFilePath>()?;
    PipeStream::connect(name).await
}

/// A pipe goes with its process.
pub fn remove(_: &Path) {}
