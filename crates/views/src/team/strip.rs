//! The 24 hours of a row as bars: solid for internal, hollow for external minutes.

use crate::{
    bars::percent_text,
    time::duration,
    words::{Words, fill},
};

use super::Pair;

/// Px of a full bar.
const TALL: u32 = 32;

/// One bar of a strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins, per cent of the strip.
    pub x: String,
    /// Top of the solid part in px, and its height.
    pub solid: (u32, u32),
    /// Top of the hollow part in px, and its height.
    pub hollow: (u32, u32),
}

/// The bars of a strip, and the same in words. `full` minutes make a full bar.
pub fn bars(strip: &[Pair; 24], full: u32, words: &Words) -> (Vec<Bar>, String) {
    let mut bars = Vec::new();
    let mut told = Vec::new();
    for (hour, (internal, external)) in (0_u8..).zip(strip) {
        if internal + external == 0 {
            continue;
        }
        let height = |minutes: u32| (minutes * TALL).div_ceil(full.max(1)).min(TALL);
        let whole = height(internal + external).max(2);
        let solid = height(*internal).min(whole);
        bars.push(Bar {
            x: percent_text(f64::from(hour) * 100.0 / 24.0),
            solid: (TALL - solid, solid),
            hollow: (TALL - whole, whole - solid),
        });
        let text = fill(words.team_strip_hour, "hour", &format!("{hour:02}"));
        let text = fill(&text, "internal", &duration(i64::from(*internal), words));
        told.push(fill(&text, "external", &duration(i64::from(*external), words)));
    }
    (bars, told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;

    #[test]
    fn a_full_hour_is_a_full_bar_and_the_parts_stand_on_each_other() {
        let mut strip = [(0, 0); 24];
        strip[9] = (45, 15);
        strip[12] = (0, 1);
        strip[23] = (120, 0);
        let (bars, told) = bars(&strip, 60, &EN);
        assert_eq!((bars[0].solid, bars[0].hollow), ((8, 24), (0, 8)));
        assert_eq!((bars[1].solid, bars[1].hollow), ((32, 0), (30, 2)));
        assert_eq!(bars[2].solid, (0, 32), "the hour that came twice stays within");
        assert!(told.starts_with("09: 45m and 15m external; 12: 0m and 1m external"));
    }
}
