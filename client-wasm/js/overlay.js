// The overlay: what needs the developer, with the output that says why. It takes no focus and covers
// no more than it needs: people go on typing. Its heading is an alert, its output is not, or a screen
// reader would read all of it; it scrolls, so the keyboard reaches it.
export function overlay(hands) {
  const { T, json, text, fill, grow, host, attach, write } = hands;
  const parts = {};
  let shown, newest;

  hands.listen(document, "keydown", (event) => {
    if (shown?.isConnected && event.key === "Escape" && !event.isComposing && !event.defaultPrevented)
      hands.tell(21, [2]);
  });

  const explain = (problem) => {
    if (problem === newest) return;
    newest = problem;
    const it = json(text(problem)) ?? {};
    write(parts.service, it.service ?? "");
    write(parts.title, it.title ?? "");
    const { output } = parts;
    const all = it.output ?? "";
    let at = 0;
    // Looks are set through the object model: an attribute would fail where a content security
    // policy forbids inline styles.
    const spans = (it.looks ?? []).map(([length, css]) => {
      const span = grow(["span", {}, all.slice(at, (at += length))]);
      span.style.cssText = css;
      return span;
    });
    output.replaceChildren(...spans, all.slice(at));
    // Programs say what is wrong at the end.
    output.scrollTop = output.scrollHeight;
  };

  hands.acts.explain = (kept, ...problems) => {
    if (!problems.length) {
      shown?.yield();
      shown?.remove();
      newest = undefined;
      return;
    }
    // It is there before it has something to say, or screen readers would not notice.
    attach((shown ??= host("server-reload-overlay", grow(T.overlay, parts))));
    explain(problems[1]);
    let words = "";
    for (let at = 3; at < problems.length; at += 2) {
      const other = json(text(problems[at]));
      if (other) words += fill(T.also, other.service, other.title);
    }
    if (kept) words += T.kept;
    write(parts.note, words + T.note);
  };
}
