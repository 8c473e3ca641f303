//! `--ready`: when a backend is ready, as it can be typed.

use std::str::FromStr;

use http::Uri;
use regex::Regex;

use super::endpoint::Endpoint;

/// A value of `--ready`.
#[derive(Clone, Debug)]
pub(super) enum When {
    Http(Uri),
    Tcp(Endpoint),
    Log(Regex),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split_once(':') {
            Some(("http", rest)) if rest.starts_with("//") => http(text),
            Some(("https", _)) => Err(format!(
                "`{text}` cannot be asked, because only plain `http` is spoken\n\nask the backend itself, such as `http://localhost:8000/health`"
            )),
            Some(("tcp", place)) => place
                .trim_start_matches('/')
                .parse()
                .map(Self::Tcp)
                .map_err(|()| {
                    format!(
                        "`{text}` names no port; write such as `tcp:8000` or `tcp:127.0.0.1:8000`"
                    )
                }),
            Some(("log", "")) => {
                Err("`log:` has no pattern; write such as `log:listening on`".to_owned())
            }
            Some(("log", pattern)) => Regex::new(pattern)
                .map(Self::Log)
                .map_err(|error| error.to_string()),
            _ => Err(unknown(text)),
        }
    }
}

fn http(text: &str) -> Result<When, String> {
    let uri: Uri = text
        .parse()
        .map_err(|error| format!("`{text}` is no URL ({error}); {EXAMPLE}"))?;
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => Err(format!(
            "`{text}` has a password in it, which is not sent; {EXAMPLE}"
        )),
        Some(authority) if !authority.host().is_empty() && authority.port_u16() != Some(0) => {
            Ok(When::Http(uri))
        }
        _ => Err(format!("`{text}` names no host; {EXAMPLE}")),
    }
}

const EXAMPLE: &str = "write such as `http://localhost:8000/health`";

/// What was meant is told by its shape.
fn unknown(text: &str) -> String {
    let bare = text.split('/').next().unwrap_or_default();
    match bare.parse::<Endpoint>() {
        Ok(_) if bare == text => format!(
            "`{text}` does not say how to ask; write `tcp:{text}`, or `http://{}/` for an answer",
            if text.contains(':') {
                text.to_owned()
            } else {
                format!("localhost:{text}")
            }
        ),
        Ok(_) => format!("`{text}` does not say how to ask; write `http://{text}`"),
        Err(()) => format!(
            "`{text}` is no sign of being ready; write `http://localhost:8000/health`, `tcp:8000` or `log:REGEX`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_signs() {
        assert!(matches!(
            "http://localhost:8000/health?x=1".parse(),
            Ok(When::Http(_))
        ));
        assert!(matches!("http://[::1]:8000".parse(), Ok(When::Http(_))));
        assert!(
            matches!("tcp:8000".parse(), Ok(When::Tcp(at)) if at.to_string() == "localhost:8000")
        );
        assert!(matches!("tcp://10.0.0.1:80".parse(), Ok(When::Tcp(at)) if at.port == 80));
        assert!(
            matches!("log:listening on :\\d+".parse(), Ok(When::Log(line)) if line.is_match("listening on :80"))
        );
    }

    #[test]
    fn what_was_meant_is_told() {
        for (text, error) in [
            (
                "8000",
                "`8000` does not say how to ask; write `tcp:8000`, or `http://localhost:8000/` for an answer",
            ),
            (
                "dev:80",
                "`dev:80` does not say how to ask; write `tcp:dev:80`, or `http://dev:80/` for an answer",
            ),
            (
                "dev:80/up",
                "`dev:80/up` does not say how to ask; write `http://dev:80/up`",
            ),
            (
                "https://dev/",
                "`https://dev/` cannot be asked, because only plain `http` is spoken\n\nask the backend itself, such as `http://localhost:8000/health`",
            ),
            (
                "tcp:",
                "`tcp:` names no port; write such as `tcp:8000` or `tcp:127.0.0.1:8000`",
            ),
            (
                "log:",
                "`log:` has no pattern; write such as `log:listening on`",
            ),
            (
                "log:(",
                "regex parse error:\n    (\n    ^\nerror: unclosed group",
            ),
            (
                "http://",
                "`http://` is no URL (empty string); write such as `http://localhost:8000/health`",
            ),
            (
                "http://:80/",
                "`http://:80/` names no host; write such as `http://localhost:8000/health`",
            ),
            (
                "http://a:b@c/",
                "`http://a:b@c/` has a password in it, which is not sent; write such as `http://localhost:8000/health`",
            ),
            (
                "up",
                "`up` is no sign of being ready; write `http://localhost:8000/health`, `tcp:8000` or `log:REGEX`",
            ),
        ] {
            assert_eq!(text.parse::<When>().err().as_deref(), Some(error), "{text}");
        }
    }
}
