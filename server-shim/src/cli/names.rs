//! What stands in front of a service's lines.

use anstyle::{AnsiColor, Style};

/// Services are told apart by them.
const COLORS: [AnsiColor; 5] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Yellow,
];

/// The names of all services, in their colors and of one width.
#[derive(Debug)]
pub(super) struct Names(Vec<Name>);

#[derive(Debug)]
struct Name {
    own: String,
    /// In front of what it writes.
    prefix: String,
    /// In front of what is told of it.
    subject: String,
}

impl Names {
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let width = names.iter().map(|name| name.chars().count()).max();
        let width = width.unwrap_or_default();
        let several = names.len() > 1;
        let colors = COLORS.iter().cycle();
        let all = names.into_iter().zip(colors).map(|(name, color)| {
            let bright = Style::new().fg_color(Some((*color).into()));
            let dim = bright.dimmed();
            Name {
                own: name.to_owned(),
                prefix: format!("{dim}{name:width$} |{dim:#} "),
                subject: if several {
                    format!("{bright}{name}:{bright:#} ")
                } else {
                    String::new()
                },
            }
        });
        Self(all.collect())
    }

    /// Nothing for one that is not known.
    pub(super) fn prefix(&self, name: &str) -> &str {
        self.find(name).map_or("", |it| &it.prefix)
    }

    /// Nothing where there is only one.
    pub(super) fn subject(&self, name: &str) -> &str {
        self.find(name).map_or("", |it| &it.subject)
    }

    fn find(&self, name: &str) -> Option<&Name> {
        self.0.iter().find(|it| it.own == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn names_are_of_one_width() {
        let names = Names::of(["api", "worker"]);
        assert_eq!(plain(names.prefix("api")), "api    | ");
        assert_eq!(plain(names.prefix("worker")), "worker | ");
        assert_eq!(plain(names.subject("api")), "api: ");
        assert_eq!(names.prefix("other"), "");
    }

    #[test]
    fn one_service_needs_no_name() {
        assert_eq!(Names::of(["api"]).subject("api"), "");
        assert_eq!(Names::of(["api", "b"]).subject(""), "");
    }
}
