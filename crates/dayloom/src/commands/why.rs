//! `why`: who attributed a block or a moment, and from what.

use std::collections::HashMap;

use dayloom_domain::Zone;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{days, rules};
use crate::{
    Context,
    failure::{Failure, Outcome},
    output::{columns, cut, duration, plain},
    remote::{Remote, view},
};

/// Days back in which a block is looked for by its id.
const BACK: i64 = 60;
/// The shortest beginning of an id that is taken for one.
const SHORTEST_ID: usize = 4;

#[derive(Debug, Deserialize)]
struct DayView {
    timezone: String,
    spans: Vec<SpanView>,
    blocks: Vec<BlockView>,
}

#[derive(Clone, Debug, Deserialize)]
struct SpanView {
    start: Timestamp,
    end: Timestamp,
    seconds: f64,
    signal: String,
    task_id: Option<String>,
    reason: String,
    event_ids: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct BlockView {
    entry_id: String,
    start: Timestamp,
    end: Timestamp,
    minutes: i64,
    task_id: Option<String>,
    reason: String,
    status: String,
}

#[derive(Debug, Deserialize)]
struct Explained {
    reason: String,
    answered_by: String,
    confidence: f64,
    evidence: Vec<Evidence>,
    candidates: Vec<Candidate>,
}

#[derive(Debug, Deserialize)]
struct Evidence {
    kind: String,
    text: String,
    weight: f64,
}

#[derive(Debug, Deserialize)]
struct Candidate {
    task_id: String,
    confidence: f64,
}

/// What was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// A block by its id, or the beginning of it.
    Block(String),
    /// A time of the clock today.
    Today(Time),
    /// A time of the clock on a date.
    Local(DateTime),
    /// An instant.
    At(Timestamp),
}

fn asked(text: &str) -> Option<Asked> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(Asked::At(at));
    }
    if text.len() > 10
        && let Ok(local) = text.replace(' ', "T").parse()
    {
        return Some(Asked::Local(local));
    }
    if text.contains(':')
        && let Ok(time) = Time::strptime("%H:%M", text)
    {
        return Some(Asked::Today(time));
    }
    let id = text.to_ascii_lowercase();
    let sound = id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (sound && id.len() >= SHORTEST_ID).then_some(Asked::Block(id))
}

/// Explains a block or a moment.
pub async fn run(cx: &Context, text: &str) -> Outcome {
    let remote = Remote::of(cx)?;
    let asked = asked(text).ok_or_else(|| {
        Failure::usage(
            format!("`{}` is neither a block nor a time", plain(text)),
            "Give a block's id as `dayloom day --json` shows it, HH:MM of today, or \"YYYY-MM-DD HH:MM\"",
        )
    })?;
    let (day, block, span) = find(&remote, &asked).await?;
    let explained = match span.event_ids.first() {
        Some(event) => Some(remote.get(&format!("/tracker/spans/{event}/explain")).await?),
        // Nobody saw it: the person said so.
        None => None,
    };
    let answer = json!({
        "block": block.as_ref().map(|(raw, _)| raw), "span": span.raw, "explanation": explained,
    });
    if cx.out.json {
        return cx.out.json(&answer);
    }
    let explained: Option<Explained> = explained.as_ref().map(view).transpose()?;
    let names = rules::names(&remote).await?;
    let block = block.map(|(_, block)| block);
    cx.out.facts(&answer, || {
        told(&day, block.as_ref(), &span, explained.as_ref(), &names, |text| {
            cx.out.strong(text)
        })
    })
}

/// A span with the JSON it came as.
struct Found {
    raw: Value,
    span: SpanView,
}

impl std::ops::Deref for Found {
    type Target = SpanView;

    fn deref(&self) -> &SpanView {
        &self.span
    }
}

type Block = (Value, BlockView);

async fn find(remote: &Remote, asked: &Asked) -> Outcome<(DayView, Option<Block>, Found)> {
    let today = days::person_today(remote).await?;
    let (date, at) = match asked {
        Asked::Block(id) => return by_id(remote, id, today).await,
        Asked::Today(time) => (today, today.to_datetime(*time)),
        Asked::Local(local) => (local.date(), *local),
        Asked::At(at) => {
            let raw = days::fetch(remote, today).await?;
            let local = zone(&view(&raw)?).rules().to_datetime(*at);
            (local.date(), local)
        }
    };
    let raw = days::fetch(remote, date).await?;
    let day: DayView = view(&raw)?;
    let moment = match asked {
        Asked::At(at) => *at,
        _ => zone(&day).at(date, at.time()),
    };
    let exact = matches!(asked, Asked::At(_)) || at.second() != 0;
    let Some(index) = seen_at(&day.spans, moment, exact) else {
        return Err(Failure::failed(
            format!("No time is recorded at {}", at.strftime("%H:%M on %Y-%m-%d")),
            "`dayloom day` shows what is",
        ));
    };
    let found = span_at(&raw, &day, index);
    let block = day
        .blocks
        .iter()
        .position(|block| block.start <= found.start && found.end <= block.end)
        .map(|n| (raw["blocks"][n].clone(), day.blocks[n].clone()));
    Ok((day, block, found))
}

