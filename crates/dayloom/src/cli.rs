//! The command line: commands, their own arguments, and every setting as a flag of every command.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, Command, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::{
    output::Color,
    settings::{
        flag_id,
        kind::Kind,
        table::{ALL, Flag},
    },
};

/// Weaves a day out of what the computer already knows.
#[derive(Debug, Parser)]
#[command(
    name = "dayloom",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What holds in every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Cmd,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Folder with everything of this person on this machine.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "DAYLOOM_HOME",
        hide_env_values = true
    )]
    pub home: Option<PathBuf>,
    /// Print facts as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice or three times for even more.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    pub color: Color,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Cmd {
    /// Run server, pipeline and agent in one process, with everything in the home folder.
    Up,
    /// Run the server and the pipeline, for many.
    Serve,
    /// Work for the engine `temporal`: any number of workers share what the servers hand out.
    Worker,
    /// Bring the database up to date, and nothing else.
    Migrate,
    /// Capture on this machine and upload.
    Agent {
        /// Take one sample, spool it, print it and end.
        #[arg(long)]
        once: bool,
    },
    /// Sign a session token on the server's own machine; makes the person if unknown.
    Token {
        /// E-mail address of the person.
        #[arg(long)]
        email: String,
        /// Name of the person.
        #[arg(long)]
        name: Option<String>,
        /// Days the token holds.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// Show today as it stands.
    Today,
    /// Show a day.
    Day {
        /// Local date as YYYY-MM-DD, `today` or `yesterday`.
        date: String,
    },
    /// Show the week of a day, Monday to Sunday.
    Week {
        /// Any date of the week; today's week if left out.
        date: Option<String>,
    },
    /// Read the journal of a day.
    Journal {
        /// Local date as YYYY-MM-DD, `today` or `yesterday`; today if left out.
        date: Option<String>,
    },
    /// Ask about your own time.
    Ask(crate::commands::told::Ask),
    /// Say who attributed a block or a moment, and from what.
    Why {
        /// Id of a block, or the beginning of it; HH:MM of today; or "YYYY-MM-DD HH:MM".
        #[arg(value_name = "BLOCK|TIME")]
        what: String,
    },
    /// Tasks of a workspace.
    #[command(subcommand)]
    Tasks(Tasks),
    /// Rules that say which task a window belongs to.
    #[command(subcommand)]
    Rules(Rules),
    /// What waits for upload, and what was refused.
    #[command(subcommand)]
    Spool(Spool),
    /// Devices that capture for you.
    #[command(subcommand)]
    Devices(Devices),
    /// The language model: what would be sent to it, and what it used.
    #[command(subcommand)]
    Model(Model),
    /// Team minutes.
    #[command(subcommand)]
    Team(Team),
    /// The activity log of team minutes: one line a minute, with its reason.
    Log {
        /// Go on with new lines until told to stop.
        #[arg(short, long)]
        follow: bool,
        /// How many of the last lines.
        #[arg(short = 'n', long, default_value_t = 60, value_name = "LINES")]
        lines: usize,
    },
    /// Play an editor on the local socket until told to stop.
    EditorSim {
        /// The window has the focus.
        #[arg(long)]
        focused: bool,
        /// Address of the Git remote of the file in front.
        #[arg(long, value_name = "URL")]
        remote: Option<String>,
    },
    /// Derive stored days again with today's rules, on the server's own machine, and print the difference.
    Replay(Replay),
    /// A believable month in a home of its own.
    Demo {
        /// Days to make, today included.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
    },
    /// Open the page, signed in through a link that works once.
    Open,
    /// Say what works and how to mend what does not.
    Doctor,
    /// Show every setting, its value and where it came from.
    Config,
    /// Print a shell's hook that tells Dayloom directory and last command.
    ShellInit {
        /// The shell.
        #[arg(value_enum)]
        shell: HookShell,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page.
    Man,
}

/// Shells with a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HookShell {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
}

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
    #[arg(long)]
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

/// The whole command line, with the settings of the table as flags of every command.
pub fn command() -> Command {
    with_settings(Cli::command(), &[])
}

fn with_settings(command: Command, above: &[String]) -> Command {
    let path: Vec<String> = above
        .iter()
        .cloned()
        .chain([command.get_name().to_owned()])
        .collect();
    if command.has_subcommands() {
        return command.mut_subcommands(|inner| with_settings(inner, &path));
    }
    let top = path.get(1).cloned().unwrap_or_default();
    ALL.iter().fold(command, |command, setting| {
        let shown = setting.shown_in.contains(&top.as_str());
        let help = match setting.flag {
            Flag::Means(_, _, help) => help,
            Flag::Takes(..) => setting.doc,
        };
        let mut arg = Arg::new(flag_id(setting))
            .long(setting.flag.name())
            .help(help)
            .help_heading("Settings")
            .hide(!shown)
            .required(false);
        arg = match setting.flag {
            Flag::Means(..) => arg.action(ArgAction::SetTrue),
            Flag::Takes(_, value) if matches!(setting.kind, Kind::List) => {
                arg.value_name(value).action(ArgAction::Append)
            }
            Flag::Takes(_, value) => arg
                .value_name(value)
                .action(ArgAction::Set)
                .allow_hyphen_values(false),
        };
        command.arg(arg)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
