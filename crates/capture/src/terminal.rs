//! Which shell of a terminal a person looks at, where it is, and what runs in it. Decides from raw facts about
//! processes and from the shells' notes; it must not ask the system anything itself.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::recognise::{is_shell, is_terminal_editor};
use crate::source::{Process, ShellState};

/// What is known of the terminal in focus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Directory of what is in the foreground, else of the shell.
    pub cwd: Option<PathBuf>,
    /// The last command of the shell, where its hook reports.
    pub last_command: Option<String>,
    /// The last argument of an editor in the foreground that is no option.
    pub editor_argument: Option<String>,
}

/// Looks at the processes below a terminal. One process may hold many tabs; the tab is the one whose directory the
/// window's title names, else the one typed into last, else the only one.
pub fn look(family: &[Process], shells: &[ShellState], title_dir: Option<&PathBuf>) -> Seen {
    let Some(tty) = choose_tty(family, shells, title_dir) else {
        return Seen::default();
    };
    let on_tty: Vec<&Process> = family.iter().filter(|p| p.tty == tty).collect();
    let shell = on_tty.iter().find(|p| is_shell(&p.name));
    let note = shells.iter().find(|s| on_tty.iter().any(|p| p.pid == s.pid));
    // The last of the foreground group is the deepest: what a wrapper or a shell function started.
    let front = on_tty.iter().rev().find(|p| p.foreground && !is_shell(&p.name));
    let editor = on_tty
        .iter()
        .find(|p| p.foreground && is_terminal_editor(&p.name));
    let cwd = editor
        .or(front)
        .or(shell)
        .and_then(|p| p.cwd.clone())
        .or_else(|| shell.and_then(|p| p.cwd.clone()))
        .or_else(|| note.map(|n| n.cwd.clone()));
    let editor_argument = editor.and_then(|p| {
        p.args
            .iter()
            .skip(1)
            .rev()
            .find(|a| !a.is_empty() && !a.starts_with(['-', '+']))
            .cloned()
    });
    Seen {
        cwd,
        last_command: note.and_then(|n| n.last_command.clone()),
        editor_argument,
    }
}

fn choose_tty(family: &[Process], shells: &[ShellState], title_dir: Option<&PathBuf>) -> Option<u64> {
    let own = family.first().map_or(0, |p| p.tty);
    let mut ttys: Vec<u64> = family
        .iter()
        .map(|p| p.tty)
        .filter(|t| *t != 0 && *t != own)
        .collect();
    ttys.sort_unstable();
    ttys.dedup();
    if ttys.len() < 2 {
        return ttys.first().copied();
    }
    let input = |tty: u64| -> Option<Timestamp> {
        let typed = family
            .iter()
            .filter(|p| p.tty == tty)
            .filter_map(|p| p.tty_input)
            .max();
        let noted = shells
            .iter()
            .filter(|s| family.iter().any(|p| p.pid == s.pid && p.tty == tty))
            .map(|s| s.at)
            .max();
        typed.max(noted)
    };
    if let Some(dir) = title_dir {
        let named = |tty: &&u64| {
            family
                .iter()
                .any(|p| p.tty == **tty && p.cwd.as_ref() == Some(dir))
        };
        if let Some(tty) = ttys.iter().filter(named).max_by_key(|t| input(**t)) {
            return Some(*tty);
        }
    }
    ttys.into_iter()
        .filter(|t| input(*t).is_some())
        .max_by_key(|t| input(*t))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, name: &str, tty: u64, cwd: &str, foreground: bool) -> Process {
        Process {
            pid,
            name: name.to_owned(),
            tty,
            cwd: (!cwd.is_empty()).then(|| PathBuf::from(cwd)),
            foreground,
            ..Process::default()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_tab_is_read_down_to_what_runs_in_it() {
        let mut family = vec![
            process(1, "xterm", 0, "/", false),
            process(2, "bash", 9, "/w/a", false),
            process(3, "nvim", 9, "/w/a/src", true),
        ];
        family[2].args = ["nvim", "-p", "+12", "main.rs", "-R"].map(str::to_owned).to_vec();
        let notes = [ShellState {
            pid: 2,
            cwd: "/w/a".into(),
            last_command: Some("ls".to_owned()),
            at: at(1),
        }];
        let seen = look(&family, &notes, None);
        assert_eq!(seen.cwd, Some("/w/a/src".into()));
        assert_eq!(seen.editor_argument.as_deref(), Some("main.rs"));
        assert_eq!(seen.last_command.as_deref(), Some("ls"));
        assert_eq!(
            look(&family[..1], &notes, None),
            Seen::default(),
            "nothing runs in it"
        );
    }

    #[test]
    fn of_many_tabs_the_titles_directory_then_the_last_typed_into_counts() {
        let mut family = vec![
            process(1, "terminal", 0, "/", false),
            process(2, "bash", 8, "/w/a", true),
            process(3, "zsh", 9, "/w/b", true),
        ];
        assert_eq!(look(&family, &[], None), Seen::default(), "nobody knows which");
        assert_eq!(look(&family, &[], Some(&"/w/b".into())).cwd, Some("/w/b".into()));
        family[1].tty_input = Some(at(20));
        family[2].tty_input = Some(at(10));
        assert_eq!(look(&family, &[], None).cwd, Some("/w/a".into()));
        let notes = [ShellState {
            pid: 3,
            cwd: "/w/b".into(),
            last_command: None,
            at: at(30),
        }];
        assert_eq!(look(&family, &notes, None).cwd, Some("/w/b".into()));
    }

    #[test]
    fn the_directory_of_another_user_falls_back_to_the_shells() {
        let family = vec![
            process(1, "xterm", 0, "/", false),
            process(2, "bash", 9, "/w/a", false),
            process(3, "sudo", 9, "", true),
        ];
        assert_eq!(look(&family, &[], None).cwd, Some("/w/a".into()));
    }
}
