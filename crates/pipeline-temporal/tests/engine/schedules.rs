//! The sweeps, and asking the language model, as schedules of a real server.

use std::time::Duration;

use dayloom_pipeline::{Models, Sweep};
use dayloom_pipeline_temporal::{Worker, WorkerSettings};
use dayloom_testkit::{
    Scripted, TestApp,
    model::{by_words, sorted_by},
};
use temporalio_client::{Client, RpcOptions, schedules::ListSchedulesOptions};
use tokio_util::sync::CancellationToken;

use crate::support::{
    PATIENCE, address, client, completed, earlier, ended, limits, ordered, own_queue, stages, temporal,
};

/// Pauses the schedule of a sweep, as a person would, and waits until the server says so.
async fn pause(client: &Client, sweep: Sweep) {
    let handle = client.get_schedule_handle(sweep.name());
    handle
        .pause(None::<String>, Default::default())
        .await
        .expect("paused");
    let paused = async {
        while !handle
            .describe(RpcOptions::default())
            .await
            .expect("it is there")
            .paused()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, paused)
        .await
        .expect("it is paused");
}

/// Each sweep comes as often as it says.
async fn is_every_so_often(client: &Client) {
    for &sweep in Sweep::ALL {
        let handle = client.get_schedule_handle(sweep.name());
        let found = handle.describe(RpcOptions::default()).await.expect("it is there");
        let spec = found.raw().schedule.clone().and_then(|s| s.spec).expect("a spec");
        let every: Vec<u64> = spec
            .interval
            .iter()
            .filter_map(|i| i.interval.as_ref())
            .map(|i| u64::try_from(i.seconds).expect("not negative"))
            .collect();
        assert_eq!(every, [sweep.every().as_secs()], "{}", sweep.name());
    }
}

/// The workflow that a schedule started last.
async fn ran_by(client: &Client, schedule: &str) -> String {
    let handle = client.get_schedule_handle(schedule);
    let ran = async {
        loop {
            let found = handle.describe(RpcOptions::default()).await.expect("it is there");
            let info = found.raw().info.clone().unwrap_or_default();
            let last = info.recent_actions.last();
            if let Some(workflow) = last.and_then(|ran| ran.start_workflow_result.clone()) {
                return workflow.workflow_id;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ran).await.expect("it ran")
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_made_once_and_kept_paused() {
    use futures::TryStreamExt;

    let Some(url) = temporal() else { return };
    let app = TestApp::sqlite().await;
    let (queue, stop) = (own_queue(), CancellationToken::new());
    let settings = WorkerSettings {
        queue,
        ..WorkerSettings::default()
    };
    // Derived while there was no model: a worker that has one notes it, and nobody rings.
    let person = app.person("ada@example.org").await;
    let tracked = app.tracked(&person).await;
    app.task(&person, &tracked, None, "Retry refunds").await;
    let mut event = earlier(1, tracked.device);
    event.active_app.window_title = Some("Refunds".to_owned());
    app.upload(person.id, tracked.device, &[event]).await;
    app.derive().await;
    let model = Scripted::new(|prompt| Ok(sorted_by(&prompt.user, by_words)));
    let models = Models::new(app.store.clone(), model.clone(), None);
    let start = || {
        let stages = stages(&app).with_models(models.clone());
        Worker::start(stages, address(&url), settings.clone(), stop.clone())
    };
    let (one, two) = tokio::join!(start(), start());
    let (one, two) = (one.expect("a worker"), two.expect("a worker"));
    let client = client(&url).await;
    pause(&client, Sweep::Days).await;
    let handle = client.get_schedule_handle(Sweep::Days.name());
    let three = start().await.expect("a worker");
    let described = handle.describe(RpcOptions::default()).await.expect("it is there");
    assert!(described.paused(), "what a person paused stays paused");
    is_every_so_often(&client).await;
    handle
        .unpause(None::<String>, Default::default())
        .await
        .expect("unpaused");

    // Whoever is due is asked for by a schedule too.
    let at_once = async |name: &str| {
        let handle = client.get_schedule_handle(name);
        let all = temporalio_client::schedules::ScheduleOverlapPolicy::AllowAll;
        handle.trigger(all, Default::default()).await.expect("triggered");
    };
    at_once("tracker-ask-sweep").await;
    let asked = async {
        while model.asked().is_empty() || app.store.days().backlog().await.expect("a count") > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .expect("it is asked, and derived");
    let look_back = format!("{}-start", Sweep::Days.name());
    completed(&client, &look_back).await;
    let of_sweeps = ordered(&client, &look_back).await;
    for stage in ["sweep", "derive-days"] {
        assert_eq!(of_sweeps[stage], limits(4, 60), "{stage}");
    }
    let asked = ran_by(&client, "tracker-ask-sweep").await;
    assert_eq!(ordered(&client, &asked).await["ask-model"], limits(3, 30));

    // A mark that nobody rang for is found by the sweep.
    app.upload(person.id, tracked.device, &[earlier(0, tracked.device)])
        .await;
    at_once(Sweep::Days.name()).await;
    app.derived().await;
    let mut names: Vec<String> = client
        .list_schedules(ListSchedulesOptions::default())
        .try_collect::<Vec<_>>()
        .await
        .expect("a list")
        .iter()
        .map(|summary| summary.schedule_id().to_owned())
        .collect();
    names.sort();
    names.dedup();
    let sweeps = Sweep::ALL.iter().map(|sweep| sweep.name());
    let ours: Vec<&str> = sweeps.chain(["tracker-ask-sweep"]).collect();
    let all_ours = names.iter().all(|name| ours.contains(&name.as_str()));
    assert!(all_ours, "{names:?}");
    stop.cancel();
    for worker in [one, two, three] {
        ended(worker).await;
    }
}
