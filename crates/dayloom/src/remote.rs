//! Speaks to a server for the commands: which server, with what token, and what its refusals mean for a person.

use std::time::Duration;

use dayloom_client::{Client, ClientError};
use dayloom_domain::Zone;
use reqwest::{Method, RequestBuilder, Response};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Context,
    failure::{Failure, Outcome},
    settings::table::{SERVER, TOKEN},
};

/// How long a command that needs no server waits for one.
const SOON: Duration = Duration::from_secs(2);

/// A server and the token to speak to it. Answers stay as they came, so that `--json` prints what the server said.
pub struct Remote {
    client: Client,
    local: bool,
}

impl Remote {
    /// The server of the settings, else the running `up` of this home.
    pub fn of(cx: &Context) -> Outcome<Self> {
        let given = cx.settings.text(&SERVER);
        let note = cx.home.running();
        let (base, token, local) = match (given, cx.settings.text(&TOKEN), note) {
            (Some(server), Some(token), _) => (server.to_owned(), token.to_owned(), false),
            (Some(server), None, Some(note)) if same_server(server, &note.url) => {
                (note.url, note.token, true)
            }
            (Some(_), None, _) => {
                return Err(Failure::refused(
                    "There is no token for that server",
                    "Make one on its page and set DAYLOOM_TOKEN, or `token` in config.toml",
                ));
            }
            (None, Some(token), Some(note)) => (note.url, token.to_owned(), true),
            (None, None, Some(note)) => (note.url, note.token, true),
            (None, _, None) => return Err(not_running()),
        };
        let client = Client::new(&base, Some(&token)).map_err(|error| said(&error, local))?;
        Ok(Self { client, local })
    }

    /// GET, with the answer as it came.
    pub async fn get(&self, path: &str) -> Outcome<Value> {
        self.send(Method::GET, path, None).await
    }

