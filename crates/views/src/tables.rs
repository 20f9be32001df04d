//! The tables beside the list: by task, sources, and the key of the cloth.

use crate::{
    facts::{DayFacts, Viewer},
    fill::{Fill, Weave},
    rows::{Kind, Row, Tasks},
    time::{duration, minutes_of},
    totals::Totals,
    words::{Words, fill},
};

/// A line of "by task".
#[derive(Clone, Debug)]
pub struct TaskLine {
    /// How it is drawn.
    pub fill: Fill,
    /// Key or name.
    pub name: String,
    /// Title beside a key.
    pub title: String,
    /// Duration.
    pub time: String,
    /// Length of its bar, per cent of the longest.
    pub width: String,
}

/// Minutes by task, then without one, then personal; together the total.
pub fn by_task(totals: &Totals, tasks: &Tasks, words: &Words) -> Vec<TaskLine> {
    let mut lines: Vec<(Fill, String, String, i64)> = totals
        .by_task
        .iter()
        .map(|&(task, minutes)| {
            let fill = Fill::Dyed(tasks.dyes.of(task), Weave::Whole);
            (fill, tasks.short(task), tasks.rest(task), minutes)
        })
        .collect();
    let others = [
        (Fill::Warp, words.unattributed, totals.no_task),
        (Fill::Personal, words.personal, totals.personal),
    ];
    for (fill, name, minutes) in others {
        if minutes > 0 {
            lines.push((fill, name.to_owned(), String::new(), minutes));
        }
    }
    let longest = lines.iter().map(|l| l.3).max().unwrap_or(1).max(1);
    lines
        .into_iter()
        .map(|(fill, name, title, minutes)| TaskLine {
            fill,
            name,
            title,
            time: duration(minutes, words),
            width: format!("{}%", (minutes * 100 / longest).clamp(1, 100)),
        })
        .collect()
}

/// A line of "sources".
#[derive(Clone, Debug)]
pub struct SourceLine {
    /// Device.
    pub device: String,
    /// Platform.
    pub platform: String,
    /// Samples of the day.
    pub samples: String,
    /// Time that counted.
    pub seen: String,
    /// Time that another device covered.
    pub shadowed: String,
}

/// What each device gave.
pub fn sources(facts: &DayFacts, viewer: &Viewer, words: &Words) -> Vec<SourceLine> {
    facts
        .day
        .devices
        .iter()
        .map(|d| SourceLine {
            device: viewer.device_name(d.device_id).to_owned(),
            platform: viewer
                .devices
                .iter()
                .find(|known| known.id == d.device_id)
                .map_or_else(String::new, |known| known.platform.clone()),
            samples: thousands(d.events),
            seen: duration(minutes_of(d.attention_micros), words),
            shadowed: duration(minutes_of(d.shadowed_micros), words),
        })
        .collect()
}

/// `Not in the total: away 54m, dismissed 9m.`, or nothing.
pub fn outside(rows: &[Row], words: &Words) -> String {
    let sum = |kind| -> i64 { rows.iter().filter(|r| r.kind == kind).map(|r| r.minutes).sum() };
    let parts: Vec<String> = [
        (words.away_time, sum(Kind::Away)),
        (words.dismissed_time, sum(Kind::Dismissed)),
    ]
    .into_iter()
    .filter(|(_, minutes)| *minutes > 0)
    .map(|(text, minutes)| fill(text, "time", &duration(minutes, words)))
    .collect();
    if parts.is_empty() {
        String::new()
    } else {
        fill(words.not_in_total, "what", &parts.join(", "))
    }
}

/// `1,440`.
pub fn thousands(n: i64) -> String {
    let digits = n.abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An entry of the key.
#[derive(Clone, Copy, Debug)]
pub struct KeyItem {
    /// How it is drawn; none is a line.
    pub fill: Option<Fill>,
    /// With a selvedge.
    pub selvedge: bool,
    /// What it means.
    pub text: &'static str,
    /// Dotted instead of thin.
    pub dotted: bool,
}

/// The key of the cloth, in the first dye; shadowed threads stand in it where `threads` are drawn.
pub fn key(threads: bool, words: &'static Words) -> Vec<KeyItem> {
    let dye = crate::dye::Dye {
        number: 1,
        stripes: 0,
    };
    let item = |fill, text| KeyItem {
        fill: Some(fill),
        selvedge: false,
        text,
        dotted: false,
    };
    let mut items = vec![
        KeyItem {
            selvedge: true,
            ..item(Fill::Dyed(dye, Weave::Whole), words.key_reviewed)
        },
        item(Fill::Dyed(dye, Weave::Whole), words.key_whole),
        item(Fill::Dyed(dye, Weave::Half), words.key_half),
        item(Fill::Dyed(dye, Weave::Thin), words.key_thin),
        item(Fill::Warp, words.key_warp),
        item(Fill::Personal, words.key_personal),
        item(Fill::Dismissed, words.key_dismissed),
        KeyItem {
            fill: None,
            selvedge: false,
            text: words.key_shadowed,
            dotted: false,
        },
        KeyItem {
            fill: None,
            selvedge: false,
            text: words.key_away,
            dotted: true,
        },
    ];
    items.retain(|item| threads || item.text != words.key_shadowed);
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        assert_eq!(
            [0, 999, 1440, 1_234_567].map(thousands),
            ["0", "999", "1,440", "1,234,567"]
        );
    }
}
