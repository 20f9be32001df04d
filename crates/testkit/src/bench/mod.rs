//! Measurements behind the figures of `docs/performance.md` and `docs/quality.md`. Each file measures one thing and returns figures; the
//! `dayloom-bench` program chooses and prints. Run them in release on a quiet machine; ratios count more than
//! absolute figures.

pub mod agent;
mod bare;
pub mod derive;
pub mod ingest;
mod load;
pub mod pipeline;
pub mod quality;
pub mod server;
pub mod team;

use serde::Serialize;

/// The figures of one measurement, as `--json` prints them: one object a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was measured, as it was asked for.
    pub benchmark: String,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Its unit, such as `ms`.
    pub unit: &'static str,
    /// What it must reach, in words; empty where it only informs.
    pub target: &'static str,
    /// Whether it does; `None` where it only informs.
    pub reached: Option<bool>,
}

impl Figure {
    /// A figure that must not be above a limit.
    pub fn at_most(
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: f64,
        target: &'static str,
    ) -> Self {
        Self {
            target,
            reached: Some(value <= limit),
            ..Self::plain(name, value, unit)
        }
    }

    /// A figure that must not be below a limit.
    pub fn at_least(
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: f64,
        target: &'static str,
    ) -> Self {
        Self {
            target,
            reached: Some(value >= limit),
            ..Self::plain(name, value, unit)
        }
    }

    /// A figure to set the others beside.
    pub fn plain(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            target: "",
            reached: None,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = match self.reached {
            Some(true) => "reached",
            Some(false) => "MISSED",
            None => "",
        };
        write!(
            f,
            "{:<56} {:>12.2} {:<10} {:<24} {verdict}",
            self.name, self.value, self.unit, self.target
        )
    }
}
