//! Who and what the demonstration is about: an invented developer, their projects, tasks, rules and programs.

/// A project.
pub struct CastProject {
    /// Name.
    pub name: &'static str,
    /// Repository, as its remote names it.
    pub repo: &'static str,
    /// Folder it is checked out in.
    pub folder: &'static str,
    /// Files worked on.
    pub files: &'static [&'static str],
    /// Commands run in it.
    pub commands: &'static [&'static str],
    /// Pages read for it, as address and title.
    pub pages: &'static [(&'static str, &'static str)],
}

/// A task.
pub struct CastTask {
    /// Key.
    pub key: &'static str,
    /// Title.
    pub title: &'static str,
    /// Which project.
    pub project: usize,
    /// Branch; empty where the work is not in a branch that names it.
    pub branch: &'static str,
    /// Status at the end of the month.
    pub status: &'static str,
}

/// A rule, as field, way to compare, pattern, key of a task (or empty) and category (or empty).
pub type CastRule = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// E-mail address of the person; `.invalid` can belong to nobody.
pub const EMAIL: &str = "mira@demo.invalid";
/// Their name, which says what it is.
pub const NAME: &str = "Mira Okafor (demo)";
/// Their workspace.
pub const WORKSPACE: &str = "Demo workspace";

/// Projects.
pub const PROJECTS: [CastProject; 3] = [
    CastProject {
        name: "Atlas",
        repo: "northwind/atlas",
        folder: "/home/mira/src/atlas",
        files: &[
            "crates/upload/src/retry.rs",
            "crates/upload/src/lib.rs",
            "crates/upload/tests/resume.rs",
            "crates/tiles/src/index.rs",
            "crates/tiles/src/cache.rs",
            "migrations/0042_tile_index.sql",
        ],
        commands: &[
            "cargo test -p upload",
            "cargo clippy",
            "git rebase main",
            "git push",
            "cargo bench -p tiles",
        ],
        pages: &[
            (
                "https://docs.rs/tokio/latest/tokio/time/fn.timeout.html",
                "timeout in tokio::time - Rust",
            ),
            ("https://www.sqlite.org/wal.html", "Write-Ahead Logging"),
            (
                "https://docs.rs/reqwest/latest/reqwest/struct.Body.html",
                "Body in reqwest - Rust",
            ),
        ],
    },
    CastProject {
        name: "Harbor",
        repo: "northwind/harbor-web",
        folder: "/home/mira/src/harbor-web",
        files: &[
            "src/routes/berths/+page.svelte",
            "src/routes/berths/table.ts",
            "src/lib/map/tides.ts",
            "src/lib/a11y/focus.ts",
            "e2e/berths.spec.ts",
        ],
        commands: &["pnpm test", "pnpm dev", "git commit -v", "pnpm playwright test"],
        pages: &[
            (
                "https://developer.mozilla.org/en-US/docs/Web/CSS/position",
                "position - CSS | MDN",
            ),
            (
                "https://svelte.dev/docs/svelte/overview",
                "Overview • Svelte Docs",
            ),
            (
                "https://www.w3.org/WAI/ARIA/apg/patterns/grid/",
                "Grid Pattern | APG | WAI | W3C",
            ),
        ],
    },
    CastProject {
        name: "Platform",
        repo: "northwind/platform",
        folder: "/home/mira/src/platform",
        files: &[
            "ci/build.yaml",
            "terraform/runners.tf",
            "docs/on-call.md",
            "tools/release.py",
        ],
        commands: &[
            "terraform plan",
            "python tools/release.py --dry-run",
            "kubectl get pods",
            "git log --oneline",
        ],
        pages: &[
            (
                "https://docs.github.com/en/actions/reference",
                "GitHub Actions reference - GitHub Docs",
            ),
            (
                "https://www.postgresql.org/docs/current/runtime-config-wal.html",
                "PostgreSQL: Write Ahead Log",
            ),
        ],
    },
];

