//! The processes of this machine by a snapshot of the tool help library. One that may not be opened is another person's, and
//! ending it fails.
#![expect(
    unsafe_code,
    reason = "the system is spoken to in C; each call says why it is sound"
)]

use std::io;

use dayloom_capture::activitywatch::program::{Listener, OwnProcess, ProcessTable};
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_TERMINATE, TerminateProcess};

/// The processes of the person who runs this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnProcesses;

/// A handle that is closed when it is dropped.
struct Held(HANDLE);

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the handle was opened by us and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

impl ProcessTable for OwnProcesses {
    fn own(&self) -> Vec<OwnProcess> {
        // SAFETY: asks for a snapshot of all processes; the handle is checked below.
        let handle = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
        if handle == INVALID_HANDLE_VALUE {
            return Vec::new();
        }
        let snapshot = Held(handle);
        // SAFETY: a structure of numbers, for which zeros are values.
        let mut entry: PROCESSENTRY32W = unsafe { std::mem::zeroed() };
        entry.dwSize = u32::try_from(size_of::<PROCESSENTRY32W>()).unwrap_or_default();
        let mut found = Vec::new();
        // SAFETY: the snapshot is open, the entry ours, and it says its own size.
        let mut more = unsafe { Process32FirstW(snapshot.0, &mut entry) };
        while more != 0 {
            found.push(read(&entry));
            // SAFETY: as above.
            more = unsafe { Process32NextW(snapshot.0, &mut entry) };
        }
        found
    }

    /// Not told: `aw-qt` is found by its name instead.
    fn listener(&self, _port: u16) -> Listener {
        Listener::NotTold
    }

    fn end(&self, pid: u32) -> io::Result<()> {
        // SAFETY: asks for a handle; it is checked below.
        let handle = unsafe { OpenProcess(PROCESS_TERMINATE, 0, pid) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        let process = Held(handle);
        // SAFETY: the handle is open and allows this.
        match unsafe { TerminateProcess(process.0, 0) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}

fn read(entry: &PROCESSENTRY32W) -> OwnProcess {
    let name = entry
        .szExeFile
        .split(|unit| *unit == 0)
        .next()
        .unwrap_or_default();
    OwnProcess {
        pid: entry.th32ProcessID,
        parent: entry.th32ParentProcessID,
        name: String::from_utf16_lossy(name),
    }
}
