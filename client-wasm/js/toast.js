// The toast: short news in a corner of the window. A list without its marks is one to Safari only by its
// role; its steps are written anew each time, so what is heard of them is the current one.
export function toast(hands) {
  const { T, grow, host, attach, write, notices } = hands;
  const parts = {};
  let shown, until;

  // It is there before it has something to say, or screen readers would not notice.
  hands.toast = () => {
    attach((shown ??= host("server-reload-toast", grow(T.toast, parts))));
  };

  // For eyes there is a sign before each step, for ears a word behind it.
  const line = ({ label, mark, ms }) => {
    const [sign, spoken] = T.signs[mark];
    const line = grow(T.step);
    [sign, label, hands.time(ms), spoken].forEach((text, at) => line.children[at].append(text));
    line.dataset.mark = mark;
    if (mark === "now") line.ariaCurrent = "step";
    return line;
  };

  const fill = (text, all) => {
    clearTimeout(until);
    write(parts.text, text);
    write(parts.spoken, all.find((it) => it.mark === "now")?.label ?? "");
    parts.steps.replaceChildren(...all.map(line));
  };
  hands.endings.push(() => clearTimeout(until));

  hands.acts.show = (number, ...args) => {
    hands.toast();
    let kind = T.NOTICES[number];
    const run = number > 13 && number < 17 && hands.run(args[0]);
    if (run) args[0] = run;
    const text = notices[kind]?.(...args) ?? hands.fill(T.news[kind], T.happened[args[0]]);
    if (kind === "ended") kind = { 1: "restarted", 7: "cancelled" }[args[1]] ?? "unrestarted";
    if (kind === "unknown") [kind, run.told] = ["cancelled", text];
    fill(text, run ? hands.steps(run.operation) : []);
    parts.toast.dataset.kind = kind;
    parts.reload.hidden = !/prompt|paused|^failed/.test(kind);
    if (T.stays[kind]) until = setTimeout(() => hands.tell(21, [1]), T.stays[kind]);
  };
  hands.acts.hide = () => {
    if (!shown) return;
    shown.yield();
    delete parts.toast.dataset.kind;
    fill("", []);
  };
}
