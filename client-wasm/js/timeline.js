// A restart, as people follow it: its text and its steps, out of its record.
export function timeline(hands) {
  const { T, fill, seconds, pids, took, why, short } = hands;
  // A service that crashes again and again has more.
  const MOST_STEPS = 9;

  const label = (phase) => T.labels[phase];
  const record = ({ operation, url }) => fill(T.record, operation.record ?? url);
  const whole = (ms) => fill(T.seconds, Math.floor(ms / 1e3));
  const late = (run, since) => {
    const last = run.operation.phases.at(-1);
    return (last ? fill(T.stands, label(last.name), whole(since)) : T.unheard) + record(run);
  };

  // How a phase stands, which may be the last of its service.
  const mark = ({ status }, phase, last) => {
    const ended = T.OPERATION_STATUSES.indexOf(status);
    if (phase === "ready") return "done";
    if (isBad(phase)) return "bad";
    if (!last || ended === 1) return "done";
    return ended > 1 ? "bad" : "now";
  };
  const isBad = (phase) => phase === "failed" || phase === "crashed";
  const ofPhases = (operation) => {
    let ahead = operation.plan;
    const steps = [];
    operation.phases.forEach(({ name, ms }, index, { length }) => {
      // It is how the step before has ended.
      if (isBad(name) && steps.length) return (steps.at(-1).mark = "bad");
      ahead = ahead.slice(ahead.indexOf(name) + 1);
      steps.push({
        label: label(name),
        mark: mark(operation, name, index + 1 === length),
        ms: name === "ready" ? null : ms,
      });
    });
    return [...steps, ...ahead.map((name) => ({ label: label(name), mark: "next" }))];
  };
  const ofServices = (operation) =>
    operation.services.map((service) => {
      const passed = operation.phases.filter((it) => it.service === service);
      const last = passed.at(-1);
      return {
        label: last ? service + ": " + label(last.name) : service,
        mark: last ? mark(operation, last.name, true) : "next",
        ms: passed.reduce((sum, { ms }) => (ms == null || sum == null ? null : sum + ms), 0),
      };
    });

  // How long a step has lasted, for people.
  hands.time = (ms) => (ms == null ? "" : ms < 1e3 ? ms + " ms" : seconds(ms));
  hands.steps = (operation) =>
    (operation.services.length > 1 ? ofServices : ofPhases)(operation).slice(-MOST_STEPS);

  Object.assign(hands.notices, {
    restarting: (run, isLate, asked, since) =>
      fill(T.restarting, run.service ? " " + run.service : "") +
      (isLate ? fill(T.late, whole(asked)) + late(run, since) : ""),
    ended: (run, status) => {
      const word = T.OPERATION_STATUSES[status];
      const [outcome, words] = T.ended[word];
      const { operation } = run;
      if (!words) return outcome + pids(operation.pid_before, hands.newest(operation)) + took(operation.took_ms);
      // Once it has ended, its reason is why so.
      return `${outcome}: ${(short(operation.reason ?? "") || words).replace(/\.+$/, "")}.` + record(run);
    },
    unknown: (run, reason, asked, since) => fill(T.unknown, why(reason)) + late(run, since),
  });
}
