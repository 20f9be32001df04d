//! The API, one file per resource, and the one list of its endpoints.
//!
//! Every endpoint stands in [`all`] with its path from its `#[utoipa::path]`, so that no route is without its entry in
//! the OpenAPI document.

mod admin;
mod batch;
mod days;
mod describe;
mod developers;
mod devices;
pub(crate) mod entries;
pub(crate) mod entry_new;
pub(crate) mod entry_review;
mod entry_shape;
mod evidence;
mod explain;
pub(crate) mod journals;
mod members;
mod models;
mod notifications;
mod own_devices;
mod projects;
pub(crate) mod qa;
mod reviews;
mod rules;
mod rules_test;
mod target_hours;
mod task_import;
mod tasks;
mod tasks_open;
pub(crate) mod team;
mod timesheet;
mod tokens;
mod tracker_projects;
mod workspaces;

use utoipa::{
    OpenApi,
    openapi::{
        Components,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::ServerState;
use describe::{InputRefusals, Refusals};

/// Under which path everything of the API is (`contract/tracker.md` §0).
pub const BASE: &str = "/api/v1";

/// Under which path the team API is (`contract/team.md` §4).
pub const TEAM_BASE: &str = "/api/team";

/// Every endpoint. Methods of one path stand in one line.
pub fn all() -> OpenApiRouter<ServerState> {
    let endpoints = OpenApiRouter::new()
        .routes(routes!(tokens::create, tokens::list))
        .routes(routes!(tokens::delete))
        .routes(routes!(tracker_projects::list))
        .routes(routes!(devices::enroll))
        .routes(routes!(devices::heartbeat))
        .routes(routes!(devices::sync_status))
        .routes(routes!(batch::send))
        .routes(routes!(evidence::presign))
        .routes(routes!(timesheet::read))
        .routes(routes!(tasks_open::list))
        .routes(routes!(days::read))
        .routes(routes!(models::usage))
        .routes(routes!(models::preview))
        .routes(routes!(journals::read, journals::change))
        .routes(routes!(qa::ask))
        .routes(routes!(qa::stream))
        .merge(reviews())
        .merge(workspaces())
        .merge(notifications())
        .merge(administration());
    let mut router = OpenApiRouter::with_openapi(Document::openapi())
        .nest(BASE, endpoints)
        .nest(TEAM_BASE, team::all());
    describe::complete(router.get_openapi_mut());
    router
}

/// Endpoints of what a person says about their time.
fn reviews() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(entry_new::create))
        .routes(routes!(entry_review::many))
        .routes(routes!(entry_review::change))
        .routes(routes!(entry_shape::split))
        .routes(routes!(entry_shape::merge))
        .routes(routes!(explain::similar))
        .routes(routes!(explain::read))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::undo))
        .routes(routes!(entry_new::track))
        .routes(routes!(entry_new::mine))
        .routes(routes!(target_hours::resolve))
        .routes(routes!(target_hours::list, target_hours::put))
        .routes(routes!(target_hours::remove))
}

/// Endpoints of a person's account, workspaces and tasks.
fn workspaces() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(developers::read, developers::change))
        .routes(routes!(tasks::assigned))
        .routes(routes!(workspaces::create, workspaces::list))
        .routes(routes!(members::add, members::list))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(projects::create, projects::list))
        .routes(routes!(projects::put_member, projects::remove_member))
        .routes(routes!(tasks::create, tasks::list))
        .routes(routes!(tasks::change))
        .routes(routes!(task_import::import))
}

/// Endpoints of notifications.
fn notifications() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::poll))
        .routes(routes!(notifications::read_all))
        .routes(routes!(notifications::read))
        .routes(routes!(notifications::preferences))
        .routes(routes!(notifications::change_preference))
}

/// Endpoints of rules, devices and capture settings.
fn administration() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(rules::create, rules::list))
        .routes(routes!(rules::change, rules::remove))
        .routes(routes!(rules_test::read))
        .routes(routes!(own_devices::list))
        .routes(routes!(own_devices::change, own_devices::release))
        .routes(routes!(admin::read_config, admin::replace_config))
        .routes(routes!(models::read_project, models::replace_project))
        .routes(routes!(admin::projects))
        .routes(routes!(admin::member_timesheet))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Dayloom", description = "Activity in, attributed time out."),
    modifiers(&Bearer),
    security(("bearer" = [])),
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A session token (JWT) or an API token that begins `aexy_`."))
            .build();
        let components = document.components.get_or_insert_with(Components::new);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}
