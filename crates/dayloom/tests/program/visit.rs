//! The way from `dayloom open` to a page, as a browser goes it.

use super::{Program, Up};

/// A browser that followed the one-time link and keeps the cookie it was given.
pub struct Visit {
    http: reqwest::Client,
    server: String,
    /// The link, which nobody can follow twice.
    pub link: String,
    /// The cookie, as a browser sends it: name and value.
    pub cookie: String,
}

impl Visit {
    /// Opens the page of a running program.
    pub async fn new(home: &Program, up: &Up) -> Self {
        Self::of(home, &[], up).await
    }

    /// The same of another home, named by these flags.
    pub async fn of(home: &Program, flags: &[&str], up: &Up) -> Self {
        let link = home.json(&[&["open"], flags].concat())["url"]
            .as_str()
            .unwrap()
            .to_owned();
        let http = dayloom_http::client().no_proxy().build().unwrap();
        let opened = http.get(&link).send().await.unwrap();
        let cookie = opened.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self {
            http,
            server: up.url.clone(),
            link,
            cookie,
        }
    }

    /// GET of a path, such as `/tracking/tracker`.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        let call = self.http.get(format!("{}{path}", self.server));
        call.header("cookie", &self.cookie).send().await.unwrap()
    }

    /// The text of the page at a path.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}
