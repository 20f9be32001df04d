//! The one table of settings: name, variable, flag, default and meaning of each, declared once.
//!
//! Files, variables, flags, `dayloom config` and the help texts all read it. Must not know what a setting is used for.

use super::kind::Kind;

/// How a setting is given on the command line.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--name VALUE`, with the name of the value in help texts.
    Takes(&'static str, &'static str),
    /// `--name`, which stands for this value, with its own help text.
    Means(&'static str, &'static str, &'static str),
}

impl Flag {
    /// The flag without its dashes.
    pub fn name(self) -> &'static str {
        match self {
            Flag::Takes(name, _) | Flag::Means(name, ..) => name,
        }
    }
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Dotted key in `config.toml`.
    pub key: &'static str,
    /// Variable.
    pub env: &'static str,
    /// The published variable that means the same (`contract/tracker.md` §5.1).
    pub aexy: Option<&'static str>,
    /// Flag.
    pub flag: Flag,
    /// What it may be.
    pub kind: Kind,
    /// Value where nothing is said; none where the setting is simply absent.
    pub default: Option<&'static str>,
    /// Never shown.
    pub secret: bool,
    /// What it is for: a sentence without its full stop.
    pub doc: &'static str,
    /// Commands whose help shows it; every command accepts it.
    pub shown_in: &'static [&'static str],
}

macro_rules! settings {
    ($($name:ident { $($field:ident : $value:expr),+ $(,)? })+) => {
        $(#[doc = concat!("The setting `", stringify!($name), "`, see [`ALL`].")]
        pub static $name: Setting = Setting { $($field: $value,)+ ..NONE };)+
        /// Every setting, in the order `dayloom config` prints them.
        pub static ALL: &[&Setting] = &[$(&$name),+];
    };
}

const NONE: Setting = Setting {
    key: "",
    env: "",
    aexy: None,
    flag: Flag::Takes("", ""),
    kind: Kind::Text,
    default: None,
    secret: false,
    doc: "",
    shown_in: &[],
};

/// Commands that speak to a server.
const CLIENTS: &[&str] = &[
    "agent", "today", "day", "week", "journal", "ask", "why", "model", "tasks", "rules", "devices", "spool",
    "doctor", "open", "team",
];