/// Tasks in the order they are taken up.
pub const TASKS: [CastTask; 11] = [
    task(
        "ATLAS-118",
        "Resume interrupted uploads",
        0,
        "feature/ATLAS-118-resume-uploads",
        "done",
    ),
    task(
        "HARB-61",
        "Table of berths keeps its place when sorted",
        1,
        "fix/HARB-61-sort-keeps-place",
        "done",
    ),
    task(
        "ATLAS-124",
        "Index map tiles by time",
        0,
        "feature/ATLAS-124-tile-index",
        "done",
    ),
    task(
        "PLAT-9",
        "Build machines renew their certificates",
        2,
        "chore/PLAT-9-runner-certs",
        "done",
    ),
    task(
        "HARB-66",
        "Tide curve on the berth page",
        1,
        "feature/HARB-66-tide-curve",
        "done",
    ),
    task(
        "ATLAS-131",
        "Uploads survive a change of network",
        0,
        "fix/ATLAS-131-network-change",
        "done",
    ),
    task(
        "HARB-70",
        "Berth table works with the keyboard alone",
        1,
        "feature/HARB-70-keyboard-grid",
        "in_progress",
    ),
    task(
        "ATLAS-137",
        "Cache of tiles no longer grows without bound",
        0,
        "fix/ATLAS-137-cache-bound",
        "in_progress",
    ),
    task(
        "PLAT-14",
        "Release notes from merged branches",
        2,
        "feature/PLAT-14-release-notes",
        "in_progress",
    ),
    task("PLAT-3", "On-call", 2, "", "in_progress"),
    task("HARB-52", "Review of the design system", 1, "", "todo"),
];

const fn task(
    key: &'static str,
    title: &'static str,
    project: usize,
    branch: &'static str,
    status: &'static str,
) -> CastTask {
    CastTask {
        key,
        title,
        project,
        branch,
        status,
    }
}

/// Place of the on-call task in [`TASKS`].
pub const ON_CALL: usize = 9;
/// Place of the design review in [`TASKS`].
pub const DESIGN: usize = 10;

/// Rules.
pub const RULES: [CastRule; 7] = [
    ("host", "glob", "*youtube.com", "", "personal"),
    ("host", "glob", "news.ycombinator.com", "", "personal"),
    ("app", "glob", "Spotify", "", "personal"),
    ("host", "contains", "grafana.northwind", "PLAT-3", ""),
    ("host", "glob", "*figma.com", "HARB-52", ""),
    ("title", "contains", "Stand-up", "", "productive"),
    ("app", "glob", "Thunderbird", "", "productive"),
];

/// A program, as name and class.
pub type Program = (&'static str, &'static str);

/// The editor.
pub const EDITOR: Program = ("Code", "code");
/// The terminal.
pub const TERMINAL: Program = ("Alacritty", "Alacritty");
/// The browser.
pub const BROWSER: Program = ("Firefox", "firefox");
/// Chat.
pub const CHAT: Program = ("Slack", "Slack");
/// Mail.
pub const MAIL: Program = ("Thunderbird", "thunderbird");
/// Calls.
pub const CALLS: Program = ("zoom", "zoom");
/// Music.
pub const MUSIC: Program = ("Spotify", "Spotify");

/// Meetings, as title and length in minutes.
pub const MEETINGS: [(&str, i64); 4] = [
    ("Planning", 55),
    ("Harbor: design round", 40),
    ("One to one", 30),
    ("Architecture hour", 50),
];

/// Private pages, as address and title.
pub const PRIVATE: [(&str, &str); 3] = [
    ("https://www.youtube.com/watch?v=demo", "How looms work - YouTube"),
    ("https://news.ycombinator.com/", "Hacker News"),
    (
        "https://www.youtube.com/feed/subscriptions",
        "Subscriptions - YouTube",
    ),
];

/// Channels of the chat.
pub const CHANNELS: [&str; 4] = ["#atlas", "#harbor", "#general", "Jonas Weber"];
