//! A picture on its way: rows are worked on aside, in their order.

use crate::{Run, cpu::stream};

/// One is worked on, and one waits.
const IN_FLIGHT: usize = 2;

/// A stream at work.
pub(super) struct Running {
    work: Work,
    height: u32,
}

impl Running {
    /// `height` is that of strips.
    pub(super) fn new(stream: stream::Stream, height: u32) -> Self {
        Self { work: Work::new(stream), height }
    }
}

impl crate::Stream for Running {
    fn strip(&self) -> u32 {
        self.height
    }

    fn in_flight(&self) -> usize {
        IN_FLIGHT
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        self.work.push(rgba)
    }
}

/// By a thread of its own.
#[cfg(not(target_arch = "wasm32"))]
struct Work(std::sync::mpsc::Sender<Strip>);

/// Rows of the picture, and who waits for what is made of them.
#[cfg(not(target_arch = "wasm32"))]
type Strip = (Vec<u8>, futures_channel::oneshot::Sender<Vec<u8>>);

#[cfg(not(target_arch = "wasm32"))]
impl Work {
    fn new(mut stream: stream::Stream) -> Self {
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
        Self(strips)
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        let (sender, receiver) = futures_channel::oneshot::channel();
        // Where the thread is gone, so is the sender, and waiting says so.
        let _ = self.0.send((rgba, sender));
        Box::pin(async move { receiver.await.map_err(|_| crate::Error::Cancelled) })
    }
}

/// While it is waited for.
#[cfg(target_arch = "wasm32")]
struct Work(std::rc::Rc<std::cell::RefCell<stream::Stream>>);

#[cfg(target_arch = "wasm32")]
impl Work {
    fn new(stream: stream::Stream) -> Self {
        Self(std::rc::Rc::new(std::cell::RefCell::new(stream)))
    }

    fn push(&mut self, rgba: Vec<u8>) -> Run<'static> {
        let stream = self.0.clone();
        Box::pin(async move {
            crate::turn::next_turn().await;
            Ok(stream.borrow_mut().push(&rgba))
        })
    }
}
