//! Values as people like to read them.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// `85 ms`, `0.41 s`, `12.5 s`, `2 min 5 s`; whole seconds without a fraction.
pub(super) fn time(time: Duration) -> String {
    let millis = time.as_millis();
    let seconds = time.as_secs_f64();
    // The bounds are where rounding leads to the next form.
    match millis {
        0..100 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) && millis < 60_000 => format!("{} s", millis / 1000),
        100..9_995 => format!("{seconds:.2} s"),
        9_995..59_950 => format!("{seconds:.1} s"),
        _ => {
            let seconds = (millis + 500) / 1000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// How long something has gone on: `5 s`, `2 min 5 s`, `3 h 2 min`, `4 d 3 h`.
pub(super) fn age(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// From the working folder on where it is inside; what would move the cursor is left out.
pub(super) fn path(path: &Path, here: &Path) -> String {
    let inside = path.strip_prefix(here).unwrap_or(path);
    let inside = inside.strip_prefix(".").unwrap_or(inside);
    let inside = if inside.as_os_str().is_empty() {
        Path::new(".")
    } else {
        inside
    };
    let text = inside.to_string_lossy();
    text.replace(|c: char| c.is_control(), "\u{fffd}")
}

/// The first, and how many more there are.
pub(super) fn paths(paths: &[PathBuf], here: &Path) -> String {
    match paths {
        [] => "files".to_owned(),
        [one] => path(one, here),
        [first, more @ ..] => format!("{} and {} more", path(first, here), more.len()),
    }
}

/// Each line with spaces in front, and its colors ended with it.
pub(super) fn indented(text: &str) -> String {
    let mut lines = String::new();
    for line in text.trim_end().lines() {
        lines.extend(["    ", &closed(line), "\n"]);
    }
    lines
}

/// A line whose colors do not run over into what follows it.
pub(super) fn closed(line: &str) -> String {
    let reset = if line.contains('\u{1b}') {
        "\u{1b}[0m"
    } else {
        ""
    };
    format!("{line}{reset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (millis, shown) in [
            (0, "0 ms"),
            (85, "85 ms"),
            (100, "0.10 s"),
            (411, "0.41 s"),
            (3000, "3 s"),
            (9_994, "9.99 s"),
            (9_996, "10.0 s"),
            (12_460, "12.5 s"),
            (30_000, "30 s"),
            (59_960, "1 min 0 s"),
            (125_300, "2 min 5 s"),
        ] {
            assert_eq!(time(Duration::from_millis(millis)), shown);
        }
    }

    #[test]
    fn ages() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (125, "2 min 5 s"),
            (10_920, "3 h 2 min"),
            (356_400, "4 d 3 h"),
        ] {
            assert_eq!(age(Duration::from_secs(seconds)), shown);
        }
    }

    #[test]
    fn paths_are_told_from_the_working_folder_on() {
        let here = Path::new("/home/me/app");
        for (given, shown) in [
            ("/home/me/app/src/a.py", "src/a.py"),
            ("/home/me/other/a.py", "/home/me/other/a.py"),
            ("/home/me/app", "."),
            ("./a.py", "a.py"),
            ("/home/me/app/a\u{1b}[2J\n.py", "a\u{fffd}[2J\u{fffd}.py"),
        ] {
            assert_eq!(path(Path::new(given), here), shown);
        }
        let three = ["a.py", "b.py", "c.py"].map(PathBuf::from);
        assert_eq!(paths(&three, here), "a.py and 2 more");
        assert_eq!(paths(&three[..1], here), "a.py");
    }

    #[test]
    fn output_is_indented_and_its_colors_end_with_each_line() {
        let text = "one\r\n\u{1b}[31mtwo\n\n";
        assert_eq!(indented(text), "    one\n    \u{1b}[31mtwo\u{1b}[0m\n");
        assert_eq!(indented(""), "");
    }
}
