//! A panic of a decoder ends the reading of its file, and nothing else.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    /// Whether a panic of this thread is caught.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What the work gives, or None when it panics. Nothing is printed of such a panic: its file is told of.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_GUARDED.get() {
                before(info);
            }
        }));
    });
    IS_GUARDED.set(true);
    // What a decoder leaves half done is dropped with it.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(false);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught() {
        assert_eq!(caught(|| 7), Some(7));
        let nothing: &[u8] = &[];
        assert_eq!(caught(|| nothing[std::hint::black_box(0)]), None);
        assert_eq!(caught(|| 8), Some(8));
    }
}
