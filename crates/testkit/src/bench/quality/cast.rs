//! The people of the benchmark.

use super::persona::Habits;

/// One who does a bit of everything; the others differ from it in what their name says.
const MIXED: Habits = Habits {
    name: "mixed",
    fields: 3,
    tasks: 6,
    keyed_branches: 10,
    worded_branches: 45,
    stale_branches: 15,
    lookalikes: 30,
    own_files: 65,
    telling_pages: 60,
    own_issue: 15,
    chores: 18,
    helping: 25,
    reviews: 6,
    private: 10,
    interruptions: 5,
    episode: 36,
    bare_titles: 15,
    misleading: 25,
};

/// People that may be looked at while the weights are chosen, each with the seeds they are made of.
pub const TUNED: [(Habits, [u64; 2]); 6] = [
    (MIXED, [11, 12]),
    (
        Habits {
            name: "one repository, lookalike tasks",
            fields: 1,
            tasks: 5,
            lookalikes: 55,
            ..MIXED
        },
        [21, 22],
    ),
    (
        Habits {
            name: "works on main, few titles",
            worded_branches: 15,
            keyed_branches: 5,
            bare_titles: 30,
            ..MIXED
        },
        [31, 32],
    ),
    (
        Habits {
            name: "reviewer",
            reviews: 16,
            chores: 14,
            misleading: 40,
            ..MIXED
        },
        [41, 42],
    ),
    (
        Habits {
            name: "many projects, short episodes",
            fields: 5,
            tasks: 8,
            episode: 26,
            interruptions: 7,
            ..MIXED
        },
        [51, 52],
    ),
    (
        Habits {
            name: "researcher",
            telling_pages: 50,
            own_files: 50,
            worded_branches: 30,
            ..MIXED
        },
        [61, 62],
    ),
];

/// People who are only reported.
pub const HELD_BACK: [(Habits, [u64; 2]); 5] = [
    (MIXED, [911, 912]),
    (
        Habits {
            name: "two repositories, stale branches",
            fields: 2,
            tasks: 6,
            stale_branches: 35,
            lookalikes: 45,
            ..MIXED
        },
        [921, 922],
    ),
    (
        Habits {
            name: "meetings and chat",
            chores: 26,
            helping: 35,
            interruptions: 9,
            episode: 30,
            ..MIXED
        },
        [931, 932],
    ),
    (
        Habits {
            name: "keys in branches",
            keyed_branches: 30,
            worded_branches: 35,
            stale_branches: 20,
            misleading: 40,
            ..MIXED
        },
        [941, 942],
    ),
    (
        Habits {
            name: "private time in between",
            private: 18,
            interruptions: 9,
            telling_pages: 50,
            bare_titles: 22,
            ..MIXED
        },
        [951, 952],
    ),
];

/// More people who are only reported, made after the figures of [`HELD_BACK`] had been seen, and looked at once the
/// attribution was done.
pub const HELD_BACK_LATER: [(Habits, [u64; 2]); 6] = [
    (
        Habits {
            name: "four repositories, hardly a key",
            fields: 4,
            tasks: 7,
            keyed_branches: 0,
            worded_branches: 40,
            ..MIXED
        },
        [7011, 7012],
    ),
    (
        Habits {
            name: "long hours on lookalike tasks",
            fields: 2,
            tasks: 5,
            lookalikes: 60,
            own_files: 55,
            episode: 50,
            ..MIXED
        },
        [7021, 7022],
    ),
    (
        Habits {
            name: "help desk",
            chores: 22,
            helping: 40,
            reviews: 8,
            interruptions: 7,
            ..MIXED
        },
        [7031, 7032],
    ),
    (
        Habits {
            name: "everything on main",
            keyed_branches: 5,
            worded_branches: 5,
            own_issue: 12,
            bare_titles: 20,
            ..MIXED
        },
        [7041, 7042],
    ),
    (
        Habits {
            name: "reads much, is misled much",
            telling_pages: 70,
            misleading: 55,
            own_files: 55,
            reviews: 10,
            ..MIXED
        },
        [7051, 7052],
    ),
    (
        Habits {
            name: "scattered",
            fields: 4,
            tasks: 8,
            episode: 28,
            interruptions: 7,
            private: 14,
            stale_branches: 25,
            ..MIXED
        },
        [7061, 7062],
    ),
];
