//! Giving back memory that only starting needed: pages of program text that are mapped but not used any more.
//!
//! The agent stays for weeks and does little, yet the one binary it lives in is large, and the kernel maps its text in
//! pieces of 64 KiB around whatever ran once. Must not touch anything that may have been written to.

use std::{fs, ops::Range, path::Path, sync::OnceLock};

use rustix::mm::{Advice, madvise};

/// Libraries that a Rust program is linked to, so that they stay where they are until it ends.
const LINKED: [&str; 4] = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux"];

/// Unmaps the executable pages of this process. What is still needed is mapped again when it next runs, from the page
/// cache, without a disk. Without `/proc` nothing happens.
pub fn give_back_program_pages() {
    for text in text_of_this_program() {
        let start = text.start as *mut std::ffi::c_void;
        #[expect(
            unsafe_code,
            reason = "private mappings of files that cannot be written hold what the file holds: dropping them loses nothing"
        )]
        // SAFETY: the range is a mapping of this process as the kernel listed it, of a file, executable and not
        // writable, so its pages are clean; the kernel reads them again from the file where they are touched. It is
        // still that mapping, since the program and what it is linked to are never unmapped.
        let dropped = unsafe { madvise(start, text.len(), Advice::LinuxDontNeed) };
        if dropped.is_err() {
            return;
        }
    }
}

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

/// The text of this program, looked up once: it does not move.
fn text_of_this_program() -> &'static [Range<usize>] {
    static TEXT: OnceLock<Vec<Range<usize>>> = OnceLock::new();
    TEXT.get_or_init(
        || match (std::env::current_exe(), fs::read_to_string("/proc/self/maps")) {
            (Ok(program), Ok(maps)) => program_text(&maps, &program),
            _ => Vec::new(),
        },
    )
}

/// The ranges of `/proc/self/maps` that are text of the program or of what it is linked to: of a file, private,
/// executable, not writable. Never the relocated data of a program: that is read-only too, but differs from the file.
/// Never a library that was loaded later: it may be gone one day, and its place taken by data.
fn program_text(maps: &str, program: &Path) -> Vec<Range<usize>> {
    let stays = |path: &Path| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        path == program || LINKED.iter().any(|linked| name.starts_with(linked))
    };
    let one = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (range, rights) = (fields.next()?, fields.next()?);
        let path = fields.nth(3).filter(|path| path.starts_with('/'))?;
        let (start, end) = range.split_once('-')?;
        let start = usize::from_str_radix(start, 16).ok()?;
        let end = usize::from_str_radix(end, 16).ok()?;
        (rights == "r-xp" && stays(Path::new(path)) && start < end).then_some(start..end)
    };
    maps.lines().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_files_is_given_back() {
        let maps = "\
55d000000000-55d000100000 r--p 00000000 fe:00 1 /usr/bin/dayloom
55d000100000-55d000200000 r-xp 00100000 fe:00 1 /usr/bin/dayloom
55d000200000-55d000210000 r--p 00200000 fe:00 1 /usr/bin/dayloom
55d000210000-55d000220000 rw-p 00210000 fe:00 1 /usr/bin/dayloom
7f0000000000-7f0000001000 rwxp 00000000 fe:00 2 /tmp/written
7f0000001000-7f0000002000 r-xp 00000000 00:00 0
7f0000002000-7f0000003000 r-xp 00000000 fe:00 3 /lib/x86_64-linux-gnu/libnss_mdns4.so.2
7f0000010000-7f0000020000 r-xp 00000000 fe:00 4 /lib/x86_64-linux-gnu/libc.so.6
7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0 [vdso]
";
        let text = program_text(maps, Path::new("/usr/bin/dayloom"));
        assert_eq!(
            text,
            [
                0x55d0_0010_0000..0x55d0_0020_0000,
                0x7f00_0001_0000..0x7f00_0002_0000
            ]
        );
    }

    #[test]
    fn the_text_is_that_of_this_very_program_and_is_looked_up_once() {
        let text = text_of_this_program();
        let here = program_text as *const () as usize;
        assert!(text.iter().any(|range| range.contains(&here)), "{text:x?}");
        assert!(std::ptr::eq(text, text_of_this_program()));
    }

    #[test]
    fn a_program_runs_on_after_it_gave_its_pages_back() {
        let sum = |n: u64| (0..n).map(|n| n.wrapping_mul(n)).fold(0, u64::wrapping_add);
        let before = sum(1_000);
        give_back_program_pages();
        assert_eq!(sum(1_000), before);
        assert!(format!("{:?}", std::thread::current().id()).starts_with("ThreadId"));
    }
}
