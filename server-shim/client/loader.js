// The loader: the frame of `reload.js`. The build fills its places, the names in capitals: EARLY and MAKERS are
// the modules that use `hands`, GLUE is wasm-bindgen's, PACKED the texts and the module, packed as
// letters, of which the first TEXTS bytes are the texts, and all are ALL. What all use is handed in, so that it
// gets a short name; the letters come last, where they can be compressed best.
((document, performance, location, window, Object, Math, AbortController, packed) => {
  "use strict";
  if (window[Symbol.for("server-reload")]) return;

  const script = document.currentScript ?? document.querySelector('script[src*="reload.js"]');
  const given = script?.dataset ?? {};
  const hands = {};

  // The format of `upkr`: matches of the Lempel-Ziv kind, and literals, as bits by adaptive odds (rANS). Each
  // byte of it is shifted out of a number that the letters, of which there are 123, are shifted into.
  const unpack = () => {
    const bytes = new Uint8Array(ALL);
    const odds = new Uint8Array(385).fill(128);
    let [letter, letters, state, size, offset, matched] = [0, 0, 0, 0, 0, 0];
    const bit = (context) => {
      for (; state < 4096; letters >>= 8) {
        while (letters < 1 << 24) {
          const code = packed.charCodeAt(letter++);
          letters = letters * 123 + code - 1 - (code > 10) - (code > 13) - (code > 34) - (code > 92);
        }
        state = (state << 8) | (letters & 255);
      }
      const odd = odds[context];
      const low = state & 255;
      const is = low < odd;
      state = (is ? odd : 256 - odd) * (state >> 8) + low - (is ? 0 : odd);
      odds[context] += is ? (264 - odd) >> 4 : -((odd + 8) >> 4);
      return is;
    };
    const number = (context) => {
      let [value, place] = [0, 1];
      for (; bit(context); context += 2, place *= 2) value += bit(context + 1) * place;
      return value + place;
    };
    while (size < ALL)
      if (bit(0)) {
        if (matched || bit(256)) offset = number(257) - 1;
        for (let length = number(321); length--; size++) bytes[size] = bytes[size - offset];
        matched = 1;
      } else {
        let byte = 1;
        while (byte < 256) byte = byte * 2 + bit(byte);
        bytes[size++] = byte;
        matched = 0;
      }
    return bytes;
  };

  const load = async () => {
    EARLY;
    hands.enabled = given.enabled !== hands.P.off;
    try {
      // Where nothing is stored, the tag decides.
      hands.enabled = (localStorage.getItem(hands.P.enabled) ?? given.enabled) !== hands.P.off;
    } catch {}
    hands.publish();
    const src = script?.src || document.baseURI;
    hands.locate(given, src);
    hands.hurry();
    const all = unpack();
    hands.T = JSON.parse(new TextDecoder().decode(all.subarray(0, TEXTS)));
    GLUE;
    MAKERS;
    const out = [];
    const put = (number) => out.push(number);
    const act = (kind) => hands.act(kind, out.splice(0));
    const pass = (numbers) => numbers.forEach((number) => give(number));
    const asked = hands.settings(given, src);
    hands.listen();
    let machine = (kind, numbers, mono, wall) => {
      pass(numbers);
      told(kind, mono, wall);
    };
    // The one question that tells whether WebAssembly may run is to run it.
    try {
      const { instance } = await WebAssembly.instantiate(all.subarray(TEXTS), { IMPORTS });
      __wbg_set_wasm(instance.exports);
      pass(asked);
      begin();
    } catch (error) {
      machine = hands.plain(asked, error);
    }
    hands.begin(machine);
  };
  hands.ready = load();
})(document, performance, location, window, Object, Math, AbortController, PACKED);
