//! Single figures and what they come to.

use serde_json::{Value, json};

/// What was measured, in the order of measuring.
#[derive(Debug, Default, Clone)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    /// Adds one.
    pub(crate) fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value below which `share` (0 to 1) of the figures are, interpolated; not a number where
    /// there is none.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            return f64::NAN;
        };
        #[expect(clippy::cast_precision_loss, reason = "few figures")]
        let place = share * last as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to the last index"
        )]
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        sorted[below] + (sorted[above] - sorted[below]) * place.fract()
    }

    /// As JSON, each single one too.
    pub(crate) fn json(&self) -> Value {
        json!({
            "median": self.median(),
            "min": self.quantile(0.0),
            "quartiles": [self.quantile(0.25), self.quantile(0.75)],
            "max": self.quantile(1.0),
            "all": self.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let mut figures = Figures::default();
        for (figure, median) in [(4.0, 4.0), (1.0, 2.5), (3.0, 3.0), (2.0, 2.5)] {
            figures.add(figure);
            assert!((figures.median() - median).abs() < 1e-9, "{figures:?}");
        }
        assert!((figures.quantile(0.0) - 1.0).abs() < 1e-9);
        assert!((figures.quantile(0.25) - 1.75).abs() < 1e-9);
        assert!((figures.quantile(1.0) - 4.0).abs() < 1e-9);
        assert!(Figures::default().median().is_nan());
    }
}
