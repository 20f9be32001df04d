//! `journal` and `ask`: what a day was, and what a person wants to know of their days.

use jiff::civil::Date;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::days::{fetch, read_date};
use crate::{
    Context,
    failure::{Failure, Outcome},
    output::plain,
    remote::{Remote, view},
};

#[derive(Debug, Deserialize)]
struct JournalView {
    date: Date,
    text: Option<String>,
    sentences: Vec<SentenceView>,
    written_by: String,
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SentenceView {
    text: String,
}

#[derive(Debug, Deserialize)]
struct AnswerView {
    answer: String,
    start: Date,
    end: Date,
    journals_used: usize,
    time_entries_used: usize,
    model: Option<String>,
    note: Option<String>,
}

/// The journal of a day.
pub async fn journal(cx: &Context, date: Option<&str>) -> Outcome {
    let remote = Remote::of(cx)?;
    let date = read_date(&remote, date.unwrap_or("today")).await?;
    let path = format!("/tracker/journals/{date}");
    let Some(answer) = remote.send_unless(404, Method::GET, &path, None).await? else {
        return Err(no_journal(&view(&fetch(&remote, date).await?)?));
    };
    let told: JournalView = view(&answer)?;
    cx.out
        .facts(&answer, || journal_text(&told, |text| cx.out.strong(text)))
}

/// What a day without a journal has.
#[derive(Debug, Deserialize)]
struct DayView {
    date: Date,
    attention_s: f64,
    blocks: Vec<Value>,
}

/// Why there is no journal of a day.
fn no_journal(day: &DayView) -> Failure {
    let date = day.date;
    if day.attention_s <= 0.0 {
        Failure::failed(
            format!("Nothing was recorded on {date}, so there is no journal of it"),
            format!("`dayloom week {date}` shows what was recorded around it"),
        )
    } else if day.blocks.is_empty() {
        Failure::failed(
            format!("All that was recorded on {date} is personal, so there is no journal of it"),
            format!("`dayloom day {date}` shows it"),
        )
    } else {
        Failure::failed(
            format!("There is no journal of {date} yet"),
            format!("Ask again in a moment; `dayloom day {date}` shows the day meanwhile"),
        )
    }
}

fn journal_text(told: &JournalView, strong: impl Fn(&str) -> String) -> String {
    let by = match (&told.model, told.written_by.as_str()) {
        (Some(model), _) => format!("phrased by {}, every figure checked", plain(model)),
        (None, "person") => "edited by you".to_owned(),
        (None, _) => "composed from what was recorded".to_owned(),
    };
    let mut text = format!(
        "{}  ({by})\n",
        strong(&format!("{} {}", told.date.strftime("%A"), told.date))
    );
    if told.sentences.is_empty() {
        let own = told.text.as_deref().unwrap_or("You took this journal away.");
        text.extend(own.lines().map(|line| plain(line) + "\n"));
    }
    text.extend(told.sentences.iter().map(|sentence| plain(&sentence.text) + "\n"));
    text
}

/// What to ask, and about which days.
#[derive(Debug, clap::Args)]
pub struct Ask {
    /// The question, such as "Where did the time go?".
    pub question: String,
    /// Days up to today; 7 if left out and the question names none.
    #[arg(long, conflicts_with = "from", value_parser = clap::value_parser!(u32).range(1..=90))]
    pub days: Option<u32>,
    /// First date as YYYY-MM-DD, `today` or `yesterday`.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last date; today if left out.
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<String>,
}

/// Asks a question.
pub async fn ask(cx: &Context, ask: &Ask) -> Outcome {
    if ask.question.trim().is_empty() {
        return Err(Failure::usage(
            "There is no question",
            "Write one, such as dayloom ask \"Where did the time go?\"",
        ));
    }
    let remote = Remote::of(cx)?;
    let mut body = json!({ "question": ask.question });
    if let Some(days) = ask.days {
        body["days"] = json!(days);
    }
    let mut range = [None, None];
    for (at, (name, text)) in [("start", &ask.from), ("end", &ask.to)].into_iter().enumerate() {
        if let Some(text) = text {
            let date = read_date(&remote, text).await?;
            body[name] = json!(date);
            range[at] = Some(date);
        }
    }
    if let [Some(from), Some(to)] = range
        && from > to
    {
        return Err(Failure::usage(
            "The range ends before it begins",
            "Give the earlier date with --from",
        ));
    }
    let asked = remote
        .send_unless(503, Method::POST, "/tracker/qa", Some(&body))
        .await?;
    let answer = asked.ok_or_else(|| {
        Failure::refused(
            "Your projects allow no answers to questions",
            "Ask somebody who administers them, or read your days with `dayloom week`",
        )
    })?;
    let read: AnswerView = view(&answer)?;
    cx.out.facts(&answer, || answer_text(&read))?;
    if let (Some(note), false) = (&read.note, cx.out.json) {
        cx.out
            .hint(format_args!("Answered from the facts alone: {}.", plain(note)));
    }
    Ok(())
}

fn answer_text(read: &AnswerView) -> String {
    let mut text: String = read.answer.lines().map(|line| plain(line) + "\n").collect();
    let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let by = read.model.as_ref().map_or_else(String::new, |model| {
        format!(", phrased by {}, every figure checked", plain(model))
    });
    let range = if read.start == read.end {
        read.start.to_string()
    } else {
        format!("{} to {}", read.start, read.end)
    };
    text.push_str(&format!(
        "\n{range}: {}, {}{by}\n",
        counted(read.journals_used, "journal", "journals"),
        counted(read.time_entries_used, "entry", "entries"),
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_and_an_answer_read_well() {
        let told: JournalView = view(&json!({
            "date": "2026-11-20", "text": "I worked 1h.", "sentences": [{"text": "I worked 1h."}, {"text": "All of it \u{1b}[2Jhas a task."}],
            "written_by": "model", "model": "llama"
        }))
        .map_err(|f| f.to_string())
        .expect("a journal");
        insta::assert_snapshot!(journal_text(&told, str::to_owned), @r"
        Friday 2026-11-20  (phrased by llama, every figure checked)
        I worked 1h.
        All of it  [2Jhas a task.
        ");
        let read: AnswerView = view(&json!({
            "answer": "2h recorded on Friday 20 November.\n2h on PROJ-12 Weave.", "start": "2026-11-20", "end": "2026-11-20",
            "journals_used": 1, "time_entries_used": 3, "model": null, "note": null
        }))
        .map_err(|f| f.to_string())
        .expect("an answer");
        insta::assert_snapshot!(answer_text(&read), @r"
        2h recorded on Friday 20 November.
        2h on PROJ-12 Weave.

        2026-11-20: 1 journal, 3 entries
        ");
    }
}
