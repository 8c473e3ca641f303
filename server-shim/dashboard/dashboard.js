// The dashboard: it draws what its stream tells, and asks for restarts. It never asks how things are.

const P = PROTOCOL; // the names that it shares with the server

const byId = (id) => document.getElementById(id);
const put = (element, text) => element.textContent !== text && (element.textContent = text);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const box = (name, kind, ...children) => make(name, { class: kind }, ...children);

// One child for each item, the same element for the same key, so that focus and selection stay.
function list(parent, items, key, create, update) {
  const known = (parent.known ??= new Map());
  const wanted = new Set(items.map(key));
  for (const [name, element] of known) {
    if (!wanted.has(name)) known.delete(name) && element.remove();
  }
  items.forEach((item, index) => {
    const name = key(item, index);
    if (!known.has(name)) known.set(name, create(item));
    const element = known.get(name);
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
    update(element, item);
  });
}

const words = (name) => name.replaceAll("_", " ");
const TONES = { ready: "good", restarted: "good", cancelled: "soft", waiting_for_port: "warn" };
const BAD = /failed|crashed|backing|exited|unchanged|in_use|unhealthy/;
const toneOf = (name) => TONES[name] ?? (BAD.test(name) ? "bad" : "busy");
const ICONS = { good: "✓", bad: "✕", warn: "!", soft: "–", busy: "↻" };
const CAUSES = {
  key: "by key", page: "by a page", api: "by a command", crash: "after a crash", dependency: "with a service that it needs",
};

function mark(element, name) {
  const tone = toneOf(name);
  if (element.dataset.is === name) return;
  Object.assign(element.dataset, { is: name, tone });
  element.replaceChildren(make("span", { "aria-hidden": "true" }, ICONS[tone]), ` ${words(name)}`);
}

