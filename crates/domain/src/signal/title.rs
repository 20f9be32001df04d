//! Titles without their noise: a table of rules, each with the titles that show why it is there.
//!
//! Every rule only takes text away, and the table is gone through until nothing changes, so cleaning twice is
//! cleaning once. What tells two things apart (a year in brackets, the number of a file) stays.

use std::sync::LazyLock;

use regex::Regex;

/// One kind of noise.
struct Rule {
    /// What it is, for the tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "names the rule in the tests"))]
    name: &'static str,
    /// Where it stands; all of the match goes.
    pattern: &'static str,
    /// A title before and after, cleaned by the whole table.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests"))]
    examples: &'static [(&'static str, &'static str)],
}

const RULES: &[Rule] = &[
    Rule {
        name: "profile and tabs of Edge",
        pattern: r"(?i)(?: and \d+ more pages?)?\s+[-–—]\s+(?:profile \d+|personal|work)\s+[-–—]\s+microsoft\s?edge$",
        examples: &[("Board and 3 more pages - Work - Microsoft\u{200b} Edge", "Board")],
    },
    Rule {
        name: "application at the end",
        pattern: concat!(
            r"(?i)(?:^|\s+[-–—|·]\s+)(?:(?:mozilla )?firefox(?: developer edition| nightly)?(?: \(?private browsing\)?)?",
            r"|mozilla firefox private browsing|private browsing|librewolf|zen browser|waterfox|tor browser",
            r"|google chrome(?: beta| dev| canary)?(?: \(incognito\))?|chromium|brave|opera|vivaldi|safari|arc|microsoft edge",
            r"|visual studio code(?: - insiders)?|vscodium|code - oss|cursor|windsurf|zed|sublime text(?: \(unregistered\))?",
            r"|(?:g|n)?vim\d*|gnu emacs(?: at \S+)?|intellij idea|pycharm|webstorm|rustrover|clion|goland|phpstorm|rider|android studio",
            r"|slack|discord|mattermost|element|microsoft teams|zoom|mozilla thunderbird|thunderbird|gmail|outlook",
            r"|libreoffice(?: writer| calc| impress| draw)?|onlyoffice|microsoft (?:word|excel|powerpoint)|notepad(?:\+\+)?",
            r"|gedit|kate|kwrite|mousepad|text editor|konsole|gnome terminal|alacritty|kitty|wezterm|obsidian|notion|figma)$",
        ),
        examples: &[
            ("Pull request 12 — Mozilla Firefox", "Pull request 12"),
            ("Pull request 12 - Google Chrome", "Pull request 12"),
            ("main.rs - shop - Visual Studio Code", "main.rs - shop"),
            ("Secret — Mozilla Firefox Private Browsing", "Secret"),
            ("Mozilla Firefox", ""),
            ("Arc de Triomphe", "Arc de Triomphe"),
        ],
    },
    Rule {
        name: "what a tab is doing",
        pattern: concat!(
            r"(?i)\s+[-–—]\s+(?:audio playing|audio muted|camera recording|microphone recording",
            r"|camera and microphone recording|(?:high )?memory usage\s+[-–—]\s+[\d.,]+ ?[kmg]b)$",
        ),
        examples: &[
            ("Talk - Audio playing - Google Chrome", "Talk"),
            ("Board - High memory usage - 512 MB - Google Chrome", "Board"),
        ],
    },
    Rule {
        name: "unread count in front",
        pattern: r"^[(\[](?:\d{1,3}(?:[.,]\d{3})*|\d+)\+?[)\]]\s+",
        examples: &[
            ("(3) Chat", "Chat"),
            ("(1,204) Mail", "Mail"),
            ("[99+] Feed", "Feed"),
            ("(500) Days", "Days"),
        ],
    },
    Rule {
        name: "unread count of a mailbox",
        pattern: r"(?i)(?P<keep>\b(?:inbox|posteingang|unread|drafts|spam|notifications|mentions|channel|general))\s*\(\d[\d.,]*\+?\)",
        examples: &[
            ("Inbox (12) - me@example.org - Gmail", "Inbox - me@example.org"),
            ("Rocky (1976)", "Rocky (1976)"),
            ("report (1).pdf", "report (1).pdf"),
        ],
    },
    Rule {
        name: "unread mark of a chat",
        pattern: r"^[!*•●]\s+|\s+[-–—|]\s+\d+ new (?:items?|messages?|notifications?)",
        examples: &[
            ("* general (shop)", "general (shop)"),
            ("general - shop - 2 new items - Slack", "general - shop"),
        ],
    },
    Rule {
        name: "unsaved mark in front",
        pattern: r"^(?:[●•○◉◦⬤✎∙·]\s*|\*+\s*)",
        examples: &[
            ("● main.rs - shop", "main.rs - shop"),
            ("*notes.txt", "notes.txt"),
            ("•draft", "draft"),
        ],
    },
    Rule {
        name: "unsaved mark behind",
        pattern: r"(?i)\s*[●•○◉⬤∙]$|\s+\*+$|\*$|\s*\[(?:\+|modified|unsaved)\]|\s+\((?:modified|unsaved)\)$",
        examples: &[
            ("main.rs ●", "main.rs"),
            ("main.rs*", "main.rs"),
            ("notes.txt [+] - VIM", "notes.txt"),
            ("letter (modified)", "letter"),
        ],
    },
    Rule {
        name: "unsaved mark after the file name",
        pattern: r"\s*[●•⬤]+(?P<keep>\s+[-–—]\s)",
        examples: &[("main.rs ● - shop - Visual Studio Code", "main.rs - shop")],
    },
    Rule {
        name: "spinner",
        pattern: r"^(?:[\x{2800}-\x{28FF}◐◓◑◒◴◷◶◵◜◝◞◟◠◡⏳⌛✳✶✻✽✢✦✧⣾🕐-🕧]+\s*|[|/\\-]\s+)|\s*[\x{2800}-\x{28FF}◐◓◑◒◴◷◶◵⏳⌛]+$",
        examples: &[
            ("⠋ cargo build", "cargo build"),
            ("✳ Weave a day", "Weave a day"),
            ("| npm install", "npm install"),
            ("Loading ⣾", "Loading"),
        ],
    },
    Rule {
        name: "percentage",
        pattern: r"\s*[(\[]?\b\d{1,3}(?:[.,]\d+)?\s?%[)\]]?(?:\s+(?:of|complete|done)\b)?(?:\s*[-–—:|]\s+)?",
        examples: &[
            ("45% Uploading film.mp4", "Uploading film.mp4"),
            ("[12%] Building - shop", "Building - shop"),
            ("Copying (99.5 %)", "Copying"),
            ("12% - Export", "Export"),
        ],
    },
    Rule {
        name: "running clock",
        pattern: r"\s*[(\[]?\b\d{1,2}:\d{2}:\d{2}\b[)\]]?(?:\s*[-–—:|]\s+)?",
        examples: &[
            ("Call 00:12:33", "Call"),
            ("(1:02:03) Recording", "Recording"),
            ("Stand-up 10:30", "Stand-up 10:30"),
        ],
    },
    Rule {
        name: "dangling separator",
        pattern: r"^[-–—|·:]\s+|\s+[-–—|·:]$|^[-–—|·:]$",
        examples: &[("45% - ", ""), ("Export - 12%", "Export")],
    },
];

