//! Marks, derives and writes days: one stage per file and the durable runner.
