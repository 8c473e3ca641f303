//! A secret that is shown with a request.

use std::fmt;
use std::fmt::Write as _;

use constant_time_eq::constant_time_eq;

const BYTES: usize = 16;

/// A random secret; who can show it was given it.
#[derive(Clone)]
pub struct Token(String);

/// The system has no randomness to make a secret of.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness: {0}")]
pub struct NoRandomness(#[from] getrandom::Error);

impl Token {
    /// A new one.
    ///
    /// # Errors
    ///
    /// Where the system has no randomness.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Ok(Self(hex))
    }

    /// As it is shown: 32 hexadecimal digits.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is what is shown. How long that takes tells nothing of where the two differ.
    #[must_use]
    pub fn is(&self, shown: &[u8]) -> bool {
        constant_time_eq(self.0.as_bytes(), shown)
    }
}

/// Without the secret, which must not come into a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_random_known_again_and_not_printed() -> Result<(), NoRandomness> {
        let (one, other) = (Token::random()?, Token::random()?);
        assert_eq!(one.reveal().len(), 2 * BYTES);
        assert_ne!(one.reveal(), other.reveal());
        assert!(one.is(one.reveal().as_bytes()));
        for shown in [other.reveal(), "", &one.reveal()[1..]] {
            assert!(!one.is(shown.as_bytes()), "{shown}");
        }
        assert!(!format!("{one:?}").contains(one.reveal()));
        Ok(())
    }
}
