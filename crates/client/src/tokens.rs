//! API tokens (`contract/tracker.md` §1.2).

use dayloom_api::tokens::{ApiToken, CreatedApiToken, NewApiToken};
use dayloom_domain::ApiTokenId;

use crate::{Client, ClientError};

const PATH: &str = "/developers/me/api-tokens";

impl Client {
    /// Makes a token; the answer is the only one that shows it.
    pub async fn create_token(&self, new: &NewApiToken) -> Result<CreatedApiToken, ClientError> {
        self.post(PATH, new).await
    }

    /// The caller's tokens, newest first.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, ClientError> {
        self.get(PATH, &[]).await
    }

    /// Removes a token.
    pub async fn delete_token(&self, id: ApiTokenId) -> Result<(), ClientError> {
        self.delete(&format!("{PATH}/{id}")).await
    }
}
