// What a reload would cost the person: what they have typed, or a form that would be sent again.
export function forms(hands) {
  const { P, attempted, listen } = hands;
  const WITHIN = 5e3; // milliseconds, at most, from a form that is sent to the document that answers it
  const SENT = P.memory + ":sent";
  const ANSWER = SENT + ":" + location.pathname;

  const store = (act, ...it) => attempted(() => sessionStorage[act + "Item"](...it));
  hands.store = store;
  const mark = (is, key, value) => store(is ? "set" : "remove", key, value);

  // A document can't see that it answers a form: the one before it leaves word. Where the browser says
  // what leaves the page, that is more than what the page has made of its form; elsewhere it is at least
  // known that a form that was not let go is not sent.
  const sends = (is) => mark(is, SENT, Date.now());
  listen(document, "formdata", ({ target }) => sends(/^post$/i.test(target.getAttribute("method"))), true);
  if (self.navigation) listen(navigation, "navigate", ({ formData }) => sends(formData));

  // After a redirect it was asked for by GET. What is loaded again is sent again.
  const { type, redirectCount } = performance.getEntriesByType("navigation")[0] ?? {};
  const posted =
    type === "navigate"
      ? !redirectCount && performance.timeOrigin - store("get", SENT) < WITHIN
      : store("get", ANSWER);
  mark(posted, ANSWER, 1);
  sends(0);

  const typed = new Set();
  const over = (event) => {
    typed.forEach((it) => it.form === event.target && typed.delete(it));
    // The page's own listeners come after this one.
    self.navigation || setTimeout(() => event.defaultPrevented && sends());
  };
  const differs = (it) =>
    it.isConnected &&
    (it.isContentEditable || it.value !== it.defaultValue || it.checked !== it.defaultChecked);
  listen(document, "input", (event) => hands.keeps && event.isTrusted && typed.add(event.composedPath()[0]), true);
  listen(document, "submit", over, true);
  listen(document, "reset", over, true);

  // By the places of `T.care`.
  hands.care = () => (posted ? 2 : +[...typed].some(differs));
}
