//! Ready by what it writes.

use std::borrow::Cow;

use regex::Regex;

use super::super::process::Output;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';

/// Resolves at the first line that matches, without its colors; those count that were written since the start.
pub(super) async fn wait(output: &Output, regex: &Regex) {
    let mut lines = output.watch_lines();
    while !regex.is_match(&plain(&lines.next().await)) {}
}

/// Without ANSI escapes: `uvicorn` prints an escape amid its address.
fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains(ESCAPE) {
        return line.into();
    }
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == ESCAPE {
            skip_escape(&mut chars);
        } else {
            plain.push(char);
        }
    }
    plain.into()
}

fn skip_escape(chars: &mut std::str::Chars<'_>) {
    match chars.next() {
        // A control sequence, up to its final byte.
        Some('[') => {
            chars.find(|char| ('@'..='~').contains(char));
        }
        // A command for the terminal, such as a link.
        Some(']') => {
            let end = chars.find(|char| matches!(*char, BELL | ESCAPE));
            if end == Some(ESCAPE) {
                chars.next();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_do_not_hide_a_line() {
        let cases = [
            ("plain \u{e9}", "plain \u{e9}"),
            ("on \u{1b}[1mhttp://x\u{1b}[0m (^C)", "on http://x (^C)"),
            ("\u{1b}[38;5;12mblue", "blue"),
            (
                "\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\ end",
                "link end",
            ),
            ("\u{1b}(Bx", "Bx"),
            ("cut \u{1b}[3", "cut "),
            ("\u{1b}", ""),
        ];
        for (line, expected) in cases {
            assert_eq!(plain(line), expected, "{line:?}");
        }
    }
}
