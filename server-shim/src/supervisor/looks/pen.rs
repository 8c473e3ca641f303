//! Select graphic rendition (ECMA-48, 8.3.117) as CSS.

/// How what is written next looks. Colors are CSS: `var(--c0)` to `var(--c15)` are the page's own.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is switched on its own")]
pub(super) struct Pen {
    ink: Option<String>,
    paper: Option<String>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
    is_inverse: bool,
}

/// The page's own for what has no color.
const INK: &str = "var(--text)";
const PAPER: &str = "var(--screen)";

impl Pen {
    /// `codes` are separated by semicolons; the parts of one by colons.
    pub(super) fn select(&mut self, codes: &[&[u16]]) {
        let mut codes = codes.iter().copied();
        while let Some(code) = codes.next() {
            let Some((number, parts)) = code.split_first() else {
                continue;
            };
            match number {
                0 => *self = Self::default(),
                1 => self.is_bold = true,
                2 => self.is_dim = true,
                4 => self.is_underlined = parts.first() != Some(&0),
                7 => self.is_inverse = true,
                22 => (self.is_bold, self.is_dim) = (false, false),
                24 => self.is_underlined = false,
                27 => self.is_inverse = false,
                30..=37 => self.ink = Some(indexed(number - 30)),
                39 => self.ink = None,
                40..=47 => self.paper = Some(indexed(number - 40)),
                49 => self.paper = None,
                90..=97 => self.ink = Some(indexed(number - 82)),
                100..=107 => self.paper = Some(indexed(number - 92)),
                // 58 colors the underline.
                38 | 48 | 58 => {
                    let color = match parts {
                        [] => extended(&mut codes.by_ref().map(first)),
                        // A color space may stand before the color.
                        [2, _, rest @ ..] if rest.len() > 2 => {
                            extended(&mut [2].into_iter().chain(rest.iter().copied()))
                        }
                        parts => extended(&mut parts.iter().copied()),
                    };
                    match (number, color) {
                        (38, Some(color)) => self.ink = Some(color),
                        (48, Some(color)) => self.paper = Some(color),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn css(&self) -> String {
        // Black is what the page has for a terminal's ground.
        let paper = self.paper.as_deref();
        let paper = paper.map(|it| if it == indexed(0) { PAPER } else { it });
        let ink = self.ink.as_deref();
        let (ink, paper) = match (self.is_inverse, paper) {
            (true, _) => (paper.or(Some(PAPER)), ink.or(Some(INK))),
            // The page's own are chosen for a dark ground: on one of themselves only the dark can be read.
            (false, Some(own)) if own.starts_with("var(--c") => (Some(PAPER), paper),
            (false, _) => (ink, paper),
        };
        let looks = [
            ink.map(|it| format!("color:{it}")),
            paper.map(|it| format!("background:{it}")),
            self.is_bold.then(|| "font-weight:700".to_owned()),
            self.is_dim.then(|| "opacity:.8".to_owned()),
            self.is_underlined
                .then(|| "text-decoration:underline".to_owned()),
        ];
        looks.into_iter().flatten().collect::<Vec<_>>().join(";")
    }
}

/// A code that stands for one number.
fn first(code: &[u16]) -> u16 {
    code.first().copied().unwrap_or_default()
}

/// `5` and one of the 256 colors, or `2`, red, green and blue. It takes no more than that out of `numbers`.
fn extended(numbers: &mut dyn Iterator<Item = u16>) -> Option<String> {
    let kind = numbers.next()?;
    let count = match kind {
        2 => 3,
        5 => 1,
        _ => return None,
    };
    let values: Vec<u16> = numbers.take(count).collect();
    if values.len() < count || values.iter().any(|it| *it > 255) {
        return None;
    }
    Some(match values[..] {
        [red, green, blue] => format!("rgb({red},{green},{blue})"),
        _ => indexed(values[0]),
    })
}

/// One of the 256: sixteen of the page's own, a cube of six levels for each color, and 24 grays.
fn indexed(index: u16) -> String {
    let level = |it: u16| if it == 0 { 0 } else { 55 + 40 * it };
    let [red, green, blue] = match index {
        0..16 => return format!("var(--c{index})"),
        16..232 => {
            let cube = index - 16;
            [cube / 36, cube / 6 % 6, cube % 6].map(level)
        }
        232.. => [8 + 10 * (index - 232); 3],
    };
    format!("rgb({red},{green},{blue})")
}
