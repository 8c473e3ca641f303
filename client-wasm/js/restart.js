// Restarts: the elements that begin one, the dialog before it, its request, its record.
export function restart(hands) {
  const { P, T, name, text, json, attempted, number, why, fill, short } = hands;
  const { PHASES, OPERATION_STATUSES } = T;
  const SHORTEST_DIALOG = 10; // milliseconds: no person answers in fewer
  const MOST_RUNS = 8;
  const LONGEST_LOOK = 5e3; // milliseconds
  const SELECTOR = `[${P.restart}]`;

  const runs = new Map();
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

  const answered = async (url, within, options) => {
    try {
      const answer = await hands.fetch(url, { signal: AbortSignal.timeout(within), ...options });
      return [answer.status, await answer.text()];
    } catch {
      return [NaN, T.unanswered];
    }
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
      const it = {
        service: text(service),
        url: url + "/" + text(op_id),
        operation: { op_id: text(op_id), services: [], plan: [], phases: [] },
      };
      runs.set(run, it);
      runs.delete(run - MOST_RUNS);
      const [status, body] = await answered(url, within, {
        method: "POST",
        headers: { "content-type": "application/json", [P.token]: hands.token },
        body: JSON.stringify({ service: it.service ?? undefined, op_id: text(op_id) }),
      });
      const taken = status === 202 && json(body);
      if (!name(taken?.op_id)) return hands.tell(25, [run, status, name(short(body) || "HTTP " + status)]);
      it.url = hands.resolve(taken.status_url);
      it.operation.plan = list(taken.plan, isPhase);
      hands.tell(24, [run, name(taken.op_id)]);
    },
    look: async (run) => {
      const it = runs.get(run);
      const [status, body] = await answered(it.url, LONGEST_LOOK);
      const operation = status === 200 && read(body);
      if (operation) {
        it.operation = operation;
        hands.tell(26, [run, ...numbers(operation)]);
      } else if (status === 404) hands.tell(27, [run, name(short(body) || T.untold)]);
      // Somebody between may answer while the server does not.
      else hands.tell(28, [run]);
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
