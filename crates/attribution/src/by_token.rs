//! What is known of tokens, found by them. A token is a hash already, so nothing needs to be hashed again; and whoever
//! could choose titles that collide would only find his own day answered more slowly.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map by token.
pub(crate) type ByToken<V> = HashMap<u32, V, BuildHasherDefault<AsItIs>>;

/// Takes a token for its own hash.
#[derive(Clone, Copy, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, token: u32) {
        // The map takes its places from the lowest bits and tells neighbours apart by the highest.
        self.0 = u64::from(token) << 32 | u64::from(token);
    }
}
