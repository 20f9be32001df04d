//! Sums over a day as `today --json` prints it.

use serde_json::Value;

/// Seconds of an answer as microseconds.
pub fn micros(seconds: &Value) -> i64 {
    (seconds.as_f64().unwrap() * 1e6).round() as i64
}

/// Microseconds of all spans.
pub fn of_spans(day: &Value) -> i64 {
    let spans = day["spans"].as_array().unwrap();
    spans.iter().map(|span| micros(&span["seconds"])).sum()
}

/// Microseconds of an application, whatever case its name is in.
pub fn of_app(day: &Value, app: &str) -> i64 {
    let spans = day["spans"].as_array().unwrap().iter();
    let of_app = spans.filter(|span| {
        let name = span["app"].as_str();
        name.is_some_and(|name| name.eq_ignore_ascii_case(app))
    });
    of_app.map(|span| micros(&span["seconds"])).sum()
}

/// Microseconds of a task's blocks.
pub fn of_task(day: &Value, key: &str) -> i64 {
    let blocks = day["blocks"].as_array().unwrap().iter();
    let of_task = blocks.filter(|block| block["task_key"] == key);
    of_task.map(|block| micros(&block["seconds"])).sum()
}
