// What the server says: its stream's events and its answers, as numbers for the machine.
export function stream(hands) {
  const { P, T, name, json, line } = hands;
  const { PHASES, CHANGE_KINDS } = T;
  const [PING, MOST_TEXTS] = [8, 64];
  let refusals = 0;

  const number = (value) => (typeof value === "number" ? value : NaN);
  const index = (list, word) => (list.includes(word) ? list.indexOf(word) : NaN);
  const named = (text) => (typeof text === "string" ? name(line(text)) : 0);

  // Output is long: the last ones alone are kept.
  const outputs = new Set();
  const output = (data) => {
    const it = name(data);
    outputs.delete(it);
    outputs.add(it);
    if (outputs.size > MOST_TEXTS) {
      const [oldest] = outputs;
      outputs.delete(oldest);
      hands.forget(oldest);
    }
    return it;
  };

  // What is missing or of another type is none: the stream may be a backend's own.
  const READ = {
    [P.hello]: (it) => {
      hands.token = it.restart && it.token;
      return [
        3, named(it.id), number(it.id_age_ms), named(it.revision), index(PHASES, it.phase),
        number(it.pid), number(it.heartbeat_ms), +(typeof hands.token === "string"),
        name(it.restart_refused),
      ];
    },
    message: (_, data) => named(data) && [4, named(data)],
    [P.phase]: (it) =>
      name(it.service) &&
      PHASES.includes(it.phase) && [
        5, name(it.service), index(PHASES, it.phase), number(it.pid), name(it.op_id),
      ],
    [P.change]: (it) =>
      CHANGE_KINDS.includes(it.kind) && [
        6, index(CHANGE_KINDS, it.kind), named(it.revision), ...[it.paths].flat().map(name).filter(Number),
      ],
    [P.problem]: (it, data) =>
      name(it.service) && name(it.title) && [7, name(it.service), output(data)],
    [P.shutdown]: () => [9],
    [P.done]: () => [10],
  };

  Object.assign(hands, {
    number,
    // An event of the page's stream. What a later version of the contract says is a sign of life.
    heard: (stream, { type, data, target }) => {
      if (type === "open") return hands.tell(1, [stream]);
      // One with data is an event of that name.
      if (type === "error" && data === undefined) {
        // To connect again is the machine's; and WebKit brings a closed one back to life when its page
        // is restored from the back/forward cache.
        target.close();
        const failed = () => hands.tell(2, [stream]);
        if (self.origin !== "null") return failed();
        // Whether the server refuses an opaque origin can't be read, but whether it answers can. Once may
        // be a server that has come back just now.
        return hands
          .fetch(hands.resolve(P.client), { method: "HEAD", mode: "no-cors", signal: AbortSignal.timeout(5e3) })
          .then(() => refusals++ && bar(0), () => (refusals = 0))
          .then(failed);
      }
      const it = Object(json(data));
      const [kind, ...rest] = READ[type]?.(it, data) || [PING];
      hands.tell(kind, [stream, ...rest]);
    },
  });
  // A policy says what it forbids sooner or later than the stream fails.
  const bar = (policy) => hands.tell(33, [policy]);
  hands.forbids = ({ blockedURI, effectiveDirective, disposition }, url) =>
    blockedURI === url && effectiveDirective === "connect-src" && disposition === "enforce";
  hands.listen(document, "securitypolicyviolation", (event) => hands.forbids(event, hands.events) && bar(1));

  let source, opened, early;
  const close = () => {
    opened = early = undefined;
    source?.close();
  };
  // What a stream that nobody has asked for yet says, goes into the list `kept` until then.
  const open = (stream, kept) => {
    if (stream === opened) {
      const events = early ?? [];
      early = undefined;
      return events.forEach((event) => hands.heard(stream, event));
    }
    opened = stream;
    early = kept;
    try {
      source = new EventSource(hands.events);
    } catch ({ name }) {
      // Safari throws where a `connect-src` forbids it.
      if (name === "SecurityError") bar(1);
      return hands.tell(2, [stream]);
    }
    for (const type of ["open", "error", P.ping, ...Object.keys(READ)])
      source.addEventListener(type, (event) => (early ? early.push(event) : hands.heard(stream, event)));
  };
  hands.endings.push(close);
  Object.assign(hands.acts, { open, close });
  hands.acts.ask_health = async () => {
    let told = [0, 0, NaN, 0, NaN];
    try {
      const answer = await hands.fetch(hands.resolve(P.health), { signal: AbortSignal.timeout(5e3) });
      const it = answer.ok && (await answer.json());
      if (it) told = [1, named(it.id), number(it.uptime) * 1e3, named(it.revision), number(it.pid)];
    } catch {}
    hands.tell(29, told);
  };
}
