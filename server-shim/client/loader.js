// The loader: the frame of `reload.js`. The build fills its places, the names in capitals: FIRST and MAKERS
// are the modules that use `hands`, GLUE is wasm-bindgen's, PACKED the texts and the module, deflated, as
// letters, of which TEXTS bytes are the texts. What all use is handed in, so that it gets a short name.
((document, performance, location, window, Object, Math, AbortController) => {
  "use strict";
  if (window[Symbol.for("server-reload")]) return;

  const script = document.currentScript ?? document.querySelector('script[src*="reload.js"]');
  const given = script?.dataset ?? {};
  const hands = {};
  FIRST;
  hands.enabled = given.enabled !== hands.P.off;
  try {
    // Where nothing is stored, the tag decides.
    hands.enabled = (localStorage.getItem(hands.P.enabled) ?? given.enabled) !== hands.P.off;
  } catch {}
  hands.publish();

  // A letter of 123 is shifted into the state; bytes are shifted out. What is no letter is left out.
  const bytes = (text) => {
    const all = [];
    let state = 0;
    for (const letter of text) {
      const code = letter.charCodeAt();
      for (; state >> 24; state >>= 8) all.push(state);
      state = state * 123 + code - 1 - (code > 10) - (code > 13) - (code > 34) - (code > 92);
    }
    return new Uint8Array(all);
  };

  const load = async () => {
    const packed = new Response(bytes(PACKED)).body;
    const inflated = new Response(packed.pipeThrough(new DecompressionStream("deflate-raw")));
    const all = await inflated.arrayBuffer();
    const size = TEXTS;
    hands.T = await new Response(all.slice(0, size)).json();
    GLUE;
    MAKERS;
    const { act } = hands;
    const asked = hands.settings(given, script?.src || document.baseURI);
    let machine = told;
    // The one question that tells whether WebAssembly may run is to run it.
    try {
      const { instance } = await WebAssembly.instantiate(all.slice(size), { IMPORTS });
      __wbg_set_wasm(instance.exports);
      instance.exports.__wbindgen_start();
      begin(asked);
    } catch (error) {
      machine = hands.plain(asked, error);
    }
    hands.listen();
    hands.begin(machine);
  };
  hands.ready = load();
})(document, performance, location, window, Object, Math, AbortController);
