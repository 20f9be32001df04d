//! A week of one developer with two devices, as events on the wire: what the pages are looked at with.

use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Monday of the week.
pub const MONDAY: Date = date(2026, 11, 16);
/// Thursday, the day the clock stands on.
pub const THURSDAY: Date = date(2026, 11, 19);
/// Where the person is.
pub const ZONE: &str = "Europe/Berlin";

/// Tasks of the week: key and title.
pub const TASKS: [(&str, &str); 6] = [
    (
        "PAY-412",
        "Idempotent refunds: retry after a lost answer without paying twice",
    ),
    (
        "PAY-398",
        "Ledger export rounds the last cent away on invoices split over three cost centres",
    ),
    (
        "PLAT-77",
        "Move the CI runners to the arm64 pool before the old contract ends on the 30th",
    ),
    ("DOC-31", "Weekly review: the documents of the payment service"),
    (
        "PAY-420",
        "Review #1893: split the webhook signer out of the gateway",
    ),
    ("OPS-9", "On-call handover and incident notes, week 47"),
];

/// What the person is on for a while.
#[derive(Clone, Copy, Debug)]
pub struct Stint {
    /// Minute of the local day.
    pub from: i64,
    /// Minute after it.
    pub to: i64,
    /// The second device instead of the first.
    pub second: bool,
    /// Application.
    pub app: &'static str,
    /// Window title.
    pub title: &'static str,
    /// Repository and branch.
    pub git: Option<(&'static str, &'static str)>,
    /// Page.
    pub url: Option<&'static str>,
    /// In a call.
    pub call: bool,
}

const fn stint(from: (i64, i64), to: (i64, i64), app: &'static str, title: &'static str) -> Stint {
    Stint {
        from: from.0 * 60 + from.1,
        to: to.0 * 60 + to.1,
        second: false,
        app,
        title,
        git: None,
        url: None,
        call: false,
    }
}

const fn git(stint: Stint, repo: &'static str, branch: &'static str) -> Stint {
    Stint {
        git: Some((repo, branch)),
        ..stint
    }
}

const fn url(stint: Stint, url: &'static str) -> Stint {
    Stint {
        url: Some(url),
        ..stint
    }
}

const REFUNDS: (&str, &str) = ("acme/payments", "feature/PAY-412-idempotent-refunds");
const LEDGER: (&str, &str) = ("acme/ledger", "fix/PAY-398-cent-rounding");

/// The stints of Thursday.
pub fn thursday() -> Vec<Stint> {
    vec![
        url(
            stint((8, 41), (9, 6), "Firefox", "OPS-9 On-call handover"),
            "https://wiki.acme.example/OPS-9",
        ),
        git(
            stint((9, 6), (10, 31), "Code", "refund.rs - payments"),
            REFUNDS.0,
            REFUNDS.1,
        ),
        url(
            stint(
                (10, 31),
                (10, 38),
                "Firefox",
                "Webhook signer returns 502 after key rotation",
            ),
            "https://bugs.example/show",
        ),
        url(
            stint(
                (10, 38),
                (11, 19),
                "Firefox",
                "Review 1893 - PAY-420 webhook signer",
            ),
            "https://git.acme.example/pulls/1893",
        ),
        git(
            stint((11, 19), (12, 4), "Code", "retry.rs - payments"),
            REFUNDS.0,
            REFUNDS.1,
        ),
        url(
            stint((12, 52), (13, 10), "Firefox", "The morning's news"),
            "https://news.example/today",
        ),
        git(
            stint((13, 10), (13, 52), "Code", "rounding.rs - ledger"),
            LEDGER.0,
            LEDGER.1,
        ),
        Stint {
            second: true,
            call: true,
            ..stint((13, 52), (14, 30), "Meet", "PAY-412 Refund design")
        },
        stint((14, 30), (14, 41), "LibreOffice", "Quarter plan.ods"),
        git(
            stint((14, 41), (15, 38), "Terminal", "cargo test"),
            "acme/infra",
            "PLAT-77-arm64-pool",
        ),
        git(
            stint((15, 44), (17, 2), "Code", "refund.rs - payments"),
            REFUNDS.0,
            REFUNDS.1,
        ),
        url(
            stint((17, 2), (17, 31), "Firefox", "DOC-31 Payments docs"),
            "https://wiki.acme.example/DOC-31",
        ),
        git(
            stint((17, 40), (18, 12), "Code", "rounding.rs - ledger"),
            LEDGER.0,
            LEDGER.1,
        ),
        // The other device goes on being looked at now and then: shadowed time.
        Stint {
            second: true,
            ..stint((15, 0), (15, 10), "Xcode", "Dayloom.xcodeproj")
        },
    ]
}

/// A quieter day, a little different for each weekday.
pub fn other_day(n: i64) -> Vec<Stint> {
    vec![
        git(
            stint((8, 30 + n * 7), (10, 10 + n), "Code", "refund.rs - payments"),
            REFUNDS.0,
            REFUNDS.1,
        ),
        git(
            stint((10, 10 + n), (11, 45), "Code", "export.rs - ledger"),
            LEDGER.0,
            LEDGER.1,
        ),
        stint((11, 45), (12, 5 + n * 3), "LibreOffice", "Quarter plan.ods"),
        git(
            stint((13, 0), (14, 20 + n * 5), "Terminal", "cargo test"),
            "acme/infra",
            "PLAT-77-arm64-pool",
        ),
        url(
            stint(
                (14, 40),
                (15, 30),
                "Firefox",
                "Review 1893 - PAY-420 webhook signer",
            ),
            "https://git.acme.example/pulls/1893",
        ),
        git(
            stint((15, 30), (17, 10 + n * 4), "Code", "refund.rs - payments"),
            REFUNDS.0,
            REFUNDS.1,
        ),
    ]
}

/// The instant of a minute of a local day.
///
/// # Panics
/// If the zone is not known, which it is.
pub fn instant(date: Date, minute: i64) -> Timestamp {
    let zone = TimeZone::get(ZONE).expect("a known zone");
    let midnight = date.to_zoned(zone).expect("a day of this century").timestamp();
    Timestamp::from_second(midnight.as_second() + minute * 60).expect("an instant of this century")
}

/// One event a minute of a stint.
pub fn events(date: Date, stint: &Stint) -> Vec<Value> {
    (stint.from..stint.to)
        .map(|minute| {
            let mut event = json!({
                "event_id": Uuid::new_v4(), "client_seq": minute, "ts": instant(date, minute).to_string(),
                "interval_s": 60, "idle_s": minute % 40, "tz": ZONE,
                "active_app": { "name": stint.app, "bundle_id": stint.app.to_lowercase(), "window_title": stint.title },
            });
            if let Some((repo, branch)) = stint.git {
                event["file_context"] = json!({ "repo": repo, "branch": branch });
            }
            if let Some(url) = stint.url {
                event["browser"] = json!({ "url": url, "title": stint.title });
            }
            if stint.call {
                event["meeting"] = json!({ "in_call": true, "call_app": stint.app });
            }
            event
        })
        .collect()
}
