//! Tasks and their import.

use dayloom_domain::{
    TaskId, WorkspaceId,
    people::{ModelPolicy, Role},
};
use dayloom_storage::{
    CandidateFilter, ImportOutcome, ImportRow, NewTask, Store, TaskCursor, TaskError, TaskFilter, TaskPatch,
};

use crate::world::{minute, now, person, project, world};

fn of(workspace: WorkspaceId) -> CandidateFilter {
    CandidateFilter {
        workspace: Some(workspace),
        ..CandidateFilter::default()
    }
}

fn named(title: &str, key: Option<&str>) -> NewTask {
    NewTask {
        title: title.to_owned(),
        key: key.map(str::to_owned),
        url: None,
        status: None,
        assignee_id: None,
        project_id: None,
    }
}

pub async fn keys_are_one_without_case(store: &Store) {
    let w = world(store, "ada").await;
    let tasks = store.tasks();
    let one = store
        .tasks()
        .create(w.workspace, &named("One", Some("PROJ-1")), now())
        .await
        .unwrap();
    assert_eq!(one.status, "todo");
    let taken = tasks
        .create(w.workspace, &named("Two", Some("proj-1")), now())
        .await;
    assert!(matches!(taken, Err(TaskError::KeyTaken)));
    let two = tasks
        .create(w.workspace, &named("Two", None), now())
        .await
        .unwrap();
    tasks
        .create(w.workspace, &named("Three", None), now())
        .await
        .unwrap();
    let patch = TaskPatch {
        key: Some(Some("Proj-1".to_owned())),
        ..TaskPatch::default()
    };
    let taken = store.tasks().update(w.workspace, two.id, &patch, minute(1)).await;
    assert!(matches!(taken, Err(TaskError::KeyTaken)));
    let same = tasks
        .update(w.workspace, one.id, &TaskPatch::default(), minute(1))
        .await
        .unwrap();
    assert_eq!(same, one);
    let renamed = tasks
        .update(w.workspace, one.id, &patch, minute(2))
        .await
        .unwrap();
    assert_eq!(
        (renamed.key.as_deref(), renamed.updated_at),
        (Some("Proj-1"), minute(2))
    );
    assert_eq!(
        store.tasks().by_id(w.workspace, one.id).await.unwrap(),
        Some(renamed)
    );
    let other = world(store, "eve").await;
    assert_eq!(store.tasks().by_id(other.workspace, one.id).await.unwrap(), None);
    let foreign = tasks.update(other.workspace, one.id, &patch, now()).await;
    assert!(matches!(foreign, Err(TaskError::NotFound)));
}

pub async fn only_what_is_of_the_workspace_is_assigned(store: &Store) {
    let w = world(store, "ada").await;
    let other = world(store, "eve").await;
    let stranger = NewTask {
        assignee_id: Some(other.owner),
        ..named("x", None)
    };
    assert!(matches!(
        store.tasks().create(w.workspace, &stranger, now()).await,
        Err(TaskError::Assignee)
    ));
    let elsewhere = NewTask {
        project_id: Some(other.project),
        ..named("x", None)
    };
    assert!(matches!(
        store.tasks().create(w.workspace, &elsewhere, now()).await,
        Err(TaskError::Project)
    ));
    let fine = NewTask {
        assignee_id: Some(w.owner),
        project_id: Some(w.project),
        ..named("x", None)
    };
    let task = store.tasks().create(w.workspace, &fine, now()).await.unwrap();
    let patch = TaskPatch {
        assignee_id: Some(Some(other.owner)),
        ..TaskPatch::default()
    };
    let refused = store.tasks().update(w.workspace, task.id, &patch, now()).await;
    assert!(matches!(refused, Err(TaskError::Assignee)));
    let patch = TaskPatch {
        assignee_id: Some(None),
        project_id: Some(None),
        ..TaskPatch::default()
    };
    let freed = store
        .tasks()
        .update(w.workspace, task.id, &patch, now())
        .await
        .unwrap();
    assert_eq!((freed.assignee_id, freed.project_id), (None, None));
}

