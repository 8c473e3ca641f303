//! A restart, as people follow it.

use server_reload_protocol::payload::OperationStatus;

use super::{pids, seconds};
use crate::machine::{Operation, Passed, Phase};

/// The steps of a restart and what is to be said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// In one or two sentences.
    pub text: String,
    /// In their order.
    pub steps: Vec<Step>,
}

/// One step: a phase, or a service where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is called.
    pub label: String,
    /// How it stands.
    pub mark: Mark,
    /// How long it has lasted.
    pub ms: Option<u64>,
}

/// How a [`Step`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is over.
    Done,
    /// It is under way.
    Now,
    /// It is to come.
    Next,
    /// It did not go well.
    Bad,
}

/// What is known of a restart that takes long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Late<'a> {
    /// Milliseconds since it was asked for.
    pub(crate) asked: u64,
    /// Milliseconds since it has come to its phase.
    pub(crate) since: u64,
    /// Where its record is.
    pub(crate) record: &'a str,
}

/// The most steps that are shown: a service that crashes again and again has many.
const MOST_STEPS: usize = 9;

impl Mark {
    /// As it stands in the toast's `data-mark`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Next => "next",
            Self::Bad => "bad",
        }
    }

    /// For who does not see colors.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Now => "▸",
            Self::Next => "·",
            Self::Bad => "✕",
        }
    }

    /// For who does not see signs.
    #[must_use]
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::Done => " done",
            Self::Now => " now",
            Self::Next => " to come",
            Self::Bad => " failed",
        }
    }
}

impl Step {
    /// How long it has lasted, for people.
    #[must_use]
    pub fn time(&self) -> Option<String> {
        self.ms.map(|ms| match ms {
            0..1_000 => [&ms.to_string(), " ms"].concat(),
            _ => seconds(ms),
        })
    }
}

impl Timeline {
    /// Of a restart that has not ended; `service` is what was asked for.
    pub(crate) fn running(
        service: Option<&str>,
        operation: &Operation,
        late: Option<Late<'_>>,
    ) -> Self {
        let mut text = ["Restarting", if service.is_some() { " " } else { "" }].concat();
        text.extend([service.unwrap_or_default(), "…"]);
        if let Some(late) = late {
            text.extend([" No end after ", &(late.asked / 1_000).to_string(), " s"]);
            late.add(operation, &mut text);
        }
        Self {
            text,
            steps: steps(operation),
        }
    }

    /// Of one whose end nobody tells, for this reason.
    pub(crate) fn unknown(why: &str, operation: &Operation, late: Late<'_>) -> Self {
        let mut text = ["How the restart has ended is not known (", why, ")"].concat();
        late.add(operation, &mut text);
        Self {
            text,
            steps: steps(operation),
        }
    }

    /// Of one that has ended; `record` is where its record is.
    pub(crate) fn ended(status: OperationStatus, operation: &Operation, record: &str) -> Self {
        let (outcome, words) = outcome(status);
        let mut text = outcome.to_owned();
        if status == OperationStatus::Restarted {
            text.push_str(&pids(operation.pids()).unwrap_or_default());
            if let Some(took) = operation.took {
                text.extend([" in ", &seconds(took)]);
            }
        } else {
            let why = operation.reason.as_deref().unwrap_or(words);
            text.extend([": ", why.trim_end_matches('.'), "."]);
            add_record(&mut text, record);
        }
        Self {
            text,
            steps: steps(operation),
        }
    }
}

impl Late<'_> {
    fn add(&self, operation: &Operation, text: &mut String) {
        match operation.passed.last() {
            Some(last) => text.extend([
                ": it has been at “",
                label(last.phase),
                "” for ",
                &(self.since / 1_000).to_string(),
                " s.",
            ]),
            None => text.push_str(": nothing has been heard of it."),
        }
        add_record(text, self.record);
    }
}

fn add_record(text: &mut String, record: &str) {
    text.extend([" Record: ", record]);
}

