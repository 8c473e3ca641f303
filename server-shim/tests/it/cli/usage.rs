//! What can be typed, and what is said of that which cannot.

use super::output;
use crate::shim::binary;

/// As their variables are called.
pub(super) const OPTIONS: [&str; 33] = [
    "ALLOW_HOST",
    "ALLOW_ORIGIN",
    "ATTACH",
    "CHECK",
    "CHECK_TIMEOUT",
    "COMMAND",
    "CONFIG",
    "DETACH",
    "ENV_FILE",
    "EXT",
    "FOLDER",
    "GRACE",
    "HEARTBEAT",
    "HOST",
    "IGNORE",
    "LOG_FILE",
    "NAME",
    "NO_CONFIG",
    "NO_WATCH",
    "OPEN",
    "PAGE",
    "PORT",
    "QUIET",
    "READY",
    "READY_TIMEOUT",
    "SERVICE",
    "SHELL",
    "STDIN",
    "STOP_SIGNAL",
    "STOP_TIMEOUT",
    "STYLE",
    "VERBOSE",
    "WATCH",
];

#[test]
fn a_word_too_many_says_what_there_is() {
    let here = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| output(binary().current_dir(here.path()).args(args));
    let (code, stdout, stderr) = run(&["-q", "client", "out.js"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
    assert!(here.path().join("out.js").is_file());
    for (args, part) in [
        (
            &["clinet", "out.js"][..],
            "put `--` in front: server-reload -- clinet out.js\nif our own command is meant: server-reload client\n",
        ),
        (&["restrat", "api"], "is meant: server-reload restart\n"),
        (&["staus"], "is meant: server-reload status\n"),
        (
            &["--port", "1", "--quiet", "stop"],
            "`--port <PORT>` has no meaning for `stop`",
        ),
        (&["www", "extra"], "`extra` is one word too many"),
        (
            &["--port", "1", "client"],
            "`--port <PORT>` has no meaning for `client`",
        ),
        (&["www", "client"], "no meaning for `client`"),
    ] {
        let (code, _, stderr) = run(args);
        assert_eq!(code, Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
    }
}

#[test]
fn bad_usage_names_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, "").unwrap();
    let file = file.display().to_string();
    for (args, part) in [
        (&["--heartbeat", "10"][..], "give a unit, such as `10s`"),
        (&["--heartbeat", "1ms"], "give `50ms` to `1h`"),
        (&["--grace", "2h"], "give `0s` to `1h`"),
        (&["--port", "70000"], "--port"),
        (&["--allow-host", "http://x"], "no host name"),
        (&["--allow-origin", "*"], "every web page"),
        (&["--allow-origin", "dev"], "no origin"),
        (
            &["--host", "http://x"],
            "neither an address nor a host name",
        ),
        (&["--host", "no-such-host.invalid", "."], "--host localhost"),
        (&["no/such/folder"], "name one that exists"),
        (&[file.as_str()], "name the folder that it is in: "),
        (&["--no-such-option"], "--no-such-option"),
        (
            &["--", "uvicorn app:app"],
            "leave out the quotes: -- uvicorn app:app",
        ),
        (&["--"], "nothing stands behind `--`"),
        (
            &["uvicorn", "app:app"],
            "put `--` in front: server-reload -- uvicorn app:app",
        ),
        (&["--ready", "8000", "--", "api"], "write `tcp:8000`"),
        (&["--ready", "https://x/", "--", "api"], "only plain `http`"),
        (&["--ready", "log:(", "--", "api"], "unclosed group"),
        (&["--stop-signal", "STOP", "--", "api"], "give TERM, INT"),
        (&["--style", "[", "--", "api"], "unclosed character class"),
        (
            &["--check", "a 'b", "--", "api"],
            "quotes in `--check` are not closed",
        ),
        (
            &["--env-file", "no/.env", "--", "api"],
            "cannot read `no/.env`",
        ),
        (
            &["--watch", "no/such", "--", "api"],
            "cannot watch `no/such`",
        ),
        (
            &["--attach", "8000", "--", "api"],
            "leave out one of the two",
        ),
        (
            &["--attach", "8000", "--stdin"],
            "`--stdin` has no meaning with `--attach`",
        ),
        (&["--check", "make"], "add the command that runs it"),
    ] {
        let (code, _, stderr) = output(binary().args(args));
        assert_eq!(code, Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
    }
}

#[test]
fn help_shows_variables_and_exit_codes() {
    let (code, help, _) = output(binary().arg("--help"));
    assert_eq!(code, Some(0));
    for option in OPTIONS {
        let variable = format!("[env: SERVER_RELOAD_{option}=");
        assert!(help.contains(&variable), "no {variable} in {help}");
    }
    for heading in ["Backend:", "Check and ready:", "Watching:", "Address:"] {
        assert!(help.contains(&format!("\n{heading}\n")), "{help}");
    }
    assert!(!help.contains("guardian"), "{help}");
    assert!(help.contains("Exit codes:"), "{help}");
    assert!(help.contains("NO_COLOR"), "{help}");
}

#[test]
fn the_short_help_leaves_the_variables_out() {
    let (code, help, _) = output(binary().arg("-h"));
    assert_eq!(code, Some(0));
    assert!(help.contains("--stop-timeout <TIME>"), "{help}");
    assert!(!help.contains("[env: "), "{help}");
    let widest = help.lines().map(str::len).max();
    assert!(widest <= Some(100), "{help}");
}

/// The variables count as if they were typed, and belong to the backend where they say one.
#[test]
fn a_backend_comes_from_the_environment() {
    let mut command = binary();
    command
        .env("SERVER_RELOAD_COMMAND", "uvicorn 'app:app'")
        .env("SERVER_RELOAD_ATTACH", "8000");
    let (code, _, stderr) = output(&mut command);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("`-- uvicorn app:app` would run one"),
        "{stderr}"
    );
    let (code, _, stderr) = output(binary().env("SERVER_RELOAD_COMMAND", "it's"));
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("`SERVER_RELOAD_COMMAND` are not closed"),
        "{stderr}"
    );
}
