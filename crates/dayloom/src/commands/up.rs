//! `up`, `open` and `demo`: everything in one process, for one person on one machine.

use dayloom_client::{Client, ClientError};
use dayloom_domain::{Clock, DeveloperId, Zone};
use dayloom_storage::{DeveloperPatch, Migrate, NewProject, NewToken, NewWorkspace, StorageError, Store};
use jiff::Timestamp;

use super::{agent, doctor, team::collect};
use crate::{
    Context,
    boot::{self, Server, database},
    clock::SystemClock,
    demo,
    engine::Engine,
    failure::{Failure, Outcome},
    home::{Home, Running},
    page,
    remote::said,
    settings::table::{AGENT, DATABASE_URL, LISTEN, OPEN},
};

/// Address of the one person of a home; it can receive no mail.
const LOCAL_EMAIL: &str = "local@localhost";
/// Name of the token with which a home's own commands and agent sign in.
const TOKEN_NAME: &str = "Dayloom on this machine";
/// Marks a folder that `demo` made and may empty.
const DEMO_MARK: &str = "this-is-a-demo";

/// Runs server, pipeline and agent until told to stop.
pub async fn up(cx: &Context) -> Outcome {
    Engine::of(&cx.settings)?;
    cx.home.create()?;
    let _lock = cx.home.lock("up.lock", "A Dayloom")?;
    let listener = boot::listen(&cx.settings).await?;
    let store = boot::open_store(cx, Migrate::Apply).await?;
    let person = local_person(&store).await?;
    let server = Server::start(&cx.settings, Some(&cx.home), store, listener, cx.stop.mind()).await?;
    let database_url = cx.settings.text(&DATABASE_URL).unwrap_or_default();
    let running = announce(&cx.home, &server, person, database_url).await?;
    let team = match cx.settings.on(&AGENT) {
        true => collect::start(cx, Some(&running), server.stopping()).await,
        false => Ok(None),
    };
    let team = team.unwrap_or_else(|failure| {
        cx.out
            .hint(format_args!("No team minutes are counted: {failure}"));
        None
    });
    cx.out.line(format_args!("ready {}", server.url))?;
    let capture = cx
        .settings
        .on(&AGENT)
        .then(|| agent::beside(cx, &running, server.stopping()));
    let (store, url) = (server.store.clone(), server.url.clone());
    let told = async {
        welcome(cx, &store, &url, person).await;
        if cx.settings.on(&AGENT)
            && let Some(lacking) = doctor::lacking(cx).await
        {
            cx.out.hint(lacking);
        }
    };
    let result = ended(server, person, told).await;
    for beside in [capture, team].into_iter().flatten() {
        let _ = beside.await;
    }
    cx.home.forget_running();
    result
}

/// Serves until told to stop, telling the person something meanwhile; stopping does not wait for the telling. At the
/// end the token of this run opens nothing any more.
async fn ended(server: Server, person: DeveloperId, told: impl Future<Output = ()>) -> Outcome {
    let stopped = server.until_stopped_then(async |store| {
        if let Err(error) = revoke(store, person).await {
            tracing::warn!(%error, "the token of this run is still there; the next start removes it");
        }
    });
    tokio::pin!(stopped);
    tokio::select! {
        result = &mut stopped => result,
        () = told => stopped.await,
    }
}

/// Makes a fresh link to the page of the running `up`.
pub async fn open(cx: &Context) -> Outcome {
    let not_running =
        || Failure::unreachable("Dayloom does not run in this home", "Start it with `dayloom up`");
    let running = cx.home.running().ok_or_else(not_running)?;
    // A server that was killed leaves its note behind, and its link would lead nowhere.
    let asked = Client::new(&running.url, Some(&running.token)).map_err(|_| not_running())?;
    asked.me().await.map_err(|error| match error {
        ClientError::Refused { status: 500.., .. } => said(&error, true),
        _ => not_running(),
    })?;
    let store = boot::open_url(&running.database_url, Migrate::Refuse).await?;
    let link = page::link(&store, running.person, &running.url).await;
    store.close().await;
    let link = link?;
    if cx.settings.on(&OPEN) && page::has_desktop() && page::show(&cx.home, &link)? {
        cx.out.hint("The page opens in your browser.");
        return Ok(());
    }
    cx.out.hint("This link works once, for two minutes:");
    cx.out.facts(&serde_json::json!({"url": link}), || link.clone())
}

/// Makes the demonstration and shows it until told to stop.
pub async fn demo(cx: &Context, days: u32) -> Outcome {
    Engine::of(&cx.settings)?;
    let home = Home::find(Some(cx.home.file("demo")))?;
    home.create()?;
    let _lock = home.lock("up.lock", "A demonstration")?;
    empty(&home)?;
    let listener = match boot::listen(&cx.settings).await {
        // Beside the person's own Dayloom, which has the usual address.
        Err(_) if !cx.settings.is_given(&LISTEN) => boot::bind("127.0.0.1:0", "--listen").await?,
        listener => listener?,
    };
    let url = home.database_url();
    let store = boot::open_url(&url, Migrate::Apply).await?;
    let zone = dayloom_capture::platform::system_zone().unwrap_or_else(Zone::utc);
    let person = demo::fill(&store, days, &zone, SystemClock.now()).await?;
    let server = Server::start(&cx.settings, Some(&home), store, listener, cx.stop.mind()).await?;
    announce(&home, &server, person, &url).await?;
    cx.out.line(format_args!("ready {}", server.url))?;
    let (store, url) = (server.store.clone(), server.url.clone());
    let told = async {
        cx.out
            .hint("This is an invented month in a home of its own. Ask it too:");
        let own = home.dir().display();
        cx.out.hint(format_args!("  dayloom --home {own} today"));
        if !shown(cx, &home, &store, &url, person).await {
            cx.out.hint(format_args!("  dayloom --home {own} open"));
        }
    };
    let result = ended(server, person, told).await;
    home.forget_running();
    result
}

