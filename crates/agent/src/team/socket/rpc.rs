//! JSON-RPC 2.0: reading requests, writing answers. Must not know any call.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// No JSON.
pub const PARSE: i32 = -32_700;
/// JSON, and no request.
pub const INVALID_REQUEST: i32 = -32_600;
/// No such call.
pub const NO_METHOD: i32 = -32_601;
/// Not what the call takes.
pub const INVALID_PARAMS: i32 = -32_602;

/// An error as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// Of JSON-RPC, or of [`super::protocol::code`].
    pub code: i32,
    /// What happened and what to do, for a person.
    pub message: String,
    /// For programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl RpcError {
    /// An error without data.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
        }
    }

    /// The same with data.
    pub fn with(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }
}

/// A request that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What the answer is to carry; none of a notification, which gets no answer.
    pub id: Option<Value>,
    /// The call.
    pub method: String,
    /// What it takes; null where nothing was given.
    pub params: Value,
}

/// What a line holds.
#[derive(Debug)]
pub enum Incoming {
    /// One request, or why it is none.
    One(Result<Request, Box<Refused>>),
    /// Several, answered together.
    Batch(Vec<Result<Request, Box<Refused>>>),
}

/// Something that is no request, with the id it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Null where none can be read.
    pub id: Value,
    /// Why.
    pub error: RpcError,
}

/// Reads a line.
pub fn read(line: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(_) => {
            let error = RpcError::new(PARSE, "This is no JSON; send one JSON-RPC 2.0 message a line.");
            return Incoming::One(Err(Box::new(Refused {
                id: Value::Null,
                error,
            })));
        }
    };
    match value {
        Value::Array(items) if !items.is_empty() => Incoming::Batch(items.into_iter().map(request).collect()),
        value => Incoming::One(request(value)),
    }
}

fn request(value: Value) -> Result<Request, Box<Refused>> {
    let named = value.get("id").cloned();
    let id_is_sound = matches!(
        named,
        None | Some(Value::Null | Value::String(_) | Value::Number(_))
    );
    let refuse = |why: &str| {
        let id = named.clone().filter(|_| id_is_sound).unwrap_or(Value::Null);
        let error = RpcError::new(
            INVALID_REQUEST,
            format!("This is no JSON-RPC 2.0 request: {why}."),
        );
        Box::new(Refused { id, error })
    };
    let Value::Object(mut fields) = value.clone() else {
        return Err(refuse("it is no object"));
    };
    if fields.get("jsonrpc") != Some(&json!("2.0")) {
        return Err(refuse("`jsonrpc` must be \"2.0\""));
    }
    if !id_is_sound {
        return Err(refuse("`id` must be a text or a number"));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err(refuse("`method` must be a text"));
    };
    let params = fields.remove("params").unwrap_or(Value::Null);
    if !matches!(params, Value::Null | Value::Object(_)) {
        return Err(refuse("`params` must be an object"));
    }
    Ok(Request {
        id: named,
        method,
        params,
    })
}

/// An answer as it travels.
pub fn answer(id: &Value, result: Result<Value, RpcError>) -> Value {
    match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(error) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
    }
}

/// A notification as it travels.
pub fn notification(method: &str, params: &impl Serialize) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

/// What came from the other side, for a caller.
#[derive(Debug, Deserialize)]
pub struct Reply {
    /// Of an answer.
    #[serde(default)]
    pub id: Option<Value>,
    /// Of a notification.
    #[serde(default)]
    pub method: Option<String>,
    /// Of a notification.
    #[serde(default)]
    pub params: Option<Value>,
    /// Of an answer that went well. Kept raw, so that null is told from nothing.
    #[serde(default)]
    pub result: Option<Box<RawValue>>,
    /// Of an answer that did not.
    #[serde(default)]
    pub error: Option<RpcError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (i32, Value) {
        match read(line.as_bytes()) {
            Incoming::One(Err(refused)) => (refused.error.code, refused.id),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_no_request_is_refused_by_the_book() {
        for (line, code, id) in [
            ("", PARSE, Value::Null),
            ("hello", PARSE, Value::Null),
            ("{\"jsonrpc\":\"2.0\"", PARSE, Value::Null),
            ("1", INVALID_REQUEST, Value::Null),
            ("[]", INVALID_REQUEST, Value::Null),
            ("{}", INVALID_REQUEST, Value::Null),
            (
                r#"{"jsonrpc":"1.0","id":3,"method":"x"}"#,
                INVALID_REQUEST,
                json!(3),
            ),
            (
                r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
                INVALID_REQUEST,
                Value::Null,
            ),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":7}"#,
                INVALID_REQUEST,
                json!("a"),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}"#,
                INVALID_REQUEST,
                json!(1),
            ),
        ] {
            assert_eq!(refused(line), (code, id), "{line}");
        }
        let garbage = [0xff, 0xfe, b'{'];
        assert!(matches!(read(&garbage), Incoming::One(Err(r)) if r.error.code == PARSE));
    }

    #[test]
    fn requests_notifications_and_batches_are_told_apart() {
        let Incoming::One(Ok(call)) = read(br#"{"jsonrpc":"2.0","id":null,"method":"a"}"#) else {
            panic!("a request");
        };
        assert_eq!(call.id, Some(Value::Null));
        let Incoming::Batch(batch) = read(br#"[{"jsonrpc":"2.0","method":"a","params":{"b":1}}, 1]"#) else {
            panic!("a batch");
        };
        assert_eq!(batch[0].as_ref().map(|call| call.id.clone()), Ok(None));
        assert!(batch[1].is_err());
    }
}
