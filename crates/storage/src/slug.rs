//! Slugs: the part of a name that goes into an address.

use sea_orm::{ConnectionTrait, Value};

use crate::{
    StorageError,
    db::{Columns, rows},
};

/// How often a numbered slug is chosen again when someone else takes it first.
pub(crate) const TRIES: u32 = 8;

/// Longest slug kept (`contract/tracker.md` §3: v100), with room for a number.
const LONGEST: usize = 90;

/// Lower-case letters and digits of the name, joined by single hyphens; `fallback` if nothing is left.
pub(crate) fn of(name: &str, fallback: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        fallback.to_owned()
    } else {
        slug.to_owned()
    }
}

/// The slug itself, then `slug-2`, `slug-3`, …: the first that is not taken.
fn free(slug: &str, taken: &[String]) -> String {
    if !taken.iter().any(|t| t == slug) {
        return slug.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let next = format!("{slug}-{number}");
        if !taken.contains(&next) {
            return next;
        }
        number += 1;
    }
}

/// The first free one beside what `sql` finds: slugs (column `slug`) that begin like `wanted`, which is its last value.
pub(crate) async fn choose<C: ConnectionTrait>(
    on: &C,
    wanted: &str,
    sql: &str,
    mut values: Vec<Value>,
) -> Result<String, StorageError> {
    values.push(format!("{wanted}%").into());
    let taken = rows(on, sql, values).await?;
    let taken = taken
        .iter()
        .map(|row| row.col("slug"))
        .collect::<Result<Vec<String>, _>>()?;
    Ok(free(wanted, &taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_letters_digits_and_hyphens() {
        assert_eq!(of("  Acme & Söhne, Inc. ", "x"), "acme-söhne-inc");
        assert_eq!(of("!!!", "workspace"), "workspace");
        assert!(of(&"ab ".repeat(80), "x").len() <= LONGEST);
    }

    #[test]
    fn a_taken_slug_gets_the_first_free_number() {
        let taken = ["acme".to_owned(), "acme-2".to_owned()];
        assert_eq!(free("acme", &taken), "acme-3");
        assert_eq!(free("other", &taken), "other");
    }
}
