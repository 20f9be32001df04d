//! `rules`: what a person has said once and for all about where time belongs.

use std::collections::HashMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::workplace;
use crate::{
    Context,
    cli::{NewRule, Rules},
    failure::{Failure, Outcome},
    output::{columns, cut, duration, plain},
    remote::{Remote, view},
};

#[derive(Clone, Debug, Deserialize)]
struct RuleView {
    id: String,
    scope: String,
    field: String,
    #[serde(rename = "match")]
    matching: String,
    pattern: String,
    task_id: Option<String>,
    project_id: Option<String>,
    category: Option<String>,
}

/// Runs a command on rules.
pub async fn run(cx: &Context, command: &Rules) -> Outcome {
    let remote = Remote::of(cx)?;
    match command {
        Rules::Add(new) => add(cx, &remote, new).await,
        Rules::List => list(cx, &remote).await,
        Rules::Move { rule, to } => {
            let rule = find(&remote, rule).await?;
            let path = format!("/tracker/rules/{}", rule.id);
            let body = json!({"position": to.saturating_sub(1)});
            remote.send(Method::PATCH, &path, Some(&body)).await?;
            list(cx, &remote).await
        }
        Rules::Remove { rule } => {
            let rule = find(&remote, rule).await?;
            remote
                .send(Method::DELETE, &format!("/tracker/rules/{}", rule.id), None)
                .await?;
            cx.out.facts(&json!({"id": rule.id, "removed": true}), || {
                format!("The rule {} is removed.", describe(&rule))
            })
        }
        Rules::Test => test(cx, &remote).await,
    }
}

async fn all(remote: &Remote) -> Outcome<(Value, Vec<RuleView>)> {
    let answer = remote.get("/tracker/rules").await?;
    let rules = view(&answer)?;
    Ok((answer, rules))
}

async fn add(cx: &Context, remote: &Remote, new: &NewRule) -> Outcome {
    let mut body = json!({
        "scope": if new.for_project.is_some() { "project" } else { "personal" },
        "field": new.field,
        "match": new.matching,
        "pattern": new.pattern,
    });
    let needs_space = new.task.is_some() || new.project.is_some() || new.for_project.is_some();
    if needs_space {
        let space = workplace::workspace(remote, new.workspace.as_deref()).await?;
        if let Some(task) = &new.task {
            body["task_id"] = workplace::task(remote, &space, task).await?.id.into();
        }
        if let Some(project) = new.for_project.as_ref().or(new.project.as_ref()) {
            body["project_id"] = workplace::project(remote, &space, project).await?.id.into();
        }
    }
    if let Some(category) = &new.category {
        body["category"] = category.as_str().into();
    }
    if let Some(position) = new.position {
        body["position"] = position.saturating_sub(1).into();
    }
    let answer = remote.send(Method::POST, "/tracker/rules", Some(&body)).await?;
    let rule: RuleView = view(&answer)?;
    let names = names(remote).await?;
    cx.out.facts(&answer, || table(&[rule], &names))
}

async fn list(cx: &Context, remote: &Remote) -> Outcome {
    let (answer, rules) = all(remote).await?;
    if rules.is_empty() {
        cx.out
            .hint("There are no rules yet. `dayloom rules add repo 'acme/*' --task KEY` makes one.");
    }
    let names = names(remote).await?;
    cx.out.facts(&answer, || table(&rules, &names))
}

/// What tasks and projects are called, by id.
async fn names(remote: &Remote) -> Outcome<HashMap<String, String>> {
    #[derive(Deserialize)]
    struct Projects {
        projects: Vec<workplace::Named>,
    }
    let mut names = HashMap::new();
    let spaces: Vec<workplace::Named> = view(&remote.get("/workspaces").await?)?;
    for space in &spaces {
        workplace::each_task(remote, space, "", |task| {
            names.insert(
                task.id.clone(),
                task.key.clone().unwrap_or_else(|| task.title.clone()),
            );
        })
        .await?;
        let answer: Projects = view(&remote.get(&format!("/workspaces/{}/projects", space.id)).await?)?;
        names.extend(answer.projects.into_iter().map(|p| (p.id, p.name)));
    }
    Ok(names)
}

async fn find(remote: &Remote, name: &str) -> Outcome<RuleView> {
    let (_, rules) = all(remote).await?;
    let wanted = name.to_ascii_lowercase();
    let found: Vec<&RuleView> = rules.iter().filter(|r| r.id.starts_with(&wanted)).collect();
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(Failure::failed(
            format!("You have no rule `{}`", plain(name)),
            "`dayloom rules list` shows them with their ids",
        )),
        _ => Err(Failure::failed(
            format!("More than one rule begins with `{}`", plain(name)),
            "Give more of its id",
        )),
    }
}

async fn test(cx: &Context, remote: &Remote) -> Outcome {
    #[derive(Deserialize)]
    struct Tested {
        rule: RuleView,
        spans: u64,
        seconds: f64,
        shadowed_s: f64,
    }
    let answer = remote.get("/tracker/rules:test").await?;
    let tested: Vec<Tested> = view(&answer)?;
    if tested.is_empty() {
        cx.out.hint("There are no rules to test.");
        return cx.out.facts(&answer, String::new);
    }
    let names = names(remote).await?;
    cx.out.facts(&answer, || {
        let mut rows = vec![
            ["RULE", "CAUGHT", "SPANS", "CAUGHT BY AN EARLIER RULE"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for one in &tested {
            rows.push(vec![
                cut(
                    &format!("{} → {}", describe(&one.rule), outcome(&one.rule, &names)),
                    72,
                ),
                duration(one.seconds),
                one.spans.to_string(),
                duration(one.shadowed_s),
            ]);
        }
        columns(&rows, &[1, 2, 3])
    })
}

fn describe(rule: &RuleView) -> String {
    format!("{} {} {}", rule.field, rule.matching, plain(&rule.pattern))
}

fn outcome(rule: &RuleView, names: &HashMap<String, String>) -> String {
    let name = |id: &String| names.get(id).map_or_else(|| id.clone(), |name| plain(name));
    let parts: Vec<String> = [
        rule.task_id.as_ref().map(name),
        rule.project_id.as_ref().map(name),
        rule.category.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}

fn table(rules: &[RuleView], names: &HashMap<String, String>) -> String {
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            vec![
                rule.id.chars().take(8).collect(),
                rule.scope.clone(),
                rule.field.clone(),
                rule.matching.clone(),
                plain(&rule.pattern),
                outcome(rule, names),
            ]
        })
        .collect();
    columns(&rows, &[])
}
