//! Which files count.

use std::fs;

use super::*;

/// Which of these files are told of when all are written.
fn told_of(scene: &Scene, paths: &[&str]) -> Vec<String> {
    for path in paths {
        scene.put(path, "new");
    }
    // What is found while a folder is listed is told behind the first fence at the latest.
    let mut told = scene.fence();
    told.extend(scene.fence());
    scene.inside(&told)
}

#[test]
fn what_nobody_edits_is_ignored() {
    let scene = Scene::new(&[("myenv/pyvenv.cfg", ""), ("src/main.rs", "")]);
    let told = told_of(
        &scene,
        &[
            ".git/HEAD",
            "node_modules/a/index.js",
            "packages/b/node_modules/c.js",
            "target/debug/app",
            "src/__pycache__/app.cpython-312.pyc",
            "src/app.pyc",
            ".venv/lib/a.py",
            "myenv/lib/b.py",
            ".mypy_cache/a",
            ".pytest_cache/a",
            ".ruff_cache/a",
            ".tox/a",
            ".next/a",
            ".nuxt/a",
            ".cache/a",
            "chrome-debug-profile/Default/Cookies",
            "profile/Policy/User Policy",
            "profile/Default/GCM Store/LOG",
            "src/.main.rs.swp",
            "src/.main.rs.swx",
            "src/4913",
            "src/.#main.rs",
            "src/#main.rs#",
            "src/main.rs~",
            "src/main.rs___jb_tmp___",
            ".DS_Store",
            ".server-reload/records.json",
            ".gitignore",
            "dist/bundle.js",
            "src/main.rs",
            ".env",
            "src/4913.py",
        ],
    );
    assert_eq!(
        told,
        [".env", "dist/bundle.js", "src/4913.py", "src/main.rs"]
    );
}

#[test]
fn ignore_files_of_each_folder_count_inside_and_outside_of_git() {
    for git in [false, true] {
        let (folder, root) = folder(&[
            (".gitignore", "*.log\n/build\ncache/\n!keep.log\n"),
            ("sub/.gitignore", "!wanted.log\nlocal.*\n"),
            ("sub/.ignore", "!local.txt\n"),
            ("sub/x", ""),
            ("build/x", ""),
        ]);
        if git {
            git::run(&root, &["init", "-q"]);
            fs::write(root.join(".git/info/exclude"), "secret\n").unwrap();
        }
        let rules = roots(&[&root]);
        let scene = Scene::of(folder, root, no_probe(), &rules);
        let told = told_of(
            &scene,
            &[
                "a.log",
                "keep.log",
                "build/out",
                "sub/build/out",
                "cache/x",
                "sub/cache/x",
                "sub/wanted.log",
                "sub/other.log",
                "sub/local.txt",
                "sub/local.md",
                "secret",
            ],
        );
        let mut expected = vec![
            "keep.log",
            "secret",
            "sub/build/out",
            "sub/local.txt",
            "sub/wanted.log",
        ];
        expected.retain(|path| !git || *path != "secret");
        assert_eq!(told, expected, "git: {git}");
    }
}

#[test]
fn a_root_inside_a_work_tree_keeps_the_rules_from_above() {
    let (folder, root) = folder(&[(".gitignore", "*.log\n"), ("app/x", "")]);
    git::run(&root, &["init", "-q"]);
    let app = root.join("app");
    let scene = Scene::of(folder, app.clone(), no_probe(), &roots(&[&app]));
    assert_eq!(told_of(&scene, &["a.log", "a.txt"]), ["a.txt"]);
    fs::write(root.join(".gitignore"), "*.txt\n").unwrap();
    wait_for("the rules from above are read again", || {
        scene.watch.reader.0.rules().counts(&app.join("a.log"))
    });
    scene.fence();
    assert_eq!(told_of(&scene, &["b.log", "b.txt"]), ["b.log"]);
}

#[test]
fn what_is_asked_for_by_name_is_watched_though_it_is_ignored() {
    let scene = Scene::with(
        &[
            (".gitignore", "target\n*.env\n"),
            ("target/site/x", ""),
            (".git/x", ""),
            ("a.env", ""),
        ],
        no_probe(),
        |root| roots(&[root, &root.join("target/site"), &root.join("a.env")]),
    );
    let told = told_of(
        &scene,
        &[
            "target/site/index.html",
            "target/debug/x",
            "a.env",
            "b.env",
            "target/site/b.env",
        ],
    );
    assert_eq!(
        told,
        ["a.env", "target/site/b.env", "target/site/index.html"]
    );
}

