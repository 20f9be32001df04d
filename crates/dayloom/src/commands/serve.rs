//! `serve`, `migrate` and `token`: the server for many, and what its operator does on the machine it runs on.

use dayloom_domain::{Clock, DeveloperId};
use dayloom_storage::{Migrate, Store};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    Context,
    boot::{self, Server},
    clock::SystemClock,
    engine::Engine,
    failure::{Failure, Outcome},
    settings::table::LISTEN,
};

/// Runs the server until it is told to stop.
pub async fn serve(cx: &Context) -> Outcome {
    Engine::of(&cx.settings)?;
    let listener = boot::listen(&cx.settings).await?;
    let store = boot::open_store(cx, boot::migrate_of(&cx.settings)).await?;
    let server = Server::start(&cx.settings, None, store, listener, cx.stop.mind()).await?;
    cx.out.line(format_args!("ready {}", server.url))?;
    tracing::info!(listen = cx.settings.text(&LISTEN), "the server answers");
    server.until_stopped().await
}

/// Migrates and ends.
pub async fn migrate(cx: &Context) -> Outcome {
    let store = boot::open_store(cx, Migrate::Apply).await?;
    store.close().await;
    cx.out.facts(&json!({"migrated": true}), || {
        "The database is up to date.".to_owned()
    })
}

/// Signs a session token.
pub async fn token(cx: &Context, email: &str, name: Option<&str>, days: u32) -> Outcome {
    if !is_email(email) {
        return Err(Failure::usage(
            "That is no e-mail address",
            "Write it like ann@example.org",
        ));
    }
    let store = boot::open_store(cx, Migrate::Apply).await?;
    let result = sign(cx, &store, email, name, days).await;
    store.close().await;
    let (person, token, expires_at) = result?;
    let answer = json!({"developer_id": person, "email": email, "token": token, "expires_at": expires_at});
    cx.out.facts(&answer, || token.clone())
}

async fn sign(
    cx: &Context,
    store: &Store,
    email: &str,
    name: Option<&str>,
    days: u32,
) -> Outcome<(DeveloperId, String, jiff::Timestamp)> {
    let now = SystemClock.now();
    let person = store
        .people()
        .create_or_get(email, name, now)
        .await
        .map_err(boot::database)?;
    let secret = boot::secret(&cx.settings, store).await?;
    let life = SignedDuration::from_hours(24 * i64::from(days));
    let token = dayloom_server::auth::mint(&secret, person.id, now, life)
        .map_err(|e| Failure::failed(format!("The token cannot be signed: {e}"), "Check DAYLOOM_SECRET"))?;
    Ok((person.id, token, now + life))
}

/// Something before an @ and something after it; the rest is for the mail server to say.
fn is_email(text: &str) -> bool {
    let sound = text.len() <= 320 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    sound
        && text
            .split_once('@')
            .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_taken() {
        for (text, is) in [
            ("ann@example.org", true),
            ("a@b", true),
            ("ann", false),
            ("a@b@c", false),
            ("a b@c", false),
        ] {
            assert_eq!(is_email(text), is, "{text}");
        }
    }
}
