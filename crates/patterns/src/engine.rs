//! The ECMAScript engine of this thread, with nothing in it but regular expressions, and its limits.

use std::{cell::Cell, rc::Rc};

use rquickjs::{
    Context, Function, Object, Runtime,
    context::intrinsic::{RegExp, RegExpCompiler},
    function::{Constructor, This},
};

use crate::BadPattern;

/// Polls one match may last. The engine polls every 10,000 steps of a match, about 0.1 ms on the machine of
/// `docs/performance.md`; together with [`MOST_POLLS`] this keeps a question with 50 hostile patterns under 10 ms.
const POLLS_OF_A_MATCH: u32 = 20;

/// Polls all matches of one question may last.
const MOST_POLLS: u32 = 60;

/// Memory of the engine, in bytes; a match that wants more has exceeded its limit.
const MOST_MEMORY: usize = 16 << 20;

thread_local! {
    static ENGINE: Engine = Engine::start();
}

/// How a search ended.
pub enum Found {
    /// The pattern is in the text.
    Yes,
    /// It is not, or the pattern does not compile.
    No,
    /// The limit came first.
    Exceeded,
}

/// One engine a thread; it is not shared between threads.
pub struct Engine {
    context: Context,
    /// Polls left to the match that runs.
    of_match: Rc<Cell<u32>>,
    /// Polls left to the question.
    of_question: Cell<u32>,
    _runtime: Runtime,
}

impl Engine {
    /// Runs something with the engine of this thread.
    pub fn with<R>(run: impl FnOnce(&Engine) -> R) -> R {
        ENGINE.with(run)
    }

    fn start() -> Self {
        let runtime = Runtime::new().expect("memory for a script engine");
        runtime.set_memory_limit(MOST_MEMORY);
        let of_match = Rc::new(Cell::new(POLLS_OF_A_MATCH));
        let left = Rc::clone(&of_match);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let over = left.get() == 0;
            left.set(left.get().saturating_sub(1));
            over
        })));
        let context = Context::builder()
            .with::<RegExp>()
            .with::<RegExpCompiler>()
            .build(&runtime)
            .expect("memory for a script context");
        Self {
            context,
            of_match,
            of_question: Cell::new(MOST_POLLS),
            _runtime: runtime,
        }
    }

    /// Gives the next question its whole budget.
    pub fn refill(&self) {
        self.of_question.set(MOST_POLLS);
    }

    /// Compiles a pattern and forgets it.
    pub fn compile(&self, pattern: &str) -> Result<(), BadPattern> {
        self.context.with(|ctx| {
            let constructor: Constructor = ctx.globals().get("RegExp").expect("the intrinsic is there");
            let made: rquickjs::Result<Object> = constructor.construct((pattern, "i"));
            made.map(drop).map_err(|_| {
                let words = ctx.catch().as_exception().and_then(|e| e.message());
                BadPattern::Syntax(words.unwrap_or_else(|| "it cannot be read".to_owned()))
            })
        })
    }

    /// Looks for a pattern in a text, without regard to case.
    pub fn search(&self, pattern: &str, text: &str) -> Found {
        let allowed = self.of_question.get().min(POLLS_OF_A_MATCH);
        if allowed == 0 {
            return Found::Exceeded;
        }
        self.of_match.set(allowed);
        let found = self.context.with(|ctx| {
            let constructor: Constructor = ctx.globals().get("RegExp").expect("the intrinsic is there");
            let Ok(regexp) = constructor.construct::<_, Object>((pattern, "i")) else {
                ctx.catch();
                return Found::No;
            };
            let test: Function = regexp.get("test").expect("a regular expression tests");
            match test.call((This(regexp.clone()), text)) {
                Ok(true) => Found::Yes,
                Ok(false) => Found::No,
                Err(_) => {
                    ctx.catch();
                    Found::Exceeded
                }
            }
        });
        let spent = allowed - self.of_match.get();
        self.of_question.set(self.of_question.get().saturating_sub(spent));
        found
    }
}
