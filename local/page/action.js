// A button that changes something: it waits for the answer, and says why where it failed.

import { el } from "./dom.js";

/** `confirm`: what the button says after the first click; then only a second one acts. `done`: what it says afterwards. */
export function actionButton(label, act, { confirm = null, done = null, key = null, style = "" } = {}) {
  const button = el("button", { type: "button", class: style, "data-key": key }, label);
  const fault = el("span", { class: "fault", role: "alert" });
  const node = el("span", { class: "action" }, button, fault);
  let asked = false;
  // While a person is not done with it, `renew` keeps it as it is.
  const note = () => node.toggleAttribute("data-open", asked || button.disabled || fault.textContent !== "");
  const ask = (yes) => {
    asked = yes;
    button.textContent = yes ? confirm : label;
    button.classList.toggle("sure", yes);
    note();
  };
  button.addEventListener("click", async () => {
    if (confirm && !asked) return ask(true);
    button.disabled = true;
    fault.textContent = "";
    note();
    try {
      await act();
      if (done) button.textContent = done;
    } catch (error) {
      fault.textContent = error.message;
    }
    button.disabled = false;
    if (confirm) ask(false);
    note();
  });
  button.addEventListener("blur", () => asked && !node.hasAttribute("data-moving") && ask(false));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !asked) return;
    event.stopPropagation();
    ask(false);
  });
  return node;
}
