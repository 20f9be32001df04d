//! A person with weeks of generated work behind them, whose branches name no task: only what they review tells.

use dayloom_domain::{
    TaskId,
    day::{Block, Category},
    review::{Change, EntryStatus},
    sample::{Developer, year},
};
use dayloom_storage::StoredDay;
use dayloom_testkit::{Person, TestApp, Tracked};
use jiff::{SignedDuration, ToSpan, civil::Date};

/// The last day worked: yesterday by the clock of the app.
pub const LAST: Date = Date::constant(2026, 11, 20);

/// What the person is on, as their branches say it; there is a task for each, which nothing names.
const TOPICS: [&str; 5] = ["refunds", "rounding", "runners", "signer", "handover"];

pub struct Worked {
    pub ann: Person,
    pub tracked: Tracked,
    /// One for each topic.
    pub tasks: Vec<TaskId>,
    pub first: Date,
}

/// Work on so many calendar days up to [`LAST`], sampled so often, stored and derived.
pub async fn worked(app: &TestApp, days: i64, interval_s: u32, seed: u64) -> Worked {
    let ann = app.person("ann@example.org").await;
    let tracked = app.tracked(&ann).await;
    let developer = Developer {
        developer_id: ann.id,
        project_id: tracked.project,
        device_id: tracked.device,
        interval_s,
        keys: TOPICS.map(str::to_owned).to_vec(),
        ..Developer::default()
    };
    let mut tasks = Vec::new();
    for n in 1..=TOPICS.len() {
        let (key, title) = (
            format!("PAY-{n}"),
            format!("Something of the backlog, number {n}"),
        );
        tasks.push(app.task(&ann, &tracked, Some(&key), &title).await);
    }
    let first = LAST.saturating_sub((days - 1).days());
    let events = year(&developer, first, days, seed);
    app.upload_in_time(ann.id, tracked.device, &events).await;
    settled(app).await;
    Worked {
        ann,
        tracked,
        tasks,
        first,
    }
}

/// Derives every dirty day, those included that rest because they were marked while they were derived.
pub async fn settled(app: &TestApp) {
    app.derive().await;
    while app.store.days().backlog().await.expect("a count") > 0 {
        app.clock.advance(SignedDuration::from_secs(1));
        app.derive().await;
    }
}

impl Worked {
    /// Every stored day, by date.
    pub async fn days(&self, app: &TestApp) -> Vec<StoredDay> {
        let mut days = Vec::new();
        let known = app.store.days().known(Some(self.ann.id), self.first, LAST).await;
        for (developer, date) in known.expect("days") {
            let day = app.store.days().read(developer, date).await.expect("a read");
            days.push(day.expect("a stored day"));
        }
        days
    }

    /// The task of what most of a block was spent on; none where no branch tells.
    pub fn truth(&self, day: &StoredDay, block: &Block) -> Option<TaskId> {
        let mut micros = [0; TOPICS.len()];
        for span in &day.day.spans {
            let branch = span.span.signal.branch.as_deref().unwrap_or_default();
            if let Some(topic) = TOPICS.iter().position(|topic| branch.ends_with(topic))
                && block.start <= span.span.start
                && span.span.end <= block.end
            {
                micros[topic] += span.span.micros;
            }
        }
        let most = (0..TOPICS.len()).max_by_key(|topic| micros[*topic])?;
        (micros[most] > 0).then(|| self.tasks[most])
    }
}

/// The entries nobody reviewed, each with its day, longest first.
pub fn open(days: &[StoredDay]) -> Vec<(&StoredDay, &Block)> {
    let mut open: Vec<_> = days
        .iter()
        .flat_map(|day| day.day.blocks.iter().map(move |block| (day, block)))
        .filter(|(_, block)| block.status == EntryStatus::Inferred)
        .collect();
    open.sort_by_key(|(_, block)| (-block.micros, block.start));
    open
}

pub fn correct(task: TaskId) -> Change {
    Change::Correct {
        task_id: Some(task),
        category: Category::Productive,
    }
}
