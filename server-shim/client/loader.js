// The loader: the frame of `reload.js`. The build puts four things into it: PROTOCOL (names shared
// with the server), PLAIN (the fallback beside this file), GLUE (wasm-bindgen's) and MODULE (the
// client, deflated, as base64).
(() => {
  "use strict";
  const mark = Symbol.for("server-reload");
  if (window[mark]) return;
  window[mark] = true;

  const P = PROTOCOL;
  const plain = PLAIN;
  const script = document.currentScript ?? document.querySelector('script[src*="reload.js"]');
  const src = script?.src || document.baseURI;

  const attempted = (read) => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  // A storage that throws keeps nothing.
  const kept = () => attempted(() => localStorage.getItem(P.enabled));
  const startsOn = () => (kept() ?? script?.getAttribute("data-enabled")) !== P.off;
  const say = (text) => console.info("[server-reload] " + text);

  // What carries the API out: the client of WebAssembly, or `plain` where that may not run. What is
  // asked for before it has started is done as soon as it has.
  let client;
  let wanted;
  let begun;
  const started = new Promise((resolve) => (begun = resolve));
  const enable = (on) => {
    if (client) client.enable(on);
    else wanted = on;
  };
  const api = {
    runtime: "wasm",
    get enabled() {
      return client?.enabled() ?? wanted ?? startsOn();
    },
    get state() {
      return client?.state() || "starting";
    },
    get server() {
      return client?.server() ?? null;
    },
    enable: () => enable(true),
    disable: () => enable(false),
    toggle: () => enable(!api.enabled),
    restart: async (options = {}) => {
      if (Object(options) !== options) {
        throw new TypeError('serverReload.restart() takes an object: serverReload.restart({ service: "api" })');
      }
      const { service, confirm } = options;
      await started;
      return new Promise((resolve, reject) =>
        client.restart(service, confirm, (record, error) =>
          error ? reject(new Error(error)) : resolve(JSON.parse(record)),
        ),
      );
    },
  };
  window.serverReload = api;

  const begin = (started) => {
    client = started;
    client.start(script ?? undefined, src);
    if (wanted !== undefined) client.enable(wanted);
    begun();
  };

  // Restarts are for WebAssembly alone: what would begin one is hidden, also where it is added later.
  const bar = (why) => {
    let due;
    const hide = () => {
      due = undefined;
      for (const it of document.querySelectorAll(`[${P.restart}]`)) {
        // A page that watches its attributes is not to be called for nothing.
        if (!it.hidden) it.hidden = true;
        if (it.style.display !== "none") it.style.display = "none";
        if (it.title !== why) it.title = why;
      }
    };
    const later = () => (due ??= setTimeout(hide, 16));
    new MutationObserver(later).observe(document, { childList: true, subtree: true });
    hide();
    return (service, confirm, settle) => settle(null, why);
  };

  const open = async () => {
    const text = MODULE;
    const bytes =
      Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(inflated).arrayBuffer();
  };

  // The one question that tells whether WebAssembly may run is to run it.
  const load = async () => {
    const glue = GLUE;
    await glue({ module_or_path: await open() });
    return glue;
  };

  load().then(begin, (error) => {
    api.runtime = "js";
    const forbidden = error?.name === "CompileError";
    say(
      forbidden
        ? "a Content-Security-Policy forbids WebAssembly: pages reload all the same; " +
            "add 'wasm-unsafe-eval' to script-src for the toast, the toggle and the rest"
        : `WebAssembly does not start (${error}): pages reload all the same, without the toast and the toggle`,
    );
    const restart = bar(
      forbidden
        ? "Restarting from here needs WebAssembly: add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy"
        : `Restarting from here needs WebAssembly, which does not start (${error})`,
    );
    begin({ ...plain({ P, attempted, say, startsOn }), restart });
  });
})();
