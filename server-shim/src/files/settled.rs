//! Files that are being written.
//!
//! Most programs empty a file before they write it. A page that reloads itself between two saves would
//! be given an empty document, in which there is no client to load it again. A document that is torn
//! later has one.

use std::fs::{File, Metadata};
use std::io;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// A file that has been empty for so long is meant to be.
const YOUNG: Duration = Duration::from_secs(1);

/// How often one that was just emptied is looked at.
const GLANCE: Duration = Duration::from_millis(1);

/// How long somebody waits for an answer at most. What is written for longer is no save.
const LONGEST: Duration = Duration::from_millis(500);

/// Gives what `read` makes of a file that nobody writes meanwhile. Blocks.
pub(super) fn settled<T>(file: &File, read: impl Fn(&Metadata) -> io::Result<T>) -> io::Result<T> {
    let deadline = Instant::now() + LONGEST;
    loop {
        let before = written(file, deadline)?;
        let made = read(&before)?;
        if is_same(&before, &file.metadata()?) || Instant::now() >= deadline {
            return Ok(made);
        }
    }
}

/// Waits until there is something in a file that was just emptied.
fn written(file: &File, deadline: Instant) -> io::Result<Metadata> {
    loop {
        let seen = file.metadata()?;
        if seen.len() > 0 || !is_young(&seen) || Instant::now() >= deadline {
            return Ok(seen);
        }
        thread::sleep(GLANCE);
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

fn is_young(metadata: &Metadata) -> bool {
    let age = |modified| SystemTime::now().duration_since(modified).ok();
    let age = metadata.modified().ok().and_then(age);
    age.is_some_and(|age| age < YOUNG)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::Cell;
    use std::fs;
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_that_was_just_emptied_is_read_when_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.html");
        let mut writer = File::create(&path).unwrap();
        let file = File::open(&path).unwrap();
        let reader = thread::spawn(move || settled(&file, |seen| Ok(seen.len())).unwrap());
        writer.write_all(b"whole").unwrap();
        assert_eq!(reader.join().unwrap(), 5);
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.html");
        fs::write(&path, "a").unwrap();
        let times = Cell::new(0);
        let read = |_: &Metadata| {
            times.set(times.get() + 1);
            if times.get() == 1 {
                fs::write(&path, "longer").unwrap();
            }
            fs::read_to_string(&path)
        };
        let file = File::open(&path).unwrap();
        assert_eq!(settled(&file, read).unwrap(), "longer");
        assert_eq!(times.get(), 2);
    }

    #[test]
    fn a_file_that_is_meant_to_be_empty_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("empty.css")).unwrap();
        file.set_modified(SystemTime::now() - YOUNG).unwrap();
        let begun = Instant::now();
        assert_eq!(settled(&file, |seen| Ok(seen.len())).unwrap(), 0);
        assert!(begun.elapsed() < LONGEST);
    }
}
