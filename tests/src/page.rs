//! Pages that count themselves.
//!
//! Each has `window.witness`, which the tab keeps over page loads: `documents` (of each, when its
//! time began, `origin`, and its response, `begun`), `states` (each `server-state` with its time),
//! `reloads` (what each `server-reload` told), `shows` (the `persisted` of each `pageshow`), `said`
//! (what the client has said on the console) and `toasts` (the kind and text of each).

use serde_json::{Map, Value, json};

const WITNESS: &str = include_str!("witness.js");

/// Whether `WebAssembly` may run in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// It may: the whole client.
    Wasm,
    /// The page's Content-Security-Policy forbids it: the fallback alone.
    Js,
}

impl Runtime {
    /// The value of `serverReload.runtime`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasm => "wasm",
            Self::Js => "js",
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Wasm => "",
            Self::Js => {
                "<meta http-equiv=\"Content-Security-Policy\" \
                 content=\"script-src * 'unsafe-inline'\">"
            }
        }
    }
}

/// A page with one script tag.
#[derive(Debug, Clone)]
#[must_use]
pub struct Page {
    runtime: Runtime,
    early: String,
    script: String,
    attributes: String,
    timings: Map<String, Value>,
    body: String,
}

impl Page {
    /// A page with `/reload.js`.
    pub fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            early: String::new(),
            script: "/reload.js".into(),
            attributes: String::new(),
            timings: Map::new(),
            body: String::new(),
        }
    }

    /// Attributes of the script tag.
    pub fn attributes(mut self, attributes: &str) -> Self {
        attributes.clone_into(&mut self.attributes);
        self
    }

    /// Other durations of the client's own, by their names, in milliseconds.
    pub fn timings(mut self, timings: &[(&str, u32)]) -> Self {
        let timings = timings.iter().map(|(name, ms)| ((*name).into(), json!(ms)));
        self.timings.extend(timings);
        self
    }

    /// Another address of the script.
    pub fn script(mut self, address: &str) -> Self {
        address.clone_into(&mut self.script);
        self
    }

    /// Script that runs before anything else.
    pub fn early(mut self, script: &str) -> Self {
        script.clone_into(&mut self.early);
        self
    }

    /// What the body contains.
    pub fn body(mut self, html: &str) -> Self {
        html.clone_into(&mut self.body);
        self
    }

    /// The page's text.
    #[must_use]
    pub fn html(&self) -> String {
        let Self {
            runtime,
            early,
            script,
            attributes,
            timings,
            body,
        } = self;
        let timings = if timings.is_empty() {
            String::new()
        } else {
            format!("data-timings='{}'", Value::Object(timings.clone()))
        };
        let policy = runtime.policy();
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>A page</title>{policy}\n\
             <script>{early}</script>\n<script>\n{WITNESS}</script>\n\
             <script src=\"{script}\" {attributes} {timings}></script>\n<body>{body}</body></html>\n"
        )
    }

    /// The page as the only one of a folder.
    #[must_use]
    pub fn alone(&self) -> [(&'static str, String); 1] {
        [("index.html", self.html())]
    }
}
