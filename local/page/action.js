// A button that changes something: it waits for the answer, and says why where it failed.

import { el } from "./dom.js";

/** `confirm`: what the button says after the first click; then only a second one acts. `done`: what it says afterwards. */
export function actionButton(label, act, { confirm = null, done = null, key = null, style = "" } = {}) {
  const button = el("button", { type: "button", class: style, "data-key": key }, label);
  const fault = el("span", { class: "fault", role: "alert" });
  let asked = false;
  const ask = (yes) => {
    asked = yes;
    button.textContent = yes ? confirm : label;
    button.classList.toggle("sure", yes);
  };
  button.addEventListener("click", async () => {
    if (confirm && !asked) return ask(true);
    button.disabled = true;
    fault.textContent = "";
    try {
      await act();
      if (done) button.textContent = done;
    } catch (error) {
      fault.textContent = error.message;
    }
    button.disabled = false;
    if (confirm) ask(false);
  });
  button.addEventListener("blur", () => asked && ask(false));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !asked) return;
    event.stopPropagation();
    ask(false);
  });
  return el("span", { class: "action" }, button, fault);
}
