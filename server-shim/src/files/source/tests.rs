#![allow(clippy::unwrap_used)]

use std::fs;

use globset::{Glob, GlobSet};
use tempfile::TempDir;

use super::*;

struct Folder {
    place: TempDir,
    root: Root,
    edits: Edits,
}

/// A folder in which `pattern` may be written.
fn folder(pattern: &str) -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let files = GlobSet::builder()
        .add(Glob::new(pattern).unwrap())
        .build()
        .unwrap();
    Folder {
        root: Root::open(folder.path()).unwrap(),
        edits: Edits::new(Globs(files), Token::random().unwrap()),
        place: folder,
    }
}

impl Folder {
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.place.path().join(name), bytes).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.place.path().join(name)).unwrap()
    }

    fn find(&self, path: &str) -> Result<Source, Unsaved> {
        self.edits
            .find(&self.root, &RequestPath::parse(path).unwrap())
    }

    fn save(&self, path: &str, version: Option<&str>, text: &str) -> Result<Saved, Unsaved> {
        let path = RequestPath::parse(path).unwrap();
        self.edits.save(&self.root, &path, version, text)
    }
}

#[test]
fn a_version_is_saved_on_top_of_the_one_that_was_read() {
    let folder = folder("*.html");
    folder.write("index.html", "one");
    let first = folder.save("/", Some(&tag("one")), "two").unwrap();
    assert_eq!(
        (first.name.as_str(), first.etag),
        ("index.html", tag("two"))
    );
    assert_eq!(folder.text("index.html"), "two");
    folder
        .save("/index.html", Some(&tag("two")), "three")
        .unwrap();
    assert_eq!(folder.text("index.html"), "three");
    assert_eq!(fs::read_dir(folder.place.path()).unwrap().count(), 1);
}

#[test]
fn what_somebody_else_has_saved_is_never_lost() {
    let folder = folder("*.html");
    folder.write("index.html", "theirs");
    for (version, changed) in [
        (Some(tag("one")), true),
        (Some(format!("W/{}", tag("theirs"))), true),
        (Some("*".to_owned()), false),
        (None, false),
    ] {
        let error = folder.save("/", version.as_deref(), "mine").unwrap_err();
        assert_eq!(matches!(error, Unsaved::Changed(_)), changed, "{version:?}");
        assert_eq!(matches!(error, Unsaved::NoVersion), !changed, "{version:?}");
    }
    assert_eq!(folder.text("index.html"), "theirs");
    // Saved already, and the answer was lost.
    folder.save("/", Some(&tag("one")), "theirs").unwrap();
}

#[test]
fn only_texts_that_are_named_and_there_are_written() {
    let folder = folder("*.html");
    folder.write("notes.txt", "text");
    folder.write("bytes.html", [0xff, 0xfe]);
    folder.write("nul.html", "a\0b");
    folder.write(
        "large.html",
        vec![b'a'; usize::try_from(LARGEST_WHOLE).unwrap() + 1],
    );
    fs::create_dir(folder.place.path().join("folder.html")).unwrap();
    for (path, said) in [
        ("/notes.txt", "`--edit notes.txt`"),
        ("/bytes.html", "no text in UTF-8"),
        ("/nul.html", "no text in UTF-8"),
        ("/large.html", "larger than 1048576 bytes"),
        ("/none.html", "no such file"),
        ("/folder.html", "no such file"),
        ("/folder.html/", "no such file"),
    ] {
        let error = folder.find(path).unwrap_err().to_string();
        assert!(error.contains(said), "{path}: {error}");
        folder.save(path, Some(&tag("text")), "new").unwrap_err();
    }
    folder.write("index.html", "one");
    for (text, said) in [
        ("a\0", "NUL"),
        ("a".repeat(1_048_577).as_str(), "larger than"),
    ] {
        let error = folder.save("/", Some(&tag("one")), text).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    assert_eq!(folder.text("index.html"), "one");
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else_and_stay_links() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a.html"), "one").unwrap();
    let folder = folder("*.html");
    folder.write("real.html", "one");
    folder.write("named.conf", "one");
    folder.write(".hidden.html", "one");
    let link = |to: &str, name: &str| symlink(to, folder.place.path().join(name)).unwrap();
    link("real.html", "link.html");
    link("named.conf", "conf.html");
    link(".hidden.html", "shown.html");
    link(outside.path().join("a.html").to_str().unwrap(), "out.html");
    for (path, said) in [
        ("/conf.html", "`named.conf` is not among"),
        ("/shown.html", "begin with a dot"),
        ("/out.html", "outside the folder"),
    ] {
        let error = folder.save(path, Some(&tag("one")), "new").unwrap_err();
        assert!(error.to_string().contains(said), "{path}: {error}");
    }
    let saved = folder.save("/link.html", Some(&tag("one")), "two").unwrap();
    assert_eq!(
        (saved.name.as_str(), folder.text("real.html").as_str()),
        ("real.html", "two")
    );
    let link = folder.place.path().join("link.html");
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder("*.html");
    folder.write("index.html", "one");
    let file = folder.place.path().join("index.html");
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    folder.save("/", Some(&tag("one")), "two").unwrap();
    let now = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(now & 0o777, 0o640);
    mode(0o444);
    let error = folder.save("/", Some(&tag("two")), "three").unwrap_err();
    assert!(matches!(error, Unsaved::ReadOnly(_)), "{error}");
    assert_eq!(folder.text("index.html"), "two");
}

/// Root may write everything: the test is played again by somebody else.
#[cfg(unix)]
fn is_played_by_nobody(test: &str) -> bool {
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        return false;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", &format!("files::source::tests::{test}")]);
    again.env_remove("TMPDIR").uid(NOBODY).gid(NOBODY);
    // Where the folder of the build is closed to others, nothing is shown.
    let output = again.current_dir("/").output().ok();
    let output = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    if let Some(output) = output {
        assert!(output.contains("1 passed"), "{output}");
    }
    true
}

#[cfg(unix)]
#[test]
fn what_the_file_or_its_folder_forbids_is_refused_with_the_cure() {
    use std::os::unix::fs::PermissionsExt;

    if is_played_by_nobody("what_the_file_or_its_folder_forbids_is_refused_with_the_cure") {
        return;
    }
    let folder = folder("*.html");
    folder.write("index.html", "one");
    let place = folder.place.path();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    // Others may write it, and its owner may not.
    mode(&place.join("index.html"), 0o466).unwrap();
    let error = folder.save("/", Some(&tag("one")), "two").unwrap_err();
    assert!(matches!(error, Unsaved::ReadOnly(_)), "{error}");
    mode(&place.join("index.html"), 0o644).unwrap();
    mode(place, 0o555).unwrap();
    let error = folder.save("/", Some(&tag("one")), "two").unwrap_err();
    mode(place, 0o755).unwrap();
    assert!(
        error.to_string().contains("folder may be written"),
        "{error}"
    );
    assert_eq!(folder.text("index.html"), "one");
}
