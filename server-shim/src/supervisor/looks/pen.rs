//! Select graphic rendition (ECMA-48, 8.3.117) as CSS.

/// How what is written next looks. Colors are CSS: `var(--c0)` to `var(--c15)` are the page's own.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is switched on its own")]
pub(super) struct Pen {
    ink: Option<Color>,
    paper: Option<Color>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
    is_inverse: bool,
}

#[derive(Clone, Debug)]
struct Color {
    css: String,
    /// Only what is dark can be read on it.
    is_light: bool,
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
        let paper = self.paper.as_ref().map(|it| match &*it.css {
            "var(--c0)" => PAPER,
            css => css,
        });
        let ink = self.ink.as_ref().map(|it| &*it.css);
        let is_light = paper != Some(PAPER) && self.paper.as_ref().is_some_and(|it| it.is_light);
        let (ink, paper) = match (self.is_inverse, paper) {
            (true, _) => (paper.or(Some(PAPER)), ink.or(Some(INK))),
            // A color of the program's own it has chosen to go with the ground; the page's are for a dark one.
            (false, _) if is_light && ink.is_none_or(|it| it.starts_with("var(")) => {
                (Some(PAPER), paper)
            }
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
fn extended(numbers: &mut dyn Iterator<Item = u16>) -> Option<Color> {
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
        [red, green, blue] => rgb([red, green, blue]),
        _ => indexed(values[0]),
    })
}

/// One of the 256: sixteen of the page's own, a cube of six levels for each color, and 24 grays.
fn indexed(index: u16) -> Color {
    let level = |it: u16| if it == 0 { 0 } else { 55 + 40 * it };
    rgb(match index {
        0..16 => {
            return Color {
                css: format!("var(--c{index})"),
                is_light: true,
            };
        }
        16..232 => {
            let cube = index - 16;
            [cube / 36, cube / 6 % 6, cube % 6].map(level)
        }
        232.. => [8 + 10 * (index - 232); 3],
    })
}

fn rgb([red, green, blue]: [u16; 3]) -> Color {
    // The luma of ITU-R BT.601, in thousandths.
    let [r, g, b] = [red, green, blue].map(u32::from);
    Color {
        css: format!("rgb({red},{green},{blue})"),
        is_light: 299 * r + 587 * g + 114 * b > 128_000,
    }
}
