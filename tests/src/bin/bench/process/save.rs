//! How a file is saved.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::clock;

/// A source file of usual length, in bytes.
const LENGTH: usize = 20_000;

/// How many chunks a slow writer makes of it.
const CHUNKS: usize = 3;

/// A way of saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Truncated, then written at once, as most editors do.
    AtOnce,
    /// Truncated, then written in chunks with pauses of so many milliseconds, as over a network or
    /// by a code generator.
    InChunks(u64),
}

impl Style {
    /// What the table calls it.
    pub(crate) fn name(self) -> String {
        let kilobytes = LENGTH / 1000;
        match self {
            Self::AtOnce => format!("{kilobytes} KB written at once"),
            Self::InChunks(pause) => {
                format!("{kilobytes} KB written in {CHUNKS} chunks {pause} ms apart")
            }
        }
    }

    /// Saves the content with this number; gives the monotonic time after the close.
    pub(crate) fn save(self, file: &Path, number: u32) -> f64 {
        let content = content(number);
        match self {
            Self::AtOnce => fs::write(file, content).expect("a saved file"),
            Self::InChunks(pause) => write_slowly(file, content.as_bytes(), pause),
        }
        clock::monotonic()
    }
}

fn write_slowly(file: &Path, content: &[u8], pause: u64) {
    let mut file = File::create(file).expect("an opened file");
    for (number, chunk) in content.chunks(content.len().div_ceil(CHUNKS)).enumerate() {
        if number > 0 {
            thread::sleep(Duration::from_millis(pause));
        }
        file.write_all(chunk).expect("a written chunk");
    }
}

/// It tells at its end which save it is, so that a reader knows whether it has read all of it.
fn content(number: u32) -> String {
    let mut content = format!("# save {number}\n");
    while content.len() < LENGTH {
        content += "# A line of a program, of which there are some three hundred more.\n";
    }
    let _ = writeln!(content, "# end {number}");
    content
}
