//! A person at work with two tasks, and a model that is asked about what they saw.

use std::sync::Arc;

use dayloom_domain::{Clock, day::Day, decision::Decision, sample};
use dayloom_pipeline::{Models, Runner, Stages};
use dayloom_testkit::{
    Person, Scripted, TestApp, Tracked,
    model::{by_words, sorted_by},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

pub const TODAY: Date = jiff::civil::date(2026, 11, 21);

/// A person at work, with two tasks.
pub struct Desk {
    pub person: Person,
    pub tracked: Tracked,
    pub refunds: dayloom_domain::TaskId,
    pub sampled: i64,
}

pub async fn desk(app: &TestApp, name: &str) -> Desk {
    let person = app.person(&format!("{name}@example.org")).await;
    let tracked = app.tracked(&person).await;
    let mut made = Vec::new();
    for title in ["Retry refunds", "Ledger export"] {
        made.push(app.task(&person, &tracked, None, title).await);
    }
    Desk {
        person,
        tracked,
        refunds: made[0],
        sampled: 0,
    }
}

impl Desk {
    /// A minute with each of these titles in front, one after the other since midnight.
    pub async fn samples(&mut self, app: &TestApp, titles: &[&str]) {
        let midnight: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");
        let mut events = Vec::new();
        for title in titles {
            let ts = midnight + SignedDuration::from_mins(self.sampled);
            let mut event = sample::bare(Uuid::new_v4().into(), self.tracked.device, ts);
            event.client_seq = self.sampled;
            event.idle_s = Some(0);
            event.active_app.name = "firefox".to_owned();
            event.active_app.bundle_id = "firefox".to_owned();
            event.active_app.window_title = Some((*title).to_owned());
            events.push(event);
            self.sampled += 1;
        }
        app.upload(self.person.id, self.tracked.device, &events).await;
    }

    pub async fn day(&self, app: &TestApp) -> Day {
        let stored = app
            .store
            .days()
            .read(self.person.id, TODAY)
            .await
            .expect("a read");
        stored.expect("a day").day
    }

    /// What was decided about what is on the day.
    pub async fn decided(&self, app: &TestApp) -> Vec<Decision> {
        let day = self.day(app).await;
        let signals: Vec<_> = day
            .spans
            .iter()
            .map(|s| dayloom_domain::decision::signal_digest(s.span.project_id, &s.span.signal))
            .collect();
        app.store
            .decisions()
            .for_signals(self.person.id, &signals)
            .await
            .expect("decisions")
    }
}

pub fn stages(app: &TestApp, model: &Arc<Scripted>, budget: Option<u64>) -> Stages {
    let models = Models::new(app.store.clone(), model.clone(), budget);
    Stages::new(app.store.clone(), Arc::clone(&app.clock) as Arc<dyn Clock>).with_models(models)
}

/// Derives what is dirty, lets time pass, asks whoever is due, and derives again. Returns how many turns there were.
pub async fn pass(app: &TestApp, stages: &Stages, wait: SignedDuration) -> u64 {
    let runner = Runner::of(stages.clone());
    runner.run_until_idle().await.expect("days derive");
    app.clock.advance(wait);
    let turns = stages.ask_due().await.expect("turns");
    runner.run_until_idle().await.expect("days derive");
    turns
}

pub const SOON: SignedDuration = SignedDuration::from_secs(6);

pub fn honest() -> Arc<Scripted> {
    Scripted::new(|prompt| Ok(sorted_by(&prompt.user, by_words)))
}

pub fn titles(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Page {n} on refunds")).collect()
}

pub fn refs(titles: &[String]) -> Vec<&str> {
    titles.iter().map(String::as_str).collect()
}
