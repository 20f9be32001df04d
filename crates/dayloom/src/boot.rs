//! Puts a server together from settings: database, secret, pipeline, listener; and takes it down in order.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dayloom_domain::Clock;
use dayloom_pipeline::Stages;
use dayloom_server::{Limiter, Secret, ServerState, Settings as ServerSettings};
use dayloom_storage::{Migrate, StorageError, Store};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Context,
    clock::SystemClock,
    engine::Engine,
    failure::{Exit, Failure, Outcome},
    home::Home,
    model,
    settings::{
        Settings,
        table::{CLOSED_STATUSES, DATABASE_URL, LISTEN, MIGRATE, RATE_LIMITS, REDIS_URL, SECRET, WEB_URL},
    },
};

/// Name under which the signing secret is kept with the database.
const SECRET_KEY: &str = "session_secret";

/// A server that answers.
pub struct Server {
    /// Its database.
    pub store: Store,
    /// Where it answers, such as `http://127.0.0.1:8000`.
    pub url: String,
    stop: CancellationToken,
    told: CancellationToken,
    web: JoinHandle<std::io::Result<()>>,
    runner: JoinHandle<()>,
}

/// A runtime with few threads: the work is waiting, and memory counts.
pub fn runtime(threads: usize) -> Outcome<tokio::runtime::Runtime> {
    let mut builder = if threads == 0 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(threads);
        builder
    };
    builder.enable_all().build().map_err(|e| {
        Failure::failed(
            format!("The system gives no threads: {e}"),
            "End other programs, or raise its limits",
        )
    })
}

/// What the engine drives, on this database.
pub fn stages(settings: &Settings, store: &Store) -> Outcome<Stages> {
    let models = model::models(settings, store)?;
    Ok(Stages::new(store.clone(), Arc::new(SystemClock)).with_models(models))
}

/// Opens the database of the settings.
pub async fn open_store(cx: &Context, migrate: Migrate) -> Outcome<Store> {
    let url = cx.settings.text(&DATABASE_URL).unwrap_or_default();
    if url.starts_with("sqlite:") {
        cx.home.create()?;
    }
    let closed = cx.settings.list(&CLOSED_STATUSES).to_vec();
    Ok(open_url(url, migrate).await?.with_closed_statuses(closed))
}

/// Opens a database by its address.
pub async fn open_url(url: &str, migrate: Migrate) -> Outcome<Store> {
    Store::open(url, migrate).await.map_err(|error| {
        let exit = match error {
            StorageError::Older { .. } | StorageError::Newer { .. } | StorageError::Damaged => Exit::Failed,
            StorageError::Address(_) => Exit::Usage,
            _ => Exit::Unreachable,
        };
        let (what, todo) = apart(&error.to_string());
        Failure::new(exit, format!("The database cannot be opened: {what}"), todo)
    })
}

/// What storage says, as what happened and what to do; it writes a semicolon between them.
pub fn apart(text: &str) -> (String, String) {
    let (what, todo) = text
        .split_once("; ")
        .unwrap_or((text, "Look at the log, and try again"));
    (what.to_owned(), capital(todo))
}

/// A sentence's beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether the settings ask for migrations.
pub fn migrate_of(settings: &Settings) -> Migrate {
    if settings.on(&MIGRATE) {
        Migrate::Apply
    } else {
        Migrate::Refuse
    }
}

/// The signing secret: of the settings, else the one kept with the database, made on first start.
pub async fn secret(settings: &Settings, store: &Store) -> Outcome<Secret> {
    if let Some(text) = settings.text(&SECRET) {
        return Ok(Secret::new(text));
    }
    let fresh = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    let kept = store
        .settings()
        .get_or_create(SECRET_KEY, &fresh)
        .await
        .map_err(database)?;
    Ok(Secret::new(kept))
}

/// A failure of the database while it is in use.
pub fn database(error: impl std::fmt::Display) -> Failure {
    Failure::unreachable(
        format!("The database does not do its work: {error}"),
        "Look at the log, and try again",
    )
}

