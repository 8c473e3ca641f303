//! What a backend is given, and what it says.

use super::{Args, Run, answering, ask};
use crate::shim::Shim;

#[test]
fn its_lines_pass_through_with_its_name() {
    let run = Run::start(answering("says=hello errs=trouble"));
    run.shim.line("out: app | hello");
    run.shim.line("err: app | trouble");
    drop(run);
}

#[test]
fn it_knows_its_id() {
    let mut run = Run::start(answering(""));
    let told = |run: &Run| ask(run.port, "/env/SERVER_RELOAD_ID").text();
    assert_eq!(told(&run), run.id);
    run.save("two\n");
    let second = run.story.id();
    assert_eq!(told(&run), second);
}

#[test]
fn its_environment_is_ours_and_that_of_the_files() {
    let (builder, port) = answering("");
    let builder = builder
        .file("one.env", "A=one\nB=\"two words\"\nOURS=theirs\n")
        .file("two.env", "A=two\n")
        .env("OURS", "ours");
    let args = ["--env-file", "one.env", "--env-file", "two.env"];
    let run = Run::start((builder, port).args(&args));
    let value = |name: &str| {
        let answer = ask(run.port, &format!("/env/{name}"));
        (answer.status == 200).then(|| answer.text())
    };
    assert_eq!(value("A").as_deref(), Some("two"));
    assert_eq!(value("B").as_deref(), Some("two words"));
    assert_eq!(value("OURS").as_deref(), Some("ours"), "what is set stays");
    assert_eq!(value("PYTHONUNBUFFERED").as_deref(), Some("1"));
    assert_eq!(value("FORCE_COLOR"), None, "no terminal, no colors");
    assert_eq!(value("CLICOLOR_FORCE"), None, "no terminal, no colors");
}

#[test]
fn it_reads_nothing() {
    let run = Run::start(answering("stdin"));
    run.shim.line("app | heard the end");
}

#[test]
fn it_reads_what_is_typed_where_that_is_asked_for() {
    let (builder, port) = answering("stdin");
    let mut run = Run::start((builder.typing(), port).args(&["--stdin"]));
    run.shim.type_line("one");
    run.shim.line("app | heard one");
    run.save("two\n");
    run.story.id();
    run.shim.type_line("two");
    run.shim.line("app | heard two");
    assert!(!run.shim.output().contains("heard the end"));
}

#[test]
fn quiet_leaves_out_our_own_lines() {
    let port = crate::ports::free_port();
    let shim = Shim::builder()
        .backend(&format!("port={port} says=hello done=up"))
        .args(&["--quiet", "--name", "app"])
        .start();
    shim.line("app | up");
    let mut story = crate::story::Story::open(&shim);
    story.id();
    let output = shim.output();
    assert!(!output.contains("ready in"), "{output}");
    assert!(output.contains("app | hello"), "{output}");
}

/// In a terminal made by `script`, where this machine has it.
#[test]
#[cfg(target_os = "linux")]
fn colors_are_asked_for_on_a_terminal_unless_they_are_unwanted() {
    for (no_color, shown) in [("", "1"), ("1", "unset")] {
        let Some(output) = in_a_terminal(no_color, "shows=FORCE_COLOR") else {
            return;
        };
        let wanted = format!("FORCE_COLOR is {shown}");
        assert!(output.contains(&wanted), "no `{wanted}` in:\n{output}");
    }
}

/// What is shown until the backend has shown something. The harness's own time limit bounds it.
#[cfg(target_os = "linux")]
fn in_a_terminal(no_color: &str, words: &str) -> Option<String> {
    use std::io::BufRead;

    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_server-reload");
    let line = format!("'{binary}' --port 0 -- {}", crate::backend::line());
    let mut script = std::process::Command::new("script");
    for (name, value) in crate::shim::binary().get_envs() {
        if value.is_none() {
            script.env_remove(name);
        }
    }
    for name in ["FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        script.env_remove(name);
    }
    script.env("NO_COLOR", no_color).env("TERM", "xterm");
    script.env("XDG_STATE_HOME", folder.path());
    script.env(crate::backend::BACKEND, words);
    script.current_dir(folder.path());
    script.args(["-qec", &line, "/dev/null"]);
    script.stdin(std::process::Stdio::piped());
    script.stdout(std::process::Stdio::piped());
    let mut script = crate::shim::Running(script.spawn().ok()?);
    let stdout = script.0.stdout.take().unwrap();
    let mut output = String::new();
    for line in std::io::BufReader::new(stdout).lines() {
        output += &line.unwrap();
        output.push('\n');
        if output.contains("FORCE_COLOR is") {
            break;
        }
    }
    Some(output)
}
