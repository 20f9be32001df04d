//! Threads: one row for each app on a device, thin where another device's attention counted.

use dayloom_domain::DeviceId;

use crate::{
    axis::Axis,
    bars::percent_text,
    facts::{DayFacts, Viewer},
    fill::{Fill, Weave},
    rows::{Tasks, is_personal},
    time::{duration, minutes_of},
    totals::apportion,
    words::Words,
};

/// Rows drawn at most; the apps with least time share the last one.
pub const MOST: usize = 12;

/// Px of one thread's row.
pub const ROW_PX: usize = 22;

/// A thread: an app on a device.
#[derive(Clone, Debug)]
pub struct Thread {
    /// App.
    pub app: String,
    /// Device, where it is the device's first thread.
    pub device: String,
    /// Device, always.
    pub device_name: String,
    /// Time that counted, as text; the threads of a day add up to its total.
    pub time: String,
    /// Time that did not, as text; empty where none.
    pub shadowed: String,
    /// Nothing of it counted.
    pub only_shadow: bool,
    /// Pieces to draw.
    pub bars: Vec<ThreadBar>,
    /// Top of its row, in px under the first.
    pub y: usize,
}

/// One piece of a thread.
#[derive(Clone, Debug)]
pub struct ThreadBar {
    /// Left in per cent.
    pub x: String,
    /// Width in per cent.
    pub width: String,
    /// Class.
    pub class: String,
    /// 1 px instead of 8.
    pub shadowed: bool,
}

struct Yarn {
    app: String,
    device_id: DeviceId,
    micros: i64,
    shadow_micros: i64,
    pieces: Vec<(jiff::Timestamp, jiff::Timestamp, Option<Fill>)>,
}

/// The threads of a day: by device in the order of the day's devices, then most time first.
pub fn threads(facts: &DayFacts, tasks: &Tasks, viewer: &Viewer, axis: &Axis, words: &Words) -> Vec<Thread> {
    let mut yarns = gather(facts, tasks);
    let order = |id: DeviceId| {
        facts
            .day
            .devices
            .iter()
            .position(|d| d.device_id == id)
            .unwrap_or(usize::MAX)
    };
    yarns.sort_by_key(|y| std::cmp::Reverse((y.micros, y.shadow_micros)));
    let rest = if yarns.len() > MOST {
        yarns.split_off(MOST - 1)
    } else {
        Vec::new()
    };
    yarns.sort_by_key(|y| order(y.device_id));
    let rest_device = rest.first().map(|y| y.device_id);
    if let Some(device_id) = rest_device {
        yarns.push(Yarn {
            app: format!("+{}", rest.len()),
            device_id,
            micros: rest.iter().map(|y| y.micros).sum(),
            shadow_micros: rest.iter().map(|y| y.shadow_micros).sum(),
            pieces: rest.into_iter().flat_map(|y| y.pieces).collect(),
        });
    }
    let micros: Vec<i64> = yarns.iter().map(|y| y.micros).collect();
    let minutes = apportion(&micros, minutes_of(facts.day.attention_micros));
    let mut last_device = None;
    yarns
        .into_iter()
        .zip(minutes)
        .enumerate()
        .map(|(at, (yarn, minutes))| {
            let device_name = viewer.device_name(yarn.device_id).to_owned();
            let merged = yarn.app.starts_with('+');
            let device = if last_device == Some(yarn.device_id) || merged {
                String::new()
            } else {
                device_name.clone()
            };
            last_device = Some(yarn.device_id);
            Thread {
                app: yarn.app,
                device,
                device_name,
                time: duration(minutes, words),
                shadowed: if yarn.shadow_micros > 0 {
                    duration(minutes_of(yarn.shadow_micros), words)
                } else {
                    String::new()
                },
                only_shadow: yarn.micros == 0,
                bars: yarn.pieces.iter().filter_map(|p| bar(axis, p)).collect(),
                y: at * ROW_PX,
            }
        })
        .collect()
}

fn gather(facts: &DayFacts, tasks: &Tasks) -> Vec<Yarn> {
    let mut yarns: Vec<Yarn> = Vec::new();
    let find = |yarns: &mut Vec<Yarn>, app: &str, device_id: DeviceId| -> usize {
        yarns
            .iter()
            .position(|y| y.app == app && y.device_id == device_id)
            .unwrap_or_else(|| {
                yarns.push(Yarn {
                    app: app.to_owned(),
                    device_id,
                    micros: 0,
                    shadow_micros: 0,
                    pieces: Vec::new(),
                });
                yarns.len() - 1
            })
    };
    for span in &facts.day.spans {
        let fill = match span.attribution.task_id {
            Some(task) => Fill::Dyed(tasks.dyes.of(task), Weave::Whole),
            None if is_personal(span) => Fill::Personal,
            None => Fill::Warp,
        };
        let at = find(&mut yarns, &span.span.signal.app, span.span.device_id);
        let yarn = &mut yarns[at];
        yarn.micros += span.span.micros;
        match yarn.pieces.last_mut() {
            // Neighbours of one look are one piece: fewer shapes, the same picture.
            Some((_, end, Some(last))) if *last == fill && *end == span.span.start => *end = span.span.end,
            _ => yarn.pieces.push((span.span.start, span.span.end, Some(fill))),
        }
    }
    for shadow in &facts.shadows {
        let at = find(&mut yarns, &shadow.app, shadow.device_id);
        yarns[at].shadow_micros += shadow.end.as_microsecond() - shadow.start.as_microsecond();
        yarns[at].pieces.push((shadow.start, shadow.end, None));
    }
    yarns
}

fn bar(axis: &Axis, piece: &(jiff::Timestamp, jiff::Timestamp, Option<Fill>)) -> Option<ThreadBar> {
    let (start, end) = axis.clip(piece.0, piece.1)?;
    let (x, to) = (axis.x(start), axis.x(end));
    Some(ThreadBar {
        x: percent_text(x),
        width: percent_text(to - x),
        class: match piece.2 {
            None => "ed".to_owned(),
            Some(Fill::Warp) => "ho".to_owned(),
            Some(fill) => fill.class(),
        },
        shadowed: piece.2.is_none(),
    })
}
