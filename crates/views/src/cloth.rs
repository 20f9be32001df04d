//! The cloth: the day as one band of woven time. Places are per cent of the axis, heights px; no view box, so that
//! type never scales (`design/pages.md`, drawing rules).

use jiff::Timestamp;

use crate::{
    axis::Axis,
    bars::percent_text,
    labels::{Obstacle, PLOTS, Shown, Wish, classes, place, text_width},
    rows::{Kind, Row},
    time::{MINUTE, clock, duration, minutes_of},
    words::Words,
};

/// Blocks shorter than this get no label.
const LABEL_MINUTES: i64 = 20;
/// Time away shorter than this gets no label.
const AWAY_LABEL_MINUTES: i64 = 31;
/// Longest name above the cloth, in characters.
const NAME_CHARS: usize = 14;
/// Px of the type above the cloth.
const LABEL_PX: f64 = 13.0;
/// Px to each side of the now line that its text may take: all of it, where it stands at an edge.
const NOW_REACH: f64 = 26.0;
/// Width of `18:00` in px.
const HOUR_PX: f64 = 36.0;
/// Least px of a block.
pub const LEAST_PX: f64 = 2.0;

/// One band of cloth.
#[derive(Clone, Debug)]
pub struct Cloth {
    /// Hour lines with their texts.
    pub hours: Vec<Hour>,
    /// Where now is.
    pub now: Option<Now>,
    /// Time away: dotted lines.
    pub away: Vec<Bar>,
    /// The blocks.
    pub blocks: Vec<Shape>,
    /// Labels above.
    pub labels: Vec<Label>,
}

/// A line of the axis.
#[derive(Clone, Debug)]
pub struct Hour {
    /// Per cent.
    pub x: String,
    /// `HH:00`.
    pub text: String,
    /// Layouts that show the text.
    pub class: String,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
}

/// The now line.
#[derive(Clone, Debug)]
pub struct Now {
    /// Per cent.
    pub x: String,
    /// `HH:MM`.
    pub text: String,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
}

/// A piece in per cent.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Left.
    pub x: String,
    /// Width.
    pub width: String,
}

/// A block as drawn.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Where it leads.
    pub href: String,
    /// Class of its pieces.
    pub class: String,
    /// Pattern of its pieces.
    pub paint: String,
    /// Class of a mark 2 px wide.
    pub mark: String,
    /// Lines above and below.
    pub closed: bool,
    /// Paper stripes.
    pub stripes: u8,
    /// Dashed outline instead of a filling.
    pub outline: bool,
    /// Reviewed.
    pub selvedge: bool,
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// For the reading line: when.
    pub when: String,
    /// For the reading line: what.
    pub what: String,
    /// For the reading line: source, reason, certainty.
    pub why: String,
    /// For the reading line: what was shadowed.
    pub note: String,
}

/// A piece of a block.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Left.
    pub x: String,
    /// Width.
    pub width: String,
    /// 1 px of ground before it.
    pub seam: bool,
    /// Layouts in which it would be under 2 px and is drawn in px.
    pub short: String,
}

/// A label above the cloth.
#[derive(Clone, Debug)]
pub struct Label {
    /// Left in per cent.
    pub x: String,
    /// Key or name.
    pub name: String,
    /// Duration.
    pub time: String,
    /// Layouts that show it.
    pub class: String,
    /// Time away: in the second ink.
    pub away: bool,
}

/// Draws the rows of a day. `now` is given on the day that is today; `href` says where a row's block leads.
pub fn cloth(
    axis: &Axis,
    rows: &[Row],
    now: Option<Timestamp>,
    words: &Words,
    href: impl Fn(&Row) -> String,
) -> Cloth {
    let now = now.filter(|&at| axis.holds(at));
    let now_x = now.map(|at| axis.x(at));
    Cloth {
        hours: hours(axis, now_x, PLOTS),
        now: now.map(|at| {
            let x = axis.x(at);
            Now {
                x: percent_text(x),
                text: clock(at, axis.zone()),
                anchor: anchor_at(x),
            }
        }),
        away: rows
            .iter()
            .filter(|r| r.kind == Kind::Away)
            .filter_map(|r| axis.clip(r.start, r.end))
            .map(|(a, b)| Bar {
                x: percent_text(axis.x(a)),
                width: percent_text(axis.x(b) - axis.x(a)),
            })
            .collect(),
        blocks: shapes(axis, rows, words, href),
        labels: labels(axis, rows, now_x, words),
    }
}

