//! A restart, for people: that it has begun, its phases, and how it has ended.

use std::time::Duration;

use server_reload_protocol::payload::{
    Accepted, Operation, OperationPhase, OperationStatus, Phase,
};

use crate::cli::presence::Presence;
use crate::cli::shown;
use crate::cli::voice::{ALERT, BOLD};

/// Nobody waits for it: where to look.
pub(super) fn begun(accepted: &Accepted, known: Option<&Operation>, found: &Presence) -> String {
    let what = known.map_or_else(|| "restart".to_owned(), heading);
    let url = found.url.trim_end_matches('/');
    let text = format!("{what}\nfollow  {url}{}\n", accepted.events_url);
    text + &known.map(record).unwrap_or_default()
}

pub(super) fn heading(operation: &Operation) -> String {
    format!(
        "restarts {} ({})",
        operation.services.join(", "),
        operation.op_id
    )
}

/// A line for a phase, with the time since the restart was begun.
pub(super) fn phase(operation: &Operation, phase: &OperationPhase) -> String {
    let since = Duration::try_from_secs_f64(phase.at - operation.started_at).unwrap_or_default();
    let since = format!("{:.2} s", since.as_secs_f64());
    let service = if operation.services.len() > 1 {
        let names = operation.services.iter().map(|name| name.chars().count());
        let width = names.max().unwrap_or_default();
        format!("{:width$}  ", phase.service)
    } else {
        String::new()
    };
    let name = words(phase.name);
    match phase.pid {
        Some(pid) => format!("{since:>9}  {service}{name:20} pid {pid}"),
        None => format!("{since:>9}  {service}{name}"),
    }
}

fn words(phase: Phase) -> String {
    phase.as_str().replace('_', " ")
}

/// How it has ended; where that is not well, why, and what was written.
pub(super) fn ended(operation: &Operation) -> String {
    let took = operation.took_ms.map(Duration::from_millis);
    let took = shown::time(took.unwrap_or_default());
    if operation.status == OperationStatus::Restarted {
        return format!("{BOLD}restarted{BOLD:#}: {} in {took}\n", pids(operation));
    }
    let status = operation.status.as_str().replace('_', " ");
    let reason = operation.reason.as_deref().unwrap_or("no reason is known");
    let repeated = format!("{status}: ");
    let reason = reason.strip_prefix(&repeated).unwrap_or(reason);
    let mut text = format!("{ALERT}{status}{ALERT:#} after {took}: {reason}\n");
    text += &shown::indented(operation.output.as_deref().unwrap_or_default());
    text + &record(operation)
}

/// The line that says where it stands.
fn record(operation: &Operation) -> String {
    let record = operation.record.as_ref();
    let line = record.map(|record| format!("record  {record}\n"));
    line.unwrap_or_default()
}

/// Of the first service, where there are several.
fn pids(operation: &Operation) -> String {
    let pid = |pid: Option<u32>| pid.map_or_else(|| "none".to_owned(), |pid| pid.to_string());
    let (before, after) = (pid(operation.pid_before), pid(operation.pid_after));
    let pids = format!("pid {before} → {after}");
    match operation.services.as_slice() {
        [first, _, ..] => format!("{} ({first}: {pids})", operation.services.join(", ")),
        _ => pids,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server_reload_protocol::payload::OperationCause;

    fn operation(services: &[&str], status: OperationStatus) -> Operation {
        Operation {
            op_id: "7".to_owned(),
            service: None,
            services: services.iter().map(ToString::to_string).collect(),
            cause: OperationCause::Api,
            status,
            phase: None,
            plan: Vec::new(),
            pid_before: Some(4711),
            pid_after: Some(4722),
            id_before: None,
            id_after: None,
            phases: Vec::new(),
            started_at: 100.0,
            took_ms: Some(823),
            reason: Some("not ready after 0.8 s".to_owned()),
            output: Some("Traceback\nboom".to_owned()),
            record: Some(".server-reload/restarts/7.json".to_owned()),
        }
    }

    fn bare(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn the_receipt_has_both_processes() {
        let one = operation(&["api"], OperationStatus::Restarted);
        assert_eq!(bare(&ended(&one)), "restarted: pid 4711 → 4722 in 0.82 s\n");
        let two = operation(&["api", "worker"], OperationStatus::Restarted);
        assert_eq!(
            bare(&ended(&two)),
            "restarted: api, worker (api: pid 4711 → 4722) in 0.82 s\n"
        );
    }

    #[test]
    fn a_failure_has_its_reason_and_output() {
        let failed = operation(&["api"], OperationStatus::StartedButUnhealthy);
        assert_eq!(
            bare(&ended(&failed)),
            "started but unhealthy after 0.82 s: not ready after 0.8 s\n    Traceback\n    boom\nrecord  .server-reload/restarts/7.json\n"
        );
    }

    #[test]
    fn phases_stand_under_one_another() {
        let at = |name, pid, at| OperationPhase {
            service: "api".to_owned(),
            name,
            pid,
            at,
            ms: None,
        };
        let one = operation(&["api"], OperationStatus::Running);
        let stopping = at(Phase::Stopping, Some(4711), 100.314);
        assert_eq!(
            phase(&one, &stopping),
            "   0.31 s  stopping             pid 4711"
        );
        let two = operation(&["api", "worker"], OperationStatus::Running);
        let waiting = at(Phase::WaitingUntilReady, None, 112.0);
        assert_eq!(
            phase(&two, &waiting),
            "  12.00 s  api     waiting until ready"
        );
    }
}
