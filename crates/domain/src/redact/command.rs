//! Takes secrets out of a command line. Rather a harmless word too many is starred than a secret too few.

/// What stands in place of a secret.
pub(super) const STARS: &str = "***";

/// Words that make the value of an option, a variable, a header or a parameter a secret, compared against the parts
/// of its name (`DB_PASSWORD`, `--api-key`, `clientSecret`).
const SECRET_PARTS: &[&str] = &[
    "pass",
    "pwd",
    "pw",
    "pat",
    "jwt",
    "bearer",
    "auth",
    "authorization",
    "cookie",
    "sig",
    "signature",
    "otp",
    "pin",
    "dsn",
];
/// Words that do so anywhere in the name.
pub(super) const SECRET_ANYWHERE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "secret",
    "token",
    "credential",
    "apikey",
    "api-key",
    "api_key",
    "accesskey",
    "access-key",
    "access_key",
    "privatekey",
    "private-key",
    "private_key",
    "authkey",
    "auth-key",
    "auth_key",
    "encryption-key",
    "encryption_key",
    "signing-key",
    "signing_key",
    "secretkey",
    "x-api",
];
/// Names that look like secrets and are none.
const HARMLESS: &[&str] = &[
    "pwd",
    "oldpwd",
    "ssh_auth_sock",
    "no-password",
    "password-stdin",
    "password-file",
    "token-file",
    "secret-file",
];
/// How tokens of well-known makers begin.
const TOKEN_STARTS: &[&str] = &[
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "pk_live_",
    "AIza",
    "ya29.",
    "eyJ",
    "npm_",
    "pypi-",
    "hf_",
    "dop_v1_",
    "aexy_",
    "SG.",
    "shpat_",
    "lin_api_",
    "dckr_pat_",
    "tskey-",
    "age-secret-key-",
    "AGE-SECRET-KEY-",
];
/// Programs whose `-p` is a password when a person signs in by them.
const P_AT_LOGIN: &[&str] = &["docker", "podman", "buildah", "helm", "az", "oc", "cf"];
/// Programs whose `-pX` is a password.
const P_JOINED: &[&str] = &["mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass"];
/// Programs whose `-u` or `-a` is `user:password`.
const USER_COLON_PASSWORD: &[&str] = &["curl", "wget", "http", "https", "xh"];

/// The command with every secret replaced by `***`.
pub fn redact(command: &str) -> String {
    redact_at(command, 0)
}

/// Quoted text is itself a command as often as not; deeper nesting than this is starred whole.
const MAX_DEPTH: usize = 4;

fn redact_at(command: &str, depth: usize) -> String {
    let feeds_stdin =
        command.contains("password-stdin") || command.contains("sudo -S") || command.contains("chpasswd");
    let mut out = String::with_capacity(command.len());
    let mut program = String::new();
    let mut starred = 0_usize;
    let mut is_login = false;
    for (gap, word) in words(command) {
        out.push_str(gap);
        if word.is_empty() {
            continue;
        }
        let is_operator = matches!(word, "|" | "||" | "&&" | ";" | "&");
        if is_operator {
            program.clear();
            starred = 0;
            is_login = false;
        } else if program.is_empty()
            && starred == 0
            && !word.starts_with('-')
            && !word.contains(['=', ':'])
            && !matches!(word, "sudo" | "env" | "export" | "time")
        {
            program = word.rsplit('/').next().unwrap_or(word).to_owned();
            out.push_str(&redact_word(word, depth));
            continue;
        }
        if starred > 0 && !is_operator {
            starred -= 1;
            let scheme = ["bearer", "basic", "token", "digest"].contains(&word.to_lowercase().as_str());
            out.push_str(if scheme { word } else { STARS });
            if scheme {
                starred = starred.max(1);
            }
            continue;
        }
        if feeds_stdin && matches!(program.as_str(), "echo" | "printf") && !is_operator {
            out.push_str(STARS);
            continue;
        }
        is_login |= word == "login";
        starred = stars_after(word, &program, is_login);
        match joined_password(word, &program) {
            Some(flag) => {
                out.push_str(flag);
                out.push_str(STARS);
            }
            None => out.push_str(&redact_word(word, depth)),
        }
    }
    out
}

/// How many of the words that follow are the secret that this word announces.
fn stars_after(word: &str, program: &str, is_login: bool) -> usize {
    let bare = unquoted(word);
    let option = bare.trim_start_matches('-');
    if bare.starts_with('-') {
        let is_p = bare == "-p" && (program == "sshpass" || (is_login && P_AT_LOGIN.contains(&program)));
        let is_user = matches!(bare, "-u" | "--user" | "-a" | "--proxy-user" | "-U")
            && USER_COLON_PASSWORD.contains(&program);
        return usize::from(is_p || is_user || (!bare.contains('=') && is_secret_name(option)));
    }
    match bare.strip_suffix(':') {
        Some(header) if is_secret_name(header) => 1,
        _ => 0,
    }
}

/// `-pSECRET` of programs that take it so.
fn joined_password<'a>(word: &'a str, program: &str) -> Option<&'a str> {
    let joined = word.starts_with("-p") && !word.starts_with("--") && word.len() > 2;
    (joined && P_JOINED.contains(&program)).then(|| &word[..2])
}

/// One word of the command, quotes included.
fn redact_word(word: &str, depth: usize) -> String {
    for quote in ['\'', '"'] {
        let inner = word.strip_prefix(quote).and_then(|w| w.strip_suffix(quote));
        if let Some(inner) = inner.filter(|i| i.contains(char::is_whitespace)) {
            let clean = match header(inner) {
                Some(name) => format!("{name} {STARS}"),
                None if depth < MAX_DEPTH => redact_at(inner, depth + 1),
                None => STARS.to_owned(),
            };
            return format!("{quote}{clean}{quote}");
        }
    }
    let word = without_userinfo(word);
    let word = without_values(&word);
    without_tokens(&word)
}

