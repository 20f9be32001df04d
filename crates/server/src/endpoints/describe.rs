//! What holds for every operation of the OpenAPI document and is said once here: its id, and the refusals of
//! `contract/tracker.md` §0 and §1.1 that any of them may answer with.

use std::collections::BTreeMap;

use dayloom_api::{Invalid, Refusal};
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{
        Components, Content, ContentBuilder, OpenApi, Ref, Response, ResponseBuilder,
        path::{Operation, PathItem},
    },
};

use super::BASE;
use crate::paths;

/// The refusals of every endpoint that reads (`contract/tracker.md` §0, §1.1).
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the document, is never built")]
pub(super) enum Refusals {
    /// No credential, or one that is not valid.
    #[response(status = 401)]
    Unauthorized(#[to_schema] Refusal),
    /// Unknown, or not the caller's.
    #[response(status = 404)]
    NotFound(#[to_schema] Refusal),
}

/// The refusals of every endpoint that takes a query or a body, besides [`Refusals`].
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the document, is never built")]
pub(super) enum InputRefusals {
    /// The query or the body is not as described.
    #[response(status = 422)]
    Invalid(#[to_schema] Invalid),
}

/// Completes all operations.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let mut needed = vec![
        (Refusal::name(), Refusal::schema()),
        (Invalid::name(), Invalid::schema()),
    ];
    let mut inner = Vec::new();
    Invalid::schemas(&mut inner);
    needed.extend(inner.into_iter().map(|(name, schema)| (name.into(), schema)));
    for (name, schema) in needed {
        components.schemas.entry(name.into_owned()).or_insert(schema);
    }
    let routed = std::mem::take(&mut document.paths.paths);
    document.paths.paths = routed
        .into_iter()
        .map(|(path, item)| (paths::called(&path), item))
        .collect();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(id(method, path));
            refusals(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// `post_tracker_devices_enroll` of `POST /api/v1/tracker/devices:enroll`.
fn id(method: &str, path: &str) -> String {
    let path = path
        .strip_prefix(BASE)
        .or_else(|| path.strip_prefix("/api"))
        .unwrap_or(path);
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn refusals(operation: &mut Operation) {
    let body = operation.request_body.is_some();
    let reads = body || operation.parameters.is_some();
    let mut all = BTreeMap::from([
        (
            "4XX".to_owned(),
            json::<Refusal>("Refused; `detail` says why. What is not the caller's is 403 or 404.").into(),
        ),
        ("500".to_owned(), plain("Something of the server failed.").into()),
    ]);
    if body {
        all.insert(
            "413".to_owned(),
            json::<Refusal>("The body is larger than 32 MiB.").into(),
        );
    }
    // Every call needs a credential; what else an endpoint refuses with, 404 above all, it names itself.
    all.extend(
        Refusals::responses()
            .into_iter()
            .filter(|(status, _)| status == "401"),
    );
    if reads {
        all.extend(InputRefusals::responses());
    }
    for (status, response) in all {
        operation.responses.responses.entry(status).or_insert(response);
    }
}

fn json<T: ToSchema>(description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(T::name())));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build()
}

fn plain(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(String::schema())).build();
    ResponseBuilder::new()
        .description(description)
        .content("text/plain", content)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_method_and_path() {
        assert_eq!(
            id("post", "/api/v1/tracker/devices:enroll"),
            "post_tracker_devices_enroll"
        );
        assert_eq!(id("delete", "/api/v1/a-b/{c_id}"), "delete_a_b_c_id");
        assert_eq!(id("get", "/api/team/me"), "get_team_me");
    }
}
