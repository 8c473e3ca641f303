//! The names in `js/protocol.js` are those of the server.

use server_reload_protocol::{
    MAX_PROBLEM_OUTPUT, RESTART_ATTRIBUTE, SERVER_TIMING_METRIC, TOKEN_HEADER, event, path, storage,
};

#[test]
fn names_of_the_protocol_are_those_of_the_server() {
    let js = include_str!("../js/protocol.js");
    let names = [
        ("client", path::CLIENT),
        ("events", path::EVENTS),
        ("health", path::HEALTH),
        ("restarts", path::RESTART),
        ("follow", path::OPERATION_EVENTS),
        ("hello", event::HELLO),
        ("phase", event::PHASE),
        ("change", event::CHANGE),
        ("problem", event::PROBLEM),
        ("ping", event::PING),
        ("shutdown", event::SHUTDOWN),
        ("done", event::DONE),
        ("operation", event::OPERATION),
        ("metric", SERVER_TIMING_METRIC),
        ("token", TOKEN_HEADER),
        ("restart", RESTART_ATTRIBUTE),
        ("enabled", storage::ENABLED),
        ("memory", storage::MEMORY),
        ("on", storage::ON),
        ("off", storage::OFF),
    ];
    for (key, name) in names {
        assert!(js.contains(&format!("    {key}: {name:?},\n")), "{key}");
    }
    assert!(js.contains(&format!("    most: {MAX_PROBLEM_OUTPUT},\n")));
    assert_eq!(js.matches(",\n").count(), names.len() + 1);
}