/// Near the edges a text stands inside.
fn anchor_at(x: f64) -> &'static str {
    if x < 6.0 {
        "start"
    } else if x > 94.0 {
        "end"
    } else {
        "middle"
    }
}

/// Each hour, every second and every sixth in the three layouts of plots so many px wide, left out where its text would
/// meet another or now's, or pass the end.
pub fn hours(axis: &Axis, now_x: Option<f64>, plots: [f64; 3]) -> Vec<Hour> {
    let marks = axis.marks();
    let dense = axis.minutes() <= 4.0 * 60.0;
    let last = marks.len().saturating_sub(1);
    let mut free_from = [f64::MIN; 3];
    marks
        .into_iter()
        .enumerate()
        .map(|(at, mark)| {
            let anchor = match at {
                0 => "start",
                _ if mark.x > 99.0 => "end",
                _ => "middle",
            };
            let mut shown: Shown = [false; 3];
            for (layout, every) in [1, 2, 6].into_iter().enumerate() {
                let x = mark.x / 100.0 * plots[layout];
                let left = match anchor {
                    "start" => x,
                    "end" => x - HOUR_PX,
                    _ => x - HOUR_PX / 2.0,
                };
                let due = (dense || at % every == 0) && (at != last || layout == 0 || dense);
                let clear = now_x.is_none_or(|now| {
                    let now = now / 100.0 * plots[layout];
                    left + HOUR_PX < now - NOW_REACH || left > now + NOW_REACH
                });
                let inside = left + HOUR_PX <= plots[layout];
                if due && clear && inside && left >= free_from[layout] {
                    shown[layout] = true;
                    free_from[layout] = left + HOUR_PX + 4.0;
                }
            }
            Hour {
                x: percent_text(mark.x),
                text: mark.text,
                class: classes(shown),
                anchor,
            }
        })
        .collect()
}

fn shapes(axis: &Axis, rows: &[Row], words: &Words, href: impl Fn(&Row) -> String) -> Vec<Shape> {
    let mut last_end: Option<Timestamp> = None;
    let mut shapes = Vec::new();
    for row in rows {
        let Some(fill) = row.fill else { continue };
        let mut pieces = Vec::new();
        for &(start, end) in &row.pieces {
            let Some((start, end)) = axis.clip(start, end) else {
                continue;
            };
            let (x, to) = (axis.x(start), axis.x(end));
            let seam =
                last_end.is_some_and(|last| start.as_microsecond() - last.as_microsecond() < 5 * MINUTE);
            last_end = Some(end);
            pieces.push(Piece {
                x: percent_text(x),
                width: percent_text(to - x),
                seam,
                short: classes(short(to - x, seam)),
            });
        }
        if pieces.is_empty() {
            continue;
        }
        shapes.push(Shape {
            href: href(row),
            class: fill.class(),
            paint: fill.paint(),
            mark: fill.mark(),
            closed: fill.closed(),
            stripes: fill.stripes(),
            outline: row.kind == Kind::Dismissed,
            selvedge: row.reviewed,
            pieces,
            when: row.when(words),
            what: if row.title.is_empty() {
                row.name.clone()
            } else {
                format!("{} {}", row.name, row.title)
            },
            why: why(row, words),
            note: row.note.clone(),
        });
    }
    shapes
}

/// In which layouts a piece of so many per cent would show less than 2 px beside its seam.
fn short(width: f64, seam: bool) -> Shown {
    PLOTS.map(|plot| width / 100.0 * plot - f64::from(u8::from(seam)) < LEAST_PX)
}

