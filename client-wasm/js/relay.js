// One stream for all tabs of an origin: the lock that they queue for, and the channel by which the one
// that has it passes its stream on. What is decided about both is in `machine/relay.rs`.
export function relay(hands) {
  const { P, acts, attempted, json, on, heard } = hands;
  const [GOT, LOST, NONE] = [0, 1, 2];
  const [READY, SILENT_INTERVALS] = ["ready", 3];
  const me = Math.random();

  let channel, lock, joined, holds;
  let stream; // the number by which this tab's machine knows the stream
  let word; // how this tab stands, while it has the stream
  let newest = 0; // the greatest term that has answered since this tab last asked
  let hello, helloAt, heardAt, pid; // what a tab that comes later has to be told
  let told = new Map();

  const now = () => performance.now();
  const place = () => P.events + " " + hands.events;
  const post = (message) => attempted(() => channel.postMessage(message));

  // What the stream has said, as it would say it to who comes now.
  const keep = (type, data) => {
    const it = Object(json(data));
    // A server of ours repeats the id of its `hello`, whose age it does not change.
    const isNew = type === "message" && hello?.id !== data;
    heardAt = now();
    pid = it.pid ?? pid;
    if (type === P.hello) {
      hello = it;
      told = new Map();
    } else if (isNew) {
      hello = { ...hello, id: data, pid, id_age_ms: hello && 0, phase: hello?.phase && READY };
    } else if (type === P.change && hello) {
      hello.revision = it.revision ?? hello.revision;
    } else if (it.service) {
      if (it.phase === READY) told.delete(P.problem + it.service);
      told.set(type + it.service, [type, data]);
    }
    if (type === P.hello || isNew) helloAt = heardAt;
  };
  const story = () => {
    if (!hello) return [];
    const { id, phase, id_age_ms } = hello;
    // A backend's own endpoint tells its id alone.
    if (!phase) return [["message", id]];
    return [[P.hello, JSON.stringify({ ...hello, id_age_ms: id_age_ms + now() - helloAt })], ...told.values()];
  };

  // Only what a live stream has said counts: who was frozen may answer long after.
  const stands = () => word.open && !(now() - heardAt > hello?.heartbeat_ms * SILENT_INTERVALS);
  const say = (more) => post({ ...word, open: stands(), hidden: document.hidden, ...more });

  const listen = ({ data }) => {
    const { ask, to, term, type, open, hidden } = data;
    // The lock is robbed of a tab that is frozen, and hears so last.
    if (holds && term > word?.term) word = undefined;
    if (ask) return word && say({ to: ask, story: stands() ? story() : [] });
    if ((to && to !== me) || (word ? type : term < newest)) return;
    newest = Math.max(newest, term);
    // It may have been opened in a hurry.
    if (!holds && !word) acts.close();
    if (type) return heard(stream, data);
    hands.tell(31, [term, +open, +hidden]);
    if (!word) data.story?.forEach(([type, data]) => heard(stream, { type, data }));
  };

  // An event of this tab's own stream: the others have it before this one acts upon it.
  hands.heard = (stream, event) => {
    const { type, data } = event;
    if (data !== undefined) {
      keep(type, data);
      if (word) post({ term: word.term, type, data });
    }
    heard(stream, event);
  };

  const part = () => {
    joined?.abort();
    channel?.close();
    channel = joined = word = hello = undefined;
  };
  // That a tab has the lock is noted as well, because to ask for a lock takes a browser longer than all else here.
  const mark = () => P.leads + hands.events;
  const hold = () => {
    holds = true;
    attempted(() => localStorage.setItem(mark(), P.on));
  };
  const unlock = () => {
    if (holds) attempted(() => localStorage.removeItem(mark()));
    holds = false;
    lock?.abort();
  };
  // Where none has, a page's stream is opened before its machine runs and can ask for it. A page that does not know
  // its server has to compare ages, for which what a server says must not wait.
  hands.hurry = () => {
    if (hands.stamp && hands.enabled && !document.hidden && !attempted(() => localStorage.getItem(mark()))) acts.open(1, []);
  };
  hands.endings.push(part, unlock);

  Object.assign(acts, {
    part,
    lock: (rob) => {
      unlock();
      const { signal } = (lock = new AbortController());
      // One that is no longer wanted when it comes is let go at once; to rob can't be taken back.
      const held = () =>
        signal.aborted ||
        new Promise((release) => {
          hold();
          signal.onabort = release;
          hands.tell(30, [GOT]);
        });
      const ask = async () => navigator.locks.request(place(), rob ? { steal: true } : { signal }, held);
      // That it is let go here is no news; that it is gone is, and that there is none.
      ask().catch(({ name }) => {
        if (signal.aborted) return;
        // Who has robbed it has noted so.
        holds = false;
        hands.tell(30, [name === "AbortError" ? LOST : NONE]);
      });
    },
    unlock,
    join: (number) => {
      stream = number;
      word = undefined;
      newest = 0;
      if (!joined) {
        joined = new AbortController();
        const { signal } = joined;
        channel = attempted(() => new BroadcastChannel(place()));
        if (channel) on(channel, "message", listen, { signal });
        // A lock that is held when a page is left keeps it out of some browsers' back/forward cache.
        on(window, "beforeunload", () => hands.tell(32, []), { signal });
        on(document, "visibilitychange", () => word && say(), { signal });
      }
      post({ ask: me });
    },
    lead: (term, open, quiet) => {
      word = { term, open };
      if (!open) hello = undefined;
      if (!quiet) say();
    },
    census: () => post({ ask: me }),
  });
}
