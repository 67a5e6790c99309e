//! How long a frame is shown.

/// Viewers take what is shown no longer than this for a mistake, and show it for ten times as long.
const SHORTEST_SHOWN: f64 = 0.01;

/// A time in seconds, as an exact fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// How many parts of a second.
    pub numerator: u32,
    /// How many of them make a second, at least 1.
    pub denominator: u32,
}

impl Delay {
    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// The same fraction in 16 bits each, or the nearest one.
    pub(super) fn in_sixteen_bits(self) -> [u16; 2] {
        let divisor = greatest_divisor(self.numerator, self.denominator);
        let [mut numerator, mut denominator] = [self.numerator, self.denominator].map(|part| part / divisor);
        while numerator.max(denominator) > u16::MAX.into() && denominator > 1 {
            (numerator, denominator) = (numerator.div_ceil(2), denominator.div_ceil(2));
        }
        [numerator, denominator].map(|part| part.min(u16::MAX.into()) as u16)
    }
}

fn greatest_divisor(one: u32, other: u32) -> u32 {
    if one == 0 { other.max(1) } else { greatest_divisor(other % one, one) }
}

/// Delays in whole ticks. What rounding takes from a frame the next ones get, so that an animation is as long as it was.
pub(super) struct Ticks {
    per_second: f64,
    /// The most that a file can hold.
    max: u32,
    /// When the next frame begins, exactly and in ticks.
    seconds: f64,
    ticks: f64,
}

impl Ticks {
    pub(super) fn new(per_second: u32, max: u32) -> Self {
        Self { per_second: per_second.into(), max, seconds: 0.0, ticks: 0.0 }
    }

    pub(super) fn next(&mut self, delay: Delay) -> u32 {
        self.seconds += delay.seconds();
        let ticks = ((self.seconds * self.per_second).round() - self.ticks).max(0.0);
        // What viewers show as it is must not become what they do not.
        let least =
            if delay.seconds() > SHORTEST_SHOWN { (SHORTEST_SHOWN * self.per_second).floor() + 1.0 } else { 0.0 };
        let ticks = ticks.max(least).min(self.max.into());
        self.ticks += ticks;
        ticks as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(numerator: u32, denominator: u32) -> Delay {
        Delay { numerator, denominator }
    }

    #[test]
    fn fractions_become_ones_of_sixteen_bits() {
        for (fraction, expected) in [
            (delay(0, 100), [0, 1]),
            (delay(7, 100), [7, 100]),
            (delay(70_000, 1000), [70, 1]),
            (delay(1001, 30_000), [1001, 30_000]),
            (delay(16_777_215, 1), [65_535, 1]),
        ] {
            assert_eq!(fraction.in_sixteen_bits(), expected);
        }
        let [numerator, denominator] = delay(70_001, 1000).in_sixteen_bits();
        assert!((f64::from(numerator) / f64::from(denominator) - 70.001).abs() < 0.1);
    }

    #[test]
    fn rounding_makes_no_animation_longer_or_shorter() {
        let mut hundredths = Ticks::new(100, 65_535);
        let ticks: Vec<_> = (0..12).map(|_| hundredths.next(delay(1, 30))).collect();
        assert_eq!((ticks.iter().sum::<u32>(), &ticks[..4]), (40, &[3, 4, 3, 3][..]));
        let mut same = Ticks::new(100, 65_535);
        assert_eq!([5, 0, 1, 700].map(|hundredths| same.next(delay(hundredths, 100))), [5, 0, 1, 700]);
        let mut fast = Ticks::new(100, 65_535);
        assert_eq!([(); 4].map(|()| fast.next(delay(1, 60))), [2; 4], "1 would be shown as 10");
        assert_eq!(Ticks::new(100, 65_535).next(delay(16_777_215, 1000)), 65_535);
    }
}
