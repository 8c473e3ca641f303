//! The page for what is not there. It carries the client, so that it is not a dead end: once the
//! server is restarted with the file in place, the page comes back by itself.

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use warp::reply::Response;

use super::{header, set, text};

/// `looked_for` is relative to the folder; an absolute path would tell strangers too much.
pub(super) fn answer(
    headers: &HeaderMap,
    status: StatusCode,
    looked_for: Option<&str>,
    reason: &str,
) -> Response {
    let wants_page = header(headers, ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    let mut response = if wants_page {
        page(status, looked_for, reason)
    } else {
        let looked_for = looked_for.map(|path| format!("looked for `{path}`: "));
        let body = format!("{}{reason}\n", looked_for.unwrap_or_default());
        text(status, body)
    };
    set(&mut response, CACHE_CONTROL, "no-cache");
    response
}

fn page(status: StatusCode, looked_for: Option<&str>, reason: &str) -> Response {
    let looked_for = looked_for
        .map(|path| format!("<p>Looked for <code>{}</code></p>", escape(path)))
        .unwrap_or_default();
    let body = include_str!("not_found.html")
        .replace("{status}", &escape(&status.to_string()))
        .replace("{client}", server_reload_protocol::path::CLIENT)
        .replace("{reason}", &escape(reason))
        .replace("{looked_for}", &looked_for);
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    response
}

fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup() {
        assert_eq!(
            escape("<a b=\"c\">&'"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&#39;"
        );
    }
}
