// What the hands do in a page, by the numbers that the machine sends and is told. `begin` makes a
// fresh pair of hands, `root` is the path of this folder's sheets.
const same = (is, expected, what = "") => {
  const [one, other] = [is, expected].map((it) => JSON.stringify(it, (_, value) => (Number.isNaN(value) ? "NaN" : value)));
  if (one !== other) throw new Error(`${what} ${one} is not ${other}`);
};
const holds = (is, what) => {
  if (!is) throw new Error("not so: " + what);
};
const until = async (what, is) => {
  for (const end = performance.now() + 5e3; performance.now() < end; ) {
    if (is()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("waited for " + what);
};
const shadow = (tag, selector) => document.querySelector(tag)?.shadowRoot.querySelector(selector);
const inToast = (selector) => shadow("server-reload-toast", selector);
const inOverlay = (selector) => shadow("server-reload-overlay", selector);
const add = (tag, attributes = {}) => {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  document.body.append(element);
  return element;
};
const NO = NaN;
const say = (hands, ...notice) => {
  hands.act(8, notice);
  return inToast("[part=text]").textContent;
};
// Makes a run of this record, as a request does.
const running = (hands, record = {}, service = "") => {
  hands.fetch = () => new Promise(() => {});
  hands.act(17, [1, hands.name("op"), hands.name(service), 1e3]);
  const run = hands.run(1);
  Object.assign(run.operation, { services: ["app"], plan: ["stopping", "starting", "waiting_until_ready", "ready"], ...record });
  return run;
};
const phase = (name, ms = null, service = "app", at = 1) => ({ name, ms, service, at });
const steps = () => [...document.querySelector("server-reload-toast").shadowRoot.querySelectorAll("li")].map((it) => it.textContent);
const heard = (hands, type, it) => hands.heard(1, { type, data: typeof it === "string" ? it : JSON.stringify(it) });

const CASES = {
  receipts(hands) {
    same(say(hands, 5, 0, 840, 4711, 4722, 0), "Reloaded: pid 4711 → 4722 in 0.8 s");
    same(say(hands, 5, 0, 12_960, NO, NO, 0), "Reloaded: server restarted in 13.0 s");
    same(say(hands, 7, 0, NO, NO, NO, 0), "Updated in place: server restarted");
    same(say(hands, 7, 1, NO, 1, 1, 0), "Updated in place: page files changed");
    same(say(hands, 5, 0, 812, 1, 2, 1), "Restarted: pid 1 → 2 in 0.8 s");
    same(say(hands, 5, 0, NO, NO, NO, 1), "Restarted");
    same(say(hands, 8, 0, NO, NO, NO, 0), "Page told: server restarted");
  },
  each_notice_has_its_words(hands) {
    const words = [
      [[0], "Connection lost. Reconnecting…", "lost"],
      [[1], "Server stopped. Waiting for it to come back…", "stopped"],
      [[2, NO], "Server is starting…", "waiting"],
      [[2, 4], "Server is restarting…", "waiting"],
      [[2, 5], "Server is restarting: its port is still in use…", "waiting"],
      [[2, 9], "Server has crashed. Starting it again…", "waiting"],
      [[3], "Connected again. Nothing has changed.", "back"],
      [[4, 0], "Server restarted. Reloading…", "reloading"],
      [[6, 1], "Page files changed. Updating the page…", "updating"],
      [[9], "Styles updated", "styles"],
      [[10, hands.name("<b>100 %</b>")], "The page could not update itself: <b>100 %</b>", "failed"],
      [[11, 1], "Page files changed. Reload the page?", "prompt"],
      [[12], "Several servers answer in turns. That is not taken for a restart.", "workers"],
      [[13], "Reload loop: more than 3 reloads in 10 s. Paused until it is quiet for 10 s.", "paused"],
      [[17, -5], "Not restarted: the dialog that asks whether to restart was cancelled", "refused"],
      [[17, hands.name("no such service")], "Not restarted: no such service", "refused"],
    ];
    for (const [notice, text, kind] of words) {
      same(say(hands, ...notice), text);
      same(inToast("[part=toast]").dataset.kind, kind);
      same(!inToast("[data-action=reload]").hidden, ["failed", "prompt", "paused"].includes(kind), kind);
    }
    hands.act(9, []);
    same([inToast("[data-kind]"), inToast("[part=text]").textContent], [null, ""]);
    hands.stop();
    same(document.querySelector("server-reload-toast"), null);
  },
  async short_news_goes_by_itself(hands) {
    say(hands, 9);
    same(hands.told, []);
    await until("the dismissal", () => hands.told.length);
    same(hands.told, [[21, [1]]]);
  },
  a_toast_thrown_out_by_the_page_comes_back(hands) {
    say(hands, 0);
    document.querySelector("server-reload-toast").remove();
    say(hands, 3);
    holds(inToast("[data-kind=back]"), "it is there");
    inToast("[data-action=dismiss]").click();
    same(hands.told, [[21, [1]]]);
  },
  the_likely_refusal_is_named_with_its_flag(hands) {
    for (const [origin, page, host, flag] of [
      ["null", "", "localhost", "--allow-origin null`"],
      ["http://app.test", "app.test", "localhost", "--allow-origin http://app.test`"],
      ["http://dev-laptop:8000", "dev-laptop", "dev-laptop", "--allow-host dev-laptop`"],
    ])
      holds(hands.likely(origin, page, host).includes(flag), flag);
    for (const host of ["localhost", "127.0.0.1", "192.168.1.5", "[fe80::1]", "it.localhost"])
      same(hands.likely("http://it", host, host), "");
  },
  the_timeline_tells_each_step_to_eyes_and_ears(hands) {
    running(hands, { phases: [phase("stopping", 120), phase("starting")] });
    same(say(hands, 14, 1, 0, 0, 0), "Restarting…");
    same(steps(), ["✓Stop120 ms done", "▸Start now", "·Wait until ready to come", "·Ready to come"]);
    same(inToast("li[aria-current=step]").dataset.mark, "now");
    same(inToast("[role=status][part=spoken]").textContent, "Start");
    same(say(hands, 14, 1, 1, 31_400, 12_900).split(" Record: ")[0], "Restarting… No end after 31 s: it has been at “Start” for 12 s.");
    say(hands, 0);
    same([steps(), inToast("[role=status][part=spoken]").textContent], [[], ""]);
  },
  a_restart_of_one_service_is_named(hands) {
    running(hands, {}, "api");
    same(say(hands, 14, 1, 0, 0, 0), "Restarting api…");
    holds(say(hands, 14, 1, 1, 5e3, 5e3).includes(" No end after 5 s: nothing has been heard of it. Record: http"), "late");
  },
  several_services_have_a_step_each(hands) {
    const phases = [phase("stopping", 10, "api"), phase("ready", 5, "api"), phase("starting", null, "app")];
    running(hands, { services: ["api", "app", "worker"], phases });
    say(hands, 14, 1, 0, 0, 0);
    same(steps(), ["✓api: Ready15 ms done", "▸app: Start now", "·worker0 ms to come"]);
  },
  how_a_restart_has_ended(hands) {
    const run = running(hands, { phases: [phase("stopping", 1200), phase("ready")], pid_before: 1, pid_after: 2, took_ms: 2349 });
    run.operation.status = "restarted";
    same(say(hands, 15, 1, 1, 0, 0), "Restarted: pid 1 → 2 in 2.3 s");
    same(steps()[0], "✓Stop1.2 s done");
    for (const [status, kind, words] of [
      [2, "unrestarted", "Not restarted: the old process still has the port."],
      [3, "unrestarted", "Not restarted: the check has failed."],
      [4, "unrestarted", "Restart failed: the port is still in use."],
      [5, "unrestarted", "Restart failed: the new process is not ready."],
      [6, "unrestarted", "Restart failed: the new process has ended."],
      [7, "cancelled", "Restart cancelled: something else has come first."],
    ]) {
      run.operation.record = "restarts/op.json";
      run.operation.reason = "";
      same(say(hands, 15, 1, status, 0, 0), words + " Record: restarts/op.json");
      same(inToast("[part=toast]").dataset.kind, kind);
      run.operation.reason = "because.";
      holds(say(hands, 15, 1, status, 0, 0).includes(": because. Record: "), "the reason");
    }
  },
  a_phase_that_failed_is_marked_and_those_after_it_stay_to_come(hands) {
    running(hands, { status: "exited", phases: [phase("stopping", 1), phase("starting", 1), phase("crashed")] });
    say(hands, 15, 1, 6, 0, 0);
    same(steps().map((it) => it[0]), ["✓", "✕", "·", "·"]);
    running(hands, { plan: [], phases: Array.from({ length: 30 }, () => phase("starting", 1)) });
    say(hands, 14, 1, 0, 0, 0);
    same(steps().length, 9);
  },
  a_restart_whose_end_nobody_tells(hands) {
    const run = running(hands, { record: "op.json", phases: [phase("waiting_until_ready")] });
    const text = "How the restart has ended is not known (no such restart): it has been at “Wait until ready” for 0 s. Record: op.json";
    same(say(hands, 16, 1, hands.name("no such restart"), 0, 0), text);
    same([inToast("[part=toast]").dataset.kind, run.told], ["cancelled", text]);
  },

  a_toggle_goes_into_each_match_and_leaves_with_the_hands(hands) {
    const bar = add("nav");
    hands.wanted = "nav";
    hands.mount();
    const button = bar.querySelector("button[aria-pressed=true]");
    same(button.textContent, "● Auto-reload");
    hands.act(12, [0, 1, 0, 0, NO, NO]);
    same([button.getAttribute("aria-pressed"), button.dataset.state, button.textContent], ["false", "off", "○ Auto-reload"]);
    button.click();
    same(hands.told, [[12, [1, 1]]]);
    hands.stop();
    same(bar.children.length, 0);
    bar.remove();
  },
  async a_toggle_comes_back_where_the_page_renders_its_toolbar_anew(hands) {
    hands.wanted = "nav";
    hands.mount();
    const first = add("nav");
    await until("a toggle in a new toolbar", () => first.querySelector("button"));
    first.replaceWith(document.createElement("nav"));
    await until("a toggle in the next", () => document.querySelector("nav button"));
    same(document.querySelectorAll("nav button").length, 1);
    same(document.querySelector("nav button").getAttribute("aria-pressed"), "true");
    document.querySelector("nav").remove();
  },
  a_button_of_the_page_is_used_as_it_is(hands) {
    const button = add("button", { "data-reload-toggle": "" });
    button.textContent = "Live";
    hands.mount();
    same([button.getAttribute("aria-pressed"), button.textContent], ["true", "Live"]);
    button.click();
    same(hands.told, [[12, [0, 1]]]);
    hands.stop();
    button.click();
    same([button.textContent, hands.told.length, button.isConnected], ["Live", 1, true]);
    button.remove();
  },
  async a_floating_toggle_lives_in_a_shadow_root(hands) {
    hands.wanted = "floating";
    hands.mount();
    const there = () => shadow("server-reload-toggle", "button[aria-pressed=true]");
    holds(there(), "it is there");
    document.querySelector("server-reload-toggle").remove();
    await until("it comes back", there);
    hands.stop();
    holds(!there(), "it is gone");
  },
  a_selector_that_matches_nothing_is_named(hands) {
    hands.wanted = ":::";
    hands.mount();
    same(hands.said, ['data-toggle=":::" matches no element of this page, so there is no toggle']);
  },

  a_problem_is_shown_as_text_with_its_colors(hands) {
    const output = "plain <i>\nerror rgb";
    const looks = [[10, ""], [5, "color:var(--c1);font-weight:700"], [1, ""], [2, "color:rgb(1,2,3);text-decoration:underline;opacity:.8"]];
    const problem = (service, output, looks) => [hands.name(service), hands.name(JSON.stringify({ service, title: "check failed: <b>", output, looks }))];
    hands.act(11, [1, ...problem("app", output, looks)]);
    const words = (part) => inOverlay(`[part=${part}]`).textContent;
    same([words("service"), words("title"), words("output")], ["app", "check failed: <b>", "plain <i>\nerror rgb"]);
    same(words("note"), "The version before keeps running. This goes away when it is solved.");
    const [, error, , rgb] = inOverlay("[part=output]").querySelectorAll("span");
    same([error.style.color, error.style.fontWeight], ["var(--c1)", "700"]);
    same([rgb.style.color, rgb.style.textDecoration, rgb.style.opacity], ["rgb(1, 2, 3)", "underline", "0.8"]);
    const first = inOverlay("[part=output]").firstChild;
    hands.act(11, [0, ...problem("app", output, looks), ...problem("api", "two")]);
    same(inOverlay("[part=output]").firstChild === first, true, "left as it is");
    same(words("note"), "Also api: check failed: <b>. This goes away when it is solved.");
    hands.act(11, [0, ...problem("api", "two"), ...problem("app", output, looks)]);
    same(words("output"), "two");
    holds(inOverlay("[role=alert]").textContent.includes("check failed") && !inOverlay("[role=alert]").textContent.includes("two"), "the alert");
    hands.act(11, [0]);
    same(document.querySelector("server-reload-overlay"), null);
  },
  the_focus_goes_back_to_where_it_was(hands) {
    const field = add("input");
    field.focus();
    hands.act(11, [0, 1, hands.name('{"service":"app","title":"no"}')]);
    same(document.activeElement === field, true, "it takes no focus");
    inOverlay("[part=output]").focus();
    inOverlay("button").focus();
    inOverlay("button").click();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    same(hands.told, [[21, [2]], [21, [2]]]);
    hands.act(11, [0]);
    same(document.activeElement === field, true, "it is back");
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    same(hands.told.length, 2);
    field.remove();
  },

  the_stream_is_found_from_the_tag(hands) {
    for (const [written, url] of [
      [undefined, "http://it.test:10021/events/server"], ["/other", "http://it.test:10021/other"], ["https://x.test/e", "https://x.test/e"],
      [":7/e", `http://${location.hostname}:7/e`],
    ]) {
      hands.settings({ events: written }, "http://it.test:10021/a/reload.js");
      same(hands.events, url);
    }
    same(hands.resolve("/_reload/restart"), `http://${location.hostname}:7/_reload/restart`);
  },
  every_attribute_becomes_a_number(hands) {
    const tag = document.createElement("script");
    for (const [key, value] of Object.entries({
      "on-restart": "prompt", toggle: "#toolbar .right", enabled: "false", delay: " 250", "server-id": " 1766082209.512345\n",
      confirm: "false", "restart-patience": "500", timings: '{"leave": 500, "window": 7}',
    }))
      tag.setAttribute("data-" + key, value);
    const numbers = hands.settings(tag.dataset, location.href);
    same(numbers.slice(0, 3), [2, 250, 0]);
    same([hands.text(numbers[3]), hands.wanted], ["1766082209.512345", "#toolbar .right"]);
    same(numbers.slice(5, 7), [0, 0]);
    same(numbers.slice(8, 10), [0, 500]);
    same(numbers.slice(10), [NO, NO, NO, NO, NO, NO, 7, 500, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO]);
    same(hands.said, []);
  },
  invalid_values_fall_back_and_are_named(hands) {
    const numbers = hands.settings({ onRestart: "refresh", enabled: "yes", delay: "0.5s", restartPatience: "-1" }, location.href);
    same([numbers.slice(0, 3), numbers.slice(8, 10)], [[NO, NO, 1], [NO, NO]]);
    same(hands.said, [
      'data-on-restart="refresh" is ignored: it takes `reload`, `event` or `prompt`',
      'data-enabled="yes" is ignored: it takes `true` or `false`',
      'data-delay="0.5s" is ignored: it takes whole milliseconds, such as `250`',
      'data-restart-patience="-1" is ignored: it takes whole milliseconds, such as `60000`',
    ]);
    same(hands.wanted, "[data-reload-toggle]");
  },
  memory_and_switch_are_kept(hands) {
    const memory = [0, 17, 1, 18, 2, 1, 3, hands.name("a\nb"), 3, hands.name("c"), 4, 1.5, 5, hands.name("7"), 6, hands.name("r"), 7, 0, 8, 4];
    hands.act(13, memory);
    same(hands.memory(), memory);
    hands.store("set", hands.P.memory + ":" + location.pathname, '[3, "a", 0, 3]');
    same(hands.memory(), [3, hands.name("a"), 0, 3]);
    for (const nonsense of ["{}", "1", "left a\n", "null"]) {
      hands.store("set", hands.P.memory + ":" + location.pathname, nonsense);
      same(hands.memory(), []);
    }
    sessionStorage.clear();
    for (const on of [0, 1]) {
      hands.act(14, [on]);
      same([hands.stored(), hands.settings({}, location.href)[2]], [on, on]);
    }
    localStorage.clear();
    same(hands.stored(), NO);
  },

  async the_page_is_told_and_may_do_it_itself(hands) {
    const details = [];
    const listen = (event) => {
      const { waitUntil, ...detail } = event.detail;
      details.push(detail);
      if (detail.cause === "restart") return;
      event.preventDefault();
      waitUntil(Promise.resolve());
      waitUntil(Promise.reject(new Error("  no\n")));
    };
    document.addEventListener("server-reload", listen);
    const [a, b] = [hands.name("a"), hands.name("b")];
    hands.act(6, [1, 0, 0, NO, NO, b, 7, 8, hands.name("op")]);
    hands.act(6, [2, 1, a, 1, NO, b, NO, NO, 0, hands.name("/x.js")]);
    document.removeEventListener("server-reload", listen);
    same(details, [
      { cause: "restart", oldId: null, oldPid: null, newId: "b", newPid: 7, op_id: "op", paths: [] },
      { cause: "change", oldId: "a", oldPid: 1, newId: "b", newPid: null, op_id: null, paths: ["/x.js"] },
    ]);
    same(hands.told, [[18, [1, 0, 0, 0]], [18, [2, 1, 1, 0]]]);
    await until("the promises", () => hands.told.length > 2);
    const [kind, [turn, error]] = hands.told[2];
    same([kind, turn, hands.text(error)], [19, 2, "no"]);
  },
  how_things_stand_is_told_when_it_is_another(hands) {
    const details = [];
    const listen = (event) => details.push(event.detail);
    document.addEventListener("server-state", listen);
    hands.act(12, [2, 1, 1, hands.name("a"), 7, 1e12]);
    hands.act(12, [2, 2, 0, hands.name("b"), NO, NO]);
    document.removeEventListener("server-state", listen);
    same(details, [{ state: "connected", previous: "connecting", id: "a", pid: 7 }]);
    same([hands.state, hands.enabled, hands.server], ["connected", false, { id: "b", pid: null, startedAt: null }]);
  },
  what_is_typed_in_is_cared_for(hands) {
    const form = add("form", { method: "post" });
    const field = form.appendChild(document.createElement("textarea"));
    const type = (text) => {
      field.focus();
      document.execCommand("insertText", false, text);
      return hands.care();
    };
    same(type("a"), 0, "not asked for");
    hands.keeps = true;
    same(type("b"), 1);
    same(say(hands, 11, 0), "Server restarted. This page has input that is not saved. Reload the page?");
    form.reset();
    same(hands.care(), 0, "taken back");
    same(type("c"), 1);
    form.dispatchEvent(new Event("submit"));
    same(hands.care(), 0, "sent");
    same(type("d"), 1);
    form.remove();
    same(hands.care(), 0, "gone");
  },
  a_form_that_is_posted_leaves_word(hands) {
    const word = () => sessionStorage.getItem(hands.P.memory + ":sent");
    const form = add("form", { method: "POST" });
    new FormData(form);
    holds(Date.now() - word() < 1e3, "a post");
    form.method = "get";
    new FormData(form);
    same(word(), null);
    hands.rouse(0);
    form.method = "post";
    new FormData(form);
    same(word(), null, "while it is off");
    form.remove();
  },
  a_policy_that_forbids_the_stream_is_told(hands) {
    const violate = (blockedURI, disposition = "enforce", effectiveDirective = "connect-src") =>
      document.dispatchEvent(new SecurityPolicyViolationEvent("securitypolicyviolation", {
        blockedURI, disposition, effectiveDirective, documentURI: location.href, violatedDirective: effectiveDirective, originalPolicy: "", statusCode: 200,
      }));
    violate(location.href);
    violate(hands.events, "report");
    violate(hands.events, "enforce", "img-src");
    same(hands.told, []);
    violate(hands.events);
    same(hands.told, [[33, [1]]]);
    for (const remark of [1, 3]) hands.act(15, [remark]);
    hands.cached = true;
    hands.act(15, [1]);
    const words = ["ids come back", "connect-src", "service worker"];
    same(hands.said.map((line, at) => line.includes(words[at])), [true, true, true]);
    same(say(hands, 12), "A service worker has answered with the page of before.");
  },
  what_the_stream_says_becomes_numbers(hands) {
    const name = hands.name;
    heard(hands, "hello", { id: " a\n", id_age_ms: 5, revision: "r", phase: "ready", pid: 7, heartbeat_ms: 100, restart: true, token: "t" });
    heard(hands, "hello", { id: null, phase: "later", pid: "7", restart: false, token: "t", restart_refused: "no" });
    heard(hands, "message", " a");
    heard(hands, "message", " ");
    heard(hands, "phase", { service: "app", phase: "stopping", pid: null, op_id: "op" });
    heard(hands, "phase", { service: "app", phase: "later" });
    heard(hands, "change", { kind: "page", paths: ["/x", 7], revision: "s" });
    heard(hands, "change", { kind: "style" });
    heard(hands, "problem", { service: "app", title: "no" });
    heard(hands, "problem", "no json");
    for (const type of ["ping", "shutdown", "done"]) heard(hands, type, "{}");
    same(hands.told, [
      [3, [1, name("a"), 5, name("r"), 2, 7, 100, 1, 0]], [3, [1, 0, NO, 0, NO, NO, NO, 0, name("no")]],
      [4, [1, name("a")]], [8, [1]], [5, [1, name("app"), 4, NO, name("op")]], [8, [1]],
      [6, [1, 1, name("s"), name("/x")]], [6, [1, 0, 0]], [7, [1, name("app"), name('{"service":"app","title":"no"}')]],
      [8, [1]], [8, [1]], [9, [1]], [10, [1]],
    ]);
  },
  async a_stream_in_a_hurry_is_heard_once_it_is_asked_for(hands) {
    const mark = "server-reload:leads " + hands.events;
    const { EventSource } = window;
    const all = [];
    window.EventSource = class extends EventTarget {
      constructor() {
        super();
        all.push(this);
      }
      close() {
        this.closed = true;
      }
    };
    try {
      localStorage.setItem(mark, "true");
      hands.stamp = "a";
      hands.hurry();
      same(all.length, 0, "another tab has one");
      localStorage.removeItem(mark);
      hands.stamp = "";
      hands.hurry();
      same(all.length, 0, "the page does not know its server");
      hands.stamp = "a";
      hands.hurry();
      const [source] = all;
      const hear = (type, data) => source.dispatchEvent(new MessageEvent(type, { data }));
      hear("open");
      hear("hello", "{}");
      same(hands.told, []);
      hands.act(0, [1]);
      hear("ping", "{}");
      same([all.length, hands.told.map(([kind]) => kind)], [1, [1, 3, 8]]);
      hands.act(1, []);
      hands.act(0, [2]);
      same([all.length, source.closed], [2, true]);
      hands.act(22, [0]);
      await until("the lock", () => hands.told.at(-1)[0] === 30);
      same(localStorage.getItem(mark), "true");
      hands.act(23, []);
      same(localStorage.getItem(mark), null);
    } finally {
      window.EventSource = EventSource;
      localStorage.removeItem(mark);
    }
  },
  long_output_is_not_kept_for_ever(hands) {
    for (let at = 0; at < 70; at++) heard(hands, "problem", { service: "app", title: String(at) });
    const [first, last] = [hands.told[0][1][2], hands.told[69][1][2]];
    same([hands.text(first), !!hands.text(last)], [null, true]);
    hands.act(11, [0, hands.name("app"), first]);
  },
  async the_server_is_asked_for_its_id(hands) {
    const answers = [{ ok: true, json: async () => ({ id: "a", uptime: 1.5, pid: 7 }) }, { ok: false }];
    hands.fetch = async () => answers.shift() ?? Promise.reject();
    for (let at = 1; at < 4; at++) {
      hands.act(21, []);
      await until("an answer", () => hands.told.length === at);
    }
    const none = [29, [0, 0, NO, 0, NO]];
    same(hands.told, [[29, [1, hands.name("a"), 1500, 0, 7]], none, none]);
  },

  what_is_hidden_comes_back_as_the_page_had_it(hands) {
    const button = add("button", { "data-reload-restart": "api", title: "mine", style: "display: flex" });
    const other = add("a", { "data-reload-restart": "" });
    const [no, api] = [hands.name("no"), hands.name("api")];
    hands.act(20, [0, api, no]);
    same([button.hidden, button.title, other.hidden, other.title], [true, "no", false, ""]);
    hands.act(20, [-1]);
    same([button.title.slice(0, 15), other.hidden], ["Auto-reload is ", true]);
    hands.act(20, [0, 0, no]);
    same([button.hidden, other.hidden, other.title], [false, true, "no"]);
    hands.stop();
    same([button.title, button.getAttribute("style"), button.hidden], ["mine", "display: flex;", false]);
    same([other.hasAttribute("title"), other.hidden], [false, false]);
    button.remove();
    other.remove();
  },
  async what_the_page_has_taken_away_is_let_go_and_the_rest_is_written_once(hands) {
    const [kept, gone] = ["button", "a"].map((tag) => add(tag, { "data-reload-restart": "" }));
    hands.act(20, [-2]);
    const observer = new MutationObserver(() => {});
    observer.observe(kept, { attributes: true });
    gone.remove();
    hands.act(20, [-2]);
    same([kept.hidden, gone.hidden, observer.takeRecords().length], [true, false, 0]);
    const late = add("button", { "data-reload-restart": "" });
    await until("one that is added later", () => late.hidden);
    kept.remove();
    late.remove();
  },
  an_element_asks_for_its_restart(hands) {
    const ask = (attributes) => {
      const element = add("button", attributes);
      element.append(document.createElement("i"));
      element.firstChild.click();
      element.remove();
      const [kind, [op_id, ...rest]] = hands.told.pop();
      holds(/^page-\d+-\d+$/.test(hands.text(op_id)), "its id");
      return [kind, ...rest];
    };
    same(ask({ "data-reload-restart": "" }), [22, 0, 0, 0, NO]);
    same(ask({ "data-reload-restart": "api", "data-reload-restart-confirm": "false" }), [22, hands.name("api"), 1, 0, NO]);
    same(ask({ "data-reload-restart": "", "data-reload-restart-confirm": "Sure?" }), [22, 0, 2, hands.name("Sure?"), NO]);
  },
  the_person_is_asked(hands) {
    const { confirm } = window;
    const asked = [];
    const ask = (question, service, answer) => {
      window.confirm = (text) => (asked.push(text), answer());
      hands.act(16, [hands.name(question), 9, hands.name(service), 0, 0, NO]);
    };
    ask("", "", () => true);
    ask("", "api", () => false);
    ask("Sure?", "", () => {
      throw new Error("no");
    });
    window.confirm = confirm;
    same(asked, ["Restart the server?", "Restart api?", "Sure?"]);
    same(hands.told, [[22, [9, 0, 1, 0, NO]], [23, [1, 9, hands.name("api"), 0, 0, NO]], [23, [1, 9, 0, 0, 0, NO]]]);
  },
  async a_request_is_answered(hands) {
    const sent = [];
    hands.token = "t";
    const answer = async (status, body) => {
      hands.fetch = async (url, { signal, ...options }) => (sent.push([url, options]), { status, text: async () => body });
      hands.told.length = 0;
      hands.act(17, [1, hands.name("op"), hands.name("api"), 5e3]);
      await until("an answer", () => hands.told.length);
      return hands.told[0];
    };
    const accepted = { op_id: "other", plan: ["stopping", "later"], status_url: "/s", events_url: "/e" };
    same(await answer(202, JSON.stringify(accepted)), [24, [1, hands.name("other")]]);
    same([hands.run(1).operation.plan, hands.run(1).url], [["stopping"], location.origin + "/s"]);
    same(sent[0][1].body, '{"service":"api","op_id":"op"}');
    same(sent[0][1].headers[hands.P.token], "t");
    same(await answer(403, " no \n"), [25, [1, 403, hands.name("no")]]);
    same(await answer(500, ""), [25, [1, 500, hands.name("HTTP 500")]]);
    hands.fetch = async () => Promise.reject(new Error("lost"));
    hands.told.length = 0;
    hands.act(17, [2, hands.name("op"), 0, 5e3]);
    await until("a loss", () => hands.told.length);
    const [, [run, status, why]] = hands.told[0];
    same([run, status, hands.text(why).slice(0, 30)], [2, NO, "server-reload has not answered"]);
  },
  async a_call_is_settled(hands) {
    const first = hands.restart({ service: "api", confirm: false });
    const second = hands.restart({});
    same(hands.told.map(([, numbers]) => numbers.slice(1)), [[hands.name("api"), 1, 0, 0], [0, 0, 0, 1]]);
    hands.act(19, [NO, -4, 0]);
    same(await first.catch((error) => error.message), "there is no connection to server-reload");
    running(hands).operation.json = '{"status":"restarted"}';
    hands.act(19, [1, 0, 1]);
    same(await second, { status: "restarted" });
  },
};

const SHEETS = {
  async a_link_gives_way_to_its_clone_when_that_is_there(hands, root) {
    const old = await link(root + "sheet.css");
    old.setAttribute("media", "screen");
    old.setAttribute("integrity", "");
    swap(hands, root + "sheet.css");
    holds(old.isConnected && links().length === 2, "no flash");
    await until("the old link to go", () => !old.isConnected);
    const [fresh] = links();
    holds(renewed(fresh) && fresh.media === "screen" && !fresh.hasAttribute("integrity"), "the new one");
    same(hands.told, [[20, []]]);
    swap(hands, "sheet.css");
    await until("the second swap", () => !fresh.isConnected);
    same(links()[0].href.split("server-reload").length, 2);
  },
  async a_clone_that_fails_leaves_the_old_one(hands) {
    const missing = await link("/missing.css?v=1&w=%20#part", false);
    swap(hands, "/missing.css");
    holds(/missing\.css\?v=1&w=%20&server-reload=\d+$/.test(links()[1].href), links()[1].href);
    await until("the clone to go", () => links().length === 1);
    holds(missing.isConnected, "the old one");
  },
  async the_link_behind_an_import_is_swapped(hands, root) {
    const old = await link(root + "imports.css");
    swap(hands, root + "sheet.css");
    await until("the old link to go", () => !old.isConnected);
    holds(links().length === 1 && renewed(links()[0]), "one link");
  },
  async only_the_likest_are_swapped(hands) {
    const names = ["/css/app.css", "/static/css/app.css", "/static/theme.css", "/theme.css"];
    const all = await Promise.all(names.map((it) => link(it, false)));
    for (const [changed, found] of [
      [["/css/app.css"], [0]], [["/static/css/app.css"], [1]], [["/theme.css"], [3]], [["src/assets/css/app.css"], [0, 1]],
      [["/src/static/css/app.css"], [1]], [["/other/app.css"], [0, 1]], [["/assets/theme.css"], [2, 3]],
      [["theme.css", "/css/app.css", "/theme.css"], [0, 2, 3]], [["/css/my-app.css"], [0, 1, 2, 3]], [[""], [0, 1, 2, 3]], [[], [0, 1, 2, 3]],
    ]) {
      swap(hands, ...changed);
      const behind = all.flatMap((it, index) => (renewed(it.nextElementSibling) ? [index] : []));
      same(behind, found, changed.join());
      await until("the clones to go", () => links().length === 4);
    }
  },
  async a_newer_swap_ends_the_one_under_way(hands, root) {
    const old = await link(root + "sheet.css");
    swap(hands, root + "sheet.css");
    swap(hands, root + "sheet.css");
    same(links().length, 2);
    await until("the old link to go", () => !old.isConnected);
    same(links().length, 1);
  },
  async a_swap_that_is_stopped_takes_its_clone_with_it(hands, root) {
    const old = await link(root + "sheet.css");
    swap(hands, root + "sheet.css");
    hands.stop();
    holds(links().length === 1 && old.isConnected, "the old one");
  },
  async a_disabled_link_and_one_of_another_host_stay(hands, root) {
    const off = await link(root + "sheet.css");
    off.setAttribute("disabled", "");
    const other = await link("http://127.0.0.2:1/sheet.css", false);
    swap(hands, root + "sheet.css");
    same([links().length, renewed(off), renewed(other)], [2, true, false]);
  },
};
const links = () => [...document.querySelectorAll("link")];
const renewed = (link) => !!link?.href?.includes("server-reload=");
const swap = (hands, ...paths) => hands.act(10, paths.map(hands.name));
const link = async (href, there = true) => {
  const link = add("link", { rel: "stylesheet", href });
  await until("the first sheet", () => !there || link.sheet);
  return link;
};

// The names of all cases.
export function cases() {
  return [...Object.keys(CASES), ...Object.keys(SHEETS)];
}

// Runs one; `fresh` is a pair of hands without `tell`.
export async function run(name, hands, root) {
  hands.told = [];
  hands.said = [];
  hands.tell = (kind, numbers) => hands.told.push([kind, [...numbers]]);
  const { info } = console;
  console.info = (line) => hands.said.push(line.replace("[server-reload] ", ""));
  try {
    hands.settings({}, location.href);
    hands.rouse(1);
    await (CASES[name] ?? SHEETS[name])(hands, root);
  } finally {
    console.info = info;
    hands.stop();
    links().forEach((link) => link.remove());
  }
}