/// Source, place in the code, reason and certainty in one line.
pub fn why(row: &Row, words: &Words) -> String {
    let sure = row
        .sure
        .map(|s| crate::words::fill(words.confidence, "pct", &s.percent.to_string()))
        .unwrap_or_default();
    let place = row.place.as_ref().map_or("", |place| place.text.as_str());
    let parts = [
        row.seen.as_str(),
        place,
        row.reason.as_str(),
        sure.as_str(),
        row.status,
    ];
    parts
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn labels(axis: &Axis, rows: &[Row], now_x: Option<f64>, words: &Words) -> Vec<Label> {
    let mut wishes = Vec::new();
    let mut labels = Vec::new();
    for row in rows {
        let least = match row.kind {
            Kind::Task | Kind::NoTask => LABEL_MINUTES,
            Kind::Away => AWAY_LABEL_MINUTES,
            Kind::Personal | Kind::Dismissed => continue,
        };
        // A label stands where its cloth begins on this axis; time away shows its whole length.
        let Some((start, end)) = axis.clip(row.start, row.end) else {
            continue;
        };
        if row.minutes < least || minutes_of(end.as_microsecond() - start.as_microsecond()) < least {
            continue;
        }
        let away = row.kind == Kind::Away;
        let name = if away {
            words.away.to_owned()
        } else {
            cut(&row.name, NAME_CHARS)
        };
        let time = duration(row.minutes, words);
        let x = axis.x(start);
        // Blocks go before time away, whatever its length.
        let rank = if away { row.minutes } else { row.minutes + 10_000 };
        wishes.push(Wish {
            x,
            width: text_width(&name, LABEL_PX).max(text_width(&time, LABEL_PX)),
            rank,
        });
        labels.push(Label {
            x: percent_text(x),
            name,
            time,
            class: String::new(),
            away,
        });
    }
    let obstacles: Vec<Obstacle> = now_x.map(|x| Obstacle { x, reach: 2.0 }).into_iter().collect();
    let shown = place(&wishes, &obstacles);
    labels
        .into_iter()
        .zip(shown)
        .filter(|(_, shown)| shown.contains(&true))
        .map(|(label, shown)| Label {
            class: classes(shown),
            ..label
        })
        .collect()
}

/// The text, or its beginning and an ellipsis.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        axis::Hours,
        labels::{BAND_PLOTS, CLASSES},
        samples,
    };

    #[test]
    fn hours_stand_inside_and_apart_in_every_layout() {
        for facts in samples::all_days() {
            let (date, zone) = (facts.day.date, facts.day.timezone.rules());
            for (from, to) in [(8, 18), (6, 22), (0, 24)] {
                let axis = Axis::new(date, zone.clone(), Hours { from, to });
                for plots in [PLOTS, BAND_PLOTS] {
                    let hours = hours(&axis, None, plots);
                    for (layout, plot) in plots.into_iter().enumerate() {
                        let mut end = f64::MIN;
                        let shown = hours
                            .iter()
                            .filter(|h| h.class.split(' ').any(|class| class == CLASSES[layout]));
                        for hour in shown {
                            let x: f64 = hour.x.trim_end_matches('%').parse().unwrap();
                            let left = x / 100.0 * plot
                                - HOUR_PX
                                    * ["start", "middle", "end"]
                                        .iter()
                                        .position(|anchor| *anchor == hour.anchor)
                                        .map_or(0.0, |halves| halves as f64 / 2.0);
                            assert!(
                                left > end && left + HOUR_PX <= plot + 0.1,
                                "{date} {hour:?} at {plot}"
                            );
                            end = left + HOUR_PX;
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_piece_is_under_two_px_in_any_layout() {
        for facts in samples::all_days() {
            let page = samples::page(facts);
            for (layout, plot) in PLOTS.into_iter().enumerate() {
                for piece in page.cloth.blocks.iter().flat_map(|b| &b.pieces) {
                    let width: f64 = piece.width.trim_end_matches('%').parse().unwrap();
                    let marked = piece.short.split(' ').any(|c| c == CLASSES[layout]);
                    let px = width / 100.0 * plot - f64::from(u8::from(piece.seam));
                    // Widths are written with three digits, which is less than a hundredth of a px.
                    assert!(px > LEAST_PX - 0.02 || marked, "{piece:?} is {px} px at {plot}");
                }
            }
        }
    }

    #[test]
    fn adjoining_pieces_are_parted_and_never_overlap() {
        for facts in samples::all_days() {
            let page = samples::page(facts);
            let mut at: Vec<(f64, f64, bool)> = page
                .cloth
                .blocks
                .iter()
                .flat_map(|b| &b.pieces)
                .map(|p| {
                    let x: f64 = p.x.trim_end_matches('%').parse().unwrap();
                    let w: f64 = p.width.trim_end_matches('%').parse().unwrap();
                    (x, x + w, p.seam)
                })
                .collect();
            at.sort_by(|a, b| a.0.total_cmp(&b.0));
            for pair in at.windows(2) {
                assert!(pair[1].0 >= pair[0].1 - 0.002, "{pair:?}");
                assert!(pair[1].0 > pair[0].1 + 0.01 || pair[1].2, "not parted: {pair:?}");
            }
        }
    }

    #[test]
    fn long_names_are_cut_by_characters() {
        assert_eq!(cut("PAY-412", 14), "PAY-412");
        assert_eq!(cut("साप्ताहिक समीक्षा दस्तावेज़", 10).chars().count(), 10);
    }
}
