//! What the program prints for other programs: completions, the manual page and the hook of a shell.

use clap_complete::Shell;

use dayloom_capture::shell;

use crate::{
    cli::{self, HookShell},
    failure::{Failure, Outcome},
    home::Home,
    output::Output,
};

/// The hook of a shell, to be evaluated by it.
pub fn shell_init(shell: HookShell, home: &Home, out: &Output) -> Outcome {
    let shell = match shell {
        HookShell::Bash => shell::Shell::Bash,
        HookShell::Zsh => shell::Shell::Zsh,
        HookShell::Fish => shell::Shell::Fish,
    };
    out.raw(shell::init_script(shell, &shell::notes_dir(home.dir())).as_bytes())
}

/// Completions for a shell.
pub fn completions(shell: Shell, out: &Output) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "dayloom", &mut script);
    out.raw(&script)
}

/// The manual page of all commands, one after the other, as roff.
pub fn man(out: &Output) -> Outcome {
    let trouble =
        |e: std::io::Error| Failure::failed(format!("The manual cannot be written: {e}"), "Try again");
    let mut page = Vec::new();
    let mut command = cli::command();
    command.build();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(trouble)?;
    describe_below(&command, &mut page).map_err(trouble)?;
    out.raw(&page)
}

/// The commands of a command, each with its own.
fn describe_below(command: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        let man = clap_mangen::Man::new(inner.clone());
        man.render_name_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_options_section(page)?;
        describe_below(inner, page)?;
    }
    Ok(())
}
