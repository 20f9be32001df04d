//! Reads an import of tasks, CSV or JSON, into checked rows. Must not know the database: whether a key is new and who
//! an address belongs to is decided where the rows are written.
//!
//! A row that cannot stand is named with its number and reason and never fails its neighbours; only an import that
//! cannot be read as rows at all is refused whole.

use std::collections::{HashMap, hash_map::Entry};

use dayloom_api::{tasks::RejectedRow, words::is_web_address};
use serde_json::Value;

/// Most rows in one import. Larger trackers are imported in parts.
pub const MAX_ROWS: usize = 20_000;

/// The columns of the CSV header and the members of a JSON row (`contract/tracker.md` §9).
const COLUMNS: [&str; 5] = ["key", "title", "url", "status", "assignee"];

/// A row whose own text is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRow {
    /// Its number, from 1 after the header.
    pub row: u64,
    /// Key of the task.
    pub key: String,
    /// Title, or as it is.
    pub title: Option<String>,
    /// Address, or as it is.
    pub url: Option<String>,
    /// Status, or as it is.
    pub status: Option<String>,
    /// Assignee's e-mail address, or as it is.
    pub assignee: Option<String>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Rows in order.
    pub rows: Vec<CheckedRow>,
    /// Rows left out, in order.
    pub rejected: Vec<RejectedRow>,
}

/// The import cannot be read as rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No column of that name in the header.
    #[error("the header has no column `key`: the first line is `key,title,url,status,assignee`")]
    NoKeyColumn,
    /// A column twice in the header.
    #[error("the header names the column `{0}` twice")]
    ColumnTwice(&'static str),
    /// JSON, but no array.
    #[error("a JSON import is an array of objects with key, title, url, status and assignee")]
    NoArray,
    /// Too much at once.
    #[error("an import has at most {MAX_ROWS} rows: send it in parts")]
    TooManyRows,
}

/// Reads a CSV text: a header, then rows. A byte order mark, CRLF and columns of other names are fine.
pub fn read_csv(text: &[u8]) -> Result<Import, Unreadable> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let mut records = reader.byte_records();
    // Reading from memory with flexible rows cannot fail; a failure would end the input.
    let header = records.next().and_then(Result::ok).unwrap_or_default();
    let columns = columns_of(&header)?;
    let mut reading = Reading::default();
    for record in records.map_while(Result::ok) {
        let cells = if record.len() > header.len() {
            Err("the row has more cells than the header: put text with commas in quotes".to_owned())
        } else {
            columns.iter().map(|column| cell_text(&record, *column)).collect()
        };
        reading.row(cells)?;
    }
    Ok(reading.import)
}

/// Where each of [`COLUMNS`] stands in the header.
fn columns_of(header: &csv::ByteRecord) -> Result<Vec<Option<usize>>, Unreadable> {
    let names: Vec<String> = header
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
        .collect();
    let mut columns = Vec::with_capacity(COLUMNS.len());
    for column in COLUMNS {
        let mut at = names
            .iter()
            .enumerate()
            .filter(|(_, name)| *name == column)
            .map(|(at, _)| at);
        columns.push(at.next());
        if at.next().is_some() {
            return Err(Unreadable::ColumnTwice(column));
        }
    }
    if columns[0].is_none() {
        Err(Unreadable::NoKeyColumn)
    } else {
        Ok(columns)
    }
}

fn cell_text(record: &csv::ByteRecord, column: Option<usize>) -> Result<Option<String>, String> {
    let Some(cell) = column.and_then(|at| record.get(at)) else {
        return Ok(None);
    };
    match std::str::from_utf8(cell) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err("the row is not UTF-8 text: save the file as UTF-8".to_owned()),
    }
}

/// Reads a JSON array of objects. Unknown members are ignored.
pub fn read_json(value: &Value) -> Result<Import, Unreadable> {
    let mut reading = Reading::default();
    for item in value.as_array().ok_or(Unreadable::NoArray)? {
        let cells = match item {
            Value::Object(members) => COLUMNS
                .iter()
                .map(|name| match members.get(*name) {
                    None | Some(Value::Null) => Ok(None),
                    Some(Value::String(text)) => Ok(Some(text.clone())),
                    Some(_) => Err(format!("`{name}` is not text")),
                })
                .collect(),
            _ => Err("the row is not an object".to_owned()),
        };
        reading.row(cells)?;
    }
    Ok(reading.import)
}

#[derive(Default)]
struct Reading {
    import: Import,
    rows_read: u64,
    /// Row of each key in lower case, so that an import names a task once and stays idempotent.
    keys: HashMap<String, u64>,
}

impl Reading {
    fn row(&mut self, cells: Result<Vec<Option<String>>, String>) -> Result<(), Unreadable> {
        self.rows_read += 1;
        if self.rows_read > MAX_ROWS as u64 {
            return Err(Unreadable::TooManyRows);
        }
        let row = self.rows_read;
        match cells.and_then(|cells| self.check(row, cells)) {
            Ok(checked) => self.import.rows.push(checked),
            Err(reason) => self.import.rejected.push(RejectedRow { row, reason }),
        }
        Ok(())
    }

