// What the server and the page must agree on; `src/shared.rs` checks it against the crate of the
// protocol.
export function protocol(hands) {
  hands.P = {
    client: "/reload.js",
    events: "/events/server",
    health: "/_reload/health",
    restarts: "/_reload/restart",
    hello: "hello",
    phase: "phase",
    change: "change",
    problem: "problem",
    ping: "ping",
    shutdown: "shutdown",
    done: "done",
    metric: "server-reload",
    token: "x-server-reload-token",
    restart: "data-reload-restart",
    enabled: "server-reload:enabled",
    memory: "server-reload:memory",
    leads: "server-reload:leads ",
    on: "true",
    off: "false",
  };
}
