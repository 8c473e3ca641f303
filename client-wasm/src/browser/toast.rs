//! The toast.

use gloo_timers::callback::Timeout;
use web_sys::Element;

use super::listener::Listener;
use super::style::{Host, button, part};
use super::tell;
use crate::machine::{Choice, Input};
use crate::notice::{Mark, Notice, Step};

/// For eyes there is a sign before each step, for ears a word behind it.
const CSS: &str = "\
:host{position:fixed;inset:auto 16px 16px auto;z-index:2147483647;max-width:calc(100vw - 32px)}\
[part=toast]{display:flex;align-items:center;gap:10px;max-width:32rem;padding:9px 9px 9px 14px;color:var(--ink);background:var(--paper);\
border:1px solid var(--edge);border-left:4px solid var(--mark,var(--accent));border-radius:8px;box-shadow:0 6px 24px var(--glow)}\
[part=toast]:not([data-kind]){position:absolute;clip-path:inset(50%)}\
[part=toast]:not([data-kind]) button{display:none}\
[hidden]{display:none}\
[data-kind=lost],[data-kind=stopped],[data-kind=waiting],[data-kind=paused],[data-kind=workers],[data-kind=refused],[data-kind=cancelled]{--mark:#d9822b}\
[data-kind=failed],[data-kind=unrestarted]{--mark:#d13438}\
[data-kind=restarted],[data-kind=reloaded],[data-kind=updated],[data-kind=styles],[data-kind=told],[data-kind=back]{--mark:#2e9e5b}\
[part=main]{flex:1;min-width:0}\
[part=toast]:has(li){align-items:flex-start}\
[part=text]{overflow-wrap:anywhere;white-space:pre-line}\
[part=steps]{list-style:none;margin:6px 0 0;padding:0;display:grid;gap:2px}\
[part=steps]:empty{display:none}\
[part=step]{display:grid;grid-template-columns:1.2em 1fr auto;gap:4px 8px}\
[data-mark=next]{color:var(--soft)}\
[data-mark=now]{font-weight:600}\
[data-mark=now] *{font-weight:600}\
[data-mark=done] [part=sign]{color:light-dark(#1d7a43,#5fd08b)}\
[data-mark=now] [part=sign]{color:var(--accent)}\
[data-mark=bad] [part=sign]{color:light-dark(#b3261e,#ff8a80)}\
[part=time]{color:var(--soft);font-variant-numeric:tabular-nums}\
[part=spoken]{position:absolute;clip-path:inset(50%);white-space:nowrap}\
[data-action=dismiss]{border-color:transparent;padding:3px 7px}\
@media(prefers-reduced-motion:no-preference){[part=toast][data-kind]{animation:in .16s ease-out}@keyframes in{from{opacity:0;transform:translateY(6px)}}\
[data-mark=now] [part=sign]{animation:now .8s ease-in-out infinite alternate}@keyframes now{to{opacity:.25}}}\
@media(forced-colors:active){[part=toast]{border-left-width:4px}}";

/// Short news in a corner of the window, in a shadow root; gone when this is dropped.
pub(super) struct Toast {
    host: Host,
    body: Element,
    text: Element,
    steps: Element,
    step: Element,
    reload: Element,
    until: Option<Timeout>,
    _clicks: [Listener; 2],
}

impl Toast {
    pub(super) fn new() -> Option<Self> {
        let host = Host::new("server-reload-toast", CSS)?;
        let body = part(&host.root, "div", "toast")?;
        let main = part(&body, "div", "main")?;
        let text = part(&main, "div", "text")?;
        // It is there before it has something to say, or screen readers would not notice.
        text.set_attribute("role", "status").ok()?;
        let steps = part(&main, "ol", "steps")?;
        // The steps are written anew each time: what is heard of them is the current one.
        let step = part(&main, "div", "spoken")?;
        step.set_attribute("role", "status").ok()?;
        // A list without its marks is one to Safari only by its role.
        steps.set_attribute("role", "list").ok()?;
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
            steps,
            step,
            reload,
            until: None,
            _clicks: clicks,
        })
    }

    pub(super) fn show(&mut self, notice: &Notice) {
        self.host.attach();
        say(&self.text, &notice.text());
        let current = notice.steps().iter().find(|it| it.mark == Mark::Now);
        say(&self.step, current.map_or("", |it| &it.label));
        self.steps.set_text_content(None);
        for step in notice.steps() {
            let _ = write(&self.steps, step);
        }
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
        self.step.set_text_content(None);
        self.steps.set_text_content(None);
    }
}

/// What is said again is not read again.
fn say(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

fn write(steps: &Element, step: &Step) -> Option<()> {
    let line = part(steps, "li", "step")?;
    line.set_attribute("data-mark", step.mark.name()).ok()?;
    if step.mark == Mark::Now {
        line.set_attribute("aria-current", "step").ok()?;
    }
    let sign = part(&line, "span", "sign")?;
    sign.set_attribute("aria-hidden", "true").ok()?;
    sign.set_text_content(Some(step.mark.sign()));
    let label = part(&line, "span", "label")?;
    label.set_text_content(Some(&step.label));
    let time = part(&line, "span", "time")?;
    time.set_text_content(step.time().as_deref());
    let spoken = part(&line, "span", "spoken")?;
    spoken.set_text_content(Some(step.mark.spoken()));
    Some(())
}
