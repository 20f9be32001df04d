//! GitHub's search: one page of one question, and what GitHub says when it will not answer now. Must not know members or counts.

use std::time::Duration;

use jiff::civil::Date;
use reqwest::{Response, StatusCode, header};
use serde::Deserialize;
use url::{Host, Url};

use crate::Secret;
use crate::team::CountOf;

/// Results of a page, which is as many as GitHub gives.
pub const PAGE: usize = 100;
/// Results GitHub gives of one question.
pub const MOST: u64 = 1_000;
/// Pages they fill.
pub const PAGES: usize = 10;
/// How long to leave GitHub alone where it does not say: its documentation asks for a minute at least.
const SOME_TIME: Duration = Duration::from_secs(60);
/// How long an answer may take.
const WHOLE: Duration = Duration::from_secs(30);
/// The version of the API that is spoken.
const VERSION: &str = "2022-11-28";

/// Why GitHub cannot be asked at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// The address is none, or would carry the token in the clear.
    #[error("the address of GitHub's API must be https, or http on this machine; mend GITHUB_API_URL")]
    Address,
    /// No TLS, or a token that cannot stand in a header.
    #[error("GitHub's token cannot be sent; check GH_TOKEN")]
    Setup,
}

/// Why a question got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Not now: not before this has passed.
    #[error("GitHub asked to wait")]
    Limited(Duration),
    /// The token is not taken.
    #[error("GitHub does not take the token")]
    Token,
    /// The login is nobody's, or nobody this token may see.
    #[error("GitHub knows no such login, or does not show it")]
    Login,
    /// More results than GitHub gives.
    #[error("there are more than 1,000, which is all GitHub's search gives")]
    TooMany,
    /// GitHub gave up before it had looked everywhere.
    #[error("GitHub's search gave up before it was done")]
    Partial,
    /// It failed, or did not answer.
    #[error("GitHub did not answer")]
    Away,
    /// The answer has another shape.
    #[error("GitHub's answer cannot be read")]
    Unreadable,
}

/// A page of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Results of the whole question.
    pub total: u64,
    /// Whether GitHub gave up before it had looked everywhere.
    pub is_partial: bool,
    /// The repository of each result of the page, as `owner/name`.
    pub repos: Vec<String>,
}

/// GitHub, asked by one person.
pub struct Github {
    http: reqwest::Client,
    api: Url,
    token: header::HeaderValue,
}

/// The address of the API where it is safe to send a token to.
pub fn api_url(text: &str) -> Result<Url, GithubError> {
    let url = Url::parse(text.trim_end_matches('/')).map_err(|_| GithubError::Address)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err(GithubError::Address),
    }
}

impl Github {
    /// GitHub's API at an address that [`api_url`] has passed.
    pub fn new(api: Url, token: &Secret) -> Result<Self, GithubError> {
        let mut value = header::HeaderValue::try_from(format!("Bearer {}", token.reveal()))
            .map_err(|_| GithubError::Setup)?;
        value.set_sensitive(true);
        let mut http = dayloom_http::client()
            .user_agent(concat!("dayloom/", env!("CARGO_PKG_VERSION")))
            .timeout(WHOLE);
        if api.scheme() == "http" {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|_| GithubError::Setup)?,
            api,
            token: value,
        })
    }

    /// A page of what a person did on a UTC day, from 1.
    pub async fn page(
        &self,
        what: CountOf,
        login: &str,
        day: Date,
        page: usize,
    ) -> Result<Found, SearchError> {
        let (path, question, sort) = match what {
            CountOf::Commits => (
                "commits",
                format!("author:{login} author-date:{day}"),
                "author-date",
            ),
            CountOf::ClosedIssues => (
                "issues",
                format!("assignee:{login} is:issue is:closed closed:{day}"),
                "created",
            ),
        };
        let url = format!("{}/search/{path}", self.api.as_str().trim_end_matches('/'));
        let request = self
            .http
            .get(url)
            .query(&[("q", question.as_str()), ("sort", sort), ("order", "asc")])
            .query(&[("per_page", PAGE), ("page", page)])
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", VERSION)
            .header(header::AUTHORIZATION, self.token.clone());
        let answer = request.send().await.map_err(|_| SearchError::Away)?;
        match answer.status() {
            StatusCode::OK => read(answer).await,
            StatusCode::UNAUTHORIZED => Err(SearchError::Token),
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => Err(refused(&answer)),
            StatusCode::UNPROCESSABLE_ENTITY => Err(SearchError::Login),
            _ => Err(SearchError::Away),
        }
    }
}

/// A limit, of the minute or a secondary one; or a token that may not search at all.
fn refused(answer: &Response) -> SearchError {
    let number = |name: &str| {
        answer
            .headers()
            .get(name)?
            .to_str()
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    };
    if let Some(seconds) = number("retry-after") {
        return SearchError::Limited(Duration::from_secs(seconds));
    }
    match (number("x-ratelimit-remaining"), number("x-ratelimit-reset")) {
        (Some(0), Some(reset)) => {
            // Held against GitHub's own clock, not against this machine's.
            let date = answer
                .headers()
                .get(header::DATE)
                .and_then(|date| date.to_str().ok());
            let now = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
            let now = now.and_then(|now| u64::try_from(now.timestamp().as_second()).ok());
            let left = now.map_or(SOME_TIME.as_secs(), |now| reset.saturating_sub(now) + 1);
            SearchError::Limited(Duration::from_secs(left))
        }
        _ if answer.status() == StatusCode::TOO_MANY_REQUESTS => SearchError::Limited(SOME_TIME),
        // A secondary limit says so in words alone; a token without the right never loses it by waiting.
        (Some(_), _) => SearchError::Limited(SOME_TIME),
        (None, _) => SearchError::Token,
    }
}

#[derive(Deserialize)]
struct Answer {
    total_count: u64,
    #[serde(default)]
    incomplete_results: bool,
    items: Vec<Item>,
}

/// A commit names its repository, an issue the address of it.
#[derive(Deserialize)]
struct Item {
    repository: Option<Repository>,
    repository_url: Option<String>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

async fn read(answer: Response) -> Result<Found, SearchError> {
    let answer: Answer = answer.json().await.map_err(|_| SearchError::Unreadable)?;
    let repos = answer.items.into_iter().map(|item| {
        let named = item.repository.map(|repository| repository.full_name);
        named.or_else(|| after_repos(item.repository_url.as_deref()?))
    });
    Ok(Found {
        total: answer.total_count,
        is_partial: answer.incomplete_results,
        repos: repos.collect::<Option<_>>().ok_or(SearchError::Unreadable)?,
    })
}

/// `https://api.github.com/repos/acme/app` is `acme/app`.
fn after_repos(url: &str) -> Option<String> {
    Some(url.rsplit_once("/repos/")?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_goes_over_the_network_in_the_clear() {
        for good in [
            "https://api.github.com",
            "https://git.example.org/api/v3/",
            "http://127.0.0.1:8080",
            "http://localhost:1",
        ] {
            assert!(api_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.github.com",
            "ftp://127.0.0.1",
            "nowhere",
            "http://localhost.example.org",
        ] {
            assert_eq!(api_url(bad), Err(GithubError::Address), "{bad}");
        }
    }
}
