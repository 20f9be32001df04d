//! A port of this machine that stays a test's own: for a server that is started again at the same address, and for an
//! address at which nobody may answer.
//!
//! A port that was merely free a moment ago is anybody's: the next connection of another test may be given it. This file
//! must not know anything else of the test kit: suites of crates that cannot depend on it include it by its path.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// A port on the loopback interface, held until this is dropped. Whoever asks for it by its number may listen there, and
/// the system gives it to nobody who asks for just any port. While nobody listens, connections are refused.
#[derive(Debug)]
pub struct OwnPort {
    address: SocketAddr,
    /// Bound and never listening. Other systems than Linux let nobody else listen beside it.
    #[cfg(target_os = "linux")]
    _held: TcpSocket,
}

impl OwnPort {
    /// One that nobody has.
    ///
    /// # Panics
    /// If the machine has no free port.
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // As the sockets of servers are: without it on both, the second would be refused.
        socket.set_reuseaddr(true).expect("a socket takes the option");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        Self {
            address: socket.local_addr().expect("a bound address"),
            #[cfg(target_os = "linux")]
            _held: socket,
        }
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Default for OwnPort {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_is_refused_until_somebody_listens_and_again_afterwards() {
        let port = OwnPort::new();
        for _ in 0..3 {
            assert!(tokio::net::TcpStream::connect(port.address()).await.is_err());
            let listener = tokio::net::TcpListener::bind(port.address()).await.expect("ours");
            let (taken, connected) =
                tokio::join!(listener.accept(), tokio::net::TcpStream::connect(port.address()));
            assert!(taken.is_ok() && connected.is_ok());
        }
    }
}
