//! The toast.

use gloo_timers::callback::Timeout;
use web_sys::Element;

use super::listener::Listener;
use super::style::{Host, button, part};
use super::tell;
use crate::machine::{Choice, Input};
use crate::notice::Notice;

const CSS: &str = "\
:host{position:fixed;inset:auto 16px 16px auto;z-index:2147483647;max-width:calc(100vw - 32px)}\
[part=toast]{display:flex;align-items:center;gap:10px;max-width:32rem;padding:9px 9px 9px 14px;color:var(--ink);background:var(--paper);\
border:1px solid var(--edge);border-left:4px solid var(--mark,var(--accent));border-radius:8px;box-shadow:0 6px 24px var(--glow)}\
[part=toast]:not([data-kind]){position:absolute;clip-path:inset(50%)}\
[part=toast]:not([data-kind]) button{display:none}\
[hidden]{display:none}\
[data-kind=lost],[data-kind=stopped],[data-kind=waiting],[data-kind=paused],[data-kind=workers]{--mark:#d9822b}\
[data-kind=failed]{--mark:#d13438}\
[data-kind=reloaded],[data-kind=updated],[data-kind=styles],[data-kind=told],[data-kind=back]{--mark:#2e9e5b}\
[part=text]{flex:1;overflow-wrap:anywhere}\
[data-action=dismiss]{border-color:transparent;padding:3px 7px}\
@media(prefers-reduced-motion:no-preference){[part=toast][data-kind]{animation:in .16s ease-out}@keyframes in{from{opacity:0;transform:translateY(6px)}}}\
@media(forced-colors:active){[part=toast]{border-left-width:4px}}";

/// Short news in a corner of the window, in a shadow root; gone when this is dropped.
pub(super) struct Toast {
    host: Host,
    body: Element,
    text: Element,
    reload: Element,
    until: Option<Timeout>,
    _clicks: [Listener; 2],
}

impl Toast {
    pub(super) fn new() -> Option<Self> {
        let host = Host::new("server-reload-toast", CSS)?;
        let body = part(&host.root, "div", "toast")?;
        let text = part(&body, "span", "text")?;
        // It is there before it has something to say, or screen readers would not notice.
        text.set_attribute("role", "status").ok()?;
        let reload = button(&body, "reload", "Reload")?;
        let dismiss = button(&body, "dismiss", "✕")?;
        dismiss.set_attribute("aria-label", "Dismiss").ok()?;
        let on = |button: &Element, choice| {
            Listener::new(button, "click", move |_| tell(Input::Chosen(choice)))
        };
        host.attach();
        let clicks = [on(&reload, Choice::Reload), on(&dismiss, Choice::Dismiss)];
        Some(Self {
            host,
            body,
            text,
            reload,
            until: None,
            _clicks: clicks,
        })
    }

    pub(super) fn show(&mut self, notice: &Notice) {
        self.host.attach();
        self.text.set_text_content(Some(&notice.text()));
        let _ = self.body.set_attribute("data-kind", notice.kind());
        let _ = self
            .reload
            .toggle_attribute_with_force("hidden", !notice.offers_reload());
        self.until = notice
            .stays()
            .map(|ms| Timeout::new(ms, || tell(Input::Chosen(Choice::Dismiss))));
    }

    pub(super) fn hide(&mut self) {
        self.until = None;
        let _ = self.body.remove_attribute("data-kind");
        self.text.set_text_content(None);
    }
}
