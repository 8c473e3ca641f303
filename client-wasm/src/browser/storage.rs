//! What is kept in the browser. A storage that throws keeps nothing, and nothing else changes.

use server_reload_protocol::storage::{ENABLED, MEMORY, OFF, ON};
use web_sys::Storage;

use super::script::window;

fn local() -> Option<Storage> {
    window().local_storage().ok()?
}

fn session() -> Option<Storage> {
    window().session_storage().ok()?
}

/// Frames of a tab share its storage, so each path has a memory of its own.
fn memory_key() -> Option<String> {
    let path = window().location().pathname().ok()?;
    Some([MEMORY, ":", &path].concat())
}

/// Whether the toggle is on, where it was ever used.
pub(super) fn enabled() -> Option<bool> {
    switch(&local()?.get_item(ENABLED).ok()??)
}

/// Reads a value of [`ENABLED`].
pub(super) fn switch(value: &str) -> Option<bool> {
    match value {
        ON => Some(true),
        OFF => Some(false),
        _ => None,
    }
}

/// Keeps whether the toggle is on.
pub(super) fn persist(on: bool) {
    if let Some(local) = local() {
        let _ = local.set_item(ENABLED, if on { ON } else { OFF });
    }
}

/// What the last document of this tab and path has left.
pub(super) fn memory() -> Option<String> {
    session()?.get_item(&memory_key()?).ok()?
}

/// Keeps it for the next one.
pub(super) fn remember(memory: &str) {
    if let (Some(session), Some(key)) = (session(), memory_key()) {
        let _ = session.set_item(&key, memory);
    }
}
