//! A home with a day of work in it, to be asked about; with a language model on the wire or none.

use dayloom_client::Client;
use dayloom_domain::Clock;
use dayloom_storage::{Migrate, Store};
use dayloom_testkit::{Wire, model::honest};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Now, Program, Ran, Up, wait_for, zone};

const UP: [&str; 5] = ["up", "--listen", "127.0.0.1:0", "--no-open", "--no-agent"];
/// A home whose yesterday has an hour on PAY-412's branch, half an hour on a page about refunds, twenty minutes on the
/// news, and 25 minutes entered by hand.
pub struct Desk {
    /// The home.
    pub home: Program,
    /// Yesterday.
    pub date: Date,
}

impl Desk {
    /// A home that nothing was recorded in yet.
    pub fn new() -> Self {
        let today = Now.now().to_zoned(TimeZone::get(zone()).unwrap()).date();
        Self {
            home: Program::new(),
            date: today.yesterday().unwrap(),
        }
    }

    /// The date as it is written.
    pub fn date(&self) -> String {
        self.date.to_string()
    }

    /// A time of that day.
    pub fn at(&self, time: &str) -> String {
        format!("{} {time}", self.date)
    }

    /// Starts `up`, with a model on the wire or none.
    pub fn up(&self, model: Option<&Wire>, more: &[(&str, &str)]) -> Up {
        let mut env = vec![("DAYLOOM_RATE_LIMITS", "off")];
        if let Some(wire) = model {
            env.extend([
                ("DAYLOOM_MODEL_PROVIDER", "openai"),
                ("DAYLOOM_MODEL_BASE_URL", wire.url.as_str()),
                ("DAYLOOM_MODEL_NAME", "stand-in"),
                ("DAYLOOM_MODEL_API_KEY", "sk-of-the-tests"),
            ]);
        }
        env.extend(more);
        self.home.start_with(&UP, &env)
    }

    /// So many minutes of one window from a minute of yesterday on.
    pub fn minutes(&self, from: i64, count: i64, title: &str, branch: Option<&str>) -> Vec<Value> {
        // By the clock on the wall: midnight is not always so many hours before.
        let zone = TimeZone::get(zone()).unwrap();
        let at = |minute: i64| {
            let time = self.date.at(0, 0, 0, 0) + Span::new().minutes(minute);
            time.to_zoned(zone.clone()).unwrap().timestamp()
        };
        let event = |minute: i64| {
            let app = if branch.is_some() { "Code" } else { "Firefox" };
            let mut event = json!({
                "event_id": Uuid::new_v4(), "client_seq": minute, "interval_s": 60, "tz": super::zone(),
                "ts": at(minute),
                "active_app": {"name": app, "bundle_id": app, "window_title": title},
            });
            if let Some(branch) = branch {
                event["file_context"] = json!({"repo": "acme/payments", "branch": branch});
            }
            event
        };
        (from..from + count).map(event).collect()
    }

    /// Records the day, and waits until it is derived.
    pub async fn fill(&self, up: &Up) {
        for (key, title) in [("PAY-412", "Retry refunds"), ("PAY-398", "Ledger export")] {
            self.home
                .json(&["tasks", "add", title, "--key", key, "--project", "personal"]);
        }
        let client = Client::new(&up.url, Some(&self.home.token())).unwrap();
        let projects: Value = client.get("/tracker/projects", &[]).await.unwrap();
        let project = projects[0]["id"].as_str().or(projects[0]["project_id"].as_str());
        let device = Uuid::new_v4();
        let enroll = json!({"device_id": device, "project_id": project.unwrap(), "platform": "linux"});
        let _: Value = client.post("/tracker/devices:enroll", &enroll).await.unwrap();
        let mut events = self.minutes(540, 60, "refund.rs - payments", Some("feature/PAY-412"));
        events.extend(self.minutes(660, 30, "How refunds are retried", None));
        events.extend(self.minutes(720, 20, "The morning's news", None));
        let batch =
            json!({"schema_version": "1.0", "device_id": device, "sent_at": Now.now(), "events": events});
        let taken: Value = client.post("/tracker/events:batch", &batch).await.unwrap();
        assert_eq!(taken["accepted"], 110, "{taken}");
        let by_hand = json!({"date": self.date, "minutes": 25, "description": "a call with the bank"});
        let _: Value = client.post("/tracker/timesheet/entries", &by_hand).await.unwrap();
        self.until(|day| day["pending"] == false && day["spans"].as_array().unwrap().len() == 4);
    }

    /// The day as it stands.
    pub fn day(&self) -> Value {
        self.home.json(&["day", &self.date()])
    }

    /// Waits until yesterday is as wanted.
    pub fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut day = Value::Null;
        wait_for("the day as wanted", || {
            day = self.day();
            wanted(&day)
        });
        day
    }

    /// The database of the home, which no program is to hold meanwhile.
    pub async fn store(&self) -> Store {
        let url = format!("sqlite:{}", self.home.path("dayloom.db").display());
        Store::open(&url, Migrate::Refuse).await.unwrap()
    }

    /// Ends the program. With `told` the next one writes journals at once, as if nobody had looked for five minutes.
    pub async fn down(&self, up: Up, told: bool) {
        assert_eq!(up.terminate().0, 0);
        if !told {
            return;
        }
        let store = self.store().await;
        let epoch = Timestamp::UNIX_EPOCH.to_string();
        store
            .settings()
            .put("sweep:tracker-journal-refresh", &epoch)
            .await
            .unwrap();
        store.close().await;
    }

    /// What a run printed, without what differs from day to day.
    pub fn neutral(&self, text: &str) -> String {
        text.replace(&self.date(), "[DATE]")
            .replace(&self.date.strftime("%A %-d %B").to_string(), "[DAY]")
            .replace(&self.date.strftime("%A").to_string(), "[WEEKDAY]")
    }

    /// A run as exit code, standard output and standard error.
    pub fn said(&self, args: &[&str]) -> String {
        let Ran { code, out, err } = self.home.run(args);
        self.neutral(&format!("{code}\n{out}{err}"))
    }

    /// A run that fails prints nothing on standard output, with `--json` too; its exit code and what it says.
    pub fn refused(&self, args: &[&str]) -> String {
        let plain = self.home.run(args);
        let json = self.home.run(&[args, &["--json"]].concat());
        for ran in [&plain, &json] {
            assert!(ran.code > 0 && ran.out.is_empty(), "{args:?}: {}", ran.out);
        }
        assert_eq!((plain.code, &plain.err), (json.code, &json.err), "{args:?}");
        self.neutral(&format!("{} {}", plain.code, plain.err))
    }
}

/// An answer that sorts pages about refunds, and tells what it is given.
pub fn wire() -> Wire {
    Wire::start(|user| Some(honest(user)))
}
