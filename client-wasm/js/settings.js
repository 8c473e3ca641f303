// What the script tag, or an object of options with the same names, asks for.
export function settings(hands) {
  const { P, T, name, attempted, say, fill, json } = hands;
  const line = (text) => text.trim().replace(/[\n\r]/g, " ");
  hands.line = line;
  hands.resolve = (path) => attempted(() => new URL(path, hands.events).href) ?? path;

  const navigation = performance.getEntriesByType("navigation")[0];
  hands.locate = (given, src) => {
    const { protocol, hostname, origin } = location;
    let events = given.events || P.events;
    if (events[0] === ":") events = protocol + "//" + hostname + events;
    const url = attempted(() => new URL(events, src)) ?? { href: events, hostname: "" };
    hands.events = url.href;
    hands.hostname = url.hostname;
    const metric = navigation?.serverTiming?.find((it) => it.name === P.metric);
    hands.stamp = line(String(given.serverId || metric?.description || ""));
    return url.origin !== origin && /^http/.test(protocol);
  };

  // Numbers for the machine, in the order of its `Settings`. `given` is a `dataset` or alike, `src`
  // where the script came from.
  hands.settings = (given, src) => {
    const read = (key, takes, parse) => {
      const value = String(given[key] ?? "");
      if (!value) return NaN;
      const parsed = parse(value.trim());
      if (parsed >= 0) return parsed;
      const attribute = key.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
      say(fill(T.invalid, attribute, value, takes));
      return NaN;
    };
    const among = (words) => (value) => words.indexOf(value);
    const truth = (key) => read(key, T.truth, among([P.off, P.on]));
    const milliseconds = (key, example) =>
      read(key, fill(T.milliseconds, example), (value) =>
        /^\d+$/.test(value) && value <= 36e5 ? +value : -1,
      );

    const mode = read("onRestart", T.modes, among(T.MODES));
    const enabled = truth("enabled");
    const delay = milliseconds("delay", 250);
    const confirm = truth("confirm");
    hands.keeps = truth("keepForms") > 0;
    const patience = milliseconds("restartPatience", 6e4);
    const timings = Object(json(given.timings) ?? given.timings);

    const isElsewhere = hands.locate(given, src);
    hands.wanted = String(given.toggle ?? T.selector);

    // A service worker has answered with the document, or could have.
    hands.cached = attempted(() => navigator.serviceWorker.controller);
    const stored = hands.stored();
    hands.enabled = stored >= 0 ? stored > 0 : enabled !== 0;
    return [
      mode,
      delay,
      +hands.enabled,
      name(hands.stamp),
      navigation?.responseStart ?? 0,
      +isElsewhere,
      +document.hidden,
      (Math.random() * 2 ** 32) >>> 0,
      confirm,
      patience,
      ...T.TIMINGS.map((it) => +(timings[it] ?? NaN)),
      ...hands.memory(),
    ];
  };
}
