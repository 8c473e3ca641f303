// The machine's timers, by its numbers for them.
export function timers(hands) {
  const running = [];
  const disarm = (timer) => clearTimeout(running[timer]);
  hands.acts.disarm = disarm;
  hands.acts.arm = (timer, ms) => {
    disarm(timer);
    running[timer] = setTimeout(() => hands.tell(11, [timer]), ms);
  };
}
