//! How every HTTP client of Dayloom begins: with the one TLS library the program is built with, and without redirects.
//!
//! It must not know whom anybody speaks to.

/// A builder for a client. It follows no redirects: they would drop or carry away a credential.
pub fn client() -> reqwest::ClientBuilder {
    choose_tls();
    #[expect(clippy::disallowed_methods, reason = "everybody else comes here")]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none())
}

/// Puts TLS by ring in place for the whole process, unless somebody did before. A client cannot be made without one, not
/// even for plain HTTP.
pub fn choose_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have put one in place in between, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_client_is_made_however_often() {
        for _ in 0..2 {
            assert!(super::client().build().is_ok());
        }
    }
}
