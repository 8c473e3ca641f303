// Style sheets, loaded again in the place of themselves, without WebAssembly. Those are that changed
// files are behind; all where none is known to be. Only links: imports come with them.
({ attempted }) => {
  const swaps = new Map();
  const decoded = (path) => attempted(() => decodeURIComponent(path)) ?? path;

  // How many segments two paths have in common at their end.
  function alike(one, other) {
    if (one === other) return Infinity;
    const [ours, theirs] = [one, other].map((path) => path.split("/").reverse());
    let count = 0;
    while (ours[count] && ours[count] === theirs[count]) count++;
    return count;
  }

  function renew(link, url) {
    swaps.get(link)?.remove();
    const clone = link.cloneNode();
    clone.href = url;
    clone.nonce = link.nonce;
    clone.removeAttribute("integrity");
    const end = ({ type }) => {
      (type === "load" && link.isConnected ? link : clone).remove();
      if (swaps.get(link) === clone) swaps.delete(link);
    };
    clone.addEventListener("load", end);
    clone.addEventListener("error", end);
    swaps.set(link, clone);
    link.after(clone);
  }

  return (paths, stream) => {
    const clones = [...swaps.values()];
    const sheets = [...document.querySelectorAll("link[rel~=stylesheet]")].flatMap((link) => {
      const url = attempted(() => new URL(link.href));
      const ours = url && [location.hostname, stream.hostname].includes(url.hostname);
      return ours && !clones.includes(link) ? [{ link, url, path: decoded(url.pathname) }] : [];
    });
    const found = new Set();
    for (const path of paths.map(decoded)) {
      const likeness = sheets.map((sheet) => alike(path, sheet.path));
      const most = Math.max(1, ...likeness);
      sheets.forEach((sheet, index) => likeness[index] === most && found.add(sheet));
    }
    for (const { link, url } of found.size ? found : sheets) {
      url.searchParams.set("server-reload", Date.now());
      if (link.disabled) link.href = url;
      else renew(link, url);
    }
  };
}
