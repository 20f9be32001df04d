//! System bindings of Linux: they return samples and never decide.
