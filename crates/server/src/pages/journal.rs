//! The journals of a person's days: reading them, writing one's own in place of one, taking one away and giving it back.

use axum::{
    Form,
    extract::{Query as UrlQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use dayloom_api::tracker::journal::MAX_JOURNAL;
use dayloom_domain::DeveloperId;
use dayloom_pipeline::journal;
use dayloom_storage::Store;
use dayloom_views::{facts::DayFacts, journals::JournalsPage, state::Trouble, time::add_days, urls};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    failure::{PageError, show},
    gather, query,
    visitor::Visitor,
};
use crate::{ApiError, Caller, ServerState, endpoints::journals};

/// Days of one page.
const DAYS: i64 = 14;

/// No day is older.
const FIRST: Date = Date::constant(1970, 1, 1);

#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    end: Option<String>,
}

/// The page: two weeks up to a date, today if none is named.
pub(super) async fn page(
    State(state): State<ServerState>,
    visitor: Visitor,
    UrlQuery(query): UrlQuery<Query>,
) -> Result<Response, PageError> {
    let (store, id, now) = (state.store(), visitor.person.id, state.now());
    let zone = gather::zone_of(&visitor.person);
    let viewer = gather::viewer(store, visitor, now).await?;
    let last = match query.end.as_deref().map(str::trim) {
        None | Some("") => viewer.today(),
        Some(text) => query::parse(text)?,
    };
    let first = add_days(last, 1 - DAYS);
    let mut reads = gather::days(store, id, (first, last), &zone).await?;
    let mut stored = store.journals().between(id, first, last).await?;
    for read in &mut reads {
        let day = &read.facts.day;
        let at = stored.iter().position(|journal| journal.date == day.date);
        let journal = match at.map(|at| stored.swap_remove(at)) {
            None if !day.blocks.is_empty() => journal::read(store, state.models(), id, day.date, now).await?,
            journal => journal,
        };
        read.facts.journal = gather::journal(store, id, journal, now).await?;
    }
    let tasks = gather::tasks(store, id, &reads).await?;
    let days: Vec<DayFacts> = reads.into_iter().map(|read| read.facts).collect();
    let around = around(store, id, (first, last), viewer.today()).await?;
    let page = JournalsPage::new(&viewer, &tasks, &days, (first, last), around);
    Ok(show(&page))
}

/// The last dates of the pages with the nearest days before and after, where there are any.
async fn around(
    store: &Store,
    developer: DeveloperId,
    (first, last): (Date, Date),
    today: Date,
) -> Result<(Option<Date>, Option<Date>), PageError> {
    let days = store.days();
    let before = days.known(Some(developer), FIRST, add_days(first, -1)).await?;
    let after = if last < today {
        days.known(Some(developer), add_days(last, 1), today).await?
    } else {
        Vec::new()
    };
    let next = after
        .first()
        .map(|(_, date)| add_days(*date, DAYS - 1).min(today));
    Ok((before.last().map(|(_, date)| *date), next))
}

#[derive(Deserialize)]
pub(super) struct Edit {
    #[serde(default)]
    csrf: String,
    day: Date,
    #[serde(default)]
    text: String,
    #[serde(default)]
    action: Action,
    /// The last date of the page of journals it came from; none from the page of the day.
    back: Option<Date>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// Keeps the person's own text.
    #[default]
    Save,
    /// Gives the journal back to be written from the facts.
    Reset,
    /// Takes it away.
    Remove,
}

/// Stores the person's text, takes the journal away or gives it back, and leads to it.
pub(super) async fn submit(
    State(state): State<ServerState>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<Edit>,
) -> Result<Response, PageError> {
    visitor.check(&form.csrf, &headers, &state)?;
    let caller = Caller {
        id: visitor.person.id,
    };
    // What a browser sends ends its lines as HTTP does, and may have got round the form's limit.
    let text: String = form
        .text
        .replace("\r\n", "\n")
        .replace('\0', "")
        .chars()
        .take(MAX_JOURNAL)
        .collect();
    let text = match form.action {
        Action::Save => Some(text.as_str()),
        Action::Remove => Some(""),
        Action::Reset => None,
    };
    journals::edit(&state, caller, form.day, text)
        .await
        .map_err(|error| match error {
            ApiError::Internal(_) => PageError::from(error),
            _ => PageError(Trouble::NotFound),
        })?;
    let to = match form.back {
        Some(end) => urls::journal_among(end, form.day),
        None => urls::journal(form.day),
    };
    Ok(Redirect::to(&to).into_response())
}