pub async fn pages_hold_every_task_once(store: &Store) {
    let w = world(store, "ada").await;
    let mut made: Vec<(jiff::Timestamp, TaskId)> = Vec::new();
    for n in 0..7 {
        // Three share an instant, so that ties are met.
        let at = minute(i64::from(n / 3));
        let status = Some(if n == 6 { "Done" } else { "todo" }.to_owned());
        let new = NewTask {
            status,
            ..named("t", None)
        };
        made.push((at, store.tasks().create(w.workspace, &new, at).await.unwrap().id));
    }
    made.sort_by_key(|(at, id)| (std::cmp::Reverse(*at), *id));
    let mut seen = Vec::new();
    let mut cursor: Option<TaskCursor> = None;
    loop {
        let page = store
            .tasks()
            .list(w.workspace, &TaskFilter::default(), cursor, 2)
            .await
            .unwrap();
        seen.extend(page.tasks.iter().map(|task| task.id));
        let Some(next) = page.next else { break };
        cursor = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(seen, made.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    let done = TaskFilter {
        status: Some("DONE".to_owned()),
        open: false,
        assignee_id: None,
    };
    assert_eq!(
        store
            .tasks()
            .list(w.workspace, &done, None, 10)
            .await
            .unwrap()
            .tasks
            .len(),
        1
    );
    let mine = TaskFilter {
        assignee_id: Some(w.owner),
        status: None,
        open: false,
    };
    assert!(
        store
            .tasks()
            .list(w.workspace, &mine, None, 10)
            .await
            .unwrap()
            .tasks
            .is_empty()
    );
    let open = TaskFilter {
        open: true,
        ..TaskFilter::default()
    };
    let page = store.tasks().list(w.workspace, &open, None, 10).await.unwrap();
    assert_eq!(page.tasks.len(), made.len() - 1);
    let odd = store.clone().with_closed_statuses(vec!["Todo".to_owned()]);
    let page = odd.tasks().list(w.workspace, &open, None, 10).await.unwrap();
    assert_eq!(page.tasks.len(), 1, "the operator says which statuses close");
    for bad in ["", "x", "5-", "zz-00000000000000000000000000000000"] {
        assert!(bad.parse::<TaskCursor>().is_err(), "{bad}");
    }
}

pub async fn candidates_are_open_and_of_active_memberships(store: &Store) {
    let w = world(store, "ada").await;
    let mine = |status: &str| NewTask {
        status: Some(status.to_owned()),
        assignee_id: Some(w.owner),
        ..named(status, None)
    };
    for n in 0..30 {
        store
            .tasks()
            .create(w.workspace, &mine("Done"), minute(100 + n))
            .await
            .unwrap();
    }
    let open = store
        .tasks()
        .create(w.workspace, &mine("in progress"), minute(1))
        .await
        .unwrap();
    let candidates = store
        .tasks()
        .candidates(w.owner, &CandidateFilter::default())
        .await
        .unwrap();
    assert_eq!(
        candidates,
        vec![open.clone()],
        "closed tasks do not take the places of open ones"
    );
    assert_eq!(store.tasks().for_attribution(w.owner).await.unwrap().len(), 31);
    assert_eq!(
        store.tasks().assigned(w.owner, false).await.unwrap(),
        vec![open.clone()]
    );
    assert_eq!(store.tasks().assigned(w.owner, true).await.unwrap().len(), 31);

    let other = world(store, "eve").await;
    let spaces = store.workspaces();
    spaces
        .add_member(
            other.workspace,
            other.owner,
            "ada@example.org",
            Role::Developer,
            now(),
        )
        .await
        .unwrap();
    let there = NewTask {
        assignee_id: Some(w.owner),
        ..named("there", Some("EVE-1"))
    };
    let there = store
        .tasks()
        .create(other.workspace, &there, minute(2))
        .await
        .unwrap();
    assert_eq!(
        store
            .tasks()
            .candidates(w.owner, &CandidateFilter::default())
            .await
            .unwrap(),
        vec![there, open.clone()]
    );
    spaces
        .remove_member(other.workspace, w.owner, w.owner, now())
        .await
        .unwrap();
    assert_eq!(
        store
            .tasks()
            .candidates(w.owner, &CandidateFilter::default())
            .await
            .unwrap(),
        vec![open]
    );
}

pub async fn an_import_twice_changes_nothing(store: &Store) {
    let w = world(store, "ada").await;
    person(store, "stranger").await;
    let row = |key: &str, title: &str, status: &str, assignee: &str| ImportRow {
        key: Some(key.to_owned()),
        title: Some(title.to_owned()),
        url: None,
        status: Some(status.to_owned()),
        assignee: Some(assignee.to_owned()),
    };
    let rows = vec![
        row("A-1", "First", "", "ADA@example.org"),
        row("", "No key", "", ""),
        row("A-2", "", "", ""),
        row("A-3", "Third", "Doing", "stranger@example.org"),
        row("a-1", "", "Doing", ""),
        row("A-4", &"x".repeat(501), "", ""),
    ];
    let first = store.tasks().import(w.workspace, &rows, now()).await.unwrap();
    assert_eq!((first.created, first.updated, first.unchanged), (1, 1, 0));
    let places: Vec<u64> = first.rejected.iter().map(|(row, _)| *row).collect();
    assert_eq!(places, vec![2, 3, 4, 6]);
    let found = store
        .tasks()
        .list(w.workspace, &TaskFilter::default(), None, 10)
        .await
        .unwrap()
        .tasks;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].title.as_str(), found[0].status.as_str()),
        ("First", "Doing")
    );
    assert_eq!(found[0].assignee_id, Some(w.owner));
    let second = store
        .tasks()
        .import(w.workspace, &rows[..1], minute(5))
        .await
        .unwrap();
    assert_eq!(
        second,
        ImportOutcome {
            unchanged: 1,
            ..ImportOutcome::default()
        }
    );
    let same = store
        .tasks()
        .by_id(w.workspace, found[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(same, found[0]);
}

pub async fn candidates_of_one_workspace(store: &Store) {
    let w = world(store, "ada").await;
    let home = store
        .workspaces()
        .create(
            w.owner,
            &dayloom_storage::NewWorkspace {
                name: "Home".to_owned(),
                slug: None,
            },
            now(),
        )
        .await
        .unwrap();
    let mine = |title: &str, status: &str| NewTask {
        status: Some(status.to_owned()),
        assignee_id: Some(w.owner),
        ..named(title, None)
    };
    for n in 0..30 {
        let task = mine("elsewhere", "todo");
        store
            .tasks()
            .create(home.id, &task, minute(100 + n))
            .await
            .unwrap();
    }
    let task = mine("closed", "Done");
    store.tasks().create(w.workspace, &task, minute(9)).await.unwrap();
    let task = mine("here", "todo");
    let here = store.tasks().create(w.workspace, &task, now()).await.unwrap();
    let of_work = store.tasks().candidates(w.owner, &of(w.workspace)).await.unwrap();
    assert_eq!(of_work, vec![here], "others do not take its place");
    let of_home = store.tasks().candidates(w.owner, &of(home.id)).await.unwrap();
    assert_eq!(of_home.len(), 25);
    let all = store
        .tasks()
        .candidates(w.owner, &CandidateFilter::default())
        .await
        .unwrap();
    assert_eq!(all.len(), 26, "each workspace has its own 25");
    let bob = person(store, "bob").await;
    assert!(
        store
            .tasks()
            .candidates(bob, &of(w.workspace))
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn what_was_worked_on_is_a_candidate_before_what_was_changed(store: &Store) {
    let w = world(store, "ada").await;
    let mine = |title: &str| NewTask {
        assignee_id: Some(w.owner),
        ..named(title, None)
    };
    let worked_on = store
        .tasks()
        .create(w.workspace, &mine("worked on"), minute(1))
        .await
        .unwrap();
    store
        .tasks()
        .create(w.workspace, &mine("changed"), minute(2))
        .await
        .unwrap();
    let order = async || -> Vec<String> {
        let all = store
            .tasks()
            .candidates(w.owner, &CandidateFilter::default())
            .await
            .unwrap();
        assert_eq!(
            store.tasks().candidates(w.owner, &of(w.workspace)).await.unwrap(),
            all
        );
        all.into_iter().map(|task| task.title).collect()
    };
    assert_eq!(order().await, ["changed", "worked on"]);
    let entry = dayloom_storage::NewEntry {
        date: dayloom_domain::Zone::utc().date_of(now()),
        start: minute(10),
        end: minute(20),
        micros: 600_000_000,
        project_id: w.project,
        task_id: Some(worked_on.id),
        description: None,
        source: "web",
    };
    store.reviews().enter(w.owner, &entry, minute(30)).await.unwrap();
    assert_eq!(order().await, ["worked on", "changed"]);
    for (before, first) in [(minute(20), "changed"), (minute(21), "worked on")] {
        let filter = CandidateFilter {
            worked_before: Some(before),
            ..of(w.workspace)
        };
        let then = store.tasks().candidates(w.owner, &filter).await.unwrap();
        assert_eq!((then.len(), then[0].title.as_str()), (2, first));
    }
}

pub async fn tasks_of_barred_projects_take_no_place(store: &Store) {
    let w = world(store, "ada").await;
    let barred = project(store, w.workspace, w.owner, "Secret").await;
    let open = project(store, w.workspace, w.owner, "Local").await;
    for (project, models) in [(barred, ModelPolicy::None), (open, ModelPolicy::Local)] {
        let set = store.projects().set_models(project, models, now()).await.unwrap();
        assert_eq!(set.map(|p| p.models), Some(models));
    }
    let mine = |title: &str, project| NewTask {
        assignee_id: Some(w.owner),
        project_id: project,
        ..named(title, None)
    };
    for n in 0..30 {
        let task = mine("secret", Some(barred));
        store
            .tasks()
            .create(w.workspace, &task, minute(10 + n))
            .await
            .unwrap();
    }
    for (title, project) in [("main", Some(w.project)), ("local", Some(open)), ("free", None)] {
        let task = mine(title, project);
        store.tasks().create(w.workspace, &task, minute(1)).await.unwrap();
    }
    let titles = async |local: bool| -> Vec<String> {
        let filter = CandidateFilter {
            barred: store.projects().barred_to(w.workspace, local).await.unwrap(),
            ..of(w.workspace)
        };
        let found = store.tasks().candidates(w.owner, &filter).await.unwrap();
        let mut titles: Vec<String> = found.into_iter().map(|task| task.title).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(true).await, ["free", "local", "main"]);
    assert_eq!(titles(false).await, ["free", "main"]);
}

pub async fn what_closes_a_task_can_be_said(store: &Store) {
    let w = world(store, "ada").await;
    for status in ["Done", "won't do", "review"] {
        let task = NewTask {
            assignee_id: Some(w.owner),
            status: Some(status.to_owned()),
            ..named(status, None)
        };
        store.tasks().create(w.workspace, &task, now()).await.unwrap();
    }
    let titles = async |store: &Store| -> Vec<String> {
        let mut tasks = store
            .tasks()
            .candidates(w.owner, &CandidateFilter::default())
            .await
            .unwrap();
        tasks.sort_by(|a, b| a.title.cmp(&b.title));
        tasks.into_iter().map(|task| task.title).collect()
    };
    assert_eq!(titles(store).await, ["review", "won't do"]);
    let other = store
        .clone()
        .with_closed_statuses(vec!["WON'T do".to_owned(), "Review".to_owned()]);
    assert_eq!(titles(&other).await, ["Done"]);
    assert_eq!(titles(&store.clone().with_closed_statuses(vec![])).await.len(), 3);

    let beyond_ascii = NewTask {
        assignee_id: Some(w.owner),
        status: Some("Überprüft".to_owned()),
        ..named("checked", None)
    };
    store
        .tasks()
        .create(w.workspace, &beyond_ascii, now())
        .await
        .unwrap();
    let other = store.clone().with_closed_statuses(vec!["ÜberPrüft".to_owned()]);
    assert_eq!(titles(&other).await, ["Done", "review", "won't do"]);
    let filter = TaskFilter {
        status: Some("ÜberPrüft".to_owned()),
        ..TaskFilter::default()
    };
    let found = store.tasks().list(w.workspace, &filter, None, 9).await.unwrap();
    assert_eq!(found.tasks.len(), 1);
}
