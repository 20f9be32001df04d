//! `model`: what would be sent to the language model, and what it used.

use serde::Deserialize;
use serde_json::Value;

use super::days::{person_today, read_date};
use crate::{
    Context,
    cli::Model,
    failure::Outcome,
    output::{columns, plain},
    remote::{Remote, view},
};

/// Runs a command.
pub async fn run(cx: &Context, command: &Model) -> Outcome {
    match command {
        Model::Preview { date, again } => preview(cx, date, *again).await,
        Model::Usage { days } => usage(cx, *days).await,
    }
}

#[derive(Debug, Deserialize)]
struct PreviewView {
    model: Option<ModelView>,
    prompts: Vec<PromptView>,
    signals: usize,
    forbidden: usize,
}

#[derive(Debug, Deserialize)]
struct ModelView {
    name: String,
    local: bool,
}

#[derive(Debug, Deserialize)]
struct PromptView {
    system: String,
    user: String,
    schema: Option<Value>,
    estimated_tokens: u64,
}

async fn preview(cx: &Context, date: &str, again: bool) -> Outcome {
    let remote = Remote::of(cx)?;
    let date = read_date(&remote, date).await?;
    let answer = remote
        .get(&format!("/tracker/model-preview/{date}?again={again}"))
        .await?;
    let shown: PreviewView = view(&answer)?;
    cx.out.hint(match &shown.model {
        None => {
            "No language model is set up: nothing is sent. This is what a hosted one would get.".to_owned()
        }
        Some(model) => {
            let place = if model.local { "local" } else { "hosted" };
            format!(
                "{} signals in {} calls to {} ({place}). Nothing was sent now.",
                shown.signals,
                shown.prompts.len(),
                plain(&model.name)
            )
        }
    });
    if shown.forbidden > 0 {
        cx.out.hint(format!(
            "{} signals are left out: their project does not allow this model.",
            shown.forbidden
        ));
    }
    cx.out.facts(&answer, || {
        if shown.prompts.is_empty() {
            return "Nothing would be sent about this day.".to_owned();
        }
        shown.prompts.iter().map(call).collect::<Vec<_>>().join("\n\n")
    })
}

/// One call as text.
fn call(prompt: &PromptView) -> String {
    let schema = prompt
        .schema
        .as_ref()
        .map_or_else(String::new, |schema| format!("\n\n--- answer ---\n{schema}"));
    format!(
        "--- call, about {} tokens ---\n--- instructions ---\n{}\n\n--- data ---\n{}{schema}",
        prompt.estimated_tokens,
        lines(&prompt.system),
        lines(&prompt.user)
    )
}

/// The text with its lines kept, and nothing that a terminal would obey.
fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

#[derive(Debug, Deserialize)]
struct UsageView {
    days: Vec<UsageLine>,
    budget: Option<BudgetView>,
    failing: Option<FailingView>,
}

#[derive(Debug, Deserialize)]
struct FailingView {
    tries: i64,
    again_at: jiff::Timestamp,
}

#[derive(Debug, Deserialize)]
struct UsageLine {
    date: String,
    purpose: String,
    model: String,
    calls: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_usd: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct BudgetView {
    daily_tokens: Option<u64>,
    used_today: u64,
    used_up: bool,
}

async fn usage(cx: &Context, days: u16) -> Outcome {
    let remote = Remote::of(cx)?;
    let end = person_today(&remote).await?;
    let start = end.saturating_sub(jiff::Span::new().days(i64::from(days) - 1));
    let answer = remote
        .get(&format!("/tracker/model-usage?start={start}&end={end}"))
        .await?;
    let shown: UsageView = view(&answer)?;
    if let Some(budget) = &shown.budget {
        cx.out.hint(of_budget(budget));
    }
    // Where the tokens are used up, that is why nothing came.
    let used_up = shown.budget.as_ref().is_some_and(|budget| budget.used_up);
    if let Some(failing) = shown.failing.as_ref().filter(|_| !used_up) {
        cx.out.hint(of_failing(failing));
    }
    cx.out.facts(&answer, || table(&shown.days))
}

fn of_failing(failing: &FailingView) -> String {
    let tries = match failing.tries {
        1 => "The last try".to_owned(),
        n => format!("The last {n} tries"),
    };
    format!(
        "{tries} gave nothing: it is asked again after {}, less and less often. `dayloom doctor` says whether it answers.",
        failing.again_at.strftime("%Y-%m-%d %H:%M UTC")
    )
}

fn of_budget(budget: &BudgetView) -> String {
    match (budget.daily_tokens, budget.used_up) {
        (None, _) => format!("{} tokens used today; there is no limit.", budget.used_today),
        (Some(tokens), false) => format!("{} of {tokens} tokens used today.", budget.used_today),
        (Some(tokens), true) => format!(
            "{} of {tokens} tokens used today: nothing is asked any more until tomorrow.",
            budget.used_today
        ),
    }
}

fn table(days: &[UsageLine]) -> String {
    if days.is_empty() {
        return "No language model was asked on these days.".to_owned();
    }
    let head = ["DATE", "FOR", "MODEL", "CALLS", "READ", "WRITTEN", "USD"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(days.iter().map(|line| {
        vec![
            plain(&line.date),
            plain(&line.purpose),
            plain(&line.model),
            line.calls.to_string(),
            line.input_tokens.to_string(),
            line.output_tokens.to_string(),
            line.cost_usd
                .map_or_else(|| "unknown".to_owned(), |cost| format!("{cost:.4}")),
        ]
    }));
    columns(&rows, &[3, 4, 5, 6])
}
