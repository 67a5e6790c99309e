//! How much work to give the GPU at a time, from how fast it was so far.

use std::{cell::Cell, rc::Rc};

use web_time::Instant;

/// How long one submit should keep the GPU busy: long enough that submitting costs nothing beside it, short enough that
/// a desktop stays smooth and no watchdog fires (Windows waits for two seconds).
const SUBMIT_SECONDS: f64 = 0.05;

/// How much work should wait for the GPU. Firefox looks only every 100 ms whether a tile is done, and until it has seen
/// that, nothing new comes in.
const QUEUE_SECONDS: f64 = 0.3;

/// Tiles under way: two keep the GPU busy during a read-back, and each takes memory.
const IN_FLIGHT: (usize, usize) = (2, 8);

/// A speed is measured over at least this long, because completions are seen late and in bunches.
const MEASURE_SECONDS: f64 = 0.25;

/// The speed that is assumed at first, in floating-point operations a second: that of a small GPU, or of a CPU.
const FIRST_SPEED: f64 = 1e12;
const FIRST_SOFTWARE_SPEED: f64 = 1e10;

/// Stands for a tile under way, until it is done or given up.
pub(super) struct Ticket {
    _held: Rc<()>,
}

/// The speed of a GPU, measured over the tiles that it finishes.
pub(super) struct Pace {
    /// Floating-point operations a second.
    speed: Cell<f64>,
    /// Held by every tile under way.
    under_way: Rc<()>,
    /// Since when, while tiles were under way all the time, and the work finished since then.
    since: Cell<Instant>,
    flops: Cell<f64>,
}

impl Pace {
    pub(super) fn new(is_software: bool) -> Self {
        let speed = if is_software { FIRST_SOFTWARE_SPEED } else { FIRST_SPEED };
        Self {
            speed: Cell::new(speed),
            under_way: Rc::new(()),
            since: Cell::new(Instant::now()),
            flops: Cell::new(0.0),
        }
    }

    /// A tile is about to be submitted, now.
    pub(super) fn submitted(&self, now: Instant) -> Ticket {
        if Rc::strong_count(&self.under_way) == 1 {
            self.restart(now);
        }
        Ticket { _held: self.under_way.clone() }
    }

    /// A tile of `flops` floating-point operations is done, now.
    pub(super) fn finished(&self, ticket: Ticket, flops: f64, now: Instant) {
        drop(ticket);
        self.flops.set(self.flops.get() + flops);
        let seconds = (now - self.since.get()).as_secs_f64();
        if seconds >= MEASURE_SECONDS {
            self.speed.set(self.flops.get() / seconds);
            self.restart(now);
        }
    }

    fn restart(&self, now: Instant) {
        self.since.set(now);
        self.flops.set(0.0);
    }

    /// Work for one submit.
    pub(super) fn submit_flops(&self) -> f64 {
        self.speed.get() * SUBMIT_SECONDS
    }

    /// How many tiles of `tile_flops` floating-point operations to have under way.
    pub(super) fn in_flight(&self, tile_flops: f64) -> usize {
        let tiles = (self.speed.get() * QUEUE_SECONDS / tile_flops.max(1.0)).ceil();
        (tiles as usize).clamp(IN_FLIGHT.0, IN_FLIGHT.1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_speed_is_the_work_of_all_tiles_over_the_time_since_the_first() {
        let pace = Pace::new(false);
        assert_eq!((pace.submit_flops(), pace.in_flight(1.2e11)), (FIRST_SPEED * SUBMIT_SECONDS, 3));
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs_f64(seconds);
        let [one, other, last] = [0.0, 0.1, 0.2].map(|seconds| pace.submitted(after(seconds)));
        pace.finished(one, 1e9, after(MEASURE_SECONDS / 2.0));
        assert_eq!(pace.submit_flops(), FIRST_SPEED * SUBMIT_SECONDS, "measured for too short a time");
        pace.finished(other, 3e9, after(0.5));
        let speed = 4e9 / 0.5;
        assert_eq!(pace.submit_flops(), speed * SUBMIT_SECONDS);
        assert_eq!(pace.in_flight(speed * QUEUE_SECONDS / 3.5), 4);
        assert_eq!((pace.in_flight(1e15), pace.in_flight(1e6)), IN_FLIGHT);
        // From there on anew, and never over a time in which the GPU had nothing to do.
        pace.finished(last, 1e9, after(1.5));
        assert_eq!(pace.submit_flops(), 1e9 * SUBMIT_SECONDS);
        let late = pace.submitted(after(100.0));
        pace.finished(late, 1e9, after(100.5));
        assert_eq!(pace.submit_flops(), 2e9 * SUBMIT_SECONDS);
    }
}
