//! What holds for every operation of the OpenAPI document and is said once here: its id, and the refusals of
//! `contract/tracker.md` §0 and §1.1 that any of them may answer with.

use dayloom_api::{Invalid, Refusal};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, ContentBuilder, OpenApi, Ref, Response, ResponseBuilder,
        path::{Operation, PathItem},
    },
};

use super::BASE;

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
    let path = path.strip_prefix(BASE).unwrap_or(path);
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn refusals(operation: &mut Operation) {
    let reads = operation.request_body.is_some() || operation.parameters.is_some();
    let body = operation.request_body.is_some();
    let all = [
        (
            true,
            "401",
            json::<Refusal>("No credential, or one that is not valid."),
        ),
        (body, "413", json::<Refusal>("The body is larger than 32 MiB.")),
        (
            reads,
            "422",
            json::<Invalid>("The query or the body is not as described."),
        ),
        (
            true,
            "4XX",
            json::<Refusal>("Refused; `detail` says why. What is not the caller's is 403 or 404."),
        ),
        (true, "500", plain("Something of the server failed.")),
    ];
    for (_, status, response) in all.into_iter().filter(|(holds, ..)| *holds) {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert(response.into());
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
    }
}
