//! Journals and answers with a language model that is a stand-in: what it is told, what of its answer stands, and what
//! happens when it fails. Of two people in one project neither is ever told a word of the other.

mod aloud;
mod answers;
mod desk;
mod journals;
mod people;
