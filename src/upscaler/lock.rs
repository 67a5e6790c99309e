//! A lock between futures of one thread.

use std::cell::RefCell;

use futures_channel::oneshot;

/// One future at a time holds it; the others wait.
#[derive(Default)]
pub(crate) struct Lock {
    /// Those who wait; None while nobody holds it.
    waiting: RefCell<Option<Vec<oneshot::Sender<()>>>>,
}

/// Holds a lock until it is dropped.
pub(crate) struct Held<'a>(&'a Lock);

impl Lock {
    pub(crate) async fn hold(&self) -> Held<'_> {
        while let Some(released) = self.wait() {
            // Nothing is sent: all that wait are woken where their senders are dropped, and the first of them holds it.
            let _ = released.await;
        }
        self.waiting.replace(Some(Vec::new()));
        Held(self)
    }

    fn wait(&self) -> Option<oneshot::Receiver<()>> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().as_mut()?.push(sender);
        Some(receiver)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.waiting.take();
    }
}