/// `Name:` of a header whose value is a secret.
fn header(text: &str) -> Option<&str> {
    let colon = text.find(':')?;
    let name = &text[..colon];
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (is_name && is_secret_name(name)).then(|| &text[..=colon])
}

/// `scheme://user:password@host` without what stands before the `@`.
pub(super) fn without_userinfo(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(['/', '?', '#', '\'', '"']).unwrap_or(after.len());
        match after[..end].rfind('@') {
            // A bare user, as in ssh://git@host, is no secret unless it is a token.
            Some(sign) if after[..sign].contains(':') || is_token(&after[..sign]) => {
                out.push_str(STARS);
                rest = &after[sign..];
            }
            _ => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// `NAME=value`, `--name=value`, `?name=value&`, `"name":"value"`, `Name:value` with a secret's name.
pub(super) fn without_values(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(sign) = rest.find(['=', ':']) {
        let (before, after) = rest.split_at(sign);
        out.push_str(before);
        out.push_str(&after[..1]);
        let after = &after[1..];
        let name = before.trim_end_matches(['"', '\'', '+', ' ']);
        let name = name
            .rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .next()
            .unwrap_or(name);
        if is_secret_name(name.trim_start_matches('-')) && !after.is_empty() && !after.starts_with("//") {
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let body = quote.map_or(after, |q| &after[q.len_utf8()..]);
            let end = match quote {
                Some(q) => body.find(q).unwrap_or(body.len()),
                None => body.find(['&', ';', '"', '\'', '}', ',']).unwrap_or(body.len()),
            };
            out.extend(quote);
            out.push_str(STARS);
            rest = &body[end..];
        } else {
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Tokens by how they begin, and long strings that look like chance.
pub(super) fn without_tokens(word: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '/');
    let mut out = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let start = rest.find(is_part).unwrap_or(rest.len());
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        out.push_str(&run_without_tokens(&rest[..end]));
        rest = &rest[end..];
    }
    out
}

fn run_without_tokens(run: &str) -> String {
    if is_key_with_slashes(run) || (is_token(run) && !run.contains('/')) {
        return STARS.to_owned();
    }
    let parts: Vec<&str> = run
        .split('/')
        .map(|part| if is_token(part) { STARS } else { part })
        .collect();
    parts.join("/")
}

fn is_token(text: &str) -> bool {
    if TOKEN_STARTS
        .iter()
        .any(|s| text.len() >= s.len() + 12 && text.starts_with(s))
    {
        return true;
    }
    text.split(['.', '-', '_']).any(is_chance) || (text.len() >= 32 && is_mixed(text) && has_few_joints(text))
}

/// Chance holds a dash or underscore in every thirty characters or so, a name one in every few.
fn has_few_joints(text: &str) -> bool {
    let joints = text.bytes().filter(|b| matches!(b, b'-' | b'_' | b'.')).count();
    joints * 12 <= text.len() && !text.contains('.')
}

/// Forty characters of base64 with slashes, as some cloud keys are.
fn is_key_with_slashes(run: &str) -> bool {
    run.len() == 40
        && run.contains('/')
        && !run.starts_with(['/', '.'])
        && is_mixed(run)
        && !run.contains('.')
}

/// Thirty-two or more hexadecimal digits, or letters of both cases with digits among them.
fn is_chance(text: &str) -> bool {
    if text.len() < 32 {
        return false;
    }
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    (has_digit && text.bytes().all(|b| b.is_ascii_hexdigit())) || is_mixed(text)
}

fn is_mixed(text: &str) -> bool {
    let any = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    any(u8::is_ascii_digit) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase)
}

fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    if lower.is_empty() || HARMLESS.contains(&lower.as_str()) {
        return false;
    }
    if SECRET_ANYWHERE.iter().any(|s| lower.contains(s)) {
        return true;
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_lower) {
            parts.push(std::mem::take(&mut part));
        }
        if c.is_alphanumeric() {
            part.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    parts.push(part);
    parts
        .iter()
        .any(|p| SECRET_PARTS.contains(&p.as_str()) || p.ends_with("pwd") || p.ends_with("pass"))
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['\'', '"'])
}

/// The words of a command, each with the white space before it. Quotes hold a word together; operators end one.
fn words(command: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let mut gap_start = 0;
    let mut word_start = None;
    let mut quote = None;
    let mut escaped = false;
    let mut end_word = |from: &mut Option<usize>, gap: &mut usize, to: usize| {
        if let Some(start) = from.take() {
            all.push((&command[*gap..start], &command[start..to]));
            *gap = to;
        }
    };
    for (at, c) in command.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (None | Some('"'), '\\') => {
                escaped = true;
                word_start.get_or_insert(at);
            }
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => {
                quote = Some(c);
                word_start.get_or_insert(at);
            }
            (None, '|' | ';') => {
                if word_start.is_some_and(|s| &command[s..at] != "|") {
                    end_word(&mut word_start, &mut gap_start, at);
                }
                word_start.get_or_insert(at);
                if !command[at + 1..].starts_with('|') {
                    end_word(&mut word_start, &mut gap_start, at + 1);
                }
            }
            (None, _) if c.is_whitespace() => end_word(&mut word_start, &mut gap_start, at),
            (None, _) => {
                word_start.get_or_insert(at);
            }
        }
    }
    end_word(&mut word_start, &mut gap_start, command.len());
    all.push((&command[gap_start..], ""));
    all
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
