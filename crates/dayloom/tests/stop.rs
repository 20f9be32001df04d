//! INT and TERM end what stays, and a single sample, in order and with 0: also before a server answers or a sample is
//! taken, however long a database or a server lets them wait. So does a terminal that is closed, unless the program was to
//! outlive it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod program;

use std::{
    net::TcpListener,
    process::{Output, Stdio},
};

use program::Program;
use rustix::process::{Pid, Signal, kill_process};

/// Runs the program until it waits for an answer that never comes, tells it to stop, and gives what came of it. `HERE` in
/// an argument stands for the address that does not answer; it is a new one each time, as a program may ask it twice.
fn told_while_it_waits(args: &[&str], signal: Signal) -> Output {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = silent.local_addr().unwrap().to_string();
    let args: Vec<String> = args.iter().map(|arg| arg.replace("HERE", &here)).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let home = Program::new();
    let child = home
        .command(&args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has asked, so that it is at work; the line stays open until it has ended.
    let _asked = silent.accept().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    child.wait_with_output().unwrap()
}

fn ends_in_order(args: &[&str]) {
    // Where the system says who is to outlive its terminal, as Linux does.
    let hangup = cfg!(target_os = "linux").then_some(Signal::HUP);
    for signal in [Signal::INT, Signal::TERM].into_iter().chain(hangup) {
        let ended = told_while_it_waits(args, signal);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(0), "{args:?} at {signal:?}: {said}");
        assert!(ended.stdout.is_empty(), "{args:?} at {signal:?}");
    }
}

#[test]
fn an_agent_that_waits_for_its_server_ends_in_order() {
    ends_in_order(&["agent", "--server", "http://HERE", "--token", "t"]);
}

#[test]
fn a_single_sample_that_waits_for_its_server_ends_in_order() {
    ends_in_order(&["agent", "--server", "http://HERE", "--token", "t", "--once"]);
}

#[test]
fn a_server_that_waits_for_its_database_ends_in_order() {
    let database = "postgres://nobody@HERE/nothing";
    ends_in_order(&["serve", "--listen", "127.0.0.1:0", "--database-url", database]);
}

#[test]
fn whoever_interrupts_a_short_command_is_not_told_that_it_was_done() {
    // Not INT, which is ignored where a shell runs the tests in the background.
    let ended = told_while_it_waits(
        &["today", "--server", "http://HERE", "--token", "t"],
        Signal::TERM,
    );
    assert!(!ended.status.success(), "{ended:?}");
    assert!(ended.stdout.is_empty(), "{ended:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn up_ends_in_order_with_its_terminal_unless_it_is_to_outlive_it() {
    let up = ["up", "--listen", "127.0.0.1:0", "--no-open", "--no-agent"];
    let home = Program::new();
    let (code, rest) = home.start(&up).tell(Signal::HUP);
    assert_eq!((code, rest.as_str()), (0, ""));
    assert!(!home.path("server.json").exists(), "it has tidied up");

    let mut outliving = std::process::Command::new("nohup");
    let plain = home.command(&up);
    outliving.arg(plain.get_program()).args(plain.get_args());
    outliving
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outliving.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let up = Program::ready(outliving);
    up.signal(Signal::HUP);
    // It was told before this is asked, and answers.
    home.json(&["today"]);
    assert_eq!(up.terminate(), (0, String::new()));
}
