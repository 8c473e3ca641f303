//! Where the owners of the port say little, or nothing; and what a URL adds.

use super::*;

#[test]
fn a_forwarder_is_named_and_a_url_asked_for() {
    let by_name = vec![
        (0, named("10<1", "docker-proxy"), "forwarded docker-proxy"),
        (1, says(Answer::Closed), ""),
        (21, says(Answer::Closed), ""),
        (50, ok(), "up ?"),
        (1050, Input::Unchanged, ""),
    ];
    play("by name", Asked::Listens, by_name);
    let by_behavior = vec![
        (0, known("10<1"), ""),
        (1, says(Answer::Closed), ""),
        (2, says(Answer::Closed), "forwarded ?"),
        (50, says(Answer::Closed), ""),
    ];
    play("by its behavior", Asked::Listens, by_behavior);
    let hidden = vec![
        (0, hidden(7, Some("docker-proxy")), ""),
        (20, hidden(7, Some("docker-proxy")), ""),
        (
            40,
            hidden(7, Some("docker-proxy")),
            "forwarded docker-proxy",
        ),
    ];
    play("of root", Asked::Listens, hidden);
    let unseen = vec![
        (0, nobody(), "gone"),
        (1, says(Answer::Open), ""),
        (2, nobody(), ""),
        (3, says(Answer::Open), ""),
        (4, nobody(), "forwarded ?"),
        (5, ok(), "up ?"),
        (1005, says(Answer::Refused), "gone"),
    ];
    play("redirected by the kernel", Asked::Listens, unseen);
    let tls = vec![
        (0, known("10<1"), ""),
        (1, says(Answer::Closed), ""),
        (60, says(Answer::Open), ""),
        (61, known("10<1"), "up 10"),
    ];
    play("TLS is no forwarder", Asked::Listens, tls);
}

#[test]
fn behind_a_forwarder_the_url_tells() {
    let proxy = || named("10<1", "docker-proxy");
    let one = json!({"pid": 1, "started_at": 100});
    let two = json!({"pid": 1, "started_at": 200});
    let script = vec![
        (0, proxy(), ""),
        (1, says(Answer::Closed), ""),
        (30, json(&one), "up 1"),
        (1030, json(&one), ""),
        (2030, json(&two), "restarted 1 to 1"),
        (3030, says(Answer::Silent), ""),
        (4030, status(500), ""),
        (5030, json(&two), ""),
        (6030, says(Answer::Closed), "gone"),
        (6060, json(&two), "up 1"),
        (7060, status(502), "gone"),
        (7090, status(503), ""),
        (7190, json(&one), "restarted 1 to 1"),
    ];
    let machine = play("with started_at", Asked::Url, script);
    let last = machine.last.as_ref().expect("a server");
    assert_eq!(last.server.started, Some(at_second(100)));
    let plain = vec![
        (0, proxy(), ""),
        (1, ok(), "up ?"),
        (1001, says(Answer::Closed), "gone"),
        (1030, ok(), "restarted ? to ?"),
    ];
    play("without", Asked::Url, plain);
}

#[test]
fn a_url_makes_it_ready_and_names_the_process() {
    let script = vec![
        (0, known("10<1 11<10"), ""),
        (1, status(503), ""),
        (30, status(404), ""),
        (60, json(&json!({"pid": 11, "started_at": 5.5})), "up 11"),
    ];
    let machine = play("its own pid", Asked::Url, script);
    assert_eq!(
        machine.wants().probe,
        None,
        "the owners tell: nothing is asked any more"
    );
    let last = machine.last.as_ref().expect("a server");
    assert_eq!(
        last.server.started,
        Some(at_second(11)),
        "as the system has it"
    );
    assert_eq!(last.server.pids, [10, 11]);
    let elsewhere = vec![
        (0, known("10<1"), ""),
        (1, json(&json!({"pid": 4711})), ""),
        (2, known("10<1"), "up 4711"),
        (1002, json(&json!({"pid": 4712})), "restarted 4711 to 4712"),
    ];
    play("behind a proxy that nobody knows", Asked::Url, elsewhere);
}

#[test]
fn a_restart_always_has_another_start() {
    let one = json!({"started_at": 100});
    let script = vec![
        (0, known("10<1"), ""),
        (1, json(&one), ""),
        (2, known("10<1"), "up 10"),
        (900, known("12<1"), "gone"),
        (901, json(&one), ""),
        (902, known("12<1"), "restarted 10 to 12"),
    ];
    let machine = play("twice in the second that it tells", Asked::Url, script);
    let last = machine.last.as_ref().expect("a server");
    assert_eq!(
        last.server.started,
        Some(at_second(100) + Duration::from_micros(1))
    );
    let mut again = owners("12<1");
    again.0[0].started = Some(at_second(10));
    let again = || Input::Looked(Sight::Known(again.clone()));
    let mut machine = play("first", Asked::Listens, simple("10<1", "up 10"));
    let seen = machine.step(Duration::from_secs(1), again());
    let Some(Seen::Restarted { server, .. }) = seen.first() else {
        panic!("{seen:?}");
    };
    assert_eq!(
        server.started,
        Some(at_second(10) + Duration::from_micros(1))
    );
}

#[test]
fn another_machine_is_told_by_a_refusal() {
    let script = vec![
        (0, untold(), ""),
        (1, says(Answer::Open), "up ?"),
        (1001, says(Answer::Open), ""),
        (2001, says(Answer::Silent), ""),
        (3001, says(Answer::Refused), "gone"),
        (3010, says(Answer::Refused), ""),
        (3020, says(Answer::Open), ""),
        (3021, untold(), ""),
        (3022, says(Answer::Open), "restarted ? to ?"),
    ];
    play("another machine", Asked::Listens, script);
}

#[test]
fn hidden_owners_are_told_by_their_socket() {
    let script = vec![
        (0, hidden(7, None), ""),
        (20, hidden(7, None), ""),
        (40, hidden(7, None), ""),
        (41, says(Answer::Open), "up ?"),
        (1041, Input::Unchanged, ""),
        (2041, hidden(8, None), "gone"),
        (2042, says(Answer::Open), "restarted ? to ?"),
        (3042, nobody(), "gone"),
        (3043, says(Answer::Refused), ""),
        (3050, says(Answer::Open), ""),
        (3051, hidden(9, None), ""),
        (3071, hidden(9, None), ""),
        (3091, hidden(9, None), ""),
        (3092, says(Answer::Open), "restarted ? to ?"),
    ];
    let machine = play("php of another user", Asked::Listens, script);
    assert_eq!(
        machine.wants().probe,
        None,
        "what costs php three lines is not repeated"
    );
    let moment = vec![
        (1000, hidden(7, None), ""),
        (1020, known("12<1"), "restarted 10 to 12"),
    ];
    play(
        "a dying process",
        Asked::Listens,
        then(simple("10<1", "up 10"), moment),
    );
}
