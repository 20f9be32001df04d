//! Every operation of the OpenAPI document, called with generated rubbish, by a person and by one whose account is gone: never
//! a 5xx, always an answer of the contract's error shape. The values come from fixed seeds, so that a failure can be run again.

mod support;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use support::{Person, World, id};

/// Calls of each operation. Enough to meet every field with every kind of value, few enough for the test command.
const CALLS: usize = 60;
/// Calls of each operation by somebody whose account is gone.
const CALLS_OF_NOBODY: usize = 12;

fn awkward_text() -> BoxedStrategy<String> {
    prop_oneof![
        Just(String::new()),
        Just(" ".to_owned()),
        Just("\0".to_owned()),
        Just("a\0b".to_owned()),
        Just("\u{202e}\u{feff}🧵".to_owned()),
        Just("'; drop table tasks; --".to_owned()),
        Just("%00%ff%2e%2e".to_owned()),
        Just("../../etc/passwd".to_owned()),
        Just("9223372036854775808".to_owned()),
        Just("-1".to_owned()),
        Just("NaN".to_owned()),
        Just("2026-02-30".to_owned()),
        Just("9999-12-31".to_owned()),
        Just("-009999-01-01".to_owned()),
        Just("2026-11-21T10:00:00+99:99".to_owned()),
        Just("00000000-0000-0000-0000-000000000000".to_owned()),
        Just("[a-z".to_owned()),
        Just("(a*)*{1000}{1000}".to_owned()),
        Just("x".repeat(3000)),
        any::<String>(),
    ]
    .boxed()
}

