// What people read in the toast and in the console.
export function texts(hands) {
  const { T, text, fill, say } = hands;

  const seconds = (ms) => fill(T.seconds, (Math.floor((ms + 50) / 100) / 10).toFixed(1));
  const pids = (from, to) => (from >= 0 && to >= 0 ? fill(T.pids, from, to) : "");
  const took = (ms) => (ms >= 0 ? fill(T.took, seconds(ms)) : "");
  const why = (number) => (number < 0 ? T.whys[~number] : text(number));
  const receipt = (key) => (cause, ms, from, to, asked) =>
    (asked && key === "reloaded" ? T.ended.restarted[0] : T.news[key]) +
    ((!cause && pids(from, to)) || (asked && !cause ? "" : T.receipt[cause])) +
    took(ms);

  const isLoopback = (host) => /^(127\..*|\[::1]|(.*\.)?localhost)$/.test(host);
  // An `EventSource` cannot read a refusal.
  const likely = (origin, page, host) => {
    if (origin === "null") return T.opaque;
    if (page !== host && !isLoopback(page)) return fill(T.foreign, origin);
    return isLoopback(host) || /^(\[.*|[\d.]*)$/.test(host) ? "" : fill(T.named, host);
  };

  Object.assign(hands, {
    seconds,
    pids,
    took,
    why,
    likely,
    // Those that need their arguments; the others need at most what has happened.
    notices: {
      waiting: (phase) => T.waiting[T.PHASES[phase]] ?? T.waiting.starting,
      prompt: (cause) => fill(T.prompt, T.happened[cause], T.care[hands.care()]),
      workers: () => (hands.cached ? T.cached : T.news.workers),
      reloaded: receipt("reloaded"),
      updated: receipt("updated"),
      told: receipt("told"),
      failed: (message) => fill(T.failed, text(message)),
      refused: (reason) => fill(T.refused, why(reason)),
    },
  });
  hands.acts.say = (remark) => {
    const places = [hands.events, likely(self.origin, location.hostname, hands.hostname)];
    const key = T.REMARKS[remark];
    // An id that comes back is that of an old page, too.
    say(T.says[hands.cached && key === "workers" ? "cached" : key].replace(/%/g, () => places.shift()));
  };
}
