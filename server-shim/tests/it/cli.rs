//! The command line.

#[cfg(unix)]
mod ends;
#[cfg(target_os = "linux")]
mod keys;
mod usage;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use crate::http::Connection;
use crate::shim::{Running, Shim, binary};

pub(crate) fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn says_what_to_open_and_what_to_paste() {
    let shim = Shim::start();
    shim.line("Ctrl-C stops");
    let (port, folder) = (shim.port, shim.folder.path().display());
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        shim.output(),
        format!(
            "out: server-reload {version} serves {folder}\n\
             out: open    http://localhost:{port}/\n\
             out: script  <script src=\"http://localhost:{port}/reload.js\"></script>\n\
             out: status  http://localhost:{port}/_reload/\n\
             out: Ctrl-C stops\n"
        )
    );
}

#[test]
fn quiet_says_only_what_it_chose() {
    let shim = Shim::builder().args(&["-q"]).start();
    let expected = format!("out: http://localhost:{}/\n", shim.port);
    assert_eq!(shim.get("/reload.js").status, 200);
    assert_eq!(shim.output(), expected);
}

#[test]
fn verbose_tells_each_request() {
    let shim = Shim::builder().args(&["-v"]).start();
    assert_eq!(shim.get("/none").status, 404);
    shim.line("GET /none answered by 404");
    assert_eq!(
        shim.ask("GET", "/none", &["Host: evil.example"]).status,
        403
    );
    let line = shim.line("GET /none refused: host `evil.example`");
    assert!(line.ends_with("add `--allow-host evil.example`"), "{line}");
}

#[test]
fn both_loopback_addresses_answer() {
    let shim = Shim::start();
    assert_eq!(shim.get("/reload.js").status, 200);
    if TcpListener::bind("[::1]:0").is_ok() {
        std::net::TcpStream::connect(("::1", shim.port)).unwrap();
    }
}

#[test]
fn wider_than_loopback_is_said() {
    let shim = Shim::builder().args(&["--host", "0.0.0.0"]).start();
    shim.line("Ctrl-C stops");
    let output = shim.output();
    assert!(
        output.contains(&format!("open    http://localhost:{}/\n", shim.port)),
        "{output}"
    );
    shim.line("warning: everybody on the network");
    let reachable = |interface: &if_addrs::Interface| {
        let address = interface.ip();
        address.is_ipv4() && !address.is_loopback() && !interface.is_link_local()
    };
    if if_addrs::get_if_addrs().unwrap().iter().any(reachable) {
        assert!(output.contains("from another machine"), "{output}");
        let tags = output.matches("/reload.js\"></script>").count();
        assert!(tags >= 2, "{output}");
    }
}

#[test]
fn wider_than_loopback_is_said_however_quiet() {
    let shim = Shim::builder().args(&["--host", "0.0.0.0", "-q"]).start();
    shim.line("warning: everybody on the network");
}

/// Where the system tells, the holder of the port is named, with what ends it.
fn blames_this_process(stderr: &str) {
    if cfg!(target_os = "linux") {
        let pid = std::process::id();
        assert!(stderr.contains(&format!("(pid {pid})")), "{stderr}");
        assert!(stderr.contains(&format!("kill {pid}\n")), "{stderr}");
    }
}

#[test]
fn a_port_held_on_the_second_address_only_is_not_blamed_on_us() {
    let Ok(holder) = TcpListener::bind("[::1]:0") else {
        return;
    };
    let port = holder.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary();
    let (code, _, stderr) = output(command.arg(folder.path()).args(["--port", &port]));
    assert_eq!(code, Some(3), "{stderr}");
    blames_this_process(&stderr);
}

#[test]
fn empty_variables_count_as_unset() {
    let mut builder = Shim::builder();
    for option in usage::OPTIONS {
        builder = builder.env(&format!("SERVER_RELOAD_{option}"), " ");
    }
    let shim = builder.start();
    shim.line("Ctrl-C stops");
}

#[test]
fn a_taken_port_says_who_and_what_to_type() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary();
    command
        .arg(folder.path())
        .args(["--port", &port.to_string()]);
    let (code, stdout, stderr) = output(&mut command);
    assert_eq!((code, stdout.as_str()), (Some(3), ""), "{stderr}");
    assert!(
        stderr.starts_with(&format!("error: port `{port}` is taken by ")),
        "{stderr}"
    );
    let last = stderr.lines().last().unwrap();
    assert!(
        last.ends_with(&format!("add `--port {}`", port + 1)),
        "{stderr}"
    );
    blames_this_process(&stderr);
}

#[test]
fn a_port_taken_by_another_of_us_says_so() {
    let shim = Shim::start();
    let mut command = binary();
    command
        .arg(shim.folder.path())
        .args(["--port", &shim.port.to_string()]);
    let (code, _, stderr) = output(&mut command);
    assert_eq!(code, Some(3));
    if cfg!(target_os = "linux") {
        let expected = format!("another server-reload (pid {})", shim.pid());
        assert!(stderr.contains(&expected), "{stderr}");
    }
}

#[test]
fn options_come_from_the_environment() {
    let shim = Shim::builder()
        .env("SERVER_RELOAD_HEARTBEAT", "70ms")
        .env("SERVER_RELOAD_ALLOW_HOST", "dev-laptop, other")
        .env("SERVER_RELOAD_OPEN", "0")
        .env("SERVER_RELOAD_QUIET", "1")
        .start();
    let mut stream = Connection::events(&shim);
    stream.until("\"heartbeat_ms\":70,");
    assert_eq!(shim.ask("GET", "/reload.js", &["Host: other"]).status, 200);
    assert_eq!(shim.output().lines().count(), 1, "{}", shim.output());
    let (code, _, stderr) = output(binary().env("SERVER_RELOAD_GRACE", "3"));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("`3` is no duration"), "{stderr}");
}

/// Runs in a folder that has these folders in it, and says which of them is served.
fn served(folders: &[&str]) -> String {
    let here = tempfile::tempdir().unwrap();
    for folder in folders {
        std::fs::create_dir(here.path().join(folder)).unwrap();
    }
    let mut command = binary();
    command.current_dir(here.path()).args(["--port", "0"]);
    let child = command.stdout(std::process::Stdio::piped()).spawn();
    let mut child = Running(child.unwrap());
    let mut line = String::new();
    let stdout = child.0.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    let folder = line.trim_end().split(" serves ").nth(1).unwrap();
    Path::new(folder)
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_folder_is_www_or_public_or_this_one() {
    assert_eq!(served(&["www", "public"]), "www");
    assert_eq!(served(&["public"]), "public");
    assert!(served(&[]).starts_with(".tmp"));
}

#[test]
fn the_client_is_written() {
    let (code, stdout, stderr) = output(binary().arg("client"));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout.as_bytes(), server_reload::CLIENT);
    let (_, dash, _) = output(binary().args(["client", "-"]));
    assert_eq!(dash, stdout);

    let folder = tempfile::tempdir().unwrap();
    let mut command = binary();
    command
        .current_dir(folder.path())
        .args(["client", "reload.js"]);
    command.env("SERVER_RELOAD_PORT", "no port");
    let (code, stdout, stderr) = output(&mut command);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    let written = std::fs::read(folder.path().join("reload.js")).unwrap();
    assert_eq!(written, server_reload::CLIENT);
    assert!(stderr.contains("wrote reload.js"), "{stderr}");
    assert!(
        stderr.contains("<script src=\"/reload.js\"></script>"),
        "{stderr}"
    );

    let (code, _, stderr) = output(binary().arg("client").arg(folder.path()));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("such as `reload.js`"), "{stderr}");
}
