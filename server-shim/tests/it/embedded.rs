//! The library inside another program.

use std::time::Duration;

use server_reload::{Config, Shim, routes, run};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use warp::Filter;

use crate::http::{Answer, Connection};
use crate::ports::free_port;
use crate::shim::DEADLINE;

fn ask(port: u16, target: &str, host: &str) -> Answer {
    Connection::to(port).answer(format!(
        "{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    ))
}

#[test]
fn run_serves_all_listeners_until_its_end() {
    let runtime = Runtime::new().unwrap();
    // Ports that the system gives nobody else: one of them is looked at when it is free again.
    let bind = || TcpListener::bind(("127.0.0.1", free_port()));
    let listeners = runtime.block_on(async { [bind().await.unwrap(), bind().await.unwrap()] });
    let ports = listeners
        .each_ref()
        .map(|listener| listener.local_addr().unwrap().port());
    let (stop, stopping) = oneshot::channel::<String>();
    let shutdown = async { stopping.await.unwrap() };
    let config = Config::new().with_grace(Duration::from_secs(30));
    let running = runtime.spawn(run(listeners.into(), config, shutdown));

    for port in ports {
        let answer = ask(port, "GET /reload.js", "localhost");
        assert_eq!(
            (answer.status, answer.body),
            (200, server_reload::CLIENT.to_vec())
        );
    }
    let mut stream = Connection::to(ports[0]);
    stream.send("GET /events/server HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.until("event: hello");
    stop.send(format!("order {}", 7)).unwrap();
    stream.until("event: shutdown\ndata: {\"reason\":\"order 7\"");
    stream.until("event: done");
    let ended = runtime.block_on(async { tokio::time::timeout(DEADLINE, running).await });
    let stopped = ended.unwrap().unwrap().unwrap();
    assert_eq!((stopped.reason.as_ref(), stopped.streams), ("order 7", 1));
    assert!(std::net::TcpStream::connect(("127.0.0.1", ports[0])).is_err());
}

#[test]
fn a_missing_folder_is_an_error_that_says_its_source_once() {
    let error = Shim::new(Config::new().with_folder("no/such/folder")).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(!error.to_string().contains(&source), "{error}");
}

#[test]
fn mounted_routes_guard_the_pages_beside_them() {
    let runtime = Runtime::new().unwrap();
    let shim = Shim::new(Config::new()).unwrap();
    let page = warp::path::end().map(|| warp::reply::html("<h1>hello</h1>"));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let routes = routes::own(&shim).or(routes::guarded(&shim, page));
    let server = warp::serve(routes).incoming(listener);
    runtime.spawn(server.run());

    for (target, host, status) in [
        ("GET /", "localhost", 200),
        ("GET /reload.js", "localhost", 200),
        ("GET /_reload/health", "localhost", 200),
        ("GET /reload.js/", "localhost", 404),
        ("GET /none", "localhost", 404),
        ("GET /", "evil.example", 403),
        ("GET /reload.js", "evil.example", 403),
        ("GET http://evil.example/", "localhost", 400),
    ] {
        assert_eq!(
            ask(port, target, host).status,
            status,
            "{target}, Host: {host}"
        );
    }
    let page = ask(port, "GET /", "localhost");
    assert_eq!(page.text(), "<h1>hello</h1>");
    for (name, value) in [("vary", "Origin"), ("x-content-type-options", "nosniff")] {
        assert_eq!(page.header(name), Some(value));
        assert_eq!(ask(port, "GET /", "evil.example").header(name), Some(value));
    }
    // A target without a path reaches the filters here.
    for target in ["GET evil", "CONNECT evil.example:443"] {
        let status = ask(port, target, "localhost").status;
        assert!((400..500).contains(&status), "{target}: {status}");
    }
    let mut stream = Connection::to(port);
    stream.send("GET /events/server HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.until("event: hello");
    assert_eq!(shim.streams(), 1);
    shim.stop("test");
    stream.until("event: done");
}

#[test]
fn all_routes_bear_a_target_without_a_path() {
    let runtime = Runtime::new().unwrap();
    let shim = Shim::new(Config::new()).unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(warp::serve(routes::all(&shim)).incoming(listener).run());
    for target in ["GET evil", "CONNECT evil.example:443"] {
        let status = ask(port, target, "localhost").status;
        assert!((400..500).contains(&status), "{target}: {status}");
    }
}
