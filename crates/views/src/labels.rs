//! Labels above the cloth: longest block first, left out where they would meet another, the now line or the end of
//! the axis. Placed here for three widths, and shown by class.

/// Least widths of the plot in px of the three layouts, 16 px taken off for a scroll bar: pages from 1440, from 768,
/// and from 360 px (`design/pages.md`, drawing rule 2).
pub const PLOTS: [f64; 3] = [1060.0, 504.0, 312.0];

/// The same of the bands of a range, which have names before them and totals behind.
pub const BAND_PLOTS: [f64; 3] = [984.0, 440.0, 192.0];

/// Class of each layout in the same order.
pub const CLASSES: [&str; 3] = ["vl", "vm", "vs"];

/// Least px between two labels.
pub const GAP: f64 = 6.0;

/// In which of the three layouts something is shown.
pub type Shown = [bool; 3];

/// The classes of a set of layouts, such as `vl vm`; empty where it is shown in none.
pub fn classes(shown: Shown) -> String {
    let on: Vec<&str> = CLASSES
        .iter()
        .zip(shown)
        .filter(|(_, on)| *on)
        .map(|(class, _)| *class)
        .collect();
    on.join(" ")
}

/// A label that asks for a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Left edge in per cent of the axis.
    pub x: f64,
    /// Width in px.
    pub width: f64,
    /// Who goes first: the longest.
    pub rank: i64,
}

/// What may not be met: per cent of the axis and half its width in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obstacle {
    /// Middle in per cent.
    pub x: f64,
    /// Px to each side.
    pub reach: f64,
}

/// Which wishes are met in each layout, in the order of the wishes.
pub fn place(wishes: &[Wish], obstacles: &[Obstacle]) -> Vec<Shown> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(wishes[i].rank), i));
    let mut shown = vec![[false; 3]; wishes.len()];
    for (layout, plot) in PLOTS.into_iter().enumerate() {
        let mut taken: Vec<(f64, f64)> = obstacles
            .iter()
            .map(|o| (o.x / 100.0 * plot - o.reach, o.x / 100.0 * plot + o.reach))
            .collect();
        for &i in &order {
            let left = wishes[i].x / 100.0 * plot;
            let right = left + wishes[i].width;
            let free = taken.iter().all(|&(a, b)| right + GAP <= a || b + GAP <= left);
            if free && right <= plot {
                taken.push((left, right));
                shown[i][layout] = true;
            }
        }
    }
    shown
}

/// Width of a text in px at a size, generously: what falls outside the font counts as wide.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '|' | '\'' | ' ' => 0.34,
            '-' => 0.44,
            'm' | 'w' | 'M' | 'W' | '@' | '—' => 0.95,
            'A'..='Z' => 0.69,
            '0'..='9' => 0.65,
            c if c.is_ascii() => 0.62,
            _ => 0.95,
        })
        .sum();
    ems * size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(x: f64, width: f64, rank: i64) -> Wish {
        Wish { x, width, rank }
    }

    #[test]
    fn the_longest_goes_first() {
        let shown = place(&[wish(10.0, 60.0, 30), wish(12.0, 60.0, 90)], &[]);
        assert_eq!(shown, [[false; 3], [true; 3]]);
    }

    #[test]
    fn a_label_never_passes_the_end_or_meets_the_now_line() {
        let shown = place(
            &[wish(97.0, 60.0, 1), wish(40.0, 60.0, 1)],
            &[Obstacle { x: 45.0, reach: 2.0 }],
        );
        assert_eq!(shown[0], [false; 3]);
        assert_eq!(shown[1], [false, false, false]);
    }

    #[test]
    fn no_two_shown_labels_overlap_in_any_layout() {
        let wishes: Vec<Wish> = (0..60u8)
            .map(|n| {
                wish(
                    f64::from(n) * 1.7,
                    30.0 + f64::from(n % 7) * 11.0,
                    i64::from(n) * 37 % 53,
                )
            })
            .collect();
        let shown = place(&wishes, &[]);
        for (layout, plot) in PLOTS.into_iter().enumerate() {
            let mut at: Vec<(f64, f64)> = wishes
                .iter()
                .zip(&shown)
                .filter(|(_, shown)| shown[layout])
                .map(|(w, _)| (w.x / 100.0 * plot, w.x / 100.0 * plot + w.width))
                .collect();
            at.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(!at.is_empty());
            assert!(at.windows(2).all(|pair| pair[0].1 + GAP <= pair[1].0));
            assert!(at.iter().all(|&(_, right)| right <= plot));
        }
    }

    #[test]
    fn classes_name_the_layouts() {
        assert_eq!(classes([true, true, false]), "vl vm");
        assert_eq!(classes([false; 3]), "");
    }
}
