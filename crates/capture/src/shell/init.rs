//! The hook as text for each shell. Everything runs in the shell itself; only when a shell starts are two short
//! subshells used, to make the folder and the file private.

use std::path::Path;
use std::str::FromStr;

/// A shell that has a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// GNU Bash 4.2 or newer.
    Bash,
    /// Z shell 5 or newer.
    Zsh,
    /// fish 3 or newer.
    Fish,
}

/// The name is none of a shell with a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no hook for this shell. Use bash, zsh or fish.")]
pub struct UnknownShell;

impl FromStr for Shell {
    type Err = UnknownShell;
    fn from_str(name: &str) -> Result<Self, UnknownShell> {
        match name {
            "bash" => Ok(Shell::Bash),
            "zsh" => Ok(Shell::Zsh),
            "fish" => Ok(Shell::Fish),
            _ => Err(UnknownShell),
        }
    }
}

/// The script to be evaluated by an interactive shell. `dir` is where notes go, see
/// [`notes_dir`](super::notes_dir).
pub fn init_script(shell: Shell, dir: &Path) -> String {
    let dir = dir.to_string_lossy();
    match shell {
        Shell::Bash => BASH.replace("@DIR@", &posix_quoted(&dir)),
        Shell::Zsh => ZSH.replace("@DIR@", &posix_quoted(&dir)),
        Shell::Fish => FISH.replace(
            "@DIR@",
            &format!("'{}'", dir.replace('\\', "\\\\").replace('\'', "\\'")),
        ),
    }
}

fn posix_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `history 1` is asked for the last line, with its number: the number at the first prompt belongs to an earlier
/// shell and is told apart by it. Exit status and `noclobber` of the person are left as they are.
const BASH: &str = r#"# Dayloom: leaves directory and last command of this shell for the agent on this machine.
if [[ $- == *i* && -z ${__dayloom_note-} ]] && (umask 077 && mkdir -p -- @DIR@ && : >| @DIR@/$$) 2>/dev/null; then
  __dayloom_note=@DIR@/$$
  __dayloom_prompt() {
    local code=$?
    {
      if [[ -z ${__dayloom_base-} ]]; then
        HISTTIMEFORMAT= builtin history 1 >| "$__dayloom_note"
        builtin read -r __dayloom_base _ < "$__dayloom_note"
        __dayloom_base=${__dayloom_base:-0}
        __dayloom_base=${__dayloom_base%\*}
      fi
      {
        builtin printf '1\0bash\0%s\0%s\0' "$__dayloom_base" "$PWD"
        HISTTIMEFORMAT= builtin history 1
        builtin printf '\0end'
      } >| "$__dayloom_note"
    } 2>/dev/null
    return "$code"
  }
  if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == 'declare -a'* ]]; then
    PROMPT_COMMAND+=(__dayloom_prompt)
  else
    PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__dayloom_prompt"
  fi
fi
"#;

const ZSH: &str = r#"# Dayloom: leaves directory and last command of this shell for the agent on this machine.
if [[ -o interactive && -z ${__dayloom_note-} ]] && (umask 077 && mkdir -p -- @DIR@ && : >| @DIR@/$$) 2>/dev/null; then
  typeset -g __dayloom_note=@DIR@/$$ __dayloom_last=
  __dayloom_preexec() {
    if [[ -n $1 && ! ( -o hist_ignore_space && $1 == ' '* ) ]]; then
      __dayloom_last=$1
    fi
  }
  __dayloom_precmd() {
    local code=$?
    builtin printf '1\0zsh\0\0%s\0%s\0end' "$PWD" "$__dayloom_last" 2>/dev/null >| "$__dayloom_note"
    return $code
  }
  autoload -Uz add-zsh-hook
  add-zsh-hook preexec __dayloom_preexec
  add-zsh-hook precmd __dayloom_precmd
fi
"#;

const FISH: &str = r#"# Dayloom: leaves directory and last command of this shell for the agent on this machine.
if status is-interactive; and not set -q __dayloom_note
  if sh -c 'umask 077 && mkdir -p -- "$0" && : > "$0/$1"' @DIR@ $fish_pid 2>/dev/null
    set -g __dayloom_note @DIR@/$fish_pid
    function __dayloom_preexec --on-event fish_preexec
      if not set -q fish_private_mode; and not string match -q ' *' -- "$argv[1]"
        set -g __dayloom_last "$argv[1]"
      end
    end
    function __dayloom_prompt --on-event fish_prompt
      printf '1\0fish\0\0%s\0%s\0end' "$PWD" "$__dayloom_last" 2>/dev/null > $__dayloom_note
    end
  end
end
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_each_shell() {
        let dir = Path::new("/h/it's $x \\ here");
        assert!(init_script(Shell::Bash, dir).contains(r"__dayloom_note='/h/it'\''s $x \ here'/$$"));
        assert!(
            init_script(Shell::Fish, dir).contains(r"set -g __dayloom_note '/h/it\'s $x \\ here'/$fish_pid")
        );
        assert_eq!("powershell".parse::<Shell>(), Err(UnknownShell));
    }
}
