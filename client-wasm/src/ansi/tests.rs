#![allow(clippy::expect_used)]

use proptest::prelude::*;

use super::*;

/// Text and how it looks, briefly.
fn seen(output: &str) -> Vec<(String, String)> {
    let brief = |style: Style| {
        let color = |name: &str, color: Option<Color>| {
            color.map(|color| format!("{name}={} ", color.css()))
        };
        let is = |name: &str, set: bool| set.then(|| format!("{name} "));
        let parts = [
            color("fg", style.color),
            color("bg", style.background),
            is("bold", style.bold),
            is("dim", style.dim),
            is("underline", style.underline),
        ];
        let brief: String = parts.into_iter().flatten().collect();
        brief.trim_end().to_owned()
    };
    let spans = spans(output);
    spans
        .into_iter()
        .map(|span| (span.text, brief(span.style)))
        .collect()
}

fn text(output: &str) -> String {
    spans(output).into_iter().map(|span| span.text).collect()
}

#[test]
fn colors() {
    for (codes, look) in [
        ("31", "fg=var(--c1)"),
        ("1;31", "fg=var(--c1) bold"),
        ("01;031", "fg=var(--c1) bold"),
        ("91", "fg=var(--c9)"),
        ("42", "bg=var(--c2)"),
        ("107", "bg=var(--c15)"),
        ("38;5;3", "fg=var(--c3)"),
        ("38;5;208", "fg=rgb(255,135,0)"),
        ("38;5;16", "fg=rgb(0,0,0)"),
        ("38;5;231", "fg=rgb(255,255,255)"),
        ("38;5;232", "fg=rgb(8,8,8)"),
        ("48;5;255", "bg=rgb(238,238,238)"),
        ("38;2;1;22;255", "fg=rgb(1,22,255)"),
        ("48;2;1;22;255;1", "bg=rgb(1,22,255) bold"),
        ("38:5:208", "fg=rgb(255,135,0)"),
        ("38:2:1:22:255", "fg=rgb(1,22,255)"),
        ("38:2::1:22:255", "fg=rgb(1,22,255)"),
        ("58;5;1", ""),
        ("58;2;4;4;4;2", "dim"),
        ("2", "dim"),
        ("4", "underline"),
        ("4:3", "underline"),
        ("4;4:0", ""),
        ("1;2;22", ""),
        ("31;39;41;49", ""),
        ("7", "fg=var(--screen) bg=var(--text)"),
        ("31;7", "fg=var(--screen) bg=var(--c1)"),
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
    ] {
        let seen = seen(&format!("\x1b[{codes}mit"));
        assert_eq!(seen, [("it".to_owned(), look.to_owned())], "{codes}");
    }
}

#[test]
fn looks_follow_one_another() {
    let output = "\x1b[1m\x1b[31merror\x1b[0m: \x1b[4mno\x1b[m!";
    let expected = [
        ("error", "fg=var(--c1) bold"),
        (": ", ""),
        ("no", "underline"),
        ("!", ""),
    ];
    assert_eq!(
        seen(output),
        expected.map(|(text, look)| (text.to_owned(), look.to_owned()))
    );
}

#[test]
fn everything_else_is_dropped() {
    for (output, left) in [
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
        ("\x1b[31é", "é"),
        ("end\x1b", "end"),
        ("end\x1b[", "end"),
        ("end\x1b]", "end"),
        ("<b>&amp;\u{1f980}", "<b>&amp;\u{1f980}"),
    ] {
        assert_eq!(text(output), left, "{output:?}");
    }
}

#[test]
fn of_too_much_the_last_lines_are_taken() {
    let line = "ééé\x1b[31mé\n";
    let lines = line.repeat(2 * MAX_PROBLEM_OUTPUT / line.len());
    let text = text(&lines);
    assert!(text.len() <= MAX_PROBLEM_OUTPUT, "{}", text.len());
    assert!(text.starts_with("éééé\n"), "{:?}", &text[..20]);
    assert_eq!((text.len() + 1) % "éééé\n".len(), 0);
}

#[test]
fn too_many_colors_end_in_plain_text() {
    let output = "\x1b[31ma\x1b[32mb".repeat(MOST_SPANS);
    let spans = spans(&output);
    assert_eq!(spans.len(), MOST_SPANS);
    let last = spans.last().expect("one");
    assert_eq!(last.style, Style::default());
    let text: usize = spans.iter().map(|span| span.text.len()).sum();
    assert_eq!(text, 2 * MOST_SPANS);
}

/// Pieces of output, each with what is left of it.
fn piece() -> impl Strategy<Value = (String, String)> {
    let same = |text: String| (text.clone(), text);
    prop_oneof![
        6 => "[a-z0-9 é;:\n\t\\[\\]]{0,12}".prop_map(same),
        6 => vec_of(0..300_u16).prop_map(|codes| (format!("\x1b[{}m", codes.join(";")), String::new())),
        1 => vec_of(0..300_u16).prop_map(|codes| (format!("\x1b[{}m", codes.join(":")), String::new())),
        1 => "\x1b\\[[0-9;?]{0,6}[A-Zf-l]".prop_map(|escape| (escape, String::new())),
        1 => "\x1b\\][0-9a-z;:/]{0,20}(\x07|\x1b\\\\)".prop_map(|escape| (escape, String::new())),
        1 => "[\x00-\x08\x0e-\x1a\x7f]{1,3}".prop_map(|controls| (controls, String::new())),
    ]
}

fn vec_of(numbers: std::ops::Range<u16>) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(numbers.prop_map(|number| number.to_string()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_text_is_the_output_without_its_escapes(pieces in proptest::collection::vec(piece(), 0..60)) {
        let (output, left): (Vec<_>, Vec<_>) = pieces.into_iter().unzip();
        let left = left.concat();
        prop_assert_eq!(text(&(output.concat() + "\n")), left);
    }

    #[test]
    fn anything_is_read_and_no_control_is_left(output in "(\\PC|[\x00-\x1f\x7f]|\x1b[\\[\\]P_(]|[0-9;:m]){0,400}") {
        let spans = spans(&output);
        prop_assert!(spans.len() <= MOST_SPANS);
        for span in spans {
            prop_assert!(!span.text.is_empty() && span.text.len() <= output.len());
            prop_assert!(!span.text.contains(|char: char| char.is_control() && char != '\n' && char != '\t'));
        }
    }
}
