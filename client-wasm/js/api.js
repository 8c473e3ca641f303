// What pages may use: `window.serverReload`, or what `start` of the package gives.
export function api(hands) {
  // A toggle that is used before the client runs is on or off from then on.
  const enable = (on) => {
    hands.enabled = on;
    hands.tell(12, [+on, 1]);
  };
  hands.publish = () => {
    // A script tag that comes later starts no other client.
    window[Symbol.for("server-reload")] = true;
    return (window.serverReload = hands.api);
  };
  hands.state = "starting";
  hands.server = null;
  hands.api = {
    runtime: "wasm",
    get enabled() {
      return hands.enabled;
    },
    get state() {
      return hands.state;
    },
    get server() {
      return hands.server;
    },
    enable: () => enable(true),
    disable: () => enable(false),
    toggle: () => enable(!hands.enabled),
    restart: async (options = {}) => {
      await hands.ready;
      if (Object(options) !== options) throw new TypeError(hands.T.call);
      return hands.restart(options);
    },
  };
}
