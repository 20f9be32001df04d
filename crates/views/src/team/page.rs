//! A team over a day or a range: a row for each member, or for each day of one member.

use askama::Template;
use jiff::civil::Date;

use super::{
    AdminFacts, Figures, Member, TeamFacts, Tester,
    heading::{Heading, days, short},
    strip::{Bar, bars},
};
use crate::{
    facts::Viewer,
    frame::{Frame, Section},
    time::{Parts, clock, duration, weekday},
    urls,
    words::{Words, fill},
};

/// Missing counts that are named; the rest are counted.
const MOST_MISSING: usize = 3;

/// Labels shown of a row; the rest are counted.
const MOST_LABELS: usize = 3;

/// The page.
#[derive(Debug, Template)]
#[template(path = "pages/team.html")]
pub struct TeamPage {
    /// Around it.
    pub frame: Frame,
    /// Name of the workspace.
    pub name: String,
    /// Other workspaces: name and address.
    pub others: Vec<(String, String)>,
    /// The head.
    pub heading: Heading,
    /// First and last day, for the form.
    pub range: (Date, Date),
    /// Sums of the team, or of the one member.
    pub totals: Figures,
    /// Rows.
    pub rows: Vec<Row>,
    /// The one member the page is about, and the way back to all.
    pub only: Option<(String, String)>,
    /// What a full bar is.
    pub full: String,
    /// When commits and issues were counted.
    pub counted: String,
    /// Comma-separated values.
    pub csv: String,
    /// Where the forms go.
    pub action: String,
    /// Where the tester's script asks.
    pub api: String,
    /// The live tester.
    pub tester: Tester,
    /// What an admin manages.
    pub admin: Option<AdminFacts>,
    /// The live invite: its code, and until when it was used how often.
    pub invite: Option<(String, String)>,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Member, or day.
    pub name: String,
    /// Where the row leads.
    pub url: String,
    /// What stands below the name.
    pub meta: String,
    /// Figures.
    pub figures: Figures,
    /// The strip.
    pub bars: Vec<Bar>,
    /// The strip in words.
    pub told: String,
    /// Labels with their minutes, most first.
    pub labels: Vec<(String, String)>,
    /// How many more labels there are.
    pub more: String,
    /// Who looks may see them.
    pub open: bool,
}

impl TeamPage {
    /// Computes the page.
    pub fn new(viewer: &Viewer, facts: &TeamFacts) -> Self {
        let words = Words::of(viewer.locale);
        let heading = Heading::of(facts, words);
        let (rows, only, full) = rows(viewer, facts, words);
        let invite = facts.admin.as_ref().and_then(|admin| admin.invite.as_ref());
        let invite = invite.map(|(code, until, used)| {
            let when = viewer.zone.to_datetime(*until).date();
            let text = fill(words.team_invite_text, "when", &short(when, words));
            (code.clone(), fill(&text, "n", &used.to_string()))
        });
        Self {
            frame: Frame::new(viewer, Section::Team, &facts.name),
            name: facts.name.clone(),
            others: facts
                .others
                .iter()
                .map(|(id, name)| (name.clone(), urls::team_now(id)))
                .collect(),
            range: (facts.from, facts.to),
            totals: Figures::sum(rows.iter().map(|row| &row.figures)),
            full: if full == 60 {
                words.team_full_hour.to_owned()
            } else {
                fill(words.team_fullest, "time", &duration(i64::from(full), words))
            },
            counted: counted(viewer, facts, words),
            csv: urls::team_csv(facts.workspace, facts.from, facts.to),
            action: urls::team(facts.workspace, facts.from, facts.to),
            api: format!("/api/team/workspaces/{}/classify", facts.workspace),
            tester: facts.tester.clone(),
            admin: facts.admin.clone(),
            invite,
            rows,
            only,
            heading,
        }
    }

    fn parts(&self, minutes: &u32) -> Parts {
        Parts::of(i64::from(*minutes))
    }

    fn time(&self, minutes: &u32) -> String {
        if *minutes == 0 {
            "–".to_owned()
        } else {
            duration(i64::from(*minutes), self.frame.words)
        }
    }

    fn bounds(&self, admin: &AdminFacts) -> String {
        let text = fill(self.frame.words.team_bounds_text, "idle", &admin.idle.to_string());
        fill(&text, "cap", &admin.cap.to_string())
    }

