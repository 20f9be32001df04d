//! The name of a repository by the address of its remote, in the forms Git knows (`contract/team.md` §1, `repo`).

/// `owner/name` of a remote: every path segment after the host, without `.git` and a trailing slash. Addresses by
/// `https`, `http`, `ssh`, `git`, `git+ssh` and in the short form of `ssh`; `file:` and paths have no name.
pub fn remote_name(address: &str) -> Option<String> {
    let address = address.trim();
    let path = match address.split_once("://") {
        Some((scheme, rest)) => {
            let known = ["https", "http", "ssh", "git", "git+ssh"];
            if !known.iter().any(|k| scheme.eq_ignore_ascii_case(k)) {
                return None;
            }
            rest.split_once('/')?.1
        }
        None => short_form(address)?,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let mut segments = path.split('/').filter(|s| !s.is_empty()).peekable();
    segments.peek()?;
    Some(segments.collect::<Vec<_>>().join("/"))
}

/// `user@host:path` or `host:path`. A slash before the colon, or a single letter before it, makes it a local path.
fn short_form(address: &str) -> Option<&str> {
    if let Some(rest) = address.strip_prefix('[') {
        return rest.split_once("]:").map(|(_, path)| path);
    }
    let (host, path) = address.split_once(':')?;
    let is_local = host.contains(['/', '\\']) || host.len() < 2 || path.is_empty();
    (!is_local).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::remote_name;

    #[test]
    fn every_form_gives_the_same_name() {
        for address in [
            "https://github.com/owner/name.git",
            "https://github.com/owner/name",
            "https://github.com/owner/name/",
            "https://github.com/owner/name.git/",
            "HTTPS://user:token@github.com:8443/owner/name.git",
            "http://host/owner/name",
            "ssh://git@host:22/owner/name.git",
            "git://host/owner/name",
            "git+ssh://git@host/owner/name.git",
            "git@github.com:owner/name.git",
            "github.com:owner/name",
            "git@host:/owner/name.git",
            "[git@host:22]:owner/name.git",
            "  git@host:owner//name.git\n",
        ] {
            assert_eq!(remote_name(address).as_deref(), Some("owner/name"), "{address}");
        }
    }

    #[test]
    fn groups_stay_and_local_paths_have_no_name() {
        assert_eq!(
            remote_name("https://gitlab.com/a/b/c.git").as_deref(),
            Some("a/b/c")
        );
        assert_eq!(remote_name("git@host:name.git").as_deref(), Some("name"));
        for address in [
            "",
            "/srv/git/name.git",
            "../name",
            "./a:b",
            "file:///srv/name.git",
            "C:\\work\\name",
            "C:/work/name",
            "https://github.com",
            "https://github.com/",
            "ftp://host/a/b",
            "git@host:",
        ] {
            assert_eq!(remote_name(address), None, "{address}");
        }
    }
}
