//! The list as comma-separated values (RFC 4180).

use jiff::civil::Date;

use crate::rows::{Kind, Row};

/// The head line.
pub const HEAD: &str =
    "date,start,end,minutes,kind,task,title,confidence_percent,status,reason,seen,repository,branch\r\n";

/// The lines of one day; time away is not among them, dismissed time is, under its name.
pub fn day(date: Date, rows: &[Row]) -> String {
    rows.iter()
        .filter(|row| row.kind != Kind::Away)
        .map(|row| {
            let kind = match row.kind {
                Kind::Task => "task",
                Kind::NoTask => "no_task",
                Kind::Personal => "personal",
                Kind::Dismissed => "dismissed",
                Kind::Away => "away",
            };
            let task = if row.kind == Kind::Task {
                row.name.as_str()
            } else {
                ""
            };
            let sure = row.sure.map_or_else(String::new, |s| s.percent.to_string());
            let status = row.status;
            let place = row.place.as_ref();
            let repo = place.and_then(|p| p.repo.as_deref()).unwrap_or_default();
            let branch = place.and_then(|p| p.branch.as_deref()).unwrap_or_default();
            format!(
                "{date},{},{},{},{kind},{},{},{sure},{},{},{},{},{}\r\n",
                row.from,
                row.to,
                row.minutes,
                cell(task),
                cell(&row.title),
                cell(status),
                cell(&row.reason),
                cell(&row.seen),
                cell(repo),
                cell(branch)
            )
        })
        .collect()
}

/// A quoted cell. Titles come from outside: what a spreadsheet would take for a formula gets an apostrophe first.
pub(crate) fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