/// What has come of it, and the words for why where the server has none.
const fn outcome(status: OperationStatus) -> (&'static str, &'static str) {
    const FAILED: &str = "Restart failed";
    const KEPT: &str = "Not restarted";
    match status {
        OperationStatus::Restarted => ("Restarted", ""),
        OperationStatus::PidUnchanged => (KEPT, "the old process still has the port"),
        OperationStatus::CheckFailed => (KEPT, "the check has failed"),
        OperationStatus::PortStillInUse => (FAILED, "the port is still in use"),
        OperationStatus::StartedButUnhealthy => (FAILED, "the new process is not ready"),
        OperationStatus::Exited => (FAILED, "the new process has ended"),
        OperationStatus::Cancelled => ("Restart cancelled", "something else has come first"),
        other => ("Restart ended", other.as_str()),
    }
}

/// What a phase is called among the steps.
const fn label(phase: Phase) -> &'static str {
    match phase {
        Phase::Starting => "Start",
        Phase::WaitingUntilReady => "Wait until ready",
        Phase::Ready => "Ready",
        Phase::Checking => "Check",
        Phase::Stopping => "Stop",
        Phase::WaitingForPort => "Wait for the port",
        Phase::WaitingForService => "Wait for another service",
        Phase::Failed => "Failed",
        Phase::Crashed => "Crashed",
        Phase::BackingOff => "Pause after a crash",
        other => other.as_str(),
    }
}

/// The phases of one service, or each of several services with its phase.
fn steps(operation: &Operation) -> Vec<Step> {
    let mut steps = if operation.services.len() > 1 {
        of_services(operation)
    } else {
        of_phases(operation)
    };
    steps.drain(..steps.len().saturating_sub(MOST_STEPS));
    steps
}

fn of_phases(operation: &Operation) -> Vec<Step> {
    let mut ahead = operation.plan.as_slice();
    let mut steps: Vec<Step> = Vec::new();
    for (index, passed) in operation.passed.iter().enumerate() {
        // It is how the step before has ended.
        if matches!(passed.phase, Phase::Failed | Phase::Crashed)
            && let Some(before) = steps.last_mut()
        {
            before.mark = Mark::Bad;
            continue;
        }
        if let Some(at) = ahead.iter().position(|phase| *phase == passed.phase) {
            ahead = &ahead[at + 1..];
        }
        let last = index + 1 == operation.passed.len();
        steps.push(Step {
            label: label(passed.phase).to_owned(),
            mark: mark(operation, passed, last),
            ms: passed.ms.filter(|_| passed.phase != Phase::Ready),
        });
    }
    steps.extend(ahead.iter().map(|phase| Step {
        label: label(*phase).to_owned(),
        mark: Mark::Next,
        ms: None,
    }));
    steps
}

fn of_services(operation: &Operation) -> Vec<Step> {
    let of_service = |name: &String| {
        let passed = operation.passed.iter().filter(|it| it.service == *name);
        let last = passed.clone().next_back();
        let phase = last.map_or("", |last| label(last.phase));
        let colon = if phase.is_empty() { "" } else { ": " };
        Step {
            label: [name, colon, phase].concat(),
            mark: last.map_or(Mark::Next, |last| mark(operation, last, true)),
            ms: passed.map(|it| it.ms).sum::<Option<u64>>(),
        }
    };
    operation.services.iter().map(of_service).collect()
}

/// The mark of a phase, which may be the `last` of its service.
fn mark(operation: &Operation, passed: &Passed, last: bool) -> Mark {
    let failed = operation
        .ended
        .is_some_and(|it| it != OperationStatus::Restarted);
    match passed.phase {
        Phase::Ready => Mark::Done,
        Phase::Failed | Phase::Crashed => Mark::Bad,
        _ if !last => Mark::Done,
        _ if failed => Mark::Bad,
        _ if operation.ended.is_some() => Mark::Done,
        _ => Mark::Now,
    }
}
