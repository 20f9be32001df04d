//! `today`, `day` and `week`: derived days as a table, or as the objects of `contract/tracker.md` §9.

use dayloom_domain::{Clock, Zone};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Context,
    clock::SystemClock,
    failure::{Failure, Outcome},
    output::{columns, cut, duration, plain},
    remote::{Remote, view},
};

/// Stands in place of a time where only minutes were entered by hand.
pub(super) const NOWHERE: &str = "by hand";

/// What the table shows of a day.
#[derive(Debug, Deserialize)]
struct DayView {
    date: Date,
    timezone: String,
    pending: bool,
    attention_s: f64,
    attributed_s: f64,
    unattributed_s: f64,
    personal_s: f64,
    blocks: Vec<BlockView>,
}

#[derive(Debug, Deserialize)]
struct BlockView {
    start: Timestamp,
    end: Timestamp,
    minutes: i64,
    task_key: Option<String>,
    task_title: Option<String>,
    task_id: Option<String>,
    reason: String,
    status: String,
}

/// Today in the person's zone.
pub async fn today(cx: &Context) -> Outcome {
    let remote = Remote::of(cx)?;
    let date = person_today(&remote).await?;
    show_day(cx, &remote, date).await
}

/// One day.
pub async fn day(cx: &Context, text: &str) -> Outcome {
    let remote = Remote::of(cx)?;
    let date = read_date(&remote, text).await?;
    show_day(cx, &remote, date).await
}

/// The week of a day, Monday to Sunday.
pub async fn week(cx: &Context, text: Option<&str>) -> Outcome {
    let remote = Remote::of(cx)?;
    let date = read_date(&remote, text.unwrap_or("today")).await?;
    let dates = week_of(date).ok_or_else(|| {
        Failure::usage(
            format!("The week of {date} is not whole"),
            "The calendar ends there: choose a date nearer to today",
        )
    })?;
    let mut days = Vec::new();
    for date in dates {
        days.push(fetch(&remote, date).await?);
    }
    let views = days.iter().map(view::<DayView>).collect::<Outcome<Vec<_>>>()?;
    cx.out
        .facts(&days, || week_table(&views, |text| cx.out.strong(text)))
}

/// Monday to Sunday; none at either end of the calendar.
fn week_of(date: Date) -> Option<Vec<Date>> {
    let passed = i64::from(date.weekday().to_monday_zero_offset());
    let monday = date.checked_sub(passed.days()).ok()?;
    (0..7).map(|day| monday.checked_add(day.days()).ok()).collect()
}

async fn show_day(cx: &Context, remote: &Remote, date: Date) -> Outcome {
    let answer = fetch(remote, date).await?;
    let day: DayView = view(&answer)?;
    cx.out
        .facts(&answer, || day_table(&day, |text| cx.out.strong(text)))?;
    if day.pending && !cx.out.json {
        cx.out.hint("Some of what was captured is still being worked in.");
    }
    Ok(())
}

pub(super) async fn fetch(remote: &Remote, date: Date) -> Outcome<Value> {
    remote.get(&format!("/tracker/days/{date}")).await
}

pub(super) async fn person_today(remote: &Remote) -> Outcome<Date> {
    let zone = remote.zone().await?;
    Ok(zone.date_of(SystemClock.now()))
}

pub(super) async fn read_date(remote: &Remote, text: &str) -> Outcome<Date> {
    match text {
        "today" => person_today(remote).await,
        "yesterday" => Ok(person_today(remote).await? - jiff::Span::new().days(1)),
        _ => text.parse().map_err(|_| {
            Failure::usage(
                format!("`{}` is no date", plain(text)),
                "Write it as YYYY-MM-DD, or say today or yesterday",
            )
        }),
    }
}

fn day_table(day: &DayView, strong: impl Fn(&str) -> String) -> String {
    let zone = Zone::parse(&day.timezone).unwrap_or_else(|_| Zone::utc());
    let rules = zone.rules();
    let clock = |at: Timestamp| rules.to_datetime(at).strftime("%H:%M").to_string();
    let mut text = strong(&format!("{} {}", day.date.strftime("%A"), day.date));
    text.push_str(&format!("  ({})\n", zone.name()));
    text.push_str(&format!(
        "{} in all: {} on tasks, {} without a task, {} personal\n",
        duration(day.attention_s),
        duration(day.attributed_s),
        duration(day.unattributed_s),
        duration(day.personal_s),
    ));
    if day.blocks.is_empty() {
        return text;
    }
    let mut rows = vec![["TIME", "MINUTES", "TASK", "WHY"].map(str::to_owned).to_vec()];
    for block in &day.blocks {
        let mut why = plain(&block.reason);
        if block.status != "inferred" {
            why.push_str(&format!(" ({})", plain(&block.status)));
        }
        rows.push(vec![
            if block.start == block.end {
                NOWHERE.to_owned()
            } else {
                format!("{}-{}", clock(block.start), clock(block.end))
            },
            block.minutes.to_string(),
            cut(&task_name(block), 48),
            cut(&why, 72),
        ]);
    }
    text.push('\n');
    text + &columns(&rows, &[1])
}

