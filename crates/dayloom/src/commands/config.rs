//! `dayloom config`: every setting, its value and where it came from.

use serde_json::json;

use crate::{
    Context,
    failure::Outcome,
    output::columns,
    settings::{kind::Value, table::ALL},
};

/// Prints the settings; a secret only says whether it is set.
pub fn run(cx: &Context) -> Outcome {
    let shown = |value: Option<&Value>, secret: bool| match (value, secret) {
        (None, _) => None,
        (Some(value), true) => Some(hidden(value)),
        (Some(value), false) => Some(value.clone()),
    };
    let list: Vec<_> = ALL
        .iter()
        .map(|setting| {
            let value = shown(cx.settings.get(setting), setting.secret);
            json!({
                "key": setting.key,
                "value": value.map_or(serde_json::Value::Null, |v| v.to_json()),
                "origin": cx.settings.origin(setting).to_string(),
                "env": setting.env,
                "flag": format!("--{}", setting.flag.name()),
                "secret": setting.secret,
                "description": setting.doc,
            })
        })
        .collect();
    let answer = json!({
        "home": cx.home.dir().display().to_string(),
        "file": cx.home.config().display().to_string(),
        "settings": list,
    });
    cx.out.facts(&answer, || {
        let mut rows = Vec::new();
        for setting in ALL {
            let value = shown(cx.settings.get(setting), setting.secret);
            rows.push(vec![
                setting.key.to_owned(),
                value
                    .map(|v| v.to_line())
                    .filter(|v| !v.is_empty())
                    .unwrap_or_else(|| "-".to_owned()),
                cx.settings.origin(setting).to_string(),
            ]);
        }
        format!(
            "home {}\nfile {}\n\n{}",
            cx.home.dir().display(),
            cx.home.config().display(),
            columns(&rows, &[])
        )
    })
}

/// A secret without what is secret: an address keeps all but its password, anything else is only said to be set.
fn hidden(value: &Value) -> Value {
    let text = value.to_line();
    if text.starts_with("sqlite:") {
        return Value::Text(text);
    }
    let Some(mut url) = url::Url::parse(&text).ok().filter(url::Url::has_host) else {
        return Value::Text("(hidden)".to_owned());
    };
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return Value::Text("(hidden)".to_owned());
    }
    url.set_query(None);
    Value::Text(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for (given, shown) in [
            (
                "postgres://ann:pa55@db/day?password=x",
                "postgres://ann:hidden@db/day",
            ),
            ("sqlite:/home/ann/day.db", "sqlite:/home/ann/day.db"),
            ("aexy_0123456789", "(hidden)"),
            ("data:pa55", "(hidden)"),
        ] {
            assert_eq!(hidden(&Value::Text(given.into())), Value::Text(shown.into()));
        }
    }
}
