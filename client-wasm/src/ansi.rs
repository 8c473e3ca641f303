//! Terminal output: its text, and the colours that its ANSI escapes ask for ([ECMA-48]).
//!
//! Select graphic rendition is understood; every other escape and control is dropped, hyperlinks and
//! cursor moves among them.
//!
//! [ECMA-48]: https://ecma-international.org/publications-and-standards/standards/ecma-48/

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::str::Chars;

use server_reload_protocol::MAX_PROBLEM_OUTPUT;

/// The most spans that output is broken into; what follows is plain.
const MOST_SPANS: usize = 2_000;

/// A colour of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// One of the sixteen that the terminal chooses.
    Palette(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
    /// That of text which asks for none.
    Ink,
    /// The one behind it.
    Paper,
}

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Of the letters.
    pub color: Option<Color>,
    /// Behind them.
    pub background: Option<Color>,
    /// Heavier.
    pub bold: bool,
    /// Fainter.
    pub dim: bool,
    /// With a line below.
    pub underline: bool,
}

/// A piece of text that looks the same from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Without escapes; the only controls in it are line breaks and tabs.
    pub text: String,
    /// How it looks.
    pub style: Style,
}

impl Color {
    /// As a value of CSS; the names in it are those of the overlay's style sheet.
    #[must_use]
    pub fn css(self) -> String {
        let number = |part: u8| u32::from(part).to_string();
        match self {
            Self::Palette(index) => ["var(--c", &number(index), ")"].concat(),
            Self::Rgb(red, green, blue) => {
                let mut css = "rgb(".to_owned();
                for part in [red, green, blue] {
                    css.push_str(&number(part));
                    css.push(',');
                }
                css.pop();
                css.push(')');
                css
            }
            Self::Ink => "var(--text)".to_owned(),
            Self::Paper => "var(--screen)".to_owned(),
        }
    }

    /// The colour of this index among the 256 of xterm.
    const fn indexed(index: u8) -> Self {
        const fn level(step: u8) -> u8 {
            if step == 0 { 0 } else { 55 + 40 * step }
        }
        match index {
            0..16 => Self::Palette(index),
            16..232 => {
                let cube = index - 16;
                Self::Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            232.. => {
                let gray = 8 + 10 * (index - 232);
                Self::Rgb(gray, gray, gray)
            }
        }
    }
}

/// Breaks output into spans, less its last line break. Of more than [`MAX_PROBLEM_OUTPUT`] bytes the
/// last lines are taken.
#[must_use]
pub fn spans(output: &str) -> Vec<Span> {
    let mut screen = Screen::default();
    let output = end(output);
    let mut rest = output.strip_suffix('\n').unwrap_or(output).chars();
    while let Some(char) = rest.next() {
        match char {
            '\x1b' => screen.pen.escape(&mut rest),
            // A terminal would write over the line: progress bars do.
            '\r' if peek(&rest) != Some('\n') => screen.write('\n'),
            '\n' | '\t' => screen.write(char),
            _ if char.is_control() => {}
            _ => screen.write(char),
        }
    }
    screen.spans
}

fn end(output: &str) -> &str {
    let from = output.len().saturating_sub(MAX_PROBLEM_OUTPUT);
    let end = output.get(output.ceil_char_boundary(from)..);
    let end = end.unwrap_or_default();
    match end.split_once('\n') {
        // It may begin amid an escape.
        Some((_, lines)) if from > 0 => lines,
        _ => end,
    }
}

fn peek(rest: &Chars<'_>) -> Option<char> {
    rest.clone().next()
}

#[derive(Default)]
struct Screen {
    spans: Vec<Span>,
    pen: Pen,
}

impl Screen {
    fn write(&mut self, char: char) {
        let full = self.spans.len() >= MOST_SPANS - 1;
        let style = if full {
            Style::default()
        } else {
            self.pen.style()
        };
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text.push(char),
            _ => self.spans.push(Span {
                text: char.into(),
                style,
            }),
        }
    }
}

