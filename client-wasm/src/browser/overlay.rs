//! The overlay: what needs the developer, with the output that says why.
//!
//! It takes no focus and covers no more than it needs: people go on typing. Its heading is an alert,
//! its output is not, or a screen reader would read all of it.

use js_sys::Reflect;
use server_reload_protocol::payload::Problem;
use web_sys::Element;

use super::listener::Listener;
use super::script::{document, get, text};
use super::style::{Host, button, create, part};
use super::tell;
use crate::ansi::{Color, Span, spans};
use crate::machine::{Choice, Input};

/// The output is a terminal in both colour schemes: programs choose their colours for a dark one.
const CSS: &str = "\
:host{position:fixed;inset:16px 16px auto;z-index:2147483645;display:flex;justify-content:center;pointer-events:none}\
[part=overlay]{display:flex;flex-direction:column;min-width:0;width:64rem;max-width:100%;max-height:min(75vh,calc(100vh - 32px));pointer-events:auto;\
color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-top:4px solid #d13438;border-radius:10px;overflow:hidden;\
box-shadow:0 12px 48px var(--glow)}\
header{display:flex;align-items:flex-start;gap:10px;padding:11px 11px 11px 16px}\
[role=alert]{flex:1;min-width:0;overflow-wrap:anywhere}\
[part=service]{color:var(--soft)}\
[part=title]{font-size:15px;font-weight:600}\
[part=output]{--text:#d9dde3;--screen:#14171a;--c0:#4b535d;--c1:#ff7b72;--c2:#56c271;--c3:#dcae4d;--c4:#6cb0ff;--c5:#d49af7;--c6:#4cc5d1;--c7:#c9d0d8;\
--c8:#8b949e;--c9:#ffa39c;--c10:#8ae0a0;--c11:#f2d16b;--c12:#9ccaff;--c13:#e6bfff;--c14:#87e3ec;--c15:#fff;\
flex:0 1 auto;min-height:0;margin:0;padding:12px 16px;overflow:auto;color:var(--text);background:var(--screen);tab-size:4;white-space:pre}\
[part=output],[part=output] *{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}\
[part=output]:empty{display:none}\
[part=output]:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}\
footer{padding:9px 16px;color:var(--soft);overflow-wrap:anywhere}\
[data-action=dismiss]{border-color:transparent;padding:3px 8px}\
@media(max-width:640px){:host{inset:8px 8px auto}[part=output]{white-space:pre-wrap;overflow-wrap:anywhere}}\
@media(prefers-reduced-motion:no-preference){[part=overlay]{animation:in .16s ease-out}@keyframes in{from{opacity:0;transform:translateY(-6px)}}}";

/// A panel at the top of the window, in a shadow root; gone when this is dropped.
pub(super) struct Overlay {
    host: Host,
    service: Element,
    title: Element,
    output: Element,
    foot: Element,
    shown: Option<Problem>,
    _listeners: [Listener; 2],
}

impl Overlay {
    /// Brings the overlay up to date: the first problem is shown, the others are named.
    pub(super) fn show(overlay: &mut Option<Self>, problems: &[Problem], kept: bool) {
        let Some((newest, others)) = problems.split_first() else {
            *overlay = None;
            return;
        };
        if overlay.is_none() {
            *overlay = Self::new();
        }
        if let Some(overlay) = overlay {
            overlay.host.attach();
            overlay.explain(newest);
            overlay.note(others, kept);
        }
    }

    fn new() -> Option<Self> {
        let host = Host::new("server-reload-overlay", CSS)?;
        let body = part(&host.root, "section", "overlay")?;
        body.set_attribute("aria-labelledby", "title").ok()?;
        let head = part(&body, "header", "head")?;
        let alert = part(&head, "div", "alert")?;
        // It is there before it has something to say, or screen readers would not notice.
        alert.set_attribute("role", "alert").ok()?;
        let service = part(&alert, "div", "service")?;
        let title = part(&alert, "div", "title")?;
        title.set_id("title");
        let dismiss = button(&head, "dismiss", "✕")?;
        dismiss.set_attribute("aria-label", "Dismiss").ok()?;
        dismiss.set_attribute("title", "Dismiss (Esc)").ok()?;
        let output = part(&body, "pre", "output")?;
        // What scrolls is reached by the keyboard.
        for (name, value) in [
            ("tabindex", "0"),
            ("role", "group"),
            ("aria-label", "Output"),
        ] {
            output.set_attribute(name, value).ok()?;
        }
        let foot = part(&body, "footer", "note")?;
        host.attach();
        let click = Listener::new(&dismiss, "click", |_| tell(Input::Chosen(Choice::Close)));
        let document = document()?;
        let escape = Listener::new(&document, "keydown", |event| {
            let is_composed = get(&event, "isComposing").is_truthy();
            let escape = text(&event, "key").as_deref() == Some("Escape");
            if escape && !is_composed && !event.default_prevented() {
                tell(Input::Chosen(Choice::Close));
            }
        });
        Some(Self {
            host,
            service,
            title,
            output,
            foot,
            shown: None,
            _listeners: [click, escape],
        })
    }

    fn explain(&mut self, problem: &Problem) {
        if self.shown.as_ref() == Some(problem) {
            return;
        }
        self.service.set_text_content(Some(&problem.service));
        self.title.set_text_content(Some(&problem.title));
        self.output.set_text_content(None);
        for span in spans(&problem.output) {
            write(&self.output, &span);
        }
        // Programs say what is wrong at the end.
        self.output.set_scroll_top(self.output.scroll_height());
        self.shown = Some(problem.clone());
    }

    fn note(&self, others: &[Problem], kept: bool) {
        let mut note = String::new();
        for other in others {
            note.extend(["Also ", &other.service, ": ", &other.title, ". "]);
        }
        note.push_str(if kept {
            "The version before keeps running. "
        } else {
            ""
        });
        note.push_str("This goes away when it is solved.");
        self.foot.set_text_content(Some(&note));
    }
}

/// Adds a span. Its look is set through the object model: an attribute would fail where a content
/// security policy forbids inline styles.
fn write(output: &Element, span: &Span) {
    let look = span.style;
    let color = |color: Option<Color>| color.map(Color::css);
    let set = |on: bool, value: &str| on.then(|| value.to_owned());
    let properties = [
        ("color", color(look.color)),
        ("background", color(look.background)),
        ("fontWeight", set(look.bold, "700")),
        ("opacity", set(look.dim, ".65")),
        ("textDecoration", set(look.underline, "underline")),
    ];
    if properties.iter().all(|(_, value)| value.is_none()) {
        let _ = output.append_with_str_1(&span.text);
        return;
    }
    let Some(element) = create("span") else {
        return;
    };
    element.set_text_content(Some(&span.text));
    let style = get(&element, "style");
    for (name, value) in properties {
        if let Some(value) = value {
            let _ = Reflect::set(&style, &name.into(), &value.into());
        }
    }
    let _ = output.append_child(&element);
}
