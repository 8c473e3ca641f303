// The main job without WebAssembly: connect, compare, reload or tell the page. The rules are those
// of the client's machine, less what needs a toast; the same tests in a browser hold for both.
({ P, attempted, say, startsOn }) => {
  const CONNECT_TIMEOUT = 5e3;
  const KNOCK_TIMEOUT = 5e3;
  const LEAVE_TIMEOUT = 5e3;
  const LONGEST_WAIT = 1e4;
  const WINDOW = 1e4; // of the loop guard, and the quiet after which it lets go
  const MOST = 30;
  const MOST_COUNTED = 3;

  const styles = SWAP;
  const swap = styles({ attempted });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const ladder = (attempt, elapsed) => {
    const step = elapsed < 500 ? 50 : elapsed < 2e3 ? 100 : elapsed < 1e4 ? 250 : 1e3;
    const spread = (0.8 + 0.4 * Math.random()) * (document.hidden ? 4 : 1);
    return Math.min(step, 2.5 * 2 ** attempt) * spread;
  };
  const remarks = new Set();
  const sayOnce = (text) => remarks.has(text) || (remarks.add(text), say(text));

  let on, mode, delay, events, knocks; // settings
  let own, revision, offered, greeted; // what the document goes with, and what it was offered
  let missed; // changed page files that it does not go with yet
  let outdated; // it was there before any server that may answer
  let named, down, process, op; // what the stream tells of what is behind it
  const unstyled = []; // style sheets that a stopped server may not have had
  const problems = new Map();
  let server = null; // the one that answers, or answered last
  let state = "connecting";
  let source, timer, watchdog, lost, attempt, since, heartbeat, alive;
  let turn = 0; // what has been begun under another number is over
  let quiet = 0;
  let memory;

  const navigation = performance.getEntriesByType("navigation")[0];
  const responseStart = navigation?.responseStart ?? 0;
  const born = performance.timeOrigin + responseStart;
  const key = P.memory + ":js:" + location.pathname;
  const recall = () => ({
    acts: [],
    left: [],
    ...attempted(() => JSON.parse(sessionStorage.getItem(key))),
  });
  // A reload that led to an id vouches for the document that was asked for after it.
  const vouched = () => (memory.at <= born ? memory.last : undefined);
  const seen = new Set();

  function become(next) {
    if (next === state) return;
    const previous = state;
    state = next;
    const detail = { state, previous, id: server?.id ?? null, pid: server?.pid ?? null };
    document.dispatchEvent(new CustomEvent("server-state", { detail, bubbles: true }));
  }

  function close() {
    forget();
    clearTimeout(timer);
    clearTimeout(watchdog);
    turn++;
    if (source) source.onerror = (event) => event.target.close();
    source?.close();
    source = undefined;
  }

  // A stream tells of its services anew.
  function forget() {
    named = false;
    down = new Set();
    process = op = undefined;
  }

  function rest(next) {
    close();
    lost = undefined;
    become(next);
  }

  function lose(next) {
    close();
    const now = performance.now();
    // A stream that ends at once is no proof of a healthy server: the ladder goes on.
    if (now - since >= 1e3) lost = undefined;
    since = undefined;
    if (lost === undefined) attempt = 0;
    lost ??= now;
    timer = setTimeout(connect, attempt && ladder(attempt, now - lost));
    attempt++;
    if (!["stopped", "connecting"].includes(state)) become(next);
  }

  function live() {
    alive = { mono: performance.now(), wall: Date.now() };
    clearTimeout(watchdog);
    if (heartbeat) watchdog = setTimeout(wake, heartbeat * 3, {});
  }

  // Renews what was silent for too long, and does not wait for the ladder when there is a reason.
  function wake({ type }) {
    if (!on || ["away", "reloading"].includes(state)) return;
    if (document.hidden && type !== "online") return;
    if (!source) return connect();
    if (source.readyState !== 1) return;
    const mono = performance.now() - alive.mono;
    const wall = Date.now() - alive.wall;
    const silent = Math.max(mono, wall);
    if (heartbeat ? silent >= heartbeat * 3 : silent >= 6e5 || wall - mono >= 5e3) lose("reconnecting");
  }

  function connect() {
    close();
    const mine = attempted(() => new EventSource(events.href));
    if (!mine) return lose("reconnecting");
    source = mine;
    const hear = (name, act) =>
      mine.addEventListener(name, (event) => {
        if (mine !== source) return;
        clearTimeout(timer);
        live();
        act(event.data);
      });
    timer = setTimeout(lose, CONNECT_TIMEOUT, "reconnecting");
    alive = { mono: performance.now(), wall: Date.now() };
    heartbeat = 0;
    mine.onerror = () => lose("reconnecting");
    hear(P.hello, greet);
    hear("message", (id) => id.trim() && judge(id.trim()));
    for (const [name, act] of [[P.phase, follow], [P.change, changed], [P.problem, explain]])
      hear(name, (data) => act(read(data)));
    // No id has come since all were ready: pages do not depend on what was down.
    hear(P.ping, () => named && !down.size && state === "waiting" && become("connected"));
    hear(P.shutdown, () => become("stopped"));
    hear(P.done, () => lose("stopped"));
  }

  const read = (data) => attempted(() => JSON.parse(data)) ?? {};

  function greet(data) {
    const hello = read(data);
    const interval = hello.heartbeat_ms;
    heartbeat = interval >= 1 && interval <= 36e5 ? interval : 0;
    live();
    forget();
    if (typeof hello.id === "string") {
      offered = hello.revision;
      return judge(hello.id, hello.pid, hello.id_age_ms);
    }
    outdated = true;
    turn++;
    become("waiting");
  }

  // What a service does. Never into a server that is not there: its next id is judged anew.
  function follow({ service, phase, pid, op_id }) {
    op = op_id ?? op;
    const ready = phase === "ready";
    const comes = ready || phase === "starting" || phase === "waiting_until_ready";
    if (!comes && !["stopping", "waiting_for_port", "waiting_for_service", "crashed", "backing_off"].includes(phase)) return;
    if (ready) for (const told of [down, problems]) told.delete(service);
    else down.add(service);
    const startedAt = process?.startedAt ?? (ready ? null : Date.now());
    process = comes ? { pid: pid ?? process?.pid, startedAt } : undefined;
    if (!down.size || !named || state === "waiting") return;
    // What the page does itself goes on.
    if (state !== "updating") turn++;
    become("waiting");
  }

  function changed({ kind, paths = [], revision: next }) {
    const moved = filesMoved();
    // The document came after it.
    if (next && !moved && next === revision) return;
    offered = next ?? offered;
    const ready = named && !down.size && state !== "waiting";
    if (kind === "style") {
      if (!moved && next) revision = next;
      if (!ready) unstyled.push(...paths);
      swap(paths, events);
    } else if (kind === "page") {
      missed = [...new Set([...(missed ?? []), ...paths])];
      if (ready && !["restarted", "paused", "reloading"].includes(state)) act("change", false);
    }
  }

  const filesMoved = () => missed || (revision && offered && revision !== offered);

  const ESCAPES =
    /\x1b(?:\[[ -?]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -\/]*[0-~])|[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

  function explain({ service, title, output = "" }) {
    const text = `[server-reload] ${service}: ${title}\n${output.replace(/\r(?!\n)/g, "\n").replace(ESCAPES, "")}`;
    if (problems.get(service) !== text) console.error(text);
    problems.set(service, text);
  }

  function judge(id, pid, age) {
    since ??= performance.now();
    const first = !greeted;
    greeted = true;
    const same = server?.id === id ? server : undefined;
    const told = same ?? process;
    const startedAt = typeof age === "number" ? Date.now() - age : (told?.startedAt ?? null);
    const target = server?.id;
    server = { id, pid: pid ?? told?.pid ?? null, startedAt };
    named = true;
    process = undefined;
    down.clear();
    const cause = stale(id, age);
    if (unstyled.length) swap(unstyled.splice(0), events);
    if (!cause) {
      if (state === "updating") return;
      turn++;
      become("connected");
    } else if (state !== "reloading" && !(["restarted", "paused"].includes(state) && target === id)) {
      act(cause, first || (memory.last === id && memory.revision === offered));
    }
  }

  // Why the document is out of date, if it is.
  function stale(id, age) {
    const left = memory.left.includes(id);
    if (own?.id === id) {
      if (filesMoved()) return "change";
    } else if (own && (left || seen.has(id))) {
      sayOnce(
        "ids come back, which are not taken for restarts: several servers answer in turns at one address " +
          "(workers, replicas), or the page carries an outdated `data-server-id`",
      );
      return;
    } else if (own) {
      return "restart";
    } else if (!left && vouched() !== id) {
      // The server is younger than the document, so another one made it.
      outdated ||= typeof age === "number" && age < performance.now() - responseStart;
      if (outdated) return "restart";
    }
    adopt();
  }

  function adopt() {
    own = server;
    seen.add(own.id);
    revision = offered ?? revision;
    missed = undefined;
  }

  // Not from a living page into a refused connection: the page's own server answers first.
  async function knock(mine) {
    const page = location.href.split("#")[0];
    let forbidden = false;
    const violated = (event) => {
      const ours = event.blockedURI === page && event.disposition === "enforce";
      if (ours && event.effectiveDirective === "connect-src") forbidden = true;
    };
    document.addEventListener("securitypolicyviolation", violated);
    const answers = () =>
      fetch(page, {
        method: "HEAD",
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(KNOCK_TIMEOUT),
        ...(self.origin === "null" ? { mode: "no-cors" } : { redirect: "manual" }),
      }).then(
        () => true,
        () => false,
      );
    const began = performance.now();
    for (let tries = 1; mine === turn && !(await answers()) && !forbidden; tries++)
      await wait(ladder(tries, performance.now() - began));
    document.removeEventListener("securitypolicyviolation", violated);
  }

  function admits(counted) {
    const now = Date.now();
    memory.acts = memory.acts.filter(([at]) => at <= now && now - at < WINDOW);
    const alike = memory.acts.filter(([, counted]) => counted);
    if (performance.now() < quiet || memory.acts.length >= MOST) return false;
    if (counted && alike.length >= MOST_COUNTED) return false;
    memory.acts.push([now, counted]);
    return true;
  }

  function remember() {
    if (own && own.id !== server.id) memory.left = [...memory.left, own.id].slice(-16);
    Object.assign(memory, { last: server.id, revision: offered, at: performance.timeOrigin + performance.now() });
    attempted(() => sessionStorage.setItem(key, JSON.stringify(memory)));
  }

  async function act(cause, counted) {
    const mine = ++turn;
    become("restarted");
    const hidden = document.hidden ? 150 + 500 * Math.random() : 0;
    if (delay + hidden) await wait(delay + hidden);
    if (knocks) await knock(mine);
    while (mine === turn && !admits(counted)) {
      sayOnce("reload loop: more than 3 reloads in 10 s. Paused until it is quiet for 10 s");
      quiet = performance.now() + WINDOW;
      become("paused");
      await wait(WINDOW);
      if (mine === turn) quiet = 0;
      if (knocks) await knock(mine);
    }
    if (mine === turn) announce(cause, mine);
  }

  async function announce(cause, mine) {
    const promises = [];
    const detail = {
      cause,
      oldId: own?.id ?? null,
      oldPid: own?.pid ?? null,
      newId: server.id,
      newPid: server.pid,
      op_id: (cause === "restart" && op) || null,
      paths: missed ?? [],
      waitUntil: (promise) => void promises.push(promise),
    };
    const event = new CustomEvent("server-reload", { detail, bubbles: true, cancelable: true });
    const prevented = !document.dispatchEvent(event) || mode !== "reload";
    if (mine !== turn) return;
    if (prevented) {
      remember();
      adopt();
    }
    if (promises.length) {
      become(prevented ? "updating" : "reloading");
      const settled = Promise.allSettled(promises);
      await (prevented ? settled : Promise.race([settled, wait(LONGEST_WAIT)]));
      if (mine !== turn) return;
    }
    if (prevented) become(down.size || !named ? "waiting" : "connected");
    else leave();
  }

  function leave() {
    remember();
    rest("reloading");
    // Its person may keep the page; then it goes with the new server.
    timer = setTimeout(() => {
      adopt();
      become("connecting");
      connect();
    }, LEAVE_TIMEOUT);
    location.reload();
  }

  function switched(next) {
    if (next === on) return;
    on = next;
    if (!on) return rest("off");
    become("connecting");
    connect();
  }

  function start(script, src) {
    const attribute = (name) => script?.getAttribute(name)?.trim() || "";
    const asked = attribute("data-on-restart");
    mode = ["event", "prompt"].includes(asked) ? asked : "reload";
    if (mode === "prompt") say('data-on-restart="prompt" needs WebAssembly: this page is only told by `server-reload`');
    delay = +attribute("data-delay") || 0;
    const written = attribute("data-events") || P.events;
    const url = written[0] === ":" ? location.protocol + "//" + location.hostname + written : written;
    events = attempted(() => new URL(url, src)) ?? { href: url };
    knocks = location.protocol.startsWith("http") && events.origin !== location.origin;
    memory = recall();
    const metric = navigation?.serverTiming?.find(({ name }) => name === P.metric);
    const stamp = attribute("data-server-id") || metric?.description.trim();
    if (stamp) own = { id: stamp, pid: null };
    seen.add(stamp).add(vouched());
    addEventListener("pagehide", () => rest("away"));
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      memory = recall();
      on = startsOn();
      become(on ? "connecting" : "off");
      if (on) connect();
    });
    addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    addEventListener("storage", ({ key, newValue }) => {
      if (key === P.enabled && newValue) switched(newValue === P.on);
    });
    on = startsOn();
    if (on) connect();
    else become("off");
  }

  return {
    start,
    enabled: () => on,
    state: () => state,
    server: () => server,
    enable: (next) => {
      if (next !== on) attempted(() => localStorage.setItem(P.enabled, next ? P.on : P.off));
      switched(next);
    },
  };
}
