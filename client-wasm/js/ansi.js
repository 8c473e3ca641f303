// Terminal output: its text, and the looks that its ANSI escapes (ECMA-48) ask for. Select graphic
// rendition is understood; every other escape and control is dropped, hyperlinks among them.
export function ansi(hands) {
  const { P, T } = hands;
  const MOST_SPANS = 2000;
  const [INK, PAPER] = ["var(--text)", "var(--screen)"];
  // An escape, one that is broken off as well; a carriage return; text; another control.
  const PIECES =
    /\x1b[ -/]*(?:\[([ -?]*)([@-~]?)|[\]PX^_][^\n\x1b\x07\x9c]*(?:\x1b\\|[\x07\x9c])?|[0-~])?|(\r(?!\n))|([^\0-\x08\x0b-\x1f\x7f-\x9f]+)|[^]/g;
  const number = (text) => (/^\d*$/.test(text) && text < 256 ? +text : NaN);
  const indexed = (index) => {
    if (index < 16) return `var(--c${index})`;
    const cube = index - 16;
    const level = (it) => (Math.floor(it) % 6 ? 55 + 40 * (Math.floor(it) % 6) : 0);
    const parts = index < 232 ? [cube / 36, cube / 6, cube].map(level) : Array(3).fill(8 + 10 * (index - 232));
    return `rgb(${parts})`;
  };
  // A colour of the 256, or any. With colons a colour space may stand before the colour.
  const extended = (parts, spaced) => {
    const kind = number(parts.shift());
    if (kind === 2 && spaced) parts.shift();
    const count = { 2: 3, 5: 1 }[kind];
    const values = parts.splice(0, count).map(number);
    if (values.length === count && values.every((it) => it >= 0))
      return kind === 5 ? indexed(values[0]) : `rgb(${values})`;
  };

  // What begins otherwise than with a number is of private use.
  const render = (pen, parameters) => {
    if (/^[<-?]/.test(parameters)) return;
    const groups = parameters.split(";");
    while (groups.length) {
      const parts = groups.shift().split(":");
      const { length } = parts;
      const code = number(parts.shift());
      const tens = Math.floor(code / 10);
      const ground = T.grounds[tens];
      const digit = code % 10;
      if (T.pens[code]) Object.assign(pen, T.pens[code === 4 && parts[0] === "0" ? 24 : code]);
      else if (digit === 8 && tens > 2 && tens < 6) {
        const color = extended(length > 1 ? parts : groups, length > 5);
        if (ground && color) pen[ground] = color;
      } else if (ground && digit < 8) pen[ground] = indexed(tens > 4 ? digit + 8 : digit);
    }
  };

  const look = ({ color, background, inverse, ...style }) => {
    if (background === indexed(0)) background = PAPER;
    if (inverse) [color, background] = [background || PAPER, color || INK];
    // The colours are chosen for a dark ground: on one of themselves only the dark can be read.
    else if (/--c/.test(background)) color = PAPER;
    const all = Object.entries({ color, background, ...style });
    return Object.fromEntries(all.filter(([, value]) => value));
  };

  // Texts and their styles, less the last line break; of too much output the last lines.
  hands.spans = (output) => {
    let end = output.slice(-P.most);
    // It may begin amid an escape.
    if (end !== output) end = end.slice(end.indexOf("\n") + 1);
    const spans = [];
    const pen = { ...T.pens[0] };
    let style = {};
    const write = (text) => {
      const last = spans.at(-1);
      const it = spans.length < MOST_SPANS - 1 ? style : {};
      if (JSON.stringify(last?.[1]) === JSON.stringify(it)) last[0] += text;
      else spans.push([text, it]);
    };
    for (const [, parameters, kind, lone, text] of end.replace(/\n$/, "").matchAll(PIECES)) {
      if (kind === "m") {
        render(pen, parameters);
        style = look(pen);
      } else if (lone || text) write(lone ? "\n" : text);
    }
    return spans;
  };
}
