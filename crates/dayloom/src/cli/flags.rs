//! Every setting of the table as a flag of every command.

use clap::{Arg, ArgAction, Command, CommandFactory, builder::Resettable};

use super::{Cli, HOME_VARIABLE};
use crate::settings::{
    flag_id,
    table::{ALL, Flag},
};

/// The whole command line, with the settings of the table as flags of every command.
pub fn command() -> Command {
    let mut command = Cli::command();
    // As with every setting, a variable without a value says nothing.
    if std::env::var_os(HOME_VARIABLE).is_some_and(|home| home.is_empty()) {
        command = command.mut_arg("home", |home| home.env(Resettable::Reset));
    }
    with_settings(command, &[])
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
            Flag::Takes(_, value) if setting.kind.is_list() => {
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
