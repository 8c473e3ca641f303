//! One of each, for tests.

use crate::machine::*;
use crate::name::Name;

pub(crate) fn name(number: u32) -> Name {
    Name::new(number).unwrap_or_else(|| panic!("0 is no name"))
}

pub(crate) fn ask() -> Ask {
    Ask {
        op_id: name(7),
        service: Name::new(8),
        confirm: Confirm::Text(name(9)),
        call: Some(0),
    }
}

pub(crate) fn server() -> Server {
    Server {
        id: name(1),
        pid: Some(4711),
        started_at: None,
    }
}

/// All effects, each with the browser side's word for it.
pub(crate) fn effects() -> Vec<(Effect, &'static str)> {
    let change = Change {
        turn: 2,
        cause: Cause::Change,
        old: None,
        new: server(),
        op_id: None,
        paths: vec![name(5), name(6)],
    };
    let request = Request {
        run: 3,
        service: None,
        op_id: name(7),
        within: 5_000,
    };
    let problem = Problem {
        service: name(1),
        what: name(2),
    };
    let bar = Bar {
        all: None,
        some: vec![(None, Why::Said(name(4))), (Name::new(8), Why::NotOffered)],
    };
    vec![
        (Effect::Open(1), "open"),
        (Effect::Close, "close"),
        (Effect::Arm(Timer::Poll, 2_000), "arm"),
        (Effect::Disarm(Timer::Connect), "disarm"),
        (Effect::Knock, "knock"),
        (Effect::StopKnock, "stop_knock"),
        (Effect::Announce(change), "announce"),
        (Effect::Reload, "reload"),
        (Effect::Show(Notice::Prompt(Cause::Restart)), "show"),
        (Effect::Hide, "hide"),
        (Effect::SwapStyles(vec![name(5)]), "swap_styles"),
        (
            Effect::Explain {
                problems: vec![problem],
                kept: true,
            },
            "explain",
        ),
        (
            Effect::Status {
                now: Status::Polling,
                before: Status::Connecting,
                enabled: true,
                server: Some(server()),
            },
            "status",
        ),
        (Effect::Remember(vec![2.0, 1.0]), "remember"),
        (Effect::Persist(false), "persist"),
        (Effect::Say(Remark::Paused), "say"),
        (Effect::Confirm(None, ask()), "confirm"),
        (Effect::Request(request), "request"),
        (Effect::Look(3), "look"),
        (
            Effect::Settle {
                run: None,
                why: Some(Why::Off),
                calls: vec![0, 4],
            },
            "settle",
        ),
        (Effect::Bar(bar), "bar"),
        (Effect::AskHealth, "ask_health"),
        (Effect::Lock { rob: true }, "lock"),
        (Effect::Unlock, "unlock"),
        (Effect::Join(3), "join"),
        (
            Effect::Lead {
                term: 9,
                open: true,
                quiet: false,
            },
            "lead",
        ),
        (Effect::Census, "census"),
        (Effect::Part, "part"),
    ]
}

/// All notices.
pub(crate) fn notices() -> Vec<Notice> {
    let receipt = Receipt {
        cause: Cause::Restart,
        pids: Some((1, 2)),
        took: None,
        asked: true,
    };
    let lasts = Lasts {
        asked: 900,
        since: 30,
    };
    let (run, status, why) = (3, OperationStatus::Exited, Why::Said(name(4)));
    vec![
        Notice::Lost,
        Notice::Stopped,
        Notice::Waiting(None),
        Notice::Back,
        Notice::Reloading(Cause::Change),
        Notice::Reloaded(receipt),
        Notice::Updating(Cause::Restart),
        Notice::Updated(receipt),
        Notice::Told(receipt),
        Notice::Styles,
        Notice::Failed(name(2)),
        Notice::Prompt(Cause::Restart),
        Notice::Workers,
        Notice::Paused,
        Notice::Restarting {
            run,
            late: true,
            lasts,
        },
        Notice::Ended { run, status, lasts },
        Notice::Unknown { run, why, lasts },
        Notice::Refused(Why::Blocked),
    ]
}