    /// Any call with a JSON body or none; an empty answer is null.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Value> {
        let request = self.client.request(method, path, &[]);
        self.answer(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// A call with a body of another kind.
    pub async fn send_as(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Outcome<Value> {
        let request = self.client.request(method, path, &[]);
        self.answer(request.header("content-type", kind).body(body)).await
    }

    /// The zone in which the person's times are shown: that of their profile, else this machine's.
    pub async fn zone(&self) -> Outcome<Zone> {
        #[derive(Deserialize)]
        struct Me {
            timezone: Option<Zone>,
        }
        let me: Me = view(&self.get("/developers/me").await?)?;
        Ok(me.timezone.unwrap_or_else(machine_zone))
    }

    /// Any call that the server may refuse with a status that has a meaning of its own there: none then.
    pub async fn send_unless(
        &self,
        refused: u16,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Outcome<Option<Value>> {
        let request = self.client.request(method, path, &[]);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        match self.client.answer(request).await {
            Err(ClientError::Refused { status, .. }) if status == refused => Ok(None),
            answer => self.read(answer).await.map(Some),
        }
    }

    async fn answer(&self, request: RequestBuilder) -> Outcome<Value> {
        self.read(self.client.answer(request).await).await
    }

    async fn read(&self, answer: Result<Response, ClientError>) -> Outcome<Value> {
        let response = answer.map_err(|error| said(&error, self.local))?;
        let broken = |_| said(&ClientError::Unreachable("the connection broke off"), self.local);
        let body = response.bytes().await.map_err(broken)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|_| said(&ClientError::Undecodable, self.local))
    }
}

/// The zone of the person where a server is at hand and says so soon, else this machine's: for commands that work
/// without a server. JSON has UTC and asks nobody.
pub async fn zone_at_hand(cx: &Context) -> Zone {
    if cx.out.json {
        return Zone::utc();
    }
    let asked = async { Remote::of(cx).ok()?.zone().await.ok() };
    let said = tokio::time::timeout(SOON, asked).await;
    said.ok().flatten().unwrap_or_else(machine_zone)
}

fn machine_zone() -> Zone {
    dayloom_capture::platform::system_zone().unwrap_or_else(Zone::utc)
}

fn not_running() -> Failure {
    Failure::unreachable(
        "Dayloom does not run in this home",
        "Start it with `dayloom up`, or name another server with --server and --token",
    )
}

/// The base of the API for an address given with or without `/api/v1`.
fn api_base(server: &str) -> String {
    let origin = server.trim_end_matches('/');
    let origin = origin.strip_suffix("/api/v1").unwrap_or(origin);
    format!("{origin}/api/v1")
}

fn same_server(a: &str, b: &str) -> bool {
    api_base(a).eq_ignore_ascii_case(&api_base(b))
}

/// What a failed call means for a person: 401 and 403 are a matter of who asks, all else of what was asked.
pub fn said(error: &ClientError, local: bool) -> Failure {
    match error {
        ClientError::Refused {
            status: 401, detail, ..
        } => Failure::refused(
            format!("The server does not accept the token: {detail}"),
            "Make a new one and set DAYLOOM_TOKEN",
        ),
        ClientError::Refused {
            status: 403, detail, ..
        } => Failure::refused(
            format!("The server refuses: {detail}"),
            "Ask somebody who administers the workspace",
        ),
        ClientError::Refused {
            status: 429,
            retry_after,
            ..
        } => {
            let wait = retry_after.unwrap_or(Duration::from_secs(60)).as_secs();
            Failure::failed(
                "The server has had too many requests",
                format!("Try again in {wait} s"),
            )
        }
        ClientError::Refused {
            status: 500..,
            detail,
            ..
        } => Failure::failed(
            format!("The server failed: {detail}"),
            "Look at its log, and try again",
        ),
        ClientError::Refused { detail, .. } => Failure::failed(
            format!("The server refuses: {detail}"),
            "Change what was asked, and try again",
        ),
        ClientError::Unreachable(_) if local => not_running(),
        ClientError::Unreachable(why) => Failure::unreachable(
            format!("The server cannot be reached ({why})"),
            "Check --server and the network, and try again",
        ),
        ClientError::Undecodable => Failure::failed(
            "The server's answer is not what Dayloom answers",
            "Check that --server names a Dayloom server of the same version",
        ),
        ClientError::Setup => Failure::usage(
            "The server's address or the token cannot be used",
            "Give an http or https address, and the token as it was shown",
        ),
    }
}

/// Reads an answer as what a table shows of it.
pub fn view<T: DeserializeOwned>(answer: &Value) -> Outcome<T> {
    T::deserialize(answer).map_err(|e| {
        Failure::failed(
            format!("The server's answer is not what this version understands: {e}"),
            "Use the same version of Dayloom on both sides, or --json",
        )
    })
}

/// Text as a part of a path or query.
pub fn quoted(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_with_and_without_its_path() {
        assert_eq!(api_base("http://a:1/"), "http://a:1/api/v1");
        assert_eq!(api_base("http://a:1/api/v1"), "http://a:1/api/v1");
    }

    #[test]
    fn failures_say_what_happened_and_what_to_do() {
        let refused = |status: u16, detail: &str| ClientError::Refused {
            status,
            detail: detail.to_owned(),
            retry_after: (status == 429).then(|| Duration::from_secs(7)),
        };
        let cases = [
            (refused(401, "Invalid token"), true),
            (refused(422, "pattern: does not compile"), true),
            (refused(429, "Rate limit exceeded"), true),
            (refused(500, "Internal Server Error"), true),
            (ClientError::Unreachable("no connection"), true),
            (ClientError::Unreachable("no connection"), false),
        ];
        let lines: Vec<String> = cases
            .iter()
            .map(|(error, local)| said(error, *local))
            .map(|failure| format!("{} {failure}", failure.exit as u8))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        4 The server does not accept the token: Invalid token. Make a new one and set DAYLOOM_TOKEN.
        1 The server refuses: pattern: does not compile. Change what was asked, and try again.
        1 The server has had too many requests. Try again in 7 s.
        1 The server failed: Internal Server Error. Look at its log, and try again.
        5 Dayloom does not run in this home. Start it with `dayloom up`, or name another server with --server and --token.
        5 The server cannot be reached (no connection). Check --server and the network, and try again.
        ");
    }
}
