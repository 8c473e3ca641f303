//! `server-reload status`: what runs here, and how it is.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use server_reload_protocol::path::{HEALTH, RESTART};
use server_reload_protocol::payload::{Health, Operation, Phase, ServiceHealth};

use super::client::Client;
use super::find::find;
use super::table::{Cell, table};
use super::{ControlError, NOT_READY};
use crate::cli::args::StatusCommand;
use crate::cli::presence::Presence;
use crate::cli::shown;
use crate::cli::voice::{BOLD, print};
use crate::clock::since_epoch;

pub(super) async fn show(args: &StatusCommand) -> Result<ExitCode, ControlError> {
    let found = match find(args.which.port) {
        Ok(found) => found,
        Err(error) => {
            if let (true, ControlError::NotRunning { folder, .. }) = (args.json, &error) {
                print(&format!(
                    "{:#}\n",
                    json!({"running": false, "folder": folder})
                ));
            }
            return Err(error);
        }
    };
    let client = Client(&found);
    let value: Value = client.json(HEALTH).await?;
    let health: Health = client.parsed(value.to_string().as_bytes())?;
    let ready = is_ready(&health);
    if args.json {
        print(&format!("{:#}\n", machine_readable(&found, ready, &value)));
    } else {
        // It is not known where nothing was restarted, or by a version that keeps none.
        let restarts = client.json::<Restarts>(RESTART).await.unwrap_or_default();
        print(&people(&found, &health, &restarts.operations, now()));
    }
    Ok(if ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_READY)
    })
}

/// The newest first.
#[derive(Debug, Default, serde::Deserialize)]
struct Restarts {
    operations: Vec<Operation>,
}

fn is_ready(health: &Health) -> bool {
    let mut services = health.services.iter();
    health.status == Phase::Ready && services.all(|it| it.phase == Phase::Ready)
}

fn now() -> f64 {
    since_epoch(SystemTime::now()).as_secs_f64()
}

fn machine_readable(found: &Presence, ready: bool, health: &Value) -> Value {
    json!({
        "running": true,
        "ready": ready,
        "pid": found.pid,
        "url": found.url,
        "port": found.port,
        "folder": found.folder,
        "log_file": found.log_file,
        "started_at": found.started_at,
        "health": health,
    })
}

fn people(found: &Presence, health: &Health, restarts: &[Operation], now: f64) -> String {
    let Presence { pid, url, .. } = found;
    let up = since(Some(whole(found.started_at)), now);
    let plural = if health.streams == 1 { "" } else { "s" };
    let head = [
        format!("{BOLD}server-reload{BOLD:#} runs at {BOLD}{url}{BOLD:#}\n"),
        format!("folder  {}\n", found.folder.display()),
        format!(
            "pid     {pid}, up {up}, {} open stream{plural}\n",
            health.streams
        ),
    ];
    let log = found.log_file.as_ref();
    let log = log.map(|log| format!("log     {}\n", log.display()));
    let text: String = head.into_iter().chain(log).collect();
    if health.services.is_empty() {
        return text + "it runs no backend\n";
    }
    let rows = health.services.iter();
    let rows: Vec<_> = rows.map(|service| row(service, restarts, now)).collect();
    let headings = ["service", "phase", "pid", "up", "restarts", "last restart"];
    text + "\n" + &table(headings, &rows)
}

/// Exact far beyond our time.
fn whole(seconds: u64) -> f64 {
    Duration::from_secs(seconds).as_secs_f64()
}

fn row(service: &ServiceHealth, restarts: &[Operation], now: f64) -> [Cell; 6] {
    let runs = service.pid.is_some() || service.phase == Phase::Ready;
    let up = runs.then_some(service.started_at).flatten();
    [
        Cell::new(&service.name),
        Cell::new(words(service.phase.as_str())).style(color(service.phase)),
        Cell::number(service.pid),
        Cell::new(since(up, now)),
        Cell::number(Some(service.restarts)),
        Cell::new(last(service, restarts, now)),
    ]
}

/// As people write it.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn color(phase: Phase) -> Style {
    match phase {
        Phase::Ready => AnsiColor::Green,
        Phase::Failed | Phase::Crashed | Phase::BackingOff => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
    .on_default()
}

fn since(at: Option<f64>, now: f64) -> String {
    let age = at.map(|at| Duration::try_from_secs_f64(now - at).unwrap_or_default());
    age.map_or_else(|| "-".to_owned(), shown::age)
}

/// How it has ended, when, and how long it took.
fn last(service: &ServiceHealth, restarts: &[Operation], now: f64) -> String {
    let Some(status) = service.last_status else {
        return "-".to_owned();
    };
    // One that ended otherwise came not as far as this service.
    let its = |it: &&Operation| it.status == status && it.services.contains(&service.name);
    let newest = restarts.iter().find(its);
    let when = newest.and_then(|it| Some((it.started_at, Duration::from_millis(it.took_ms?))));
    match when {
        Some((began, took)) => format!(
            "{} {} ago, in {}",
            words(status.as_str()),
            since(Some(began + took.as_secs_f64()), now),
            shown::time(took)
        ),
        None => words(status.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::presence::tests::presence;
    use server_reload_protocol::payload::{OperationCause, OperationStatus};

    fn service(name: &str, phase: Phase, pid: Option<u32>) -> ServiceHealth {
        ServiceHealth {
            name: name.to_owned(),
            phase,
            pid,
            reload: true,
            restarts: 12,
            last_status: Some(OperationStatus::Exited),
            started_at: Some(1000.0),
        }
    }

    fn health(services: Vec<ServiceHealth>) -> Health {
        Health {
            status: Phase::Ready,
            id: None,
            pid: None,
            started_at: None,
            uptime: None,
            services,
            streams: 1,
        }
    }

    fn restart(service: &str) -> Operation {
        Operation {
            op_id: "1".to_owned(),
            service: None,
            services: vec![service.to_owned()],
            cause: OperationCause::Api,
            status: OperationStatus::Exited,
            phase: None,
            plan: Vec::new(),
            pid_before: None,
            pid_after: None,
            id_before: None,
            id_after: None,
            phases: Vec::new(),
            started_at: 1090.0,
            took_ms: Some(500),
            reason: None,
            output: None,
            record: None,
        }
    }

    #[test]
    fn people_get_a_table() {
        let found = Presence {
            host: None,
            addresses: Vec::new(),
            pid: 42,
            started_at: 900,
            ..presence("/app", 10021)
        };
        let services = vec![
            service("api", Phase::Ready, Some(4711)),
            service("worker", Phase::Crashed, None),
        ];
        let text = people(&found, &health(services), &[restart("worker")], 1100.0);
        let bare = anstream::adapter::strip_str(&text).to_string();
        let expected = "\
server-reload runs at http://localhost:10021/
folder  /app
pid     42, up 3 min 20 s, 1 open stream

service  phase     pid  up          restarts  last restart
api      ready    4711  1 min 40 s        12  exited
worker   crashed     -  -                 12  exited 9 s ago, in 0.50 s
";
        assert_eq!(bare, expected);
        let folder_only = people(&found, &health(Vec::new()), &[], 1100.0);
        assert!(
            folder_only.ends_with("\nit runs no backend\n"),
            "{folder_only}"
        );
    }

    #[test]
    fn ready_is_when_all_are() {
        let ready = service("api", Phase::Ready, None);
        let failed = service("worker", Phase::Failed, None);
        assert!(is_ready(&health(Vec::new())));
        assert!(is_ready(&health(vec![ready.clone()])));
        assert!(!is_ready(&health(vec![ready, failed])));
    }
}
