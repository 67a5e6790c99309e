//! A picture on its way: rows are worked on aside, in their order.

use crate::{Run, cpu::stream};

/// One is worked on, and one waits.
const IN_FLIGHT: usize = 2;

/// A stream that a thread of its own works on.
#[cfg(not(target_arch = "wasm32"))]
pub(super) struct Running {
    strips: std::sync::mpsc::Sender<Strip>,
    height: u32,
}

/// Rows of the picture, and who waits for what is made of them.
#[cfg(not(target_arch = "wasm32"))]
type Strip = (Vec<u8>, futures_channel::oneshot::Sender<Vec<u8>>);

#[cfg(not(target_arch = "wasm32"))]
impl Running {
    /// `height` is that of strips.
    pub(super) fn new(mut stream: stream::Stream, height: u32) -> Self {
        let (strips, waiting) = std::sync::mpsc::channel::<Strip>();
        std::thread::spawn(move || {
            for (rgba, sender) in waiting {
                // Nobody receives when the upscale was cancelled: no row behind this one is needed either.
                if sender.is_canceled() {
                    break;
                }
                // From inside of the pool, work is shared without waking anybody for each layer.
                let enlarged = rayon::scope(|_| stream.push(&rgba));
                if sender.send(enlarged).is_err() {
                    break;
                }
            }
        });
        Self { strips, height }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl crate::Stream for Running {
    fn strip(&self) -> u32 {
        self.height
    }

    fn in_flight(&self) -> usize {
        IN_FLIGHT
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        let (sender, receiver) = futures_channel::oneshot::channel();
        // Where the thread is gone, so is the sender, and waiting says so.
        let _ = self.strips.send((rgba, sender));
        Box::pin(async move { receiver.await.map_err(|_| crate::Error::Cancelled) })
    }
}

/// A stream that is worked on while it is waited for.
#[cfg(target_arch = "wasm32")]
pub(super) struct Running {
    stream: std::rc::Rc<std::cell::RefCell<stream::Stream>>,
    height: u32,
}

#[cfg(target_arch = "wasm32")]
impl Running {
    /// `height` is that of strips.
    pub(super) fn new(stream: stream::Stream, height: u32) -> Self {
        Self { stream: std::rc::Rc::new(std::cell::RefCell::new(stream)), height }
    }
}

#[cfg(target_arch = "wasm32")]
impl crate::Stream for Running {
    fn strip(&self) -> u32 {
        self.height
    }

    fn in_flight(&self) -> usize {
        IN_FLIGHT
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        let stream = self.stream.clone();
        Box::pin(async move {
            crate::web::next_turn().await;
            Ok(stream.borrow_mut().push(&rgba))
        })
    }
}
