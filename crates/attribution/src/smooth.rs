//! What stands before and after speaks: the probabilities of each span, smoothed over the day forward and backward.
//!
//! A person is on one *thread* (a task, or something unknown) for a while, and leaves it now and then for work
//! without a task, private time or time they would dismiss, mostly to come back to the same thread. So the hidden
//! state is a thread and a *mode*; a span shows the thread only in the mode [`ON`]. Work without a task and private
//! time are two modes each, as they come in two lengths: a look at the chat, and an hour of mail.
//!
//! ```text
//! thread   A A A A A A A A B B B B B
//! mode     on  on work on  on  on on private on
//! shown    A   A  work  A  B  B  B  private  B
//! ```

/// On the thread itself.
pub(crate) const ON: usize = 0;
/// Modes that are told apart: on the thread, work without a task, private, time to be dismissed.
pub(crate) const MODES: usize = 4;
/// And brief work without a task, and brief private time.
pub(crate) const PACES: usize = 6;
/// The mode that each pace shows.
const SHOWS: [usize; PACES] = [ON, 1, 2, 3, 1, 2];

/// How long things last and what follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Mean seconds in each mode before it is left.
    pub stay: [f64; PACES],
    /// Where a thread is left for: another thread, then each other mode.
    pub leave: [f64; PACES],
    /// How often an interruption ends on the thread it began on: a long one, and a brief one.
    pub comes_back: [f64; 2],
}

/// One span: how well each state explains what was seen, as logarithms, and the time since the span before it.
pub(crate) struct Seen {
    /// For each thread; the others for the modes but [`ON`].
    pub thread: Vec<f64>,
    /// For each mode but [`ON`], whose place is not read.
    pub mode: [f64; MODES],
    /// Seconds between the middle of the span before and the middle of this one.
    pub after: f64,
}

/// For each span, the probability of each thread and of each mode but [`ON`]; they add up to 1.
pub(crate) struct Smoothed {
    /// For each thread.
    pub thread: Vec<f64>,
    /// For each mode; that of [`ON`] is 0.
    pub mode: [f64; MODES],
}

type State = Vec<[f64; PACES]>;

/// Spans of which everything is held at once. An ordinary day has fewer, so that nothing of it is worked out twice; of a
/// day sampled each few seconds it would be hundreds of numbers for each of thousands of spans.
const STRETCH: usize = 512;

/// Runs over the spans of a day. `prior` is the share of each thread where nothing is known, and adds up to 1.
pub(crate) fn smooth(seen: &[Seen], prior: &[f64], pace: &Pace) -> Vec<Smoothed> {
    smooth_by(seen, prior, pace, STRETCH)
}

/// The same in stretches of so many spans: of each is kept what it begins after, and on the way back it is gone through
/// again from there.
fn smooth_by(seen: &[Seen], prior: &[f64], pace: &Pace, stretch: usize) -> Vec<Smoothed> {
    let stretches: Vec<&[Seen]> = seen.chunks(stretch).collect();
    let mut begins_after: Vec<Option<State>> = vec![None];
    let but_last = &stretches[..stretches.len().saturating_sub(1)];
    for spans in but_last {
        let mut state = begins_after.last().cloned().flatten();
        for here in *spans {
            state = Some(forward(state.as_ref(), here, &likelihood(here), prior, pace));
        }
        begins_after.push(state);
    }
    let mut after: State = vec![[1.0; PACES]; prior.len()];
    let mut out: Vec<Smoothed> = Vec::with_capacity(seen.len());
    for (spans, before) in stretches.iter().zip(begins_after).rev() {
        let shown: Vec<State> = spans.iter().map(likelihood).collect();
        let mut states: Vec<State> = Vec::with_capacity(spans.len());
        for (here, shown) in spans.iter().zip(&shown) {
            let state = forward(states.last().or(before.as_ref()), here, shown, prior, pace);
            states.push(state);
        }
        for ((span, mut here), shown) in spans.iter().zip(states).zip(&shown).rev() {
            times(&mut here, &after);
            normalise(&mut here);
            out.push(shares(&here));
            times(&mut after, shown);
            after = step_back(&after, prior, &Chances::of(pace, span.after));
            normalise(&mut after);
        }
    }
    out.reverse();
    out
}