static TABLE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    RULES
        .iter()
        .map(|rule| Regex::new(rule.pattern).expect("tested pattern"))
        .collect()
});

/// The title without its noise; none if nothing else is in it.
pub fn clean(title: &str) -> Option<String> {
    // Zero-width marks stand inside the names of some applications and show nothing.
    let shown: String = title.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}')).collect();
    let mut text = super::squeeze(&shown)?;
    loop {
        let mut changed = false;
        for pattern in TABLE.iter() {
            let Some(found) = pattern.captures(&text) else {
                continue;
            };
            let whole = found.get(0).map_or(0..0, |m| m.range());
            let keep = found.name("keep").map_or("", |m| m.as_str());
            let shorter = format!("{}{keep} {}", &text[..whole.start], &text[whole.end..]);
            let shorter = super::squeeze(&shorter).unwrap_or_default();
            if shorter.chars().count() < text.chars().count() {
                text = shorter;
                changed = true;
            }
        }
        if !changed {
            return (!text.is_empty()).then_some(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_rule_does_what_its_examples_say() {
        for rule in RULES {
            assert!(!rule.examples.is_empty(), "{} shows why it is there", rule.name);
            for (before, after) in rule.examples {
                assert_eq!(
                    clean(before).unwrap_or_default(),
                    *after,
                    "{}: {before}",
                    rule.name
                );
            }
        }
    }

    #[test]
    fn what_is_volatile_never_makes_two_signals_of_one() {
        for same in [
            [
                "(1) Shop - Chat - Google Chrome",
                "(27) Shop - Chat - Google Chrome",
                "Shop - Chat - Google Chrome",
            ],
            ["⠋ building", "⠙ building", "building"],
            [
                "● main.rs - shop - Visual Studio Code",
                "main.rs - shop - Visual Studio Code",
                "main.rs - shop",
            ],
            ["1% Export", "12.5% Export", "Export"],
        ] {
            let cleaned: Vec<_> = same.iter().map(|title| clean(title)).collect();
            assert!(cleaned.windows(2).all(|pair| pair[0] == pair[1]), "{cleaned:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(title in r"([(\[*●⠋✳%0-9 :|–—-]|[a-zé]{1,4}|Inbox|Mozilla Firefox|Slack|\)|\]){0,14}") {
            let once = clean(&title);
            let twice = once.as_deref().and_then(clean);
            prop_assert_eq!(once, twice);
        }
    }
}
