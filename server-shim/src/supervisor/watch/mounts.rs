//! File systems whose files are changed by another machine, which sends no events here.

use std::path::{Path, PathBuf};

/// As `/proc/self/mountinfo` names them.
const SHARED: [&str; 20] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "drvfs",
    "fakeowner",
    "fuse.grpcfuse",
    "fuse.osxfs",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
    "grpcfuse",
    "nfs",
    "nfs4",
    "osxfs",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
];

/// The kind of file system that a path is on, where another machine may change its files.
pub(super) fn shared(path: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = kind_of(&mounts, path)?;
    SHARED.contains(&kind.as_str()).then_some(kind)
}

fn kind_of(mounts: &str, path: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let point = PathBuf::from(unescape(mount.split(' ').nth(4)?));
        Some((point, system.split(' ').next()?))
    });
    mounts
        .filter(|(point, _)| path.starts_with(point))
        // Of two at the same place the later one is on top.
        .max_by_key(|(point, _)| point.components().count())
        .map(|(_, kind)| kind.to_owned())
}

/// Blanks are written as octal numbers.
fn unescape(text: &str) -> String {
    let escapes = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    escapes.iter().fold(text.to_owned(), |text, (code, plain)| {
        text.replace(code, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn innermost_and_latest_mount_counts() {
        let mounts = "\
            22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
            60 22 0:50 / /mnt/c rw - 9p C:\\134 rw,aname=drvfs\n\
            61 22 0:51 / /mnt/my\\040disk rw - ext4 /dev/sdb rw\n\
            62 22 0:52 / /mnt/my\\040disk rw master:5 - fuse.sshfs me@there: rw\n";
        for (path, kind) in [
            ("/home/me", "ext4"),
            ("/mnt/c/work", "9p"),
            ("/mnt/cc", "ext4"),
            ("/mnt/my disk/a", "fuse.sshfs"),
        ] {
            assert_eq!(
                kind_of(mounts, Path::new(path)).as_deref(),
                Some(kind),
                "{path}"
            );
        }
    }
}