/// How probable each state is after this span, by it and all before it.
fn forward(before: Option<&State>, here: &Seen, shown: &State, prior: &[f64], pace: &Pace) -> State {
    let mut state = match before {
        Some(before) => step(before, prior, &Chances::of(pace, here.after)),
        None => begin(prior, pace),
    };
    times(&mut state, shown);
    normalise(&mut state);
    state
}

/// What may happen between two spans.
struct Chances {
    stay: [f64; PACES],
    leave: [f64; PACES],
    comes_back: [f64; PACES],
}

impl Chances {
    fn of(pace: &Pace, seconds: f64) -> Self {
        Self {
            stay: pace.stay.map(|mean| (-seconds.max(1.0) / mean).exp()),
            leave: pace.leave,
            comes_back: std::array::from_fn(|mode| pace.comes_back[usize::from(mode >= MODES)]),
        }
    }
}

/// The share of first spans that show a thread: a day mostly begins with work, and a day of one span is mostly work.
const BEGINS_ON: f64 = 0.6;

fn begin(prior: &[f64], pace: &Pace) -> State {
    let off = 1.0 - pace.leave[ON];
    let chance = |mode: usize| {
        if mode == ON {
            BEGINS_ON
        } else {
            (1.0 - BEGINS_ON) * pace.leave[mode] / off
        }
    };
    prior
        .iter()
        .map(|share| std::array::from_fn(|mode| share * chance(mode)))
        .collect()
}

/// One step forward in time.
fn step(from: &State, prior: &[f64], chances: &Chances) -> State {
    let ended = |thread: &[f64; PACES], mode: usize| thread[mode] * (1.0 - chances.stay[mode]);
    let anew: f64 = from
        .iter()
        .map(|thread| {
            let off = (1..PACES).map(|mode| ended(thread, mode) * (1.0 - chances.comes_back[mode]));
            ended(thread, ON) * chances.leave[ON] + off.sum::<f64>()
        })
        .sum();
    from.iter()
        .zip(prior)
        .map(|(thread, share)| {
            let back = (1..PACES).map(|mode| ended(thread, mode) * chances.comes_back[mode]);
            let back = back.sum::<f64>() + share * anew;
            let left = ended(thread, ON);
            std::array::from_fn(|mode| {
                let comes = if mode == ON {
                    back
                } else {
                    left * chances.leave[mode]
                };
                thread[mode] * chances.stay[mode] + comes
            })
        })
        .collect()
}

/// One step back: how well each state explains all that comes after it.
fn step_back(to: &State, prior: &[f64], chances: &Chances) -> State {
    let anew: f64 = to
        .iter()
        .zip(prior)
        .map(|(thread, share)| thread[ON] * share)
        .sum();
    to.iter()
        .map(|thread| {
            let away: f64 = (1..PACES).map(|mode| thread[mode] * chances.leave[mode]).sum();
            std::array::from_fn(|mode| {
                let next = if mode == ON {
                    anew * chances.leave[ON] + away
                } else {
                    let back = chances.comes_back[mode];
                    thread[ON] * back + anew * (1.0 - back)
                };
                thread[mode] * chances.stay[mode] + (1.0 - chances.stay[mode]) * next
            })
        })
        .collect()
}

/// Logarithms as likelihoods, the greatest 1. Nothing is impossible: one wrong word must not undo a day.
fn likelihood(seen: &Seen) -> State {
    let modes = seen.mode[1..].iter().copied();
    let most = seen.thread.iter().copied().chain(modes).fold(f64::MIN, f64::max);
    let chance = |log: f64| (log - most).max(-30.0).exp();
    let off = SHOWS.map(|mode| chance(seen.mode[mode]));
    seen.thread
        .iter()
        .map(|&log| {
            let mut shown = off;
            shown[ON] = chance(log);
            shown
        })
        .collect()
}

