// What the services write: the end of each output, and what stands in the way of one that has failed.

const panes = new Map();
const MOST_LINES = 400;

function lineOf(text, pen, attributes = {}) {
  const line = make("div", attributes);
  write(line, text, pen);
  return line;
}

const terminal = (label) => make("div", { class: "screen", tabindex: "0", role: "group", "aria-label": label });

function pane(service) {
  const screen = terminal(`Output of ${service}`);
  const follow = make("button", { type: "button", hidden: "", "aria-label": `Follow the output of ${service}` }, "Follow");
  const made = box("section", "pane", box("div", "head", make("h3", {}, service), follow), screen);
  const end = () => screen.scrollTo(0, screen.scrollHeight);
  const isAtEnd = () => screen.scrollHeight - screen.scrollTop - screen.clientHeight < 8;
  follow.addEventListener("click", () => (end(), screen.focus()));
  new ResizeObserver(() => follow.hidden && end()).observe(screen);
  screen.addEventListener("scroll", () => (follow.hidden = isAtEnd()));
  return Object.assign(made, { screen, isAtEnd, end, pen: {} });
}

function append({ service, skipped, lines }) {
  if (!panes.has(service)) panes.set(service, pane(service));
  const made = panes.get(service);
  if (!made.isConnected) showPanes();
  const follows = made.isAtEnd();
  if (skipped) made.screen.append(box("div", "note-line", `… ${skipped} lines before`));
  for (const { from, text } of lines) {
    const isNote = from === "note";
    if (isNote) made.pen = {};
    made.screen.append(lineOf(text, made.pen, isNote ? { class: "note-line" } : {}));
  }
  while (made.screen.childElementCount > MOST_LINES) made.screen.firstChild.remove();
  if (follows) made.end();
}

// In the order of the services.
function showPanes() {
  const order = state?.services.map(({ name }) => name) ?? [];
  const names = [...panes.keys()].sort((one, other) => order.indexOf(one) - order.indexOf(other));
  list(byId("output"), names, (name) => name, (name) => panes.get(name), () => {});
}

function problem({ service }) {
  const title = make("h2");
  const screen = terminal(`What ${service} wrote`);
  return Object.assign(box("section", "problem", title, screen), { parts: { title, screen } });
}

function explain({ parts }, { service, title, output }) {
  put(parts.title, `${service}: ${title}`);
  if (parts.output === output) return;
  parts.output = output;
  const pen = {};
  parts.screen.replaceChildren(...output.trimEnd().split("\n").map((text) => lineOf(text, pen)));
  parts.screen.hidden = !output;
  parts.screen.scrollTop = parts.screen.scrollHeight;
}
