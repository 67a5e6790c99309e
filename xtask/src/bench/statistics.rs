//! What several times say together.

use std::fmt;

/// The median of several values, and how far they reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// None of no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self { median, min, max })
    }

    /// Of the quotients of values that were measured in the same turn.
    pub fn of_ratios(numerators: &[f64], denominators: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = numerators.iter().zip(denominators).map(|(one, other)| one / other).collect();
        Self::of(&ratios)
    }
}

/// Three significant digits are as many as such measurements have.
impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = digits(self.median);
        let Self { median, min, max } = self;
        write!(formatter, "{median:.digits$} ({min:.digits$}..{max:.digits$})")
    }
}

/// How many digits behind the point show three significant ones.
pub fn digits(value: f64) -> usize {
    match value {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 1.0 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[3.0, 1.0, 9.0]), Some(Spread { median: 3.0, min: 1.0, max: 9.0 }));
        assert_eq!(Spread::of(&[4.0, 1.0, 9.0, 2.0]), Some(Spread { median: 3.0, min: 1.0, max: 9.0 }));
    }

    #[test]
    fn ratios_are_of_the_same_turn() {
        // Both were slow in the second turn, and the ratio does not show it.
        let ratios = Spread::of_ratios(&[2.0, 20.0, 3.0], &[1.0, 10.0, 1.0]);
        assert_eq!(ratios, Some(Spread { median: 2.0, min: 2.0, max: 3.0 }));
    }

    #[test]
    fn three_digits_are_shown() {
        let text = |value: f64| Spread::of(&[value]).unwrap().to_string();
        assert_eq!(text(0.01234), "0.012 (0.012..0.012)");
        assert_eq!(text(1.234), "1.23 (1.23..1.23)");
        assert_eq!(text(12.34), "12.3 (12.3..12.3)");
        assert_eq!(text(1234.5), "1234 (1234..1234)");
    }
}
