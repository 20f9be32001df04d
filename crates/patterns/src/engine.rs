//! The ECMAScript engine of this thread, with nothing in it but regular expressions. It says what is a valid pattern, and tests
//! hold the search of this crate against it. It does not search itself: it polls for an interruption at some operations only, so
//! that a pattern could keep it busy for ever.

use rquickjs::{
    Context, Object, Runtime,
    context::intrinsic::{RegExp, RegExpCompiler},
    function::Constructor,
};

use crate::BadPattern;

/// Memory of the engine, in bytes.
const MOST_MEMORY: usize = 16 << 20;

thread_local! {
    static ENGINE: Engine = Engine::start();
}

/// One engine a thread; it is not shared between threads.
pub struct Engine {
    context: Context,
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
        let context = Context::builder()
            .with::<RegExp>()
            .with::<RegExpCompiler>()
            .build(&runtime)
            .expect("memory for a script context");
        Self {
            context,
            _runtime: runtime,
        }
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

    /// Whether the engine itself finds a pattern in a text; none where it does not compile.
    #[cfg(test)]
    pub fn finds(&self, pattern: &str, text: &str) -> Option<bool> {
        self.context.with(|ctx| {
            let constructor: Constructor = ctx.globals().get("RegExp").expect("the intrinsic is there");
            let made: rquickjs::Result<Object> = constructor.construct((pattern, "i"));
            let Ok(regexp) = made else {
                ctx.catch();
                return None;
            };
            let test: rquickjs::Function = regexp.get("test").expect("a regular expression tests");
            let answer: rquickjs::Result<bool> = test.call((rquickjs::function::This(regexp.clone()), text));
            answer.ok()
        })
    }
}