/// The span of a moment. A time of the clock without seconds, as tables show the beginning of a block, is a whole minute:
/// where nothing was seen when it began, it is what began within it.
fn seen_at(spans: &[SpanView], moment: Timestamp, exact: bool) -> Option<usize> {
    let end = moment
        .saturating_add(jiff::SignedDuration::from_mins(1))
        .unwrap_or(moment);
    let holds = |span: &SpanView| span.start <= moment && moment < span.end;
    let begins = |span: &SpanView| !exact && moment <= span.start && span.start < end;
    spans
        .iter()
        .position(holds)
        .or_else(|| spans.iter().position(begins))
}

fn span_at(raw: &Value, day: &DayView, index: usize) -> Found {
    Found {
        raw: raw["spans"][index].clone(),
        span: day.spans[index].clone(),
    }
}

fn zone(day: &DayView) -> Zone {
    Zone::parse(&day.timezone).unwrap_or_else(|_| Zone::utc())
}

/// A block of the last weeks, and the span that most of its time was spent on.
async fn by_id(remote: &Remote, id: &str, today: Date) -> Outcome<(DayView, Option<Block>, Found)> {
    #[derive(Deserialize)]
    struct Sheet {
        days: Vec<SheetDay>,
    }
    #[derive(Deserialize)]
    struct SheetDay {
        date: Date,
        entries: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
    }
    let first = today - jiff::Span::new().days(BACK);
    let last = today + jiff::Span::new().days(1);
    let sheet = remote
        .get(&format!("/tracker/timesheet?start={first}&end={last}"))
        .await?;
    let sheet: Sheet = view(&sheet)?;
    let dates: Vec<Date> = sheet
        .days
        .iter()
        .flat_map(|day| day.entries.iter().map(|entry| (day.date, &entry.id)))
        .filter(|(_, entry)| entry.starts_with(id))
        .map(|(date, _)| date)
        .collect();
    let date = match dates[..] {
        [date] => date,
        [] => {
            return Err(Failure::failed(
                format!("No block of the last {BACK} days begins with `{id}`"),
                "`dayloom day --json` shows the blocks of a day with their ids",
            ));
        }
        _ => {
            return Err(Failure::failed(
                format!("More than one block begins with `{id}`"),
                "Give more of its id",
            ));
        }
    };
    let raw = days::fetch(remote, date).await?;
    let day: DayView = view(&raw)?;
    let index = day.blocks.iter().position(|block| block.entry_id.starts_with(id));
    let block = index.map(|n| (raw["blocks"][n].clone(), day.blocks[n].clone()));
    let inside = |span: &SpanView| {
        block
            .as_ref()
            .is_some_and(|(_, block)| block.start <= span.start && span.end <= block.end)
    };
    let longest = (0..day.spans.len())
        .filter(|n| inside(&day.spans[*n]))
        .max_by(|a, b| day.spans[*a].seconds.total_cmp(&day.spans[*b].seconds));
    match longest {
        Some(longest) => {
            let found = span_at(&raw, &day, longest);
            Ok((day, block, found))
        }
        None => Err(Failure::failed(
            "No recorded time is left in that block",
            "It stands because you reviewed it",
        )),
    }
}

