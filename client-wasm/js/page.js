// What the page is told and asked: events, the storage, its own server, a dialog.
export function page(hands) {
  const { P, T, text, name, attempted, on, json } = hands;
  const { STATUSES } = T;
  const NAMED = [3, 5, 6]; // the machine's keys whose values are names: `Left`, `Id`, `Revision`

  // Names are texts for others, and what is not known is `null`.
  const known = (number) => (number >= 0 ? number : null);
  const dispatch = (type, detail, cancelable) =>
    document.dispatchEvent(new CustomEvent(type, { detail, cancelable, bubbles: true }));
  const short = (text) => text.trim().slice(0, 300);
  const fault = ({ reason }) =>
    attempted(() => short(reason.message ?? reason)) || T.rejected;

  // Frames of a tab share its storage, so each path has a memory of its own.
  const key = () => P.memory + ":" + location.pathname;
  const stored = (value = attempted(() => localStorage.getItem(P.enabled))) =>
    value === P.on ? 1 : value === P.off ? 0 : NaN;

  let knocking;

  Object.assign(hands, {
    state: STATUSES[1],
    server: null,
    short,
    stored,
    // What another document of this tab and path has left, as the machine wrote it.
    memory: () =>
      attempted(() => json(hands.store("get", key())).map((it) => (typeof it === "string" ? name(it) : it))) ?? [],
    stopKnock: () => knocking?.abort(),
  });
  hands.endings.push(hands.stopKnock);

  Object.assign(hands.acts, {
    announce: (turn, cause, oldId, oldPid, _, newId, newPid, __, op_id, ...paths) => {
      const promises = [];
      const going = dispatch(
        "server-reload",
        {
          cause: T.CAUSES[cause],
          oldId: text(oldId),
          oldPid: known(oldPid),
          newId: text(newId),
          newPid: known(newPid),
          op_id: text(op_id),
          paths: paths.map(text),
          waitUntil: (promise) => void promises.push(promise),
        },
        true,
      );
      const waits = promises.length;
      hands.tell(18, [turn, +!going, +!!waits, hands.care()]);
      if (waits)
        Promise.allSettled(promises).then((outcomes) => {
          const rejected = outcomes.find((it) => it.status === "rejected");
          hands.tell(19, [turn, rejected ? name(fault(rejected)) : 0]);
        });
    },
    status: (now, before, enabled, id, pid, startedAt) => {
      const state = (hands.state = STATUSES[now]);
      hands.rouse((hands.enabled = !!enabled));
      hands.server = id ? { id: text(id), pid: known(pid), startedAt: known(startedAt) } : null;
      hands.follow();
      if (now !== before)
        dispatch("server-state", { state, previous: STATUSES[before], id: text(id), pid: known(pid) });
    },
    persist: (on) => attempted(() => localStorage.setItem(P.enabled, on ? P.on : P.off)),
    // Names are of this document alone.
    remember: (...memory) => {
      const kept = memory.map((it, at) => (at % 2 && NAMED.includes(memory[at - 1]) ? text(it) : it));
      hands.store("set", key(), JSON.stringify(kept));
    },
    // Without credentials, or a 401 opens a dialog or never settles; without following redirects, or
    // one to another origin is a failure. An opaque origin gets an answer only out of `no-cors`.
    knock: () => {
      hands.stopKnock();
      knocking = new AbortController();
      const { signal } = knocking;
      const answer = (answered) => signal.aborted || hands.tell(17, [answered]);
      const page = location.href.split("#")[0];
      const options = self.origin === "null" ? { mode: "no-cors" } : { redirect: "manual" };
      // A `connect-src` that forbids it looks like a refused connection, but says nothing of the
      // server: the page must not be kept from its reload.
      const violated = (event) => hands.forbids(event, page) && answer(1);
      on(document, "securitypolicyviolation", violated, { signal });
      hands.fetch(page, { method: "HEAD", signal, ...options }).then(
        () => answer(1),
        () => answer(0),
      );
    },
    stop_knock: hands.stopKnock,
  });

  // Nothing of this goes with cookies, or comes out of a cache.
  hands.fetch = async (url, options) => fetch(url, { credentials: "omit", cache: "no-store", ...options });
}