fn task_name(block: &BlockView) -> String {
    match (&block.task_key, &block.task_title, &block.task_id) {
        (Some(key), Some(title), _) => format!("{} {}", plain(key), plain(title)),
        (Some(name), None, _) | (None, Some(name), _) => plain(name),
        (None, None, Some(_)) => "(a task you may not see)".to_owned(),
        (None, None, None) => "-".to_owned(),
    }
}

fn week_table(days: &[DayView], strong: impl Fn(&str) -> String) -> String {
    let mut rows = vec![
        ["DAY", "TOTAL", "ON TASKS", "NO TASK", "PERSONAL"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let row = |name: String, parts: [f64; 4]| {
        std::iter::once(name)
            .chain(parts.map(|s| if s == 0.0 { "-".to_owned() } else { duration(s) }))
            .collect()
    };
    let parts = |d: &DayView| [d.attention_s, d.attributed_s, d.unattributed_s, d.personal_s];
    let mut sums = [0.0; 4];
    for day in days {
        for (sum, part) in sums.iter_mut().zip(parts(day)) {
            *sum += part;
        }
        rows.push(row(
            format!("{} {}", day.date.strftime("%a"), day.date),
            parts(day),
        ));
    }
    rows.push(row("Week".to_owned(), sums));
    let table = columns(&rows, &[1, 2, 3, 4]);
    match table.split_once('\n') {
        Some((head, rest)) => format!("{}\n{rest}", strong(head)),
        None => table,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> DayView {
        view(&json!({
            "date": "2026-11-20", "timezone": "Europe/Berlin", "revision": 7, "pending": false,
            "attention_s": 21600, "attributed_s": 18000.5, "unattributed_s": 2400, "personal_s": 1199.5,
            "spans": [], "devices": [],
            "blocks": [
                {"entry_id": "e", "start": "2026-11-20T08:02:00Z", "end": "2026-11-20T09:02:00Z", "seconds": 3600,
                 "minutes": 60, "task_id": "t", "task_key": "PROJ-12", "task_title": "Resume \u{1b}[2Juploads",
                 "category": "productive", "confidence": 0.9, "reason": "branch feature/PROJ-12", "status": "inferred"},
                {"entry_id": "f", "start": "2026-11-20T09:02:00Z", "end": "2026-11-20T09:09:00Z", "seconds": 420,
                 "minutes": 7, "task_id": null, "task_key": null, "task_title": null,
                 "category": "neutral", "confidence": 0.0, "reason": "no rule and no key", "status": "confirmed"},
                {"entry_id": "g", "start": "2026-11-19T23:00:00Z", "end": "2026-11-19T23:00:00Z", "seconds": 1500,
                 "minutes": 25, "task_id": null, "task_key": null, "task_title": null,
                 "category": "productive", "confidence": 1.0, "reason": "a call", "status": "confirmed"}
            ]
        }))
        .map_err(|f| f.to_string())
        .expect("a day")
    }

    #[test]
    fn a_day_reads_well() {
        insta::assert_snapshot!(day_table(&sample(), str::to_owned), @r"
        Friday 2026-11-20  (Europe/Berlin)
        6h 00m in all: 5h 00m on tasks, 40m without a task, 20m personal

        TIME         MINUTES  TASK                        WHY
        09:02-10:02       60  PROJ-12 Resume  [2Juploads  branch feature/PROJ-12
        10:02-10:09        7  -                           no rule and no key (confirmed)
        by hand           25  -                           a call (confirmed)
        ");
    }

    #[test]
    fn a_week_is_whole_or_none() {
        let week = week_of(jiff::civil::date(2026, 11, 22)).expect("seven days");
        assert_eq!((week.len(), week[0]), (7, jiff::civil::date(2026, 11, 16)));
        for end in [Date::MIN, Date::MAX] {
            assert!(week_of(end).is_none() || end.weekday() == jiff::civil::Weekday::Monday);
        }
    }

    #[test]
    fn a_week_adds_up() {
        insta::assert_snapshot!(week_table(&[sample(), sample()], str::to_owned), @r"
        DAY               TOTAL  ON TASKS  NO TASK  PERSONAL
        Fri 2026-11-20   6h 00m    5h 00m      40m       20m
        Fri 2026-11-20   6h 00m    5h 00m      40m       20m
        Week            12h 00m   10h 00m   1h 20m       40m
        ");
    }
}
