//! The one process per user: capture loop, spool, uploader.
