//! `GET /_reload/`: the page that shows what is going on, with its script and its style sheet, and the
//! stream that it lives on.
//!
//! It shows what the services write, in which there may be secrets, and its stream hands out the token
//! by which they are restarted. So it is closer than the stream for pages: the guard lets in pages of
//! other ports, which are other programs; here only a request of the dashboard's own origin is answered,
//! or one without `Origin`. A browser sends that header with whatever a page could read the answer of,
//! so a request without it is a person who opens the page, or a program.

mod feed;

use std::sync::LazyLock;

use bytes::Bytes;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
};
use server_reload_protocol::{TOKEN_HEADER, event, path};
use warp::reply::Response;
use warp::{Filter, Rejection};

use super::{Head, answered, exactly, same_origin, set, sse, text};
use crate::shim::Shim;
use feed::Feed;

/// All that it needs comes from here, it does nothing that its own files do not say, and nobody frames
/// it to lend its buttons other words.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Nobody who was opened from here, or has opened it, gets hold of its window.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The path of the page as people type it: without the slash at its end.
const TYPED: &str = path::DASHBOARD.split_at(path::DASHBOARD.len() - 1).0;

static PAGE: LazyLock<Bytes> = LazyLock::new(|| {
    let page = lean(include_str!("../../dashboard/dashboard.html"), "\n");
    let page = page.replace("{script}", path::DASHBOARD_SCRIPT);
    page.replace("{style}", path::DASHBOARD_STYLE).into()
});

static SCRIPT: LazyLock<Bytes> = LazyLock::new(|| {
    let parts = concat!(
        include_str!("../../dashboard/terminal.js"),
        include_str!("../../dashboard/output.js"),
        include_str!("../../dashboard/dashboard.js"),
    );
    let script = lean(parts, "\n");
    script
        .replacen("= PROTOCOL;", &format!("= {};", protocol()), 1)
        .into()
});

static STYLE: LazyLock<Bytes> = LazyLock::new(|| {
    let style = lean(include_str!("../../dashboard/dashboard.css"), "");
    // There, such a blank only parts a name from its value, or one declaration from the next.
    style.replace(": ", ":").replace("; ", ";").into()
});

/// Without indents, empty lines and lines that are comments: these are for those who write it.
fn lean(text: &str, between: &str) -> String {
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join(between)
}

/// The names that the script shares with us, as an object of JavaScript.
fn protocol() -> serde_json::Value {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "events": path::DASHBOARD_EVENTS,
        "restart": path::RESTART,
        "tokenHeader": TOKEN_HEADER,
        "hello": event::HELLO,
        "state": event::STATE,
        "problems": event::PROBLEMS,
        "operation": event::OPERATION,
        "output": event::OUTPUT,
        "ping": event::PING,
        "shutdown": event::SHUTDOWN,
    })
}

pub(super) fn route(
    shim: &Shim,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let paths = [
        path::DASHBOARD,
        path::DASHBOARD_SCRIPT,
        path::DASHBOARD_STYLE,
        path::DASHBOARD_EVENTS,
    ];
    let [page, script, style, events] = paths.map(exactly);
    let asked = page.or(script).unify().or(style).unify().or(events).unify();
    let asked = asked.or(exactly(TYPED)).unify();
    let shim = shim.clone();
    asked.then(move |head| answered(shim.clone(), head, answer))
}

async fn answer(shim: Shim, head: Head) -> Response {
    if !same_origin::asks(&head) {
        return foreign();
    }
    let mut response = match head.path.as_str() {
        path::DASHBOARD_EVENTS => {
            let feed = Feed::new(shim.clone()).into_stream();
            return sse::response(&shim, feed);
        }
        path::DASHBOARD_SCRIPT => file(SCRIPT.clone(), "text/javascript; charset=utf-8"),
        path::DASHBOARD_STYLE => file(STYLE.clone(), "text/css; charset=utf-8"),
        path::DASHBOARD => file(PAGE.clone(), "text/html; charset=utf-8"),
        _ => to_page(),
    };
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, CONTENT_SECURITY_POLICY, POLICY);
    set(&mut response, OPENER_POLICY, "same-origin");
    set(&mut response, REFERRER_POLICY, "no-referrer");
    response
}

fn file(content: Bytes, kind: &'static str) -> Response {
    let mut response = Response::new(content.into());
    set(&mut response, CONTENT_TYPE, kind);
    response
}

fn to_page() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    set(&mut response, LOCATION, path::DASHBOARD);
    response
}

fn foreign() -> Response {
    let body = format!(
        "pages of another origin may not read this: it shows what the services write\n\n\
         open `{}` itself in a browser\n",
        path::DASHBOARD
    );
    let mut response = text(StatusCode::FORBIDDEN, body);
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_filled_in_and_small() {
        let (page, script) = (
            String::from_utf8_lossy(&PAGE),
            String::from_utf8_lossy(&SCRIPT),
        );
        assert!(page.contains(path::DASHBOARD_SCRIPT) && page.contains(path::DASHBOARD_STYLE));
        assert!(script.contains(path::DASHBOARD_EVENTS) && !script.contains("PROTOCOL"));
        assert!(PAGE.len() + SCRIPT.len() + STYLE.len() < 30 * 1024);
    }

    #[test]
    fn the_typed_path_is_the_page_without_its_slash() {
        assert_eq!(format!("{TYPED}/"), path::DASHBOARD);
    }
}
