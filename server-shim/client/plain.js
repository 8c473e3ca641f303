// The machine where WebAssembly may not run: connect, compare, reload or tell the page. It is told and
// tells the same numbers as the client's, and knows the same rules, less what takes more than a few
// lines: hidden pages close their stream, a prompt is an event, and no restart begins here.
export function plain(hands) {
  const { acts, T, name, say, fill } = hands;
  // The machine's timers, statuses and one of its notices, by their numbers.
  const [RETRY, CONNECT, WATCHDOG, DELAY, KNOCK, QUIET, LEAVE, WAIT] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [CONNECT_TIMEOUT, LEAVE_TIMEOUT, WINDOW, LONGEST_WAIT, MOST, MOST_COUNTED] = [5e3, 5e3, 1e4, 1e4, 30, 3];
  const [OFF, CONNECTING, CONNECTED, RECONNECTING, STOPPED, WAITING, RESTARTED] = [0, 1, 2, 3, 4, 5, 6];
  const [PROMPT, UPDATING, RELOADING, PAUSED, AWAY] = [7, 8, 9, 10, 11];
  const ASK = 11;
  const DOWN = [0, 1, 4, 5, 6, 8, 9]; // the phases in which nobody answers

  hands.plain = (settings, error) => {
    const [broken, unable] = error.name === "CompileError" ? T.forbidden : T.broken;
    hands.api.runtime = "js";
    say(fill(broken, error));
    const why = name(fill(unable, error));
    acts.bar(why);

    let [mode, delay, on, own, born, knocks] = settings;
    let state = CONNECTING;
    let server = [0, NaN, NaN];
    let [stream, turn, attempt, target, outdated, heartbeat, op] = [0, 0, 0, 0, 0, 0, 0];
    let [pid, ownPid] = [NaN, NaN];
    let cause, counted, greeted, prevented, revision, offered, heard, lost, alive, doubted;
    let missed = [];
    const seen = new Set([own]);
    const down = new Set();
    const now = () => Date.now();
    // The document's.
    const age = () => performance.now() - (born || 0);
    const remarks = new Set();
    const remark = (it) => remarks.has(it) || acts.say(it) || remarks.add(it);

    // Pairs, as the machine's: 0 an act, 1 one that counts for the loop guard, 3 an id that was left, 4
    // when, 5 for which, 6 with which revision.
    let memory = [];
    const recalled = (key) => memory.filter(([it]) => it === key).map(([, value]) => value);
    const recall = (numbers) => {
      memory = [];
      while (numbers.length) memory.push(numbers.splice(0, 2));
      recalled(3).forEach((id) => seen.add(id));
      // A reload that led to an id vouches for the document that was asked for after it.
      if (recalled(4)[0] <= now() - age()) seen.add(recalled(5)[0]);
    };
    const remember = () => {
      memory = memory.filter(([key]) => key < 4).slice(-MOST);
      if (own && own !== server[0]) memory.push([3, own]);
      memory.push([4, now()], [5, server[0]]);
      if (offered) memory.push([6, offered]);
      acts.remember(...memory.flat());
    };

    const become = (next) => {
      const before = state;
      state = next;
      if (next === before) return;
      acts.hide();
      acts.status(next, before, on, ...server);
    };
    const ladder = (tries, since) => {
      const step = Math.min(2.5 * 2 ** tries, 50 + (now() - since) / 20, 1e3);
      return step * (0.8 + 0.4 * Math.random());
    };
    const close = () => {
      stream++;
      turn++;
      acts.close();
      acts.stop_knock();
      for (let timer = RETRY; timer <= WAIT; timer++) acts.disarm(timer);
      down.clear();
      target = greeted = op = 0;
    };
    const rest = (next) => {
      close();
      lost = 0;
      become(next);
    };
    const connect = () => {
      close();
      if (document.hidden && own) return;
      heartbeat = 0;
      alive = now();
      acts.arm(CONNECT, CONNECT_TIMEOUT);
      acts.open(stream);
    };
    const lose = (next) => {
      // A stream that ends at once is no proof of a healthy server: the ladder goes on.
      if (greeted && now() - alive > 1e3) lost = 0;
      close();
      if (!lost) [lost, attempt] = [now(), 0];
      acts.arm(RETRY, attempt ? ladder(attempt, lost) : 0);
      attempt++;
      if (state !== STOPPED && state !== CONNECTING) become(next);
    };
    const wake = () => {
      if (!on || state === AWAY || state === RELOADING) return;
      if (!greeted || now() - alive > (heartbeat * 3 || 6e5)) connect();
    };

    const adopt = () => {
      [own, ownPid] = server;
      revision = offered || revision;
      missed = [];
      seen.add(own);
    };
    // Why the document is out of date, if it is: 0 restart, 1 change.
    const stale = (id, its) => {
      if (own === id) return missed.length || (revision && offered && revision !== offered) ? 1 : NaN;
      if (seen.has(id)) {
        if (own) remark(1);
        return NaN;
      }
      // The server is younger than the document, so another one made it.
      outdated ||= its < age();
      return own || outdated ? 0 : NaN;
    };
    const judge = (id, pid, its) => {
      // Of its age is asked once more: what it said may have waited.
      if (!own && !outdated && !seen.has(id) && its < age() && !doubted) return (doubted = connect)();
      const first = !server[0];
      server = id === server[0] ? server : [id, pid, its >= 0 ? now() - its : NaN];
      greeted = 1;
      down.clear();
      acts.explain(0);
      const found = stale(id, its);
      if (found >= 0) {
        if (target !== id) act(found, first || (recalled(5)[0] === id && recalled(6)[0] === offered));
      } else if (state !== UPDATING) {
        if (!seen.has(id) || !own) adopt();
        turn++;
        target = 0;
        become(CONNECTED);
      }
    };
    const act = (found, counts) => {
      [cause, counted, target] = [found, counts, server[0]];
      turn++;
      become(RESTARTED);
      acts.arm(DELAY, (delay || 0) + (document.hidden ? 150 + 500 * Math.random() : 0));
    };
    const knock = () => (knocks ? acts.knock() : go());
    const go = () => {
      // Its timers go on while a service is down.
      if (!target) return;
      memory = memory.filter(([key, at]) => key > 1 || (at <= now() && now() - at < WINDOW));
      const looping = counted && recalled(1).length >= MOST_COUNTED;
      if (looping || recalled(0).length + recalled(1).length >= MOST) {
        remark(2);
        become(PAUSED);
        return acts.arm(QUIET, WINDOW);
      }
      memory.push([+!!counted, now()]);
      acts.announce(turn, cause, own, ownPid, NaN, ...server, cause ? 0 : op, ...missed);
    };
    const leave = () => {
      remember();
      rest(RELOADING);
      // Its person may keep the page; then it goes with the new server.
      acts.arm(LEAVE, LEAVE_TIMEOUT);
      acts.reload();
    };
    const settled = () => (prevented ? become(CONNECTED) : leave());

    const fail = () => lose(RECONNECTING);
    const start = () => {
      become(CONNECTING);
      connect();
    };
    const stay = () => {
      adopt();
      start();
    };
    // By the numbers of the machine's timers: what they bring when they are due.
    const DUE = [connect, fail, fail, knock, knock, knock, stay, leave];

    // By the numbers of the machine's inputs; those of the stream, then the page's.
    const HEARD = {
      2: fail,
      3: (id, age, next, phase, its, interval) => {
        heartbeat = interval || 0;
        heard = next;
        offered = next || offered;
        greeted = 1;
        if (id) return judge(id, its, age);
        outdated = 1;
        turn++;
        down.add(0);
        become(WAITING);
      },
      4: (id) => judge(id, pid, NaN),
      5: (service, phase, next, by) => {
        op = by || op;
        if (next >= 0) pid = next;
        if (phase === 2) down.delete(service);
        else if (DOWN.includes(phase)) down.add(service);
        if (!down.size || state === UPDATING) return;
        turn++;
        target = 0;
        become(WAITING);
      },
      6: (kind, next, ...paths) => {
        if (next && next === revision && next === heard) return;
        offered = next || offered;
        if (!kind) {
          revision = offered;
          return acts.swap_styles(...paths);
        }
        missed = [...new Set([...missed, ...paths])];
        if (state === CONNECTED) act(1);
      },
      7: (...problem) => acts.explain(0, ...problem),
      // No id has come since all were ready: pages do not depend on what was down.
      8: () => state === WAITING && server[0] && !down.size && judge(...server),
      9: () => become(STOPPED),
      10: () => lose(STOPPED),
    };
    const TOLD = {
      0: () => (recall(settings.slice(10 + T.TIMINGS.length)), on ? connect() : become(OFF)),
      11: (timer) => DUE[timer]?.(),
      12: (next, here) => {
        if (next === on) return;
        on = next;
        if (here) acts.persist(on);
        if (on) start();
        else rest(OFF);
      },
      13: (hidden) => {
        if (!hidden) wake();
        else if (state === CONNECTED) close();
      },
      14: wake,
      15: () => rest(AWAY),
      16: (enabled, ...numbers) => {
        if (state !== AWAY) return;
        recall(numbers);
        on = enabled >= 0 ? enabled : on;
        if (on) start();
        else become(OFF);
      },
      17: (answered) => (answered ? go() : acts.arm(KNOCK, ladder(turn, alive))),
      18: (mine, stopped, waits, care) => {
        if (mine !== turn) return;
        prevented = stopped || mode > 0;
        if (care && !prevented) {
          turn++;
          become(PROMPT);
          return acts.show(ASK, cause);
        }
        if (prevented) {
          remember();
          adopt();
        }
        if (!waits) return settled();
        if (!prevented) acts.arm(WAIT, LONGEST_WAIT);
        become(prevented ? UPDATING : RELOADING);
      },
      19: (mine) => mine === turn && settled(),
      21: (choice) => {
        if (state !== PROMPT) return;
        if (!choice) return leave();
        adopt();
        become(CONNECTED);
      },
      33: (policy) => {
        if (!policy && server[0]) return;
        close();
        remark(4 - policy);
      },
      22: (id, service, confirm, words, call) => call >= 0 && acts.settle(NaN, why, call),
    };
    return (kind, [first, ...rest]) => {
      if (kind in TOLD) return TOLD[kind](first, ...rest);
      if (first !== stream || !HEARD[kind]) return;
      acts.disarm(CONNECT);
      alive = now();
      if (heartbeat) acts.arm(WATCHDOG, heartbeat * 3);
      HEARD[kind](...rest);
    };
  };
}
