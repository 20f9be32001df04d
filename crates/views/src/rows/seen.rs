//! What was seen on the devices in the time of a row.

use dayloom_domain::day::AttributedSpan;
use jiff::Timestamp;

use super::maker::Maker;
use crate::{
    time::{duration, minutes_of},
    words::fill,
};

impl Maker<'_> {
    /// Apps by their time, then devices: `Firefox, Code · thinkpad-x1`.
    pub(super) fn seen(&self, spans: &[&AttributedSpan]) -> String {
        let mut apps: Vec<(&str, i64)> = Vec::new();
        let mut devices: Vec<&str> = Vec::new();
        for span in spans {
            let app = span.span.signal.app.as_str();
            match apps.iter_mut().find(|(name, _)| *name == app) {
                Some((_, micros)) => *micros += span.span.micros,
                None => apps.push((app, span.span.micros)),
            }
            let device = self.viewer.device_name(span.span.device_id);
            if !device.is_empty() && !devices.contains(&device) {
                devices.push(device);
            }
        }
        apps.sort_by_key(|&(_, micros)| std::cmp::Reverse(micros));
        let shown: Vec<&str> = apps.iter().take(3).map(|&(name, _)| name).collect();
        let mut text = shown.join(", ");
        if apps.len() > shown.len() {
            text.push_str(&format!(" +{}", apps.len() - shown.len()));
        }
        if !devices.is_empty() {
            text.push_str(" · ");
            text.push_str(&devices.join(", "));
        }
        text
    }

    /// What another device saw most of meanwhile.
    pub(super) fn shadow_note(&self, start: Timestamp, end: Timestamp) -> String {
        let mut longest: Option<(&str, &str, i64)> = None;
        let mut sums: Vec<(&str, &str, i64)> = Vec::new();
        for shadow in &self.facts.shadows {
            let micros = shadow.end.min(end).as_microsecond() - shadow.start.max(start).as_microsecond();
            if micros <= 0 {
                continue;
            }
            let device = self.viewer.device_name(shadow.device_id);
            match sums
                .iter_mut()
                .find(|(app, d, _)| *app == shadow.app && *d == device)
            {
                Some((.., sum)) => *sum += micros,
                None => sums.push((&shadow.app, device, micros)),
            }
        }
        for sum in sums {
            if longest.is_none_or(|l| sum.2 > l.2) {
                longest = Some(sum);
            }
        }
        match longest {
            Some((app, device, micros)) if minutes_of(micros) > 0 => {
                let text = fill(self.words.shadow_note, "app", app);
                let text = fill(&text, "device", device);
                fill(&text, "time", &duration(minutes_of(micros), self.words))
            }
            _ => String::new(),
        }
    }
}
