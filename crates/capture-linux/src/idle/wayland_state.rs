//! What idle notifications say about the last input. Pure: a thread feeds it, a source asks it.

use std::time::{Duration, Instant};

/// The compositor reports a pause in input after this long.
pub const PAUSE: Duration = Duration::from_secs(1);
/// What is answered while no input has been seen at all: certainly none within any idle window.
const NEVER: Duration = Duration::from_secs(86_400);
/// Input without a pause of a second is not believed for longer than this where something (a film) may keep the
/// compositor from reporting a pause.
const UNBROKEN: Duration = Duration::from_secs(60);

/// Follows one notification object.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Pauses are reported whatever keeps the screen awake.
    ignores_inhibitors: bool,
    created: Instant,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Nothing was reported yet.
    Fresh,
    /// A pause was reported then; input before it was seen or not.
    Paused(Instant, bool),
    /// Input was reported then, and no pause since.
    Resumed(Instant),
}

impl Seen {
    /// Begins with the creation of the notification object.
    pub fn new(ignores_inhibitors: bool, now: Instant) -> Self {
        Self {
            ignores_inhibitors,
            created: now,
            phase: Phase::Fresh,
        }
    }

    /// The compositor reported a pause of [`PAUSE`].
    pub fn idled(&mut self, now: Instant) {
        // A pause right after the beginning says nothing about input before: there may have been none for hours.
        let had_input = match self.phase {
            Phase::Fresh => now.duration_since(self.created) > PAUSE * 2,
            Phase::Resumed(_) => true,
            Phase::Paused(_, had_input) => had_input,
        };
        self.phase = Phase::Paused(now, had_input);
    }

    /// The compositor reported input after a pause.
    pub fn resumed(&mut self, now: Instant) {
        self.phase = Phase::Resumed(now);
    }

    /// Time since the last input.
    pub fn idle(&self, now: Instant) -> Duration {
        match self.phase {
            Phase::Paused(at, true) => now.duration_since(at) + PAUSE,
            Phase::Paused(_, false) => NEVER,
            Phase::Fresh => self.unbroken(self.created, now),
            Phase::Resumed(at) => self.unbroken(at, now),
        }
    }

    /// No pause since `from`, so there was input all the time, or something keeps pauses from being reported.
    fn unbroken(&self, from: Instant, now: Instant) -> Duration {
        let since = now.duration_since(from);
        let is_believed = self.ignores_inhibitors || since <= UNBROKEN;
        if is_believed { Duration::ZERO } else { since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn nobody_is_claimed_before_input_was_seen() {
        let t = Instant::now();
        let mut seen = Seen::new(true, t);
        seen.idled(t + S);
        assert_eq!(seen.idle(t + 5 * S), NEVER);
        seen.resumed(t + 10 * S);
        assert_eq!(seen.idle(t + 10 * S), Duration::ZERO);
        seen.idled(t + 13 * S);
        assert_eq!(
            seen.idle(t + 20 * S),
            8 * S,
            "seven since the report, which came a second after the input"
        );
    }

    #[test]
    fn input_from_the_beginning_counts() {
        let t = Instant::now();
        let mut seen = Seen::new(true, t);
        assert_eq!(seen.idle(t + 4 * S), Duration::ZERO);
        seen.idled(t + 5 * S);
        assert_eq!(seen.idle(t + 6 * S), 2 * S);
    }

    #[test]
    fn a_film_is_no_person() {
        let t = Instant::now();
        let mut seen = Seen::new(false, t);
        seen.idled(t + S);
        seen.resumed(t + 2 * S);
        assert_eq!(seen.idle(t + 60 * S), Duration::ZERO);
        assert_eq!(
            seen.idle(t + 302 * S),
            300 * S,
            "no pause for five minutes: not by hand"
        );
        let mut sure = Seen::new(true, t);
        sure.resumed(t + 2 * S);
        assert_eq!(
            sure.idle(t + 302 * S),
            Duration::ZERO,
            "here pauses are reported during films too"
        );
    }
}
