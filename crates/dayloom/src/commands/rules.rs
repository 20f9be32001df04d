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
    position: i64,
}

/// Runs a command on rules.
pub async fn run(cx: &Context, command: &Rules) -> Outcome {
    let remote = Remote::of(cx)?;
    match command {
        Rules::Add(new) => add(cx, &remote, new).await,
        Rules::List => list(cx, &remote).await,
        Rules::Move { rule, to } => {
            let (_, rules) = all(&remote).await?;
            let rule = named(&rules, rule)?;
            let path = format!("/tracker/rules/{}", rule.id);
            let project = rule.project_id.as_deref().filter(|_| rule.scope == "project");
            let position =
                position_at(&others(&rules, project, Some(&rule.id)), *to).unwrap_or(rule.position);
            let body = json!({"position": position});
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
        let (_, rules) = all(remote).await?;
        let project = body["project_id"].as_str().filter(|_| new.for_project.is_some());
        body["position"] = position_at(&others(&rules, project, None), position).into();
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
pub(super) async fn names(remote: &Remote) -> Outcome<HashMap<String, String>> {
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
    named(&rules, name).cloned()
}

fn named<'r>(rules: &'r [RuleView], name: &str) -> Outcome<&'r RuleView> {
    let wanted = name.trim().to_ascii_lowercase();
    // Every id begins with nothing: a script whose variable is empty must not hit the only rule.
    let is_it = |rule: &&RuleView| !wanted.is_empty() && rule.id.starts_with(&wanted);
    let found: Vec<&RuleView> = rules.iter().filter(is_it).collect();
    match found[..] {
        [one] => Ok(one),
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

/// The rules a rule of this person or project stands among, in their order, without itself.
fn others<'r>(rules: &'r [RuleView], project: Option<&str>, itself: Option<&str>) -> Vec<&'r RuleView> {
    let scope = if project.is_some() { "project" } else { "personal" };
    rules
        .iter()
        .filter(|r| r.scope == scope && Some(r.id.as_str()) != itself)
        .filter(|r| project.is_none() || r.project_id.as_deref() == project)
        .collect()
}

/// The position that puts a rule at a place, counted from 1, among others: that of the rule which stands there, or one
/// past the last; none where there are no others. A place is told without the rule itself, so that moving down and
/// moving up end where they say.
fn position_at(others: &[&RuleView], place: u32) -> Option<i64> {
    let index = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
    others
        .get(index)
        .map(|there| there.position)
        .or_else(|| others.last().map(|last| last.position + 1))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, project: Option<&str>, position: i64) -> RuleView {
        RuleView {
            id: id.to_owned(),
            scope: if project.is_some() { "project" } else { "personal" }.to_owned(),
            field: "repo".to_owned(),
            matching: "glob".to_owned(),
            pattern: id.to_owned(),
            task_id: None,
            project_id: project.map(str::to_owned),
            category: None,
            position,
        }
    }

    #[test]
    fn a_rule_is_named_by_the_beginning_of_its_id_and_never_by_nothing() {
        let rules = [rule("abc1", None, 0)];
        let found = |name: &str| named(&rules, name).map(|rule| rule.id.clone()).ok();
        assert_eq!(found("ABC"), Some("abc1".to_owned()));
        for none in ["", " ", "b"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn a_rule_ends_at_the_place_it_was_sent_to() {
        let rules = [
            rule("a", None, 0),
            rule("b", None, 1),
            rule("c", None, 5),
            rule("p", Some("one"), 0),
            rule("q", Some("two"), 3),
        ];
        let to = |moved, place| position_at(&others(&rules, None, Some(moved)), place);
        assert_eq!([to("c", 1), to("c", 2), to("c", 3)], [0, 1, 2].map(Some));
        assert_eq!(
            [to("a", 1), to("a", 2), to("a", 3), to("a", 9)],
            [1, 5, 6, 6].map(Some)
        );
        let new = |project, place| position_at(&others(&rules, project, None), place);
        assert_eq!([new(None, 1), new(None, 3), new(None, 4)], [0, 5, 6].map(Some));
        assert_eq!([new(Some("two"), 1), new(Some("two"), 2)], [3, 4].map(Some));
        assert_eq!(position_at(&others(&rules, Some("two"), Some("q")), 7), None);
    }
}
