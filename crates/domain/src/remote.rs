//! The name of a repository, read from the address of its Git remote.
//!
//! Must not know Git: it reads text.

/// Schemes of remotes that name a repository on a host (`contract/team.md` §2).
const SCHEMES: [&str; 5] = ["https", "http", "ssh", "git", "git+ssh"];

/// `owner/name` of a remote: every path segment stays (`group/sub/name`); scheme, user, host, port, a final `.git` and
/// slash fall away, so that one name on two hosts is one name. `None` for `file:` addresses, local paths and rubbish.
pub fn repository_name(remote: &str) -> Option<String> {
    let remote = remote.trim();
    let path = match remote.split_once("://") {
        Some((scheme, rest)) => {
            let known = SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(scheme));
            let (host, path) = rest.split_once('/')?;
            (known && !host.is_empty()).then_some(path)?
        }
        None => scp_path(remote)?,
    };
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let named = segments.len() >= 2 && segments.iter().all(|s| !s.is_empty() && *s != "." && *s != "..");
    let clean = !path
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    (named && clean).then(|| path.to_owned())
}

/// The path of an scp-like address, `[user@]host:path`. A single letter before the colon is a Windows drive.
fn scp_path(remote: &str) -> Option<&str> {
    let (host, path) = remote.split_once(':')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    (host.len() > 1 && !host.contains(['/', '\\'])).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::repository_name;

    #[test]
    fn every_form_of_address_gives_the_same_name() {
        for remote in [
            "https://github.com/acme/app",
            "https://github.com/acme/app.git",
            "https://github.com/acme/app.git/",
            "http://user:secret@git.acme.example:8080/acme/app/",
            "ssh://git@github.com:22/acme/app.git",
            "git://github.com/acme/app",
            "git+ssh://git@github.com/acme/app.git",
            "git@github.com:acme/app.git",
            "git@github.com:/acme/app",
            "github.com:acme/app/",
        ] {
            assert_eq!(repository_name(remote).as_deref(), Some("acme/app"), "{remote}");
        }
        assert_eq!(
            repository_name("https://gitlab.com/group/sub/repo").as_deref(),
            Some("group/sub/repo")
        );
    }

    #[test]
    fn what_names_no_repository_on_a_host_is_unknown() {
        for remote in [
            "",
            "file:///srv/acme/app",
            "/srv/acme/app",
            "../app",
            "C:\\acme\\app",
            "C:/acme/app",
            "https://x/app",
        ] {
            assert_eq!(repository_name(remote), None, "{remote}");
        }
    }
}
