//! Style, script, font and mark, compiled in. Each is served under a name that holds a hash of its bytes, so a copy
//! may be kept for ever.

use std::sync::LazyLock;

use crate::urls;

/// A file to serve.
#[derive(Debug)]
pub struct Asset {
    /// Name with hash.
    pub name: String,
    /// `Content-Type`.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Addresses of the assets a page names.
#[derive(Debug)]
pub struct Names {
    /// Style sheet.
    pub css: String,
    /// Script.
    pub js: String,
    /// Font.
    pub font: String,
    /// Mark.
    pub mark: String,
    /// Style sheet of the pages of journals and questions, beside the one of all.
    pub told_css: String,
    /// Script of the page of a day, beside the one of all.
    pub review_js: String,
    /// Script of the page of questions.
    pub ask_js: String,
    /// Style sheet of the team's pages, beside the one of all.
    pub team_css: String,
    /// Script of the team's pages.
    pub team_js: String,
}

static ALL: LazyLock<(Vec<Asset>, Names)> = LazyLock::new(|| {
    let asset = |stem: &str, ending: &str, kind, bytes: Vec<u8>| Asset {
        name: format!("{stem}.{:016x}.{ending}", fnv1a(&bytes)),
        kind,
        bytes,
    };
    let font = asset(
        "public-sans",
        "woff2",
        "font/woff2",
        include_bytes!("../assets/public-sans.woff2").to_vec(),
    );
    // The style sheet names the font, so its own hash covers the font's.
    let css = include_str!("../assets/dayloom.css").replace("public-sans.woff2", &font.name);
    let css = asset("dayloom", "css", "text/css; charset=utf-8", css.into_bytes());
    let js = include_bytes!("../assets/dayloom.js").to_vec();
    let js = asset("dayloom", "js", "text/javascript; charset=utf-8", js);
    let mark = asset(
        "mark",
        "svg",
        "image/svg+xml",
        include_bytes!("../assets/mark.svg").to_vec(),
    );
    let told_css = include_bytes!("../assets/told.css").to_vec();
    let told_css = asset("told", "css", "text/css; charset=utf-8", told_css);
    let review_js = include_bytes!("../assets/review.js").to_vec();
    let review_js = asset("review", "js", "text/javascript; charset=utf-8", review_js);
    let ask_js = include_bytes!("../assets/ask.js").to_vec();
    let ask_js = asset("ask", "js", "text/javascript; charset=utf-8", ask_js);
    let team_css = include_bytes!("../assets/team.css").to_vec();
    let team_css = asset("team", "css", "text/css; charset=utf-8", team_css);
    let team_js = include_bytes!("../assets/team.js").to_vec();
    let team_js = asset("team", "js", "text/javascript; charset=utf-8", team_js);
    let names = Names {
        css: urls::asset(&css.name),
        js: urls::asset(&js.name),
        font: urls::asset(&font.name),
        mark: urls::asset(&mark.name),
        told_css: urls::asset(&told_css.name),
        review_js: urls::asset(&review_js.name),
        ask_js: urls::asset(&ask_js.name),
        team_css: urls::asset(&team_css.name),
        team_js: urls::asset(&team_js.name),
    };
    let all = vec![
        font, css, js, mark, told_css, review_js, ask_js, team_css, team_js,
    ];
    (all, names)
});

/// Addresses of the assets.
pub fn names() -> &'static Names {
    &ALL.1
}

/// The asset of a hashed name.
pub fn find(name: &str) -> Option<&'static Asset> {
    ALL.0.iter().find(|asset| asset.name == name)
}

/// FNV-1a: tells versions of our own files apart, nothing more.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_stay_small() {
        for (name, most) in [
            (&names().css, 20_480),
            (&names().js, 4_864),
            (&names().font, 20_480),
            (&names().told_css, 6_144),
            (&names().review_js, 4_096),
            (&names().ask_js, 4_096),
            (&names().team_css, 6_144),
            (&names().team_js, 2_048),
        ] {
            let bytes = find(name.trim_start_matches("/assets/")).unwrap().bytes.len();
            assert!(bytes <= most, "{name} has {bytes} bytes, {most} are allowed");
        }
    }

    #[test]
    fn the_style_sheet_names_the_hashed_font() {
        let css = find(names().css.trim_start_matches("/assets/")).unwrap();
        let text = std::str::from_utf8(&css.bytes).unwrap();
        assert!(text.contains(names().font.trim_start_matches("/assets/")));
    }
}
