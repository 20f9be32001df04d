//! API tokens of the caller (`contract/tracker.md` §1.2).

use axum::{Json, extract::State, http::StatusCode};
use dayloom_api::{
    Stamp,
    tokens::{ApiToken, CreatedApiToken, NewApiToken},
};
use dayloom_domain::ApiTokenId;
use dayloom_storage as storage;
use jiff::SignedDuration;

use crate::{
    Account, ApiError, ApiPath, Call, ServerState,
    auth::{Hash, account, new_api_token},
    extract::id,
};

/// Characters of a token that are kept to recognise it by.
const PREFIX_LENGTH: usize = 12;

/// Makes an API token. It is shown in this answer only.
#[utoipa::path(post, path = "/developers/me/api-tokens", tag = "developers", request_body = NewApiToken,
    responses((status = 201, body = CreatedApiToken)))]
pub async fn create(
    State(state): State<ServerState>,
    call: Call<(), NewApiToken>,
) -> Result<(StatusCode, Json<CreatedApiToken>), ApiError> {
    let developer = account(call.caller, &state).await?;
    let now = state.now();
    let token = new_api_token(rand::random());
    let life = call
        .body
        .expires_in_days
        .map(|days| SignedDuration::from_hours(24 * days));
    let new = storage::NewToken {
        name: call.body.name,
        hash: Hash::of(&token).as_str().to_owned(),
        prefix: token.chars().take(PREFIX_LENGTH).collect(),
        expires_at: life.and_then(|life| now.checked_add(life).ok()),
    };
    let row = state.store().tokens().create(developer.id, &new, now).await?;
    Ok((
        StatusCode::CREATED,
        Json(CreatedApiToken {
            row: answer(row),
            token,
        }),
    ))
}

/// The caller's tokens, newest first, expired ones included.
#[utoipa::path(get, path = "/developers/me/api-tokens", tag = "developers",
    responses((status = 200, body = [ApiToken])))]
pub async fn list(
    State(state): State<ServerState>,
    Account(developer): Account,
) -> Result<Json<Vec<ApiToken>>, ApiError> {
    let rows = state.store().tokens().list(developer.id).await?;
    Ok(Json(rows.into_iter().map(answer).collect()))
}

/// Removes a token of the caller.
#[utoipa::path(delete, path = "/developers/me/api-tokens/{id}", tag = "developers",
    params(("id" = uuid::Uuid, Path, description = "The token's id.")),
    responses((status = 204, description = "Removed.")))]
pub async fn delete(
    State(state): State<ServerState>,
    Account(developer): Account,
    ApiPath(token): ApiPath<String>,
) -> Result<StatusCode, ApiError> {
    const NOT_FOUND: &str = "Token not found";
    let token: ApiTokenId = id(&token, NOT_FOUND)?;
    match state.store().tokens().delete(developer.id, token).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found(NOT_FOUND)),
    }
}

fn answer(row: storage::ApiToken) -> ApiToken {
    ApiToken {
        id: row.id,
        name: row.name,
        token_prefix: row.prefix,
        expires_at: row.expires_at.map(Stamp),
        last_used_at: row.last_used_at.map(Stamp),
        is_active: row.is_active,
        created_at: Stamp(row.created_at),
    }
}
