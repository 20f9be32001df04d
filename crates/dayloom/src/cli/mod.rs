//! The command line: every command, and what holds in all of them.

mod flags;
mod groups;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use clap_complete::Shell;

pub use flags::command;
pub use groups::{Devices, Model, NewRule, Replay, Rules, Spool, SyncRange, TaskFields, Tasks, Team};

use crate::output::Color;

/// The variable that names the home folder.
const HOME_VARIABLE: &str = "DAYLOOM_HOME";

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
        env = HOME_VARIABLE,
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
