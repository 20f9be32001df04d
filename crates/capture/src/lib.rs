//! Source traits, samples, presence and privacy rules. Must not know an operating system.
