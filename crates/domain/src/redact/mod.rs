//! Takes out of a text what must not leave: secrets of every kind, and on the way to a language model also mail
//! addresses and what follows a page's path.
//!
//! Rather a harmless word too many is starred than a secret too few. What is starred once stays as it is: redacting
//! twice is redacting once.

mod command;
mod text;

pub use command::redact as command;
pub use text::text;