    fn check(&mut self, row: u64, cells: Vec<Option<String>>) -> Result<CheckedRow, String> {
        let mut cells = cells
            .into_iter()
            .map(|cell| cell.map(|text| tidy(&text)).filter(|t| !t.is_empty()));
        let mut next = || cells.next().flatten();
        let key = next().ok_or("the row has no key")?;
        let checked = CheckedRow {
            row,
            key,
            title: next(),
            url: next(),
            status: next(),
            assignee: next(),
        };
        fits("key", Some(&checked.key), 100)?;
        fits("title", checked.title.as_ref(), 500)?;
        fits("url", checked.url.as_ref(), 2048)?;
        fits("status", checked.status.as_ref(), 50)?;
        if checked.url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err("`url` is not an http or https address".to_owned());
        }
        match self.keys.entry(checked.key.to_lowercase()) {
            Entry::Occupied(first) => Err(format!("the key stands already in row {}", first.get())),
            Entry::Vacant(free) => {
                free.insert(row);
                Ok(checked)
            }
        }
    }
}

/// Without surrounding blanks and without NUL, which no database text column can hold.
fn tidy(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}

fn fits(name: &str, text: Option<&String>, max: usize) -> Result<(), String> {
    match text {
        Some(text) if text.chars().count() > max => Err(format!("`{name}` is longer than {max} characters")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(import: &Import) -> Vec<(u64, &str)> {
        import
            .rows
            .iter()
            .map(|row| (row.row, row.key.as_str()))
            .collect()
    }

    fn reasons(import: &Import) -> Vec<String> {
        import
            .rejected
            .iter()
            .map(|r| format!("{}: {}", r.row, r.reason))
            .collect()
    }

    #[test]
    fn csv_rows_count_from_one_after_the_header_and_stand_alone() {
        let text = "key,title,url,status,assignee\r\n\
            P-1,\"One, two\",https://x.test/1,todo,sam@example.org\r\n\
            ,No key,,,\r\n\
            P-2,,,,\r\n\
            p-1,Again,,,\r\n\
            P-3,Link,javascript:alert(1),,\r\n\
            P-4,a,b,c,d,e\r\n";
        let import = read_csv(text.as_bytes()).unwrap();
        assert_eq!(keys(&import), [(1, "P-1"), (3, "P-2")]);
        assert_eq!(import.rows[0].title.as_deref(), Some("One, two"));
        assert_eq!(import.rows[1].title, None);
        insta::assert_snapshot!(reasons(&import).join("\n"), @r"
        2: the row has no key
        4: the key stands already in row 1
        5: `url` is not an http or https address
        6: the row has more cells than the header: put text with commas in quotes
        ");
    }

    #[test]
    fn csv_headers_come_in_any_order_and_case_with_a_byte_order_mark() {
        let import = read_csv("\u{feff}Title, KEY ,points\nOne,P-1,3\nTwo,P-2\n".as_bytes()).unwrap();
        assert_eq!(keys(&import), [(1, "P-1"), (2, "P-2")]);
        assert_eq!(import.rows[1].title.as_deref(), Some("Two"));
    }

    #[test]
    fn csv_without_a_key_column_is_refused_whole() {
        assert_eq!(read_csv(b""), Err(Unreadable::NoKeyColumn));
        assert_eq!(read_csv(b"title\nOne\n"), Err(Unreadable::NoKeyColumn));
        assert_eq!(read_csv(b"key,Key\na,b\n"), Err(Unreadable::ColumnTwice("key")));
    }

    #[test]
    fn csv_in_another_encoding_rejects_its_rows_alone() {
        let import = read_csv(b"key,title\nP-1,Z\xfcrich\nP-2,ok\n").unwrap();
        assert_eq!(keys(&import), [(2, "P-2")]);
        assert_eq!(import.rejected.len(), 1);
    }

    #[test]
    fn json_rows_of_the_wrong_shape_are_rejected_alone() {
        let import = read_json(&serde_json::json!([
            {"key": "P-1", "title": " One ", "assignee": null, "points": 3},
            {"key": 7},
            "P-2",
            {"title": "No key"},
            {"key": "P-3", "status": "", "title": "x".repeat(501)},
            {"key": "P\u{0}-4"},
        ]))
        .unwrap();
        assert_eq!(keys(&import), [(1, "P-1"), (6, "P-4")]);
        assert_eq!(import.rows[0].title.as_deref(), Some("One"));
        insta::assert_snapshot!(reasons(&import).join("\n"), @r"
        2: `key` is not text
        3: the row is not an object
        4: the row has no key
        5: `title` is longer than 500 characters
        ");
        assert_eq!(
            read_json(&serde_json::json!({"key": "P-1"})),
            Err(Unreadable::NoArray)
        );
    }

    #[test]
    fn too_many_rows_are_refused_whole() {
        let text = format!("key\n{}", "x\n".repeat(MAX_ROWS + 1));
        assert_eq!(read_csv(text.as_bytes()), Err(Unreadable::TooManyRows));
    }
}
