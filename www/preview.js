// An editor beside the live page. The page in the frame is an ordinary one: its own script tag loads it
// again, swaps its styles or tells it. All that happens here is that a file is read and written.
//
// `?page=PATH` names the page, `&file=PATH` the file that is shown first.

const SOURCE = "/_reload/source";
const TOKEN = "x-server-reload-token";
const PAUSE = 600; // milliseconds without a key after which is saved
const TEXT = /\.(html?|css|m?js|json|svg|md|txt|xml|csv|toml|ya?ml)$/i;
const OURS = /^\/(_reload\/|events\/|reload\.js$)/;

const byId = (id) => document.getElementById(id);
const [choice, auto, save, numbers, area] = ["file", "auto", "save", "numbers", "text"].map(byId);
const [status, conflict, frame] = ["status", "conflict", "page"].map(byId);

const asked = new URLSearchParams(location.search);
const page = inside(asked.get("page")) ?? inside("index.html");

let file; // The file that is shown: see `read`.
let timer;
let saving; // The promise of the save under way.

// A path of this very origin, else nothing.
function inside(path) {
  if (!path || !URL.canParse(path, location.href)) return;
  const url = new URL(path, location.href);
  return url.origin === location.origin ? url.pathname + url.search : undefined;
}

function say(text, kind = "") {
  status.textContent = text;
  status.dataset.kind = kind;
}

// What a refusal says, without its trimmings.
const reason = (text) => text.trim().replace(/\n+/g, "\n");

// ---- The file

// As it is in the folder, byte for byte: its text, its tag, and what a text area does not keep.
async function fetched(path) {
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const raw = decoder.decode(await answer.arrayBuffer());
  const mark = raw.startsWith("\uFEFF") ? "\uFEFF" : "";
  const kept = raw.slice(mark.length);
  const text = kept.replace(/\r\n?/g, "\n"); // As a text area has it.
  const returns = kept.length - text.length;
  const lines = text.split("\n").length - 1;
  const mixed = (returns > 0 && returns < lines) || /\r(?!\n)/.test(kept);
  return { path, tag: answer.headers.get("etag"), text, mark, end: returns ? "\r\n" : "\n", mixed };
}

// Whether it may be written, and with which token.
async function permission(path) {
  const answer = await fetch(SOURCE + path, { cache: "no-store" });
  return answer.ok ? { token: (await answer.json()).token } : { why: reason(await answer.text()) };
}

async function read(path) {
  clearTimeout(timer);
  say("Loading…");
  area.readOnly = true;
  const clean = path.split("?")[0];
  const [found, may] = await Promise.all([fetched(clean), permission(clean)]);
  if (choice.value !== path) return; // Another was chosen meanwhile.
  file = { ...found, ...may };
  area.value = found.text;
  area.scrollTop = 0;
  number();
  show();
}

const report = (error) => say(error.message, "bad");

// Reads what was chosen; what can't be read leaves what is shown.
function choose(path) {
  return read(path).catch((error) => {
    if (choice.value !== path) return;
    if (file) {
      choice.value = file.path;
      show();
    }
    report(error);
  });
}

const MIXED = "Its lines end in more than one way, which would be lost here: edit it in an editor.";
const isOpen = () => Boolean(file?.token) && !file.mixed;
const isDirty = () => Boolean(file) && area.value !== file.text;

function show() {
  conflict.hidden = true;
  area.readOnly = !isOpen();
  save.disabled = !isOpen() || !isDirty();
  if (!isOpen()) say(`Read-only: ${(file?.token ? MIXED : file?.why) ?? ""}`);
  else say(isDirty() ? "Not saved yet" : "Saved");
}

// ---- Saving

async function write() {
  clearTimeout(timer);
  await saving;
  if (!isOpen() || !isDirty()) return;
  const text = area.value;
  say("Saving…");
  saving = put(text).catch((error) => say(`Not saved: ${error.message}`, "bad"));
  await saving;
  saving = undefined;
}

async function put(text) {
  const written = file;
  const raw = written.mark + text.replaceAll("\n", written.end);
  const answer = await fetch(SOURCE + written.path, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-match": written.tag, [TOKEN]: written.token },
    body: JSON.stringify({ text: raw }),
  });
  if (answer.ok) {
    Object.assign(written, { text, tag: answer.headers.get("etag") });
    if (written !== file) return;
    show();
    const time = new Date().toLocaleTimeString();
    if (!isDirty()) say(`Saved at ${time}`);
    else if (auto.checked) later();
    help();
  } else if (answer.status === 412) {
    clash();
  } else {
    say(`Not saved: ${reason(await answer.text())}`, "bad");
  }
}

function later() {
  clearTimeout(timer);
  if (conflict.hidden) timer = setTimeout(write, PAUSE);
}

// Somebody else has saved: nothing is written until one of both is chosen.
function clash() {
  clearTimeout(timer);
  say("The file has been changed by somebody else meanwhile. Nothing is lost: choose.", "bad");
  conflict.hidden = false;
}

async function takeTheirs() {
  const found = await fetched(file.path);
  Object.assign(file, found);
  area.focus();
  replace(found.text); // Mine comes back by undoing it.
  show();
}

async function keepMine() {
  const { tag } = await fetched(file.path);
  file.tag = tag;
  conflict.hidden = true;
  await write();
}

byId("theirs").addEventListener("click", () => takeTheirs().catch(report));
byId("mine").addEventListener("click", () => keepMine().catch(report));

