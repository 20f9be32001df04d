//! Answers that come as events, read while they come.

use serde_json::Value;

/// Events of a stream, one by one as they come.
pub struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// Of a request that is answered by events.
    ///
    /// # Panics
    /// If it is answered otherwise.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event's name and data; none at the end.
    ///
    /// # Panics
    /// If nothing comes for minutes, or something that is no event.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event
                    .split_once("\ndata: ")
                    .map(|(name, data)| (name.to_owned(), data.to_owned()));
                self.text = rest.to_owned();
                // What says that the stream lives is no event.
                let Some((name, data)) = event else { continue };
                let name = name.trim_start_matches("event: ").to_owned();
                return Some((name, serde_json::from_str(&data).expect("JSON")));
            }
            let within = std::time::Duration::from_secs(180);
            let chunk = tokio::time::timeout(within, self.response.chunk()).await;
            let chunk = chunk.expect("something comes").expect("a stream")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The next event's data.
    ///
    /// # Panics
    /// If it has another name, or there is none.
    pub async fn expect(&mut self, name: &str) -> Value {
        let (named, data) = self.next().await.expect("another event");
        assert_eq!(named, name, "{data}");
        data
    }
}
