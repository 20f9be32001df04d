//! One file per command. They ask, they print; what is derived and stored is decided elsewhere.

mod agent;
mod config;
mod days;
mod devices;
mod doctor;
mod editor_sim;
mod log;
mod model;
pub mod papers;
mod replay;
mod rules;
mod serve;
mod spool;
mod tasks;
mod team;
pub mod told;
mod up;
mod why;
mod workplace;

use std::time::Duration;

use crate::{Context, boot, cli::Cmd, companion, engine, failure::Outcome, logs, settings::table::LOG};

pub use agent::failure as agent_failure;
pub use doctor::Finding;
#[cfg(feature = "temporal")]
pub use doctor::State;

/// Runs a command: the short ones and the agent on one thread, servers on two.
pub fn run(command: Cmd, cx: Context) -> Outcome {
    companion::hand_on(&command, &cx.settings)?;
    let serves = matches!(command, Cmd::Up | Cmd::Serve | Cmd::Worker | Cmd::Demo { .. });
    let stays = serves || matches!(command, Cmd::Agent { once: false });
    #[cfg(target_os = "linux")]
    if stays {
        dayloom_capture_linux::map_program_in_pieces();
    }
    let filter = cx.settings.text(&LOG);
    if stays {
        // Before the first thread: whoever stays, stays small.
        #[cfg(target_os = "linux")]
        dayloom_capture_linux::share_heaps();
        cx.home.create()?;
        logs::start(cx.loudness, filter, Some(&cx.home.file("logs")));
        logs::report_panics();
    } else {
        logs::start(cx.loudness, filter, None);
    }
    // Libraries that speak TLS by themselves, as the database's does, find it chosen.
    dayloom_http::choose_tls();
    let runtime = boot::runtime(if serves { 2 } else { 0 })?;
    let samples_once = matches!(command, Cmd::Agent { once: true });
    let outcome = runtime.block_on(async {
        let done = dispatch(command, &cx);
        // Whoever interrupts a short command is not to believe that it was done.
        if stays || samples_once {
            cx.stop.or_told(done, Ok(())).await
        } else {
            done.await
        }
    });
    // Not for good: what blocks, such as a name that is looked up, may take long.
    runtime.shutdown_timeout(Duration::from_secs(2));
    outcome
}

async fn dispatch(command: Cmd, cx: &Context) -> Outcome {
    match command {
        Cmd::Up => up::up(cx).await,
        Cmd::Serve => serve::serve(cx).await,
        Cmd::Worker => engine::for_many(&cx.settings)?.work(cx).await,
        Cmd::Migrate => serve::migrate(cx).await,
        Cmd::Agent { once } => agent::run(cx, once).await,
        Cmd::Token { email, name, days } => serve::token(cx, &email, name.as_deref(), days).await,
        Cmd::Today => days::today(cx).await,
        Cmd::Day { date } => days::day(cx, &date).await,
        Cmd::Week { date } => days::week(cx, date.as_deref()).await,
        Cmd::Journal { date } => told::journal(cx, date.as_deref()).await,
        Cmd::Ask(ask) => told::ask(cx, &ask).await,
        Cmd::Why { what } => why::run(cx, &what).await,
        Cmd::Replay(asked) => replay::run(cx, &asked).await,
        Cmd::Tasks(command) => tasks::run(cx, &command).await,
        Cmd::Rules(command) => rules::run(cx, &command).await,
        Cmd::Spool(command) => spool::run(cx, &command).await,
        Cmd::Devices(command) => devices::run(cx, &command).await,
        Cmd::Team(command) => team::run(cx, &command).await,
        Cmd::Log { follow, lines } => log::run(cx, follow, lines).await,
        Cmd::EditorSim { focused, remote } => editor_sim::run(cx, focused, remote.as_deref()).await,
        Cmd::Demo { days } => up::demo(cx, days).await,
        Cmd::Open => up::open(cx).await,
        Cmd::Model(command) => model::run(cx, &command).await,
        Cmd::Doctor => doctor::run(cx).await,
        Cmd::Config => config::run(cx),
        // Answered before settings are read, so that a broken config.toml does not keep a shell from starting.
        Cmd::Completions { shell } => papers::completions(shell, &cx.out),
        Cmd::Man => papers::man(&cx.out),
        Cmd::ShellInit { shell } => papers::shell_init(shell, &cx.home, &cx.out),
    }
}
