//! Which windows are editors, terminals and browsers, and what people call them.

use crate::source::Window;

/// What a window is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An editor, whose title is read in this style.
    Editor(Style),
    /// A terminal.
    Terminal,
    /// A browser.
    Browser,
    /// Anything else.
    Other,
}

/// How an editor writes its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `● file - project - Visual Studio Code`; the name is that of the folder of its settings.
    VsCode(&'static str),
    /// `project – path/file.rs [module]`
    JetBrains,
    /// `project — file.rs`
    Zed,
    /// `~/project/file.rs • (project) - Sublime Text`
    Sublime,
    /// `file (~/project) - GVIM`
    Vim,
    /// `file - GNU Emacs at host`
    Emacs,
    /// `file — Kate`, `file (~/project) - gedit`
    Plain,
}

struct App {
    name: &'static str,
    kind: Kind,
    classes: &'static [&'static str],
}

const fn app(name: &'static str, kind: Kind, classes: &'static [&'static str]) -> App {
    App { name, kind, classes }
}

const fn code(name: &'static str, settings: &'static str, classes: &'static [&'static str]) -> App {
    App {
        name,
        kind: Kind::Editor(Style::VsCode(settings)),
        classes,
    }
}

/// By class or bundle id, lower case. A class that ends in `*` stands for all that begin so.
const APPS: &[App] = &[
    code(
        "Visual Studio Code",
        "Code",
        &[
            "code",
            "code-url-handler",
            "com.microsoft.vscode",
            "visual-studio-code",
        ],
    ),
    code(
        "Visual Studio Code - Insiders",
        "Code - Insiders",
        &["code-insiders", "code - insiders", "com.microsoft.vscodeinsiders"],
    ),
    code(
        "Code - OSS",
        "Code - OSS",
        &["code-oss", "code - oss", "com.visualstudio.code.oss"],
    ),
    code(
        "VSCodium",
        "VSCodium",
        &["vscodium", "codium", "com.vscodium", "vscodium-url-handler"],
    ),
    code(
        "Cursor",
        "Cursor",
        &["cursor", "cursor-url-handler", "com.todesktop.230313mzl4w4u92"],
    ),
    code("Windsurf", "Windsurf", &["windsurf", "com.exafunction.windsurf"]),
    app(
        "Zed",
        Kind::Editor(Style::Zed),
        &["zed", "dev.zed.zed", "dev.zed.zed-preview", "dev.zed.zed-nightly"],
    ),
    app(
        "Sublime Text",
        Kind::Editor(Style::Sublime),
        &[
            "sublime_text",
            "sublime-text",
            "subl",
            "com.sublimetext.4",
            "com.sublimetext.3",
        ],
    ),
    app(
        "IntelliJ IDEA",
        Kind::Editor(Style::JetBrains),
        &[
            "jetbrains-idea",
            "jetbrains-idea-ce",
            "com.jetbrains.intellij",
            "com.jetbrains.intellij.ce",
        ],
    ),
    app(
        "RustRover",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-rustrover", "com.jetbrains.rustrover"],
    ),
    app(
        "PyCharm",
        Kind::Editor(Style::JetBrains),
        &[
            "jetbrains-pycharm",
            "jetbrains-pycharm-ce",
            "com.jetbrains.pycharm",
            "com.jetbrains.pycharm.ce",
        ],
    ),
    app(
        "CLion",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-clion", "com.jetbrains.clion"],
    ),
    app(
        "GoLand",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-goland", "com.jetbrains.goland"],
    ),
    app(
        "WebStorm",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-webstorm", "com.jetbrains.webstorm"],
    ),
    app(
        "PhpStorm",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-phpstorm", "com.jetbrains.phpstorm"],
    ),
    app(
        "RubyMine",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-rubymine", "com.jetbrains.rubymine"],
    ),
    app(
        "Rider",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-rider", "com.jetbrains.rider"],
    ),
    app(
        "DataGrip",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-datagrip", "com.jetbrains.datagrip"],
    ),
    app(
        "Android Studio",
        Kind::Editor(Style::JetBrains),
        &["jetbrains-studio", "com.google.android.studio"],
    ),
    app(
        "GVim",
        Kind::Editor(Style::Vim),
        &["gvim", "neovide", "nvim-qt", "org.vim.macvim"],
    ),
    app("Emacs", Kind::Editor(Style::Emacs), &["emacs", "org.gnu.emacs"]),
    app(
        "Kate",
        Kind::Editor(Style::Plain),
        &["kate", "org.kde.kate", "kwrite", "org.kde.kwrite"],
    ),
    app(
        "Text Editor",
        Kind::Editor(Style::Plain),
        &[
            "gedit",
            "org.gnome.gedit",
            "gnome-text-editor",
            "org.gnome.texteditor",
            "mousepad",
            "xed",
            "pluma",
        ],
    ),
    app(
        "Terminal",
        Kind::Terminal,
        &[
            "gnome-terminal",
            "gnome-terminal-server",
            "org.gnome.terminal",
            "kgx",
            "org.gnome.console",
            "org.gnome.ptyxis",
            "xfce4-terminal",
            "mate-terminal",
            "lxterminal",
            "com.apple.terminal",
        ],
    ),
    app(
        "Konsole",
        Kind::Terminal,
        &["konsole", "org.kde.konsole", "yakuake"],
    ),
    app(
        "xterm",
        Kind::Terminal,
        &["xterm", "uxterm", "urxvt", "rxvt", "st-256color", "st"],
    ),
    app("Alacritty", Kind::Terminal, &["alacritty", "org.alacritty"]),
    app("kitty", Kind::Terminal, &["kitty", "net.kovidgoyal.kitty"]),
    app(
        "WezTerm",
        Kind::Terminal,
        &["wezterm", "org.wezfurlong.wezterm", "com.github.wez.wezterm"],
    ),
    app("foot", Kind::Terminal, &["foot", "footclient"]),
    app("Ghostty", Kind::Terminal, &["ghostty", "com.mitchellh.ghostty"]),
    app(
        "Terminator",
        Kind::Terminal,
        &["terminator", "tilix", "com.gexperts.tilix", "guake"],
    ),
    app("iTerm2", Kind::Terminal, &["com.googlecode.iterm2"]),
    app(
        "Firefox",
        Kind::Browser,
        &[
            "firefox",
            "firefox-esr",
            "firefox-default",
            "firefox-developer-edition",
            "firefoxdeveloperedition",
            "firefox-nightly",
            "org.mozilla.firefox",
            "navigator",
            "librewolf",
            "waterfox",
        ],
    ),
    app(
        "Google Chrome",
        Kind::Browser,
        &[
            "google-chrome",
            "google-chrome-stable",
            "google-chrome-beta",
            "google-chrome-unstable",
            "chrome",
            "com.google.chrome*",
        ],
    ),
    app(
        "Chromium",
        Kind::Browser,
        &["chromium", "chromium-browser", "org.chromium.chromium"],
    ),
    app(
        "Brave",
        Kind::Browser,
        &[
            "brave",
            "brave-browser",
            "brave-browser-beta",
            "brave-browser-nightly",
            "com.brave.browser*",
        ],
    ),
    app(
        "Microsoft Edge",
        Kind::Browser,
        &[
            "microsoft-edge",
            "microsoft-edge-beta",
            "microsoft-edge-dev",
            "msedge",
            "com.microsoft.edgemac*",
        ],
    ),
    app(
        "Vivaldi",
        Kind::Browser,
        &["vivaldi", "vivaldi-stable", "com.vivaldi.vivaldi"],
    ),
    app(
        "Opera",
        Kind::Browser,
        &["opera", "opera-beta", "com.operasoftware.opera"],
    ),
    app(
        "Safari",
        Kind::Browser,
        &["com.apple.safari", "com.apple.safaritechnologypreview"],
    ),
    app("Arc", Kind::Browser, &["company.thebrowser.browser"]),
    app("GNOME Web", Kind::Browser, &["epiphany", "org.gnome.epiphany"]),
];

