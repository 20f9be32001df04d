//! `editor-sim`: plays an editor on the local socket, for tests and for people who look how the agent answers one.

use std::time::Duration;

use dayloom_agent::team::socket::protocol::{Hello, Snapshot, WindowReport, method};
use dayloom_agent::team::socket::{Client, ClientError};
use serde_json::json;

use crate::{Context, failure::Outcome, stop};

/// Between two tries to reach the agent.
const AGAIN: Duration = Duration::from_millis(300);

/// Reports a window until told to stop; connects again when the agent comes back. Every state the agent tells is printed.
pub async fn run(cx: &Context, focused: bool, remote: Option<&str>) -> Outcome {
    let ended = stop::signal();
    tokio::pin!(ended);
    let mut told = false;
    loop {
        let playing = play(cx, focused, remote);
        tokio::select! {
            () = &mut ended => return Ok(()),
            left = playing => {
                if let Err(error) = left
                    && !std::mem::replace(&mut told, true)
                {
                    cx.out.hint(format_args!("{error}. Waiting for it."));
                }
            }
        }
        tokio::select! {
            () = &mut ended => return Ok(()),
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn play(cx: &Context, focused: bool, remote: Option<&str>) -> Result<(), ClientError> {
    let mut agent = Client::connect(cx.home.dir()).await?;
    let hello = Hello {
        client: "editor-sim".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let _: serde_json::Value = agent.call(method::HELLO, &hello).await?;
    let report = WindowReport {
        window: format!("sim-{}", std::process::id()),
        focused,
        remote: Some(remote.map(str::to_owned)),
    };
    let _: serde_json::Value = agent.call(method::WINDOW_REPORT, &report).await?;
    let state: Snapshot = agent.call(method::STATE_SUBSCRIBE, &json!({})).await?;
    cx.out.hint("An editor's window is reported; end it with Ctrl-C.");
    show(cx, &state);
    loop {
        let (name, params) = agent.next().await?;
        if name == method::STATE_CHANGED
            && let Ok(state) = serde_json::from_value::<Snapshot>(params)
        {
            show(cx, &state);
        }
    }
}

fn show(cx: &Context, state: &Snapshot) {
    // A reader that went away is no reason to stop playing.
    let _ = if cx.out.json {
        cx.out.line(serde_json::to_string(state).unwrap_or_default())
    } else {
        cx.out.line(&state.text)
    };
}
