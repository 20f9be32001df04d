//! What the title of an editor or a terminal says about the file, the folder and the directory. Pure text in, hints
//! out: nothing here looks at a disk, and a hint may be wrong.

use crate::recognise::Style;

/// What a title hints at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// A file: a name, a path below the project, or a full path (`~` included).
    pub file: Option<String>,
    /// A project: the name of a folder, or its path (`~` included).
    pub project: Option<String>,
    /// The window shows another machine's files, so nothing may be looked up here.
    pub remote: bool,
}

/// Reads an editor's title.
pub fn editor_hint(style: Style, title: &str) -> Hint {
    match style {
        Style::VsCode(_) => vscode(title),
        Style::JetBrains => jetbrains(title),
        Style::Zed => zed(title),
        Style::Sublime => sublime(title),
        Style::Vim => vim(title),
        Style::Emacs => emacs(title),
        Style::Plain => plain(title),
    }
}

/// Marks of unsaved changes, at either end of a name.
fn undirty(text: &str) -> &str {
    text.trim()
        .trim_start_matches(['●', '•', '*', '◦'])
        .trim_end_matches(['●', '•', '*', '◦'])
        .trim()
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether it looks like the name of a file rather than of a page of the editor.
fn is_file_like(text: &str) -> bool {
    const FILES_WITHOUT_DOT: &[&str] = &[
        "Makefile",
        "Dockerfile",
        "Justfile",
        "justfile",
        "Gemfile",
        "Rakefile",
        "LICENSE",
        "README",
    ];
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let is_version = name.split('.').all(|p| p.chars().all(|c| c.is_ascii_digit()));
    !name.ends_with('.') && ((name.contains('.') && !is_version) || FILES_WITHOUT_DOT.contains(&name))
}

/// `● file - project [SSH: host] - Profile - Visual Studio Code`. The last part is the program, the first the file;
/// between them stands the project, and rarely a profile after it.
fn vscode(title: &str) -> Hint {
    let parts: Vec<&str> = title.split(" - ").map(str::trim).collect();
    // "Code - OSS" and "Visual Studio Code - Insiders" hold the separator themselves.
    let tail = match parts.as_slice() {
        [.., "Code", "OSS"] | [.., "Visual Studio Code", "Insiders"] => 2,
        _ => 1,
    };
    let parts = &parts[..parts.len().saturating_sub(tail)];
    let (file, project) = match parts {
        [] => (None, None),
        [one] if is_file_like(undirty(one)) => (Some(*one), None),
        [one] => (None, Some(*one)),
        [first, project, ..] => (Some(*first), Some(*project)),
    };
    let project = project.map(undirty);
    let marked = |text: &str| {
        [
            " [SSH:",
            " [WSL:",
            " [Dev Container",
            " [Container",
            " [Codespaces",
            " [Tunnel",
        ]
        .iter()
        .any(|m| text.contains(m))
    };
    let remote = parts.iter().any(|part| marked(part));
    let project = project
        .map(|p| p.split(" [").next().unwrap_or(p))
        .map(|p| p.strip_suffix(" (Workspace)").unwrap_or(p));
    Hint {
        file: file.map(undirty).filter(|f| is_file_like(f)).and_then(filled),
        project: project.and_then(filled),
        remote,
    }
}

/// `project – file.rs [module]`, `project [~/path] – …/src/file.rs`.
fn jetbrains(title: &str) -> Hint {
    let mut parts: Vec<&str> = title.split(" – ").collect();
    if parts.len() < 2 {
        parts = title.split(" - ").collect();
    }
    let project = parts.first().and_then(|p| match p.split_once(" [") {
        Some((_, path)) => filled(path.trim_end_matches(']')),
        None => filled(p),
    });
    let file = parts
        .get(1)
        .map(|f| f.split(" [").next().unwrap_or(f).trim())
        .map(|f| f.trim_start_matches(['…', '.']).trim_start_matches('/'));
    Hint {
        file: file.filter(|f| is_file_like(f)).and_then(filled),
        project,
        remote: false,
    }
}

/// `project — file.rs`.
fn zed(title: &str) -> Hint {
    let mut parts = title.split(" — ");
    let project = parts.next().map(undirty).and_then(filled);
    let file = parts
        .next()
        .map(undirty)
        .filter(|f| is_file_like(f))
        .and_then(filled);
    Hint {
        file,
        project,
        remote: false,
    }
}

/// `~/project/file.rs • (project) - Sublime Text (UNREGISTERED)`.
fn sublime(title: &str) -> Hint {
    let text = title
        .rsplit_once(" - Sublime Text")
        .map_or(title, |(before, _)| before)
        .trim();
    let (file, project) = match text.rsplit_once(" (") {
        Some((file, project)) => (file, filled(project.trim_end_matches(')'))),
        None => (text, None),
    };
    Hint {
        file: Some(undirty(file)).filter(|f| is_file_like(f)).and_then(filled),
        project,
        remote: false,
    }
}

/// `file.rs + (~/project/src) - NVIM`, with `=` and `-` for other states, ` (1 of 3)` before the folder.
fn vim(title: &str) -> Hint {
    let Some((text, program)) = title.rsplit_once(" - ") else {
        return Hint::default();
    };
    if !program.to_uppercase().contains("VIM") {
        return Hint::default();
    }
    let Some((name, folder)) = text.rsplit_once(" (") else {
        return Hint::default();
    };
    let name = name
        .split(" (")
        .next()
        .unwrap_or(name)
        .trim_end_matches(['+', '=', '-', ' ']);
    let folder = folder.trim_end_matches(')');
    let is_named = !name.is_empty() && !name.starts_with('[');
    Hint {
        file: if is_named {
            filled(&format!("{folder}/{name}"))
        } else {
            None
        },
        project: filled(folder),
        remote: false,
    }
}

/// `file.rs - GNU Emacs at host`.
fn emacs(title: &str) -> Hint {
    let file = title
        .split(" - ")
        .next()
        .map(undirty)
        .filter(|f| is_file_like(f) && !f.starts_with('*'));
    Hint {
        file: file.and_then(filled),
        ..Hint::default()
    }
}

/// `file — Kate` or `file (~/project) - gedit`.
fn plain(title: &str) -> Hint {
    let text = title.split(" — ").next().unwrap_or(title);
    let text = text.rsplit_once(" - ").map_or(text, |(before, _)| before);
    match text.rsplit_once(" (") {
        Some((file, folder)) => {
            let folder = folder.trim_end_matches(')');
            let file = undirty(file);
            Hint {
                file: is_file_like(file).then(|| format!("{folder}/{file}")),
                project: filled(folder),
                remote: false,
            }
        }
        None => Hint {
            file: Some(undirty(text)).filter(|f| is_file_like(f)).and_then(filled),
            ..Hint::default()
        },
    }
}

/// What a terminal's title says of the editor in it, if it speaks of one.
pub fn terminal_editor_hint(title: &str) -> Hint {
    vim(title)
}

/// The directory in a terminal's title: `user@host: ~/dir`, `~/dir : fish`, `/dir`, `name — ~/dir — zsh — 80x24`.
pub fn terminal_dir(title: &str) -> Option<String> {
    for part in title.split([' ', '\u{a0}']).flat_map(|word| word.rsplit(':')) {
        let part = part.trim_end_matches(['—', '–', ',']);
        if part == "~" || part.starts_with("~/") || (part.starts_with('/') && part.len() > 1) {
            return Some(part.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(style: Style, title: &str) -> (Option<String>, Option<String>) {
        let hint = editor_hint(style, title);
        (hint.file, hint.project)
    }

    fn some(file: &str, project: &str) -> (Option<String>, Option<String>) {
        (filled(file), filled(project))
    }

    #[test]
    fn vscode_titles() {
        let style = Style::VsCode("Code");
        assert_eq!(
            hint(style, "● main.rs - loom - Visual Studio Code"),
            some("main.rs", "loom")
        );
        assert_eq!(
            hint(style, "main.rs - loom - Code - OSS"),
            some("main.rs", "loom")
        );
        assert_eq!(
            hint(
                style,
                "a.md - loom (Workspace) - Work - Visual Studio Code - Insiders"
            ),
            some("a.md", "loom")
        );
        assert_eq!(
            hint(style, "Welcome - loom - Visual Studio Code"),
            some("", "loom")
        );
        assert_eq!(hint(style, "loom - VSCodium"), some("", "loom"));
        assert_eq!(hint(style, "notes.txt - Cursor"), some("notes.txt", ""));
        assert_eq!(hint(style, "Visual Studio Code"), some("", ""));
        let remote = editor_hint(style, "main.rs - loom [SSH: build] - Visual Studio Code");
        assert!(remote.remote);
        assert_eq!(remote.project.as_deref(), Some("loom"));
    }

    #[test]
    fn other_editors() {
        assert_eq!(
            hint(Style::JetBrains, "loom – src/main.rs [loom.main]"),
            some("src/main.rs", "loom")
        );
        assert_eq!(
            hint(Style::JetBrains, "loom [~/w/loom] – …/deep/main.rs"),
            some("deep/main.rs", "~/w/loom")
        );
        assert_eq!(
            hint(Style::JetBrains, "Welcome to RustRover"),
            some("", "Welcome to RustRover")
        );
        assert_eq!(hint(Style::Zed, "loom — lib.rs"), some("lib.rs", "loom"));
        assert_eq!(
            hint(
                Style::Sublime,
                "~/w/loom/a.py • (loom) - Sublime Text (UNREGISTERED)"
            ),
            some("~/w/loom/a.py", "loom")
        );
        assert_eq!(
            hint(Style::Vim, "main.rs + (~/w/loom/src) - GVIM1"),
            some("~/w/loom/src/main.rs", "~/w/loom/src")
        );
        assert_eq!(hint(Style::Vim, "[No Name] - NVIM"), some("", ""));
        assert_eq!(
            hint(Style::Emacs, "init.el - GNU Emacs at host"),
            some("init.el", "")
        );
        assert_eq!(
            hint(Style::Plain, "notes.md (~/w) - gedit"),
            some("~/w/notes.md", "~/w")
        );
        assert_eq!(hint(Style::Plain, "notes.md * — Kate"), some("notes.md", ""));
    }

    #[test]
    fn directories_in_terminal_titles() {
        assert_eq!(terminal_dir("me@host: ~/w/loom").as_deref(), Some("~/w/loom"));
        assert_eq!(terminal_dir("me@host:/srv/x").as_deref(), Some("/srv/x"));
        assert_eq!(terminal_dir("~ : fish").as_deref(), Some("~"));
        assert_eq!(
            terminal_dir("loom — /srv/x — zsh — 80x24").as_deref(),
            Some("/srv/x")
        );
        assert_eq!(terminal_dir("cargo test"), None);
        assert_eq!(terminal_dir("a / b"), None);
    }
}
