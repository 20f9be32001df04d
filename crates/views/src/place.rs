//! Where in the code the time of a row went: the repository and the branch most of it was on.

use dayloom_domain::day::AttributedSpan;

use crate::words::Words;

/// Characters of a repository or a branch that are shown; a longer one is cut at its end, for both begin with what
/// tells them apart.
const SHOWN: usize = 44;

/// A repository and a branch, where they are known.
type Pair<'s> = (Option<&'s str>, Option<&'s str>);

/// Repository and branch of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Repository, such as `owner/name`.
    pub repo: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// How many other pairs of the two were seen in the row.
    pub others: usize,
    /// What the page shows.
    pub text: String,
}

impl Place {
    /// The pair with most time among the spans; the earlier one of two with equal time. None where no span names one.
    pub fn of(spans: &[&AttributedSpan], words: &Words) -> Option<Self> {
        let mut pairs: Vec<(Pair<'_>, i64)> = Vec::new();
        for span in spans {
            let signal = &span.span.signal;
            let pair = (signal.repo.as_deref(), signal.branch.as_deref());
            if pair == (None, None) {
                continue;
            }
            match pairs.iter_mut().find(|(known, _)| *known == pair) {
                Some((_, micros)) => *micros += span.span.micros,
                None => pairs.push((pair, span.span.micros)),
            }
        }
        pairs.sort_by_key(|&(_, micros)| std::cmp::Reverse(micros));
        let &((repo, branch), _) = pairs.first()?;
        let others = pairs.len() - 1;
        let mut text = match (repo.map(cut), branch.map(cut)) {
            (Some(repo), Some(branch)) => format!("{repo} @ {branch}"),
            (Some(repo), None) => repo,
            (None, branch) => format!("{} {}", words.field_branch, branch.unwrap_or_default()),
        };
        if others > 0 {
            text.push_str(&format!(" +{others}"));
        }
        Some(Self {
            repo: repo.map(str::to_owned),
            branch: branch.map(str::to_owned),
            others,
            text,
        })
    }
}

/// The text, or its beginning and an ellipsis.
fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut begun: String = text.chars().take(SHOWN - 1).collect();
    begun.push('…');
    begun
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        samples,
        words::{EN, HI},
    };

    /// Spans of so many minutes in these places.
    fn place(seen: &[(Option<&str>, Option<&str>, i64)], words: &Words) -> Option<Place> {
        let one = samples::normal().day.spans.remove(0);
        let spans: Vec<AttributedSpan> = seen
            .iter()
            .map(|&(repo, branch, minutes)| {
                let mut span = one.clone();
                Arc::make_mut(&mut span.span.signal).repo = repo.map(str::to_owned);
                Arc::make_mut(&mut span.span.signal).branch = branch.map(str::to_owned);
                span.span.micros = minutes;
                span
            })
            .collect();
        Place::of(&spans.iter().collect::<Vec<_>>(), words)
    }

    #[test]
    fn the_pair_with_most_time_is_named_and_the_others_are_counted() {
        let seen = [
            (None, None, 90),
            (Some("a/x"), Some("main"), 20),
            (Some("a/x"), Some("fix"), 15),
            (Some("a/x"), Some("fix"), 15),
            (Some("a/y"), None, 5),
        ];
        let place = place(&seen, &EN).unwrap();
        assert_eq!(place.text, "a/x @ fix +2");
        assert_eq!(
            (place.repo.as_deref(), place.branch.as_deref()),
            (Some("a/x"), Some("fix"))
        );
    }

    #[test]
    fn one_of_the_two_is_enough_and_none_is_no_place() {
        assert_eq!(place(&[(Some("a/x"), None, 1)], &EN).unwrap().text, "a/x");
        assert_eq!(place(&[(None, Some("fix"), 1)], &EN).unwrap().text, "branch fix");
        assert_eq!(place(&[(None, Some("fix"), 1)], &HI).unwrap().text, "शाखा fix");
        assert_eq!(place(&[(None, None, 1)], &EN), None);
        assert_eq!(place(&[], &EN), None);
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let long = "ü".repeat(255);
        let place = place(&[(Some(&long), None, 1)], &EN).unwrap();
        assert_eq!(place.text.chars().count(), SHOWN);
        assert!(place.text.ends_with("ü…"));
        assert_eq!(place.repo.as_deref(), Some(long.as_str()));
    }
}
