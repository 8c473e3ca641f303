//! What a program is told beside its own variables.

/// Unset variables that make programs write at once, and in color where a terminal shows it.
///
/// Each was seen to work: uvicorn heeds its own only, cargo either of two, node and pytest the first.
/// `FORCE_COLOR` beats `NO_COLOR` in node, so that none is set where the user wants no color.
pub(super) fn extra(
    color: bool,
    is_set: impl Fn(&str) -> bool,
) -> Vec<(&'static str, &'static str)> {
    let color = color && !is_set("NO_COLOR");
    let colored = [
        ("FORCE_COLOR", "1"),
        ("CLICOLOR_FORCE", "1"),
        ("CARGO_TERM_COLOR", "always"),
        ("UVICORN_USE_COLORS", "true"),
    ];
    let colored = colored.into_iter().filter(|_| color);
    let mut extra: Vec<_> = colored.chain([("PYTHONUNBUFFERED", "1")]).collect();
    extra.retain(|(name, _)| !is_set(name));
    extra
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_user_has_not_set() {
        let names = |color: bool, set: &[&str]| {
            let extra = extra(color, |name| set.contains(&name));
            extra.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let all = [
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "CARGO_TERM_COLOR",
            "UVICORN_USE_COLORS",
            "PYTHONUNBUFFERED",
        ];
        assert_eq!(names(true, &[]), all);
        assert_eq!(names(true, &["NO_COLOR"]), ["PYTHONUNBUFFERED"]);
        assert_eq!(names(false, &[]), ["PYTHONUNBUFFERED"]);
        assert_eq!(names(false, &["PYTHONUNBUFFERED"]), [""; 0]);
        assert_eq!(names(true, &["FORCE_COLOR"]), all[1..]);
    }
}