#[test]
fn given_patterns_have_the_last_word() {
    let scene = Scene::with(&[(".gitignore", "*.gen\n")], no_probe(), |root| {
        WatchRules {
            ignore: vec![
                "*.db".to_owned(),
                "/logs".to_owned(),
                "!node_modules".to_owned(),
                "!a.gen".to_owned(),
            ],
            ..roots(&[root])
        }
    });
    let told = told_of(
        &scene,
        &[
            "a.db",
            "sub/a.db",
            "logs/x",
            "sub/logs/x",
            "node_modules/a.js",
            "a.gen",
            "b.gen",
        ],
    );
    assert_eq!(told, ["a.gen", "node_modules/a.js", "sub/logs/x"]);
}

#[test]
fn extensions_leave_the_rest_out_but_for_files_asked_for_by_name() {
    let scene = Scene::with(&[("conf.toml", "")], no_probe(), |root| WatchRules {
        extensions: vec!["py".to_owned(), "html".to_owned()],
        ..roots(&[root, &root.join("conf.toml")])
    });
    // The fence would be left out too.
    let paths = ["a.rs", "b", "conf.toml", "c.html", "z.py"];
    for path in paths {
        scene.put(path, "new");
    }
    let told = scene.until_told(&scene.path("z.py"));
    assert_eq!(scene.inside(&told), ["c.html", "conf.toml", "z.py"]);
    let all = paths.iter().map(|path| scene.path(path)).collect();
    assert_eq!(scene.watch.read(all).len(), 3);
}

#[test]
fn a_changed_ignore_file_counts_at_once_and_is_no_change_itself() {
    let scene = Scene::new(&[("gen/old.txt", "1"), ("src/x", "1")]);
    let watched = scene.watch.count();
    scene.put(".gitignore", "gen/\n");
    wait_for("the rules are read again", || {
        !scene
            .watch
            .reader
            .0
            .rules()
            .counts(&scene.path("gen/old.txt"))
    });
    assert_eq!(told_of(&scene, &["gen/old.txt", "src/x"]), ["src/x"]);
    if cfg!(target_os = "linux") {
        wait_for("an ignored folder has no watch", || {
            scene.watch.count() == watched - 1
        });
    }
    scene.put("gen/new.txt", "1");
    scene.put(".gitignore", "");
    wait_for("the rules are read again", || {
        scene
            .watch
            .reader
            .0
            .rules()
            .counts(&scene.path("gen/old.txt"))
            && (!cfg!(target_os = "linux") || scene.watch.count() == watched)
    });
    let told = scene.fence();
    assert!(
        scene.inside(&told).is_empty(),
        "what is unignored has not been changed: {told:?}"
    );
    assert_eq!(
        told_of(&scene, &["gen/old.txt", "gen/new.txt"]),
        ["gen/new.txt", "gen/old.txt"]
    );
}

#[test]
fn a_virtual_environment_that_is_made_is_ignored() {
    let scene = Scene::new(&[]);
    scene.put("myenv/pyvenv.cfg", "");
    wait_for("the environment is known", || {
        !scene
            .watch
            .reader
            .0
            .rules()
            .counts(&scene.path("myenv/lib/a.py"))
    });
    scene.fence();
    assert_eq!(told_of(&scene, &["myenv/lib/a.py", "a.py"]), ["a.py"]);
}

#[test]
fn a_file_alone_is_watched_in_all_ways_of_saving() {
    let scene = Scene::with(
        &[("conf/app.toml", "1"), ("conf/x", "")],
        no_probe(),
        |root| roots(&[&root.join("conf/app.toml")]),
    );
    let path = scene.path("conf/app.toml");
    for content in ["2", "3"] {
        scene.put("conf/other", content);
        scene.put("conf/new", content);
        fs::rename(scene.path("conf/new"), &path).unwrap();
        let told = scene.until_whole(&path);
        assert_eq!(scene.inside(&told), ["conf/app.toml"]);
        assert_eq!(scene.read(&told).len(), 1);
    }
}

#[test]
fn wrong_roots_and_patterns_are_refused() {
    let (_folder, root) = folder(&[]);
    let missing = start(&of_one(&roots(&[&root.join("missing")])), drop, drop);
    let text = missing.err().unwrap().to_string();
    assert!(text.contains("missing` cannot be watched"), "{text}");
    assert!(text.ends_with("`--watch PATH`"), "{text}");
    let rules = WatchRules {
        ignore: vec!["a{b".to_owned()],
        ..roots(&[&root])
    };
    let text = start(&of_one(&rules), drop, drop)
        .err()
        .unwrap()
        .to_string();
    assert!(text.starts_with("`a{b` is no pattern"), "{text}");
}
