// What a terminal would show of a line: its text and colours. The parts are served in one, in the order of `dashboard.rs`.

const level = (step) => (step ? 55 + 40 * step : 0);

function indexed(index) {
  if (index < 16) return `var(--c${index})`;
  if (index > 231) return `rgb(${Array(3).fill(8 + 10 * (index - 232)).join()})`;
  const cube = index - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join()})`;
}

const PENS = {
  1: { fontWeight: "bold" }, 2: { opacity: 0.75 }, 3: { fontStyle: "italic" },
  4: { under: "underline" }, 7: { inverse: true }, 9: { struck: "line-through" },
  22: { fontWeight: "", opacity: "" }, 23: { fontStyle: "" }, 24: { under: "" }, 27: { inverse: false }, 29: { struck: "" },
};
const COLORED = { 3: "color", 4: "backgroundColor", 9: "color", 10: "backgroundColor" };

// Select graphic rendition; a pen is what text looks like from here on.
function select(pen, codes) {
  while (codes.length) {
    const code = codes.shift();
    const [tens, digit] = [Math.floor(code / 10), code % 10];
    const name = COLORED[tens];
    if (code === 0) Object.keys(pen).forEach((key) => delete pen[key]);
    else if (PENS[code]) Object.assign(pen, PENS[code]);
    else if (name && digit < 8) pen[name] = indexed(tens > 4 ? digit + 8 : digit);
    else if (name && digit === 9) pen[name] = "";
    else if (name) pen[name] = codes.shift() === 5 ? indexed(codes.shift() ?? 0) : `rgb(${codes.splice(0, 3).join()})`;
  }
}

function look({ under = "", struck = "", inverse, ...style }) {
  style.textDecoration = `${under} ${struck}`;
  if (!inverse) return style;
  return { ...style, color: style.backgroundColor || "#14171a", backgroundColor: style.color || "#d9dde3" };
}

// Other escapes (ECMA-48) and controls say nothing here.
const ESCAPES = /\x1b\[([\d;:]*)([mGK])|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?|[\x00-\x08\x0b-\x1f\x7f]/g;

// The part of a line between two columns.
function cut(pieces, from, to) {
  let start = 0;
  const kept = pieces.map(({ text, style }) => {
    const column = start;
    start += text.length;
    return { text: text.slice(Math.max(0, from - column), Math.max(0, to - column)), style };
  });
  return kept.filter(({ text }) => text);
}

// Text goes over what stands in its columns, as a bar of progress does that begins its line again.
function write(line, text, pen) {
  let pieces = [];
  let [column, width] = [0, 0];
  const lay = (piece) => {
    if (!piece) return;
    const end = column + piece.length;
    const after = column < width ? cut(pieces, end, width) : [];
    if (column < width) pieces = cut(pieces, 0, column);
    pieces.push({ text: piece, style: look(pen) }, ...after);
    [column, width] = [end, Math.max(end, width)];
  };
  const erase = (to) => {
    pieces = cut(pieces, 0, to);
    column = width = to;
  };
  const obey = (escape, codes, kind) => {
    if (kind === "m") select(pen, codes.split(/[;:]/).map(Number));
    else if (kind === "G") column = Math.min(width, Math.max(0, codes - 1));
    else if (kind === "K" && codes !== "1") erase(codes === "2" ? 0 : column);
    else if (escape === "\r") column = 0;
    else if (escape === "\b") column = Math.max(0, column - 1);
  };
  let from = 0;
  for (const { 0: escape, 1: codes, 2: kind, index } of text.matchAll(ESCAPES)) {
    lay(text.slice(from, index));
    obey(escape, codes, kind);
    from = index + escape.length;
  }
  lay(text.slice(from));
  line.append(...pieces.map(({ text: said, style }) => styled(make("span", {}, said), style)));
}

function styled(element, style) {
  Object.assign(element.style, style);
  return element;
}
