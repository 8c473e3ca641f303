//! Who listens, by what a browser says of itself.

use http::header::{HeaderName, ORIGIN, REFERER, USER_AGENT};
use http::{HeaderMap, Uri};

/// The longest address that is shown, in characters.
const LONGEST: usize = 160;

/// What a browser calls itself, and its name. Most say to be others as well, so the order counts.
const BROWSERS: [(&str, &str); 11] = [
    ("Code/", "VS Code"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("curl/", "curl"),
];

/// What a system is called by browsers, and its name; a phone's stands before those it says to be like.
const SYSTEMS: [(&str, &str); 8] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

/// Such as `Firefox 140 on Linux`.
pub(super) fn browser(headers: &HeaderMap) -> String {
    let said = text(headers, USER_AGENT).unwrap_or_default();
    let known = BROWSERS.iter().find_map(|(word, name)| {
        let (_, version) = said.split_once(word)?;
        let major = version.split(|it: char| !it.is_ascii_digit()).next()?;
        Some(format!("{name} {major}").trim_end().to_owned())
    });
    let first = || said.split(['/', ' ']).next().unwrap_or_default();
    let browser = known.unwrap_or_else(|| short(first()));
    let system = SYSTEMS.iter().find(|(word, _)| said.contains(word));
    match (browser.as_str(), system) {
        ("", _) => "a program that does not name itself".to_owned(),
        (browser, Some((_, system))) => format!("{browser} on {system}"),
        (browser, None) => browser.to_owned(),
    }
}

/// The page's address, or its origin where its browser tells no more: to another origin, which then sends
/// `Origin` as well, it says `/` of every page.
///
/// A query is left out: it may carry what others are not to see.
pub(super) fn page(headers: &HeaderMap) -> Option<String> {
    let origin = text(headers, ORIGIN);
    let said = text(headers, REFERER).or(origin)?;
    let Ok(uri) = said.parse::<Uri>() else {
        return Some(short(said));
    };
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Some(short(said));
    };
    let port = uri.port_u16().map(|port| format!(":{port}"));
    let port = port.unwrap_or_default();
    let path = uri.path();
    let path = if origin.is_some() && path == "/" {
        ""
    } else {
        path
    };
    Some(short(&format!("{scheme}://{host}{port}{path}")))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn browsers_in_plain_words() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (said, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
                "Firefox 140 on Linux",
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} HeadlessChrome/150.0.0.0 Safari/537.36"),
                "Chrome 150 on Linux",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0"),
                "Edge 150 on Windows",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/150.0.0.0 Mobile Safari/537.36"),
                "Chrome 150 on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1".to_owned(),
                "Safari 18 on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15".to_owned(),
                "Safari 18 on macOS",
            ),
            ("curl/8.14.1".to_owned(), "curl 8"),
            ("python-httpx/0.28".to_owned(), "python-httpx"),
            (String::new(), "a program that does not name itself"),
        ] {
            let headers = HeaderMap::from_iter(HeaderValue::try_from(&said).ok().map(|it| (USER_AGENT, it)));
            assert_eq!(browser(&headers), expected, "{said}");
        }
        assert_eq!(
            browser(&HeaderMap::new()),
            "a program that does not name itself"
        );
    }

    #[test]
    fn pages_without_what_may_be_secret() {
        for (name, said, expected) in [
            (
                REFERER,
                "http://localhost:8000/a/b?token=1#c",
                "http://localhost:8000/a/b",
            ),
            (
                REFERER,
                "http://me:secret@localhost:8000/",
                "http://localhost:8000/",
            ),
            (ORIGIN, "http://[::1]:8000", "http://[::1]:8000"),
            (ORIGIN, "null", "null"),
        ] {
            let headers = with(name, said);
            assert_eq!(page(&headers).as_deref(), Some(expected), "{said}");
        }
        assert_eq!(page(&HeaderMap::new()), None);
        let mut foreign = with(REFERER, "http://localhost:8000/");
        foreign.insert(ORIGIN, HeaderValue::from_static("http://localhost:8000"));
        assert_eq!(page(&foreign).as_deref(), Some("http://localhost:8000"));
    }

    #[test]
    fn long_addresses_are_cut() {
        let said = format!("http://localhost/{}", "x".repeat(9_000));
        let headers =
            HeaderMap::from_iter(HeaderValue::try_from(said).ok().map(|it| (REFERER, it)));
        assert_eq!(page(&headers).map(|it| it.len()), Some(LONGEST));
    }
}
