//! Keeping few pages of the program itself in memory: what is mapped around every fault, and what only starting needed.
//!
//! The one binary is large, and what a person's agent does of it is spread all over it. Whoever touches a page is mapped
//! the 64 KiB around it too, so that a minute's sample and upload held 16 MB of program for the two they ran through. Must
//! not touch anything that may have been written to.

use std::{
    ffi::{CStr, c_int, c_void},
    ops::Range,
    sync::OnceLock,
};

use rustix::mm::{Advice, madvise};

/// Libraries that a Rust program is linked to, so that they stay where they are until it ends. Never one that was loaded
/// later: it may be gone one day, and its place taken by data.
const LINKED: [&[u8]; 4] = [b"libc.so.6", b"libm.so.6", b"libgcc_s.so.1", b"ld-linux"];
/// The kernel maps no further around a fault than the mapping goes, and keeps about 200 bytes for each mapping.
const PIECE: usize = 16 * 1_024;
/// What is smaller is not worth its mappings.
const LARGE: usize = 32 * PIECE;

/// Unmaps the pages of this process that hold what its program file holds: its text and its constants. What is still
/// needed is mapped again when it is next touched, from the page cache, without a disk.
pub fn give_back_program_pages() {
    for range in unwritten() {
        if !advise(range.clone(), Advice::LinuxDontNeed) {
            return;
        }
    }
}

/// Has the kernel map what is touched of the program, and little around it: for a process that stays. It costs some two
/// milliseconds, and some hundred more faults until what is needed is there.
pub fn map_program_in_pieces() {
    for range in unwritten().iter().filter(|range| range.len() >= LARGE) {
        let from = range.start.next_multiple_of(PIECE);
        for start in (from..range.end - PIECE).step_by(2 * PIECE) {
            // Mappings side by side are one unless they differ in something. This differs, and changes nothing: the
            // pages of a file that nobody wrote to are in no core dump anyway.
            if !advise(start..start + PIECE, Advice::LinuxDontDump) {
                return;
            }
        }
    }
}

/// Whether the kernel took the advice; where it did not, it takes none of its kind.
fn advise(range: Range<usize>, advice: Advice) -> bool {
    let start = range.start as *mut c_void;
    #[expect(
        unsafe_code,
        reason = "private mappings of files that cannot be written hold what the file holds: dropping them loses nothing"
    )]
    // SAFETY: the range is a part of this process that the loader mapped from a file without the right to write, so its
    // pages are clean; the kernel reads them again from the file where they are touched. It is still that mapping, since
    // the program and what it is linked to are never unmapped.
    let taken = unsafe { madvise(start, range.len(), advice) };
    taken.is_ok()
}

/// What the loader mapped from the files of this program and of what it is linked to, and nobody may write to. Looked up
/// once: it does not move. Never the relocated data of a program: that is read-only too, but differs from the file.
fn unwritten() -> &'static [Range<usize>] {
    static UNWRITTEN: OnceLock<Vec<Range<usize>>> = OnceLock::new();
    UNWRITTEN.get_or_init(|| {
        let mut found = Found {
            ranges: Vec::new(),
            page: page(),
            is_first: true,
        };
        #[expect(unsafe_code, reason = "the loader tells what it loaded by calling back")]
        // SAFETY: `note` has the signature the loader calls, and `found` outlives the call it is passed through.
        unsafe {
            libc::dl_iterate_phdr(Some(note), (&raw mut found).cast());
        }
        found.ranges
    })
}

struct Found {
    ranges: Vec<Range<usize>>,
    page: usize,
    /// The program itself comes first.
    is_first: bool,
}

