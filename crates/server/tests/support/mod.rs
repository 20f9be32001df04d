//! A server on a database of its own, called as a client calls it, and people with credentials.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod cast;

use dayloom_domain::Clock;
use dayloom_testkit::TestApp;
use jiff::SignedDuration;
use reqwest::{Method, header};
use serde_json::{Value, json};

/// Runs one scenario on SQLite and on Postgres.
macro_rules! on_both_databases {
    ($($scenario:ident),+ $(,)?) => {$(
        mod $scenario {
            #[tokio::test]
            async fn sqlite() {
                let app = dayloom_testkit::TestApp::sqlite_with_limits(false).await;
                super::$scenario(&$crate::support::World { app }).await;
            }

            #[tokio::test]
            async fn postgres() {
                let Some(app) = dayloom_testkit::TestApp::postgres().await else { return };
                super::$scenario(&$crate::support::World { app }).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Someone with a credential.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their address.
    pub email: String,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its JSON; null where there is none.
    pub body: Value,
    call: String,
}

impl Answer {
    /// The JSON, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.call, self.body);
        self.body
    }

    /// The text of a refusal of this status.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        let body = self.expect(status);
        body["detail"]
            .as_str()
            .unwrap_or_else(|| panic!("no text in {body}"))
            .to_owned()
    }

    /// The place of the first fault of a 422.
    #[track_caller]
    pub fn fault(self) -> (String, String) {
        let body = self.expect(422);
        let fault = &body["detail"][0];
        let place: Vec<String> = fault["loc"]
            .as_array()
            .unwrap_or_else(|| panic!("no place in {body}"))
            .iter()
            .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
            .collect();
        (
            place.join("."),
            fault["msg"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

/// The id in an answer.
#[track_caller]
pub fn id(body: &Value) -> String {
    body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {body}"))
        .to_owned()
}

/// A running server.
pub struct World {
    /// The server.
    pub app: TestApp,
}

impl World {
    /// A person with a session.
    pub async fn person(&self, email: &str) -> Person {
        let person = self.app.person(email).await;
        Person {
            id: person.id.to_string(),
            email: email.to_owned(),
            token: person.token,
        }
    }

    /// Someone with a session whose account is gone.
    pub fn nobody(&self) -> Person {
        let id = dayloom_domain::DeveloperId(uuid::Uuid::new_v4());
        let hour = SignedDuration::from_hours(1_000);
        let token = dayloom_server::auth::mint(self.app.secret(), id, self.app.clock.now(), hour);
        Person {
            id: id.to_string(),
            email: String::new(),
            token: token.expect("a session token"),
        }
    }

    /// Calls an endpoint below `/api/v1`, or one by its whole path, with JSON, or without a body where it is null.
    pub async fn call(&self, who: &Person, method: &str, path: &str, body: Value) -> Answer {
        let (kind, body) = match body {
            Value::Null => (None, Vec::new()),
            body => (Some("application/json"), body.to_string().into_bytes()),
        };
        let target = if path.starts_with("/api/") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        self.send(Some(who), method, &target, kind, body).await
    }

    /// `GET`.
    pub async fn get(&self, who: &Person, path: &str) -> Answer {
        self.call(who, "GET", path, Value::Null).await
    }

    /// Any call of any body, a second after the one before it, so that orders are certain.
    pub async fn send(
        &self,
        who: Option<&Person>,
        method: &str,
        target: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Answer {
        self.app.clock.advance(SignedDuration::from_secs(1));
        let verb = method.to_uppercase().parse::<Method>().expect("a method of HTTP");
        let mut request = self
            .app
            .request(verb, target, who.map(|who| who.token.as_str()))
            .body(body);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = self.app.send(request).await;
        let body = match serde_json::from_str(&answer.text) {
            Ok(body) => body,
            Err(_) if answer.text.is_empty() => Value::Null,
            Err(_) => answer.text.into(),
        };
        Answer {
            status: answer.status,
            body,
            call: format!("{method} {target}"),
        }
    }

    /// Calls an endpoint below `/api/team`.
    pub async fn team(&self, who: &Person, method: &str, path: &str, body: Value) -> Answer {
        self.call(who, method, &format!("/api/team{path}"), body).await
    }

    /// `GET` below `/api/team`, where that is answered.
    pub async fn team_get(&self, who: &Person, path: &str) -> Value {
        self.team(who, "GET", path, Value::Null).await.expect(200)
    }

    /// A workspace made through the team API.
    pub async fn team_workspace(&self, owner: &Person, name: &str) -> String {
        let made = self
            .team(owner, "POST", "/workspaces", json!({ "name": name }))
            .await;
        id(&made.expect(201))
    }

    /// A workspace of this owner.
    pub async fn workspace(&self, owner: &Person, name: &str) -> String {
        id(&self
            .call(owner, "POST", "/workspaces", json!({ "name": name }))
            .await
            .expect(201))
    }

    /// A tracking project of a workspace.
    pub async fn project(&self, admin: &Person, workspace: &str, name: &str) -> String {
        let body = json!({ "name": name, "tracker_enabled": true });
        id(&self
            .call(admin, "POST", &format!("/workspaces/{workspace}/projects"), body)
            .await
            .expect(201))
    }

    /// A person who is in a workspace with this role.
    pub async fn member(&self, admin: &Person, workspace: &str, email: &str, role: &str) -> Person {
        let body = json!({ "email": email, "role": role });
        self.call(admin, "POST", &format!("/workspaces/{workspace}/members"), body)
            .await
            .expect(201);
        self.person(email).await
    }

    /// Enrols a device.
    pub async fn enrol(&self, who: &Person, project: &str) -> String {
        let device = uuid::Uuid::new_v4().to_string();
        let body = json!({ "device_id": device, "project_id": project, "name": "loom", "platform": "linux" });
        self.call(who, "POST", "/tracker/devices:enroll", body)
            .await
            .expect(201);
        device
    }
}
