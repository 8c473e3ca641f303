// What happens to the document and its tab.
export function life(hands) {
  const { P, acts, on, listen } = hands;
  acts.reload = () => location.reload();

  // None of these keeps a page out of the back/forward cache; `unload` would.
  hands.listen = () => {
    listen(window, "pagehide", () => hands.tell(15, []));
    listen(window, "pageshow", () => hands.tell(16, [hands.stored(), ...hands.memory()]));
    listen(window, "online", () => hands.tell(14, []));
    listen(document, "visibilitychange", () => hands.tell(13, [+document.hidden]));
    hands.rouse(hands.enabled);
    // Another tab of the origin has used its toggle; a page in the back/forward cache hears nothing of it.
    const follow = (value) => {
      const switched = hands.stored(value);
      if (switched >= 0) hands.tell(12, [switched, 0]);
    };
    on(window, "storage", ({ key, newValue }) => key === P.enabled && follow(newValue));
    on(window, "pageshow", ({ persisted }) => persisted && !hands.enabled && follow());
    // The toolbar may stand below the script.
    if (document.readyState === "loading") on(document, "DOMContentLoaded", hands.mount);
    else hands.mount();
  };
}
