//! Commands that have commands or many arguments of their own.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

/// `dayloom replay …`
#[derive(Debug, Args)]
pub struct Replay {
    /// First date, as YYYY-MM-DD.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Date,
    /// Last date.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Date,
    /// Only this person, by e-mail address or id; everyone if left out.
    #[arg(long, value_name = "EMAIL")]
    pub developer: Option<String>,
    /// Print what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write it as YYYY-MM-DD".to_owned())
}

/// `dayloom team …`
#[derive(Debug, Subcommand)]
pub enum Team {
    /// Judge a written trace by the very rules that count minutes: one JSON object a line in, one a line out.
    Trace {
        /// File to read; - is standard input.
        #[arg(default_value = "-")]
        file: String,
    },
    /// Show whether this minute counts, why, and today's minutes.
    Status,
    /// Sign in with --server and DAYLOOM_TOKEN, and count minutes from now on.
    Login {
        /// Sign in, and leave counting as it is.
        #[arg(long = "no-enable")]
        disabled: bool,
        /// Your GitHub login, by which administrators count commits and closed issues; an empty text takes it back.
        #[arg(long, value_name = "LOGIN")]
        github: Option<String>,
    },
    /// Stop counting and sign out.
    Logout,
    /// List your workspaces.
    Workspaces,
    /// Make a workspace, and an invite to it.
    Create {
        /// Name of the workspace.
        name: String,
    },
    /// Join a workspace.
    Join {
        /// Code of an invite.
        code: String,
    },
    /// Show the applications that count for a workspace, or say which (administrators).
    Allowlist {
        /// Regular expressions, separated by commas, or a JSON array; an empty text lets every application count.
        patterns: Option<String>,
        /// Workspace, by name or id.
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Count members' commits on GitHub, with your token in GH_TOKEN or that of `gh`; only counts are sent (administrators).
    SyncCommits(SyncRange),
    /// Count the issues closed that were assigned to members, likewise (administrators).
    SyncClosedIssues(SyncRange),
    /// Show word for word what would be sent at the next flush.
    Preview,
    /// Start or stop ActivityWatch on this machine.
    #[command(name = "activitywatch")]
    ActivityWatch {
        /// What to do.
        #[arg(value_parser = ["start", "stop"])]
        what: String,
    },
}

/// What is counted on GitHub.
#[derive(Debug, Args)]
pub struct SyncRange {
    /// Workspace, by name or id.
    #[arg(long)]
    pub workspace: Option<String>,
    /// First UTC day as YYYY-MM-DD; six days before the last where it is left out.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// Last UTC day; today where it is left out.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Date>,
}

/// `dayloom model …`
#[derive(Debug, Subcommand)]
pub enum Model {
    /// Show exactly what would be sent about a day, and send nothing.
    Preview {
        /// Local date as YYYY-MM-DD, `today` or `yesterday`.
        #[arg(default_value = "today")]
        date: String,
        /// Also what was asked before.
        #[arg(long)]
        again: bool,
    },
    /// Show calls, tokens and cost of the last days.
    Usage {
        /// Days to show, today included.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3660))]
        days: u16,
    },
}

/// `dayloom tasks …`
#[derive(Debug, Subcommand)]
pub enum Tasks {
    /// Add a task, assigned to you.
    Add {
        /// What there is to do.
        title: String,
        /// The rest.
        #[command(flatten)]
        fields: TaskFields,
    },
    /// List tasks, the last changed first.
    List {
        /// Also those that are done.
        #[arg(long)]
        all: bool,
        /// Only those with this status.
        #[arg(long)]
        status: Option<String>,
        /// Only those assigned to you.
        #[arg(long)]
        mine: bool,
        /// Workspace, by name, slug or id.
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Change a task.
    Edit {
        /// Key or id of the task.
        task: String,
        /// New title.
        #[arg(long)]
        title: Option<String>,
        /// The rest.
        #[command(flatten)]
        fields: TaskFields,
    },
    /// Import tasks from CSV or JSON; the same file twice changes nothing.
    Import {
        /// File with key, title, url, status and assignee; `-` for standard input.
        file: PathBuf,
        /// Workspace, by name, slug or id.
        #[arg(long)]
        workspace: Option<String>,
    },
}

/// What a task may carry.
#[derive(Debug, Default, Args)]
pub struct TaskFields {
    /// Key such as PROJ-12, which branches and titles name.
    #[arg(long)]
    pub key: Option<String>,
    /// Address of the task.
    #[arg(long)]
    pub url: Option<String>,
    /// Status such as todo, in_progress or done.
    #[arg(long)]
    pub status: Option<String>,
    /// Project, by name, slug or id.
    #[arg(long)]
    pub project: Option<String>,
    /// Workspace, by name, slug or id.
    #[arg(long)]
    pub workspace: Option<String>,
}

/// `dayloom rules …`
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Add a rule.
    Add(NewRule),
    /// List rules in the order they are asked.
    List,
    /// Ask a rule at another place in the order.
    Move {
        /// Id of the rule, or the beginning of it.
        rule: String,
        /// Place, counted from 1.
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        to: u32,
    },
    /// Remove a rule.
    Remove {
        /// Id of the rule, or the beginning of it.
        rule: String,
    },
    /// Say what each rule would have caught in the last 30 days.
    Test,
}

/// A rule to add.
#[derive(Debug, Args)]
pub struct NewRule {
    /// What to look at.
    #[arg(value_parser = ["app", "title", "repo", "branch", "path", "host", "url"])]
    pub field: String,
    /// What to look for.
    pub pattern: String,
    /// How to compare.
    #[arg(long = "match", value_parser = ["glob", "regex", "contains"], default_value = "glob", value_name = "HOW")]
    pub matching: String,
    /// Task it belongs to, by key or id.
    #[arg(long, required_unless_present_any = ["project", "category"])]
    pub task: Option<String>,
    /// Project it belongs to, by name, slug or id.
    #[arg(long)]
    pub project: Option<String>,
    /// What kind of time it is.
    #[arg(long, value_parser = ["productive", "neutral", "personal"])]
    pub category: Option<String>,
    /// For everyone in this project instead of for you alone.
    #[arg(long, value_name = "PROJECT")]
    pub for_project: Option<String>,
    /// Place in the order, counted from 1; last if left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub position: Option<u32>,
    /// Workspace, by name, slug or id.
    #[arg(long)]
    pub workspace: Option<String>,
}

/// `dayloom spool …`
#[derive(Debug, Subcommand)]
pub enum Spool {
    /// How much waits, since when.
    Status,
    /// What the server refused, and why.
    Rejected,
    /// Upload now.
    Flush,
}

/// `dayloom devices …`
#[derive(Debug, Subcommand)]
pub enum Devices {
    /// List your devices.
    List,
    /// Stop capturing on a device.
    Pause {
        /// Name or id; this machine's if left out.
        device: Option<String>,
    },
    /// Capture again on a device.
    Resume {
        /// Name or id; this machine's if left out.
        device: Option<String>,
    },
    /// Give a device up, so that another person may enrol it; what it saw is kept.
    Release {
        /// Name or id.
        device: String,
    },
}
