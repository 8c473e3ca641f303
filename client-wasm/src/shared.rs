//! The names in `js/protocol.js` are those of the server.

use server_reload_protocol::{
    RESTART_ATTRIBUTE, SERVER_TIMING_METRIC, TOKEN_HEADER, event, path, storage,
};

#[test]
fn names_of_the_protocol_are_those_of_the_server() {
    let js = include_str!("../js/protocol.js");
    let names = [
        ("client", path::CLIENT),
        ("events", path::EVENTS),
        ("health", path::HEALTH),
        ("restarts", path::RESTART),
        ("hello", event::HELLO),
        ("phase", event::PHASE),
        ("change", event::CHANGE),
        ("problem", event::PROBLEM),
        ("ping", event::PING),
        ("shutdown", event::SHUTDOWN),
        ("done", event::DONE),
        ("metric", SERVER_TIMING_METRIC),
        ("token", TOKEN_HEADER),
        ("restart", RESTART_ATTRIBUTE),
        ("enabled", storage::ENABLED),
        ("memory", storage::MEMORY),
        ("leads", storage::LEADS),
        ("on", storage::ON),
        ("off", storage::OFF),
    ];
    for (key, name) in names {
        assert!(js.contains(&format!("    {key}: {name:?},\n")), "{key}");
    }
    assert_eq!(js.matches(",\n").count(), names.len());
}
