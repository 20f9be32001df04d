//! Keeping the heap of a program that stays to what is in use. Must not know what it does.

/// Keeps what the C library holds for a program that stays to what is in use. It makes a heap for each thread that asks
/// while another is at work, up to eight for each core: two cores want no more than two. And it soon takes even
/// megabytes out of these heaps, where what is given back lies between what is not: large pieces get pages of their own,
/// which go when they go.
pub fn share_heaps() {
    #[cfg(target_env = "gnu")]
    {
        const HEAPS: i32 = 2;
        /// Bytes from which a piece has pages of its own; the library begins with this and raises it to megabytes.
        const LARGE: i32 = 128 * 1_024;
        for (setting, value) in [
            (libc::M_ARENA_MAX, HEAPS),
            (libc::M_MMAP_THRESHOLD, LARGE),
            (libc::M_TRIM_THRESHOLD, LARGE),
        ] {
            #[expect(unsafe_code, reason = "a setting of the C library")]
            // SAFETY: it takes two numbers and may be called at any time; a setting it does not know changes nothing.
            unsafe {
                libc::mallopt(setting, value);
            }
        }
    }
}
