//! Finds workspaces, projects and tasks by what a person calls them.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    failure::{Failure, Outcome},
    output::plain,
    remote::{Remote, view},
};

/// A workspace or project.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Slug.
    pub slug: Option<String>,
}

/// What is needed of a task.
#[derive(Clone, Debug, Deserialize)]
pub struct TaskView {
    /// Id.
    pub id: String,
    /// Key.
    pub key: Option<String>,
    /// Title.
    pub title: String,
    /// Address.
    pub url: Option<String>,
    /// Status.
    pub status: String,
}

/// The workspace a person names; without a name the only one, or the oldest.
pub async fn workspace(remote: &Remote, name: Option<&str>) -> Outcome<Named> {
    let all: Vec<Named> = view(&remote.get("/workspaces").await?)?;
    match name {
        Some(name) => pick(&all, name, "workspace").cloned(),
        None => all
            .first()
            .cloned()
            .ok_or_else(|| Failure::failed("You are in no workspace", "Make one, or ask to be added to one")),
    }
}

/// The project of a workspace a person names.
pub async fn project(remote: &Remote, workspace: &Named, name: &str) -> Outcome<Named> {
    #[derive(Deserialize)]
    struct Answer {
        projects: Vec<Named>,
    }
    let answer: Answer = view(
        &remote
            .get(&format!("/workspaces/{}/projects", workspace.id))
            .await?,
    )?;
    pick(&answer.projects, name, "project").cloned()
}

/// The task of a workspace a person names by key or id.
pub async fn task(remote: &Remote, workspace: &Named, name: &str) -> Outcome<TaskView> {
    let mut matching = Vec::new();
    each_task(remote, workspace, "", |task| {
        let by_key = task
            .key
            .as_deref()
            .is_some_and(|key| key.eq_ignore_ascii_case(name));
        if by_key || task.id.eq_ignore_ascii_case(name) {
            matching.push(task.clone());
        }
    })
    .await?;
    matching.into_iter().next().ok_or_else(|| {
        Failure::failed(
            format!("There is no task `{}` in {}", plain(name), plain(&workspace.name)),
            "`dayloom tasks list --all` shows them",
        )
    })
}

/// Goes through all tasks of a workspace, page by page; the raw objects are returned. `query` begins with `&` or is empty.
pub async fn each_task(
    remote: &Remote,
    workspace: &Named,
    query: &str,
    mut visit: impl FnMut(&TaskView),
) -> Outcome<Vec<Value>> {
    #[derive(Deserialize)]
    struct Page {
        tasks: Vec<Value>,
        next_cursor: Option<String>,
    }
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/workspaces/{}/tasks?limit=100{query}{cursor}", workspace.id);
        let page: Page = view(&remote.get(&path).await?)?;
        for task in page.tasks {
            visit(&view(&task)?);
            all.push(task);
        }
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={}", crate::remote::quoted(&next)),
            None => return Ok(all),
        }
    }
}

fn pick<'a>(all: &'a [Named], name: &str, what: &str) -> Outcome<&'a Named> {
    let same = |text: &str| text.eq_ignore_ascii_case(name) || text.to_lowercase() == name.to_lowercase();
    let found: Vec<&Named> = all
        .iter()
        .filter(|n| same(&n.id) || same(&n.name) || n.slug.as_deref().is_some_and(same))
        .collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Failure::failed(
            format!("There is no {what} `{}`", plain(name)),
            format!("There are: {}", names(all)),
        )),
        _ => Err(Failure::failed(
            format!("More than one {what} is called `{}`", plain(name)),
            "Name it by its id",
        )),
    }
}

fn names(all: &[Named]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    all.iter().map(|n| plain(&n.name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_name_slug_or_id_and_never_guessed() {
        let named = |id: &str, name: &str, slug: &str| Named {
            id: id.into(),
            name: name.into(),
            slug: Some(slug.into()),
        };
        let all = [
            named("1", "Atlas", "atlas"),
            named("2", "Harbor", "harbor"),
            named("3", "harbor", "harbor-2"),
        ];
        assert_eq!(
            pick(&all, "ATLAS", "project").map(|n| n.id.as_str()).ok(),
            Some("1")
        );
        assert_eq!(
            pick(&all, "harbor-2", "project").map(|n| n.id.as_str()).ok(),
            Some("3")
        );
        let twice = pick(&all, "harbor", "project")
            .map(drop)
            .map_err(|f| f.to_string());
        assert_eq!(
            twice,
            Err("More than one project is called `harbor`. Name it by its id.".into())
        );
        let none = pick(&all, "mars", "project").map(drop).map_err(|f| f.to_string());
        assert_eq!(
            none,
            Err("There is no project `mars`. There are: Atlas, Harbor, harbor.".into())
        );
    }
}
