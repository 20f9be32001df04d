//! `tasks`: what there is to do, as far as time can be filed under it.

use std::io::Read;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::workplace::{self, TaskView};
use crate::{
    Context,
    cli::{TaskFields, Tasks},
    failure::{Failure, Outcome},
    output::{columns, cut, plain},
    remote::{Remote, quoted, view},
};

/// Runs a command on tasks.
pub async fn run(cx: &Context, command: &Tasks) -> Outcome {
    let remote = Remote::of(cx)?;
    match command {
        Tasks::Add { title, fields } => add(cx, &remote, title, fields).await,
        Tasks::List {
            all,
            status,
            mine,
            workspace,
        } => {
            let filter = Filter {
                all: *all,
                status: status.as_deref(),
                mine: *mine,
            };
            list(cx, &remote, filter, workspace.as_deref()).await
        }
        Tasks::Edit { task, title, fields } => edit(cx, &remote, task, title.as_deref(), fields).await,
        Tasks::Import { file, workspace } => import(cx, &remote, file, workspace.as_deref()).await,
    }
}

struct Filter<'a> {
    all: bool,
    status: Option<&'a str>,
    mine: bool,
}

async fn me(remote: &Remote) -> Outcome<String> {
    #[derive(Deserialize)]
    struct Me {
        id: String,
    }
    view::<Me>(&remote.get("/developers/me").await?).map(|me| me.id)
}

async fn body(remote: &Remote, space: &workplace::Named, fields: &TaskFields) -> Outcome<Map<String, Value>> {
    let mut body = Map::new();
    for (name, value) in [
        ("key", &fields.key),
        ("url", &fields.url),
        ("status", &fields.status),
    ] {
        if let Some(value) = value {
            body.insert(name.to_owned(), value.as_str().into());
        }
    }
    if let Some(project) = &fields.project {
        body.insert(
            "project_id".to_owned(),
            workplace::project(remote, space, project).await?.id.into(),
        );
    }
    Ok(body)
}

async fn add(cx: &Context, remote: &Remote, title: &str, fields: &TaskFields) -> Outcome {
    let space = workplace::workspace(remote, fields.workspace.as_deref()).await?;
    let mut body = body(remote, &space, fields).await?;
    body.insert("title".to_owned(), title.into());
    body.insert("assignee_id".to_owned(), me(remote).await?.into());
    let answer = remote
        .send(
            Method::POST,
            &format!("/workspaces/{}/tasks", space.id),
            Some(&body.into()),
        )
        .await?;
    show(cx, &answer)
}

async fn edit(
    cx: &Context,
    remote: &Remote,
    task: &str,
    title: Option<&str>,
    fields: &TaskFields,
) -> Outcome {
    let space = workplace::workspace(remote, fields.workspace.as_deref()).await?;
    let mut body = body(remote, &space, fields).await?;
    if let Some(title) = title {
        body.insert("title".to_owned(), title.into());
    }
    if body.is_empty() {
        return Err(Failure::usage(
            "Nothing is to be changed",
            "Name what is, such as --status done",
        ));
    }
    let task = workplace::task(remote, &space, task).await?;
    let path = format!("/workspaces/{}/tasks/{}", space.id, task.id);
    let answer = remote.send(Method::PATCH, &path, Some(&body.into())).await?;
    show(cx, &answer)
}

fn show(cx: &Context, answer: &Value) -> Outcome {
    let task: TaskView = view(answer)?;
    cx.out.facts(answer, || table(&[task]))
}

async fn list(cx: &Context, remote: &Remote, filter: Filter<'_>, workspace: Option<&str>) -> Outcome {
    let space = workplace::workspace(remote, workspace).await?;
    let mut query = String::new();
    if let Some(status) = filter.status {
        query.push_str(&format!("&status={}", quoted(status)));
    }
    if filter.mine {
        query.push_str(&format!("&assignee_id={}", me(remote).await?));
    }
    // Which statuses close a task is the server's to say.
    if !filter.all && filter.status.is_none() {
        query.push_str("&open=true");
    }
    let mut views = Vec::new();
    let raw = workplace::each_task(remote, &space, &query, |task| {
        views.push(task.clone());
    })
    .await?;
    if views.is_empty() {
        cx.out
            .hint("There are no such tasks. Add one with `dayloom tasks add TITLE --key KEY`.");
    }
    cx.out.facts(&raw, || table(&views))
}

fn table(tasks: &[TaskView]) -> String {
    let rows: Vec<Vec<String>> = tasks
        .iter()
        .map(|task| {
            vec![
                task.key.as_deref().map_or_else(|| task.id.clone(), plain),
                plain(&task.status),
                cut(&plain(&task.title), 72),
                task.url.as_deref().map(plain).unwrap_or_default(),
            ]
        })
        .collect();
    columns(&rows, &[])
}

async fn import(cx: &Context, remote: &Remote, file: &std::path::Path, workspace: Option<&str>) -> Outcome {
    let trouble = |e: std::io::Error| {
        Failure::failed(
            format!("{} cannot be read: {e}", file.display()),
            "Name a CSV or JSON file, or - for standard input",
        )
    };
    let content = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(trouble)?;
        bytes
    } else {
        std::fs::read(file).map_err(trouble)?
    };
    let is_json = content.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let kind = if is_json { "application/json" } else { "text/csv" };
    let space = workplace::workspace(remote, workspace).await?;
    let path = format!("/workspaces/{}/tasks:import", space.id);
    let answer = remote.send_as(Method::POST, &path, kind, content).await?;

    #[derive(Deserialize)]
    struct Imported {
        created: u64,
        updated: u64,
        unchanged: u64,
        rejected: Vec<Rejected>,
    }
    #[derive(Deserialize)]
    struct Rejected {
        row: u64,
        reason: String,
    }
    let done: Imported = view(&answer)?;
    cx.out.facts(&answer, || {
        let mut text = format!(
            "{} created, {} updated, {} unchanged, {} rejected\n",
            done.created,
            done.updated,
            done.unchanged,
            done.rejected.len()
        );
        for row in &done.rejected {
            text.push_str(&format!("row {}: {}\n", row.row, plain(&row.reason)));
        }
        text
    })?;
    if done.rejected.is_empty() {
        return Ok(());
    }
    let count = json!(done.rejected.len());
    Err(Failure::failed(
        format!("{count} of the rows were rejected, the others stand"),
        "Mend those rows and import the file again",
    ))
}
