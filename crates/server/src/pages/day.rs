//! The tracker page: one day, a range of days, or the first run of who has no evidence yet.

use std::collections::BTreeMap;

use axum::{
    extract::{Query as UrlQuery, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use dayloom_domain::{DeveloperId, Zone, derive::evidence_window};
use dayloom_pipeline::journal;
use dayloom_storage::{Journal, Store, TaskLabel};
use dayloom_views::{
    csv,
    day::{DayPage, Desk, Zoom},
    facts::Viewer,
    range::{MOST_BANDS, RangePage},
    rows::rows,
    state::{FirstRunFacts, FirstRunPage, FirstSample, Trouble},
    words::Words,
};
use jiff::{Timestamp, civil::Date};

use super::{
    failure::{PageError, show},
    gather::{self, Read},
    query::{Query, Shown},
    review,
    visitor::Visitor,
};
use crate::{
    ServerState,
    etag::{self, is_known, tagged},
};

type Asked = Result<UrlQuery<Query>, QueryRejection>;

/// Attention after which the first run is over, in seconds.
const FIRST_MINUTE: i64 = 60;

fn asked(query: Asked) -> Result<Query, PageError> {
    query
        .map(|UrlQuery(query)| query)
        .map_err(|_| PageError(Trouble::DatesUnreadable))
}

/// The page. Its `ETag` changes with what it shows, so that a page that looks again gets 304 while nothing happened.
pub(super) async fn page(
    State(state): State<ServerState>,
    visitor: Visitor,
    query: Asked,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = visitor.person.id;
    let zone = gather::zone_of(&visitor.person);
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    let query = asked(query)?;
    match query.shown(viewer.today())? {
        Shown::Day(date, zoom) => {
            let shown = (date, zoom, query.desk());
            day(&state, id, &zone, viewer, shown, &headers).await
        }
        Shown::Range(start, end) => range(&state, id, &zone, viewer, (start, end), &headers).await,
    }
}

async fn day(
    state: &ServerState,
    id: DeveloperId,
    zone: &Zone,
    viewer: Viewer,
    (date, zoom, mut desk): (Date, Zoom, Desk),
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let store = state.store();
    let mut reads = gather::days(store, id, (date, date), zone).await?;
    let read = &mut reads[0];
    if date == viewer.today()
        && read.facts.day.attention_micros < FIRST_MINUTE * 1_000_000
        && let Some(first) = first_run(state, id, &viewer, read).await?
    {
        return Ok(show(&first));
    }
    let journal = told(state, id, read, viewer.now).await?;
    read.journal = journal.as_ref().map(|journal| journal.updated_at);
    // What is like an opened row rests on other days too.
    let tag = (!desk.is_busy()).then(|| tag(&viewer, &reads, date == viewer.today()));
    if let Some(tag) = tag.as_deref().filter(|tag| is_known(headers, tag)) {
        return Ok(unchanged(tag));
    }
    review::furnish(state, id, date, &mut desk, None).await?;
    let page = drawn(store, id, &viewer, reads, journal, (zoom, desk)).await?;
    Ok(match tag {
        Some(tag) => tagged(show(&page), &tag),
        None => show(&page),
    })
}

/// The journal of a day that was read.
async fn told(
    state: &ServerState,
    id: DeveloperId,
    read: &Read,
    now: Timestamp,
) -> Result<Option<Journal>, PageError> {
    let (store, day) = (state.store(), &read.facts.day);
    Ok(match day.blocks.is_empty() {
        true => store.journals().read(id, day.date).await?,
        false => journal::read(store, state.models(), id, day.date, now).await?,
    })
}

/// The page of a day that was read.
async fn drawn(
    store: &Store,
    id: DeveloperId,
    viewer: &Viewer,
    mut reads: Vec<Read>,
    journal: Option<Journal>,
    (zoom, desk): (Zoom, Desk),
) -> Result<DayPage, PageError> {
    gather::surroundings(store, id, &mut reads).await?;
    let tasks = gather::tasks(store, id, &reads).await?;
    let facts = &mut reads[0].facts;
    facts.journal = gather::journal(store, id, journal, viewer.now).await?;
    let week = gather::week(store, id, &facts.day).await?;
    Ok(DayPage::new(viewer, &tasks, facts, &week, zoom, desk))
}

/// The day again with what was typed on it, which was not taken.
pub(super) async fn again(
    state: &ServerState,
    visitor: Visitor,
    date: Date,
    desk: Desk,
) -> Result<Response, PageError> {
    let (store, id) = (state.store(), visitor.person.id);
    let zone = gather::zone_of(&visitor.person);
    let viewer = gather::viewer(store, visitor, state.now()).await?;
    let reads = gather::days(store, id, (date, date), &zone).await?;
    let journal = told(state, id, &reads[0], viewer.now).await?;
    let page = drawn(store, id, &viewer, reads, journal, (Zoom::Day, desk)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&page)).into_response())
}

