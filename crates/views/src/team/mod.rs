//! The activity of a team (`design/pages.md`, picture 07): how many minutes, when, and where in repositories and apps; never
//! titles. Facts in, finished contexts out.

pub mod admin;
pub mod csv;
mod heading;
pub mod none;
pub mod page;
mod strip;

use dayloom_domain::{DeveloperId, WorkspaceId};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

pub use admin::{AdminFacts, Refused, Tester};
pub use page::TeamPage;

/// What a page of a team knows.
#[derive(Clone, Debug)]
pub struct TeamFacts {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Other workspaces of who looks: id and name.
    pub others: Vec<(WorkspaceId, String)>,
    /// First UTC day.
    pub from: Date,
    /// Last UTC day.
    pub to: Date,
    /// Today's UTC day.
    pub today: Date,
    /// Members in the order of their names.
    pub members: Vec<Member>,
    /// The one member whose days are shown, if the page is about one.
    pub only: Option<DeveloperId>,
    /// When and by whom commits and issues of the range were counted last.
    pub counted: Option<(Timestamp, String)>,
    /// Days and logins of which they are missing, in the order of days.
    pub missing: Vec<(Date, String)>,
    /// The live tester.
    pub tester: Tester,
    /// What only an admin sees.
    pub admin: Option<AdminFacts>,
}

impl TeamFacts {
    /// The one member the page is about, where they are one.
    fn member(&self) -> Option<&Member> {
        let only = self.only?;
        self.members.iter().find(|member| member.id == only)
    }
}

/// A member and their days.
#[derive(Clone, Debug)]
pub struct Member {
    /// Id.
    pub id: DeveloperId,
    /// The name they go by.
    pub name: String,
    /// GitHub login, if it is known.
    pub login: Option<String>,
    /// IANA name of their zone.
    pub zone_name: String,
    /// Its rules.
    pub zone: TimeZone,
    /// No longer in the workspace.
    pub former: bool,
    /// Who looks may see where they were.
    pub open: bool,
    /// Days with anything, in order.
    pub days: Vec<Day>,
}

/// A UTC day of a member.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Its figures.
    pub figures: Figures,
}

/// Internal first, external second.
pub type Pair = (u32, u32);

/// Figures of a day, or of several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Minutes.
    pub minutes: Pair,
    /// Minutes in each local hour.
    pub strip: [Pair; 24],
    /// Repositories of internal minutes.
    pub repos: Vec<(String, u32)>,
    /// Labels of external minutes.
    pub sources: Vec<(String, u32)>,
    /// Commits.
    pub commits: Pair,
    /// Closed issues.
    pub issues: Pair,
}

impl Figures {
    /// Adds others.
    pub fn add(&mut self, other: &Figures) {
        let sum = |mine: &mut Pair, theirs: Pair| {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        };
        sum(&mut self.minutes, other.minutes);
        sum(&mut self.commits, other.commits);
        sum(&mut self.issues, other.issues);
        for (mine, theirs) in self.strip.iter_mut().zip(other.strip) {
            sum(mine, theirs);
        }
        gather(&mut self.repos, &other.repos);
        gather(&mut self.sources, &other.sources);
    }

    /// Figures of several days together.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Figures>) -> Self {
        let mut sum = Self::default();
        all.into_iter().for_each(|one| sum.add(one));
        sum
    }
}

/// Adds labelled minutes; names are one without case, most minutes first.
fn gather(mine: &mut Vec<(String, u32)>, theirs: &[(String, u32)]) {
    for (name, minutes) in theirs {
        let folded = name.to_lowercase();
        match mine.iter_mut().find(|(known, _)| known.to_lowercase() == folded) {
            Some((known, sum)) => {
                *sum += minutes;
                if name < known {
                    known.clone_from(name);
                }
            }
            None => mine.push((name.clone(), *minutes)),
        }
    }
    mine.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_add_up_and_names_are_one_without_case() {
        let figures = |name: &str, minutes| Figures {
            minutes: (0, minutes),
            sources: vec![(name.to_owned(), minutes)],
            ..Figures::default()
        };
        let sum = Figures::sum(&[
            figures("_app:slack", 3),
            figures("x/y", 4),
            figures("_app:Slack", 2),
        ]);
        assert_eq!(sum.minutes, (0, 9));
        assert_eq!(sum.sources, [("_app:Slack".to_owned(), 5), ("x/y".to_owned(), 4)]);
    }
}
