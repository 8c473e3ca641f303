//! Durations with their units.

use std::time::Duration;

use crate::config::MIN_HEARTBEAT;

const HOUR: Duration = Duration::from_hours(1);

pub(super) fn heartbeat(text: &str) -> Result<Duration, String> {
    within(text, MIN_HEARTBEAT)
}

pub(super) fn grace(text: &str) -> Result<Duration, String> {
    within(text, Duration::ZERO)
}

/// For what may be left out.
pub(super) fn pause(text: &str) -> Result<Duration, String> {
    within(text, Duration::ZERO)
}

/// For what is waited for.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_millis(100))
}

fn within(text: &str, least: Duration) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is no duration; give a unit, such as `10s` or `500ms`"))?;
    if (least..=HOUR).contains(&duration) {
        return Ok(duration);
    }
    let (least, most) = (
        humantime::format_duration(least),
        humantime::format_duration(HOUR),
    );
    Err(format!(
        "`{text}` is out of bounds; give `{least}` to `{most}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_bounds() {
        assert_eq!(heartbeat("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(heartbeat("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(grace("0s"), Ok(Duration::ZERO));
        assert_eq!(grace("1h"), Ok(HOUR));
        for text in ["10", "", "s", "-1s", "ten"] {
            let error = heartbeat(text).err().unwrap_or_default();
            assert!(error.contains("such as `10s`"), "{text}: {error}");
        }
        for text in ["0s", "49ms", "61m"] {
            let error = heartbeat(text).err().unwrap_or_default();
            assert!(error.contains("`50ms` to `1h`"), "{text}: {error}");
        }
    }
}
