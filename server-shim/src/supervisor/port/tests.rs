//! With real sockets and processes.

#![allow(clippy::unwrap_used)]

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use super::*;
use crate::supervisor::process::Output;
use crate::supervisor::process::tests::{DEADLINE, program, soon, start, words};

const SERVER: &str = "\
import os, socket, sys, time
server = socket.create_server(('127.0.0.1', 0))
if os.fork() == 0: time.sleep(1000)
print(server.getsockname()[1], flush=True)
server.accept()[0].recv(1)
";

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn ports_of_a_group_are_found_without_being_told() {
    let output = Output::mute();
    let (group, mut running) = start(&program(words(&["python3", "-c", SERVER])), &output);
    let port: u16 = soon(output.watch_lines().next()).await.parse().unwrap();
    let members = group.members();
    assert_eq!(ports_of(&members), BTreeSet::from([port]));
    // Both have it open: the parent, and the child that was forked with it.
    assert_eq!(
        owners(port),
        Owners::Known(members.iter().copied().collect())
    );
    assert_eq!(members.len(), 2);
    let holder = holder(port, &members[..1]).unwrap();
    assert_eq!(holder.pid, Some(members[1]));
    assert!(holder.name.unwrap().contains("python"));
    assert_eq!(super::holder(port, &members), None);

    group.kill();
    soon(running.gone()).await;
    assert_eq!(owners(port), Owners::Nobody);
    assert_eq!(
        wait_free(&[port], Duration::ZERO, &[]).await,
        PortState::Free
    );
}

#[tokio::test]
async fn connections_that_linger_do_not_count() {
    let (listener, port) = listener();
    let client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    // Closed here first: the port stays in `TIME_WAIT`.
    drop(listener.accept().unwrap());
    drop(listener);
    drop(client);
    assert_eq!(owners(port), Owners::Nobody);
    assert_eq!(
        wait_free(&[port], Duration::ZERO, &[]).await,
        PortState::Free
    );
}

#[tokio::test]
async fn a_port_is_waited_for_and_who_holds_it_is_named() {
    let (listener, port) = listener();
    let held = wait_free(&[port], Duration::from_millis(20), &[]).await;
    let PortState::Held {
        holder,
        ours: false,
    } = held
    else {
        unreachable!("{held:?}");
    };
    assert_eq!((holder.port, holder.pid), (port, Some(std::process::id())));

    let waiting = tokio::spawn(async move { wait_free(&[port], DEADLINE, &[]).await });
    tokio::task::yield_now().await;
    drop(listener);
    assert_eq!(soon(waiting).await.unwrap(), PortState::Free);
    assert_eq!(wait_free(&[], Duration::ZERO, &[]).await, PortState::Free);
}

#[tokio::test]
async fn our_own_port_is_told_at_once() {
    let (_listener, port) = listener();
    let held = soon(wait_free(&[port], DEADLINE * 2, &[port])).await;
    assert!(
        matches!(held, PortState::Held { ours: true, .. }),
        "{held:?}"
    );
}
