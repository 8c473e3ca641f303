//! Which style sheets of a page a changed file is behind.

/// The parameter that keeps a swapped style sheet from coming out of a cache.
const PARAMETER: &str = "server-reload=";

/// The sheets behind which one of the changed files may be, by their place in `sheets`.
///
/// All are paths. The page may know a file by another path than its watcher: where none is the same,
/// those count that have the most segments in common at their end, the file's name at the least.
#[must_use]
pub fn behind(changed: &[String], sheets: &[String]) -> Vec<usize> {
    let mut found = Vec::new();
    for path in changed {
        let likeness: Vec<usize> = sheets.iter().map(|sheet| alike(path, sheet)).collect();
        let most = likeness.iter().copied().max().unwrap_or_default();
        for (index, likeness) in likeness.into_iter().enumerate() {
            if likeness == most && most > 0 && !found.contains(&index) {
                found.push(index);
            }
        }
    }
    found
}

/// How many segments two paths have in common at their end; without `rsplit`, which costs a kilobyte.
fn alike(one: &str, other: &str) -> usize {
    if one == other {
        return usize::MAX;
    }
    let (mut one, mut other) = (one.bytes().rev(), other.bytes().rev());
    let (mut whole, mut name) = (0, false);
    loop {
        // A path that has come to its end has come to the start of a segment.
        match (one.next().unwrap_or(b'/'), other.next().unwrap_or(b'/')) {
            (b'/', b'/') if name => (whole, name) = (whole + 1, false),
            (one, other) if one == other && one != b'/' => name = true,
            _ => return whole,
        }
    }
}

/// The URL with a parameter that no cache has seen.
#[must_use]
pub fn renewed(url: &str, number: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut renewed = [address, "?"].concat();
    for parameter in query.split('&') {
        if !parameter.is_empty() && !parameter.starts_with(PARAMETER) {
            renewed.extend([parameter, "&"]);
        }
    }
    renewed.extend([PARAMETER, number]);
    renewed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(paths: &[&str]) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_likest_sheets_are_found() {
        let sheets = owned(&[
            "/css/app.css",
            "/static/css/app.css",
            "/static/theme.css",
            "/theme.css",
            "/",
        ]);
        for (changed, found) in [
            (&["/css/app.css"][..], &[0][..]),
            (&["/static/css/app.css"], &[1]),
            (&["/theme.css"], &[3]),
            (&["src/assets/css/app.css"], &[0, 1]),
            (&["/src/static/css/app.css"], &[1]),
            (&["/other/app.css"], &[0, 1]),
            (&["/assets/theme.css"], &[2, 3]),
            (&["theme.css", "/css/app.css", "/theme.css"], &[2, 3, 0]),
            (&["/css/my-app.css"], &[]),
            (&["/css/"], &[]),
            (&[""], &[]),
            (&[], &[]),
        ] {
            assert_eq!(behind(&owned(changed), &sheets), found, "{changed:?}");
        }
        assert_eq!(behind(&owned(&["/a.css"]), &[]), [0_usize; 0]);
    }

    #[test]
    fn a_url_is_renewed_again_and_again() {
        for (url, expected) in [
            ("http://it/a.css", "http://it/a.css?server-reload=7"),
            (
                "http://it/a.css?v=1&w#part",
                "http://it/a.css?v=1&w&server-reload=7",
            ),
            (
                "http://it/a.css?server-reload=6",
                "http://it/a.css?server-reload=7",
            ),
            (
                "http://it/a.css?v=1&server-reload=6&w=%20",
                "http://it/a.css?v=1&w=%20&server-reload=7",
            ),
        ] {
            assert_eq!(renewed(url, "7"), expected);
        }
    }
}
