//! The stage that looks at days for something worth saying, and says it once (`contract/tracker.md` §4.5).
//!
//! What is judged is the day that goes on where the person is, and the one before, so that its last hours are judged
//! too. The rules are [`dayloom_domain::insight`]; a notification of one type and day is made once, whoever sweeps.

use std::collections::BTreeMap;

use dayloom_domain::{
    DeveloperId, Locale,
    day::Day,
    facts::text,
    insight::{DayMetrics, Hours, Insight, Kind, Metrics, Usual, judge, learned, wording},
};
use dayloom_storage::{DueDay, MeasuredDay, NewNotification, Notification, StorageError, Store};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Days from which hours are learned and what is usual is known: four weeks, so that each weekday counts alike.
const BACK_DAYS: i64 = 28;

/// No day is older. Each is measured once, so that a question about any of them is answered quickly.
const FIRST: Date = Date::constant(1970, 1, 1);

/// Days measured with one look at the database.
const PAGE: u32 = 200;

/// Measures the days that changed since the last sweep, judges those that are still news, and notifies. Returns how
/// many notifications were made. Run every three hours; more often does no harm.
pub async fn sweep(store: &Store, now: Timestamp) -> Result<u64, StorageError> {
    sweep_until(store, now, &CancellationToken::new()).await
}

/// The same, ending early when `stop` is cancelled.
pub async fn sweep_until(
    store: &Store,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<u64, StorageError> {
    let (mut made, mut last) = (0, None);
    while !stop.is_cancelled() {
        let page = store.insights().due(FIRST, last, PAGE).await?;
        let Some(&end) = page.last() else { break };
        for due in page {
            match look(store, due, now).await {
                Ok(new) => made += new,
                // One day that cannot be read must not silence everybody's.
                Err(StorageError::Unreadable(what)) => {
                    tracing::warn!(developer = %due.developer_id, date = %due.date,
                    what, "a day could not be looked at for insights; it is tried again with the next sweep")
                }
                Err(error) => return Err(error),
            }
        }
        last = Some(end);
    }
    metrics::counter!("dayloom_insights_total").increment(made);
    Ok(made)
}

/// Minutes in calls on each of a person's days, those that changed since the last sweep measured now.
pub(crate) async fn calls(
    store: &Store,
    developer: DeveloperId,
    start: Date,
    end: Date,
) -> Result<Vec<(Date, i64)>, StorageError> {
    let mut micros: BTreeMap<Date, i64> = BTreeMap::new();
    for measured in store.insights().between(developer, start, end).await? {
        micros.insert(measured.date, measured.metrics.meeting);
    }
    // Measured for this answer alone: keeping it would tell the sweep that the day was judged.
    for due in store.insights().due_of(developer, start, end).await? {
        if let Some(stored) = store.days().read(developer, due.date).await? {
            micros.insert(due.date, DayMetrics::of(&stored.day).meeting);
        }
    }
    let minutes = micros
        .into_iter()
        .map(|(date, micros)| (date, (micros + 30_000_000) / 60_000_000));
    Ok(minutes.filter(|(_, minutes)| *minutes > 0).collect())
}

/// Notifies before the measure is kept, so that a sweep that breaks off in between is made good by the next.
async fn look(store: &Store, due: DueDay, now: Timestamp) -> Result<u64, StorageError> {
    let Some(stored) = store.days().read(due.developer_id, due.date).await? else {
        return Ok(0);
    };
    let metrics = DayMetrics::of(&stored.day);
    let mut made = 0;
    if is_news(&stored.day, now) {
        let hours = hours(store, due.developer_id, due.date).await?;
        for insight in judged(store, due, &metrics, hours).await? {
            let today = stored.day.timezone.date_of(now);
            let new = notification(due, &insight, hours, today);
            made += u64::from(store.notifications().create(&new, now).await?);
        }
    }
    let measured = DueDay {
        revision: stored.revision,
        ..due
    };
    store.insights().put(measured, &metrics).await?;
    Ok(made)
}

/// Today or yesterday by the clock of the day itself.
fn is_news(day: &Day, now: Timestamp) -> bool {
    let today = day.timezone.date_of(now);
    day.date == today || day.date == today.saturating_sub(1.day())
}

async fn before(store: &Store, developer: DeveloperId, date: Date) -> Result<Vec<MeasuredDay>, StorageError> {
    let from = date.saturating_sub(BACK_DAYS.days());
    store
        .insights()
        .between(developer, from, date.saturating_sub(1.day()))
        .await
}

/// Where working hours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoursFrom {
    /// The person set them.
    Set,
    /// Their last weeks show them.
    Learned,
    /// Too little is known: those of the contract.
    Contract,
}

async fn hours(store: &Store, developer: DeveloperId, date: Date) -> Result<Hours, StorageError> {
    Ok(hours_on(store, developer, date).await?.0)
}

/// The person's working hours on a date: as they set them, else as their last weeks show them, else the contract's.
pub async fn hours_on(
    store: &Store,
    developer: DeveloperId,
    date: Date,
) -> Result<(Hours, HoursFrom), StorageError> {
    let person = store.people().by_id(developer).await?;
    let set = person
        .and_then(|person| person.working_hours)
        .and_then(|(start, end)| Hours::read(&start, &end).ok());
    if let Some(hours) = set {
        return Ok((hours, HoursFrom::Set));
    }
    let days: Vec<DayMetrics> = before(store, developer, date)
        .await?
        .into_iter()
        .map(|day| day.metrics)
        .collect();
    Ok(match learned(&days) {
        Some(hours) => (hours, HoursFrom::Learned),
        None => (Hours::default(), HoursFrom::Contract),
    })
}

async fn judged(
    store: &Store,
    due: DueDay,
    metrics: &DayMetrics,
    hours: Hours,
) -> Result<Vec<Insight>, StorageError> {
    let days = before(store, due.developer_id, due.date).await?;
    let usual: Vec<_> = days.iter().map(|day| day.metrics.under(hours)).collect();
    Ok(judge(metrics.under(hours), &Usual::of_days(&usual)))
}

/// Title and body of a notification in the reader's language, said anew from what it rests on. What is no insight of
/// this release is shown as it was stored.
pub fn said(stored: &Notification, locale: Locale) -> (String, String) {
    let as_stored = || (stored.title.clone(), stored.body.clone());
    let today = stored.created_at.to_zoned(TimeZone::UTC).date();
    let Some((insight, hours)) = of_context(&stored.event_type, &stored.context) else {
        return as_stored();
    };
    let said = wording(&insight, hours, stored.date, today, locale);
    (said.title.to_owned(), said.body)
}

fn of_context(event_type: &str, context: &Value) -> Option<(Insight, Hours)> {
    let insight = Insight {
        kind: Kind::of(event_type)?,
        metrics: serde_json::from_value::<Metrics>(context["metrics"].clone()).ok()?,
        usual: context["usual"].as_f64(),
    };
    let hours = Hours::parse(context["working_hours"].as_str()?).ok()?;
    Some((insight, hours))
}

fn notification(due: DueDay, insight: &Insight, hours: Hours, today: Date) -> NewNotification {
    let said = wording(insight, hours, due.date, today, Locale::default());
    NewNotification {
        recipient_id: due.developer_id,
        event_type: insight.kind.event_type(),
        title: said.title.to_owned(),
        body: text::clean(&said.body),
        context: json!({
            "source": "tracker",
            "metrics": insight.metrics,
            "date": due.date,
            "usual": insight.usual,
            "working_hours": hours.text(),
        }),
        date: due.date,
    }
}
