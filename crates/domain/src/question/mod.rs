//! Questions of a person about their own time: what is asked, over which days, and the answer that facts alone give.
//!
//! A language model may phrase the answer; what it says is held against the same facts ([`crate::facts::check`]).

mod answer;
mod hindi;
mod intent;
mod range;
mod said;
mod search;

pub use answer::answer;
pub use hindi::is_hindi;
pub use intent::{Intent, intent};
pub use range::{Span, named};
pub use said::left_out;
pub use search::{Found, search};
