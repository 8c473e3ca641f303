//! Bytes as text: nearly seven bits in a letter, where base64 has six.
//!
//! The letters are all of ASCII that may stand between quotation marks as it is: not the mark itself, the
//! backslash, the ends of lines, nor zero. Git and grep still take such a file for text.
//!
//! Number systems of 123 and of 256 share no power, so a state goes between them, as in the entropy
//! coder rANS: who reads shifts letters in and, before it gets too big, bytes out. Who writes does the
//! same backwards, from the last byte to the first. `client/loader.js` has the way back.

const LETTERS: u32 = 123;
/// What the state is below when a letter is shifted in.
const FULL: u32 = 1 << 24;

pub(crate) fn encode(bytes: &[u8]) -> String {
    const BYTES_FROM: u32 = (FULL >> 8) * LETTERS;
    let mut state = BYTES_FROM;
    let mut rest = bytes.iter().rev();
    let mut letters = Vec::with_capacity(bytes.len() * 15 / 13 + 5);
    while state > 0 {
        letters.push(letter(state % LETTERS));
        state /= LETTERS;
        while state < BYTES_FROM {
            let Some(byte) = rest.next() else { break };
            state = state << 8 | u32::from(*byte);
        }
    }
    letters.into_iter().rev().collect()
}

fn letter(number: u32) -> char {
    let skip = |code, it: char| code + u32::from(code >= u32::from(it));
    let code = ['\n', '\r', '"', '\\'].into_iter().fold(number + 1, skip);
    char::from_u32(code).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `client/loader.js` does it.
    fn decode(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut state = 0;
        for letter in text.bytes() {
            let above = |code: u8| u32::from(letter > code);
            while state >= FULL {
                bytes.push((state & 255) as u8);
                state >>= 8;
            }
            state = state * LETTERS + u32::from(letter)
                - 1
                - above(10)
                - above(13)
                - above(34)
                - above(92);
        }
        bytes
    }

    proptest! {
        #[test]
        fn bytes_come_back_from_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(&encode(&bytes)), bytes);
        }
    }

    #[test]
    fn same_bytes_come_back_too() {
        for byte in [0, 255] {
            let bytes = vec![byte; 1000];
            assert_eq!(decode(&encode(&bytes)), bytes);
        }
    }

    #[test]
    fn a_text_can_stand_between_quotation_marks() {
        let all: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let text = encode(&all);
        assert!(
            text.bytes()
                .all(|it| (1..128).contains(&it) && !b"\n\r\"\\".contains(&it))
        );
        // A letter of 123 holds 6.942 bits.
        assert!(text.len() * 6942 <= all.len() * 8000 + 40_000);
    }
}
