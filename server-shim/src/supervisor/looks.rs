//! Terminal output for pages: its text, and the looks that its escapes ask for.
//!
//! Of the escapes of ECMA-48, select graphic rendition is understood, with the 256 colors and any others
//! (ITU-T T.416, as terminals read it). Every other escape and control goes, hyperlinks among them.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};
use server_reload_protocol::payload::Look;

mod pen;

use pen::Pen;

/// So many runs have looks of their own; what comes after them has none.
const MOST_RUNS: usize = 2000;

/// The text of `output` without its last line break, and how it looks.
pub(super) fn read(output: &str) -> (String, Vec<Look>) {
    let mut page = Page::default();
    let output = output.strip_suffix('\n').unwrap_or(output);
    for (at, line) in output.split('\n').enumerate() {
        if at > 0 {
            page.write('\n');
        }
        // An escape that is broken off ends with its line.
        let mut parser = Parser::<DefaultCharAccumulator>::new();
        for byte in line.strip_suffix('\r').unwrap_or(line).bytes() {
            parser.advance(&mut page, byte);
        }
    }
    page.looks.pop_if(|look| look.css.is_empty());
    (page.text, page.looks)
}

#[derive(Default)]
struct Page {
    text: String,
    looks: Vec<Look>,
    pen: Pen,
    /// What the pen looks like.
    css: String,
}

impl Page {
    fn write(&mut self, letter: char) {
        self.text.push(letter);
        let css = if self.looks.len() < MOST_RUNS {
            self.css.as_str()
        } else {
            ""
        };
        let length = letter.len_utf16();
        match self.looks.last_mut() {
            Some(last) if last.css == css => last.length += length,
            _ => self.looks.push(Look {
                length,
                css: css.to_owned(),
            }),
        }
    }
}

impl Perform for Page {
    fn print(&mut self, letter: char) {
        if !letter.is_control() {
            self.write(letter);
        }
    }

    fn execute(&mut self, control: u8) {
        match control {
            b'\t' => self.write('\t'),
            b'\r' => self.write('\n'),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, private: &[u8], _ignored: bool, kind: u8) {
        if kind == b'm' && private.is_empty() {
            self.pen.select(&params.iter().collect::<Vec<_>>());
            self.css = self.pen.css();
        }
    }
}

#[cfg(test)]
mod tests;