// What has been changed elsewhere is shown here too, unless something would be lost.
async function look() {
  await saving;
  if (!file) return;
  const [looked, { path, tag }] = [file, file];
  const found = await fetched(path);
  await saving;
  // Another file was chosen meanwhile, or this one was saved.
  if (file !== looked || file.tag !== tag || found.tag === tag) return;
  if (isDirty() && found.text !== area.value) return clash();
  const at = area.selectionStart;
  Object.assign(file, found);
  if (area.value !== found.text) replace(found.text);
  if (document.activeElement === area) area.setSelectionRange(at, at);
  show();
}

// ---- The page

let missed = 0; // When a file was changed while the frame went from one document to the next.

// A page that was saved half typed may have lost its script tag, and then nobody else loads it again. Nor
// where the file was changed between a page that is being loaded and its stream.
function help() {
  const inner = frame.contentWindow;
  try {
    const { state = "none" } = inner.serverReload ?? {};
    if (["restarted", "reloading", "away"].includes(state)) missed = performance.timeOrigin + performance.now();
    if (["none", "starting", "connecting", "reconnecting"].includes(state)) inner.location.reload();
  } catch {
    frame.src = page; // It has gone elsewhere.
  }
}

// Loads a document once more that was answered before the file was changed.
function catchUp({ performance, location }) {
  const [{ responseStart }] = performance.getEntriesByType("navigation");
  const late = performance.timeOrigin + responseStart < missed;
  missed = 0;
  if (late) location.reload();
}

// The files that the page is made of, as far as they are texts of this origin.
function list() {
  let names = [];
  try {
    const inner = frame.contentWindow;
    names = inner.performance.getEntriesByType("resource").map(({ name }) => name);
    names.unshift(inner.location.href);
  } catch {}
  const known = [...choice.options].map(({ value }) => value);
  const local = names.map((name) => new URL(name)).filter(({ origin }) => origin === location.origin);
  for (const { pathname } of local) {
    const isText = TEXT.test(pathname) || pathname.endsWith("/") || pathname === page.split("?")[0];
    if (isText && !OURS.test(pathname) && !known.includes(pathname)) {
      known.push(pathname);
      choice.add(new Option(pathname.endsWith("/") ? `${pathname}index.html` : pathname.slice(1), pathname));
    }
  }
}

frame.addEventListener("load", () => {
  list();
  // What a script asks for comes a moment later, and so does a style sheet that is swapped, of which nothing
  // else is told.
  const inner = frame.contentWindow;
  const isShown = ({ name }) => new URL(name).pathname === file?.path;
  const loaded = (entries) => {
    list();
    if (entries.getEntries().some(isShown)) look().catch(report);
  };
  try {
    new inner.PerformanceObserver(loaded).observe({ type: "resource" });
    if (missed) catchUp(inner);
  } catch {}
});

// ---- The editor

function number() {
  const count = area.value.split("\n").length;
  if (numbers.dataset.count === String(count)) return;
  numbers.dataset.count = String(count);
  numbers.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
}

// As if it were typed, so that it can be undone; but not while somebody types elsewhere.
function replace(text, from = 0, to = area.value.length) {
  const types = document.activeElement === area && !area.readOnly;
  if (types) area.setSelectionRange(from, to);
  if (!types || !document.execCommand("insertText", false, text)) area.setRangeText(text, from, to, "end");
  number();
}

let leaves = false; // Whether the next Tab moves on.

area.addEventListener("keydown", (event) => {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  if (key === "Escape") leaves = true;
  else if (key !== "Tab") leaves = ["Shift", "Control", "Alt", "Meta"].includes(key) && leaves;
  else if (!leaves && !area.readOnly && !shiftKey && !ctrlKey && !metaKey && !altKey) {
    event.preventDefault();
    replace("  ", area.selectionStart, area.selectionEnd);
  }
});
area.addEventListener("blur", () => (leaves = false));
area.addEventListener("scroll", () => (numbers.scrollTop = area.scrollTop));
area.addEventListener("input", () => {
  number();
  if (!conflict.hidden) return;
  show();
  if (auto.checked && isDirty()) later();
});

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (key.toLowerCase() !== "s" || !(ctrlKey || metaKey) || altKey || shiftKey) return;
  event.preventDefault();
  write();
});
save.addEventListener("click", write);
choice.addEventListener("change", async () => {
  await write();
  if (isDirty()) {
    choice.value = file.path; // It could not be saved, and is not thrown away.
    return;
  }
  choose(choice.value);
});

const AUTO = "preview-auto";
try {
  auto.checked = localStorage.getItem(AUTO) !== "off";
} catch {
  auto.checked = true;
}
auto.addEventListener("change", () => {
  try {
    localStorage.setItem(AUTO, auto.checked ? "on" : "off");
  } catch {}
  if (auto.checked && isDirty()) later();
});

document.addEventListener("server-reload", (event) => {
  event.preventDefault(); // What is being typed here stays.
  const { cause } = event.detail;
  // After a restart there is another token.
  if (cause === "restart" && file) return event.detail.waitUntil(renew());
  help();
  event.detail.waitUntil(look());
});

async function renew() {
  const renewed = file;
  const may = await permission(renewed.path);
  Object.assign(renewed, { token: undefined, why: undefined }, may);
  await look();
  if (conflict.hidden) show();
  if (auto.checked && isDirty()) later();
}

// The browser asks before something is lost.
addEventListener("beforeunload", (event) => {
  if (isOpen() && isDirty()) event.preventDefault();
});

const first = inside(asked.get("file")) ?? page.split("?")[0];
choice.add(new Option(first.endsWith("/") ? `${first}index.html` : first.slice(1), first));
frame.src = page;
byId("open").href = page;
choose(first);
