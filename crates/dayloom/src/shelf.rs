//! Settings and sign-in of team minutes, where this program keeps them: `config.toml` and `credentials.json` of the home.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use dayloom_agent::account::base_url;
use dayloom_agent::credentials::{Credential, Stored, resolve};
use dayloom_agent::team::{Shelf, TeamSettings, TeamSettingsChange};
use dayloom_agent::{AgentConfig, AgentError, Home as AgentHome, Secret};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::{
    failure::{Failure, Outcome},
    home::{Home, Running},
    settings::{
        Origin, Settings,
        table::{
            Setting, TEAM_ACTIVITY_WATCH_URL, TEAM_ENABLED, TEAM_IDLE_SLEEP_WINDOW, TEAM_IDLE_WINDOW_MINUTES,
            TEAM_REQUIRE_ACTIVITY_WATCH, TEAM_REQUIRE_TRACKING, TEAM_USE_ACTIVITY_WATCH,
        },
    },
};

/// The settings and the sign-in of one home.
pub struct HomeShelf {
    home: Home,
    /// What names a server or a token on purpose, besides the sign-in.
    given: AgentConfig,
    /// The server this very program runs, where it does.
    local: Option<Running>,
    state: Mutex<State>,
}

struct State {
    settings: Settings,
    /// What was changed over the socket: it stands before flags and variables until this program ends.
    said: TeamSettingsChange,
    config_seen: Option<Seen>,
    credentials_seen: Option<Seen>,
    signed_out: bool,
}

/// Enough of a file to tell that it was written.
type Seen = (SystemTime, u64);

