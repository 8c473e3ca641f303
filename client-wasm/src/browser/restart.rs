//! The elements of the page that begin a restart.

use gloo_timers::callback::Timeout;
use js_sys::Reflect;
use server_reload_protocol::RESTART_ATTRIBUTE as RESTART;
use wasm_bindgen::prelude::*;
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::listener::Listener;
use super::script::{document, get, text};
use super::style::all;
use super::{tell, with_client};
use crate::config::RESTART_CONFIRM;
use crate::machine::{Ask, Bar, Confirm, Input};

/// Those that were hidden, because they can't be used; shown again when this is dropped.
#[derive(Default)]
pub(super) struct Barred {
    bar: Bar,
    hidden: Vec<Hidden>,
    watch: Option<Watch>,
    /// Runs when the page has been changed.
    due: Option<Timeout>,
}

/// A page that changes all the time is looked through once in so many milliseconds: about a frame.
const PAUSE: u32 = 16;

/// An element as the page had it.
struct Hidden {
    element: Element,
    attributes: [(&'static str, Option<String>); 2],
    display: String,
}

/// Hides also what the page adds later.
struct Watch {
    observer: MutationObserver,
    _added: Closure<dyn FnMut()>,
}

/// Listens for clicks, wherever the element is and whenever it was added.
pub(super) fn listen() -> Option<Listener> {
    let document = document()?;
    Some(Listener::new(&document, "click", |event| {
        let clicked = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let selector = ["[", RESTART, "]"].concat();
        let element = clicked.and_then(|it| it.closest(&selector).ok()?);
        if let Some(element) = element.filter(|_| !event.default_prevented()) {
            event.prevent_default();
            tell(Input::Restart(Ask {
                call: None,
                service: service(&element),
                confirm: confirm(element.get_attribute(RESTART_CONFIRM).as_deref()),
            }));
        }
    }))
}

/// The service that an element restarts.
fn service(element: &Element) -> Option<String> {
    element.get_attribute(RESTART).filter(|it| !it.is_empty())
}

/// How the person is asked, from an attribute or a call.
pub(super) fn confirm(text: Option<&str>) -> Confirm {
    match text {
        None | Some("" | "true") => Confirm::Default,
        Some("false") => Confirm::Off,
        Some(text) => Confirm::Text(text.to_owned()),
    }
}

impl Barred {
    /// Hides what can't be used any more, and shows the rest again.
    pub(super) fn follow(&mut self, bar: Bar) {
        let watched = bar != Bar::default();
        self.bar = bar;
        self.refresh();
        self.watch = watched.then(Watch::new).flatten();
    }

    /// The page has been changed.
    fn notice(&mut self) {
        let refresh = || {
            with_client(|client| {
                client.barred.borrow_mut().refresh();
                client.bar();
            });
        };
        self.due.get_or_insert_with(|| Timeout::new(PAUSE, refresh));
    }

    fn refresh(&mut self) {
        self.due = None;
        let bar = &self.bar;
        self.hidden.retain(|it| {
            it.element.is_connected()
                && it.element.has_attribute(RESTART)
                && bar.of(service(&it.element).as_deref()).is_some()
        });
        for element in all(&["[", RESTART, "]"].concat()) {
            let known = self.hidden.iter().any(|it| it.element == element);
            if let Some(why) = bar.of(service(&element).as_deref()) {
                if !known {
                    self.hidden.push(Hidden::new(element.clone()));
                }
                // A page that watches its attributes is not to be called for nothing.
                if element.get_attribute("title").as_deref() != Some(why) {
                    let _ = element.set_attribute("title", why);
                }
            }
        }
    }
}

impl Hidden {
    /// Also by its style: a page's own `display` is stronger than the attribute.
    fn new(element: Element) -> Self {
        let kept = |name| (name, element.get_attribute(name));
        let attributes = [kept("hidden"), kept("title")];
        let style = get(&element, "style");
        let display = text(&style, "display").unwrap_or_default();
        let _ = element.set_attribute("hidden", "");
        let _ = Reflect::set(&style, &"display".into(), &"none".into());
        Self {
            element,
            attributes,
            display,
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        for (name, value) in &self.attributes {
            let _ = match value {
                Some(value) => self.element.set_attribute(name, value),
                None => self.element.remove_attribute(name),
            };
        }
        let style = get(&self.element, "style");
        let display = JsValue::from_str(&self.display);
        let _ = Reflect::set(&style, &"display".into(), &display);
    }
}

impl Watch {
    fn new() -> Option<Self> {
        let added = Closure::<dyn FnMut()>::new(|| {
            with_client(|client| client.barred.borrow_mut().notice());
        });
        let observer = MutationObserver::new(added.as_ref().unchecked_ref()).ok()?;
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        let page = document()?;
        observer.observe_with_options(&page, &options).ok()?;
        Some(Self {
            observer,
            _added: added,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
