// The way out of the machine: what it wants done, by its number.
export function dispatch(hands) {
  const { acts } = hands;
  // In the order of the machine's enum.
  const EFFECTS = [
      acts.open, acts.close, acts.arm, acts.disarm, acts.knock, acts.stop_knock, acts.announce,
      acts.reload, acts.show, acts.hide, acts.swap_styles, acts.explain, acts.status, acts.remember,
      acts.persist, acts.say, acts.confirm, acts.request, acts.look, acts.settle,
      acts.bar, acts.ask_health, acts.lock, acts.unlock, acts.join, acts.lead,
      acts.census, acts.part,
  ];
  // An error in here must not stop the machine.
  hands.act = (kind, numbers) => {
    try {
      EFFECTS[kind](...numbers);
    } catch (error) {
      console.error(error);
    }
  };
}
