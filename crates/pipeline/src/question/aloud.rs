//! An answer told sentence by sentence, while the model still writes. Who is told is not known here: what is told comes
//! out of a [`Telling`], and whoever lets go of that ends the model's call.

use std::sync::Arc;

use dayloom_domain::facts::Sentence;
use dayloom_storage::Store;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Known, MOST, Reply, ask, of_facts, phrased, with_left_out};
use crate::{Models, models::Listener, phrase};

/// What is told of an answer.
#[derive(Clone, Debug)]
pub enum Told {
    /// The next sentence. It stands, whatever comes after it.
    Sentence(Sentence),
    /// The whole answer, which begins with the sentences told before. Nothing comes after it.
    Done(Reply),
}

/// An answer on its way. It is not worked on any longer once this is dropped.
#[derive(Debug)]
pub struct Telling {
    told: mpsc::UnboundedReceiver<Told>,
    _gone: DropGuard,
}

impl Telling {
    /// What is told next; none after the end.
    pub async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }
}

/// Answers aloud: each sentence of the model as soon as it was checked, then the whole. The same words of a model give the
/// same answer as [`super::reply`] does, but for a model that fails after something it said stands: that was told, so it
/// is the answer, and the reply says why there is no more. The work is a task of its own, lest the ledger stays unsettled
/// when nobody listens any more.
pub fn aloud(store: &Store, models: &Models, known: Arc<Known>, now: Timestamp) -> Telling {
    let (tell, told) = mpsc::unbounded_channel();
    let gone = CancellationToken::new();
    let telling = Telling {
        told,
        _gone: gone.clone().drop_guard(),
    };
    let (store, models) = (store.clone(), models.clone());
    tokio::spawn(async move {
        let mut said = 0;
        // Nobody there to hear is noticed by the token.
        let mut say = |sentence: &Sentence| {
            said += 1;
            let _ = tell.send(Told::Sentence(sentence.clone()));
        };
        let reply = spoken((&store, &models), &known, now, &gone, &mut say).await;
        let reply = with_left_out(reply, &known);
        for sentence in &reply.sentences[said..] {
            let _ = tell.send(Told::Sentence(sentence.clone()));
        }
        let _ = tell.send(Told::Done(reply));
    });
    telling
}

async fn spoken(
    of: (&Store, &Models),
    known: &Known,
    now: Timestamp,
    gone: &CancellationToken,
    say: &mut (dyn FnMut(&Sentence) + Send),
) -> Reply {
    let Some(name) = phrase::name(of.1).filter(|_| known.asks(of.1)) else {
        return of_facts(known);
    };
    let table = known.given();
    let mut standing = phrase::Standing::before(&table, MOST);
    let mut heard = |piece: &str| standing.read(piece).iter().for_each(&mut *say);
    let listener = Listener {
        heard: &mut heard,
        gone,
    };
    let answer = ask(of, known, &table, now, Some(listener)).await;
    // A model that said all of it and then hung has said all of it.
    let failure = answer.err().filter(|_| !standing.is_whole());
    phrased(known, name, standing.into_sentences(), failure)
}
