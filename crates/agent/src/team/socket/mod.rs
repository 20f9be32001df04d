//! The local socket: how editors and commands of this person speak with the agent (`docs/local-socket.md`).
//!
//! JSON-RPC 2.0, one message a line. Only the person the agent runs as may connect. [`protocol`] holds every type that
//! travels; the TypeScript of editors is generated from it.

mod calls;
mod client;
mod line;
mod place;
pub mod protocol;
mod rpc;
mod serve;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

pub use client::{Client, ClientError};
pub use place::address;
pub use rpc::RpcError;
pub use serve::{ServeError, Socket};

#[cfg(all(test, unix))]
mod tests;
