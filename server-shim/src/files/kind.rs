//! Which media type a file has.

use std::path::Path;

use http::HeaderValue;

/// What a file's name says of its content, by its extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The value of `Content-Type`.
    pub(crate) content_type: HeaderValue,
    /// The value of `Content-Encoding`.
    pub(crate) encoding: Option<HeaderValue>,
}

impl Kind {
    pub(crate) fn of(path: &Path) -> Self {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let extension = extension.to_str().unwrap_or_default();
        let guess = mime_guess::from_path(path).first_or_octet_stream();
        let essence = match extension {
            "cjs" => "text/javascript",
            "jsonc" => "application/json",
            "ndjson" => "application/x-ndjson",
            _ => match guess.essence_str() {
                // RFC 9239 made the other names obsolete.
                "application/javascript" => "text/javascript",
                other => other,
            },
        };
        Self {
            content_type: content_type(essence),
            encoding: (extension == "svgz").then(|| HeaderValue::from_static("gzip")),
        }
    }
}

fn content_type(essence: &str) -> HeaderValue {
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
        || matches!(
            essence,
            "application/json" | "application/x-ndjson" | "application/xml"
        )
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
            ("a.cjs", "text/javascript; charset=utf-8"),
            ("a.jsonc", "application/json; charset=utf-8"),
            ("A.NDJSON", "application/x-ndjson; charset=utf-8"),
            ("a.xhtml", "application/xhtml+xml; charset=utf-8"),
            ("a.svgz", "image/svg+xml; charset=utf-8"),
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
            assert_eq!(Kind::of(Path::new(name)).content_type, expected, "{name}");
        }
    }
}
