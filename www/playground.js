// The page's own part: it draws the graph, and on a restart it draws it anew instead of being
// loaded again. All it needs of server-reload are two events and `window.serverReload`.

const WIDTH = 720;
const HEIGHT = 300;
const MARGIN = { top: 10, right: 10, bottom: 28, left: 34 };

const byId = (id) => document.getElementById(id);
const graph = byId("graph");

// Finds or makes an element of the graph, so that a new value moves what is there.
function element(name, key, attributes, text) {
  let found = graph.querySelector(`[data-key="${key}"]`);
  if (!found) {
    found = document.createElementNS("http://www.w3.org/2000/svg", name);
    found.dataset.key = key;
    graph.append(found);
  }
  for (const [attribute, value] of Object.entries(attributes)) found.setAttribute(attribute, value);
  if (text !== undefined) found.textContent = text;
  return found;
}

function draw({ title, labels, series }) {
  const highest = Math.max(1, ...series.flatMap(({ values }) => values));
  const step = Math.max(1, Math.ceil(highest / 4));
  const top = step * Math.ceil(highest / step);
  const slot = (WIDTH - MARGIN.left - MARGIN.right) / labels.length;
  const x = (index) => MARGIN.left + slot * (index + 0.5);
  const y = (value) => HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const kept = new Set();
  const put = (name, key, ...rest) => kept.add(element(name, key, ...rest));

  for (let value = 0; value <= top; value += step) {
    put("line", `grid ${value}`, { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value) });
    put("text", `tick ${value}`, { x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, value);
  }
  labels.forEach((label, index) => {
    put("text", `label ${index}`, { x: x(index), y: HEIGHT - 8, "text-anchor": "middle" }, label);
  });
  const [bars, line] = series;
  bars.values.forEach((value, index) => {
    put("rect", `bar ${index}`, {
      class: "bar",
      x: x(index) - slot * 0.3,
      width: slot * 0.6,
      rx: 4,
      style: `y: ${y(value)}px; height: ${y(0) - y(value)}px`,
    });
  });
  if (line) {
    const path = line.values.map((value, index) => `${index ? "L" : "M"}${x(index)} ${y(value)}`).join("");
    put("path", "line", { class: "line", style: `d: path("${path}")`, d: path });
  }
  for (const child of [...graph.children]) if (!kept.has(child)) child.remove();
  byId("legend").replaceChildren(
    ...series.slice(0, 2).map(({ name }) => Object.assign(document.createElement("span"), { textContent: name })),
  );
  byId("title").textContent = title;
}

async function render() {
  const answer = await fetch("graph.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`graph.json: ${answer.status} ${answer.statusText}`);
  draw(await answer.json());
  byId("drawn").textContent = new Date().toLocaleTimeString();
}

function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function showServer() {
  const { state = "starting", server } = window.serverReload ?? {};
  byId("state").textContent = state;
  byId("pid").textContent = server?.pid ?? "–";
  const up = server?.startedAt && state === "connected";
  byId("uptime").textContent = up ? age(Date.now() - server.startedAt) : "–";
}

// All but changes of this page's own files, for which it is loaded again.
const drawsAnew = ({ cause, paths }) =>
  cause === "restart" || (paths.length > 0 && paths.every((path) => path.endsWith("/graph.json")));

document.addEventListener("server-reload", (event) => {
  if (!drawsAnew(event.detail)) return;
  event.preventDefault(); // this page does it itself
  event.detail.waitUntil(render()); // the toast follows
});
document.addEventListener("server-state", showServer);
document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && event.key.toLowerCase() === "r") render().catch(showFailure);
});
setInterval(showServer, 1000);

function showFailure(error) {
  byId("title").textContent = error.message;
}

showServer();
render().catch(showFailure);
