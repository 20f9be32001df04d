//! The gist: one sentence computed from the totals, never phrased by anyone.

use crate::{
    rows::Tasks,
    time::duration,
    totals::Totals,
    words::{Words, fill},
};

/// Longest name of a task in the sentence, in characters.
const NAME_CHARS: usize = 48;

/// The sentence about a day or, with `several`, about days.
pub fn gist(totals: &Totals, tasks: &Tasks, several: bool, words: &Words) -> String {
    if totals.total == 0 {
        return if several {
            words.gist_empty_range
        } else {
            words.empty
        }
        .to_owned();
    }
    let Some(&(top, minutes)) = totals.by_task.first() else {
        let text = if totals.no_task == 0 {
            words.gist_personal
        } else {
            words.gist_no_task
        };
        return fill(text, "time", &duration(totals.total, words));
    };
    // A word joiner keeps a key such as PROJ-12 on one line.
    let name = crate::cloth::cut(&tasks.short(top), NAME_CHARS).replace('-', "-\u{2060}");
    let most = if several {
        words.gist_most_days
    } else {
        words.gist_most
    };
    let head = if minutes * 2 > totals.total {
        most
    } else {
        words.gist_largest
    };
    let tail = match totals.no_task {
        0 if totals.personal == 0 => words.gist_all,
        0 => words.full_stop,
        1 => words.gist_rest_one,
        _ => words.gist_rest,
    };
    let head = fill(head, "time", &duration(minutes, words));
    let tail = fill(tail, "time", &duration(totals.no_task, words));
    // The name goes in last: it comes from outside and may itself hold braces.
    format!("{}{tail}", fill(&head, "task", &name))
}
