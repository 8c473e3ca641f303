//! Editors save in many ways; each is one restart, with the whole of the new content.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Run, answering, run};

/// How a file gets its new content.
type Style = fn(&Path, &str);

const STYLES: [(&str, Style); 8] = [
    ("in place", in_place),
    ("truncated, then written", truncated),
    ("in pieces", in_pieces),
    ("renamed over", renamed_over),
    ("temporary elsewhere, then moved", moved_in),
    ("vim", vim),
    ("vim with a backup", vim_with_backup),
    ("removed, then made anew", made_anew),
];

fn in_place(path: &Path, content: &str) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file.set_len(content.len() as u64).unwrap();
}

fn truncated(path: &Path, content: &str) {
    drop(File::create(path).unwrap());
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(content.as_bytes()).unwrap();
}

fn in_pieces(path: &Path, content: &str) {
    let mut file = File::create(path).unwrap();
    for byte in content.as_bytes() {
        file.write_all(&[*byte]).unwrap();
    }
}

fn renamed_over(path: &Path, content: &str) {
    let temporary = path.with_extension("tmp~");
    fs::write(&temporary, content).unwrap();
    fs::rename(temporary, path).unwrap();
}

fn moved_in(path: &Path, content: &str) {
    // On the same file system, in a folder that is not watched.
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("temporary");
    fs::write(&temporary, content).unwrap();
    fs::rename(temporary, path).unwrap();
}

fn vim(path: &Path, content: &str) {
    let swap = path.with_file_name(".app.txt.swp");
    let mut swapping = File::create(&swap).unwrap();
    swapping.write_all(b"b0VIM 9.1").unwrap();
    let trial = path.with_file_name("4913");
    drop(File::create(&trial).unwrap());
    fs::remove_file(trial).unwrap();
    fs::write(path, content).unwrap();
    swapping.write_all(b"saved").unwrap();
    drop(swapping);
    fs::remove_file(swap).unwrap();
}

fn vim_with_backup(path: &Path, content: &str) {
    let backup = path.with_file_name("app.txt~");
    fs::rename(path, &backup).unwrap();
    fs::write(path, content).unwrap();
    fs::remove_file(backup).unwrap();
}

fn made_anew(path: &Path, content: &str) {
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

/// A writer that rests for so long in the middle has saved twice.
const QUICK: Duration = Duration::from_millis(3);

#[test]
fn each_style_is_one_restart() {
    let mut run = run("", &[]);
    for (name, save) in STYLES {
        let content = format!("saved {name}");
        let before = run.starts();
        let began = Instant::now();
        save(&run.shim.path("app.txt"), &format!("{content}\n"));
        let quick = began.elapsed() <= QUICK;
        while run.answer_at_id() != content {}
        // Nothing is left over that this one would show.
        run.shim.write("other.txt", name);
        let reason = run.story.phase("starting")["reason"].clone();
        run.story.id();
        if quick {
            assert_eq!(reason, "other.txt changed", "{name}");
            let restarts = run.starts() - before;
            assert!(restarts == 2, "{name}: {restarts} restarts for two saves");
        }
    }
}

#[test]
fn a_branch_switch_of_500_files_is_one_restart() {
    let (builder, port) = answering("");
    let folder = builder.path().to_owned();
    let repository = Repository(&folder);
    repository.git(&["init", "--quiet", "--initial-branch=one"]);
    repository.commit("one");
    repository.git(&["switch", "--quiet", "--create", "two"]);
    repository.commit("two");
    repository.git(&["switch", "--quiet", "one"]);

    let mut run = Run::start((builder, port));
    assert_eq!(run.answer(), "one");
    repository.git(&["switch", "--quiet", "two"]);
    run.story.id();
    assert_eq!(run.answer(), "two");
    run.save("end\n");
    run.story.id();
    assert_eq!(run.answer(), "end");
    assert_eq!(run.starts(), 3, "one for the switch, one for the save");
}

struct Repository<'a>(&'a Path);

impl Repository<'_> {
    fn git(&self, arguments: &[&str]) {
        let mut git = std::process::Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                git.env_remove(name);
            }
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.env("GIT_CONFIG_NOSYSTEM", "1");
        let settings = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
        git.args(settings).args(arguments).current_dir(self.0);
        let done = git.output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// 500 files, all of which say this.
    fn commit(&self, content: &str) {
        fs::write(self.0.join("app.txt"), format!("{content}\n")).unwrap();
        for number in 0..499 {
            let folder = self.0.join(format!("folder{}", number % 20));
            fs::create_dir_all(&folder).unwrap();
            let file = folder.join(format!("file{number}.txt"));
            fs::write(file, format!("{content} {number}\n")).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", content]);
    }
}
