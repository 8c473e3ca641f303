// What the hands share: names for texts, elements, shadow roots, listeners that can be ended.
export function kit(hands) {
  const { T } = hands;
  // The machine knows texts by number. Equal texts have one number; 0 is none.
  const texts = [null];
  const numbers = new Map();
  const life = new AbortController();
  const hosts = new Set();
  const watchers = [];
  const listeners = [];
  let due, day;

  const on = (target, type, heard, options) =>
    target.addEventListener(type, heard, { signal: life.signal, ...options });
  const attempted = (read) => {
    try {
      return read();
    } catch {}
  };
  // An element by its tree, `[tag, attributes, ...inside]`; those in it go into `parts` by their action, or
  // as what part they are.
  const grow = ([tag, attributes, ...inside], parts = {}) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside.map((it) => (Array.isArray(it) ? grow(it, parts) : it)));
    parts[attributes["data-action"] ?? attributes.part] = element;
    return element;
  };
  // Calls back when the page has been changed; once in about a frame where it changes all the time.
  const observer = new MutationObserver(() => {
    due ||= setTimeout(() => {
      due = 0;
      watchers.forEach((watcher) => watcher());
    }, 16);
  });

  // Where the client is off, a toggle must not be lost all the same.
  const look = () => (day || hands.toggles?.size) && observer.observe(document, { childList: true, subtree: true });

  Object.assign(hands, {
    acts: {},
    endings: [() => life.abort(), () => hands.rouse(0)],
    on,
    // The same, but only while the client is on.
    listen: (...listener) => listeners.push(listener),
    rouse: (enabled) => {
      if (!enabled === !day) return;
      day?.abort();
      observer.disconnect();
      clearTimeout(due);
      due = 0;
      day = enabled ? new AbortController() : undefined;
      if (day)
        for (const [target, type, heard, capture] of listeners)
          on(target, type, heard, { signal: day.signal, capture });
      look();
    },
    attempted,
    grow,
    name: (text) => {
      if (typeof text !== "string" || !text) return 0;
      if (!numbers.has(text)) numbers.set(text, texts.push(text) - 1);
      return numbers.get(text);
    },
    text: (number) => texts[number] ?? null,
    forget: (number) => {
      numbers.delete(texts[number]);
      texts[number] = null;
    },
    json: (text) => attempted(() => JSON.parse(text)),
    fill: (text, ...values) => text.replace(/%/g, () => values.shift()),
    say: (text) => console.info("[server-reload] " + text),
    // What is said again is not read again.
    write: (element, text) => {
      if (element.textContent !== text) element.textContent = text;
    },
    // An element with an open shadow root, not yet in the document. Constructed sheets pass every
    // content security policy that allows the script at all.
    host: (tag, inside) => {
      const host = document.createElement(tag);
      const root = host.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(T.css.join(""));
      root.adoptedStyleSheets = [sheet];
      root.append(inside);
      on(root, "click", ({ target: { dataset } }) => dataset.choice && hands.tell(21, [+dataset.choice]));
      let before;
      on(host, "focusin", (event) => (before = event.relatedTarget));
      // Who has used a button of it goes on where the focus was.
      host.yield = () => document.activeElement === host && before?.focus({ preventScroll: true });
      hosts.add(host);
      return host;
    },
    // Also again, where a page has thrown it out.
    attach: (host) => host.isConnected || document.documentElement?.append(host),
    watch: (watcher) => {
      watchers.push(watcher);
      look();
    },
    // Undoes all that is of the client in the page; for good.
    stop: () => {
      hands.endings.forEach((end) => end());
      hosts.forEach((host) => host.remove());
      observer.disconnect();
    },
  });
}