/// What a window is: its application's name for people, and its kind.
pub fn recognise(window: &Window) -> (String, Kind) {
    for class in [&window.class, &window.instance] {
        let lower = class.to_lowercase();
        let lower = lower.strip_suffix(".exe").unwrap_or(&lower);
        if let Some(known) = APPS
            .iter()
            .find(|known| known.classes.iter().any(|c| is_class(c, lower)))
        {
            return (known.name.to_owned(), known.kind);
        }
    }
    if window.class.to_lowercase().starts_with("jetbrains-") {
        return (window.class.clone(), Kind::Editor(Style::JetBrains));
    }
    let name = if window.class.is_empty() {
        &window.instance
    } else {
        &window.class
    };
    (name.clone(), Kind::Other)
}

fn is_class(known: &str, class: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => class.starts_with(start),
        None => known == class,
    }
}

/// Whether the short name of a process is that of an editor that runs inside a terminal.
pub fn is_terminal_editor(process: &str) -> bool {
    const EDITORS: &[&str] = &[
        "vi",
        "vim",
        "nvim",
        "vim.basic",
        "vim.tiny",
        "vim.nox",
        "vim.gtk3",
        "view",
        "emacs",
        "emacsclient",
        "nano",
        "hx",
        "helix",
        "micro",
        "kak",
        "joe",
        "ne",
        "mcedit",
    ];
    EDITORS.contains(&process)
}

/// Whether the short name of a process is that of an interactive shell.
pub fn is_shell(process: &str) -> bool {
    const SHELLS: &[&str] = &[
        "bash", "zsh", "fish", "sh", "dash", "ksh", "mksh", "tcsh", "csh", "nu", "elvish", "xonsh", "pwsh",
    ];
    SHELLS.contains(&process.trim_start_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(class: &str, instance: &str) -> (String, Kind) {
        recognise(&Window {
            class: class.to_owned(),
            instance: instance.to_owned(),
            ..Window::default()
        })
    }

    #[test]
    fn applications_are_known_by_class_or_instance_without_case() {
        assert_eq!(
            of("Code", "code"),
            (
                "Visual Studio Code".to_owned(),
                Kind::Editor(Style::VsCode("Code"))
            )
        );
        assert_eq!(of("firefox", "Navigator"), ("Firefox".to_owned(), Kind::Browser));
        assert_eq!(of("XTerm", "xterm"), ("xterm".to_owned(), Kind::Terminal));
        assert_eq!(of("Gnome-terminal", "gnome-terminal-server").1, Kind::Terminal);
        assert_eq!(
            of("jetbrains-gateway", ""),
            ("jetbrains-gateway".to_owned(), Kind::Editor(Style::JetBrains))
        );
        assert_eq!(
            of("com.google.Chrome.canary", ""),
            ("Google Chrome".to_owned(), Kind::Browser)
        );
        assert_eq!(of("Code.exe", "").0, "Visual Studio Code");
        assert_eq!(of("Gimp", "gimp"), ("Gimp".to_owned(), Kind::Other));
        assert_eq!(of("", ""), (String::new(), Kind::Other));
    }

    #[test]
    fn no_class_stands_for_two_applications() {
        let mut all: Vec<_> = APPS.iter().flat_map(|a| a.classes.iter().copied()).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|c| *c == c.to_lowercase()));
    }
}
