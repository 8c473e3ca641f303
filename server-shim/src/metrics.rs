//! Counts and durations, for [Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/).

use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Error, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Result, TextEncoder,
};
use server_reload_protocol::payload::OperationStatus;

/// The content type of [`Metrics::text`].
pub(crate) const TEXT_FORMAT: &str = prometheus::TEXT_FORMAT;

/// In seconds: from a script that is up at once to a build that takes its time.
const BUCKETS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// What is counted since we were started.
#[derive(Debug)]
pub(crate) struct Metrics(Result<Set>);

#[derive(Debug)]
struct Set {
    restarts: IntCounterVec,
    durations: HistogramVec,
    seen: IntCounter,
    ignored: IntCounter,
    streams: IntGaugeVec,
    sent: IntCounterVec,
}

/// A stream that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Counted(Option<IntGauge>);

impl Metrics {
    pub(crate) fn new() -> Self {
        Self(Set::new())
    }

    /// A service's restart has ended so, after this time.
    pub(crate) fn restarted(&self, service: &str, status: OperationStatus, took: Duration) {
        let Ok(set) = &self.0 else { return };
        let result = status.as_str();
        set.restarts.with_label_values(&[service, result]).inc();
        if status == OperationStatus::Restarted {
            let durations = set.durations.with_label_values(&[service]);
            durations.observe(took.as_secs_f64());
        }
    }

    /// So many changed files were looked at, and so many of them differ and count.
    pub(crate) fn changes(&self, seen: usize, differ: usize) {
        let Ok(set) = &self.0 else { return };
        set.seen.inc_by(count(seen));
        set.ignored.inc_by(count(seen.saturating_sub(differ)));
    }

    /// An event of this name is sent over a stream.
    pub(crate) fn sent(&self, event: &str) {
        if let Ok(set) = &self.0 {
            set.sent.with_label_values(&[event]).inc();
        }
    }

    /// A stream of this kind is open.
    pub(crate) fn stream(&self, kind: &str) -> Counted {
        let set = self.0.as_ref().ok();
        let gauge = set.map(|set| set.streams.with_label_values(&[kind]));
        Counted(gauge.inspect(IntGauge::inc))
    }

    /// All of it; `pages` is how many pages listen.
    pub(crate) fn text(&self, pages: usize) -> Result<String> {
        let set = self
            .0
            .as_ref()
            .map_err(|error| Error::Msg(error.to_string()))?;
        let open = set.streams.with_label_values(&["page"]);
        open.set(i64::try_from(pages).unwrap_or(i64::MAX));
        let all: [&dyn Collector; 6] = [
            &set.restarts,
            &set.durations,
            &set.seen,
            &set.ignored,
            &set.streams,
            &set.sent,
        ];
        let families: Vec<_> = all.into_iter().flat_map(Collector::collect).collect();
        // An encoder refuses what has no value yet.
        let families: Vec<_> = families
            .into_iter()
            .filter(|family| !family.get_metric().is_empty())
            .collect();
        TextEncoder::new().encode_to_string(&families)
    }
}

impl Set {
    fn new() -> Result<Self> {
        let durations = HistogramOpts::new(
            "server_reload_restart_duration_seconds",
            "How long restarts have taken that came to a ready process.",
        );
        Ok(Self {
            restarts: IntCounterVec::new(
                Opts::new(
                    "server_reload_restarts_total",
                    "Restarts that have ended, by service and how they have ended.",
                ),
                &["service", "result"],
            )?,
            durations: HistogramVec::new(durations.buckets(BUCKETS.to_vec()), &["service"])?,
            seen: IntCounter::new(
                "server_reload_changes_seen_total",
                "Files that were looked at because something has happened to them.",
            )?,
            ignored: IntCounter::new(
                "server_reload_changes_ignored_total",
                "Of these, those with the content of before, or that do not count.",
            )?,
            streams: IntGaugeVec::new(
                Opts::new("server_reload_streams", "Open event streams."),
                &["kind"],
            )?,
            sent: IntCounterVec::new(
                Opts::new(
                    "server_reload_events_sent_total",
                    "Events that were sent over streams, by their name.",
                ),
                &["event"],
            )?,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            gauge.dec();
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_was_counted() -> Result<()> {
        let metrics = Metrics::new();
        metrics.changes(3, 1);
        metrics.sent("hello");
        let open = ["operation", "dashboard"].map(|kind| metrics.stream(kind));
        let text = metrics.text(2)?;
        for line in [
            "# TYPE server_reload_changes_seen_total counter",
            "server_reload_changes_seen_total 3",
            "server_reload_changes_ignored_total 2",
            "server_reload_events_sent_total{event=\"hello\"} 1",
            "server_reload_streams{kind=\"dashboard\"} 1",
            "server_reload_streams{kind=\"operation\"} 1",
            "server_reload_streams{kind=\"page\"} 2",
        ] {
            assert!(text.lines().any(|it| it == line), "no `{line}` in:\n{text}");
        }
        drop(open);
        let text = metrics.text(0)?;
        assert!(
            text.contains("server_reload_streams{kind=\"operation\"} 0"),
            "{text}"
        );
        Ok(())
    }
}
