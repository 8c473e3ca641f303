//! Several services, each with its own rules.

use super::*;
use crate::supervisor::machine::Change;

/// A watch for the served folder `www`, for a service with the whole folder but `web`, for one with `web`, and
/// for the file that they stand in.
fn scene(files: &[(&str, &str)]) -> Scene {
    let (folder, root) = folder(files);
    let pages = Some(root.join("www"));
    let whole = WatchRules {
        ignore: vec!["/web/".to_owned(), "/noise/".to_owned()],
        style: globs(&["*.css"]),
        pages_root: pages.clone(),
        ..roots(&[&root])
    };
    let web = WatchRules {
        page: globs(&["templates/**"]),
        ..roots(&[&root.join("web"), &root.join("shared")])
    };
    let www = WatchRules {
        pages_root: pages,
        ..roots(&[&root.join("www")])
    };
    let given = Given(vec![
        (Owner::Folder, www),
        (Owner::Service(0), whole),
        (Owner::Service(1), web),
        (Owner::Config, roots(&[&root.join("server-reload.toml")])),
    ]);
    Scene::given(folder, root, no_probe(), &given)
}

/// Path, class and services of each change.
fn told(scene: &Scene, changes: &[Change]) -> Vec<(String, Class, Vec<usize>)> {
    let told = changes.iter().map(|change| {
        let inside = change.path.strip_prefix(&scene.root).unwrap();
        let path = inside.to_string_lossy().into_owned();
        (path, change.class, change.services.clone())
    });
    told.collect()
}

#[test]
fn each_change_says_for_whom_it_is_code() {
    let files = [
        "api.py",
        "app.css",
        "shared/lib.py",
        "web/a.js",
        "web/templates/a.html",
        "noise/x",
        "www/a.html",
        "server-reload.toml",
    ];
    let all: Vec<_> = files.iter().map(|file| (*file, "1")).collect();
    let scene = scene(&all);
    for file in files {
        scene.put(file, "2");
    }
    // It is only asked of what was heard of: before that, the first reading may have found the new content.
    scene.until("all that counts", |told| {
        let is_told = |path| told.contains(&FileEvent::Whole(path));
        let mut counting = files.iter().filter(|file| **file != "noise/x");
        counting.all(|file| is_told(scene.path(file)))
    });
    let paths = files.iter().map(|file| scene.path(file)).collect();
    let found = scene.watch.reader().read(paths);
    let expected = [
        ("api.py", Class::Code, vec![0]),
        ("app.css", Class::Style, vec![]),
        // Code of both.
        ("shared/lib.py", Class::Code, vec![0, 1]),
        ("web/a.js", Class::Code, vec![1]),
        ("web/templates/a.html", Class::Page, vec![]),
        ("www/a.html", Class::Page, vec![]),
    ];
    let expected = expected.map(|(path, class, services)| (path.to_owned(), class, services));
    assert_eq!(told(&scene, &found.changes), expected);
    assert_eq!(found.config, Some(scene.path("server-reload.toml")));
}

#[test]
fn a_page_of_one_may_be_code_of_another() {
    let (folder, root) = folder(&[("templates/a.html", "1")]);
    let page = WatchRules {
        page: globs(&["templates/**"]),
        ..roots(&[&root])
    };
    let given = Given(vec![
        (Owner::Service(0), page),
        (Owner::Service(1), roots(&[&root])),
    ]);
    let scene = Scene::given(folder, root, no_probe(), &given);
    scene.put("templates/a.html", "2");
    scene.until_whole(&scene.path("templates/a.html"));
    let found = scene
        .watch
        .reader()
        .read(vec![scene.path("templates/a.html")]);
    let path = "templates/a.html".to_owned();
    assert_eq!(told(&scene, &found.changes), [(path, Class::Page, vec![1])]);
}

#[test]
fn what_counts_for_nobody_is_not_heard_of() {
    let scene = scene(&[
        ("web/a.js", "1"),
        ("shared/a", "1"),
        ("www/a", "1"),
        ("noise/a", "1"),
        ("server-reload.toml", ""),
    ]);
    scene.put("noise/a", "2");
    scene.put("web/a.js", "2");
    let path = scene.path("web/a.js");
    let told = scene.until_whole(&path);
    assert_eq!(scene.inside(&told), ["web/a.js"]);
    // A new ignore file counts for all of them.
    scene.put("web/.gitignore", "*.log\n");
    wait_for("the rules are new", || {
        !scene
            .watch
            .reader
            .0
            .rules()
            .counts(&scene.path("web/a.log"))
    });
    assert!(scene.watch.reader.0.rules().counts(&scene.path("web/b.js")));
}