async fn range(
    state: &ServerState,
    id: DeveloperId,
    zone: &Zone,
    viewer: Viewer,
    (start, end): (Date, Date),
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let mut reads = gather::days(state.store(), id, (start, end), zone).await?;
    let today = viewer.today();
    let tag = tag(&viewer, &reads, start <= today && today <= end);
    if is_known(headers, &tag) {
        return Ok(unchanged(&tag));
    }
    if reads.len() <= MOST_BANDS {
        gather::dismissed(state.store(), id, &mut reads).await?;
    }
    let tasks = gather::tasks(state.store(), id, &reads).await?;
    let days: Vec<_> = reads.into_iter().map(|read| read.facts).collect();
    Ok(tagged(show(&RangePage::new(&viewer, &tasks, &days)), &tag))
}

/// The list as comma-separated values.
pub(super) async fn csv(
    State(state): State<ServerState>,
    visitor: Visitor,
    query: Asked,
) -> Result<Response, PageError> {
    let id = visitor.person.id;
    let zone = gather::zone_of(&visitor.person);
    let viewer = gather::viewer(state.store(), visitor, state.now()).await?;
    let (start, end) = match asked(query)?.shown(viewer.today())? {
        Shown::Day(date, _) => (date, date),
        Shown::Range(start, end) => (start, end),
    };
    let mut reads = gather::days(state.store(), id, (start, end), &zone).await?;
    let tasks = gather::tasks(state.store(), id, &reads).await?;
    gather::surroundings(state.store(), id, &mut reads).await?;
    let mut text = csv::HEAD.to_owned();
    for read in &reads {
        let rows = rows(&read.facts, &tasks, &viewer, Words::of(viewer.locale));
        text.push_str(&csv::day(read.facts.day.date, &rows));
    }
    let name = if start == end {
        format!("{start}")
    } else {
        format!("{start}-to-{end}")
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"dayloom-{name}.csv\""),
        ),
    ];
    Ok((headers, text).into_response())
}

/// The first run, if the person has no more evidence than what this day holds, and that is under a minute.
async fn first_run(
    state: &ServerState,
    id: DeveloperId,
    viewer: &Viewer,
    read: &Read,
) -> Result<Option<FirstRunPage>, PageError> {
    let store = state.store();
    let (from, to) = evidence_window(read.facts.day.date);
    let sample = match store.events().range(id).await? {
        None => None,
        Some((first, last)) if first < from || last >= to => return Ok(None),
        Some((first, _)) if first.as_second() + 2 * 3600 < viewer.now.as_second() => return Ok(None),
        Some((first, last)) => {
            let after = last
                .saturating_add(jiff::SignedDuration::from_secs(1))
                .unwrap_or(last);
            store.events().window(id, first, after).await?.into_iter().next()
        }
    };
    let local = state.settings().public_url.is_none();
    let sample = sample.map(|event| {
        let file = event.file_context.unwrap_or_default();
        FirstSample {
            app: event.active_app.name,
            title: event.active_app.window_title,
            repository: file.repo,
            branch: file.branch,
            stayed: local,
            at: Some(event.ts),
        }
    });
    let facts = FirstRunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kept_in: state.settings().kept_in.clone(),
        sample,
        seconds: read.facts.day.attention_micros / 1_000_000,
    };
    Ok(Some(FirstRunPage::new(viewer, facts)))
}

/// Whatever changes the page changes this: the days' content and the names in it, what waits, who looks, what is running,
/// and on a page with a now line the minute.
fn tag(viewer: &Viewer, reads: &[Read], has_now: bool) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{} {:?}", dayloom_views::assets::names().css, viewer.locale);
    let _ = write!(
        text,
        " {} {} {} {:?} {}",
        viewer.unread, viewer.name, viewer.zone_name, viewer.working_hours, viewer.team
    );
    for device in &viewer.devices {
        let _ = write!(text, " {}{}{:?}", device.name, device.paused, device.last_seen);
    }
    for read in reads {
        let _ = write!(text, " {}{}{:?}", read.revision, read.facts.pending, read.journal);
        // A task may be renamed without its days coming out another way.
        let names: BTreeMap<_, _> = read.labels.iter().collect();
        for (task, TaskLabel { key, title }) in names {
            let _ = write!(text, " {task}{key:?}{title:?}");
        }
    }
    if has_now {
        let _ = write!(text, " {}", viewer.now.as_second() / 60);
    }
    etag::of(&text)
}

fn unchanged(tag: &str) -> Response {
    tagged(StatusCode::NOT_MODIFIED.into_response(), tag)
}