/// Binds the address of the settings.
pub async fn listen(settings: &Settings) -> Outcome<TcpListener> {
    bind(settings.text(&LISTEN).unwrap_or("127.0.0.1:8000"), "--listen").await
}

/// Binds an address that a flag names.
pub async fn bind(address: &str, flag: &str) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => Failure::failed(
            format!("Another program answers at {address}"),
            format!("Choose another address with {flag}, such as {flag} 127.0.0.1:0 for a free port"),
        ),
        _ => Failure::failed(
            format!("{address} cannot be listened at: {e}"),
            format!("Choose another address with {flag}"),
        ),
    })
}

/// Rate limits counted in a Redis. It need not answer now: while it does not, calls pass, and the log says so.
fn limiter(url: &str) -> Outcome<Limiter> {
    Limiter::redis(url).map_err(|error| {
        Failure::usage(
            format!("The Redis of the rate limits cannot be used: {error}"),
            "Set DAYLOOM_REDIS_URL right, or leave it out",
        )
    })
}

impl Server {
    /// Starts answering and deriving. `home` is the folder everything is kept in, where the person of the page may be
    /// told: the one person of this machine. It ends some time after `told` is cancelled.
    pub async fn start(
        settings: &Settings,
        home: Option<&Home>,
        store: Store,
        listener: TcpListener,
        told: CancellationToken,
    ) -> Outcome<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let secret = secret(settings, &store).await?;
        let address = listener.local_addr().map_err(|e| {
            Failure::failed(
                format!("The address is not known: {e}"),
                "Choose another with --listen",
            )
        })?;
        let stop = CancellationToken::new();
        let stages = stages(settings, &store)?;
        let models = stages.models().clone();
        let engine = Engine::of(settings)?;
        let (rings, runner) = engine.start(stages, clock.clone(), stop.clone());
        let chosen = ServerSettings {
            secret,
            rate_limits: settings.on(&RATE_LIMITS),
            public_url: settings.text(&WEB_URL).map(str::to_owned),
            kept_in: home.map(Home::shown),
        };
        let state = ServerState::new(chosen, store.clone(), clock, rings).with_models(models);
        let state = match settings.text(&REDIS_URL) {
            Some(url) => state.with_limiter(limiter(url)?),
            None => state,
        };
        let web = tokio::spawn(dayloom_server::serve(listener, state, stop.clone()));
        // Half of the text in memory by now is of opening the database and describing the endpoints.
        #[cfg(target_os = "linux")]
        dayloom_capture_linux::give_back_program_pages();
        Ok(Self {
            store,
            url: origin(address),
            stop,
            told,
            web,
            runner,
        })
    }

    /// Waits for a signal, or for the server to end by itself, and takes everything down in order.
    pub async fn until_stopped(self) -> Outcome {
        self.until_stopped_then(async |_| ()).await
    }

    /// The same; `last` is done with the database once nobody is answered any more.
    pub async fn until_stopped_then(mut self, last: impl AsyncFnOnce(&Store)) -> Outcome {
        let ended = tokio::select! {
            ended = &mut self.web => Some(ended),
            () = self.told.cancelled() => None,
        };
        self.stop.cancel();
        let web = match ended {
            Some(web) => web,
            None => (&mut self.web).await,
        };
        // The runner gives its leases back; what it holds longer than this is taken up again at the next start.
        let _ = tokio::time::timeout(Duration::from_secs(5), &mut self.runner).await;
        last(&self.store).await;
        self.store.close().await;
        match web {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(Failure::failed(
                format!("The server ended: {e}"),
                "Look at the log, and start it again",
            )),
            Err(e) => Err(Failure::failed(
                format!("The server ended: {e}"),
                "Please report it with the log",
            )),
        }
    }

    /// Cancelled when the server is to end; for those who end with it.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }
}

/// An address as people and browsers reach it: "all addresses" is reached as this machine.
fn origin(address: SocketAddr) -> String {
    let port = address.port();
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{port}"),
        other => format!("http://{other}"),
    }
}
