//! What an operation may be called.

use server_reload_protocol::MAX_OPERATION_ID;

/// Whether an operation may have this id. It is safe as the name of a file, and in a path.
pub(crate) fn is_id(id: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_OPERATION_ID).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let (longest, too_long) = ("a".repeat(64), "a".repeat(65));
        for id in ["a", "0", "1766082209-512345", "a.b_c-D", longest.as_str()] {
            assert!(is_id(id), "{id}");
        }
        for id in [
            "",
            ".",
            "..",
            "-a",
            "_",
            "a/b",
            "a b",
            "a%2e",
            "ä",
            "a\n",
            too_long.as_str(),
        ] {
            assert!(!is_id(id), "{id}");
        }
    }
}
