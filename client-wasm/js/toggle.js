// The toggle: a real button in the page's toolbar, or floating in a corner.
export function toggle(hands) {
  const { T, attempted, grow, on, host, attach, say, fill } = hands;
  // Those in the page, each with the mark in it, where it is ours. An element of the page that has
  // become a button is left in place.
  const buttons = (hands.toggles = new Map());
  let floating, selector;

  const listen = (button, mark) => {
    on(button, "click", () => hands.tell(12, [+!hands.enabled, 1]));
    buttons.set(button, mark);
  };
  const button = () => {
    // It tells its state where no style sheet does.
    const button = grow(T.toggle);
    listen(button, button.firstChild);
    return button;
  };
  const found = () => (selector && attempted(() => document.querySelectorAll(selector))) || [];
  // Also again, and anew: pages render their toolbars when they like.
  const mount = () => {
    for (const [button] of buttons) if (!button.isConnected && button !== floating) buttons.delete(button);
    for (const element of found()) {
      if (element.localName === "button") buttons.has(element) || listen(element);
      else if (![...element.children].some((it) => buttons.has(it))) element.append(button());
    }
    if (floating) attach(floating.getRootNode().host);
  };
  hands.follow = () => {
    mount();
    for (const [button, mark] of buttons) {
      button.setAttribute("aria-pressed", hands.enabled);
      button.dataset.state = hands.state;
      if (mark) hands.write(mark, hands.enabled ? "● " : "○ ");
    }
  };

  // Called when the page is parsed: the toolbar may stand below the script.
  hands.mount = () => {
    const wanted = hands.wanted.trim();
    if (wanted === "floating") host("server-reload-toggle", (floating = button()));
    else if (wanted && wanted !== "none") selector = wanted;
    hands.toast();
    hands.follow();
    if (selector && selector !== T.selector && !buttons.size)
      say(fill(T.unmatched, selector));
    hands.watch(hands.follow);
  };
  hands.endings.push(() => buttons.forEach((mark, button) => mark && button.remove()));
}
