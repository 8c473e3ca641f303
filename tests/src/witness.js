{
  const empty = { documents: [], states: [], shows: [], reloads: [], said: [], toasts: [] };
  // As a file is loaded again, Chromium may lose the tab's storage, and WebKit its name.
  const isFile = location.protocol === 'file:';
  let kept;
  try {
    kept = JSON.parse((isFile && window.name) || sessionStorage.getItem('witness'));
  } catch {}
  const witness = (window.witness = kept ?? empty);
  const keep = () => {
    const text = JSON.stringify(witness);
    if (isFile) window.name = text;
    try {
      sessionStorage.setItem('witness', text);
    } catch {}
  };
  const origin = performance.timeOrigin;
  const begun = performance.getEntriesByType('navigation')[0]?.responseStart ?? 0;
  witness.documents.push({ origin, begun: origin + begun });
  document.addEventListener('server-state', ({ detail }) => {
    witness.states.push([detail.state, performance.timeOrigin + performance.now()]);
    keep();
  });
  document.addEventListener('server-reload', ({ detail }) => {
    const { cause, oldId, newId, oldPid, newPid, op_id, paths } = detail;
    witness.reloads.push({ cause, oldId, newId, oldPid, newPid, op_id, paths });
    keep();
  });
  for (const level of ['debug', 'info', 'log', 'warn', 'error']) {
    const say = console[level];
    console[level] = (...words) => {
      const line = words.join(' ');
      if (line.includes('[server-reload]')) {
        witness.said.push(line);
        keep();
      }
      say.apply(console, words);
    };
  }
  const toasted = () => {
    const root = document.querySelector('server-reload-toast')?.shadowRoot;
    if (!root) return;
    watcher.observe(root, { subtree: true, childList: true, attributes: true });
    const kind = root.querySelector('[part=toast]')?.dataset.kind;
    const text = root.querySelector('[part=text]')?.textContent;
    const [last, before] = witness.toasts.at(-1) ?? [];
    if (!kind || (kind === last && text === before)) return;
    witness.toasts.push([kind, text]);
    keep();
  };
  const watcher = new MutationObserver(toasted);
  watcher.observe(document, { subtree: true, childList: true });
  addEventListener('pageshow', ({ persisted }) => {
    witness.shows.push(persisted);
    keep();
  });
  keep();
}
