//! Commands people type, with and without secrets.

use super::*;

#[test]
fn secrets_are_starred() {
    for (command, expected) in [
        (
            "login --password hunter2 --user me",
            "login --password *** --user me",
        ),
        ("login --password=hunter2 x", "login --password=*** x"),
        ("login --password='hunter 2' x", "login --password='***' x"),
        ("tool -token abc def", "tool -token *** def"),
        (
            "vault kv put x db_password=hunter2",
            "vault kv put x db_password=***",
        ),
        ("export FOO_SECRET=abc", "export FOO_SECRET=***"),
        ("PGPASSWORD=abc psql -h db", "PGPASSWORD=*** psql -h db"),
        ("MYSQL_PWD=abc mysql", "MYSQL_PWD=*** mysql"),
        (
            "curl -H 'Authorization: Bearer abc.def' http://h/",
            "curl -H 'Authorization: ***' http://h/",
        ),
        ("curl -H \"X-Api-Key: abc\" h", "curl -H \"X-Api-Key: ***\" h"),
        ("http h Authorization:abc", "http h Authorization:***"),
        (
            "http h Authorization: Bearer abc",
            "http h Authorization: Bearer ***",
        ),
        ("curl -u me:hunter2 http://h/", "curl -u *** http://h/"),
        (
            "curl 'http://h/x?access_token=abc&page=2'",
            "curl 'http://h/x?access_token=***&page=2'",
        ),
        (
            "curl -d '{\"password\":\"abc\",\"a\":1}' h",
            "curl -d '{\"password\":\"***\",\"a\":1}' h",
        ),
        (
            "git clone https://me:hunter2@host/o/n.git",
            "git clone https://***@host/o/n.git",
        ),
        (
            "git clone https://ghp_0123456789abcdefghij@host/o/n",
            "git clone https://***@host/o/n",
        ),
        ("psql postgres://u:p@db:5432/x", "psql postgres://***@db:5432/x"),
        ("mysql -phunter2 -u root db", "mysql -p*** -u root db"),
        ("sshpass -p hunter2 ssh host", "sshpass -p *** ssh host"),
        (
            "docker login -u me -p hunter2 reg",
            "docker login -u me -p *** reg",
        ),
        (
            "echo hunter2 | docker login --password-stdin",
            "echo *** | docker login --password-stdin",
        ),
        ("echo hunter2|sudo -S ls", "echo ***|sudo -S ls"),
        (
            "aws configure set x AKIAIOSFODNN7EXAMPLE",
            "aws configure set x ***",
        ),
        ("set wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "set ***"),
        ("check 0123456789abcdef0123456789abcdef", "check ***"),
        ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "x ***"),
        (
            "bash -c 'export A_TOKEN=abc; run'",
            "bash -c 'export A_TOKEN=***; run'",
        ),
        (
            "kubectl create secret generic x --from-literal=password=abc",
            "kubectl create secret generic x --from-literal=password=***",
        ),
        ("cmd clientSecret=abc", "cmd clientSecret=***"),
        (
            "dayloom agent --token aexy_0123456789abcdef0123456789abcdef",
            "dayloom agent --token ***",
        ),
    ] {
        assert_eq!(redact(command), expected);
    }
}

#[test]
fn ordinary_commands_stay_as_they_are() {
    for command in [
        "",
        "cargo test -p dayloom-capture --lib shell::redact",
        "git commit -m \"Let authors pass the gate\" --author=me",
        "git checkout -b feature/PROJ-12-some-quite-long-branch-name-2026",
        "git clone ssh://git@host/o/n.git && cd n",
        "cd ~/work/some/really/long/path/with/Version2/And/More/of_it/src",
        "ssh -p 2222 me@host",
        "mkdir -p a/b; PWD=/x ls | grep y || true",
        "docker run -p 8080:80 nginx",
        "echo 'it is 12:30: time' > note.txt",
        "ls --color=auto *.rs",
        "printf '%s\\n' \"a b\" c\\ d",
        "echo 'unfinished",
        "python3 -m http.server 8000",
        "rg 'fn main' src/Übung.rs",
    ] {
        assert_eq!(redact(command), command);
    }
}

#[test]
fn no_secret_survives_in_any_of_its_places() {
    for secret in ["hunter2", "p@ss", "Zm9v-YmFy", "päss", "a.b/c"] {
        for place in [
            "--password {}",
            "--password={}",
            "--api-key {}",
            "API_TOKEN={} run",
            "export X_SECRET='{}'",
            "curl -H 'Authorization: Basic {}' h",
            "curl --user me:{} h",
            "mysql -p{}",
            "x --client-secret \"{}\"",
            "sudo env DB_PASS={} run",
            "a && b --passphrase {} | c",
            "sh -c \"sh -c 'x --token {}'\"",
        ] {
            let command = place.replace("{}", secret);
            assert!(
                !redact(&command).contains(secret),
                "{command} → {}",
                redact(&command)
            );
        }
    }
}
