//! The script tag's attributes.

#[cfg(doc)]
use server_reload_protocol::RESTART_ATTRIBUTE;

/// What to do when the server was restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Load the page again, unless the page says that it does it itself.
    #[default]
    Reload,
    /// Only tell the page.
    Event,
    /// Ask the person.
    Prompt,
}

/// Where the toggle goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toggle {
    /// Into the elements that this CSS selector matches.
    Inside(String),
    /// In a corner of the window.
    Floating,
    /// Nowhere.
    None,
}

/// The selector of the elements that take the toggle where the tag names none.
pub const TOGGLE_SELECTOR: &str = "[data-reload-toggle]";

/// The attribute of an element that begins a restart ([`RESTART_ATTRIBUTE`]) with the text by which the person is asked; `false` for no
/// question.
pub const RESTART_CONFIRM: &str = "data-reload-restart-confirm";

/// [`Config::patience`] where the tag names none.
const PATIENCE: u64 = 30_000;

/// What the script tag asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `data-events`: the stream's URL as it was written.
    pub events: Option<String>,
    /// `data-on-restart`
    pub mode: Mode,
    /// `data-toggle`
    pub toggle: Toggle,
    /// `data-enabled`: whether to start on where nothing is stored.
    pub enabled: bool,
    /// `data-delay`: milliseconds between detection and reload.
    pub delay: u64,
    /// `data-server-id`: the id of the server that made the page.
    pub stamp: Option<String>,
    /// `data-confirm`: whether the person is asked before a restart.
    pub confirm: bool,
    /// `data-restart-patience`: milliseconds after which a restart that has not ended is worth a word.
    pub patience: u64,
}

/// An attribute whose value means nothing; its default is used instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The attribute's name.
    pub attribute: &'static str,
    /// Its value.
    pub value: String,
    /// What it takes.
    pub takes: &'static str,
}

impl Config {
    /// Reads the attributes through `attribute`, which answers with the value of the one it is
    /// given the name of.
    pub fn read(attribute: impl Fn(&str) -> Option<String>) -> (Self, Vec<Invalid>) {
        let mut invalid = Vec::new();
        let set = |name: &str| attribute(name).filter(|value| !value.is_empty());
        let parse = |name, takes| Parse {
            value: set(name),
            name,
            takes,
        };
        let config = Self {
            mode: parse("data-on-restart", "`reload`, `event` or `prompt`")
                .by(mode, &mut invalid)
                .unwrap_or_default(),
            enabled: parse("data-enabled", "`true` or `false`")
                .by(boolean, &mut invalid)
                .unwrap_or(true),
            delay: parse("data-delay", "whole milliseconds, such as `250`")
                .by(milliseconds, &mut invalid)
                .unwrap_or(0),
            confirm: parse("data-confirm", "`true` or `false`")
                .by(boolean, &mut invalid)
                .unwrap_or(true),
            patience: parse(
                "data-restart-patience",
                "whole milliseconds, such as `60000`",
            )
            .by(milliseconds, &mut invalid)
            .unwrap_or(PATIENCE),
            toggle: attribute("data-toggle")
                .map_or_else(|| Toggle::Inside(TOGGLE_SELECTOR.to_owned()), toggle),
            events: set("data-events"),
            stamp: set("data-server-id").map(|stamp| one_line(&stamp)),
        };
        (config, invalid)
    }
}

/// An attribute on its way to a value.
struct Parse {
    value: Option<String>,
    name: &'static str,
    takes: &'static str,
}

impl Parse {
    fn by<T>(self, read: fn(&str) -> Option<T>, invalid: &mut Vec<Invalid>) -> Option<T> {
        let value = self.value?;
        let parsed = read(value.trim());
        if parsed.is_none() {
            invalid.push(Invalid {
                attribute: self.name,
                value,
                takes: self.takes,
            });
        }
        parsed
    }
}

fn mode(value: &str) -> Option<Mode> {
    match value {
        "reload" => Some(Mode::Reload),
        "event" => Some(Mode::Event),
        "prompt" => Some(Mode::Prompt),
        _ => None,
    }
}

fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn milliseconds(value: &str) -> Option<u64> {
    value.parse().ok().filter(|ms| *ms <= 3_600_000)
}

fn toggle(value: String) -> Toggle {
    match value.trim() {
        "" | "none" => Toggle::None,
        "floating" => Toggle::Floating,
        _ => Toggle::Inside(value),
    }
}

/// An id as it is compared and kept: on one line, without blanks around it.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

/// The stream's URL for a `data-events` that names only a port (`:10021/events/server`): on the host
/// that the page came from. `None` where the value is an ordinary URL, to be resolved against the
/// script's.
#[must_use]
pub fn on_page_host(events: &str, protocol: &str, hostname: &str) -> Option<String> {
    if !events.starts_with(':') {
        return None;
    }
    Some([protocol, "//", hostname, events].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(attributes: &[(&str, &str)]) -> (Config, Vec<Invalid>) {
        Config::read(|name| {
            attributes
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn defaults() {
        let (config, invalid) = read(&[]);
        assert_eq!(invalid, []);
        assert_eq!(
            config,
            Config {
                events: None,
                mode: Mode::Reload,
                toggle: Toggle::Inside("[data-reload-toggle]".to_owned()),
                enabled: true,
                delay: 0,
                stamp: None,
                confirm: true,
                patience: 30_000,
            }
        );
    }

    #[test]
    fn every_attribute() {
        let (config, invalid) = read(&[
            ("data-events", ":10021/events/server"),
            ("data-on-restart", "prompt"),
            ("data-toggle", "#toolbar .right"),
            ("data-enabled", "false"),
            ("data-delay", "250"),
            ("data-server-id", " 1766082209.512345\n"),
            ("data-confirm", "false"),
            ("data-restart-patience", "500"),
        ]);
        assert_eq!(invalid, []);
        assert_eq!(config.events.as_deref(), Some(":10021/events/server"));
        assert_eq!(config.mode, Mode::Prompt);
        assert_eq!(config.toggle, Toggle::Inside("#toolbar .right".to_owned()));
        assert!(!config.enabled);
        assert_eq!(config.delay, 250);
        assert_eq!((config.confirm, config.patience), (false, 500));
        assert_eq!(config.stamp.as_deref(), Some("1766082209.512345"));
    }

    #[test]
    fn toggle_names() {
        for (value, expected) in [
            ("floating", Toggle::Floating),
            ("none", Toggle::None),
            ("", Toggle::None),
            ("nav", Toggle::Inside("nav".to_owned())),
        ] {
            assert_eq!(read(&[("data-toggle", value)]).0.toggle, expected);
        }
    }

    #[test]
    fn invalid_values_fall_back_and_are_named() {
        let (config, invalid) = read(&[
            ("data-on-restart", "refresh"),
            ("data-enabled", "yes"),
            ("data-delay", "0.5s"),
        ]);
        assert_eq!(config, read(&[]).0);
        let named: Vec<_> = invalid.iter().map(|it| it.attribute).collect();
        assert_eq!(named, ["data-on-restart", "data-enabled", "data-delay"]);
    }

    #[test]
    fn a_port_alone_means_the_page_s_host() {
        assert_eq!(
            on_page_host(":10021/events/server", "http:", "192.168.1.5").as_deref(),
            Some("http://192.168.1.5:10021/events/server")
        );
        assert_eq!(on_page_host("/events/server", "http:", "localhost"), None);
    }
}