fn told(
    day: &DayView,
    block: Option<&BlockView>,
    span: &SpanView,
    explained: Option<&Explained>,
    names: &HashMap<String, String>,
    strong: impl Fn(&str) -> String,
) -> String {
    let rules = zone(day).rules();
    let clock = |at: Timestamp| rules.to_datetime(at).strftime("%H:%M").to_string();
    let when = |start: Timestamp, end: Timestamp| {
        if start == end {
            days::NOWHERE.to_owned()
        } else {
            format!("{}-{}", clock(start), clock(end))
        }
    };
    let name = |task: &Option<String>| match task {
        Some(task) => names
            .get(task)
            .map_or_else(|| "a task you may not see".to_owned(), |name| plain(name)),
        None => "no task".to_owned(),
    };
    let mut text = String::new();
    if let Some(block) = block {
        let head = format!("{}  {}", when(block.start, block.end), name(&block.task_id));
        text.push_str(&strong(&head));
        text.push_str(&format!(
            "  {} min, {}\n{}\n\n",
            block.minutes,
            plain(&block.status),
            plain(&block.reason)
        ));
    }
    text.push_str(&format!(
        "{}  {}  {}\n{}\n",
        when(span.start, span.end),
        duration(span.seconds),
        name(&span.task_id),
        cut(&plain(&span.signal), 100),
    ));
    let Some(explained) = explained else {
        text.push_str(&format!("{}\n", plain(&span.reason)));
        return text;
    };
    text.push_str(&format!(
        "{}\nanswered by {}, confidence {:.2}\n",
        plain(&explained.reason),
        plain(&explained.answered_by),
        explained.confidence
    ));
    if !explained.evidence.is_empty() {
        let mut rows = vec![["WEIGHT", "KIND", "EVIDENCE"].map(str::to_owned).to_vec()];
        rows.extend(explained.evidence.iter().map(|item| {
            vec![
                format!("{:+.1}", item.weight),
                plain(&item.kind),
                cut(&plain(&item.text), 88),
            ]
        }));
        text.push('\n');
        text.push_str(&columns(&rows, &[0]));
    }
    if !explained.candidates.is_empty() {
        let mut rows = vec![["SHARE", "TASK"].map(str::to_owned).to_vec()];
        rows.extend(explained.candidates.iter().map(|candidate| {
            let share = format!("{:.0} %", candidate.confidence * 100.0);
            vec![share, cut(&name(&Some(candidate.task_id.clone())), 72)]
        }));
        text.push('\n');
        text.push_str(&columns(&rows, &[0]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_or_a_time_is_told_from_its_form() {
        assert_eq!(asked("0B7A-1"), Some(Asked::Block("0b7a-1".to_owned())));
        assert!(matches!(asked("14:05"), Some(Asked::Today(_))));
        assert!(matches!(asked("2026-11-20 14:05"), Some(Asked::Local(_))));
        assert!(matches!(asked("2026-11-20T14:05"), Some(Asked::Local(_))));
        assert!(matches!(asked("2026-11-20T14:05:00Z"), Some(Asked::At(_))));
        for other in ["", "ab", "lunch", "25:00", "2026-13-01 10:00"] {
            assert_eq!(asked(other), None, "{other}");
        }
    }

    #[test]
    fn the_minute_a_block_is_shown_to_begin_with_is_of_that_block() {
        let span = |start: &str, end: &str| {
            json!({
                "start": start, "end": end, "seconds": 1.0, "signal": "", "task_id": null, "reason": "", "event_ids": [],
            })
        };
        let spans = json!([
            span("2026-11-20T08:02:30Z", "2026-11-20T08:05:00Z"),
            span("2026-11-20T08:05:10Z", "2026-11-20T08:06:00Z"),
        ]);
        let spans: Vec<SpanView> = view(&spans).map_err(|f| f.to_string()).expect("spans");
        let at = |clock: &str, exact| {
            let moment: Timestamp = format!("2026-11-20T{clock}Z").parse().expect("an instant");
            seen_at(&spans, moment, exact)
        };
        for (clock, minute, exact) in [
            ("08:01:00", None, None),
            ("08:02:00", Some(0), None),
            ("08:04:00", Some(0), Some(0)),
            ("08:05:00", Some(1), None),
            ("08:05:30", Some(1), Some(1)),
            ("08:06:00", None, None),
        ] {
            assert_eq!((at(clock, false), at(clock, true)), (minute, exact), "{clock}");
        }
    }

    #[test]
    fn an_explanation_reads_well() {
        let raw = json!({
            "timezone": "Europe/Berlin",
            "spans": [{"start": "2026-11-20T08:02:00Z", "end": "2026-11-20T08:42:00Z", "seconds": 2400.0,
                "signal": "Code · refund.rs \u{1b}[2J", "task_id": "t", "reason": "branch", "event_ids": ["e"]}],
            "blocks": [{"entry_id": "b", "start": "2026-11-20T08:02:00Z", "end": "2026-11-20T09:02:00Z",
                "minutes": 60, "task_id": "t", "reason": "branch feature/PAY-412", "status": "inferred"}],
        });
        let day: DayView = view(&raw).map_err(|f| f.to_string()).expect("a day");
        let explained: Explained = view(&json!({
            "reason": "branch feature/PAY-412", "answered_by": "key", "confidence": 0.9,
            "evidence": [{"kind": "key", "text": "branch feature/PAY-412", "weight": 2.2},
                {"kind": "neighbours", "text": "work on PAY-398 before it", "weight": -0.4}],
            "candidates": [{"task_id": "t", "confidence": 0.9}, {"task_id": "u", "confidence": 0.04}],
        }))
        .map_err(|f| f.to_string())
        .expect("an explanation");
        let names = HashMap::from([("t".to_owned(), "PAY-412".to_owned())]);
        let text = told(
            &day,
            day.blocks.first(),
            &day.spans[0],
            Some(&explained),
            &names,
            str::to_owned,
        );
        insta::assert_snapshot!(text, @r"
        09:02-10:02  PAY-412  60 min, inferred
        branch feature/PAY-412

        09:02-09:42  40m  PAY-412
        Code · refund.rs  [2J
        branch feature/PAY-412
        answered by key, confidence 0.90

        WEIGHT  KIND        EVIDENCE
          +2.2  key         branch feature/PAY-412
          -0.4  neighbours  work on PAY-398 before it

        SHARE  TASK
         90 %  PAY-412
          4 %  a task you may not see
        ");
    }
}
