//! What counts as a change, and of which class.

use std::fs;

use super::super::content::{LARGEST, UNREAD, read};
use super::super::index::Index;
use super::*;

#[test]
fn byte_equal_content_is_no_change() {
    let scene = Scene::new(&[("app.py", "1")]);
    let path = scene.path("app.py");
    let mut readings = Vec::new();
    for content in ["2", "2", "3", "2"] {
        fs::write(&path, content).unwrap();
        let told = scene.until_told(&path);
        readings.push((scene.read(&told).len(), scene.read(&scene.fence()).len()));
    }
    let changes: Vec<_> = readings
        .iter()
        .map(|(first, second)| first + second)
        .collect();
    assert_eq!(changes, [1, 0, 1, 1], "{readings:?}");
}

#[test]
fn what_the_first_reading_has_found_is_what_a_save_is_compared_with() {
    let (_folder, root) = folder(&[
        ("same", "1"),
        ("other", "1"),
        ("gone", "1"),
        ("written", "1"),
    ]);
    let paths = ["same", "other", "gone", "written", "new"].map(|name| root.join(name));
    let [same, other, gone, written, new] = &paths;
    let index = Index::default();
    index.note(paths[..4].iter().cloned());
    index.doubt(written, SystemTime::UNIX_EPOCH);
    index.fill(|| false);
    for path in [same, other, written, new] {
        fs::write(path, if path == same { "1" } else { "2" }).unwrap();
    }
    fs::remove_file(gone).unwrap();
    let digest = |path| read(path).unwrap().1;
    assert_eq!(index.update(same), None);
    let before = digest(same);
    assert_eq!(
        index.update(other),
        Some((Some(before), Some(digest(other))))
    );
    assert_eq!(index.update(gone), Some((Some(before), None)));
    assert_eq!(
        index.update(written),
        Some((Some(UNREAD), Some(digest(written))))
    );
    assert_eq!(index.update(new), Some((None, Some(digest(new)))));
    assert!(paths.iter().all(|path| index.update(path).is_none()));
}

#[test]
fn of_large_files_length_and_time_are_compared() {
    let (_folder, root) = folder(&[]);
    let path = root.join("video");
    let file = fs::File::create(&path).unwrap();
    file.set_len(LARGEST + 1).unwrap();
    let index = Index::default();
    index.note([path.clone()]);
    index.fill(|| false);
    assert_eq!(index.update(&path), None);
    file.set_len(LARGEST + 2).unwrap();
    assert!(index.update(&path).is_some());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_a_change() {
    use std::os::unix::fs::symlink;
    let (_folder, root) = folder(&[("a", "same"), ("b", "same")]);
    let link = root.join("link");
    let index = Index::default();
    symlink("a", &link).unwrap();
    assert!(index.update(&link).is_some());
    assert_eq!(index.update(&link), None);
    fs::remove_file(&link).unwrap();
    symlink("b", &link).unwrap();
    assert!(index.update(&link).is_some());
    fs::write(root.join("b"), "other").unwrap();
    assert!(index.update(&link).is_some());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_never_waited_for() {
    let (_folder, root) = folder(&[]);
    let pipe = root.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    assert_eq!(Index::default().update(&pipe), None);
}

#[test]
fn classes_and_urls() {
    let scene = Scene::with(
        &[
            ("www/index.html", ""),
            ("app.py", ""),
            ("static/a b.css", ""),
        ],
        no_probe(),
        |root| WatchRules {
            pages_root: Some(root.join("www")),
            style: globs(&["**/*.css"]),
            ..roots(&[root, &root.join("www")])
        },
    );
    for (path, class, url) in [
        ("www/index.html", Class::Page, "/index.html"),
        ("www/css/main.css", Class::Style, "/css/main.css"),
        ("www/data.json", Class::Page, "/data.json"),
        ("static/a b.css", Class::Style, "/static/a%20b.css"),
        ("app.py", Class::Code, "/app.py"),
    ] {
        scene.put(path, "new");
        scene.until_told(&scene.path(path));
        let changes = scene.watch.read(vec![scene.path(path)]);
        assert_eq!(changes.len(), 1, "{path}: {changes:?}");
        assert_eq!((changes[0].class, &*changes[0].url), (class, url), "{path}");
    }
}

#[test]
fn page_globs_take_the_place_of_the_served_folder() {
    let scene = Scene::with(&[("index.html", ""), ("app.py", "")], no_probe(), |root| {
        WatchRules {
            pages_root: Some(root.to_path_buf()),
            page: globs(&["**/*.html", "templates/**"]),
            ..roots(&[root])
        }
    });
    for (path, class) in [
        ("index.html", Class::Page),
        ("templates/mail.txt", Class::Page),
        ("app.py", Class::Code),
    ] {
        scene.put(path, "new");
        scene.until_told(&scene.path(path));
        assert_eq!(
            scene.watch.read(vec![scene.path(path)])[0].class,
            class,
            "{path}"
        );
    }
}
