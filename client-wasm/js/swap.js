// Style sheets, loaded again in the place of themselves: those that changed files are behind; all
// where none is known to be. A link is cloned, and taken out when the clone is there, so that the
// page is never without; a clone that fails leaves everything as it was.
//
// Sheets inside of shadow roots, in `style` elements and of other hosts than the page's and the
// stream's stay as they are.
export function swap(hands) {
  const { attempted, text } = hands;
  const DEEPEST = 8; // imports are followed so deep
  const IMPORT = 3; // the `type` of a `CSSImportRule`; that of what may stand before one is 0

  const swaps = new Map(); // links with their clones
  const decoded = (path) => attempted(() => decodeURIComponent(path)) ?? path;
  const pathOf = (address) =>
    attempted(() => {
      const { protocol, hostname, pathname } = new URL(address);
      const ours = /^(http|file)/.test(protocol) && [location.hostname, hands.hostname].includes(hostname);
      return ours ? decoded(pathname) : null;
    });

  // How many segments two paths have in common at their end.
  const alike = (one, other) => {
    if (one === other) return Infinity;
    const [ours, theirs] = [one, other].map((path) => path.split("/").reverse());
    let count = 0;
    while (ours[count] && ours[count] === theirs[count]) count++;
    return count;
  };
  // The page may know a file by another path than its watcher.
  const behind = (paths, sheets) => {
    const found = new Set();
    for (const path of paths) {
      const likeness = sheets.map((sheet) => alike(path, sheet.path));
      const most = Math.max(1, ...likeness);
      sheets.forEach((sheet, index) => likeness[index] === most && found.add(sheet));
    }
    return [...found];
  };
  const renewed = (address) => {
    const base = address.replace(/([?&]server-reload=\d+)?(#.*)?$/, "");
    // Keeps it from coming out of a cache.
    return base + (base.includes("?") ? "&" : "?") + "server-reload=" + Date.now();
  };

  // A sheet of another origin does not say what it imports.
  const imports = (sheet, link, deep) => {
    const sheets = [];
    for (const { type, styleSheet } of attempted(() => sheet.cssRules) ?? []) {
      if (type && type !== IMPORT) break;
      const path = pathOf(styleSheet?.href);
      if (path) sheets.push({ link, path, url: styleSheet.href });
      if (path && deep) sheets.push(...imports(styleSheet, link, deep - 1));
    }
    return sheets;
  };
  const all = () => {
    const clones = [...swaps.values()];
    return [...document.querySelectorAll("link[rel~=stylesheet]")].flatMap((link) => {
      const path = !clones.includes(link) && pathOf(link.href);
      return path ? [{ link, path }, ...imports(link.sheet, link, DEEPEST)] : [];
    });
  };

  const renew = (link) => {
    // One that is under way is too old by now.
    swaps.get(link)?.remove();
    swaps.delete(link);
    const address = renewed(link.href);
    // It would never be loaded; nor is the page styled by it.
    if (link.hasAttribute("disabled")) return link.setAttribute("href", address);
    const clone = link.cloneNode();
    clone.href = address;
    clone.nonce = link.nonce;
    // It is of the old content.
    clone.removeAttribute("integrity");
    clone.onload = clone.onerror = ({ type }) => {
      clone.onload = clone.onerror = null;
      if (swaps.get(link) === clone) swaps.delete(link);
      // Where the page has thrown out the old one, both go.
      const applied = type === "load" && link.isConnected;
      if (applied && clone.sheet) clone.sheet.disabled = !!link.sheet?.disabled;
      (applied ? link : clone).remove();
      if (applied) hands.tell(20, []);
    };
    swaps.set(link, clone);
    link.after(clone);
  };
  // Has the browser's cache take a new copy: a sheet that imports it asks for it by its old name.
  const refresh = (url) =>
    hands.fetch(url, { cache: "reload", mode: "no-cors", credentials: "include" });

  hands.acts.swap_styles = (...names) => {
    const sheets = all();
    const paths = names.map((it) => decoded(text(it)));
    const found = behind(paths, sheets);
    const chosen = found.length ? found : sheets.filter((it) => !it.url);
    for (const [link, urls] of Map.groupBy?.(chosen, (it) => it.link) ?? []) {
      const refreshed = urls.flatMap((it) => (it.url ? [refresh(it.url)] : []));
      if (refreshed.length) Promise.allSettled(refreshed).then(() => renew(link));
      else renew(link);
    }
  };
  hands.endings.push(() => swaps.forEach((clone) => clone.remove()));
}