impl HomeShelf {
    /// The shelf of a home. `given` is what the agent would be told of servers and tokens, without the local server.
    pub fn new(home: &Home, settings: Settings, given: AgentConfig, local: Option<Running>) -> Self {
        let state = State {
            settings,
            said: TeamSettingsChange::default(),
            config_seen: seen(&home.config()),
            credentials_seen: seen(&home.file("credentials.json")),
            signed_out: false,
        };
        Self {
            home: home.clone(),
            given,
            local,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The settings of team minutes among all settings.
pub fn team_settings(settings: &Settings) -> TeamSettings {
    let standard = TeamSettings::default();
    let text = |setting| settings.text(setting).unwrap_or_default().to_owned();
    let minutes = settings
        .int(&TEAM_IDLE_WINDOW_MINUTES)
        .and_then(|n| u32::try_from(n).ok());
    TeamSettings {
        enabled: settings.on(&TEAM_ENABLED),
        idle_window_minutes: minutes.unwrap_or(standard.idle_window_minutes),
        use_activity_watch: settings.on(&TEAM_USE_ACTIVITY_WATCH),
        require_activity_watch: settings.on(&TEAM_REQUIRE_ACTIVITY_WATCH),
        activity_watch_url: text(&TEAM_ACTIVITY_WATCH_URL),
        require_tracking: settings.on(&TEAM_REQUIRE_TRACKING),
        idle_sleep_window: text(&TEAM_IDLE_SLEEP_WINDOW),
    }
}

/// Who counts minutes here: what was given on purpose, else the sign-in, else the local person of the running `up`.
pub fn credential(
    home: &Home,
    given: &AgentConfig,
    local: Option<&Running>,
) -> Result<Option<Credential>, AgentError> {
    let stored = if home.file("credentials.json").exists() {
        Stored::load(&AgentHome::open(home.dir())?)?
    } else {
        None
    };
    match resolve(given, stored) {
        Ok(credential) => Ok(Some(credential)),
        Err(AgentError::NotSignedIn) => Ok(local.and_then(|running| {
            Some(Credential {
                server: base_url(&running.url)?,
                token: Secret::new(&running.token)?,
                project: None,
            })
        })),
        Err(error) => Err(error),
    }
}

impl Shelf for HomeShelf {
    fn settings(&self) -> Result<TeamSettings, String> {
        Ok(team_settings(&self.state().settings))
    }

    fn changed_settings(&self) -> Option<Result<TeamSettings, String>> {
        let mut state = self.state();
        let now = seen(&self.home.config());
        if now == state.config_seen {
            return None;
        }
        state.config_seen = now;
        let read = state.settings.with_file(&self.home);
        Some(match read {
            Ok(settings) => {
                let from_file = team_settings(&settings);
                let standing = standing(&settings, &state.said);
                state.settings = settings;
                from_file.with(&standing).map_err(|error| format!("{error}."))
            }
            Err(failure) => Err(format!("{failure} The former settings stay in force.")),
        })
    }

    fn keep_settings(&self, change: &TeamSettingsChange) -> Result<(), String> {
        let mut state = self.state();
        write_config(&self.home, change).map_err(|failure| failure.to_string())?;
        state.config_seen = seen(&self.home.config());
        merge(&mut state.said, change);
        Ok(())
    }

    fn credential(&self) -> Option<Credential> {
        let local = self.local.as_ref().filter(|_| !self.state().signed_out);
        credential(&self.home, &self.given, local).unwrap_or_else(|error| {
            tracing::error!(%error, "the sign-in cannot be read");
            None
        })
    }

    fn credential_changed(&self) -> bool {
        let mut state = self.state();
        let now = seen(&self.home.file("credentials.json"));
        let changed = now != state.credentials_seen;
        state.credentials_seen = now;
        changed
    }

    fn sign_in(&self, server: Option<&str>, token: &Secret) -> Result<Credential, String> {
        let server = server
            .and_then(base_url)
            .ok_or("Which server is not known; name it, such as https://dayloom.example.org.")?;
        keep_sign_in(&self.home, &server, token).map_err(|failure| failure.to_string())?;
        let mut state = self.state();
        state.signed_out = false;
        state.credentials_seen = seen(&self.home.file("credentials.json"));
        Ok(Credential {
            server,
            token: token.clone(),
            project: None,
        })
    }

    fn sign_out(&self) -> Result<(), String> {
        forget_sign_in(&self.home).map_err(|failure| failure.to_string())?;
        let mut state = self.state();
        state.signed_out = true;
        state.credentials_seen = seen(&self.home.file("credentials.json"));
        Ok(())
    }
}

/// Keeps a sign-in in the home, readable by its owner only.
pub fn keep_sign_in(home: &Home, server: &str, token: &Secret) -> Outcome {
    let kept = AgentHome::open(home.dir()).and_then(|home| {
        Stored {
            token: token.clone(),
            project_id: None,
            api_base_url: server.to_owned(),
        }
        .save(&home)
    });
    kept.map_err(|error| crate::commands::agent_failure(&error))
}

/// Forgets the sign-in of a home.
pub fn forget_sign_in(home: &Home) -> Outcome {
    let forgotten = AgentHome::open(home.dir()).and_then(|home| Stored::forget(&home));
    forgotten.map_err(|error| crate::commands::agent_failure(&error))
}

/// Writes a change into `config.toml`, and leaves everything else there as it stands.
pub fn write_config(home: &Home, change: &TeamSettingsChange) -> Outcome {
    let path = home.config();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(Failure::failed(
                format!("{} cannot be read: {error}", path.display()),
                "Mend its permissions",
            ));
        }
    };
    let mut document: DocumentMut = text.parse().map_err(|_| {
        Failure::failed(
            format!("{} is not TOML, so nothing is written into it", path.display()),
            "Mend it; `dayloom config` says where it is wrong",
        )
    })?;
    let section = document.entry("team").or_insert(Item::Table(Table::new()));
    let Some(section) = section.as_table_like_mut() else {
        return Err(Failure::failed(
            format!("`team` in {} is no section", path.display()),
            "Write it as `[team]`",
        ));
    };
    let mut put = |setting: &Setting, new: Option<Item>| {
        if let (Some(new), Some((_, name))) = (new, setting.key.split_once('.')) {
            section.insert(name, new);
        }
    };
    put(&TEAM_ENABLED, change.enabled.map(value));
    put(
        &TEAM_IDLE_WINDOW_MINUTES,
        change.idle_window_minutes.map(|n| value(i64::from(n))),
    );
    put(&TEAM_USE_ACTIVITY_WATCH, change.use_activity_watch.map(value));
    put(
        &TEAM_REQUIRE_ACTIVITY_WATCH,
        change.require_activity_watch.map(value),
    );
    put(
        &TEAM_ACTIVITY_WATCH_URL,
        change.activity_watch_url.clone().map(value),
    );
    put(&TEAM_REQUIRE_TRACKING, change.require_tracking.map(value));
    put(
        &TEAM_IDLE_SLEEP_WINDOW,
        change.idle_sleep_window.clone().map(value),
    );
    home.write("config.toml", document.to_string().as_bytes())
        .map(drop)
}

/// What of the changes said over the socket stands before the file: where a flag or variable would stand instead.
fn standing(settings: &Settings, said: &TeamSettingsChange) -> TeamSettingsChange {
    fn keep<T: Clone>(settings: &Settings, setting: &Setting, said: &Option<T>) -> Option<T> {
        let is_given = matches!(settings.origin(setting), Origin::Flag(_) | Origin::Env(_));
        said.clone().filter(|_| is_given)
    }
    TeamSettingsChange {
        enabled: keep(settings, &TEAM_ENABLED, &said.enabled),
        idle_window_minutes: keep(settings, &TEAM_IDLE_WINDOW_MINUTES, &said.idle_window_minutes),
        use_activity_watch: keep(settings, &TEAM_USE_ACTIVITY_WATCH, &said.use_activity_watch),
        require_activity_watch: keep(
            settings,
            &TEAM_REQUIRE_ACTIVITY_WATCH,
            &said.require_activity_watch,
        ),
        activity_watch_url: keep(settings, &TEAM_ACTIVITY_WATCH_URL, &said.activity_watch_url),
        require_tracking: keep(settings, &TEAM_REQUIRE_TRACKING, &said.require_tracking),
        idle_sleep_window: keep(settings, &TEAM_IDLE_SLEEP_WINDOW, &said.idle_sleep_window),
    }
}

fn merge(said: &mut TeamSettingsChange, change: &TeamSettingsChange) {
    let change = change.clone();
    said.enabled = change.enabled.or(said.enabled);
    said.idle_window_minutes = change.idle_window_minutes.or(said.idle_window_minutes);
    said.use_activity_watch = change.use_activity_watch.or(said.use_activity_watch);
    said.require_activity_watch = change.require_activity_watch.or(said.require_activity_watch);
    said.require_tracking = change.require_tracking.or(said.require_tracking);
    said.activity_watch_url = change.activity_watch_url.or(said.activity_watch_url.take());
    said.idle_sleep_window = change.idle_sleep_window.or(said.idle_sleep_window.take());
}

fn seen(path: &Path) -> Option<Seen> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}
