// The way into the machine. What is told waits its turn: until the machine runs, and while it has
// something done.
export function inbox(hands) {
  const waiting = [];
  let machine, busy;
  const work = () => {
    if (busy || !machine) return;
    busy = true;
    try {
      while (waiting.length) machine(...waiting.shift(), performance.now(), Date.now());
    } finally {
      busy = false;
    }
  };
  hands.tell = (...told) => {
    waiting.push(told);
    work();
  };
  hands.begin = (run) => {
    machine = run;
    waiting.unshift([0, []]);
    work();
  };
}
