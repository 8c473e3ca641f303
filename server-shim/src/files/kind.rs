//! Which media type a file has.

use std::path::Path;

use http::HeaderValue;

/// The value of `Content-Type`, by the name's extension.
pub(crate) fn content_type(path: &Path) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let essence = match guess.essence_str() {
        // RFC 9239 made the other names obsolete.
        "application/javascript" => "text/javascript",
        other => other,
    };
    let value = if is_text(essence) {
        HeaderValue::try_from(format!("{essence}; charset=utf-8"))
    } else {
        HeaderValue::try_from(essence)
    };
    value.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || matches!(essence, "application/json" | "application/xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.css", "text/css; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("a.png", "image/png"),
            ("a.woff2", "font/woff2"),
            ("a.mp4", "video/mp4"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(name)), expected, "{name}");
        }
    }
}
