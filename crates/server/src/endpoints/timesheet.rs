//! The caller's timesheet (`contract/tracker.md` §2.6).

use axum::{Json, extract::State};
use dayloom_api::tracker::{Timesheet, TimesheetDay, TimesheetEntry, TimesheetQuery};
use dayloom_domain::DeveloperId;
use dayloom_pipeline::journal;
use dayloom_storage::TimesheetRow;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{ApiError, ApiQuery, Caller, ServerState};

/// Entries and journals of a range of days.
#[utoipa::path(get, path = "/tracker/timesheet", tag = "tracker", params(TimesheetQuery),
    responses((status = 200, body = Timesheet),
        (status = 400, body = dayloom_api::Refusal, description = "A date that is none, or the range is reversed.")))]
pub async fn read(
    State(state): State<ServerState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<TimesheetQuery>,
) -> Result<Json<Timesheet>, ApiError> {
    timesheet_of(&state, caller.id, &query).await.map(Json)
}

/// The timesheet of a person, for themselves.
async fn timesheet_of(
    state: &ServerState,
    developer: DeveloperId,
    query: &TimesheetQuery,
) -> Result<Timesheet, ApiError> {
    let (start, end) = range(query, state.now())?;
    let rows = state.store().days().timesheet(developer, start, end).await?;
    let mut sheet = group(rows);
    for journal in state.store().journals().between(developer, start, end).await? {
        if let Some(journal) = journal::current(state.store(), developer, journal).await? {
            put_journal(&mut sheet, journal.date, journal.text);
        }
    }
    Ok(sheet)
}

/// A journal stands on its day, which is there for the journal's sake if it has no entry.
fn put_journal(sheet: &mut Timesheet, date: Date, text: String) {
    let place = sheet.days.binary_search_by_key(&date, |day| day.date);
    let at = place.unwrap_or_else(|at| {
        sheet.days.insert(at, empty_day(date));
        at
    });
    sheet.days[at].journal = Some(text);
    sheet.days_count = sheet.days.len();
}

fn empty_day(date: Date) -> TimesheetDay {
    TimesheetDay {
        date,
        total_minutes: 0,
        entries: Vec::new(),
        journal: None,
    }
}

/// The first and the last date that were asked for.
pub(super) fn range(query: &TimesheetQuery, now: Timestamp) -> Result<(Date, Date), ApiError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let end = query.end.as_deref().map_or(Ok(today), date)?;
    let start = query
        .start
        .as_deref()
        .map_or(Ok(end.saturating_sub(6.days())), date)?;
    if start > end {
        return Err(ApiError::bad_request("start must be <= end"));
    }
    Ok((start, end))
}

/// Reads `YYYY-MM-DD` and nothing else.
pub(super) fn date(text: &str) -> Result<Date, ApiError> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| {
            if matches!(at, 4 | 7) {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    let read = shape.then(|| text.parse().ok()).flatten();
    read.ok_or_else(|| ApiError::bad_request("Invalid date (use YYYY-MM-DD)"))
}

/// Rows come by date; neighbours of one date make a day. Journals are their person's alone and not added here.
pub(super) fn group(rows: Vec<TimesheetRow>) -> Timesheet {
    let mut sheet = Timesheet::default();
    for row in rows {
        if sheet.days.last().is_none_or(|day| day.date != row.entry_date) {
            sheet.days.push(empty_day(row.entry_date));
        }
        sheet.total_minutes += row.duration_minutes;
        if let Some(day) = sheet.days.last_mut() {
            day.total_minutes += row.duration_minutes;
            day.entries.push(entry(row));
        }
    }
    sheet.days_count = sheet.days.len();
    sheet
}

pub(super) fn entry(row: TimesheetRow) -> TimesheetEntry {
    TimesheetEntry {
        id: row.id,
        entry_date: row.entry_date,
        duration_minutes: row.duration_minutes,
        task_id: row.task_id,
        task_title: row.task_title,
        description: row.description,
        confidence_score: row.confidence_score,
        attribution_status: row.attribution_status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_ten_characters() {
        assert!(date("2026-11-21").is_ok());
        for bad in [
            "2026-11-21T00:00:00",
            "20261121",
            "2026-1-2",
            "2026-13-01",
            "",
            "2026-02-30",
            "+2026-1-01",
        ] {
            assert!(date(bad).is_err(), "{bad}");
        }
    }
}