    fn whole_range(&self) -> bool {
        self.range.0 != self.range.1
    }
}

/// The rows, the one member they are about with the way back, and how many minutes a full bar is.
fn rows(viewer: &Viewer, facts: &TeamFacts, words: &Words) -> (Vec<Row>, Option<(String, String)>, u32) {
    let only = facts.member();
    let length = days(facts.from, facts.to);
    let (keys, full): (Vec<Key<'_>>, u32) = match only {
        Some(member) => (
            member
                .days
                .iter()
                .map(|day| (member, day.day, day.figures.clone()))
                .collect(),
            60,
        ),
        None => {
            let members = facts.members.iter();
            let keys = members.map(|member| {
                (
                    member,
                    facts.from,
                    Figures::sum(member.days.iter().map(|d| &d.figures)),
                )
            });
            let keys: Vec<Key<'_>> = keys.collect();
            let strips = keys.iter().flat_map(|(_, _, figures)| figures.strip);
            let fullest = strips
                .map(|(internal, external)| internal + external)
                .max()
                .unwrap_or(0);
            (keys, if length == 1 { 60 } else { fullest.max(60) })
        }
    };
    let shown = keys.into_iter().map(|(member, day, figures)| {
        let (name, meta, url) = if only.is_some() {
            let meta = format!("{} · {}", weekday(day, words), member.zone_name);
            (short(day, words), meta, urls::team(facts.workspace, day, day))
        } else {
            let url = urls::team_member(facts.workspace, facts.from, facts.to, member.id);
            (member.name.clone(), meta(member, viewer, words), url)
        };
        row(name, meta, url, member.open, figures, full, words)
    });
    let back = only.map(|member| {
        (
            member.name.clone(),
            urls::team(facts.workspace, facts.from, facts.to),
        )
    });
    (shown.collect(), back, full)
}

type Key<'a> = (&'a Member, Date, Figures);

fn row(
    name: String,
    meta: String,
    url: String,
    open: bool,
    figures: Figures,
    full: u32,
    words: &Words,
) -> Row {
    let (bars, told) = bars(&figures.strip, full, words);
    let mut labels: Vec<&(String, u32)> = figures.repos.iter().chain(&figures.sources).collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.1));
    let more = labels.len().saturating_sub(MOST_LABELS);
    let labels = labels
        .into_iter()
        .take(MOST_LABELS)
        .map(|(label, minutes)| (label.clone(), duration(i64::from(*minutes), words)))
        .collect();
    Row {
        name,
        url,
        meta,
        bars,
        told,
        labels,
        more: if more == 0 {
            String::new()
        } else {
            fill(words.team_more, "n", &more.to_string())
        },
        open,
        figures,
    }
}

/// `efa · Europe/London · 17:41`.
fn meta(member: &Member, viewer: &Viewer, words: &Words) -> String {
    let mut parts = Vec::new();
    parts.extend(member.login.clone());
    parts.push(member.zone_name.replace('_', " "));
    if member.former {
        parts.push(words.team_former.to_owned());
    } else {
        parts.push(clock(viewer.now, &member.zone));
    }
    parts.join(" · ")
}

fn counted(viewer: &Viewer, facts: &TeamFacts, words: &Words) -> String {
    match &facts.counted {
        None => words.team_not_counted.to_owned(),
        Some((at, who)) => {
            let day = short(viewer.zone.to_datetime(*at).date(), words);
            let when = format!("{day} {}", clock(*at, &viewer.zone));
            let told = fill(&fill(words.team_counted, "when", &when), "who", who);
            [told, missing(facts, words)].join(" ").trim_end().to_owned()
        }
    }
}

/// `17 November is missing for priyav.`
fn missing(facts: &TeamFacts, words: &Words) -> String {
    let named = facts.missing.iter().take(MOST_MISSING).map(|(day, login)| {
        let text = fill(words.team_missing, "day", &short(*day, words));
        fill(&text, "who", login)
    });
    let mut told: Vec<String> = named.collect();
    if facts.missing.len() > MOST_MISSING {
        let more = (facts.missing.len() - MOST_MISSING).to_string();
        told.push(fill(words.team_missing_more, "n", &more));
    }
    told.join(" ")
}