/// What the escapes so far ask for.
#[derive(Default)]
struct Pen {
    style: Style,
    inverse: bool,
}

impl Pen {
    fn style(&self) -> Style {
        let style = self.style;
        if !self.inverse {
            return style;
        }
        Style {
            color: style.background.or(Some(Color::Paper)),
            background: style.color.or(Some(Color::Ink)),
            ..style
        }
    }

    /// Reads the rest of an escape. One that is broken off ends where it makes no more sense.
    fn escape(&mut self, rest: &mut Chars<'_>) {
        while let Some(' '..='/') = peek(rest) {
            rest.next();
        }
        let Some(kind @ '0'..='~') = peek(rest) else {
            return;
        };
        rest.next();
        match kind {
            '[' => self.control_sequence(rest),
            ']' | 'P' | 'X' | '^' | '_' => skip_string(rest),
            _ => {}
        }
    }

    fn control_sequence(&mut self, rest: &mut Chars<'_>) {
        let mut parameters = String::new();
        while let Some(char @ ' '..='~') = peek(rest) {
            rest.next();
            match char {
                ' '..='?' => parameters.push(char),
                'm' => return self.render(&parameters),
                _ => return,
            }
        }
    }

    /// Select graphic rendition. What begins otherwise than with a number is of private use.
    fn render(&mut self, parameters: &str) {
        if parameters.starts_with(['<', '=', '>', '?']) {
            return;
        }
        let mut groups = parameters.split(';');
        while let Some(group) = groups.next() {
            let mut parts = group.split(':');
            let Some(code) = number(parts.next()) else {
                continue;
            };
            let style = &mut self.style;
            match code {
                0 => *self = Self::default(),
                1 => style.bold = true,
                2 => style.dim = true,
                4 => style.underline = parts.next() != Some("0"),
                7 => self.inverse = true,
                22 => (style.bold, style.dim) = (false, false),
                24 => style.underline = false,
                27 => self.inverse = false,
                30..38 => style.color = Some(Color::Palette(code - 30)),
                39 => style.color = None,
                40..48 => style.background = Some(Color::Palette(code - 40)),
                49 => style.background = None,
                90..98 => style.color = Some(Color::Palette(code - 82)),
                100..108 => style.background = Some(Color::Palette(code - 92)),
                38 | 48 | 58 => {
                    // With colons a color space may stand before the color.
                    let spaced = group.split(':').count() > 5;
                    let color = if group.contains(':') {
                        extended(&mut parts, spaced)
                    } else {
                        extended(&mut groups, false)
                    };
                    match code {
                        38 => style.color = color.or(style.color),
                        48 => style.background = color.or(style.background),
                        // That of the underline.
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }
}

/// A colour of the 256, or any.
fn extended(parts: &mut dyn Iterator<Item = &str>, spaced: bool) -> Option<Color> {
    match number(parts.next())? {
        5 => Some(Color::indexed(number(parts.next())?)),
        2 => {
            if spaced {
                parts.next();
            }
            let mut part = || number(parts.next());
            Some(Color::Rgb(part()?, part()?, part()?))
        }
        _ => None,
    }
}

fn number(text: Option<&str>) -> Option<u8> {
    text?.bytes().try_fold(0_u8, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Skips what stands for a program: titles, hyperlinks, pictures. One without an end ends with its
/// line.
fn skip_string(rest: &mut Chars<'_>) {
    while let Some(char) = peek(rest) {
        match char {
            '\n' => return,
            '\x1b' => {
                let mut after = rest.clone();
                after.next();
                if after.next() == Some('\\') {
                    *rest = after;
                }
                return;
            }
            _ => {
                rest.next();
                if matches!(char, '\x07' | '\u{9c}') {
                    return;
                }
            }
        }
    }
}