settings! {
    LISTEN {
        key: "listen", env: "DAYLOOM_LISTEN", flag: Flag::Takes("listen", "HOST:PORT"), kind: Kind::Address,
        default: Some("127.0.0.1:8000"), doc: "Address the server answers at; port 0 takes a free one",
        shown_in: &["up", "serve", "demo"],
    }
    OPEN {
        key: "open", env: "DAYLOOM_OPEN", flag: Flag::Means("no-open", "false", "Do not open the page"), kind: Kind::Bool,
        default: Some("true"), doc: "Open the page when `up` is ready", shown_in: &["up", "demo"],
    }
    AGENT {
        key: "agent", env: "DAYLOOM_AGENT", flag: Flag::Means("no-agent", "false", "Do not capture on this machine"), kind: Kind::Bool,
        default: Some("true"), doc: "Capture on this machine while `up` runs", shown_in: &["up"],
    }
    DATABASE_URL {
        key: "database_url", env: "DAYLOOM_DATABASE_URL", flag: Flag::Takes("database-url", "URL"),
        kind: Kind::Database, secret: true,
        doc: "Database of the server: `sqlite:FILE`, `sqlite::memory:` or `postgres://…`; by default `dayloom.db` in the home folder",
        shown_in: &["serve", "worker", "migrate", "token", "replay", "doctor"],
    }
    MIGRATE {
        key: "migrate", env: "DAYLOOM_MIGRATE", flag: Flag::Means("no-migrate", "false", "Refuse an older database instead of bringing it up to date"), kind: Kind::Bool,
        default: Some("true"), doc: "Bring an older database up to date at start instead of refusing it",
        shown_in: &["serve", "worker"],
    }
    SECRET {
        key: "secret", env: "DAYLOOM_SECRET", flag: Flag::Takes("secret", "TEXT"), kind: Kind::Secret, secret: true,
        doc: "Signs session tokens; by default made on first start and kept with the database",
        shown_in: &["serve", "token"],
    }
    WEB_URL {
        key: "web_url", env: "DAYLOOM_WEB_URL", aexy: Some("AEXY_WEB_URL"), flag: Flag::Takes("web-url", "URL"),
        kind: Kind::Url, doc: "Where people reach the pages, if it is not the server's own address",
        shown_in: &["serve"],
    }
    ENGINE {
        key: "engine", env: "DAYLOOM_ENGINE", flag: Flag::Takes("engine", "ENGINE"),
        kind: Kind::Choice(&["embedded", "temporal"]), default: Some("embedded"),
        doc: "What runs the pipeline", shown_in: &["serve"],
    }
    TEMPORAL_URL {
        key: "temporal_url", env: "DAYLOOM_TEMPORAL_URL", flag: Flag::Takes("temporal", "URL"), kind: Kind::Url,
        doc: "Temporal server of the `temporal` engine: `http://HOST:PORT/NAMESPACE`, `https` with TLS",
        shown_in: &["serve", "worker", "doctor"],
    }
    TEMPORAL_API_KEY {
        key: "temporal_api_key", env: "DAYLOOM_TEMPORAL_API_KEY", flag: Flag::Takes("temporal-api-key", "KEY"),
        kind: Kind::Text, secret: true, doc: "Key for that server, where it wants one",
    }
    TEMPORAL_HEARTBEAT {
        key: "temporal_heartbeat_s", env: "DAYLOOM_TEMPORAL_HEARTBEAT",
        flag: Flag::Takes("temporal-heartbeat", "SECONDS"), kind: Kind::Int(2, 600), default: Some("120"),
        doc: "Seconds a worker may be silent before others take over what it held",
    }
    METRICS_LISTEN {
        key: "metrics_listen", env: "DAYLOOM_METRICS_LISTEN", flag: Flag::Takes("metrics-listen", "HOST:PORT"),
        kind: Kind::Address,
        doc: "Address at which a worker shows `/metrics`, `/healthz` and `/readyz`; a server shows them at its own",
        shown_in: &["worker"],
    }
    REDIS_URL {
        key: "redis_url", env: "DAYLOOM_REDIS_URL", flag: Flag::Takes("redis-url", "URL"),
        kind: Kind::Redis, secret: true,
        doc: "Redis that several servers share for rate limits; without one each server counts for itself",
        shown_in: &["serve", "doctor"],
    }
    RATE_LIMITS {
        key: "rate_limits", env: "DAYLOOM_RATE_LIMITS", flag: Flag::Takes("rate-limits", "ON|OFF"), kind: Kind::OnOff,
        default: Some("on"), doc: "Limits on requests of one device and project", shown_in: &["serve"],
    }
    CLOSED_STATUSES {
        key: "tasks.closed_statuses", env: "DAYLOOM_TASKS_CLOSED_STATUSES",
        flag: Flag::Takes("closed-status", "STATUS"), kind: Kind::List,
        default: Some("done,closed,completed,cancelled,archived"),
        doc: "Statuses that close a task, so that time is no longer given to it by itself", shown_in: &["serve"],
    }
    SERVER {
        key: "server", env: "DAYLOOM_SERVER", aexy: Some("AEXY_API_URL"), flag: Flag::Takes("server", "URL"),
        kind: Kind::Url, doc: "Server to speak to; by default the running `dayloom up` of this home",
        shown_in: CLIENTS,
    }
    TOKEN {
        key: "token", env: "DAYLOOM_TOKEN", aexy: Some("AEXY_TRACKER_TOKEN"), flag: Flag::Takes("token", "TOKEN"),
        kind: Kind::Text, secret: true,
        doc: "API or session token for that server; a variable or config.toml keeps it out of the process list",
        shown_in: CLIENTS,
    }
    PROJECT_ID {
        key: "project_id", env: "DAYLOOM_PROJECT_ID", aexy: Some("AEXY_PROJECT_ID"),
        flag: Flag::Takes("project-id", "ID"), kind: Kind::Uuid,
        doc: "Project this device is enrolled into; by default the first one", shown_in: &["agent", "up"],
    }
    DEVICE_ID {
        key: "device_id", env: "DAYLOOM_DEVICE_ID", aexy: Some("AEXY_DEVICE_ID"),
        flag: Flag::Takes("device-id", "ID"), kind: Kind::Uuid,
        doc: "Id of this device; by default made once and kept in the home folder", shown_in: &["agent", "up"],
    }
    SAMPLE_INTERVAL {
        key: "sample_interval_s", env: "DAYLOOM_SAMPLE_INTERVAL", aexy: Some("AEXY_SAMPLE_INTERVAL"),
        flag: Flag::Takes("sample-interval", "SECONDS"), kind: Kind::Int(1, 600),
        doc: "Seconds between samples; by default what the server says", shown_in: &["agent", "up"],
    }
    ACTIVITYWATCH {
        key: "activitywatch", env: "DAYLOOM_ACTIVITYWATCH", flag: Flag::Takes("activitywatch", "URL|off"),
        kind: Kind::UrlOrOff, default: Some("http://127.0.0.1:5600"),
        doc: "ActivityWatch on this machine, for addresses of pages", shown_in: &["agent", "up", "doctor"],
    }
    EXCLUDE_APPS {
        key: "capture.exclude_apps", env: "DAYLOOM_CAPTURE_EXCLUDE_APPS", flag: Flag::Takes("exclude-app", "APP"),
        kind: Kind::List, default: Some(""), doc: "Applications that are never captured", shown_in: &["agent", "up"],
    }
    EXCLUDE_TITLES {
        key: "capture.exclude_titles", env: "DAYLOOM_CAPTURE_EXCLUDE_TITLES",
        flag: Flag::Takes("exclude-title", "PATTERN"), kind: Kind::Patterns, default: Some(""),
        doc: "Window titles that are never captured, as regular expressions", shown_in: &["agent", "up"],
    }
    SPOOL_MAX_MB {
        key: "spool_max_mb", env: "DAYLOOM_SPOOL_MAX_MB", flag: Flag::Takes("spool-max-mb", "MB"),
        kind: Kind::Int(1, 100_000), default: Some("256"),
        doc: "Room for samples that wait for upload; beyond it the oldest go, and it is said", shown_in: &["agent"],
    }
    LOG {
        key: "log", env: "DAYLOOM_LOG", flag: Flag::Takes("log", "FILTER"), kind: Kind::Filter,
        doc: "What is logged, such as `info,dayloom_agent=debug`; -v and -q are shorter",
    }
    MODEL_PROVIDER {
        key: "model.provider", env: "DAYLOOM_MODEL_PROVIDER", flag: Flag::Takes("model-provider", "NAME"),
        kind: Kind::Choice(&["none", "openai", "anthropic", "gemini", "ollama"]), default: Some("none"),
        doc: "Language model; without one rules and keys do the work",
    }
    MODEL_BASE_URL {
        key: "model.base_url", env: "DAYLOOM_MODEL_BASE_URL", flag: Flag::Takes("model-base-url", "URL"),
        kind: Kind::Url, doc: "Address of the model, if it is not the provider's own",
    }
    MODEL_NAME {
        key: "model.name", env: "DAYLOOM_MODEL_NAME", flag: Flag::Takes("model-name", "NAME"), kind: Kind::Text,
        doc: "Name of the model",
    }
    MODEL_API_KEY {
        key: "model.api_key", env: "DAYLOOM_MODEL_API_KEY", flag: Flag::Takes("model-api-key", "KEY"),
        kind: Kind::Text, secret: true, doc: "Key of the model's provider",
    }
    MODEL_TIMEOUT {
        key: "model.timeout_s", env: "DAYLOOM_MODEL_TIMEOUT", flag: Flag::Takes("model-timeout", "SECONDS"),
        kind: Kind::Int(1, 600), default: Some("60"), doc: "How long the model may take for an answer",
    }
    MODEL_DAILY_BUDGET {
        key: "model.daily_budget", env: "DAYLOOM_MODEL_DAILY_BUDGET", flag: Flag::Takes("model-daily-budget", "TOKENS"),
        kind: Kind::Int(0, 1_000_000_000), doc: "Tokens a developer may use in a day",
    }
    TEAM_ENABLED {
        key: "team.enabled", env: "DAYLOOM_TEAM_ENABLED", flag: Flag::Takes("team-enabled", "BOOL"), kind: Kind::Bool,
        default: Some("false"), doc: "Collect active minutes for the team",
    }
    TEAM_IDLE_WINDOW_MINUTES {
        key: "team.idle_window_minutes", env: "DAYLOOM_TEAM_IDLE_WINDOW_MINUTES",
        flag: Flag::Takes("team-idle-window-minutes", "MINUTES"), kind: Kind::Int(1, 15), default: Some("5"),
        doc: "Minutes without input that still count",
    }
    TEAM_USE_ACTIVITY_WATCH {
        key: "team.use_activity_watch", env: "DAYLOOM_TEAM_USE_ACTIVITY_WATCH",
        flag: Flag::Takes("team-use-activity-watch", "BOOL"), kind: Kind::Bool, default: Some("true"),
        doc: "Ask ActivityWatch about team minutes",
    }
    TEAM_REQUIRE_ACTIVITY_WATCH {
        key: "team.require_activity_watch", env: "DAYLOOM_TEAM_REQUIRE_ACTIVITY_WATCH",
        flag: Flag::Takes("team-require-activity-watch", "BOOL"), kind: Kind::Bool, default: Some("true"),
        doc: "Count no team minute that ActivityWatch does not confirm",
    }
    TEAM_ACTIVITY_WATCH_URL {
        key: "team.activity_watch_url", env: "DAYLOOM_TEAM_ACTIVITY_WATCH_URL",
        flag: Flag::Takes("team-activity-watch-url", "URL"), kind: Kind::LocalUrl, default: Some("http://localhost:5600"),
        doc: "ActivityWatch for team minutes",
    }
    TEAM_REQUIRE_TRACKING {
        key: "team.require_tracking", env: "DAYLOOM_TEAM_REQUIRE_TRACKING",
        flag: Flag::Takes("team-require-tracking", "BOOL"), kind: Kind::Bool, default: Some("false"),
        doc: "Warn while team minutes are off and no session was started",
    }
    TEAM_IDLE_SLEEP_WINDOW {
        key: "team.idle_sleep_window", env: "DAYLOOM_TEAM_IDLE_SLEEP_WINDOW",
        flag: Flag::Takes("team-idle-sleep-window", "HH:MM-HH:MM"), kind: Kind::Hours, default: Some(""),
        doc: "Hours in which every minute is idle",
    }
}
