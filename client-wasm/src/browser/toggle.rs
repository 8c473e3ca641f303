//! The toggle: a real button in the page's toolbar, or floating in a corner.

use web_sys::Element;

use super::listener::Listener;
use super::style::{Host, all, create, part};
use super::{tell, with_client};
use crate::config::Toggle;
use crate::machine::{Input, Status};

const CSS: &str = "\
:host{position:fixed;inset:auto auto 16px 16px;z-index:2147483646}\
button{color:var(--ink);background:var(--paper);box-shadow:0 2px 10px var(--glow);border-radius:99px;padding:5px 12px}";

/// The buttons that were made; gone when this is dropped.
#[derive(Default)]
pub(super) struct Toggles {
    buttons: Vec<Button>,
    _host: Option<Host>,
}

struct Button {
    element: Element,
    mark: Option<Element>,
    /// An element of the page that has become a button is left in place.
    ours: bool,
    _click: Listener,
}

impl Toggles {
    /// Makes the buttons that the script tag asks for.
    pub(super) fn mount(toggle: &Toggle) -> Self {
        match toggle {
            Toggle::None => Self::default(),
            Toggle::Floating => Self::floating().unwrap_or_default(),
            Toggle::Inside(selector) => Self {
                buttons: all(selector)
                    .into_iter()
                    .filter_map(Button::inside)
                    .collect(),
                _host: None,
            },
        }
    }

    fn floating() -> Option<Self> {
        let host = Host::new("server-reload-toggle", CSS)?;
        let element = part(&host.root, "button", "toggle")?;
        host.attach();
        Some(Self {
            buttons: vec![Button::new(element, true)],
            _host: Some(host),
        })
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.buttons.is_empty()
    }

    /// Whether the page has thrown one out, as those do that render their toolbar anew.
    pub(super) fn is_lost(&self) -> bool {
        self.buttons
            .iter()
            .any(|button| !button.element.is_connected())
    }

    /// Shows how things stand.
    pub(super) fn follow(&self, enabled: bool, status: Status) {
        for button in &self.buttons {
            let _ = button
                .element
                .set_attribute("aria-pressed", if enabled { "true" } else { "false" });
            let _ = button.element.set_attribute("data-state", status.as_str());
            if let Some(mark) = &button.mark {
                mark.set_text_content(Some(if enabled { "● " } else { "○ " }));
            }
        }
    }
}

impl Button {
    /// A button in an element of the page; the element itself where it is one.
    fn inside(element: Element) -> Option<Self> {
        if element.local_name() == "button" {
            return Some(Self::new(element, false));
        }
        let button = create("button")?;
        element.append_child(&button).ok()?;
        Some(Self::new(button, true))
    }

    fn new(element: Element, ours: bool) -> Self {
        let mark = ours.then(|| label(&element)).flatten();
        let click = Listener::new(&element, "click", |_| {
            if let Some(on) = with_client(|client| client.state.borrow().enabled()) {
                tell(Input::Enable {
                    on: !on,
                    here: true,
                });
            }
        });
        Self {
            element,
            mark,
            ours,
            _click: click,
        }
    }
}

impl Drop for Button {
    fn drop(&mut self) {
        if self.ours {
            self.element.remove();
        }
    }
}

/// Fills a button of ours; the mark before the label tells its state where no style sheet does.
fn label(button: &Element) -> Option<Element> {
    button.set_attribute("type", "button").ok()?;
    button
        .set_attribute(
            "title",
            "Reload this page by itself when its server was restarted",
        )
        .ok()?;
    let _ = button.class_list().add_1("server-reload-toggle");
    let mark = create("span")?;
    mark.set_attribute("aria-hidden", "true").ok()?;
    button.append_child(&mark).ok()?;
    button.append_with_str_1("Auto-reload").ok()?;
    Some(mark)
}
