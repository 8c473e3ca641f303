// Texts, word lists and style sheets. What follows the sign of equality is JSON: the build takes it
// out, because it can be packed, as code cannot. `%` is for what is filled in.
//
// The lists are in the order of the machine's enums. Of the colours, black too can be read on the
// terminal's ground.
export function pack(hands) {
  hands.T = {
    "TIMINGS": ["connect", "life", "silence", "slept", "notice", "unreached", "window", "leave", "knock", "wait", "hidden", "fallback", "poll", "stale", "answer", "join", "mute", "stay"],
    "STATUSES": ["off", "connecting", "connected", "reconnecting", "stopped", "waiting", "restarted", "prompt", "updating", "reloading", "paused", "away", "polling"],
    "CAUSES": ["restart", "change"],
    "MODES": ["reload", "event", "prompt"],
    "PHASES": ["starting", "waiting_until_ready", "ready", "checking", "stopping", "waiting_for_port", "waiting_for_service", "failed", "crashed", "backing_off"],
    "CHANGE_KINDS": ["style", "page"],
    "OPERATION_STATUSES": ["running", "restarted", "pid_unchanged", "check_failed", "port_still_in_use", "started_but_unhealthy", "exited", "cancelled"],
    "NOTICES": ["lost", "stopped", "waiting", "back", "reloading", "reloaded", "updating", "updated", "told", "styles", "failed", "prompt", "workers", "paused", "restarting", "ended", "unknown", "refused"],
    "REMARKS": ["unreached", "workers", "paused", "forbidden", "refused"],

    "forbidden": [
      "a Content-Security-Policy forbids WebAssembly: pages reload all the same; add 'wasm-unsafe-eval' to script-src for prompts, restarts from here and the rest",
      "Restarting from here needs WebAssembly: add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy"
    ],
    "broken": [
      "WebAssembly does not start (%): pages reload all the same, without prompts and restarts from here",
      "Restarting from here needs WebAssembly, which does not start (%)"
    ],
    "news": {
      "lost": "Connection lost. Reconnecting…",
      "stopped": "Server stopped. Waiting for it to come back…",
      "back": "Connected again. Nothing has changed.",
      "styles": "Styles updated",
      "workers": "Several servers answer in turns. That is not taken for a restart.",
      "paused": "Reload loop: more than 3 reloads in 10 s. Paused until it is quiet for 10 s.",
      "reloading": "%. Reloading…",
      "updating": "%. Updating the page…",
      "reloaded": "Reloaded",
      "updated": "Updated in place",
      "told": "Page told"
    },
    "prompt": "%. %Reload the page?",
    "care": ["", "This page has input that is not saved. ", "This page answers a form, which a reload may send again. "],
    "cached": "A service worker has answered with the page of before.",
    "failed": "The page could not update itself: %",
    "refused": "Not restarted: %",
    "happened": ["Server restarted", "Page files changed"],
    "receipt": [": server restarted", ": page files changed"],
    "pids": ": pid % → %",
    "took": " in %",
    "seconds": "% s",
    "waiting": {
      "starting": "Server is starting…",
      "stopping": "Server is restarting…",
      "waiting_for_port": "Server is restarting: its port is still in use…",
      "waiting_for_service": "Server is restarting: it waits for another service…",
      "backing_off": "Server has crashed. Starting it again…",
      "crashed": "Server has crashed. Waiting for a change…",
      "failed": "Server is not ready. Waiting for a change…"
    },

    "restarting": "Restarting%…",
    "late": " No end after %",
    "unknown": "How the restart has ended is not known (%)",
    "stands": ": it has been at “%” for %.",
    "unheard": ": nothing has been heard of it.",
    "record": " Record: %",
    "ended": {
      "restarted": ["Restarted"],
      "pid_unchanged": ["Not restarted", "the old process still has the port"],
      "check_failed": ["Not restarted", "the check has failed"],
      "port_still_in_use": ["Restart failed", "the port is still in use"],
      "started_but_unhealthy": ["Restart failed", "the new process is not ready"],
      "exited": ["Restart failed", "the new process has ended"],
      "cancelled": ["Restart cancelled", "something else has come first"]
    },
    "labels": {
      "starting": "Start",
      "waiting_until_ready": "Wait until ready",
      "ready": "Ready",
      "checking": "Check",
      "stopping": "Stop",
      "waiting_for_port": "Wait for the port",
      "waiting_for_service": "Wait for another service",
      "failed": "Failed",
      "crashed": "Crashed",
      "backing_off": "Pause after a crash"
    },
    "signs": { "done": ["✓", " done"], "now": ["▸", " now"], "next": ["·", " to come"], "bad": ["✕", " failed"] },
    "stays": { "back": 2000, "styles": 2000, "reloaded": 4000, "updated": 4000, "told": 4000, "restarted": 4000, "workers": 10000, "refused": 10000, "cancelled": 10000 },

    "whys": [
      "Auto-reload is off in this page: switch it on to restart the server from here",
      "This page's event stream is the backend's own, which can't restart it: run the backend by server-reload",
      "server-reload does not offer restarts here",
      "there is no connection to server-reload",
      "the dialog that asks whether to restart was cancelled",
      "this page does not let a dialog ask first; data-confirm=\"false\" on the script tag restarts without asking"
    ],
    "call": "serverReload.restart() takes an object: serverReload.restart({ service: \"api\" })",
    "question": "Restart %?",
    "server": "the server",
    "selector": "[data-reload-toggle]",
    "unanswered": "server-reload has not answered: it has stopped or hangs, or tabs hold all six connections to it",
    "untold": "server-reload tells no more of it",
    "rejected": "its promise was rejected",

    "says": {
      "unreached": "no event stream at % yet. %Trying again.",
      "workers": "ids come back, which are not taken for restarts: several servers answer in turns at one address (workers, replicas), or the page carries an outdated `data-server-id`",
      "paused": "reload loop: more than 3 reloads in 10 s without an ordinary restart between them. Does the stream carry a new id for each connection? Paused until it is quiet for 10 s",
      "forbidden": "no event stream at %: a Content-Security-Policy forbids it. Add its origin to connect-src ('self', where it is the page's own)",
      "refused": "no event stream at %: the server answers, and refuses it. %Asking again when the page is shown or the network is back",
      "cached": "the server was restarted, and a service worker has answered with the page of before: make it ask the network first, or unregister it while you develop"
    },
    "opaque": "This page has an opaque origin (a sandboxed frame or a file): start server-reload with `--allow-origin null`. ",
    "foreign": "If it runs, it may refuse this page: start server-reload with `--allow-origin %`. ",
    "named": "If it runs, it may refuse the name: start server-reload with `--allow-host %`. ",
    "unmatched": "data-toggle=\"%\" matches no element of this page, so there is no toggle",
    "invalid": "data-%=\"%\" is ignored: it takes %",
    "truth": "`true` or `false`",
    "modes": "`reload`, `event` or `prompt`",
    "milliseconds": "whole milliseconds, such as `%`",

    "overlay": ["section", { "part": "overlay", "aria-labelledby": "title" },
      ["header", { "part": "head" },
        ["div", { "part": "alert", "role": "alert" }, ["div", { "part": "service" }], ["div", { "part": "title", "id": "title" }]],
        ["button", { "part": "action", "type": "button", "data-action": "dismiss", "data-choice": 2, "aria-label": "Dismiss", "title": "Dismiss (Esc)" }, "✕"]
      ],
      ["pre", { "part": "output", "tabindex": 0, "role": "group", "aria-label": "Output" }],
      ["footer", { "part": "note" }]
    ],
    "toast": ["section", { "part": "toast", "aria-label": "server-reload" },
      ["div", { "part": "main" },
        ["div", { "part": "text", "role": "status" }],
        ["ol", { "part": "steps", "role": "list" }],
        ["div", { "part": "spoken", "role": "status" }]
      ],
      ["button", { "part": "action", "type": "button", "data-action": "reload", "data-choice": 0 }, "Reload"],
      ["button", { "part": "action", "type": "button", "data-action": "dismiss", "data-choice": 1, "aria-label": "Dismiss" }, "✕"]
    ],
    "step": ["li", { "part": "step" },
      ["span", { "part": "sign", "aria-hidden": true }],
      ["span", { "part": "label" }],
      ["span", { "part": "time" }],
      ["span", { "part": "spoken" }]
    ],
    "toggle": ["button", { "part": "toggle", "type": "button", "class": "server-reload-toggle", "title": "Reload this page by itself when its server was restarted" },
      ["span", { "aria-hidden": true }], "Auto-reload"
    ],

    "also": "Also %: %. ",
    "kept": "The version before keeps running. ",
    "note": "This goes away when it is solved.",

    "css": [
      ":host{all:initial;--ink:#1c1e21;--paper:#fff;--edge:#0002;--accent:#0a66c2;--soft:#5f666d;--glow:#0003;color-scheme:light dark;position:fixed;z-index:2147483647}",
      "@media(prefers-color-scheme:dark){:host{--ink:#e8eaed;--paper:#202326;--edge:#fff3;--accent:#6cb6ff;--soft:#9aa2aa;--glow:#0008}}",
      "*{box-sizing:border-box;font:13px/1.4 system-ui,sans-serif}",
      "button{color:inherit;background:none;border:1px solid var(--edge);border-radius:6px;padding:3px 10px;cursor:pointer}",
      "button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}",
      "[data-action=dismiss]{border-color:transparent;padding:3px 7px}",
      "@media(prefers-reduced-motion:no-preference){[part=toast][data-kind],[part=overlay]{animation:in .16s ease-out}@keyframes in{from{opacity:0;transform:translateY(6px)}}",
      "[data-mark=now] [part=sign]{animation:now .8s ease-in-out infinite alternate}@keyframes now{to{opacity:.25}}}",

      ":host(server-reload-toast){inset:auto 16px 16px auto;max-width:calc(100vw - 32px)}",
      "[part=toast]{display:flex;align-items:center;gap:10px;max-width:32rem;padding:9px 9px 9px 14px;color:var(--ink);background:var(--paper);",
      "border:1px solid var(--edge);border-left:4px solid var(--mark,var(--accent));border-radius:8px;box-shadow:0 6px 24px var(--glow)}",
      "[part=toast]:not([data-kind]),[part=spoken]{position:absolute;clip-path:inset(50%);white-space:nowrap}",
      "[hidden],[part=toast]:not([data-kind]) button,[part=steps]:empty{display:none}",
      "[data-kind=lost],[data-kind=stopped],[data-kind=waiting],[data-kind=paused],[data-kind=workers],[data-kind=refused],[data-kind=cancelled]{--mark:#d9822b}",
      "[data-kind=failed],[data-kind=unrestarted]{--mark:#d13438}",
      "[data-kind=restarted],[data-kind=reloaded],[data-kind=updated],[data-kind=styles],[data-kind=told],[data-kind=back]{--mark:#2e9e5b}",
      "[part=main]{flex:1;min-width:0}",
      "[part=toast]:has(li){align-items:flex-start}",
      "[part=text]{overflow-wrap:anywhere;white-space:pre-line}",
      "[part=steps]{list-style:none;margin:6px 0 0;padding:0;display:grid;gap:2px}",
      "[part=step]{display:grid;grid-template-columns:1.2em 1fr auto;gap:4px 8px}",
      "[data-mark=next],[part=time]{color:var(--soft)}",
      "[data-mark=now],[data-mark=now] *{font-weight:600}",
      "[data-mark=done] [part=sign]{color:light-dark(#1d7a43,#5fd08b)}",
      "[data-mark=now] [part=sign]{color:var(--accent)}",
      "[data-mark=bad] [part=sign]{color:light-dark(#b3261e,#ff8a80)}",
      "[part=time]{font-variant-numeric:tabular-nums}",

      ":host(server-reload-overlay){inset:16px 16px auto;z-index:2147483645;display:flex;justify-content:center;pointer-events:none}",
      "[part=overlay]{display:flex;flex-direction:column;min-width:0;width:64rem;max-width:100%;max-height:min(75vh,calc(100vh - 32px));pointer-events:auto;",
      "color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-top:4px solid #d13438;border-radius:10px;overflow:hidden;box-shadow:0 12px 48px var(--glow)}",
      "header{display:flex;align-items:flex-start;gap:10px;padding:11px 11px 11px 16px}",
      "[role=alert]{flex:1;min-width:0;overflow-wrap:anywhere}",
      "[part=service],footer{color:var(--soft)}",
      "[part=title]{font-size:15px;font-weight:600}",
      "[part=output]{--text:#d9dde3;--screen:#14171a;--c0:#8d959e;--c1:#ff7b72;--c2:#56c271;--c3:#dcae4d;--c4:#6cb0ff;--c5:#d49af7;--c6:#4cc5d1;--c7:#c9d0d8;",
      "--c8:#98a1ab;--c9:#ffa39c;--c10:#8ae0a0;--c11:#f2d16b;--c12:#9ccaff;--c13:#e6bfff;--c14:#87e3ec;--c15:#fff;",
      "flex:0 1 auto;min-height:0;margin:0;padding:12px 16px;overflow:auto;color:var(--text);background:var(--screen);tab-size:4;white-space:pre}",
      "[part=output],[part=output] *{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}",
      "[part=output]:empty{display:none}",
      "[part=output]:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}",
      "footer{padding:9px 16px;overflow-wrap:anywhere}",
      "@media(max-width:640px){:host(server-reload-overlay){inset:8px 8px auto}[part=output]{white-space:pre-wrap;overflow-wrap:anywhere}}",

      ":host(server-reload-toggle){inset:auto auto 16px 16px;z-index:2147483646}",
      "[part=toggle]{color:var(--ink);background:var(--paper);box-shadow:0 2px 10px var(--glow);border-radius:99px;padding:5px 12px}"
    ]
  };
}
