//! Style, script, font and mark under their hashed names: kept by browsers for ever.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use dayloom_views::state::Trouble;

use super::failure::PageError;

/// One file.
pub(super) async fn file(Path(name): Path<String>) -> Result<Response, PageError> {
    let asset = dayloom_views::assets::find(&name).ok_or(PageError(Trouble::NotFound))?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes.as_slice()).into_response())
}
