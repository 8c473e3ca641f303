// Restarts: the elements that begin one, the dialog before it, its request, its stream, its record.
export function restart(hands) {
  const { P, T, name, text, json, attempted, number, why, fill, short } = hands;
  const { PHASES, OPERATION_STATUSES } = T;
  const SHORTEST_DIALOG = 10; // milliseconds: no person answers in fewer
  const MOST_RUNS = 8;
  const SELECTOR = `[${P.restart}]`;

  const runs = new Map();
  const sources = new Map();
  const calls = [];

  // What is wrong in it is left out.
  const list = (it, is) => (Array.isArray(it) ? it.filter(is) : []);
  const isPhase = (it) => PHASES.includes(it);
  const isPassed = (it) => it && isPhase(it.name) && name(it.service) && it.at >= 0;
  const read = (data) => {
    const it = json(data);
    if (!name(it?.op_id)) return;
    return {
      ...it,
      services: list(it.services, name),
      plan: list(it.plan, isPhase),
      phases: list(it.phases, isPassed),
      json: data,
    };
  };
  const ended = ({ status }) => Math.max(OPERATION_STATUSES.indexOf(status), 0) || NaN;
  // The process that runs now, as far as is known.
  hands.newest = ({ pid_after, services, phases }) => {
    const comes = (it) => PHASES.indexOf(it.name) < 3 && (services[0] ?? it.service) === it.service;
    return pid_after ?? phases.findLast(comes)?.pid;
  };
  const numbers = (it) => [
    name(it.op_id),
    it.phases.length,
    ended(it),
    name(it.id_after),
    number(it.took_ms),
    number(it.pid_before),
    number(hands.newest(it)),
  ];

  const known = (run, operation) => {
    const it = runs.get(run);
    if (!it || !operation) return;
    // Why it has ended; why it was begun is no longer known.
    if (ended(operation)) operation.reason = null;
    // A record that was asked for may come behind the stream.
    if (operation.phases.length >= it.operation.phases.length) it.operation = operation;
    hands.tell(26, [run, ...numbers(operation)]);
  };
  const over = (run, operation) => {
    const it = runs.get(run);
    if (!it) return;
    // Where it is why it was begun, nobody has said why it has ended so.
    it.reason = operation.reason !== it.operation.reason && short(operation.reason ?? "");
    it.operation = operation;
    hands.tell(28, [run, ...numbers(operation)]);
  };
  const untold = (run, reason) => hands.tell(29, [run, name(reason)]);
  // A phase ends the one before; one that was told before takes its own place again.
  const passed = (run, count, phase) => {
    const { operation } = runs.get(run);
    const { phases } = operation;
    if (phases[count - 1]) phases[count - 1] = phase;
    else {
      const before = phases.findLast((it) => it.service === phase.service);
      if (before) before.ms ??= Math.max(0, Math.trunc(phase.at * 1e3) - Math.trunc(before.at * 1e3));
      phases.push(phase);
    }
    hands.tell(27, [run, count]);
  };

  const answered = async (url, options) => {
    try {
      const answer = await hands.fetch(url, options);
      return [answer.status, await answer.text()];
    } catch {
      return [NaN, T.unanswered];
    }
  };

  const unfollow = (run) => {
    const source = sources.get(run);
    if (!source) return;
    sources.delete(run);
    source.close();
    // WebKit brings a closed one back to life with its page.
    source.onerror = () => source.close();
  };
  hands.endings.push(() => [...sources.keys()].forEach(unfollow));

  const follow = (run, after) => {
    const source = attempted(() => new EventSource(runs.get(run).events + "?last_event_id=" + after));
    if (!source) return hands.tell(30, [run]);
    sources.set(run, source);
    let reason = T.untold;
    const hear = (type, act) =>
      source.addEventListener(type, (event) => sources.get(run) === source && act(event.data, event));
    hear(P.operation, (data) => known(run, read(data)));
    hear(P.phase, (data, event) => {
      const phase = json(data);
      if (isPassed(phase)) passed(run, +event.lastEventId || 0, phase);
    });
    hear(P.shutdown, (data) => (reason = json(data)?.reason || reason));
    hear(P.done, (data) => {
      const operation = read(data);
      if (operation) over(run, operation);
      else untold(run, reason);
    });
    hear("error", () => hands.tell(30, [run]));
  };

  // Asks the machine; `confirm` is a text to ask by, or whether to ask at all.
  const ask = (service, confirm, call) => {
    const op_id = `page-${Date.now()}-${(Math.random() * 2 ** 32) >>> 0}`;
    const how = String(confirm ?? true);
    const kind = how === "" || how === "true" ? 0 : how === "false" ? 1 : 2;
    hands.tell(22, [name(op_id), name(String(service ?? "")), kind, kind > 1 ? name(how) : 0, call]);
  };
  hands.restart = ({ service, confirm }) =>
    new Promise((resolve, reject) => ask(service, confirm, calls.push([resolve, reject]) - 1));
  // Wherever the element is and whenever it was added.
  hands.listen(document, "click", (event) => {
    const element = event.target.closest?.(SELECTOR);
    if (!element || event.defaultPrevented) return;
    event.preventDefault();
    ask(element.getAttribute(P.restart), element.getAttribute(P.restart + "-confirm"), NaN);
  });

  // Those that were hidden because they can't be used, each with what shows it again.
  const hidden = new Map();
  let all = 0;
  let some = new Map();
  const reason = (element) => all || some.get(name(element.getAttribute(P.restart)));
  // Also by its style: a page's own `display` is stronger than the attribute.
  const hide = (element) => {
    const before = ["hidden", "title"].map((it) => [it, element.getAttribute(it)]);
    const { display } = element.style;
    hidden.set(element, () => {
      for (const [it, value] of before)
        if (value === null) element.removeAttribute(it);
        else element.setAttribute(it, value);
      element.style.display = display;
    });
    element.setAttribute("hidden", "");
    element.style.display = "none";
  };
  const refresh = () => {
    for (const [element, show] of hidden)
      if (!element.isConnected || !element.hasAttribute(P.restart) || !reason(element)) {
        hidden.delete(element);
        show();
      }
    for (const element of document.querySelectorAll(SELECTOR)) {
      const because = reason(element) && why(reason(element));
      if (because && !hidden.has(element)) hide(element);
      // A page that watches its attributes is not to be called for nothing.
      if (because && element.getAttribute("title") !== because) element.setAttribute("title", because);
    }
  };
  hands.watch(refresh);
  const bar = (everything, ...pairs) => {
    all = everything;
    some = new Map();
    while (pairs.length) some.set(...pairs.splice(0, 2));
    refresh();
  };
  hands.endings.push(() => bar(0));

  hands.run = (run) => runs.get(run);
  Object.assign(hands.acts, {
    bar,
    follow,
    unfollow,
    confirm: (question, ...asked) => {
      const began = performance.now();
      const words = text(question) ?? fill(T.question, text(asked[1]) ?? T.server);
      const answer = attempted(() => window.confirm(words));
      if (answer === true) return hands.tell(22, asked.with(2, 1));
      // Where dialogs are forbidden it is `false`, sooner than any person.
      const blocked = answer === undefined || performance.now() - began < SHORTEST_DIALOG;
      hands.tell(23, [+blocked, ...asked]);
    },
    request: async (run, op_id, service, within) => {
      const url = hands.resolve(P.restarts);
      const mine = url + "/" + text(op_id);
      const it = {
        service: text(service),
        url: mine,
        events: mine + P.follow,
        operation: { op_id: text(op_id), services: [], plan: [], phases: [] },
      };
      runs.set(run, it);
      runs.delete(run - MOST_RUNS);
      const [status, body] = await answered(url, {
        method: "POST",
        headers: { "content-type": "application/json", [P.token]: hands.token },
        body: JSON.stringify({ service: it.service ?? undefined, op_id: text(op_id) }),
        signal: AbortSignal.timeout(within),
      });
      const taken = status === 202 && json(body);
      if (!name(taken?.op_id)) return hands.tell(25, [run, status, name(short(body) || "HTTP " + status)]);
      it.url = hands.resolve(taken.status_url);
      it.events = hands.resolve(taken.events_url);
      it.operation.plan = list(taken.plan, isPhase);
      hands.tell(24, [run, name(taken.op_id)]);
    },
    look: async (run) => {
      const [status, body] = await answered(runs.get(run).url);
      const operation = status === 200 && read(body);
      if (operation) (ended(operation) ? over : known)(run, operation);
      else if (status === 404) untold(run, short(body) || T.untold);
      // Somebody between may answer while the server does not.
    },
    settle: (run, reason, ...told) => {
      const it = runs.get(run);
      for (const call of told) {
        const [resolve, reject] = calls[call];
        if (reason) reject(new Error(it?.told ?? why(reason)));
        else resolve(json(it.operation.json));
      }
    },
  });
}
