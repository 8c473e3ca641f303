// When each z-index of the page was first seen, and whether a reloader has connected.
{
  const seen = (window.seen = {});
  const look = () => {
    const value = getComputedStyle(document.documentElement).zIndex;
    seen[value] ??= performance.timeOrigin + performance.now();
  };
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, everything);
  document.addEventListener('load', look, true);
  setInterval(look, 1);
  document.addEventListener('LiveReloadConnect', () => (window.liveReloadConnected = true));
  const debug = console.debug;
  console.debug = (...words) => {
    if (words.join(' ').includes('[vite] connected')) window.viteConnected = true;
    debug(...words);
  };
}