fn rubbish() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        Just(json!(1e308)),
        Just(json!(-0.5)),
        awkward_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((awkward_text(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
    .boxed()
}

/// One value of a strategy.
fn one<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: &BoxedStrategy<T>) -> T {
    strategy
        .new_tree(runner)
        .expect("these strategies reject nothing")
        .current()
}

fn chance(runner: &mut TestRunner, percent: u32) -> bool {
    one(runner, &(0_u32..100).boxed()) < percent
}

fn pick(runner: &mut TestRunner, values: &[String]) -> String {
    let at = one(runner, &(0..values.len()).boxed());
    values[at].clone()
}

/// What a call is made of.
struct Generator {
    runner: TestRunner,
    document: Value,
    /// Ids that exist, so that calls get behind the first check.
    ids: Vec<String>,
}

impl Generator {
    fn new(document: Value, ids: Vec<String>) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let runner = TestRunner::new_with_rng(Config::default(), rng);
        Self {
            runner,
            document,
            ids,
        }
    }

    fn text(&mut self) -> String {
        if chance(&mut self.runner, 40) {
            pick(&mut self.runner, &self.ids)
        } else {
            one(&mut self.runner, &awkward_text())
        }
    }

    /// A value for a schema of the document: mostly of its type, sometimes of any.
    fn value(&mut self, schema: &Value, depth: u32) -> Value {
        if chance(&mut self.runner, 15) || depth > 6 {
            return one(&mut self.runner, &rubbish());
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.document.pointer(reference.trim_start_matches('#')).cloned();
            return self.value(&target.expect("references resolve"), depth + 1);
        }
        for joined in ["oneOf", "anyOf", "allOf"] {
            if let Some(options) = schema[joined].as_array().cloned() {
                let at = one(&mut self.runner, &(0..options.len()).boxed());
                return self.value(&options[at], depth + 1);
            }
        }
        if let Some(values) = schema["enum"].as_array() {
            let at = one(&mut self.runner, &(0..values.len()).boxed());
            return values[at].clone();
        }
        let kinds: Vec<String> = match &schema["type"] {
            Value::String(kind) => vec![kind.clone()],
            Value::Array(kinds) => kinds
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => return one(&mut self.runner, &rubbish()),
        };
        match pick(&mut self.runner, &kinds).as_str() {
            "object" => self.object(schema, depth),
            "array" => {
                let length = one(&mut self.runner, &(0_usize..4).boxed());
                let items = schema["items"].clone();
                (0..length).map(|_| self.value(&items, depth + 1)).collect()
            }
            "string" => match schema["example"].as_str().map(str::to_owned) {
                Some(example) if chance(&mut self.runner, 70) => example.into(),
                _ => self.text().into(),
            },
            "integer" | "number" => json!(one(&mut self.runner, &(-2_i64..700).boxed())),
            "boolean" => json!(one(&mut self.runner, &any::<bool>().boxed())),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: u32) -> Value {
        let mut object = Map::new();
        let members = schema["properties"].as_object().cloned().unwrap_or_default();
        for (name, schema) in members {
            if chance(&mut self.runner, 80) {
                let value = self.value(&schema, depth + 1);
                object.insert(name, value);
            }
        }
        if chance(&mut self.runner, 10) {
            object.insert(
                one(&mut self.runner, &awkward_text()),
                one(&mut self.runner, &rubbish()),
            );
        }
        Value::Object(object)
    }

    /// Path and query of one call.
    fn target(&mut self, path: &str, operation: &Value) -> String {
        let mut filled = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            let (_, after) = after.split_once('}').expect("braces of a path close");
            filled.push_str(before);
            let text = if chance(&mut self.runner, 60) {
                pick(&mut self.runner, &self.ids)
            } else {
                self.text()
            };
            let text = if text.is_empty() { "x".to_owned() } else { text };
            filled.push_str(&percent(&text));
            rest = after;
        }
        filled.push_str(rest);
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().cloned().unwrap_or_default() {
            if parameter["in"] == "query" && chance(&mut self.runner, 80) {
                let name = parameter["name"].as_str().expect("parameters have names");
                query.push(format!("{name}={}", percent(&self.text())));
            }
        }
        if query.is_empty() {
            filled
        } else {
            format!("{filled}?{}", query.join("&"))
        }
    }

    fn body(&mut self, operation: &Value) -> (Option<String>, Vec<u8>) {
        let Some(content) = operation["requestBody"]["content"].as_object().cloned() else {
            return (None, Vec::new());
        };
        let kinds: Vec<String> = content.keys().cloned().collect();
        let kind = pick(&mut self.runner, &kinds);
        let schema = &content[&kind]["schema"];
        let body = match kind.as_str() {
            "application/json" if chance(&mut self.runner, 8) => self.text().into_bytes(),
            "application/json" => self.value(schema, 0).to_string().into_bytes(),
            _ => format!("key,title,{}\n{},{}\n", self.text(), self.text(), self.text()).into_bytes(),
        };
        (Some(kind), body)
    }
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// One of everything, and the ids of all of it.
async fn populated(world: &World) -> (Person, Vec<String>) {
    let owner = world.person("owner@example.org").await;
    let workspace = world.workspace(&owner, "Acme").await;
    let dev = world
        .member(&owner, &workspace, "dev@example.org", "developer")
        .await;
    let project = world.project(&owner, &workspace, "Weave").await;
    let device = world.enrol(&owner, &project).await;
    let tasks = format!("/workspaces/{workspace}/tasks");
    let body = json!({"title": "Warp", "key": "LOOM-1", "assignee_id": owner.id});
    let task = id(&world.call(&owner, "POST", &tasks, body).await.expect(201));
    let body = json!({
        "scope": "personal", "field": "repo", "match": "glob", "pattern": "acme/*", "category": "productive",
    });
    let rule = id(&world
        .call(&owner, "POST", "/tracker/rules", body)
        .await
        .expect(201));
    let event = "00000000-0000-4000-8000-00000000000b";
    let batch = json!({
        "schema_version": "1.0", "device_id": device, "sent_at": "2026-11-21T10:00:00Z", "events": [{
            "event_id": event, "client_seq": 1, "ts": "2026-11-21T09:00:00Z", "interval_s": 600,
            "active_app": { "name": "Code", "bundle_id": "code" },
        }],
    });
    world
        .call(&owner, "POST", "/tracker/events:batch", batch)
        .await
        .expect(200);
    world.app.derive().await;
    let day = world.get(&owner, "/tracker/days/2026-11-21").await.expect(200);
    let entry = day["blocks"][0]["entry_id"].as_str().expect("a block").to_owned();
    let invites = format!("/api/team/workspaces/{workspace}/invites");
    let invite = world.call(&owner, "POST", &invites, json!({})).await.expect(201);
    let code = invite["code"].as_str().unwrap_or_default().to_owned();
    (
        owner.clone(),
        vec![
            owner.id,
            workspace,
            dev.id,
            project,
            device,
            task,
            rule,
            event.to_owned(),
            entry,
            code,
        ],
    )
}

async fn rubbish_never_breaks_the_server(world: &World) {
    let (owner, ids) = populated(world).await;
    let document = world.get(&owner, "/openapi.json").await.expect(200);
    let mut generator = Generator::new(document.clone(), ids);
    let paths = document["paths"].as_object().expect("the document has paths");
    let gone = world.nobody();
    let mut failures = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("a path item is an object") {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let callers =
                std::iter::repeat_n(&owner, CALLS).chain(std::iter::repeat_n(&gone, CALLS_OF_NOBODY));
            for who in callers {
                let target = generator.target(path, operation);
                let (kind, body) = generator.body(operation);
                let answer = world
                    .send(Some(who), method, &target, kind.as_deref(), body.clone())
                    .await;
                let status = answer.status;
                let team_refusal = path.starts_with("/api/team/") && (400..500).contains(&status);
                if team_refusal && !answer.body["detail"].is_string() {
                    failures.push(format!(
                        "{method} {target} → {status} is no sentence: {}",
                        answer.body
                    ));
                }
                let unavailable_by_contract = status == 503 && path.ends_with("evidence:presign");
                if status >= 500 && !unavailable_by_contract {
                    let body = String::from_utf8_lossy(&body).into_owned();
                    let who = &who.email;
                    failures.push(format!(
                        "{who} {method} {target} {body} → {status} {}",
                        answer.body
                    ));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} calls broke the server:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

support::on_both_databases!(rubbish_never_breaks_the_server);