/// Removes the database of an earlier demonstration, and of nothing else.
fn empty(home: &Home) -> Outcome {
    let exists = home.file("dayloom.db").exists();
    if exists && !home.file(DEMO_MARK).exists() {
        return Err(Failure::failed(
            format!("{} is not a demonstration", home.dir().display()),
            "Choose another folder with --home",
        ));
    }
    for name in ["dayloom.db", "dayloom.db-wal", "dayloom.db-shm"] {
        match std::fs::remove_file(home.file(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::failed(
                    format!("{name} cannot be removed: {e}"),
                    "Remove it by hand",
                ));
            }
            _ => {}
        }
    }
    home.write(
        DEMO_MARK,
        b"Everything in this folder is invented by `dayloom demo`.\n",
    )
    .map(drop)
}

/// The person of this home, with a workspace and a tracking project, made on first start.
async fn local_person(store: &Store) -> Outcome<DeveloperId> {
    let now = SystemClock.now();
    let name = ["USER", "USERNAME"]
        .iter()
        .find_map(|v| std::env::var(v).ok())
        .filter(|n| !n.is_empty());
    let person = store
        .people()
        .create_or_get(LOCAL_EMAIL, Some(name.as_deref().unwrap_or("You")), now)
        .await
        .map_err(database)?;
    if person.timezone.is_none() {
        let patch = DeveloperPatch {
            timezone: dayloom_capture::platform::system_zone(),
            ..DeveloperPatch::default()
        };
        store
            .people()
            .update(person.id, &patch, now)
            .await
            .map_err(database)?;
    }
    if store
        .projects()
        .tracker_projects_for(person.id)
        .await
        .map_err(database)?
        .is_empty()
    {
        let spaces = store.workspaces().list_for(person.id).await.map_err(database)?;
        let space = match spaces.into_iter().next() {
            Some((space, _)) => space.id,
            None => {
                let new = NewWorkspace {
                    name: "Personal".to_owned(),
                    slug: None,
                };
                store
                    .workspaces()
                    .create(person.id, &new, now)
                    .await
                    .map_err(database)?
                    .id
            }
        };
        let new = NewProject {
            name: "Personal".to_owned(),
            slug: None,
            tracker_enabled: true,
        };
        store
            .projects()
            .create(space, person.id, &new, now)
            .await
            .map_err(database)?;
    }
    Ok(person.id)
}

/// Leaves the note by which the commands of this home find and may use the server.
async fn announce(home: &Home, server: &Server, person: DeveloperId, database_url: &str) -> Outcome<Running> {
    let now = SystemClock.now();
    let token = fresh_token(&server.store, person, now).await?;
    let running = Running {
        url: server.url.clone(),
        token,
        pid: std::process::id(),
        person,
        database_url: database_url.to_owned(),
    };
    home.note_running(&running)?;
    Ok(running)
}

/// A new token in place of the one of the last run.
async fn fresh_token(store: &Store, person: DeveloperId, now: Timestamp) -> Outcome<String> {
    revoke(store, person).await.map_err(database)?;
    let token = dayloom_server::auth::new_api_token(uuid::Uuid::new_v4().into_bytes());
    let new = NewToken {
        name: TOKEN_NAME.to_owned(),
        hash: dayloom_server::auth::Hash::of(&token).as_str().to_owned(),
        prefix: token.chars().take(12).collect(),
        expires_at: None,
    };
    store.tokens().create(person, &new, now).await.map_err(database)?;
    Ok(token)
}

/// Removes the tokens of runs of this home.
async fn revoke(store: &Store, person: DeveloperId) -> Result<(), StorageError> {
    let tokens = store.tokens();
    for old in tokens.list(person).await? {
        if old.name == TOKEN_NAME {
            tokens.delete(person, old.id).await?;
        }
    }
    Ok(())
}

/// Opens the page, or says how to. Not being able to is no reason to end.
async fn welcome(cx: &Context, store: &Store, url: &str, person: DeveloperId) {
    if !shown(cx, &cx.home, store, url, person).await {
        cx.out
            .hint("See your day with `dayloom open` or `dayloom today`. Stop with Ctrl-C.");
    }
}

/// Opens the page where that is wanted and there is a desktop. False where it did not come to that.
async fn shown(cx: &Context, home: &Home, store: &Store, url: &str, person: DeveloperId) -> bool {
    if !cx.settings.on(&OPEN) || !page::has_desktop() {
        return false;
    }
    let opened = match page::link(store, person, url).await {
        Ok(link) => page::show(home, &link),
        Err(failure) => Err(failure),
    };
    matches!(opened, Ok(true))
}