fn times(state: &mut State, by: &State) {
    for (thread, by) in state.iter_mut().zip(by) {
        for (value, by) in thread.iter_mut().zip(by) {
            *value *= by;
        }
    }
}

fn normalise(state: &mut State) {
    let sum: f64 = state.iter().flatten().sum();
    for value in state.iter_mut().flatten() {
        *value /= sum.max(f64::MIN_POSITIVE);
    }
}

fn shares(state: &State) -> Smoothed {
    let mut mode = [0.0; MODES];
    for thread in state {
        for (shows, share) in SHOWS.iter().zip(thread).skip(1) {
            mode[*shows] += share;
        }
    }
    Smoothed {
        thread: state.iter().map(|thread| thread[ON]).collect(),
        mode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        stay: [1_800.0, 600.0, 400.0, 400.0, 600.0, 400.0],
        leave: [0.6, 0.125, 0.05, 0.05, 0.125, 0.05],
        comes_back: [0.7, 0.95],
    };

    fn seen(thread: &[f64], mode: [f64; MODES]) -> Seen {
        Seen {
            thread: thread.to_vec(),
            mode,
            after: 60.0,
        }
    }

    #[test]
    fn what_says_nothing_takes_after_its_neighbours() {
        let sure = || seen(&[4.0, 0.0], [0.0; MODES]);
        let nothing = || seen(&[0.0, 0.0], [0.0; MODES]);
        let smoothed = smooth(&[sure(), nothing(), sure()], &[0.5, 0.5], &PACE);
        assert!(smoothed[1].thread[0] > 0.9, "{:?}", smoothed[1].thread);
        let alone = smooth(&[nothing()], &[0.5, 0.5], &PACE);
        assert!(alone[0].thread[0] < 0.6);
    }

    #[test]
    fn after_an_interruption_the_thread_goes_on() {
        let on = || seen(&[4.0, 0.0], [0.0; MODES]);
        let mail = || seen(&[0.0, 0.0], [0.0, 8.0, 0.0, 0.0]);
        let nothing = || seen(&[0.0, 0.0], [-2.0; MODES]);
        let smoothed = smooth(&[on(), mail(), nothing()], &[0.5, 0.5], &PACE);
        assert!(smoothed[1].mode[1] > 0.8, "{:?}", smoothed[1].mode);
        assert!(smoothed[2].thread[0] > smoothed[2].thread[1] * 2.0);
    }

    fn many() -> Vec<Seen> {
        (0..50)
            .map(|n| {
                seen(
                    &[f64::from(n % 7), f64::from(n % 3), 1.0],
                    [0.0, f64::from(n % 5), -4.0, 900.0 * f64::from(n % 2)],
                )
            })
            .collect()
    }

    #[test]
    fn a_day_in_stretches_comes_out_the_same_to_the_last_bit() {
        let bits = |stretch: usize| -> Vec<u64> {
            smooth_by(&many(), &[0.2, 0.5, 0.3], &PACE, stretch)
                .iter()
                .flat_map(|span| span.thread.iter().chain(&span.mode).map(|share| share.to_bits()))
                .collect()
        };
        let whole = bits(50);
        assert_eq!(whole.len(), 50 * (3 + MODES));
        for stretch in [1, 7, 25, 49, 51] {
            assert!(bits(stretch) == whole, "{stretch}");
        }
        assert!(smooth(&[], &[0.2, 0.5, 0.3], &PACE).is_empty());
    }

    #[test]
    fn shares_add_up_to_one() {
        for span in smooth(&many(), &[0.2, 0.5, 0.3], &PACE) {
            let sum: f64 = span.thread.iter().sum::<f64>() + span.mode.iter().sum::<f64>();
            assert!((sum - 1.0).abs() < 1e-9 && sum.is_finite(), "{sum}");
        }
    }
}
