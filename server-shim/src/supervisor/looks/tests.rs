use proptest::prelude::*;

use super::*;

/// Each run with its look, the rest at the end with none.
fn runs(output: &str) -> Vec<(String, String)> {
    let (text, looks) = read(output);
    let mut letters = text.encode_utf16();
    let mut runs: Vec<_> = looks
        .into_iter()
        .map(|look| {
            let run: Vec<u16> = letters.by_ref().take(look.length).collect();
            (String::from_utf16_lossy(&run), look.css)
        })
        .collect();
    let rest: Vec<u16> = letters.collect();
    if !rest.is_empty() {
        runs.push((String::from_utf16_lossy(&rest), String::new()));
    }
    runs
}

#[test]
fn codes_become_looks() {
    let cases = [
        ("31", "color:var(--c1)"),
        ("1;31", "color:var(--c1);font-weight:700"),
        ("01;031", "color:var(--c1);font-weight:700"),
        ("91", "color:var(--c9)"),
        ("42", "color:var(--screen);background:var(--c2)"),
        ("107", "color:var(--screen);background:var(--c15)"),
        ("34;47", "color:var(--screen);background:var(--c7)"),
        ("40", "background:var(--screen)"),
        ("31;40", "color:var(--c1);background:var(--screen)"),
        ("30", "color:var(--c0)"),
        ("38;5;3", "color:var(--c3)"),
        ("38;5;208", "color:rgb(255,135,0)"),
        ("38;5;16", "color:rgb(0,0,0)"),
        ("38;5;231", "color:rgb(255,255,255)"),
        ("38;5;232", "color:rgb(8,8,8)"),
        (
            "48;5;255",
            "color:var(--screen);background:rgb(238,238,238)",
        ),
        (
            "33;48;5;255",
            "color:var(--screen);background:rgb(238,238,238)",
        ),
        (
            "38;5;52;48;5;255",
            "color:rgb(95,0,0);background:rgb(238,238,238)",
        ),
        ("48;5;232", "background:rgb(8,8,8)"),
        ("38;2;1;22;255", "color:rgb(1,22,255)"),
        (
            "48;2;1;22;255;1",
            "background:rgb(1,22,255);font-weight:700",
        ),
        ("38:5:208", "color:rgb(255,135,0)"),
        ("38:2:1:22:255", "color:rgb(1,22,255)"),
        ("38:2::1:22:255", "color:rgb(1,22,255)"),
        ("58;5;1", ""),
        ("58;2;4;4;4;2", "opacity:.8"),
        ("2", "opacity:.8"),
        ("4", "text-decoration:underline"),
        ("4:3", "text-decoration:underline"),
        ("4;4:0", ""),
        ("1;2;22", ""),
        ("31;39;41;49", ""),
        ("7", "color:var(--screen);background:var(--text)"),
        ("31;7", "color:var(--screen);background:var(--c1)"),
        ("7;27", ""),
        ("", ""),
        ("1;", ""),
        ("38;5", ""),
        ("38;2;1;2", ""),
        ("38;5;256", ""),
        ("999", ""),
        ("?31", ""),
        (">4;2", ""),
        ("3;9;53", ""),
    ];
    for (codes, css) in cases {
        let is = runs(&format!("\x1b[{codes}mit"));
        assert_eq!(is, [("it".to_owned(), css.to_owned())], "{codes}");
    }
}

#[test]
fn looks_follow_one_another_and_end_with_the_last() {
    let (text, looks) = read("\x1b[1m\x1b[31merror\x1b[0m: \x1b[4m\u{1f980}\x1b[m!\n");
    assert_eq!(text, "error: \u{1f980}!");
    let looks: Vec<_> = looks
        .iter()
        .map(|it| (it.length, it.css.as_str()))
        .collect();
    let expected = [
        (5, "color:var(--c1);font-weight:700"),
        (2, ""),
        (2, "text-decoration:underline"),
    ];
    assert_eq!(looks, expected);
    assert_eq!(read("plain\n"), ("plain".to_owned(), Vec::new()));
    // A look goes on in the next line.
    assert_eq!(runs("\x1b[31ma\nb").len(), 1);
}

#[test]
fn everything_else_is_dropped() {
    let cases = [
        ("plain\n\ttext\n\n", "plain\n\ttext\n"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x08\x07\0\x7f\u{85}b", "ab"),
        ("\x1b[2J\x1b[10;3Ha\x1b[?25lb\x1b[1 qc", "abc"),
        (
            "see \x1b]8;;javascript:alert(1)\x1b\\here\x1b]8;;\x1b\\!",
            "see here!",
        ),
        ("\x1b]0;title\x07text", "text"),
        ("\x1bPdevice\x1b\\a\x1b_program\x1b\\b", "ab"),
        ("\x1b]8;;never ended\nnext", "\nnext"),
        ("\x1b]broken\x1b[31moff", "off"),
        ("\x1b(B\x1b7a\x1b8\x1bMb", "ab"),
        ("\x1b\x1b[31ma", "a"),
        ("\x1b\na", "\na"),
        ("\x1b[31\na", "\na"),
        ("\x1b[31\x1b[0ma", "a"),
        ("end\x1b", "end"),
        ("end\x1b[", "end"),
        ("end\x1b]", "end"),
        ("<b>&amp;\u{1f980}", "<b>&amp;\u{1f980}"),
        ("", ""),
    ];
    for (output, text) in cases {
        assert_eq!(read(output).0, text, "{output:?}");
    }
}

#[test]
fn of_too_many_looks_the_last_are_left_out() {
    let (text, looks) = read(&"\x1b[31ma\x1b[32mb".repeat(2000));
    assert_eq!((text.len(), looks.len()), (4000, MOST_RUNS));
}

proptest! {
    #[test]
    fn whatever_comes_is_read(pieces in proptest::collection::vec("\x1b|[\\[\\]P_;:m385\n\r\t\x07\u{9c}a\u{e9}\u{1f980} ?]", 0..40)) {
        let (text, looks) = read(&pieces.concat());
        prop_assert!(!text.contains(|it: char| it.is_control() && it != '\n' && it != '\t'), "{text:?}");
        let length: usize = looks.iter().map(|it| it.length).sum();
        prop_assert!(length <= text.encode_utf16().count());
    }
}