function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const length = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`);

// What is known.
let hello = null;
let state = null;
let clock = 0; // what the server's clock is ahead of ours
const operations = new Map();
const now = () => Date.now() + clock;
const running = () => [...operations.values()].filter(({ status }) => status === "running");

// Services.

function card({ name }) {
  const titles = ["pid", "up for", "restarts", "last"];
  const fields = titles.map((title) => make("div", {}, make("dt", {}, title), make("dd")));
  const [pid, up, restarts, last] = fields.map(({ lastChild }) => lastChild);
  const phase = box("p", "badge");
  const link = make("a");
  const button = make("button", { type: "button" });
  button.addEventListener("click", () => restart(button, name));
  const foot = make("footer", {}, link, button);
  const why = make("p", { class: "why", id: `why-${name}` });
  const made = box("li", "card", box("div", "head", make("h3", {}, name), phase), make("dl", {}, ...fields), why, foot);
  return Object.assign(made, { parts: { pid, up, restarts, last, phase, why, link, button } });
}

function fill(made, service) {
  const { pid, restarts, last, phase, why, link, button } = made.parts;
  made.service = service;
  mark(phase, service.phase);
  made.dataset.tone = phase.dataset.tone;
  put(pid, `${service.pid ?? "–"}`);
  put(restarts, `${service.restarts}`);
  put(last, service.last_status ? words(service.last_status) : "–");
  link.hidden = !service.url;
  if (service.url) {
    link.href = service.url;
    put(link, service.url.replace(/^http:\/\/|\/$/g, ""));
  }
  const busy = running().some(({ services }) => services.includes(service.name));
  put(why, service.attached ? "Run by somebody else, so not restarted from here." : "");
  allow(button, busy, why);
  put(button, busy ? "Restarting…" : "Restart");
  button.setAttribute("aria-label", `${button.textContent} ${service.name}`);
  growOld(made);
}

const refusal = () => (hello?.restart ? "" : (hello?.restart_refused ?? "not connected"));

// Never `disabled`: the focus would be lost while it works, and nobody could come to it to hear why it does not.
function allow(button, busy, reason) {
  const whys = [refusal() && byId("refused"), reason?.textContent && reason].filter(Boolean);
  button.setAttribute("aria-disabled", busy || whys.length > 0);
  button.setAttribute("aria-describedby", whys.map(({ id }) => id).join(" "));
  button.title = whys.map(({ textContent }) => textContent).join("\n");
}

function growOld({ parts, service }) {
  const since = service.pid && service.started_at;
  put(parts.up, since ? age(now() - since * 1000) : "–");
}

async function restart(button, service) {
  const complaint = byId("complaint");
  put(complaint, "");
  if (button.getAttribute("aria-disabled") === "true") return put(complaint, button.title);
  const patience = AbortSignal.timeout(10_000);
  try {
    const answer = await fetch(P.restart, {
      method: "POST",
      headers: { "content-type": "application/json", [P.tokenHeader]: hello?.token ?? "" },
      body: JSON.stringify(service ? { service } : {}),
      signal: patience,
    });
    if (!answer.ok) put(complaint, (await answer.text()).trim());
  } catch ({ message }) {
    // Not every engine gives the error the name that it should have.
    const late = "server-reload has not answered within 10 s. If it takes the request up later, that is seen below.";
    put(complaint, `No restart: ${patience.aborted ? late : message}`);
  }
}

// Restarts.

const elapsed = ({ took_ms: took, started_at: began }) => took ?? now() - began * 1000;

// When each phase of a service began and ended, in ms since the operation began.
function spans(operation, service) {
  const began = operation.started_at * 1000;
  const end = elapsed(operation);
  const own = operation.phases.filter((phase) => phase.service === service);
  return own.map(({ name, at, ms, pid }, index) => {
    const from = Math.max(0, at * 1000 - began);
    const next = own[index + 1];
    const to = next ? next.at * 1000 - began : ms == null ? end : from + ms;
    return { name, pid, from, to: Math.max(from, to), last: !next && !["busy", "warn"].includes(toneOf(name)) };
  });
}

const told = ({ name, from, to, last }) => words(name) + (last ? "" : ` ${length(to - from)}`);

// One that runs is drawn against the time that such a one took before, so that it grows.
function scale(operation) {
  if (operation.status !== "running") return Math.max(1, elapsed(operation));
  const same = ({ took_ms: took, services }) => took && services.join() === operation.services.join();
  return Math.max([...operations.values()].findLast(same)?.took_ms ?? 1000, elapsed(operation));
}

function row() {
  const [status, what, took] = [box("p", "badge"), make("strong"), box("span", "took")];
  const [lanes, phases, why] = [make("div"), make("ul", { class: "phases", role: "list" }), box("p", "why")];
  const made = box("li", "operation", box("div", "head", status, what, took), lanes, phases, why);
  return Object.assign(made, { parts: { status, what, took, lanes, phases, why } });
}

function tell(made, operation) {
  const { status, what, took, why, lanes, phases } = made.parts;
  const { services, reason, pid_before: before, pid_after: after, plan } = operation;
  const alone = services.length === 1;
  mark(status, operation.status);
  put(what, services.length > 3 ? `${services.length} services` : services.join(", "));
  put(took, length(elapsed(operation)));
  const pids = [...new Set([before, after])].filter(Boolean).join(" → ");
  const at = new Date(operation.started_at * 1000 - clock).toLocaleTimeString();
  const failed = status.dataset.tone === "bad" || operation.status === "cancelled";
  const because = failed || operation.cause === "files" ? reason : "";
  put(why, [at, CAUSES[operation.cause], because, alone && pids && `pid ${pids}`].filter(Boolean).join(" · "));
  const width = scale(operation);
  list(lanes, services, (name) => name, lane, (element, service) => draw(element, spans(operation, service), width, alone));
  const all = services.flatMap((service) => spans(operation, service));
  const done = alone ? all : [...new Map(all.map((span) => [span.name, { ...span, last: true }])).values()];
  const names = operation.status === "running" ? plan.filter((name) => !done.some((span) => span.name === name)) : [];
  const come = names.map((name) => ({ name, last: true, come: true }));
  list(phases, [...done, ...come], (_, index) => index, () => make("li"), (element, span) => {
    put(element, told(span));
    element.dataset.phase = span.name;
    element.toggleAttribute("data-come", Boolean(span.come));
  });
}

function lane(service) {
  const bar = make("div", { class: "bar", role: "img" });
  return Object.assign(box("div", "lane", make("span", {}, service), bar), { bar, service });
}

function draw({ bar, service, firstChild }, parts, width, alone) {
  firstChild.hidden = alone;
  const text = `${service}: ${parts.map(told).join(", ")}`;
  if (bar.title !== text) bar.setAttribute("aria-label", (bar.title = text));
  const shown = parts.filter(({ last }) => !last);
  list(bar, shown, (_, index) => index, () => make("span"), (element, span) => {
    const { name, from, to } = span;
    element.dataset.phase = name;
    element.style.insetInlineStart = `${(from / width) * 100}%`;
    element.style.width = `${((to - from) / width) * 100}%`;
    element.title = told(span);
  });
}

const MOST_OPERATIONS = 20;

// The oldest is the first; one that is told again keeps its place.
function keep(operation) {
  operations.set(operation.op_id, operation);
  if (operations.size > MOST_OPERATIONS) operations.delete(operations.keys().next().value);
}

function showRestarts() {
  const newest = [...operations.values()].sort((one, other) => other.started_at - one.started_at);
  byId("no-restart").hidden = newest.length > 0;
  list(byId("restarts"), newest, ({ op_id: id }) => id, row, tell);
}

// Pages.

// To another origin, browsers do not tell which page it is.
function where(url) {
  const origin = /^https?:\/\/([^/]+)$/.exec(url);
  if (origin) return ["a page of ", make("code", {}, origin[1])];
  return url && url !== "null" ? [make("code", {}, url)] : ["a page that does not tell its address"];
}

function visitor({ url, browser }) {
  const since = make("span");
  const made = make("li", {}, box("p", "where", ...where(url)), make("span", {}, browser), since);
  return Object.assign(made, { since });
}

function showPages() {
  put(byId("count"), `(${state.streams})`);
  byId("no-page").hidden = state.streams > 0;
  list(byId("pages"), state.pages, ({ no }) => no, visitor, ({ since }, page) => put(since, `for ${age(now() - page.since * 1000)}`));
}

// All of it.

const announced = new Map();
let announcing;

// What people who do not see the page hear: where each service has come to, when it rests there.
function announce() {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const news = state.services.filter(({ name, phase }) => announced.get(name) !== phase);
    if (announced.size) put(byId("said"), news.map(({ name, phase }) => `${name}: ${words(phase)}`).join(", "));
    for (const { name, phase } of news) announced.set(name, phase);
  }, 400);
}

function showTitle() {
  const services = state?.services ?? [];
  const first = services.find(({ phase }) => toneOf(phase) === "bad") ?? services.find(({ phase }) => phase !== "ready");
  const name = first && services.length > 1 ? `${first.name} ` : "";
  const said = first ? `${ICONS[toneOf(first.phase)]} ${name}${words(first.phase)}` : "✓ ready";
  document.title = `${hello ? said : "✕ not running"} – server-reload`;
}

let drawing;

// Many things may be told at once, and a page that nobody sees is not drawn; its title is seen.
function redraw() {
  showTitle();
  drawing ??= requestAnimationFrame(() => ((drawing = undefined), showAll()));
}

function showAll() {
  const refused = byId("refused");
  const old = state && "This is how it was before.";
  put(refused, hello ? `Read only: ${refusal()}` : [advice, old].filter(Boolean).join("\n"));
  refused.hidden = hello ? !state?.services.length || !refusal() : !refused.textContent;
  byId("main").toggleAttribute("data-stale", !hello);
  if (!state) return;
  const { services, id } = state;
  byId("no-service").hidden = services.length > 0;
  for (const name of ["restarts", "output"]) byId(name).closest("section").hidden = !services.length;
  put(byId("id"), id ? `id ${id}` : "");
  const all = byId("all");
  all.hidden = services.length < 2;
  allow(all, false);
  list(byId("services"), services, ({ name }) => name, card, fill);
  showRestarts();
  showPages();
  showPanes();
}

// The time goes on by itself; nobody is asked for that.
function tick() {
  if (!document.hidden && state && hello) {
    [...byId("services").children].forEach(growOld);
    showPages();
    if (running().length) showRestarts();
  }
  setTimeout(tick, running().length ? 100 : 1000);
}

// The stream.

let source;
let retry;
let attempts = 0;
let watchdog;
let advice = "";

const CROWDED =
  "It may be held up, or it may never have been asked: a browser opens six connections to a host. Close other pages of it, where there are so many.";

function link(tone, text) {
  byId("link").dataset.tone = tone;
  put(byId("link"), text);
}

function connect() {
  hangUp();
  source = new EventSource(P.events);
  watch(10_000, CROWDED);
  const on = (name, act) => source.addEventListener(name, ({ data }) => (alive(), act(JSON.parse(data))));
  on(P.hello, greet);
  on(P.state, (told) => ((state = told), redraw(), announce()));
  on(P.problems, (told) => list(byId("problems"), told, ({ service }) => service, problem, explain));
  on(P.operation, (told) => (keep(told), redraw()));
  on(P.output, append);
  on(P.ping, (told) => (clock = told - Date.now()));
  on(P.shutdown, ({ reason }) => lost(`server-reload has stopped (${reason})`));
  source.onerror = () => lost("server-reload is not running");
}

// All that it tells from here on is whole, so what was drawn of it before goes.
function greet(told) {
  if (told.version !== P.version) return location.reload();
  hello = told;
  attempts = 0;
  advice = "";
  clock = told.now_ms - Date.now();
  operations.clear();
  panes.clear();
  showRestarts();
  showPanes();
  link("good", "live");
}

function watch(ms, hint = "") {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => lost("server-reload does not answer", hint), ms);
}

// A stream that says nothing for three heartbeats is dead, whatever the socket says.
const alive = () => watch(3 * (hello?.heartbeat_ms ?? 10_000));

// A source that has been closed may still have an error to tell, which is none of the next one's.
function hangUp() {
  if (source) source.onerror = ({ target }) => target.close();
  source?.close();
  clearTimeout(watchdog);
  clearTimeout(retry);
}

function lost(why, hint = "") {
  hangUp();
  hello = null;
  advice = hint;
  link("bad", why);
  redraw();
  retry = setTimeout(connect, Math.min(4000, 250 * 2 ** attempts++));
}

byId("all").addEventListener("click", ({ currentTarget }) => restart(currentTarget));
addEventListener("pagehide", hangUp);
addEventListener("pageshow", ({ persisted }) => persisted && connect());
for (const [target, name] of [[window, "online"], [document, "visibilitychange"]]) {
  target.addEventListener(name, () => hello || document.hidden || connect());
}
connect();
tick();
