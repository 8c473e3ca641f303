//! What is answered to who may not, and where there is nothing to restart.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use server_reload::{Config, routes};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;

use super::{JSON, RESTART, Run, builder, named, post, post_with, request};
use crate::http::{Answer, Connection};
use crate::shim::Shim;
use crate::story::Story;

fn assert_refused(answer: &Answer, status: u16, reason: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(text.contains(reason), "no `{reason}` in: {text}");
}

#[test]
fn each_refusal_says_why_and_restarts_nothing() {
    let run = Run::start();
    let token = format!("X-Server-Reload-Token: {}", run.token);
    let foreign = "Origin: http://evil.example";
    let long = format!("{{\"service\":\"{}\"}}", "a".repeat(5000));
    for (lines, body, status, reason) in [
        (vec![&*token], "{}", 415, "Content-Type: application/json"),
        (
            vec![&token, "Content-Type: text/plain"],
            "{}",
            415,
            "not declared as JSON",
        ),
        (vec![&token, JSON, JSON], "{}", 415, "not declared as JSON"),
        (vec![JSON], "{}", 403, "`token` of the event `hello`"),
        (
            vec![JSON, "X-Server-Reload-Token: 0"],
            "{}",
            403,
            "not the token of this run",
        ),
        (vec![&token, JSON, foreign], "{}", 403, "--allow-origin"),
        (
            vec![&token, JSON, "Origin: null"],
            "{}",
            403,
            "--allow-origin null",
        ),
        (vec![&token, JSON], "", 400, "no such request"),
        (vec![&token, JSON], "[1", 400, "no such request"),
        (
            vec![&token, JSON],
            r#"{"command":"rm"}"#,
            400,
            "unknown field `command`",
        ),
        (
            vec![&token, JSON],
            r#"{"op_id":"../x"}"#,
            400,
            "`../x` is no id",
        ),
        (
            vec![&token, JSON],
            r#"{"op_id":""}"#,
            400,
            "begin with a letter",
        ),
        (vec![&token, JSON], &long, 413, "larger than 4096 bytes"),
        (
            vec![&token, JSON],
            r#"{"service":"api"}"#,
            404,
            "name one of these: app",
        ),
    ] {
        assert_refused(&post_with(&run.shim, &lines, body), status, reason);
    }
    let host = ["Host: evil.example", "Content-Length: 0"];
    assert_refused(&run.shim.ask("POST", RESTART, &host), 403, "--allow-host");
    assert_refused(
        &run.shim.ask("PUT", RESTART, &["Host: localhost"]),
        405,
        "POST",
    );
    assert_refused(
        &run.shim
            .ask("POST", &format!("{RESTART}/a"), &["Host: localhost"]),
        405,
        "GET",
    );
    assert_eq!(run.list().len(), 0);
    assert_eq!(run.starts(), 1);
}

#[test]
fn what_is_asked_for_wrongly_is_no_operation() {
    let run = Run::start();
    for (path, status, reason) in [
        ("none", 404, "there is no operation `none`"),
        ("", 400, "is no id of an operation"),
        ("-x", 400, "is no id of an operation"),
        ("a%2fb", 400, "is no id of an operation"),
        ("a/b/events", 400, "is no id of an operation"),
        ("a/events?last_event_id=x", 400, "`x` is no number"),
    ] {
        assert_refused(&run.shim.get(&format!("{RESTART}/{path}")), status, reason);
    }
    let header = run
        .shim
        .get_with(&format!("{RESTART}/a/events"), "Last-Event-ID: 1.5");
    assert_refused(&header, 400, "`1.5` is no number");
}

#[test]
fn an_id_is_used_once() {
    let run = Run::start();
    let id = run.begin_gated(&named("mine"));
    assert_eq!(id, "mine");
    // Asked for again, it is that one again.
    assert_eq!(run.begin(&named("mine")), "mine");
    assert_eq!(run.begin(&named("other")), "mine");
    run.open_gate();
    run.done("mine");
    for id in ["mine", "other"] {
        assert_refused(&run.post(&named(id)), 409, "is there already");
    }
    assert_eq!(run.starts(), 2);
}

/// What `hello` says where no page may restart.
fn refused(shim: &Shim) -> String {
    let hello = Story::open(shim).named("hello").json();
    assert_eq!(hello["restart"], false, "{hello}");
    assert!(hello.get("token").is_none(), "{hello}");
    hello["restart_refused"].as_str().unwrap().to_owned()
}

#[test]
fn others_can_reach_it_so_that_a_flag_has_to_say_that_they_may() {
    let shim = builder().args(&["--host", "0.0.0.0"]).start();
    let reason = refused(&shim);
    assert!(reason.contains("--allow-restart"), "{reason}");
    assert_refused(&post(&shim, "0", "{}"), 404, "add `--allow-restart`");
    assert_eq!(shim.get(RESTART).status, 200);

    let builder = builder().args(&["--host", "0.0.0.0", "--allow-restart"]);
    let run = Run::of(builder);
    let id = run.begin("{}");
    assert_eq!(run.done(&id)["status"], "restarted");
}

/// The address by which other machines reach this one, where it has one. Nothing is sent.
fn outer_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then_some(address)
}

/// A connection that comes from this address, as from another machine.
fn connection_from(address: IpAddr, port: u16) -> Connection {
    let runtime = Runtime::new().unwrap();
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        let connected = socket.connect((Ipv4Addr::LOCALHOST, port).into());
        connected.await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    Connection::over(stream)
}

#[test]
fn from_another_machine_only_a_page_may() {
    let Some(address) = outer_address() else {
        eprintln!("this machine has no other address than its loopback ones");
        return;
    };
    let run = Run::start();
    let token = format!("X-Server-Reload-Token: {}", run.token);
    let ask = |lines: &[&str]| connection_from(address, run.shim.port).answer(request(lines, "{}"));
    assert_refused(&ask(&[JSON, &token]), 403, "no `Origin` header");
    let origin = "Origin: http://localhost:8000";
    assert_eq!(ask(&[JSON, &token, origin]).status, 202);
}

#[test]
fn where_nothing_is_run_nothing_is_restarted() {
    let backend = crate::ports::free_port().to_string();
    let attached = Shim::builder()
        .serves_nothing()
        .args(&["--attach", &backend]);
    for (builder, reason) in [
        (Shim::builder(), "no backend is run here"),
        (attached, "only observed here"),
    ] {
        let shim = builder.start();
        assert!(refused(&shim).contains(reason));
        assert_refused(&post(&shim, "0", "{}"), 404, reason);
        let stream = shim.get(&format!("{RESTART}/a/events"));
        assert_refused(&stream, 404, reason);
    }
}

#[test]
fn a_program_that_supervises_nothing_restarts_nothing() {
    let runtime = Runtime::new().unwrap();
    let shim = server_reload::Shim::new(Config::new()).unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(warp::serve(routes::own(&shim)).incoming(listener).run());
    let answer = Connection::to(port).answer(request(&[JSON], "{}"));
    assert_refused(&answer, 404, "nothing is run here");
    let stream = format!("GET {RESTART}/a/events HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_refused(
        &Connection::to(port).answer(stream),
        404,
        "nothing is run here",
    );
}