/// Notes the unwritten segments of one file the loader loaded.
#[expect(unsafe_code, reason = "the loader calls it with pointers")]
unsafe extern "C" fn note(info: *mut libc::dl_phdr_info, _size: usize, found: *mut c_void) -> c_int {
    // SAFETY: the loader passes a description that is whole while this runs, and what `unwritten` gave it.
    let (info, found) = unsafe { (&*info, &mut *found.cast::<Found>()) };
    // SAFETY: the description's name is a C string, and its headers are so many, both whole while this runs.
    let (name, headers) = unsafe {
        (
            CStr::from_ptr(info.dlpi_name),
            std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)),
        )
    };
    if !std::mem::take(&mut found.is_first) && !is_linked(name.to_bytes()) {
        return 0;
    }
    let page = found.page;
    // A segment that is mapped from the file and never written to, not even by the loader: code is independent of its
    // place, and what is relocated lies in a segment that may be written to until it is.
    let unwritten = headers.iter().filter(|header| {
        header.p_type == libc::PT_LOAD
            && header.p_flags & libc::PF_W == 0
            && header.p_memsz > 0
            && header.p_memsz == header.p_filesz
    });
    for header in unwritten {
        let at = info.dlpi_addr as usize + header.p_vaddr as usize;
        let start = at / page * page;
        let end = (at + header.p_memsz as usize).next_multiple_of(page);
        found.ranges.push(start..end);
    }
    0
}

fn is_linked(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    LINKED.iter().any(|linked| name.starts_with(linked))
}

fn page() -> usize {
    #[expect(unsafe_code, reason = "a question to the C library")]
    // SAFETY: it takes a number, and answers with one.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size)
        .ok()
        .filter(|size| size.is_power_of_two())
        .unwrap_or(4_096)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the program: a constant, one that holds an address and so is relocated, and one that is written to.
    static CONSTANT: [u8; 9] = *b"unwritten";
    static RELOCATED: [&[u8; 9]; 1] = [&CONSTANT];
    static WRITTEN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(7);

    fn holds<T>(at: *const T) -> bool {
        unwritten().iter().any(|range| range.contains(&(at as usize)))
    }

    #[test]
    fn text_and_constants_are_unwritten_and_nothing_else_is() {
        assert!(holds(page as *const ()), "{:x?}", unwritten());
        assert!(holds(&raw const CONSTANT), "{:x?}", unwritten());
        assert!(!holds(&raw const RELOCATED));
        assert!(!holds(&raw const WRITTEN));
        let on_the_heap = Box::new(1);
        assert!(!holds(&raw const *on_the_heap));
        let on_the_stack = 1;
        assert!(!holds(&raw const on_the_stack));
        assert!(std::ptr::eq(unwritten(), unwritten()), "looked up once");
    }

    #[test]
    fn only_what_stays_is_told_of() {
        assert!(is_linked(b"/lib/x86_64-linux-gnu/libc.so.6"));
        assert!(is_linked(b"/lib64/ld-linux-x86-64.so.2"));
        assert!(!is_linked(b"/lib/x86_64-linux-gnu/libnss_mdns4.so.2"));
        assert!(!is_linked(b"linux-vdso.so.1"));
        assert!(!is_linked(b""));
    }

    /// How many mappings the unwritten ranges are.
    fn mappings() -> usize {
        let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
        let start = |line: &str| usize::from_str_radix(line.split('-').next()?, 16).ok();
        let own =
            |line: &&str| start(line).is_some_and(|at| unwritten().iter().any(|range| range.contains(&at)));
        maps.lines().filter(own).count()
    }

    #[test]
    fn a_program_runs_on_in_pieces_and_after_it_gave_its_pages_back() {
        let sum = |n: u64| (0..n).map(|n| n.wrapping_mul(n)).fold(0, u64::wrapping_add);
        let before = (sum(1_000), CONSTANT, RELOCATED);
        let whole = mappings();
        map_program_in_pieces();
        let large: usize = unwritten()
            .iter()
            .map(Range::len)
            .filter(|&len| len >= LARGE)
            .sum();
        assert!(large > 0, "a test is larger than that");
        assert!(
            mappings() >= whole + large / (2 * PIECE),
            "{} of {whole}",
            mappings()
        );
        for _ in 0..2 {
            give_back_program_pages();
            assert_eq!((sum(1_000), CONSTANT, RELOCATED), before);
            assert!(format!("{:?}", std::thread::current().id()).starts_with("ThreadId"));
        }
        let unwound = std::panic::catch_unwind(|| assert_eq!(sum(10), 0));
        assert!(unwound.is_err(), "a panic finds its way too");
    }
}
