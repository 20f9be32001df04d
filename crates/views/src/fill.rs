//! How a piece of cloth is drawn: density is certainty, the dye is the task.

use dayloom_domain::{
    day::{Block, Category},
    review::EntryStatus,
};

use crate::dye::{Dye, Dyes};

/// How sure, in the three steps of the contract (`contract/tracker.md` §6.1: 75 and 50).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weave {
    /// 75 % or more, or reviewed: whole.
    Whole,
    /// 50 to 74 %: 4.5 of every 6 px.
    Half,
    /// Below 50 %: 2 of every 6 px.
    Thin,
}

/// Per cent, halves rounded up.
pub fn percent(confidence: f64) -> u8 {
    let rounded = (confidence.clamp(0.0, 1.0) * 100.0).round();
    // A clamped percentage always fits.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=100 above"
    )]
    {
        rounded as u8
    }
}

impl Weave {
    /// The step of a confidence from 0 to 1, by its rounded per cent, so that picture and figure agree.
    pub fn of(confidence: f64) -> Self {
        match percent(confidence) {
            75.. => Self::Whole,
            50..=74 => Self::Half,
            _ => Self::Thin,
        }
    }

    /// Woven bars of the badge that are full, of three.
    pub fn bars(self) -> u8 {
        match self {
            Self::Whole => 3,
            Self::Half => 2,
            Self::Thin => 1,
        }
    }
}

/// One way of drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Time on a task.
    Dyed(Dye, Weave),
    /// No task yet: bare warp.
    Warp,
    /// Personal: flat grey.
    Personal,
    /// Taken out by the person: a dashed outline.
    Dismissed,
}

impl Fill {
    /// How a block is drawn.
    pub fn of(block: &Block, dyes: &Dyes) -> Self {
        match (block.status, block.task_id, block.category) {
            (EntryStatus::Dismissed, ..) => Self::Dismissed,
            (EntryStatus::Inferred, Some(task), _) => Self::Dyed(dyes.of(task), Weave::of(block.confidence)),
            (_, Some(task), _) => Self::Dyed(dyes.of(task), Weave::Whole),
            (_, None, Category::Personal) => Self::Personal,
            (_, None, _) => Self::Warp,
        }
    }

    /// Class of the shape.
    pub fn class(self) -> String {
        match self {
            Self::Dyed(dye, Weave::Whole) => format!("d{}", dye.number),
            Self::Dyed(..) => "dw".to_owned(),
            Self::Warp => "wp".to_owned(),
            Self::Personal => "ps".to_owned(),
            Self::Dismissed => "dm".to_owned(),
        }
    }

    /// Class of a mark too small for a pattern: plain dye, or edge grey.
    pub fn mark(self) -> String {
        match self {
            Self::Dyed(dye, _) => format!("d{}", dye.number),
            Self::Personal => "ps".to_owned(),
            Self::Warp | Self::Dismissed => "ed".to_owned(),
        }
    }

    /// The pattern to paint with; empty where the class alone says it.
    pub fn paint(self) -> String {
        match self {
            Self::Dyed(dye, Weave::Half) => format!("url(#h{})", dye.number),
            Self::Dyed(dye, Weave::Thin) => format!("url(#t{})", dye.number),
            Self::Warp => "url(#warp)".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether a line closes it above and below.
    pub fn closed(self) -> bool {
        matches!(self, Self::Warp | Self::Personal)
    }

    /// Paper stripes lengthwise.
    pub fn stripes(self) -> u8 {
        if let Self::Dyed(dye, _) = self {
            dye.stripes
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thresholds_are_those_of_the_figure_shown() {
        let steps = [
            (1.0, 3),
            (0.75, 3),
            (0.745, 3),
            (0.744, 2),
            (0.5, 2),
            (0.495, 2),
            (0.494, 1),
            (0.0, 1),
        ];
        for (confidence, bars) in steps {
            assert_eq!(
                Weave::of(confidence).bars(),
                bars,
                "{confidence} shown as {} %",
                percent(confidence)
            );
        }
    }
}
