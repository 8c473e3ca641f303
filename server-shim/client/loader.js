// The loader: the frame of `reload.js`. The build puts three things into it:
// PROTOCOL (names shared with the server), GLUE (wasm-bindgen's) and MODULE (the client,
// deflated, as base64).
(() => {
  "use strict";
  const mark = Symbol.for("server-reload");
  if (window[mark]) return;
  window[mark] = true;

  const P = PROTOCOL;
  const script =
    document.currentScript ?? document.querySelector('script[src*="reload.js"]');
  const src = script?.src || document.baseURI;

  // What carries the API out: the client of WebAssembly, or `plain` where that may not run. What is
  // asked for before it has started is done as soon as it has.
  let client;
  let wanted;
  const enable = (on) => {
    if (client) client.enable(on);
    else wanted = on;
  };
  const api = {
    runtime: "wasm",
    get enabled() {
      return client?.enabled() ?? wanted ?? true;
    },
    get state() {
      return client?.state() ?? "starting";
    },
    get server() {
      return client?.server() ?? null;
    },
    enable: () => enable(true),
    disable: () => enable(false),
    toggle: () => enable(!api.enabled),
  };
  window.serverReload = api;

  const say = (text) => console.info("[server-reload] " + text);
  const begin = (started) => {
    client = started;
    if (wanted !== undefined) client.enable(wanted);
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

  load().then(
    (glue) => {
      glue.start(script ?? undefined, src);
      begin(glue);
    },
    (error) => {
      api.runtime = "js";
      say(
        error instanceof WebAssembly.CompileError
          ? "a Content-Security-Policy forbids WebAssembly: pages reload all the same; " +
              "add 'wasm-unsafe-eval' to script-src for the toast, the toggle and the rest"
          : `WebAssembly does not start (${error}): pages reload all the same, without the toast and the toggle`,
      );
      begin(plain());
    },
  );

  // The main job without WebAssembly: connect, compare, reload or tell the page.
  function plain() {
    const attribute = (name) => script?.getAttribute(name) || "";
    const attempted = (read) => {
      try {
        return read();
      } catch {
        return undefined; // a storage that throws keeps nothing
      }
    };
    const mode = attribute("data-on-restart") || "reload";
    const written = attribute("data-events") || P.events;
    const host = location.protocol + "//" + location.hostname;
    const events = new URL(written[0] === ":" ? host + written : written, src);
    const knocks = /^http/.test(location.protocol) && events.origin !== location.origin;
    const navigation = performance.getEntriesByType("navigation")[0];
    const stamp = navigation?.serverTiming?.find((metric) => metric.name === P.metric);
    const key = P.memory + ":js:" + location.pathname;
    const recall = () => ({
      acts: [],
      left: [],
      ...JSON.parse(attempted(() => sessionStorage.getItem(key)) || "{}"),
    });
    const now = () => performance.now();

    let memory = recall();
    let known = attribute("data-server-id") || stamp?.description || "";
    let revision, offered, source, timer, watchdog, lost, heartbeat, greeted, told, turn = 0;
    let server = null;
    let state = "connecting";
    const stored = attempted(() => localStorage.getItem(P.enabled));
    let on = stored ? stored === P.on : attribute("data-enabled") !== "false";
    const seen = new Set([known]);

    const become = (next) => {
      if (next === state) return;
      const previous = state;
      state = next;
      const detail = { state, previous, id: server?.id ?? null, pid: server?.pid ?? null };
      document.dispatchEvent(new CustomEvent("server-state", { detail, bubbles: true }));
    };

    const close = () => {
      clearTimeout(timer);
      clearTimeout(watchdog);
      turn++;
      if (source) source.onerror = (event) => event.target.close();
      source?.close();
      source = undefined;
    };

    const lose = (next) => {
      close();
      lost ??= now();
      const elapsed = now() - lost;
      const ladder = elapsed < 500 ? 50 : elapsed < 2e3 ? 100 : elapsed < 1e4 ? 250 : 1e3;
      const spread = ladder * (0.8 + 0.4 * Math.random()) * (document.hidden ? 4 : 1);
      timer = setTimeout(connect, elapsed ? spread : 0);
      become(state === "stopped" || state === "connecting" ? state : next);
    };

    const alive = () => {
      clearTimeout(watchdog);
      if (heartbeat) watchdog = setTimeout(() => document.hidden || lose("reconnecting"), heartbeat * 3);
    };

    const connect = () => {
      close();
      const mine = attempted(() => new EventSource(events));
      if (!mine) return lose("reconnecting");
      source = mine;
      const hear = (name, act) =>
        mine.addEventListener(name, (event) => {
          if (mine !== source) return;
          alive();
          act(event.data);
        });
      timer = setTimeout(() => lose("reconnecting"), 5e3);
      mine.onopen = () => clearTimeout(timer);
      mine.onerror = () => lose("reconnecting");
      hear(P.hello, (data) => {
        const hello = JSON.parse(data);
        heartbeat = hello.heartbeat_ms;
        offered = hello.revision;
        alive();
        if (hello.id) judge(hello.id, hello.pid, hello.id_age_ms);
        else become("waiting");
      });
      hear("message", (id) => judge(id.trim()));
      hear(P.ping, () => {});
      hear(P.shutdown, () => become("stopped"));
      hear(P.done, () => lose("stopped"));
    };

    const judge = (id, pid, age) => {
      const old = server;
      const first = !greeted;
      greeted = true;
      lost = undefined;
      const same = old?.id === id ? old : undefined;
      const startedAt = age === undefined ? (same?.startedAt ?? null) : Date.now() - age;
      server = { id, pid: pid ?? same?.pid ?? null, startedAt };
      if (["restarted", "reloading"].includes(state)) return;
      const born = navigation?.responseStart ?? 0;
      const vouched = memory.last === id && memory.at <= performance.timeOrigin + born;
      const left = memory.left.includes(id);
      let cause;
      if (!known) {
        if (!left && !vouched && age < now() - born) cause = "restart";
      } else if (known === id) {
        if (revision && offered && revision !== offered) cause = "change";
      } else if (left || seen.has(id)) {
        if (!told) say("several servers answer in turns: their ids come back, and are not taken for restarts");
        told = true;
        return become("connected");
      } else cause = "restart";
      if (cause) return act(cause, old, first);
      adopt(id);
      become("connected");
    };

    const adopt = (id) => {
      seen.add((known = id));
      revision = offered ?? revision;
    };

    // Not from a living page into a refused connection: the page's own server answers first.
    const knock = async (mine) => {
      const answers = () =>
        fetch(location.href.split("#")[0], {
          method: "HEAD",
          cache: "no-store",
          credentials: "omit",
          redirect: "manual",
        }).then(
          () => true,
          () => false,
        );
      while (mine === turn && !(await answers()))
        await new Promise((resolve) => setTimeout(resolve, 100));
    };

    const act = async (cause, old, first) => {
      become("restarted");
      const mine = turn;
      const delay = +attribute("data-delay") + (document.hidden ? 150 + 500 * Math.random() : 0);
      if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
      if (knocks) await knock(mine);
      if (mine !== turn) return;
      const { id, pid } = server;
      memory.acts = memory.acts.filter((at) => Date.now() - at < 1e4);
      if (first || (memory.last === id && memory.revision === offered)) {
        if (memory.acts.length >= 3) {
          say("reload loop: more than 3 reloads in 10 s. Paused until the server is restarted again");
          adopt(id);
          return become("paused");
        }
        memory.acts.push(Date.now());
      }
      const promises = [];
      const detail = {
        cause,
        oldId: old?.id ?? null,
        oldPid: old?.pid ?? null,
        newId: id,
        newPid: pid,
        op_id: null,
        paths: [],
        waitUntil: (promise) => void promises.push(promise),
      };
      const event = new CustomEvent("server-reload", { detail, bubbles: true, cancelable: true });
      const told = !document.dispatchEvent(event) || mode !== "reload";
      if (known) memory.left = [...memory.left, known].slice(-16);
      Object.assign(memory, { last: id, revision: offered, at: performance.timeOrigin + now() });
      attempted(() => sessionStorage.setItem(key, JSON.stringify(memory)));
      if (told) adopt(id);
      become(!told ? "reloading" : promises.length ? "updating" : "connected");
      if (promises.length) await Promise.allSettled(promises);
      if (told) return mine === turn && become("connected");
      close();
      location.reload();
    };

    const rest = (next) => {
      close();
      lost = undefined;
      become(next);
    };
    const wake = () => {
      if (!on || document.hidden || ["restarted", "reloading", "away"].includes(state)) return;
      if (!source || source.readyState !== 1) connect();
    };
    const switched = (next) => {
      if (next === on) return;
      on = next;
      if (!on) return rest("off");
      become("connecting");
      connect();
    };
    addEventListener("pagehide", () => rest("away"));
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      memory = recall();
      become(on ? "connecting" : "off");
      if (on) connect();
    });
    addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    addEventListener("storage", ({ key, newValue }) => {
      if (key === P.enabled && newValue) switched(newValue === P.on);
    });
    if (on) connect();
    else become("off");

    return {
      enabled: () => on,
      state: () => state,
      server: () => server,
      enable: (next) => {
        attempted(() => localStorage.setItem(P.enabled, next ? P.on : P.off));
        switched(next);
      },
    };
  }
})();
